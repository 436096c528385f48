/** Which view the address names: `#/policy`, `#/simulate`, `#/review` or `#/review/<escalation id>`. */

import { signal } from "@preact/signals";

export type View = "policy" | "simulate" | "review";

export interface Route {
  readonly view: View;
  /** The escalation that the review view shows. */
  readonly escalation: string | null;
}

export const route = signal<Route>(parseHash(window.location.hash));

window.addEventListener("hashchange", () => {
  route.value = parseHash(window.location.hash);
});

/** The address of a view. */
export function hashOf(view: View, escalation?: string): string {
  return escalation === undefined ? `#/${view}` : `#/${view}/${encodeURIComponent(escalation)}`;
}

function parseHash(hash: string): Route {
  const [, view, rest] = hash.split("/", 3);
  if (view === "simulate") return { view, escalation: null };
  if (view === "review") return { view, escalation: rest ? decoded(rest) : null };
  return { view: "policy", escalation: null };
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
