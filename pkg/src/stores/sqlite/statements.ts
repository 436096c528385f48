/** The statements of the SQLite store, prepared once for each connection. */
import type Database from "libsql";
import type { Filter } from "../store.js";

/** A statement of each kind. Texts and times are bound as they are kept; see `keyOf` in `../sqlite.ts`. */
export interface Statements {
  head(): string | undefined;
  setHead(head: string): void;
  addEntry(seq: number, id: string | null, entry: string): void;
  history(from: number, limit: number): readonly string[];
  entries(id: string): readonly string[];
  setRow(id: string, status: string, openedAtMs: number, unfinished: 0 | 1, lane: string | null, agent: string): void;
  /** The rows after `place`, newest first. */
  list(filter: Filter, place: readonly [openedAtMs: number, id: string], limit: number): readonly Listed[];
  addMark(session: string, mark: string): void;
  marks(session: string): readonly string[];
  addUsed(bucket: string, atMs: number, amount: number, untilMs: number): void;
  usage(bucket: string, sinceMs: number): number;
  /** Removes some of what was used and counts no longer: more than an append adds, and never much at once. */
  forget(nowMs: number): void;
  version(): unknown;
}

export interface Listed {
  readonly id: string;
  readonly openedAtMs: number;
}

export function statementsIn(database: Database.Database): Statements {
  const [head, setHead] = [prepare("SELECT head FROM head"), prepare("INSERT OR REPLACE INTO head VALUES (1, ?)")];
  const addEntry = prepare("INSERT INTO history VALUES (?, ?, ?)");
  const history = prepare("SELECT entry FROM history WHERE seq >= ? ORDER BY seq LIMIT ?");
  const entries = prepare("SELECT entry FROM history WHERE id = ? ORDER BY seq");
  const setRow = prepare("INSERT OR REPLACE INTO escalations VALUES (?, ?, ?, ?, ?, ?)");
  const [addMark, marks] = [
    prepare("INSERT OR IGNORE INTO marks VALUES (?, ?)"),
    prepare("SELECT mark FROM marks WHERE session = ?"),
  ];
  const addUsed = prepare("INSERT INTO used VALUES (?, ?, ?, ?)");
  const usage = prepare("SELECT total(amount) AS sum FROM used WHERE bucket = ? AND at > ?");
  const forget = prepare("DELETE FROM used WHERE rowid IN (SELECT rowid FROM used WHERE until < ? LIMIT 100)");
  const version = prepare("PRAGMA data_version");
  const lists = {
    all: listing("?1 = ''"),
    status: listing("status = ?1"),
    lane: listing("lane = ?1"),
    pendingOf: listing("agent = ?1 AND status = 'pending'"),
    unfinished: listing("unfinished = 1 AND ?1 = ''"),
  };

  function prepare(sql: string): Database.Statement {
    return database.prepare(sql);
  }
  function listing(condition: string): Database.Statement {
    const where = `${condition} AND (opened, id) < (?2, ?3)`;
    return prepare(
      `SELECT id, opened AS openedAtMs FROM escalations WHERE ${where} ORDER BY opened DESC, id DESC LIMIT ?4`,
    );
  }
  function listOf(filter: Filter): readonly [Database.Statement, string] {
    if ("status" in filter) return [lists.status, filter.status];
    if ("lane" in filter) return [lists.lane, filter.lane];
    if ("pendingOf" in filter) return [lists.pendingOf, filter.pendingOf];
    return ["unfinished" in filter ? lists.unfinished : lists.all, ""];
  }

  return {
    head: () => (head.get() as { head: string } | undefined)?.head,
    setHead: (text) => void setHead.run(text),
    addEntry: (...row) => void addEntry.run(...row),
    history: (from, limit) => (history.all(from, limit) as { entry: string }[]).map(({ entry }) => entry),
    entries: (id) => (entries.all(id) as { entry: string }[]).map(({ entry }) => entry),
    setRow: (...row) => void setRow.run(...row),
    list(filter, place, limit) {
      const [list, value] = listOf(filter);
      return list.all(value, ...place, limit) as Listed[];
    },
    addMark: (...row) => void addMark.run(...row),
    marks: (session) => (marks.all(session) as { mark: string }[]).map(({ mark }) => mark),
    addUsed: (...row) => void addUsed.run(...row),
    usage: (bucket, sinceMs) => (usage.get(bucket, sinceMs) as { sum: number }).sum,
    forget: (nowMs) => void forget.run(nowMs),
    version: () => (version.get() as { data_version: unknown }).data_version,
  };
}
