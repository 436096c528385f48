/**
 * Every escalation that the review view lists, read once and kept up to date by what the history has gained.
 *
 * Ten thousand of them are folded when the page starts and never again; a change costs those that changed.
 */

import {
  APPROVED_MAX,
  type Digest,
  EscalationError,
  type EscalationRecord,
  type Reviewing,
  type Store,
} from "countersign/review";
import type { Damaged } from "./api.ts";
import { createNewest } from "./newest.ts";

/** Under it stand pauses, which are of no escalation. */
const PAUSE_ID = "pause";
/** Closed calls beyond so many are left to the history. */
const CLOSED_MAX = 3_000;
/** So many of the newest calls, and of the newest closed ones, are enough to make a check card from. */
const NEWEST_MAX = 20;
const PAGE = 500;
/** More changes than this at once are read as pages. */
const CHANGES_PAGE = 500;

export interface Shelf {
  /** Reads what is missing. Rejects as the store does; then what was read before stands. */
  sync(): Promise<void>;
  records(): ReadonlyMap<string, EscalationRecord>;
  damaged(): readonly Damaged[];
  /** Puts what the store has just answered. */
  put(record: EscalationRecord): void;
  /** The newest calls, and the newest that were closed and not rejected; the newest first. */
  newest(): readonly EscalationRecord[];
  /** A guard of the calls that wait; `null` if none waits. */
  guard(): string | null;
  /** How many were read. */
  size(): number;
  /** Grows whenever a call comes, changes or is closed. */
  version(): number;
  isReading(): boolean;
  isCut(): boolean;
  /** Pending escalations of the very same call. */
  pendingWith(digest: Digest): readonly string[];
  /** The latest other calls of the same tool that were approved, the newest first. */
  approved(like: EscalationRecord): readonly { readonly args: unknown; readonly atMs: number }[];
  /** The latest calls of a tool that were approved, the newest first. */
  approvedOf(tool: string): readonly { readonly args: unknown; readonly atMs: number }[];
}

interface Shelved {
  readonly records: Map<string, EscalationRecord>;
  readonly damaged: Map<string, Damaged>;
  /** How many entries of the history are in it; `null` before the first reading. */
  size: number | null;
  version: number;
  closed: "unread" | "reading" | "read" | "cut";
}

