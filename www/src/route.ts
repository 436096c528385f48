/** Which view the address names: `#/policy`, `#/simulate`, `#/review`, `#/review/<escalation id>`, `#/review/batch/<id>`, `#/evidence`, `#/share/<shared policy>`. */

import { signal } from "@preact/signals";

/** The views of the navigation. */
export const VIEWS = ["policy", "simulate", "review", "evidence"] as const;
/** `share` is reached by a link only. */
export type View = (typeof VIEWS)[number] | "share";

export interface Route {
  readonly view: View;
  /** What stands after the name of the view, decoded. */
  readonly rest: readonly string[];
}

export const route = signal<Route>(parseHash(window.location.hash));

window.addEventListener("hashchange", () => {
  route.value = parseHash(window.location.hash);
});

/** The address of a view. */
export function hashOf(view: View, ...rest: readonly string[]): string {
  return `#/${[view, ...rest.map(encodeURIComponent)].join("/")}`;
}

function parseHash(hash: string): Route {
  const [, name, ...rest] = hash.split("/");
  const view = name === "share" ? name : (VIEWS.find((each) => each === name) ?? "policy");
  return { view, rest: rest.map(decoded).filter((part) => part !== "") };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
