/** Which history the calls are in, where several stores can stand at one address. */

import type { Store } from "countersign";
import type { Place } from "../place.ts";
import type { HistoryOf } from "./attention/kept.ts";

/** Asks for the hash of the first entry of `store` if it is a served one; `null` for this browser's own. */
export function historyOf(place: Place, store: Store): HistoryOf | null {
  if (place.kind !== "api") return null;
  let known: string | null = null;
  return async () => {
    known ??= (await store.head()).origin;
    return known;
  };
}
