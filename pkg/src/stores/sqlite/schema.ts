/** The tables of the SQLite store, and how a file gets them. */
import type Database from "libsql";
import { StoreError } from "../../errors.js";

/** Says that a file is ours: "csgn". */
const APPLICATION_ID = 0x6373676e;
const VERSION = 1;

/** Nothing of the history is ever changed or removed, not even by a mistake of ours. */
const SCHEMA = `
  CREATE TABLE history (seq INTEGER PRIMARY KEY, id TEXT, entry TEXT NOT NULL) STRICT;
  CREATE INDEX history_id ON history (id, seq) WHERE id IS NOT NULL;
  CREATE TRIGGER history_update BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'the history only grows'); END;
  CREATE TRIGGER history_delete BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'the history only grows'); END;

  CREATE TABLE head (one INTEGER PRIMARY KEY CHECK (one = 1), head TEXT NOT NULL) STRICT;

  CREATE TABLE escalations (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, opened INTEGER NOT NULL, unfinished INTEGER NOT NULL,
    lane TEXT, agent TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX escalations_all ON escalations (opened, id);
  CREATE INDEX escalations_status ON escalations (status, opened, id);
  CREATE INDEX escalations_lane ON escalations (lane, opened, id);
  CREATE INDEX escalations_pending ON escalations (agent, opened, id) WHERE status = 'pending';
  CREATE INDEX escalations_unfinished ON escalations (opened, id) WHERE unfinished = 1;

  CREATE TABLE marks (session TEXT NOT NULL, mark TEXT NOT NULL, PRIMARY KEY (session, mark)) STRICT, WITHOUT ROWID;

  CREATE TABLE used (bucket TEXT NOT NULL, at INTEGER NOT NULL, amount REAL NOT NULL, until INTEGER NOT NULL) STRICT;
  CREATE INDEX used_bucket ON used (bucket, at, amount);
  CREATE INDEX used_until ON used (until);

  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};
`;

/** What a file says it is. */
const ASKING = `
  SELECT application_id AS application, user_version AS version, (SELECT count(*) FROM sqlite_schema) AS tables
  FROM pragma_application_id, pragma_user_version
`;

/** How long SQLite itself waits, and this process with it, before the store waits without keeping it. */
const BLOCK_MS = 20;

/**
 * Makes `database` one of this version, if it is empty.
 *
 * @throws {@link StoreError} `not-a-store` or `other-version`; then it was left as it is.
 */
export function setUp(database: Database.Database): void {
  database.exec(`PRAGMA busy_timeout = ${BLOCK_MS}`);
  const isNew = isEmpty(database);
  // A write-ahead log: readers wait for nobody, and an append is one write that is waited for.
  if (isNew) database.pragma("journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  if (!isNew) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have been quicker.
    if (isEmpty(database)) database.exec(SCHEMA);
    database.exec("COMMIT");
  } catch (error) {
    if (database.inTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Whether there is nothing in `database` yet; throws if something else than our tables is. */
function isEmpty(database: Database.Database): boolean {
  const { application, version, tables } = database.prepare(ASKING).get() as Record<string, number>;
  if (tables === 0 && version === 0) return true;
  if (application !== APPLICATION_ID) {
    throw new StoreError("not-a-store", "the file is a database of something else");
  }
  if (version !== VERSION) {
    throw new StoreError(
      "other-version",
      `the file has version ${version}, and this package reads ${VERSION}: update it`,
    );
  }
  return false;
}
