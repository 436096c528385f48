/** A store in this process's memory: for tests, and where losing what waits at a restart is acceptable. */
import { deepFreeze } from "../freeze.js";
import type { Entry, Head } from "../lifecycle.js";
import type { Digest } from "../types.js";
import { readCursor, writeCursor } from "./cursor.js";
import { facetOf, facetsOf } from "./facets.js";
import { follows } from "./follows.js";
import {
  type Append,
  EMPTY_HEAD,
  type IndexRow,
  type ListPage,
  type ListQuery,
  type Store,
  type Used,
} from "./store.js";

export type * from "./store.js";

/** When an escalation was opened, and its id: what lists are sorted by, oldest first. */
type Place = Pick<IndexRow, "openedAtMs" | "id">;

/** All that is kept. Maps, not objects: an id may be `__proto__`. */
interface Kept {
  head: Head;
  readonly history: Entry[];
  readonly entries: Map<string, Entry[]>;
  readonly rows: Map<string, IndexRow>;
  /** For each facet the escalations in it. */
  readonly lists: Map<string, Place[]>;
  readonly marks: Map<Digest, Set<string>>;
  readonly used: Map<Digest, Used[]>;
}

/**
 * An empty store that lives as long as this process keeps it. Other processes see nothing of it.
 *
 * @example
 * ```ts
 * const escalations = createEscalations({ store: memoryStore() });
 * ```
 */
export function memoryStore(): Store {
  const kept: Kept = {
    head: EMPTY_HEAD,
    history: [],
    entries: new Map(),
    rows: new Map(),
    lists: new Map(),
    marks: new Map(),
    used: new Map(),
  };
  const watching = new Set<{ readonly changed: () => void }>();
  // Each function does its work before it first waits, so no two of them mix.
  return Object.freeze({
    head: async () => kept.head,
    async append(append: Append) {
      if (!follows(kept.head, append)) return false;
      // Copied at once: if that fails, nothing is written.
      write(kept, deepFreeze(structuredClone(append)));
      for (const { changed } of watching) queueMicrotask(changed);
      return true;
    },
    read: async (id: string) => [...(kept.entries.get(id) ?? [])],
    list: async (query: ListQuery) => page(kept, query),
    history: async ({ from, limit }: { from: number; limit: number }) => kept.history.slice(from, from + limit),
    usage: async (queries: readonly { bucket: Digest; sinceMs: number }[]) =>
      queries.map(({ bucket, sinceMs }) => usedSince(kept.used.get(bucket) ?? [], sinceMs)),
    marks: async (session: Digest) => [...(kept.marks.get(session) ?? [])].sort(),
    watch(changed: () => void) {
      const watcher = { changed };
      watching.add(watcher);
      return () => void watching.delete(watcher);
    },
    close: async () => undefined,
  });
}

function write(kept: Kept, { entries, head, index, marks, used }: Append): void {
  kept.head = head;
  for (const entry of entries) {
    kept.history.push(entry);
    if (entry.id !== null) of(kept.entries, entry.id).push(entry);
  }
  for (const row of index) list(kept, row);
  if (marks !== null)
    kept.marks.set(marks.session, new Set([...(kept.marks.get(marks.session) ?? []), ...marks.marks]));
  for (const use of used) {
    const still = of(kept.used, use.bucket).filter(({ untilMs }) => untilMs >= head.atMs);
    kept.used.set(use.bucket, [...still, use]);
  }
}

/** Moves an escalation from the lists where it stands to those where it belongs. */
function list({ rows, lists }: Kept, row: IndexRow): void {
  const before = rows.get(row.id);
  if (before) {
    for (const facet of facetsOf(before)) of(lists, facet).splice(placeIn(of(lists, facet), before), 1);
  }
  for (const facet of facetsOf(row)) of(lists, facet).splice(placeIn(of(lists, facet), row), 0, row);
  rows.set(row.id, row);
}

function page({ lists, entries }: Kept, { filter, limit, after }: ListQuery): ListPage {
  const places = lists.get(facetOf(filter)) ?? [];
  const end = after === undefined ? places.length : placeIn(places, placeOf(after));
  const start = Math.max(0, end - limit);
  const found = places.slice(start, end).reverse();
  const last = found.at(-1);
  return {
    items: found.map(({ id }) => ({ id, entries: [...(entries.get(id) ?? [])] })),
    next: last && start > 0 ? writeCursor([last.openedAtMs, last.id]) : null,
  };
}

function placeOf(after: string): Place {
  const [openedAtMs, id] = readCursor(after);
  return { openedAtMs, id };
}

/** How many of the sorted `places` are before `place`, by halving. */
function placeIn(places: readonly Place[], place: Place): number {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = places[middle];
    if (found && isBefore(found, place)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isBefore(a: Place, b: Place): boolean {
  return a.openedAtMs === b.openedAtMs ? a.id < b.id : a.openedAtMs < b.openedAtMs;
}

function usedSince(used: readonly Used[], sinceMs: number): number {
  return used.reduce((sum, { amount, atMs }) => (atMs > sinceMs ? sum + amount : sum), 0);
}

/** The list of `key`, which is begun if there is none. */
function of<K, V>(lists: Map<K, V[]>, key: K): V[] {
  const found = lists.get(key) ?? [];
  lists.set(key, found);
  return found;
}
