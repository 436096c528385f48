/** The history where the held calls are, for reading only. */

import type { Store } from "countersign";
import { httpStore } from "countersign/stores/http";
import { indexedDbStore } from "countersign/stores/indexeddb";
import type { Place } from "../../place.ts";

/** What is asked of a history. */
export type ReadStore = Pick<Store, "head" | "history">;

export function storeAt(place: Place): Store {
  if (place.kind !== "api") return indexedDbStore({ name: place.space });
  return httpStore({ url: place.url, headers: { authorization: `Bearer ${place.secret}` } });
}
