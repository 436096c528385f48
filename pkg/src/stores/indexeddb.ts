/** A store in the browser's IndexedDB: survives reloads, is shared by the tabs of one origin, and stays on this machine. */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import { messageOf, StoreError } from "../errors.js";
import type { Entry, Status } from "../types.js";
import { type Cursor, readCursor, writeCursor } from "./cursor.js";
import type { AppendGuard, AppendResult, EscalationStore, ListPage, ListQuery } from "./store.js";

export type * from "./store.js";

/** An escalation store that holds a connection. */
export interface IndexedDbStore extends EscalationStore {
  /** Closes the connection. The next use opens it again. */
  close(): Promise<void>;
}

/** Where the store is kept. */
export interface IndexedDbOptions {
  /** Name of the database within the page's origin; `countersign` unless written. */
  readonly name?: string;
}

interface Row {
  readonly id: string;
  readonly openedAtMs: number;
  readonly status: Status;
  readonly entries: readonly Entry[];
}

interface Schema extends DBSchema {
  escalations: {
    key: string;
    value: Row;
    indexes: { opened: [number, string]; status: [Status, number, string] };
  };
}

type Database = IDBPDatabase<Schema>;

/**
 * A store in the database `name`. It needs the package `idb` 8, and opens the database when first used.
 *
 * Browsers may evict it when the disk is full, unless the page was granted `navigator.storage.persist()`.
 *
 * @example
 * ```ts
 * const escalations = createEscalations({ store: indexedDbStore() });
 * ```
 */
export function indexedDbStore({ name = "countersign" }: IndexedDbOptions = {}): IndexedDbStore {
  let opening: Promise<Database> | undefined;
  const forget = () => {
    opening = undefined;
  };
  const connection = () => {
    opening ??= connect(name, forget).catch((error: unknown) => {
      forget();
      throw error;
    });
    return opening;
  };
  return Object.freeze({
    append: (id: string, entry: Entry, guard: AppendGuard) =>
      storing(async () => append(await connection(), id, entry, guard)),
    read: (id: string) => storing(async () => (await (await connection()).get("escalations", id))?.entries ?? []),
    list: (query: ListQuery) => storing(async () => list(await connection(), query)),
    close: async () => {
      const database = await opening?.catch(() => undefined);
      forget();
      database?.close();
    },
  });
}

async function connect(name: string, closed: () => void): Promise<Database> {
  const database = await openDB<Schema>(name, 1, {
    upgrade(upgrading) {
      const escalations = upgrading.createObjectStore("escalations", { keyPath: "id" });
      escalations.createIndex("opened", ["openedAtMs", "id"]);
      escalations.createIndex("status", ["status", "openedAtMs", "id"]);
    },
    // A newer version in another tab, or somebody who clears the site's data, must not wait for us.
    blocking() {
      closed();
      database.close();
    },
    terminated: closed,
  });
  return database;
}

/** One transaction: nobody else writes between the check and the append. */
async function append(database: Database, id: string, entry: Entry, guard: AppendGuard): Promise<AppendResult> {
  const transaction = database.transaction("escalations", "readwrite", { durability: "strict" });
  const [result] = await Promise.all([appendWithin(transaction.store, id, entry, guard), transaction.done]);
  return result;
}

interface RowStore {
  get(id: string): Promise<Row | undefined>;
  put(row: Row): Promise<string>;
}

async function appendWithin(rows: RowStore, id: string, entry: Entry, guard: AppendGuard): Promise<AppendResult> {
  const row = await rows.get(id);
  const entries = row?.entries ?? [];
  if (entries.length !== guard.length) return { ok: false, length: entries.length };
  const openedAtMs = row?.openedAtMs ?? entry.atMs;
  await rows.put({ id, openedAtMs, status: guard.status, entries: [...entries, entry] });
  return { ok: true };
}

async function list(database: Database, { status, limit, after }: ListQuery): Promise<ListPage> {
  const place = after === undefined ? undefined : readCursor(after);
  const rows = database.transaction("escalations").store;
  let cursor =
    status === undefined
      ? await rows.index("opened").openCursor(place && IDBKeyRange.upperBound([...place], true), "prev")
      : await rows.index("status").openCursor(rangeOf(status, place), "prev");
  const found: Row[] = [];
  // One more than asked for tells whether there is a next page.
  while (cursor && found.length <= limit) {
    found.push(cursor.value);
    cursor = await cursor.continue();
  }
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map(({ id, entries }) => ({ id, entries })),
    next: last && found.length > limit ? writeCursor([last.openedAtMs, last.id]) : null,
  };
}

/** All of `status` that come before `place` in the index. A list sorts after every number, so `[status, []]` is the end. */
function rangeOf(status: Status, place: Cursor | undefined): IDBKeyRange {
  return IDBKeyRange.bound([status], place ? [status, ...place] : [status, []], false, true);
}

async function storing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError("unavailable", `IndexedDB failed: ${messageOf(error)}`, { cause: error });
  }
}
