/** Held calls: opened under a policy, kept in a store, answered once by a person. */
import { snapshotCall } from "./call.js";
import type { Holding } from "./core.js";
import { type DecideOptions, type DecidingPolicy, stackOf, usageOf } from "./decides.js";
import * as env from "./env.js";
import { EscalationError, messageOf, StoreError } from "./errors.js";
import type { EscalationStore } from "./stores/store.js";
import type { Call, Digest, Entry, Escalation, Status, Verdict } from "./types.js";

/** What {@link createEscalations} needs. */
export interface EscalationsOptions {
  readonly store: EscalationStore;
  /** The clock, in Unix milliseconds UTC; the system's unless written. */
  readonly now?: () => number;
  /** Where new ids come from; 128 random bits unless written. */
  readonly newId?: () => string;
}

/** An escalation and the id under which it is kept. */
export interface EscalationRecord extends Escalation {
  readonly id: string;
}

/** One reviewer's answer. */
export interface ReviewInput {
  readonly verdict: Verdict;
  /** The reviewer's words. */
  readonly note?: string;
  /** Digest of the call that the reviewer saw: an approval covers that call and no other. */
  readonly digest: Digest;
}

/** Which escalations to list. */
export interface ListOptions {
  /** Only those with this status; all unless written. */
  readonly status?: Status;
  /** At most so many, from 1 to 1,000; 50 unless written. */
  readonly limit?: number;
  /** The `next` of the page before. */
  readonly after?: string;
}

/** A page of escalations, newest first. */
export interface EscalationPage {
  readonly items: readonly EscalationRecord[];
  /** Escalations whose entries make no sense, so that one of them does not hide the others. They cannot be reviewed. */
  readonly damaged: readonly { readonly id: string; readonly code: string; readonly message: string }[];
  /** What `after` must be for the next page; `null` if this is the last. */
  readonly next: string | null;
}

/** The escalations of one store. */
export interface Escalations {
  /**
   * Decides `call` and, if it escalates, records it for review. Give the same `usage` as to {@link DecidingPolicy.decide}.
   *
   * @throws {@link EscalationError} `not-escalated` if the policy allows or blocks the call.
   * @throws {@link CallError} if `call` is not plain data in the shape of a call.
   * @throws {@link StoreError} if it may not have been recorded.
   */
  open(policy: DecidingPolicy, call: Call, options?: DecideOptions): Promise<EscalationRecord>;
  /**
   * Records the answer to a pending escalation. Of two answers at once exactly one counts.
   *
   * @throws {@link EscalationError} `not-found`, `already-closed` or `digest-mismatch`, and for an approval `too-late`
   *   or `unapprovable` (its rule asks for reviewers, a quorum or a typed value); nothing was recorded.
   * @throws {@link StoreError} if it may not have been recorded.
   */
  review(id: string, review: ReviewInput): Promise<EscalationRecord>;
  /** The escalation with this id, or `null`. */
  read(id: string): Promise<EscalationRecord | null>;
  /** A page of escalations, newest first. */
  list(options?: ListOptions): Promise<EscalationPage>;
}

const STATUSES: readonly Status[] = ["pending", "approved", "rejected"];

/** How often an append is tried again after others were first. Each time the escalation has grown. */
const ATTEMPTS = 10;

/** Makes escalations of what `options` say. */
export type CreateEscalations = (options: EscalationsOptions) => Escalations;

/** What makes escalations that `engine` opens, reviews and reads. */
export function escalationsIn(engine: Holding): CreateEscalations {
  return ({ store, now = env.nowMs, newId = env.newId }) =>
    Object.freeze({
      open: (policy: DecidingPolicy, call: Call, options?: DecideOptions) =>
        open(engine, store, policy, call, options, newId, now),
      review: (id: string, input: ReviewInput) => review(engine, store, id, input, now),
      read: async (id: string) => {
        const entries = await read(engine, store, id);
        return entries.length === 0 ? null : view(engine, id, entries);
      },
      list: (query: ListOptions = {}) => list(engine, store, query),
    });
}

async function open(
  engine: Holding,
  store: EscalationStore,
  policy: DecidingPolicy,
  call: Call,
  options: DecideOptions | undefined,
  newId: () => string,
  now: () => number,
): Promise<EscalationRecord> {
  const entry = stackOf(policy).openEscalation(snapshotCall(call), usageOf(options), timeOf(now));
  // What could not be read again is not written.
  const held = view(engine, newId(), [entry]);
  const result = await storing(() => store.append(held.id, entry, { length: 0, status: held.status }));
  if (!result.ok) throw new StoreError("conflict", `there is already an escalation with the id \`${held.id}\``);
  return held;
}

async function review(
  engine: Holding,
  store: EscalationStore,
  id: string,
  { verdict, note, digest }: ReviewInput,
  now: () => number,
): Promise<EscalationRecord> {
  checkString("verdict", verdict);
  checkString("digest", digest);
  if (note !== undefined) checkString("note", note);
  await engine.ready();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const entries = await read(engine, store, id);
    if (entries.length === 0) throw new EscalationError("not-found", `there is no escalation with the id \`${id}\``);
    const entry = engine.reviewEscalation(entries, verdict, note, digest, timeOf(now));
    const reviewed = view(engine, id, [...entries, entry]);
    const guard = { length: entries.length, status: reviewed.status };
    const result = await storing(() => store.append(id, entry, guard));
    if (result.ok) return reviewed;
  }
  throw new StoreError("conflict", `others kept writing to the escalation \`${id}\`; nothing was recorded`);
}

async function list(
  engine: Holding,
  store: EscalationStore,
  { status, limit = 50, after }: ListOptions,
): Promise<EscalationPage> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw new RangeError("`limit` must be an integer from 1 to 1000");
  }
  if (status !== undefined && !STATUSES.includes(status)) {
    throw new TypeError(`\`status\` must be one of ${STATUSES.join(", ")}`);
  }
  await engine.ready();
  const query = { limit, ...(status !== undefined && { status }), ...(after !== undefined && { after }) };
  const page = await storing(() => store.list(query));
  const items: EscalationRecord[] = [];
  const damaged: { id: string; code: string; message: string }[] = [];
  for (const { id, entries } of page.items) {
    try {
      items.push(view(engine, id, entries));
    } catch (error) {
      if (!(error instanceof EscalationError)) throw error;
      damaged.push({ id, code: error.code, message: error.message });
    }
  }
  return { items, damaged, next: page.next };
}

async function read(engine: Holding, store: EscalationStore, id: string): Promise<readonly Entry[]> {
  checkString("id", id);
  await engine.ready();
  return storing(() => store.read(id));
}

function view(engine: Holding, id: string, entries: readonly Entry[]): EscalationRecord {
  return Object.freeze({ id, ...engine.foldEscalation(entries) });
}

function checkString(name: string, value: unknown): void {
  if (typeof value !== "string") throw new TypeError(`\`${name}\` must be a string`);
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
