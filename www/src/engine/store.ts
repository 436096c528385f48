/** The store where the held calls are. */

import type { Store } from "countersign";
import { indexedDbStore } from "countersign/stores/indexeddb";
import type { Place } from "../place.ts";
import type { OnServer } from "./served.ts";

/**
 * That of this browser, or the served one, whose code is fetched only where there is a server. `onServer` hears whenever the
 * server fails to answer, and when it answers again. Rejects if the code cannot be fetched.
 */
export async function storeAt(place: Place, onServer: OnServer = () => undefined): Promise<Store> {
  if (place.kind !== "api") return indexedDbStore({ name: place.space });
  return (await import("./served.ts")).servedStore(place, onServer);
}
