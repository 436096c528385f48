/**
 * The one loop that writes to a history: read the head, read what is needed, ask the core, seal, append; and if others were
 * first, all of it again.
 */
import { checkFunction, checkStore } from "./checks.js";
import type { Holding } from "./core.js";
import * as env from "./env.js";
import { EscalationError, messageOf, StoreError } from "./errors.js";
import {
  type Entry,
  type Escalation,
  type Event,
  type Head,
  type Keys,
  PAUSE_ID,
  type Status,
  type Verified,
} from "./lifecycle.js";
import type { Append, Filter, IndexRow, ListPage, ListQuery, Store, StoredEscalation, Used } from "./stores/store.js";
import type { Charge, Digest } from "./types.js";

/** An escalation and the id under which it is kept. */
export interface EscalationRecord extends Escalation {
  readonly id: string;
}

/** The end of a history at one time. What is read after it belongs to it if the append that follows is taken. */
export interface Moment {
  readonly head: Head;
  /** Now, in Unix milliseconds UTC: never before the last entry. */
  readonly nowMs: number;
}

/** What becomes an entry. */
export type Draft =
  | { readonly event: Event; readonly id: string; readonly past: readonly Entry[]; readonly verified: Verified | null }
  /** Of no escalation. */
  | { readonly event: Event; readonly id: string | null; readonly past?: never };

/** What to write in one step; nothing if there are no drafts, of which each is about another escalation. */
export interface Step<T> {
  readonly drafts: readonly Draft[];
  readonly marks?: Append["marks"];
  readonly used?: readonly Used[];
  /** What to answer once it is written; `records` are the escalations of the drafts that have one, as they stand then. */
  readonly answer: (records: readonly EscalationRecord[], moment: Moment) => T;
}

export interface WriteOptions {
  /** Whether it only ends something or stops somebody, which a wrong clock must not hinder. */
  readonly stops?: boolean;
}

/** The history of one store. */
export interface Writing {
  readonly store: Store;
  /** The end of the history, and the time. */
  moment(): Promise<Moment>;
  /** `ask` of the store; whatever it fails with becomes a {@link StoreError}. */
  stored<T>(ask: (store: Store) => Promise<T>): Promise<T>;
  /** The entries with this id. */
  entries(id: string): Promise<readonly Entry[]>;
  /**
   * Writes what `next` says, which is asked again whenever others wrote first.
   *
   * @throws {@link StoreError} `conflict` if others always wrote first: nothing was written.
   *   `unavailable`: nobody knows whether it was written.
   */
  write<T>(next: (moment: Moment) => Promise<Step<T>>, options?: WriteOptions): Promise<T>;
  /** Where an escalation stands. */
  record(id: string, entries: readonly Entry[], verified: Verified | null, nowMs: number): EscalationRecord;
}

/** How often an append is tried. Each time the history has grown, so somebody else got on. */
const ATTEMPTS = 100;
/** From so many losses on there is a pause before the next attempt. */
const LOSSES_AT_ONCE = 2;
const PAUSE_MS_MAX = 50;
const PAGE = 100;
/** Who waits for a turn waits so long at most: somebody whose store never answers does not stop the others. */
const TURN_MS_MAX = 5000;

/**
 * How far the history may be ahead of the clock of whoever writes. Entries are never before the last one, so behind a
 * clock that was far ahead time would stand still, and nothing would expire any more.
 */
const BEHIND_MS_MAX = 5 * 60_000;

/** The last end of each history that this process has seen: a history that is shorter later has lost what happened. */
const seen = new WeakMap<Store, Head>();

/** The last of those who write to a store in this process: one process does not fight itself. */
const turns = new WeakMap<Store, Promise<void>>();

/**
 * The history that `store` keeps, written by `holding` at the time that `now` tells.
 *
 * @throws TypeError if `store` is no store, or `now` no function.
 */
export function writingTo(holding: Holding, store: Store, now: () => number): Writing {
  checkStore(store);
  checkFunction("now", now);
  const stored = <T>(ask: (store: Store) => Promise<T>) => storing(() => ask(store));

  async function entries(id: string): Promise<readonly Entry[]> {
    const found = await stored((store) => store.read(id));
    return isAbout(id, found) ? found : notAbout(id);
  }

  async function moment(): Promise<Moment> {
    // Taken before the store is asked: what it answers is of then or later.
    const before = seen.get(store);
    const head = await stored((store) => store.head());
    checkGrown(before, head);
    if (head.size > (seen.get(store)?.size ?? 0)) seen.set(store, head);
    return { head, nowMs: Math.max(timeOf(now), head.atMs) };
  }

  function record(id: string, entries: readonly Entry[], verified: Verified | null, nowMs: number): EscalationRecord {
    if (!isAbout(id, entries)) notAbout(id);
    return Object.freeze({ id, ...holding.fold(entries, verified, nowMs) });
  }

  async function attempts<T>(next: (moment: Moment) => Promise<Step<T>>, stops: boolean): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (attempt > LOSSES_AT_ONCE) await env.pauseBelow(Math.min(2 ** attempt, PAUSE_MS_MAX));
      const at = await moment();
      if (!stops) checkClock(at, timeOf(now));
      const step = await next(at);
      if (step.drafts.length === 0) return step.answer([], at);
      const { append, records } = appendOf(step, at);
      const taken: unknown = await stored((store) => store.append(append));
      if (taken === true) {
        seen.set(store, append.head);
        return step.answer(records, at);
      }
      if (taken !== false) throw new StoreError("unavailable", "the store does not say whether it was written");
    }
    throw new StoreError("conflict", "others kept writing to the history; nothing was recorded");
  }

  function appendOf<T>({ drafts, marks, used }: Step<T>, { head, nowMs }: Moment) {
    const unsealed = drafts.map(({ id, event }) => ({ id, event, salt: env.newSalt() }));
    const sealed = holding.seal(head, unsealed, nowMs);
    const records = drafts.flatMap((draft, index) => {
      const entry = sealed.entries[index];
      if (draft.past === undefined || entry === undefined) return [];
      // What could not be read again is not written.
      return [record(draft.id, [...draft.past, entry], draft.verified, nowMs)];
    });
    const index = records.map((record) => rowOf(holding, record));
    const append: Append = { ...sealed, index, marks: marks ?? null, used: used ?? [] };
    return { append, records };
  }

  return {
    store,
    moment,
    stored,
    entries,
    record,
    async write(next, { stops = false } = {}) {
      await holding.ready();
      return inTurn(store, () => attempts(next, stops));
    },
  };
}

