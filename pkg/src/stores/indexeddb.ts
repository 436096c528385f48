/** A store in the browser's IndexedDB: survives reloads, is shared by the tabs of one origin, and stays on this machine. */
import { messageOf, StoreError } from "../errors.js";
import { readCursor, writeCursor } from "./cursor.js";
import { facetOf } from "./facets.js";
import { follows } from "./follows.js";
import { connect, type Database, type FormerEscalation, listedAs, STORES, type Writing } from "./indexeddb/database.js";
import { checkKeys } from "./options.js";
import { type Append, EMPTY_HEAD, type ListPage, type ListQuery, type Store, type UsageQuery } from "./store.js";

export type { FormerEscalation } from "./indexeddb/database.js";
export type * from "./store.js";

/** A store in a browser, which may lose it. */
export interface IndexedDbStore extends Store {
  /**
   * Whether the browser has promised not to evict this origin's data when the disk is full. The store asks it once, with
   * the first append, and the browser may ask the user.
   */
  persisted(): Promise<boolean>;
  /** What the first version of this store kept, which had no history. It can be shown and exported, but nothing runs by it. */
  before(): Promise<readonly FormerEscalation[]>;
}

/** Where the store is kept. */
export interface IndexedDbOptions {
  /** Name of the database within the page's origin; `countersign` unless written. */
  readonly name?: string;
}

/** How long to wait for one's turn. Transactions keep writers apart in any case, so a tab that hangs stops nobody. */
const TURN_MS = 2_000;

/**
 * A store in the database `name`. It needs the package `idb` 8, and opens the database when first used.
 *
 * An append answers once it is on the disk (`durability: "strict"`). Browsers may still evict all of it when the disk is
 * full, unless {@link IndexedDbStore.persisted} says otherwise. Any page of the same origin can change it: only a
 * checkpoint kept elsewhere shows that nobody did.
 *
 * @example
 * ```ts
 * const escalations = createEscalations({ store: indexedDbStore() });
 * ```
 */
export function indexedDbStore(options: IndexedDbOptions = {}): IndexedDbStore {
  checkKeys("indexedDbStore", options, ["name"]);
  const { name = "countersign" } = options;
  let opening: Promise<Database> | undefined;
  let asking: Promise<boolean> | undefined;
  const hints = hintsAbout(`countersign ${name}`);
  const connection = () => {
    const forget = () => {
      if (opening === mine) opening = undefined;
    };
    opening ??= connect(name, forget);
    const mine = opening;
    mine.catch(forget);
    return mine;
  };
  const using = <T>(work: (database: Database) => Promise<T>) => storing(async () => work(await connection()));
  return Object.freeze({
    head: () => using(async (database) => (await database.get("state", "head")) ?? EMPTY_HEAD),
    async append(append: Append) {
      const taken = await inTurn(`countersign ${name}`, () => using((database) => appendIn(database, append)));
      if (!taken) return false;
      asking ??= askToPersist();
      hints.tell();
      return true;
    },
    read: (id: string) => using((database) => database.getAllFromIndex("history", "id", id)),
    list: (query: ListQuery) => using((database) => page(database, query)),
    history: ({ from, limit }: { from: number; limit: number }) =>
      using((database) => database.getAll("history", IDBKeyRange.lowerBound(from), limit)),
    usage: (queries: readonly UsageQuery[]) => using((database) => usageOf(database, queries)),
    marks: (session: string) =>
      using(async (database) => (await database.getAll("marks", IDBKeyRange.bound([session], [session, []]))).sort()),
    watch: hints.watch,
    async close() {
      const closing = opening;
      opening = undefined;
      hints.close();
      (await closing?.catch(() => undefined))?.close();
    },
    persisted: async () => asking ?? (await isPersisted()),
    before: () => using((database) => database.getAll("before")),
  });
}

/** One transaction: nobody else writes between the look at the head and the append. */
async function appendIn(database: Database, append: Append): Promise<boolean> {
  const writing = database.transaction(STORES, "readwrite", { durability: "strict" });
  const appending = appendWithin(writing, append).catch((error: unknown) => {
    abort(writing);
    throw error;
  });
  const [appended, done] = await Promise.allSettled([appending, writing.done]);
  // What the transaction failed with says more than that a request of it was aborted.
  if (writing.error !== null) throw writing.error;
  if (appended.status === "rejected") throw appended.reason;
  if (done.status === "rejected") throw done.reason;
  return appended.value;
}

async function appendWithin(writing: Writing, append: Append): Promise<boolean> {
  const state = writing.objectStore("state");
  if (!follows((await state.get("head")) ?? EMPTY_HEAD, append)) return false;
  const { entries, head, index, marks, used } = append;
  const [history, rows, marked, uses] = [
    writing.objectStore("history"),
    writing.objectStore("escalations"),
    writing.objectStore("marks"),
    writing.objectStore("used"),
  ];
  const requests: Promise<unknown>[] = [state.put(head, "head")];
  // `add`, not `put`: what is in the history is never replaced.
  for (const entry of entries) requests.push(history.add(entry));
  for (const row of index) requests.push(rows.put({ ...row, facets: listedAs(row) }));
  if (marks !== null) for (const mark of marks.marks) requests.push(marked.put(mark, [marks.session, mark]));
  for (const use of used) requests.push(uses.add(use));
  if (used.length > 0) requests.push(forgetSome(writing, head.atMs));
  await Promise.all(requests);
  return true;
}

