/** Which history a store has. */

import type { Store } from "countersign";

/** Asks for the hash of the first entry of `store`; `null` while it is empty. Once there is one it stays. */
export function historyOf(store: Store): () => Promise<string | null> {
  let known: string | null = null;
  return async () => {
    known ??= (await store.head()).origin;
    return known;
  };
}
