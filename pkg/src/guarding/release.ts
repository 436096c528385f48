/** Uses the grant of an approved call, in one step, before the call runs: at most once, whatever happens then. */
import { EscalationError, StoreError } from "../errors.js";
import type { Event } from "../lifecycle.js";
import { verifying } from "../reviewers.js";
import { sameJson } from "../same.js";
import type { Store, StoredEscalation } from "../stores/store.js";
import type { Call } from "../types.js";
import { type EscalationRecord, eachStored, type Step, usedOf } from "../writing.js";
import { decideByLatest, pauseOf } from "./deciding.js";
import { guardOf } from "./hold.js";
import { type NotRun, type Post, withMarks } from "./post.js";
import { nothingWritten, policyDrafts, rememberPolicy } from "./steps.js";
import { toldChanged, toldOf, toldPaused } from "./told.js";
import type { WaitsFor } from "./types.js";

/** What became of a held call. */
export type Release =
  /** It may run now, once. */
  | { readonly kind: "released"; readonly record: EscalationRecord }
  /** Not before this time, or at most until then; `null` if nobody knows when. */
  | {
      readonly kind: "waits";
      readonly record: EscalationRecord;
      readonly waitsFor: WaitsFor;
      readonly untilMs: number | null;
    }
  | (NotRun & { readonly kind: "told"; readonly record: EscalationRecord });

/** Where the escalation `id` of this guard stands. */
export async function look(post: Post, id: string): Promise<{ record: EscalationRecord; nowMs: number }> {
  await post.holding.ready();
  const { nowMs } = await post.writing.moment();
  const { record } = await readOwn(post, id, nowMs);
  return { record, nowMs };
}

async function readOwn(post: Post, id: string, nowMs: number, reviewers = verifying(post.holding, post.verify)) {
  const past = await post.writing.entries(id);
  if (past.length === 0) throw new EscalationError("not-found", `there is no escalation with the id \`${id}\``);
  const verified = await reviewers.all(past);
  const record = post.writing.record(id, past, verified, nowMs);
  if (record.guard !== guardOf(post)) {
    throw new EscalationError("other-guard", `the escalation \`${id}\` is held by another guard than this one`);
  }
  if (!isOwnCall(post, record.call)) {
    throw new EscalationError(
      "broken-history",
      `the escalation \`${id}\` is of a call that this guard cannot have held`,
    );
  }
  return { record, past, verified };
}

/** Lets the call of the escalation `id` run, if it was approved and everything still holds. */
export async function release(post: Post, id: string): Promise<Release> {
  const { writing, holding } = post;
  await holding.ready();
  const toolDigests = await post.toolDigests();
  const reviewers = verifying(holding, post.verify);
  // Reviewers are verified outside the turn of this process to write.
  if (post.verify) await reviewers.all(await writing.entries(id));
  return writing.write(async (moment): Promise<Step<Release>> => {
    const { nowMs } = moment;
    const { record, past, verified } = await readOwn(post, id, nowMs, reviewers);
    const tool = record.call.tool;
    const over = toldOf(record);
    if (!record.run && wasUsed(writing.store, id)) {
      throw new StoreError("unavailable", "the store has lost that this call was let run");
    }
    if (over) return nothingWritten({ kind: "told", record, told: over });
    if (record.status === "pending") return nothingWritten(reviewWaits(record));
    const notBeforeMs = record.grant?.notBeforeMs ?? 0;
    if (notBeforeMs > nowMs) {
      return nothingWritten({ kind: "waits", record, waitsFor: "undo", untilMs: notBeforeMs });
    }
    const pause = await pauseOf(post);
    if (pause !== null) return nothingWritten({ kind: "told", record, told: toldPaused(tool, pause.note) });
    const batch = await batchWaits(post, record, nowMs);
    if (batch) return nothingWritten({ kind: "waits", record, waitsFor: "batch", untilMs: batch.untilMs });
    if (record.call.toolDigest !== toolDigests.get(tool)) {
      const why = "the tool describes itself in another way than when it was held";
      return nothingWritten({ kind: "told", record, told: toldChanged(tool, id, why) });
    }
    const keys = holding.keys(record.call);
    const marks = await writing.stored((store) => store.marks(keys.session));
    const { context: _, ...recorded } = record.call;
    const { context } = post.known;
    const present = { ...recorded, ...(context !== undefined && { context }) };
    const { stack, usage } = await decideByLatest(post, withMarks(present, marks), moment);
    const claimant = {
      guard: guardOf(post),
      digest: record.digest,
      marks,
      usage,
      holdsAll: post.holdsAll,
      ...(context !== undefined && { context }),
    };
    let event: Event;
    try {
      event = stack.consume(past, verified, claimant, nowMs);
    } catch (error) {
      return nothingWritten({ kind: "told", record, told: toldRefused(record, error) });
    }
    if (event.type !== "consume") throw new EscalationError("broken-history", "the engine made no use of the grant");
    return {
      drafts: [...policyDrafts({ post, stack }), { id, event, past, verified }],
      marks: event.marks.length === 0 ? null : { session: keys.session, marks: event.marks },
      used: usedOf(event.charge, nowMs),
      answer(records) {
        rememberPolicy({ post, stack });
        const released = records.at(-1);
        if (!released) throw new EscalationError("broken-history", "nothing was written");
        rememberUse(writing.store, id);
        return { kind: "released", record: released };
      },
    };
  });
}

