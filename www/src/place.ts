/**
 * Where the held calls are: in this browser, or in the store that `countersign review` serves beside this page.
 *
 * The server marks the page that it serves. Its address carries a token that works once and becomes a session of this browser.
 */

/** The place, as the engine's worker takes it. */
export type Place =
  | { readonly kind: "browser" }
  /** `as` is the name of the reviewer who started the server, if they gave one. */
  | { readonly kind: "api"; readonly url: string; readonly as: string | null };

const isServed = document.querySelector('meta[name="countersign-store"]')?.getAttribute("content") === "api";

let token = isServed ? takeToken() : null;

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
 * Finds the place, and exchanges the token for a session first.
 *
 * @throws {@link NoSession} with a message for the reader.
 */
export async function findPlace(): Promise<Place> {
  if (!isServed) return { kind: "browser" };
  const url = new URL("api", document.baseURI).href;
  const mine = token;
  token = null;
  const refused = mine === null ? null : await exchange(url, mine);
  // In the browser that opened the address before, the session may still be there.
  const response = await asked(`${url}/session`, {});
  if (!response.ok) throw new NoSession(refused ?? (await messageOf(response)));
  const { as } = (await response.json()) as { readonly as: string | null };
  return { kind: "api", url, as };
}

/** Why the token was refused, or `null` if it was not. */
async function exchange(url: string, mine: string): Promise<string | null> {
  const body = JSON.stringify({ token: mine });
  const response = await asked(`${url}/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  return response.ok ? null : messageOf(response);
}

async function asked(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, cache: "no-store", credentials: "same-origin" });
  } catch {
    throw new NoSession("the server does not answer; is `countersign review` still running?");
  }
}

async function messageOf(response: Response): Promise<string> {
  const answer = (await response.json().catch(() => null)) as {
    readonly error?: { readonly message?: unknown };
  } | null;
  const message = answer?.error?.message;
  return typeof message === "string" ? message : `the server answers ${response.status}`;
}
