/** The contract of a store: one atomic operation on one history, and reading. */
import type { Entry, Head, Status } from "../lifecycle.js";
import type { Digest } from "../types.js";

/** Where an escalation stands after an append, so that it can be listed. The entries say what is true; this finds them. */
export interface IndexRow {
  readonly id: string;
  readonly status: Status;
  readonly openedAtMs: number;
  /** Whether it was approved and has not run to a known end. */
  readonly unfinished: boolean;
  /** See `Keys`. `null`: no later call is compared with it, so that it is in no lane. */
  readonly lane: Digest | null;
  readonly agent: Digest;
}

/** What is used of a limit from now on. */
export interface Used {
  readonly bucket: Digest;
  readonly amount: number;
  readonly atMs: number;
  /** After this it counts in no window and may be forgotten. */
  readonly untilMs: number;
}

/** What is appended in one step. */
export interface Append {
  /** In order; the first follows the last entry of the history. At least one. */
  readonly entries: readonly Entry[];
  /** The end of the history after them. */
  readonly head: Head;
  /** The escalations that changed: each row replaces the one with its id. */
  readonly index: readonly IndexRow[];
  /** Marks that a session carries from now on. They are added to those it has; none is ever removed. */
  readonly marks: { readonly session: Digest; readonly marks: readonly string[] } | null;
  readonly used: readonly Used[];
}

/**
 * Which escalations to list: all, those with a status, those of one lane, those that an agent has pending, or those that
 * were approved and have not run to a known end.
 */
export type Filter =
  | { readonly all: true }
  | { readonly status: Status }
  | { readonly lane: Digest }
  | { readonly pendingOf: Digest }
  | { readonly unfinished: true };

export interface ListQuery {
  readonly filter: Filter;
  /** At most so many; at least 1. */
  readonly limit: number;
  /** Only those after this place: the `next` of the page before. */
  readonly after?: string;
}

/** One escalation as a store keeps it. */
export interface StoredEscalation {
  readonly id: string;
  readonly entries: readonly Entry[];
}

/** A page of escalations, newest first. */
export interface ListPage {
  readonly items: readonly StoredEscalation[];
  /** Where the next page begins; `null` if this is the last. */
  readonly next: string | null;
}

/** The window of a limit: what was charged to `bucket` after `sinceMs`. */
export interface UsageQuery {
  readonly bucket: Digest;
  readonly sinceMs: number;
}

/**
 * Keeps one history, which only grows, and finds things in it.
 *
 * Everything rests on one operation: {@link Store.append} writes if the history still ends where the writer thinks it
 * does. Whoever reads the head first and everything else after it knows that nothing of that has changed if the append
 * succeeds. A store that cannot do that atomically, for everybody who shares it, must not implement this.
 *
 * What fails rejects, with a {@link StoreError} if the store knows why; then nobody may assume that anything was written,
 * or that nothing was.
 */
export interface Store {
  /** The end of the history; of an empty one `EMPTY_HEAD`. */
  head(): Promise<Head>;
  /**
   * Writes all of `append` durably in one step if the history still has `append.entries[0].seq` entries and the last of
   * them has the hash `append.entries[0].previous`; else writes nothing and answers `false`.
   *
   * Of several appends at once that follow the same entry, also from other processes that share the store, one is taken.
   * When it answers `true`, the entries survive a crash of the process and of the machine.
   */
  append(append: Append): Promise<boolean>;
  /** The entries with this id, oldest first; empty if there are none. */
  read(id: string): Promise<readonly Entry[]>;
  /**
   * A page of escalations by the time they were opened, newest first, and by id, descending, within one millisecond.
   * What is opened while somebody turns pages does not shift them.
   *
   * @throws {@link StoreError} `bad-cursor` if `after` is no `next` of this store.
   */
  list(query: ListQuery): Promise<ListPage>;
  /** The entries from `from` on, at most `limit` of them, in order; empty past the end. */
  history(query: { readonly from: number; readonly limit: number }): Promise<readonly Entry[]>;
  /** What was used of each bucket, in the order of `queries`. */
  usage(queries: readonly UsageQuery[]): Promise<readonly number[]>;
  /** The marks that a session carries, sorted. */
  marks(session: Digest): Promise<readonly string[]>;
  /**
   * Calls `changed` some time after anybody appended; only a hint, which may be late, missing or repeated.
   * Answers how to stop it. It does not keep a process alive.
   */
  watch(changed: () => void): () => void;
  /** Lets go of files and connections. The next use opens them again. */
  close(): Promise<void>;
}

/** The head of an empty history. */
export const EMPTY_HEAD: Head = Object.freeze({ size: 0, origin: null, hash: null, atMs: 0, peaks: Object.freeze([]) });
