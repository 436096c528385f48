/** Waits until a held call was answered, expired or was taken back. */
import * as env from "../env.js";
import { StoreError } from "../errors.js";
import { expire } from "../listing.js";
import { verifying } from "../reviewers.js";
import { withdrawal } from "../reviewing.js";
import { type EscalationRecord, overWithin } from "../writing.js";
import { onAbort, unlessEnded } from "./ending.js";
import { failing, type NotRun, type Post, telling } from "./post.js";
import { look, type Release, release, reviewWaits } from "./release.js";
import { finishing } from "./run.js";
import { toldClosed, toldOf, toldWithdrawn, toldWithdrawnUnrecorded } from "./told.js";

/** What ended the waiting. */
export type Ended = Exclude<Release, { kind: "waits" }>;

/** Looks in vain at a store that fails, until it is given up. The call can be resumed later. */
const FAILURES_MAX = 10;
/** So long somebody who has given up waits for the store, to find or record what he can. */
export const GRACE_MS_MAX = 2000;

/** Waits for the end of `record`. Whatever fails, the call does not run. */
export async function awaitRelease(post: Post, record: EscalationRecord, signal: AbortSignal | null): Promise<Ended> {
  const alarm = alarmOn(post, signal);
  try {
    for (let failures = 0; ; ) {
      try {
        const next = await nextOrEnd(post, record, signal);
        if (next.kind === "told") return toldEnd(post, record, next);
        if (next.kind === "released") return next;
        failures = 0;
        await alarm.next(next.inMs);
      } catch (error) {
        failures += 1;
        const failed = failing(post, record.call.tool, error);
        if (!(error instanceof StoreError) || failures > FAILURES_MAX) return toldEnd(post, record, failed);
        await alarm.next(post.pollMs);
      }
    }
  } finally {
    alarm.stop();
  }
}

function toldEnd(post: Post, record: EscalationRecord, { told, ...failed }: NotRun): Ended {
  const { id } = record;
  return { ...failed, kind: "told", record, told: telling(post, { ...told, id }) };
}

/** Where the call stands, or what became of it; it waits at least `inMs` more, unless something happens. */
type Next = Ended | (Extract<Release, { kind: "waits" }> & { readonly inMs: number });

/** Looks, unless the call is taken back or the guard is closed before that has come to something. */
async function nextOrEnd(post: Post, record: EscalationRecord, signal: AbortSignal | null): Promise<Next> {
  const isEnded = signal?.aborted || post.closing.signal.aborted;
  const late = (next: Next) => {
    if (next.kind !== "released") return;
    void finishing(post, next.record.call, record.id)("failed", "it was given up before it ran");
  };
  const next = isEnded ? null : await unlessEnded(post, signal, lookOrRelease(post, record.id), late);
  if (next !== null) return next;
  if (!signal?.aborted) return { kind: "told", record, told: toldClosed(record.call.tool, record.id) };
  return { kind: "told", record, ...(await takenBack(post, record)) };
}

/** Looks, which is cheap, and takes the grant if there is one. */
async function lookOrRelease(post: Post, id: string): Promise<Next> {
  const { record, nowMs } = await look(post, id);
  const told = toldOf(record);
  if (told) {
    await recordExpired(post, record);
    return { kind: "told", record, told };
  }
  const released = record.status === "pending" ? reviewWaits(record) : await releaseOr(post, record);
  if (released.kind !== "waits") return released;
  return { ...released, record, inMs: (released.untilMs ?? Infinity) - nowMs };
}

/** A failure to take the grant is never tried again by itself: perhaps it was taken. */
async function releaseOr(post: Post, record: EscalationRecord): Promise<Release> {
  try {
    const released = await release(post, record.id);
    if (released.kind === "released") post.tell({ type: "released", id: record.id, escalation: released.record });
    return released;
  } catch (error) {
    return { kind: "told", record, ...failing(post, record.call.tool, error) };
  }
}

/** Where a held call stands now, without waiting. */
export async function releaseNow(post: Post, record: EscalationRecord, signal: AbortSignal | null): Promise<Release> {
  const next = await nextOrEnd(post, record, signal);
  return next.kind === "told" ? toldEnd(post, record, next) : next;
}

async function recordExpired({ holding, writing, verify }: Post, { id, status }: EscalationRecord): Promise<void> {
  if (status === "expired") await expire({ holding, writing, verify }, [id]).catch(() => undefined);
}

/** Takes the call back, as far as the store lets us: it is not run either way. */
export async function takenBack(post: Post, { id, call }: EscalationRecord): Promise<NotRun> {
  const withdrawing = withdraw(post, id);
  const unrecorded = (error: unknown): NotRun => {
    post.tell({ type: "unrecorded", id, error });
    return { told: toldWithdrawnUnrecorded(call.tool, id), cause: error };
  };
  if (!(await overWithin(GRACE_MS_MAX, withdrawing))) {
    withdrawing.catch(() => undefined);
    return unrecorded(new StoreError("unavailable", "the store does not answer"));
  }
  return withdrawing.then((over) => ({ told: over ?? toldWithdrawn(call.tool) }), unrecorded);
}

/** Records that the agent's side takes the call back; if it is over already, what became of it. */
async function withdraw({ holding, writing, verify }: Post, id: string) {
  const reviewers = verifying(holding, verify);
  return writing.write(async ({ nowMs }) => {
    const past = await writing.entries(id);
    const verified = await reviewers.all(past);
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
  const stops = [closing.signal, ...(signal ? [signal] : [])].map((each) => onAbort(each, ring));
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
      for (const stop of stops) stop();
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