/** `grown` is called when closed calls have come in the background. */
export function createShelf(store: Store, escalations: Reviewing, grown: () => void): Shelf {
  const shelved: Shelved = { records: new Map(), damaged: new Map(), size: null, version: 0, closed: "unread" };
  const newest = [
    createNewest(NEWEST_MAX, () => true),
    // Where very many wait, none of the newest is closed.
    createNewest(NEWEST_MAX, ({ status }) => status !== "pending" && status !== "rejected"),
  ];
  let waiting: { readonly version: number; readonly guard: string | null } | null = null;
  let syncing: Promise<void> | null = null;

  function put(record: EscalationRecord): void {
    const before = shelved.records.get(record.id);
    shelved.records.set(record.id, record);
    shelved.damaged.delete(record.id);
    for (const each of newest) each.put(record);
    if (before?.status !== record.status || before.digest !== record.digest) shelved.version += 1;
  }

  async function sync(): Promise<void> {
    const { size } = await store.head();
    if (shelved.size !== null && size < shelved.size) forget();
    if (shelved.size === null) {
      await readPending(escalations, shelved, put);
      shelved.size = size;
      void readClosed();
      return;
    }
    if (size > shelved.size) await readChanges(size);
    expireDue();
  }

  /** It is another history: whatever was read is not in it. */
  function forget(): void {
    shelved.records.clear();
    for (const each of newest) each.clear();
    shelved.damaged.clear();
    shelved.size = null;
    shelved.closed = "unread";
    shelved.version += 1;
  }

  async function readChanges(size: number): Promise<void> {
    let from = shelved.size ?? 0;
    while (from < size) {
      const entries = await store.history({ from, limit: CHANGES_PAGE });
      if (entries.length === 0) break;
      const ids = entries.map(({ id }) => id).filter((id): id is string => id !== null && id !== PAUSE_ID);
      for (const id of new Set(ids)) await readOne(id);
      from += entries.length;
      shelved.size = from;
    }
  }

  async function readOne(id: string): Promise<void> {
    try {
      const record = await escalations.read(id);
      if (record !== null) put(record);
    } catch (error) {
      // Only this one makes no sense.
      if (!(error instanceof EscalationError)) throw error;
      shelved.records.delete(id);
      for (const each of newest) each.remove(id);
      shelved.damaged.set(id, { id, code: error.code, message: error.message });
      shelved.version += 1;
    }
  }

  /** Whoever waited too long has expired, whether anybody has recorded it or not. */
  function expireDue(): void {
    const nowMs = Date.now();
    for (const record of shelved.records.values()) {
      const isDue = record.status === "pending" && record.expiresAtMs <= nowMs && record.reviews.length === 0;
      if (isDue) put({ ...record, status: "expired", closedAtMs: record.expiresAtMs });
    }
  }

  function guard(): string | null {
    if (waiting?.version !== shelved.version) {
      let found: string | null = null;
      for (const record of shelved.records.values()) {
        if (record.status !== "pending") continue;
        found = record.guard;
        break;
      }
      waiting = { version: shelved.version, guard: found };
    }
    return waiting.guard;
  }

  async function readClosed(): Promise<void> {
    shelved.closed = "reading";
    try {
      shelved.closed = await readLatest(escalations, shelved, put);
    } catch {
      // The next list says what is wrong with the store; this part is asked for again then.
      shelved.closed = "unread";
    }
    grown();
  }

  return {
    sync() {
      if (shelved.closed === "unread" && shelved.size !== null) void readClosed();
      syncing ??= sync().finally(() => {
        syncing = null;
      });
      return syncing;
    },
    records: () => shelved.records,
    damaged: () => [...shelved.damaged.values()],
    put,
    newest: () => [...new Set(newest.flatMap((each) => each.all()))].sort((a, b) => b.openedAtMs - a.openedAtMs),
    guard,
    size: () => shelved.records.size,
    version: () => shelved.version,
    isReading: () => shelved.closed === "reading",
    isCut: () => shelved.closed === "cut",
    pendingWith: (digest) =>
      [...shelved.records.values()]
        .filter((record) => record.status === "pending" && record.digest === digest)
        .map(({ id }) => id),
    approved: ({ id, call: { tool, tenant } }) =>
      approvedAmong(
        shelved.records.values(),
        (each) => each.call.tool === tool && each.call.tenant === tenant && each.id !== id,
      ),
    approvedOf: (tool) => approvedAmong(shelved.records.values(), ({ call }) => call.tool === tool),
  };
}

async function readPending(
  escalations: Reviewing,
  shelved: Shelved,
  put: (record: EscalationRecord) => void,
): Promise<void> {
  let after: string | null = null;
  do {
    const query = { status: "pending" as const, limit: PAGE, ...(after !== null && { after }) };
    const page = await escalations.list(query);
    for (const record of page.items) put(record);
    for (const each of page.damaged) shelved.damaged.set(each.id, each);
    after = page.next;
  } while (after !== null);
}

/** Reads all, the newest first, until there are enough closed ones. */
async function readLatest(
  escalations: Reviewing,
  shelved: Shelved,
  put: (record: EscalationRecord) => void,
): Promise<"read" | "cut"> {
  let after: string | null = null;
  let closed = 0;
  do {
    const page = await escalations.list({ limit: PAGE, ...(after !== null && { after }) });
    for (const record of page.items) {
      if (record.status !== "pending") closed += 1;
      // What came since by `sync` is newer.
      if (!shelved.records.has(record.id)) put(record);
    }
    for (const each of page.damaged) shelved.damaged.set(each.id, each);
    after = page.next;
  } while (after !== null && closed < CLOSED_MAX);
  return after === null ? "read" : "cut";
}

function approvedAmong(records: Iterable<EscalationRecord>, isMeant: (record: EscalationRecord) => boolean) {
  const found: { readonly args: unknown; readonly atMs: number }[] = [];
  for (const record of records) {
    if (record.status !== "approved" || !isMeant(record)) continue;
    const { call, closedAtMs, openedAtMs } = record;
    found.push({ args: call.args, atMs: closedAtMs ?? openedAtMs });
  }
  return found.sort((a, b) => b.atMs - a.atMs).slice(0, APPROVED_MAX);
}
