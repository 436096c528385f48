/** The contract of a store: one atomic operation, and reading. */
import type { Entry, Status } from "../types.js";

/** What was appended to. */
export interface AppendGuard {
  /** How many entries the escalation must have before the append; 0 opens it. */
  readonly length: number;
  /** The status after the append, for listing. */
  readonly status: Status;
}

/** Whether the entry was appended; if not, how many entries the escalation has. */
export type AppendResult = { readonly ok: true } | { readonly ok: false; readonly length: number };

/** Which escalations to list. */
export interface ListQuery {
  /** Only those with this status; all unless written. */
  readonly status?: Status;
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

/**
 * Keeps escalations, each a list of entries that only grows.
 *
 * A store that cannot append atomically must not implement this.
 * What fails rejects, with a {@link StoreError} if the store knows why; then nobody may assume that anything was written.
 */
export interface EscalationStore {
  /**
   * Appends `entry` if the escalation still has `length` entries, atomically:
   * of several appends at once with the same `length`, also from other processes that share the store, one gets `ok: true`.
   */
  append(id: string, entry: Entry, guard: AppendGuard): Promise<AppendResult>;
  /** The entries of one escalation, oldest first; empty if there is none with this id. */
  read(id: string): Promise<readonly Entry[]>;
  /**
   * A page of escalations by the time they were opened, newest first, and by id, descending, within one millisecond.
   * What is opened while somebody turns pages does not shift them.
   *
   * @throws {@link StoreError} `bad-cursor` if `after` is no `next` of this store.
   */
  list(query: ListQuery): Promise<ListPage>;
}
