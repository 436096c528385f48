/** The database of the IndexedDB store: what is in it, how it came to be so, and how it is opened. */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from "idb";
import { StoreError } from "../../errors.js";
import type { Entry, Head, Status } from "../../lifecycle.js";
import type { Digest } from "../../types.js";
import { facetsOf } from "../facets.js";
import type { IndexRow, Used } from "../store.js";

/** An escalation as the first version of this store kept it. */
export interface FormerEscalation {
  readonly id: string;
  readonly openedAtMs: number;
  readonly status: Status;
  /** An opening with the call and its decision, and the review if there was one. */
  readonly entries: readonly unknown[];
}

/** Where an escalation stands in one list: the place by which the list is sorted. */
type Listed = [facet: string, openedAtMs: number, id: string];

interface Schema extends DBSchema {
  history: { key: number; value: Entry; indexes: { id: string } };
  state: { key: "head"; value: Head };
  escalations: { key: string; value: IndexRow & { readonly facets: readonly Listed[] }; indexes: { facet: Listed } };
  marks: { key: [session: Digest, mark: string]; value: string };
  used: { key: number; value: Used; indexes: { bucket: [bucket: Digest, atMs: number]; until: number } };
  before: { key: string; value: FormerEscalation };
}

export type Database = IDBPDatabase<Schema>;
/** All that an append writes to. */
export const STORES = ["history", "state", "escalations", "marks", "used"] as const;
export type Writing = IDBPTransaction<Schema, typeof STORES, "readwrite">;
type Upgrading = IDBPTransaction<Schema, StoreNames<Schema>[], "versionchange">;

const VERSION = 2;
/** How long an older version in another tab may keep this one from opening. It closes at once, unless it hangs. */
const BLOCKED_MS = 10_000;

/** The places of `row` in all its lists: one index finds them all. */
export function listedAs(row: IndexRow): readonly Listed[] {
  return facetsOf(row).map((facet) => [facet, row.openedAtMs, row.id]);
}

/**
 * Opens the database `name`, after bringing it to this version. Calls `closed` when it is usable no more.
 *
 * @throws {@link StoreError} `unavailable` if the package `idb` is not there, or if another tab does not let go of an older
 *   version, `not-a-store` if it is something else's; whatever IndexedDB throws otherwise.
 */
export async function connect(name: string, closed: () => void): Promise<Database> {
  const openDB = await loadOpenDB();
  let foreign = false;
  let blocked: () => void = () => undefined;
  const opening = openDB<Schema>(name, VERSION, {
    upgrade(database, oldVersion, _newVersion, transaction) {
      foreign = !upgrade(database, oldVersion, transaction);
    },
    blocked: () => blocked(),
    // A newer version in another tab, or somebody who clears the site's data, must not wait for us.
    blocking(_currentVersion, _blockedVersion, event) {
      closed();
      (event.target as IDBDatabase).close();
    },
    terminated: closed,
  });
  const giveUp = new Promise<never>((_, reject) => {
    blocked = () => {
      const message = "another tab keeps an older version of this database open: close it";
      setTimeout(() => reject(new StoreError("unavailable", message)), BLOCKED_MS);
    };
  });
  try {
    return await Promise.race([opening, giveUp]);
  } catch (error) {
    opening.then((database) => database.close()).catch(() => undefined);
    if (foreign) throw new StoreError("not-a-store", "the database is one of something else", { cause: error });
    throw error;
  }
}

/** It is loaded with the first use: whoever imports this file need not have it. Bundlers see which package it is. */
async function loadOpenDB() {
  try {
    return (await import("idb")).openDB;
  } catch (error) {
    const message = "the package `idb`, which opens the database, cannot be loaded: run `npm install idb`";
    throw new StoreError("unavailable", message, { cause: error });
  }
}

/** Brings the database to this version, step by step; `false`, and nothing is changed, if it is not ours. */
function upgrade(database: Database, oldVersion: number, transaction: Upgrading): boolean {
  if (oldVersion === 0) {
    database.createObjectStore("before", { keyPath: "id" });
  } else if (!keepFormer(database, transaction)) {
    transaction.done.catch(() => undefined);
    transaction.abort();
    return false;
  }
  database.createObjectStore("history", { keyPath: "seq" }).createIndex("id", "id");
  database.createObjectStore("state");
  database.createObjectStore("escalations", { keyPath: "id" }).createIndex("facet", "facets", { multiEntry: true });
  database.createObjectStore("marks");
  const used = database.createObjectStore("used", { autoIncrement: true });
  used.createIndex("bucket", ["bucket", "atMs"]);
  used.createIndex("until", "untilMs");
  return true;
}

/** Version 1 had one object store, of escalations without a history. They are set aside as they are. */
function keepFormer(database: Database, transaction: Upgrading): boolean {
  if (database.objectStoreNames.length !== 1 || !database.objectStoreNames.contains("escalations")) return false;
  const former = transaction.objectStore("escalations") as unknown as IDBObjectStore;
  former.name = "before";
  for (const index of [...former.indexNames]) former.deleteIndex(index);
  return true;
}
