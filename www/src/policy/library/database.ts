/**
 * The library's place in IndexedDB. Every change is one transaction: it is there as a whole or not at all.
 *
 * Rejects with the browser's own error if there is no room or no storage; nothing is changed then.
 */

import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from "idb";
import { SPACE } from "../../place.ts";
import {
  DELETED_KEPT_MS,
  type Draft,
  KEPT_MAX,
  type NewVersion,
  type PolicyRecord,
  type VersionRecord,
} from "./records.ts";

interface Schema extends DBSchema {
  readonly policies: { readonly key: string; readonly value: PolicyRecord };
  readonly versions: {
    readonly key: string;
    readonly value: VersionRecord;
    readonly indexes: { readonly policy: string };
  };
  readonly settings: { readonly key: string; readonly value: string };
}

export type Database = IDBPDatabase<Schema>;
type Change = IDBPTransaction<Schema, ("policies" | "versions" | "settings")[], "readwrite">;

const NAME = `${SPACE}-policies`;
const ALL = ["policies", "versions", "settings"] as ("policies" | "versions" | "settings")[];

/** Opens the library; `gone` is called if the browser takes it away. */
export function openDatabase(gone: () => void): Promise<Database> {
  return openDB<Schema>(NAME, 1, {
    upgrade(database) {
      database.createObjectStore("policies", { keyPath: "id" });
      database.createObjectStore("versions", { keyPath: "id" }).createIndex("policy", "policy");
      database.createObjectStore("settings");
    },
    // A newer page in another tab must not wait for this one.
    blocking: (_now, _next, event) => {
      (event.target as IDBDatabase | null)?.close();
      gone();
    },
    terminated: gone,
  });
}

export interface Contents {
  readonly policies: readonly PolicyRecord[];
  /** How many versions each policy has. */
  readonly counts: ReadonlyMap<string, number>;
  readonly activeId: string | null;
}

export async function readContents(database: Database): Promise<Contents> {
  const reading = database.transaction(ALL);
  const policies = await reading.objectStore("policies").getAll();
  const index = reading.objectStore("versions").index("policy");
  const counts = new Map<string, number>();
  for (const { id } of policies) counts.set(id, await index.count(id));
  const activeId = (await reading.objectStore("settings").get("active")) ?? null;
  return { policies, counts, activeId };
}

export function readPolicy(database: Database, id: string): Promise<PolicyRecord | undefined> {
  return database.get("policies", id);
}

export function readVersions(database: Database, policy: string): Promise<VersionRecord[]> {
  return database.getAllFromIndex("versions", "policy", policy);
}

/** Adds a policy with its versions, the oldest first. */
export function addPolicy(
  database: Database,
  policy: PolicyRecord,
  versions: readonly (NewVersion & { atMs: number })[],
) {
  return change(database, async (tx) => {
    await tx.objectStore("policies").add(policy);
    for (const [at, version] of versions.entries()) {
      await tx.objectStore("versions").add({ ...version, id: newId(), policy: policy.id, number: at + 1 });
    }
  });
}

/** Changes what `next` answers of a policy. `false` if there is no such policy. */
export function changePolicy(database: Database, id: string, next: Partial<PolicyRecord>): Promise<boolean> {
  return change(database, async (tx) => {
    const policy = await tx.objectStore("policies").get(id);
    if (policy === undefined) return false;
    await tx.objectStore("policies").put({ ...policy, ...next, id });
    return true;
  });
}

/** What became of a draft: written; written while another tab's was kept as a version; or there is no such policy. */
export type DraftWritten = "written" | "other-kept" | "gone";

/**
 * Writes the present text of a policy.
 *
 * `known` is the text that this tab has last seen there. If another has come since, it is kept as a version first.
 */
