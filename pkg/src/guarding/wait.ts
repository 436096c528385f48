/** Waits until a held call was answered, expired or was taken back. */
import * as env from "../env.js";
import { StoreError, type Told } from "../errors.js";
import { withdrawal } from "../escalations.js";
import { expire } from "../listing.js";
import { verifying } from "../reviewers.js";
import type { EscalationRecord } from "../writing.js";
import { type Post, telling } from "./post.js";
import { look, type Release, release } from "./release.js";
import { toldFailure, toldOf, toldUnavailable, toldWithdrawn } from "./told.js";

/** What ended the waiting. */
export type Ended = Exclude<Release, { kind: "waits" }>;

/** Looks in vain at a store that fails, until it is given up. The call can be resumed later. */
const FAILURES_MAX = 10;

/** Waits for the end of `record`. Whatever fails, the call does not run. */
export async function awaitRelease(post: Post, record: EscalationRecord, signal: AbortSignal | null): Promise<Ended> {
  const alarm = alarmOn(post, signal);
  const told = (told: Told): Ended => ({ kind: "told", record, told: telling(post, { ...told, id: record.id }) });
  try {
    for (let failures = 0; ; ) {
      if (signal?.aborted) return told(await takenBack(post, record));
      if (post.closing.signal.aborted) return told(toldUnavailable(record.call.tool, "the guard was closed"));
      try {
        const next = await lookOrRelease(post, record.id);
        if (next.kind !== "waits") return next.kind === "told" ? told(next.told) : next;
        failures = 0;
        await alarm.next(next.inMs);
      } catch (error) {
        failures += 1;
        if (!(error instanceof StoreError) || failures > FAILURES_MAX) throw error;
        await alarm.next(post.pollMs);
      }
    }
  } catch (error) {
    return told(toldFailure(record.call.tool, error));
  } finally {
    alarm.stop();
  }
}

/** Where the call stands, or what became of it; it waits at least `inMs` more, unless something happens. */
type Next = Ended | { readonly kind: "waits"; readonly record: EscalationRecord; readonly inMs: number };

/** Looks, which is cheap, and takes the grant if there is one. */
async function lookOrRelease(post: Post, id: string): Promise<Next> {
  const { record, nowMs } = await look(post, id);
  const told = toldOf(record);
  if (told) {
    await recordExpired(post, record);
    return { kind: "told", record, told };
  }
  if (record.status === "pending") return { kind: "waits", record, inMs: record.expiresAtMs - nowMs };
  const released = await releaseOr(post, record);
  if (released.kind !== "waits") return released;
  return { kind: "waits", record, inMs: (released.untilMs ?? Infinity) - nowMs };
}

/** A failure to take the grant is never tried again by itself: perhaps it was taken. */
async function releaseOr(post: Post, record: EscalationRecord): Promise<Release> {
  try {
    const released = await release(post, record.id);
    if (released.kind === "released") post.tell({ type: "released", id: record.id, escalation: released.record });
    return released;
  } catch (error) {
    return { kind: "told", record, told: { ...toldFailure(record.call.tool, error), id: record.id } };
  }
}

/** Where a held call stands now, without waiting. */
export async function releaseNow(post: Post, id: string): Promise<Release> {
  const { record } = await look(post, id);
  if (post.closing.signal.aborted) {
    return { kind: "told", record, told: { ...toldUnavailable(record.call.tool, "the guard was closed"), id } };
  }
  const next = await lookOrRelease(post, id);
  if (next.kind === "told") telling(post, next.told);
  return next.kind === "waits" ? { kind: "waits", record: next.record, untilMs: null } : next;
}

async function recordExpired({ holding, writing, verify }: Post, { id, status }: EscalationRecord): Promise<void> {
  if (status === "expired") await expire({ holding, writing, verify }, [id]).catch(() => undefined);
}

/** Takes the call back, as far as the store lets us: it is not run either way. */
async function takenBack(post: Post, { id, call }: EscalationRecord): Promise<Told> {
  try {
    return (await withdraw(post, id)) ?? toldWithdrawn(call.tool);
  } catch {
    return toldWithdrawn(call.tool);
  }
}

/** Records that the agent's side takes the call back; if it is over already, what became of it. */
async function withdraw({ holding, writing, verify }: Post, id: string): Promise<Told | null> {
  const reviewers = verifying(holding, verify);
  return writing.write(async ({ nowMs }) => {
    const past = await writing.entries(id);
    const verified = await reviewers.all(id, past);
    const over = toldOf(writing.record(id, past, verified, nowMs));
    if (over) return { drafts: [], answer: () => over };
    const event = withdrawal(holding, past, verified, {}, nowMs);
    return { drafts: [{ id, event, past, verified }], answer: () => null };
  });
}

/** Wakes whoever waits: when the store hints at a change, when it is time to look again, and when it is over. */
function alarmOn({ writing, pollMs, closing }: Post, signal: AbortSignal | null) {
  let isRung = false;
  let wake = () => {
    isRung = true;
  };
  const ring = () => wake();
  const stopWatching = watchOr(writing, ring);
  signal?.addEventListener("abort", ring);
  closing.signal.addEventListener("abort", ring);
  return {
    /** Waits at most for `ms` milliseconds, and no longer than until it is time to look again. */
    next: (ms: number) =>
      new Promise<void>((resolve) => {
        const stopTimer = env.after(Math.min(ms, pollMs), ring);
        wake = () => {
          stopTimer();
          isRung = false;
          wake = () => {
            isRung = true;
          };
          resolve();
        };
        // What rang between looking and waiting is not missed.
        if (isRung || signal?.aborted || closing.signal.aborted) wake();
      }),
    stop() {
      stopWatching();
      signal?.removeEventListener("abort", ring);
      closing.signal.removeEventListener("abort", ring);
    },
  };
}

/** A store that cannot be watched is looked at again and again. */
function watchOr({ store }: Post["writing"], ring: () => void): () => void {
  try {
    return store.watch(ring);
  } catch {
    return () => undefined;
  }
}
