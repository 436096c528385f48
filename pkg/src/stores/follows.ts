/** Whether an append fits behind the end of a history. Every store asks here, so that all answer alike. */
import { StoreError } from "../errors.js";
import type { Head } from "../lifecycle.js";
import type { Append } from "./store.js";

/**
 * Whether the history that ends with `head` still ends where the writer of `append` thought.
 *
 * @throws {@link StoreError} `not-an-append` if its parts do not fit together, wherever the history ends.
 */
export function follows({ size, hash }: Pick<Head, "size" | "hash">, append: Append): boolean {
  const [first] = append.entries;
  if (!first || !chains(append)) {
    throw new StoreError("not-an-append", "the entries and the head of an append must follow each other without a gap");
  }
  // Nobody gives back what was used.
  if (!append.used.every(({ amount }) => Number.isFinite(amount) && amount >= 0)) {
    throw new StoreError("not-an-append", "what is used of a limit must be an amount from 0");
  }
  return first.seq === size && first.previous === hash;
}

/** Entries with a gap would be in the history for good, so they are looked at before. */
function chains({ entries, head }: Append): boolean {
  const last = entries.at(-1);
  const linked = entries.every((entry, index) => {
    const before = entries[index - 1];
    return before === undefined || (entry.seq === before.seq + 1 && entry.previous === before.hash);
  });
  return linked && last !== undefined && head.size === last.seq + 1 && head.hash === last.hash;
}
