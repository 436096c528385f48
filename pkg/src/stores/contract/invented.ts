/** Histories to fill a store with: they chain as sealed ones do, but their hashes are invented, so no engine is needed. */
import type { Entry, Event, Head } from "../../lifecycle.js";
import type { Digest } from "../../types.js";
import type { Append, IndexRow } from "../store.js";

/** What an invented entry says; the rest of it is made up. */
export interface Invented {
  /** `null` unless given: it belongs to no escalation. */
  readonly id?: string | null;
  /** A short answer unless given. */
  readonly event?: Event;
  /** The time of the head unless given. */
  readonly atMs?: number;
}

const answer: Event = { type: "answer", text: "fine" };

/** A digest of nothing: `n`, from 0 to 2^53−1, in hexadecimal. */
export function digestOf(n: number): Digest {
  return `sha256:${n.toString(16).padStart(64, "0")}`;
}

/**
 * An append of invented entries that follows `head`.
 *
 * @param rest What is written with them: index rows, marks, used amounts; nothing unless given.
 * @param branch From 0 to 255. Appends that follow the same head with other branches have other hashes.
 *
 * @example
 * ```ts
 * const append = appendAfter(await store.head(), [{ id: "a" }], { index: [rowOf("a")] });
 * await store.append(append); // true
 * ```
 */
export function appendAfter(
  head: Head,
  invented: readonly Invented[],
  rest: Partial<Omit<Append, "entries" | "head">> = {},
  branch = 0,
): Append {
  const entries: Entry[] = [];
  for (const { id = null, event = answer, atMs = head.atMs } of invented) {
    const seq = head.size + entries.length;
    const previous = entries.at(-1)?.hash ?? head.hash;
    const salt = seq.toString(16).padStart(32, "0");
    entries.push({ seq, atMs, id, event, salt, previous, hash: digestOf((seq + 1) * 256 + branch) });
  }
  const last = entries.at(-1);
  const after: Head = {
    size: head.size + entries.length,
    origin: head.origin ?? entries[0]?.hash ?? null,
    hash: last?.hash ?? head.hash,
    atMs: last?.atMs ?? head.atMs,
    peaks: peaksOf(head.size + entries.length),
  };
  return { entries, head: after, index: [], marks: null, used: [], ...rest };
}

/** As many as a history of this size has: one for each 1 of its binary digits. */
function peaksOf(size: number): readonly Digest[] {
  return [...size.toString(2)].flatMap((digit, at) => (digit === "1" ? [digestOf(size + at)] : []));
}

/** Where a pending escalation stands in the lists, with `other` parts. */
export function rowOf(id: string, other: Partial<Omit<IndexRow, "id">> = {}): IndexRow {
  return { id, status: "pending", openedAtMs: 1, unfinished: false, lane: digestOf(1), agent: digestOf(2), ...other };
}