/** Removes some of what was used and counts no longer: more than an append adds, and never much at once. */
async function forgetSome(writing: Writing, nowMs: number): Promise<void> {
  const used = writing.objectStore("used");
  const keys = await used.index("until").getAllKeys(IDBKeyRange.upperBound(nowMs, true), 100);
  await Promise.all(keys.map((key) => used.delete(key)));
}

function abort(writing: Writing): void {
  try {
    writing.abort();
  } catch {
    // It was aborted already, which is why we are here.
  }
}

async function page(database: Database, { filter, limit, after }: ListQuery): Promise<ListPage> {
  const facet = facetOf(filter);
  // A list sorts after every number, so `[facet, []]` is the end.
  const end = after === undefined ? [facet, []] : [facet, ...readCursor(after)];
  const reading = database.transaction(["escalations", "history"]);
  const range = IDBKeyRange.bound([facet], end, false, true);
  let cursor = await reading.objectStore("escalations").index("facet").openCursor(range, "prev");
  const found: { id: string; openedAtMs: number }[] = [];
  // One more than asked for tells whether there is a next page.
  while (cursor && found.length <= limit) {
    found.push(cursor.value);
    cursor = found.length > limit ? null : await cursor.continue();
  }
  const history = reading.objectStore("history").index("id");
  const rows = found.slice(0, limit);
  const items = await Promise.all(rows.map(async ({ id }) => ({ id, entries: await history.getAll(id) })));
  const last = rows.at(-1);
  return { items, next: last && found.length > limit ? writeCursor([last.openedAtMs, last.id]) : null };
}

async function usageOf(database: Database, queries: readonly UsageQuery[]): Promise<readonly number[]> {
  const used = database.transaction("used").store.index("bucket");
  return Promise.all(
    queries.map(async ({ bucket, sinceMs }) => {
      const found = await used.getAll(IDBKeyRange.bound([bucket, sinceMs], [bucket, []], true));
      return found.reduce((sum, { amount }) => sum + amount, 0);
    }),
  );
}

/** Does `work` when the writers before it are through, so that those who lose anyway need not all try at once. */
async function inTurn<T>(lock: string, work: () => Promise<T>): Promise<T> {
  const { locks } = navigator;
  if (locks === undefined) return work();
  let begun = false;
  const begin = () => {
    begun = true;
    return work();
  };
  try {
    return (await locks.request(lock, { signal: AbortSignal.timeout(TURN_MS) }, begin)) as T;
  } catch (error) {
    if (begun) throw error;
    return work();
  }
}

/** Tells the other tabs that something has changed, and hears it from them. What a message says is never looked at. */
function hintsAbout(name: string) {
  let channel: BroadcastChannel | undefined;
  const watching = new Set<{ readonly changed: () => void }>();
  const hint = () => {
    for (const { changed } of watching) queueMicrotask(changed);
  };
  const open = () => {
    if (channel || typeof BroadcastChannel === "undefined") return channel;
    channel = new BroadcastChannel(name);
    channel.onmessage = hint;
    return channel;
  };
  const close = () => {
    channel?.close();
    channel = undefined;
  };
  return {
    tell() {
      open()?.postMessage(null);
      hint();
    },
    watch(changed: () => void) {
      const watcher = { changed };
      watching.add(watcher);
      open();
      return () => {
        watching.delete(watcher);
      };
    },
    /** Whoever watches goes on hearing of others once something is used again. */
    close,
  };
}

async function askToPersist(): Promise<boolean> {
  try {
    // Workers cannot ask, and see only what a page was promised.
    return "persist" in navigator.storage ? await navigator.storage.persist() : await isPersisted();
  } catch {
    return false;
  }
}

async function isPersisted(): Promise<boolean> {
  try {
    return await navigator.storage.persisted();
  } catch {
    return false;
  }
}

async function storing<T>(work: () => Promise<T>): Promise<T> {
  try {
    // A connection that was closed under us has done nothing yet: then once more, with a new one.
    return await work().catch((error: unknown) =>
      nameOf(error) === "InvalidStateError" ? work() : Promise.reject(error),
    );
  } catch (error) {
    throw storeError(error);
  }
}

function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const options = { cause: error };
  switch (nameOf(error)) {
    case "QuotaExceededError":
      return new StoreError("full", "the browser grants no more room", options);
    case "VersionError":
      return new StoreError("other-version", "a newer version keeps this database: reload the page", options);
    case "NotFoundError":
      return new StoreError("not-a-store", "the database is one of something else", options);
    default:
      return new StoreError("unavailable", `IndexedDB failed: ${messageOf(error)}`, options);
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}
