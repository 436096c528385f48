/** A store in this process's memory: for tests, and where losing what waits at a restart is acceptable. */
import { deepFreeze } from "../freeze.js";
import type { Entry, Status } from "../types.js";
import { readCursor, writeCursor } from "./cursor.js";
import type { EscalationStore, ListPage, ListQuery } from "./store.js";

export type * from "./store.js";

interface Row {
  readonly id: string;
  readonly openedAtMs: number;
  status: Status;
  readonly entries: Entry[];
}

/**
 * An empty store that lives as long as this process keeps it. Other processes see nothing of it.
 *
 * @example
 * ```ts
 * const escalations = createEscalations({ store: memoryStore() });
 * ```
 */
export function memoryStore(): EscalationStore {
  const rows = new Map<string, Row>();
  // Each function does its work before it first waits, so no two of them mix.
  return Object.freeze({
    async append(id: string, entry: Entry, { length, status }: { length: number; status: Status }) {
      const row = rows.get(id) ?? { id, openedAtMs: entry.atMs, status, entries: [] };
      if (row.entries.length !== length) return { ok: false as const, length: row.entries.length };
      row.entries.push(frozenCopy(entry));
      row.status = status;
      rows.set(id, row);
      return { ok: true as const };
    },
    async read(id: string) {
      return [...(rows.get(id)?.entries ?? [])];
    },
    async list(query: ListQuery) {
      return page([...rows.values()], query);
    },
  });
}

function page(rows: readonly Row[], { status, limit, after }: ListQuery): ListPage {
  const found = rows.filter((row) => status === undefined || row.status === status).sort(newestFirst);
  const from = after === undefined ? 0 : firstAfter(found, after);
  const items = found.slice(from, from + limit);
  const last = items.at(-1);
  return {
    items: items.map(({ id, entries }) => ({ id, entries: [...entries] })),
    next: last && from + limit < found.length ? writeCursor([last.openedAtMs, last.id]) : null,
  };
}

function firstAfter(rows: readonly Row[], after: string): number {
  const [openedAtMs, id] = readCursor(after);
  const index = rows.findIndex((row) => newestFirst(row, { openedAtMs, id }) > 0);
  return index < 0 ? rows.length : index;
}

type Place = Pick<Row, "openedAtMs" | "id">;

function newestFirst(a: Place, b: Place): number {
  if (a.openedAtMs !== b.openedAtMs) return b.openedAtMs - a.openedAtMs;
  if (a.id === b.id) return 0;
  return a.id < b.id ? 1 : -1;
}

function frozenCopy(entry: Entry): Entry {
  return deepFreeze(structuredClone(entry));
}
