/** A store in one SQLite file: survives restarts and crashes, and is shared by the processes of one machine. */
import { closeSync, existsSync, lstatSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type Libsql from "libsql";
import { checkMs } from "../checks.js";
import { messageOf, StoreError } from "../errors.js";
import type { Entry, Head } from "../lifecycle.js";
import { readCursor, writeCursor } from "./cursor.js";
import { follows } from "./follows.js";
import { checkKeys } from "./options.js";
import { setUp } from "./sqlite/schema.js";
import { type Statements, statementsIn } from "./sqlite/statements.js";
import { type Append, EMPTY_HEAD, type IndexRow, type ListPage, type ListQuery, type Store } from "./store.js";

export type * from "./store.js";

/** Where the store is kept. */
export interface SqliteOptions {
  /**
   * Path of the file. It is created, readable by its owner only, if it does not exist; its folder is not.
   *
   * It must lie on a disk of this machine, since locks do not hold on network file systems. Beside it lie, while it is
   * open, files with the endings `-wal` and `-shm`, which belong to it. Do not read the file by other means in a process
   * that has it open: on POSIX systems closing it again takes SQLite's locks away.
   *
   * A store that was used once is of that file: if it is moved, removed or replaced, also while closed, everything fails
   * with `unavailable` until the file is back, since what has run would run again from an older copy.
   */
  readonly file: string;
  /** How long to wait for other processes that write, in milliseconds; 10,000 unless given. */
  readonly waitMs?: number;
}

/** An open file, and what it is. */
interface Connection {
  readonly database: Libsql.Database;
  readonly statements: Statements;
  /** Changes when another connection has written. */
  version: unknown;
}

/** The package, once something was used. */
let Database: typeof Libsql | undefined;

const WAIT_MS = 10_000;
const POLL_MS = 200;
/** Where the first page begins: later than any time. */
const NEWEST = [Number.MAX_SAFE_INTEGER, ""] as const;

/**
 * A store in the SQLite file `file`. It needs the package `libsql` 0.5, and opens the file when first used.
 *
 * Every append is on the disk (`synchronous=FULL`) before it answers.
 *
 * @throws TypeError or RangeError if the options are not these, or if `file` is no path.
 *
 * @example
 * ```ts
 * const escalations = createEscalations({ store: sqliteStore({ file: "countersign.db" }) });
 * ```
 */
export function sqliteStore(options: SqliteOptions): Store {
  const { file, waitMs } = checked(options);
  let open: Connection | undefined;
  const watching = new Set<{ readonly changed: () => void }>();
  const hint = () => {
    for (const { changed } of watching) queueMicrotask(changed);
  };
  const seen: Seen = { file: null, head: EMPTY_HEAD };
  const connection = () => {
    if (seen.file !== null && fileAt(file) !== seen.file) throw replaced("something else lies there now, or nothing");
    open ??= connect(file, seen);
    return open;
  };
  const close = () => {
    if (open) disconnect(open);
    open = undefined;
  };
  let loading: Promise<void> | undefined;
  const using = async <T>(work: (connection: Connection) => T) => {
    if (Database === undefined) {
      loading = load();
      await loading;
    }
    return patiently(() => work(connection()), waitMs);
  };
  const poll = () => {
    if (open && hasChanged(open)) hint();
  };
  let timer: NodeJS.Timeout | undefined;
  return Object.freeze({
    head: () => using(({ statements }) => headSeen(statements, seen)),
    async append(append: Append) {
      const taken = await using((used) => appendIn(used, append, seen));
      if (taken) hint();
      return taken;
    },
    read: (id: string) => using(({ statements }) => entriesOf(statements, id)),
    list: (query: ListQuery) => using(({ statements }) => page(statements, query)),
    history: ({ from, limit }: { from: number; limit: number }) =>
      using(({ statements }) => statements.history(from, limit).map(entryIn)),
    usage: (queries: readonly { bucket: string; sinceMs: number }[]) =>
      using(({ statements }) => queries.map(({ bucket, sinceMs }) => statements.usage(bucket, sinceMs))),
    marks: (session: string) => using(({ statements }) => statements.marks(session).map(textOf).sort()),
    watch(changed: () => void) {
      const watcher = { changed };
      watching.add(watcher);
      // Who watches a file that cannot be opened hears so from whatever else it does.
      using(hasChanged).catch(() => undefined);
      timer ??= setInterval(poll, POLL_MS).unref();
      return () => {
        watching.delete(watcher);
        if (watching.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    async close() {
      // What was asked before is answered before.
      await loading?.catch(() => undefined);
      close();
    },
  });
}

function checked(options: SqliteOptions): Required<SqliteOptions> {
  checkKeys("sqliteStore", options, ["file", "waitMs"]);
  const { file, waitMs = WAIT_MS } = options;
  if (typeof file !== "string" || file === "") {
    throw new TypeError("`file` must be the path of a file, a string; of a URL `fileURLToPath(url)` is");
  }
  if (file === ":memory:") throw new TypeError("`file` is kept on a disk; in memory `memoryStore()` keeps one");
  return { file, waitMs: checkMs("waitMs", waitMs) };
}

/** It is loaded with the first use: whoever imports this file need not have it. */
async function load(): Promise<void> {
  try {
    Database ??= (await import("libsql")).default;
  } catch (error) {
    const message = "the package `libsql`, which keeps the file, cannot be loaded: run `npm install libsql`";
    throw new StoreError("unavailable", message, { cause: error });
  }
}

/** What this process knows of the file, open or not. An older one put in its place would let what has run run again. */
interface Seen {
  /** Which file it is; `null` before it was opened. */
  file: string | null;
  /** The latest end of its history. */
  head: Head;
}

/** Opens `file` and remembers which it is. */
function connect(file: string, seen: Seen): Connection {
  if (Database === undefined) throw new StoreError("unavailable", "the package `libsql` is not loaded");
  create(file);
  const database = new Database(file);
  try {
    setUp(database);
    const statements = statementsIn(database);
    checkGrown(statements, seen);
    seen.file = fileAt(file);
    return { database, statements, version: undefined };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite would let everybody read what it creates. An empty file is a new database to it. */
function create(file: string): void {
  // Never opens what is there: closing it again would take all of this process's locks from it (POSIX).
  if (existsSync(file)) return;
  try {
    closeSync(openSync(file, "ax", 0o600));
  } catch (error) {
    // A symbolic link that leads nowhere exists too. Where it leads SQLite would create a file that everybody reads.
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() && !existsSync(file)) {
      const message =
        "the file is a symbolic link that leads nowhere: remove it, or name the file that it should lead to";
      throw new StoreError("unavailable", message, { cause: error });
    }
    if (codeOf(error) === "EEXIST") return;
    if (codeOf(error) !== "ENOENT") throw error;
    const message = `there is no folder \`${dirname(file)}\` for the file: create the folder`;
    throw new StoreError("unavailable", message, { cause: error });
  }
}

function disconnect({ database }: Connection): void {
  try {
    // So that everything is in the one file, should somebody copy it. In the log it is as safe.
    database.pragma("wal_checkpoint(TRUNCATE)");
  } catch {
    // Another process uses the log.
  }
  database.close();
}

/** Which file lies at `file`; `null` if none does. */
function fileAt(file: string): string | null {
  const status = statSync(file, { throwIfNoEntry: false, bigint: true });
  return status === undefined ? null : `${status.dev}:${status.ino}`;
}

/** Whether the history of a file that was opened again goes on from where it ended. */
function checkGrown(statements: Statements, { head: { size, hash } }: Seen): void {
  if (size === 0) return;
  const [last] = statements.history(size - 1, 1).map(entryIn);
  if (last?.hash !== hash) throw replaced("its history is not the one that it had");
}

/** The end of the history, which never goes back. */
function headSeen(statements: Statements, seen: Seen): Head {
  const head = headIn(statements);
  if (head.size < seen.head.size) throw replaced("its history ends before where it ended");
  seen.head = head;
  return head;
}

function replaced(why: string): StoreError {
  return new StoreError(
    "unavailable",
    `the file was replaced (${why}): restart what uses it, once it is the right one`,
  );
}

/** Whether another connection has written since this was asked before. */
function hasChanged(connection: Connection): boolean {
  try {
    const before = connection.version;
    connection.version = connection.statements.version();
    return before !== undefined && before !== connection.version;
  } catch {
    return false;
  }
}

function appendIn({ database, statements }: Connection, append: Append, seen: Seen): boolean {
  // Locks before it reads, so that nobody writes between the look at the head and the append.
  database.exec("BEGIN IMMEDIATE");
  try {
    const taken = follows(headSeen(statements, seen), append);
    if (taken) write(statements, append);
    database.exec(taken ? "COMMIT" : "ROLLBACK");
    if (taken) seen.head = append.head;
    return taken;
  } catch (error) {
    if (database.inTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

function write(statements: Statements, { entries, head, index, marks, used }: Append): void {
  for (const entry of entries) statements.addEntry(entry.seq, keyOf(entry.id), JSON.stringify(entry));
  statements.setHead(JSON.stringify(head));
  for (const row of index) writeRow(statements, row);
  for (const mark of marks?.marks ?? []) statements.addMark(marks?.session ?? "", keyOf(mark));
  for (const { bucket, amount, atMs, untilMs } of used) statements.addUsed(bucket, atMs, amount, untilMs);
  if (used.length > 0) statements.forget(head.atMs);
}

function writeRow({ setRow }: Statements, { id, status, openedAtMs, unfinished, lane, agent }: IndexRow): void {
  setRow(keyOf(id), status, openedAtMs, unfinished ? 1 : 0, lane, agent);
}

function headIn({ head }: Statements): Head {
  const text = head();
  return text === undefined ? EMPTY_HEAD : (JSON.parse(text) as Head);
}

function entriesOf({ entries }: Statements, id: string): readonly Entry[] {
  return entries(keyOf(id)).map(entryIn);
}

function entryIn(text: string): Entry {
  return JSON.parse(text) as Entry;
}

function page(statements: Statements, { filter, limit, after }: ListQuery): ListPage {
  const [openedAtMs, id] = after === undefined ? NEWEST : readCursor(after);
  // One more than asked for tells whether there is a next page.
  const found = statements.list(filter, [openedAtMs, keyOf(id)], limit + 1);
  const items = found.slice(0, limit).map((row) => ({ ...row, id: textOf(row.id) }));
  const last = items.at(-1);
  return {
    items: items.map((row) => ({ id: row.id, entries: entriesOf(statements, row.id) })),
    next: last && found.length > limit ? writeCursor([last.openedAtMs, last.id]) : null,
  };
}

/** `text` as it is kept: as in JSON, since the package cuts texts off at NUL, and UTF-8 has no lone surrogates. */
function keyOf(text: string): string;
function keyOf(text: string | null): string | null;
function keyOf(text: string | null): string | null {
  return text === null ? null : JSON.stringify(text).slice(1, -1);
}

function textOf(key: string): string {
  return JSON.parse(`"${key}"`) as string;
}

/** Does `work` as soon as no other connection is in its way. Between two tries this process can do something else. */
async function patiently<T>(work: () => T, waitMs: number): Promise<T> {
  const endMs = performance.now() + waitMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > endMs) throw storeError(error);
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 1 + Math.random() * 10);
    });
  }
}

function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  const { code } = error instanceof Error ? (error as { code?: unknown }) : {};
  return typeof code === "string" ? code : "";
}

function storeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const options = { cause: error };
  if (codeOf(error) === "SQLITE_NOTADB")
    return new StoreError("not-a-store", "the file is no SQLite database", options);
  if (codeOf(error) === "SQLITE_FULL") return new StoreError("full", "there is no room on the disk", options);
  return new StoreError("unavailable", `SQLite failed: ${messageOf(error)}`, options);
}