/** What happened to another escalation would let another call run. */
function isAbout(id: string, entries: readonly Entry[]): boolean {
  return Array.isArray(entries) && entries.every((entry) => entry.id === id);
}

function notAbout(id: string): never {
  throw new EscalationError("broken-history", `what the store has of \`${id}\` is not about it`);
}

/** Where `record` stands, so that it can be listed. */
export function rowOf(holding: Holding, record: EscalationRecord): IndexRow {
  const { id, status, openedAtMs } = record;
  const keys = holding.keys(record.call);
  return { id, status, openedAtMs, unfinished: isUnfinished(record), lane: laneIn(keys, status), agent: keys.agent };
}

/** Under which key later calls find it: rejections under one of their own, so that nothing else hides them. */
function laneIn({ lane, rejections }: Keys, status: Status): Digest | null {
  switch (status) {
    case "pending":
    case "approved":
      return lane;
    case "rejected":
      return rejections;
    case "expired":
    case "withdrawn":
      return null;
  }
}

/** Where the escalation with `entries` stood after the last of them, for whoever cannot verify reviews. */
export function rowAfter(holding: Holding, id: string, entries: readonly Entry[]): IndexRow {
  return rowOf(holding, { id, ...holding.fold(entries, null, entries.at(-1)?.atMs ?? 0) });
}

/** Whether the call was approved, and has not run to a known end, and still might. */
export function isUnfinished({ status, grant, run }: Escalation): boolean {
  if (status !== "approved") return false;
  if (run !== null) return run.outcome === null || run.outcome === "unknown";
  return grant !== null && grant.state !== "revoked" && grant.state !== "expired";
}

/** What `charges`, charged now, use up. */
export function usedOf(charges: readonly Charge[], nowMs: number): readonly Used[] {
  return charges.map(({ bucket, amount, perMs }) => ({ bucket, amount, atMs: nowMs, untilMs: nowMs + perMs }));
}

/** @throws {@link StoreError} `conflict` if something has this id. */
export async function checkFree(writing: Writing, id: string): Promise<void> {
  const isTaken = id === PAUSE_ID || (await writing.entries(id)).length > 0;
  if (isTaken) throw new StoreError("conflict", `there is already an escalation with the id \`${id}\``);
}

/** What `ask` answers; `null` if it is impossible. */
export function possible<T>(ask: () => T): T | null {
  try {
    return ask();
  } catch (error) {
    if (error instanceof EscalationError) return null;
    throw error;
  }
}

/** All that a store lists under `filter`, newest first, page by page. */
export async function* eachStored(writing: Writing, filter: Filter): AsyncGenerator<StoredEscalation> {
  let after: string | null = null;
  do {
    const query: ListQuery = { filter, limit: PAGE, ...(after !== null && { after }) };
    const page: ListPage = await writing.stored((store) => store.list(query));
    yield* page.items;
    after = page.next;
  } while (after !== null);
}

function checkGrown(before: Head | undefined, head: Head): void {
  if (before === undefined || head.size > before.size) return;
  if (head.size === before.size && head.hash === before.hash) return;
  const lost = "the store has lost entries, or was put back to an earlier state";
  throw new StoreError("unavailable", `${lost}: start anew once you know what happened`);
}

function checkClock({ head }: Moment, nowMs: number): void {
  const behindMs = head.atMs - nowMs;
  if (behindMs <= BEHIND_MS_MAX) return;
  const minutes = Math.round(behindMs / 60_000);
  const wrong = "this clock, or that of whoever wrote last, is wrong";
  throw new StoreError("clock-behind", `the history is ${minutes} minutes ahead of this clock: ${wrong}`);
}

function inTurn<T>(store: Store, work: () => Promise<T>): Promise<T> {
  const mine = overWithin(TURN_MS_MAX, turns.get(store) ?? Promise.resolve()).then(work);
  const over = () => undefined;
  turns.set(store, mine.then(over, over));
  return mine;
}

/** Waits until `work` is over, however that ends, but at most `ms` milliseconds; whether it is. */
export function overWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const stopTimer = env.after(ms, () => resolve(false));
    const over = () => {
      stopTimer();
      resolve(true);
    };
    work.then(over, over);
  });
}

/** A store that is not ours may fail with anything. */
async function storing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError("unavailable", `the store failed: ${messageOf(error)}`, { cause: error });
  }
}

/** The time that `now` tells: a clock that is wrong must not become a time in the record. */
function timeOf(now: () => number): number {
  const nowMs: unknown = now();
  if (!Number.isSafeInteger(nowMs) || (nowMs as number) < 0) {
    throw new RangeError(`\`now\` must tell Unix milliseconds, an integer from 0, not ${String(nowMs)}`);
  }
  return nowMs as number;
}