/** The grants that this process has used: what a store says cannot make any of them unused again. */
const used = new WeakMap<Store, Set<string>>();

function wasUsed(store: Store, id: string): boolean {
  return used.get(store)?.has(id) ?? false;
}

function rememberUse(store: Store, id: string): void {
  const ids = used.get(store) ?? new Set();
  used.set(store, ids.add(id));
}

/** Whether it says of agent, user, tenant and session what this guard says: who can write to the store can make one up. */
function isOwnCall({ known, isSessionNamed }: Post, call: Call): boolean {
  const isSame = (part: "agent" | "user" | "tenant") => sameJson(identified(call[part]), identified(known[part]));
  const { marks: _, ...session } = Object(identified(call.session));
  const isSameSession = !isSessionNamed || sameJson(session, identified(known.session));
  return isSame("agent") && isSame("user") && isSame("tenant") && isSameSession;
}

/** A name is short for an object with that `id`. */
function identified(value: unknown): unknown {
  return typeof value === "string" ? { id: value } : (value ?? null);
}

/** That nobody has answered yet. */
export function reviewWaits(record: EscalationRecord) {
  return { kind: "waits", record, waitsFor: "review", untilMs: record.expiresAtMs } as const;
}

/** What the agent is told where the policies as they are now do not let the call run. */
function toldRefused({ id, call }: EscalationRecord, error: unknown) {
  if (error instanceof EscalationError) {
    switch (error.code) {
      case "blocked":
        return toldChanged(call.tool, id, "the policy blocks it now");
      case "stricter-review":
        return toldChanged(call.tool, id, "the policy now asks for more than the review that there was");
      case "marks-grew":
        return toldChanged(call.tool, id, "its session carries marks that it did not carry when it was held");
      case "digest-mismatch":
        return toldChanged(
          call.tool,
          id,
          "it is not the call that was approved, or not in the context in which it was",
        );
      default:
        break;
    }
  }
  throw error;
}

/** Whether others of the batch of `record` are still to come or to be answered, and until when at most. */
async function batchWaits(post: Post, { batch, call }: EscalationRecord, nowMs: number) {
  if (batch === null) return null;
  const { state, collect, writing, holding } = post;
  if (state.batch?.id === batch && state.batch.untilMs > nowMs && state.batch.count < (collect?.atMost ?? 0)) {
    return { untilMs: state.batch.untilMs };
  }
  const { agent } = holding.keys(call);
  for await (const stored of eachStored(writing, { pendingOf: agent })) {
    if (await isOfBatch(post, stored, batch, nowMs)) return { untilMs: null };
  }
  return null;
}

async function isOfBatch(post: Post, { entries }: StoredEscalation, batch: string, nowMs: number) {
  const [first] = entries;
  if (first?.event.type !== "open" || first.event.batch !== batch) return false;
  const verified = await verifying(post.holding, post.verify).all(entries);
  return post.holding.fold(entries, verified, nowMs).status === "pending";
}
