/** The session with the server of this page, which is fetched only where there is one. */

import { NoSession, type Place, type ServedPolicy } from "./place.ts";

const SECRET_KEY = "countersign-session";

/** The place that is served beside this page; a `token` is exchanged for a session first. Rejects as `findPlace` does. */
export async function servedPlace(token: string | null): Promise<Place> {
  const url = new URL("api", document.baseURI).href;
  const refused = token === null ? null : await exchange(url, token);
  // In the tab that opened the address before, the session may still be there.
  const secret = window.sessionStorage.getItem(SECRET_KEY);
  if (secret === null) throw new NoSession(refused ?? "open the address that `countersign review` printed last");
  const response = await asked(`${url}/session`, { headers: { authorization: `Bearer ${secret}` } });
  if (!response.ok) {
    if (response.status === 401) window.sessionStorage.removeItem(SECRET_KEY);
    throw new NoSession(refused ?? (await messageOf(response)));
  }
  const { as, policies } = (await response.json()) as {
    readonly as: string | null;
    readonly policies: readonly ServedPolicy[];
  };
  return { kind: "api", url, as, secret, policies };
}

/** Keeps the secret that the token is exchanged for; answers why there is none, or `null` if there is. */
async function exchange(url: string, token: string): Promise<string | null> {
  const body = JSON.stringify({ token });
  const response = await asked(`${url}/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  if (!response.ok) return messageOf(response);
  const { secret } = (await response.json()) as { readonly secret: string };
  window.sessionStorage.setItem(SECRET_KEY, secret);
  return null;
}

async function asked(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, cache: "no-store", credentials: "omit" });
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