export function writeDraft(database: Database, id: string, draft: Draft, known: string | null): Promise<DraftWritten> {
  return change(database, async (tx) => {
    const policy = await tx.objectStore("policies").get(id);
    if (policy === undefined || policy.deletedMs !== null) return "gone";
    const other = policy.draft;
    const isOther = other.tab !== draft.tab && other.text !== known && other.text !== draft.text;
    const kept = isOther && (await keepOther(tx, id, other));
    if (other.text !== draft.text || other.tab !== draft.tab) {
      await tx.objectStore("policies").put({ ...policy, draft, changedMs: draft.atMs });
    }
    return kept ? "other-kept" : "written";
  });
}

/** Keeps what another tab wrote: one version for each tab, which grows with its text. `false` if a version has that text. */
async function keepOther(tx: Change, policy: string, { text, atMs, tab }: Draft): Promise<boolean> {
  const store = tx.objectStore("versions");
  const versions = await store.index("policy").getAll(policy);
  if (versions.some((version) => version.text === text)) return false;
  const id = `${policy} ${tab}`;
  const number = versions.find((version) => version.id === id)?.number ?? nextNumber(versions);
  const note = "Written in another tab at the same time";
  await store.put({ id, policy, number, atMs, kind: "kept", note, text, digest: null, rules: null });
  return true;
}

/** Adds a version, and makes its text the draft if `draft` says so. The oldest kept ones beyond the limit go. */
export function addVersion(
  database: Database,
  policy: string,
  version: NewVersion & { readonly atMs: number },
): Promise<VersionRecord> {
  return change(database, async (tx) => {
    const store = tx.objectStore("versions");
    const versions = await store.index("policy").getAll(policy);
    const added = { ...version, id: newId(), policy, number: nextNumber(versions) };
    await store.add(added);
    const kept = versions.filter(({ kind }) => kind === "kept").sort((a, b) => b.number - a.number);
    for (const { id } of version.kind === "kept" ? kept.slice(KEPT_MAX - 1) : []) await store.delete(id);
    return added;
  });
}

/** Fills in what the engine said later, or another note. */
export function changeVersion(database: Database, id: string, next: Partial<VersionRecord>): Promise<void> {
  return change(database, async (tx) => {
    const version = await tx.objectStore("versions").get(id);
    if (version !== undefined) await tx.objectStore("versions").put({ ...version, ...next, id });
  });
}

export function setActive(database: Database, id: string): Promise<void> {
  return change(database, async (tx) => {
    await tx.objectStore("settings").put(id, "active");
  });
}

/** Removes a policy with its versions, for good. */
export function removePolicy(database: Database, id: string): Promise<void> {
  return change(database, (tx) => removeWithVersions(tx, id));
}

/** Clears away what was deleted long ago. `nowMs` in Unix milliseconds. */
export function clearDeleted(database: Database, nowMs: number): Promise<void> {
  return change(database, async (tx) => {
    for (const { id, deletedMs } of await tx.objectStore("policies").getAll()) {
      if (deletedMs !== null && deletedMs < nowMs - DELETED_KEPT_MS) await removeWithVersions(tx, id);
    }
  });
}

export function newId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

async function removeWithVersions(tx: Change, id: string): Promise<void> {
  await tx.objectStore("policies").delete(id);
  for (const key of await tx.objectStore("versions").index("policy").getAllKeys(id)) {
    await tx.objectStore("versions").delete(key);
  }
}

function nextNumber(versions: readonly VersionRecord[]): number {
  return versions.reduce((most, { number }) => Math.max(most, number), 0) + 1;
}

/** One transaction; undone as a whole if `work` or the writing fails. */
async function change<T>(database: Database, work: (tx: Change) => Promise<T>): Promise<T> {
  const tx: Change = database.transaction(ALL, "readwrite");
  // Whoever waits for `done` alone must see the failure; whoever fails earlier must not leave it unheard.
  tx.done.catch(() => undefined);
  try {
    const result = await work(tx);
    await tx.done;
    return result;
  } catch (error) {
    try {
      tx.abort();
    } catch {
      // The browser has undone it already.
    }
    throw error;
  }
}
