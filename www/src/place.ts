/**
 * Where the held calls are: in this browser, in the demonstration's own part of it, or in the store that `countersign review`
 * serves beside this page.
 *
 * The server marks the page that it serves. Its address carries a token that works once and becomes the session of this tab.
 * The secret of the session stays in `sessionStorage`, which belongs to this address with its port; a cookie would go to
 * whatever else stands at this machine.
 */

/** The place, as the engine's worker takes it. */
export type Place =
  /** With `space` begin the names of all that is kept in this browser. */
  | { readonly kind: "browser" | "demo"; readonly space: string }
  /** `as` is the name of the reviewer who started the server, if they gave one; `policies` apply together. */
  | {
      readonly kind: "api";
      readonly url: string;
      readonly as: string | null;
      readonly secret: string;
      readonly policies: readonly ServedPolicy[];
    };

/** A policy that the server was started with. */
export interface ServedPolicy {
  readonly name: string;
  readonly text: string;
}

/** Whether `countersign review` serves this page. */
export const isServed = document.querySelector('meta[name="countersign-store"]')?.getAttribute("content") === "api";

/** Whether this page is the demonstration: an agent of its own making, and nothing that is real. */
export const isDemo = !isServed && new URLSearchParams(window.location.search).has("demo");

/** With this begin the names of all that this page keeps in the browser, so that the demonstration never touches what is real. */
export const SPACE = isDemo ? "countersign-demo" : "countersign";

let token = isServed ? takeToken() : null;

// A new address in the same tab changes the fragment only.
if (isServed) {
  window.addEventListener("hashchange", () => {
    if (window.location.hash.startsWith("#token=")) window.location.reload();
  });
}

/** The token of the address, which is cleared at once: nobody reads it over a shoulder, or finds it in the history. */
function takeToken(): string | null {
  const [, found = null] = /^#token=([\w-]+)$/.exec(window.location.hash) ?? [];
  if (found !== null) window.history.replaceState(null, "", `${window.location.pathname}#/review`);
  return found;
}

/** Why this page may not ask its server. */
export class NoSession extends Error {
  override readonly name = "NoSession";
}

/**
 * Finds the place; if it is served, the token is exchanged for a session first.
 *
 * @throws {@link NoSession} with a message for the reader.
 */
export async function findPlace(): Promise<Place> {
  if (!isServed) return { kind: isDemo ? "demo" : "browser", space: SPACE };
  const { servedPlace } = await import("./served-place.ts");
  const mine = token;
  token = null;
  return servedPlace(mine);
}
