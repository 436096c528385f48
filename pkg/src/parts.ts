/** Reading a history in parts, so that it may be long. */
import type { Entry } from "./lifecycle.js";
import type { Store } from "./stores/store.js";

/** Entries that are read at once. */
const PART_MAX = 500;

/** The entries of `store` from `from` up to `size`. */
export async function* partsOf(store: Store, from: number, size: number): AsyncGenerator<readonly Entry[]> {
  for (let at = from; at < size; ) {
    const part = await store.history({ from: at, limit: Math.min(PART_MAX, size - at) });
    if (part.length === 0) return;
    yield part;
    at += part.length;
  }
}
