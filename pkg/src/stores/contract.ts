/**
 * The contract of a store as cases that run anywhere: in Node, in browsers, under any test framework or none. And what the
 * package's own stores keep it by: whether an append follows, which lists an escalation stands in, places in a list.
 *
 * A store that keeps all of them can be trusted with escalations, as far as one process can see. Whether an append survives
 * a crash, and whether several processes keep out of each other's way, has to be tested where the store runs.
 */
import { appending } from "./contract/appending.js";
import { finding, listing } from "./contract/reading.js";
import type { Store } from "./store.js";

export type { Invented } from "./contract/invented.js";
export { appendAfter, digestOf, rowOf } from "./contract/invented.js";
export { type Cursor, readCursor, writeCursor } from "./cursor.js";
export { facetOf, facetsOf } from "./facets.js";
export { follows } from "./follows.js";
export { EMPTY_HEAD } from "./store.js";

/** One promise that a store makes. */
export interface ContractCase {
  /** A sentence. */
  readonly name: string;
  /** Tries it on a store of its own. It rejects if the store does not keep the promise. */
  readonly run: () => Promise<void>;
}

/**
 * Everything that a store promises.
 *
 * @param empty Makes a store with nothing in it; called once for each case, whose end closes it.
 *
 * @example
 * ```ts
 * for (const { name, run } of storeContract(() => memoryStore())) test(name, run);
 * ```
 */
export function storeContract(empty: () => Store | Promise<Store>): readonly ContractCase[] {
  return [...appending, ...listing, ...finding].map(({ name, run }) => ({
    name,
    async run() {
      const store = await empty();
      try {
        await run(store);
      } finally {
        await store.close();
      }
    },
  }));
}
