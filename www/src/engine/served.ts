/** The store that is served beside this page. It is noticed when the server fails to answer, by whatever is asked of it. */

import type { Store } from "countersign";
import { httpStore } from "countersign/stores/http";
import type { Place } from "../place.ts";

/** Hears why the server does not answer; `null` once it does. Called only when that changes. */
export type OnServer = (trouble: string | null) => void;

export function servedStore(place: Extract<Place, { readonly kind: "api" }>, onServer: OnServer): Store {
  const headers = { authorization: `Bearer ${place.secret}` };
  return httpStore({ url: place.url, headers, fetch: noticingFetch(onServer) });
}

type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** The browser's `fetch`, which tells `onServer`. The store asks every other second while its stream of changes is broken. */
function noticingFetch(onServer: OnServer): Fetch {
  let before: string | null = null;
  const tell = (trouble: string | null) => {
    if (trouble !== before) onServer(trouble);
    before = trouble;
  };
  return async (input, init) => {
    try {
      const response = await fetch(input, init);
      tell(troubleOf(response.status));
      return response;
    } catch (error) {
      tell("The server does not answer. Is `countersign review` still running?");
      throw error;
    }
  };
}

/** A server that was started again has another token, and knows nothing of this page. */
function troubleOf(status: number): string | null {
  const isStranger = status === 401 || status === 403 || status === 421;
  return isStranger
    ? "The server does not know this page. Open the address that `countersign review` printed last."
    : null;
}
