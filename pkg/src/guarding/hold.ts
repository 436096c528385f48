/** Holds a call for review, unless calls like it were rejected, or too many wait already. */
import { EscalationError } from "../errors.js";
import { laneOf } from "../lane.js";
import type { Event, Repeats } from "../lifecycle.js";
import { mayBeApproved } from "../listing.js";
import { verifying } from "../reviewers.js";
import type { Decision } from "../types.js";
import { checkFree, type Draft, type EscalationRecord, possible, type Step } from "../writing.js";
import type { Post } from "./post.js";
import { answering, type Decided, type Deciding, decisionDrafts, nothingWritten, policyDrafts } from "./steps.js";
import { toldBlocked, toldCooling, toldTooMany, toldUnholdable } from "./told.js";

/** What holding the call comes to. */
export async function holdStep(deciding: Deciding): Promise<Step<Decided>> {
  const { post, call, keys, decision, moment } = deciding;
  const { writing, holding } = post;
  if (call.args === undefined) {
    const told = toldUnholdable(call.tool, "it has no `args`, and one without arguments says `args: {}`");
    return nothingWritten({ kind: "told", told, call, decision });
  }
  const repeats = holding.repeats(call, await laneOf(writing, keys), moment.nowMs);
  if (repeats.verdict === "blocked") return blockedRepeat(deciding);
  if (repeats.verdict === "cooling") {
    const told = toldCooling(call.tool, Math.max(0, (repeats.untilMs ?? moment.nowMs) - moment.nowMs));
    return nothingWritten({ kind: "told", told, call, decision });
  }
  const { pending, expired } = await waiting(deciding);
  if (pending >= post.pendingMax) {
    return nothingWritten({ kind: "told", told: toldTooMany(call.tool, pending), call, decision });
  }
  return openStep(deciding, repeats, expired);
}

/** What a call comes to whose like were rejected too often. */
export function blockedRepeat(deciding: Deciding): Step<Decided> {
  const { call } = deciding;
  const decision: Decision = {
    ...deciding.decision,
    action: "block",
    cause: "repeat",
    consequence: null,
    review: null,
    // It does not run, so it leaves nothing behind.
    marks: [],
    charge: [],
  };
  const told: Decided = { kind: "told", told: toldBlocked(call.tool, decision), call, decision };
  return { drafts: decisionDrafts(deciding, decision), answer: answering(deciding, told) };
}

async function openStep(deciding: Deciding, { links }: Repeats, expired: readonly Draft[]): Promise<Step<Decided>> {
  const { post, stack, call, decision, moment, usage } = deciding;
  const id = post.newId();
  await checkFree(post.writing, id);
  const batch = batchOf(post, moment.nowMs);
  const holder = { guard: guardOf(post), links, batch, holdsAll: post.holdsAll };
  let event: Event;
  try {
    event = stack.open(call, usage, holder);
  } catch (error) {
    if (!(error instanceof EscalationError) || !UNHOLDABLE.has(error.code)) throw error;
    return nothingWritten({ kind: "told", told: toldUnholdable(call.tool, error.message), call, decision });
  }
  const opening = { id, event, past: [], verified: post.verify ? {} : null };
  const drafts: readonly Draft[] = [...policyDrafts(deciding), ...expired, opening];
  return {
    drafts,
    answer(records) {
      const record = records.at(-1);
      if (!record) throw new EscalationError("broken-history", "nothing was written");
      if (batch !== null && post.state.batch?.id === batch) post.state.batch.count += 1;
      return answering(deciding, { kind: "held", call: record.call, decision: record.decision, record } as const)();
    },
  };
}

/** What the core says of calls that cannot be put before a person. */
const UNHOLDABLE: ReadonlySet<string> = new Set(["no-digest", "too-large"]);

/** Which guard this is: tenant, agent, for whom it acts, and the session if somebody named it. */
export function guardOf({ holding, known, isSessionNamed }: Post): EscalationRecord["guard"] {
  const { tenant, agent, user, session } = known;
  const identity = { agent, user, session: isSessionNamed ? session : undefined };
  return holding.keys({ tool: "-", agent: identity, ...(tenant !== undefined && { tenant }) }).agent;
}

/** How many calls of the agent wait, if that is near the most, and the ends of those that waited too long. */
async function waiting({ post, keys, moment }: Deciding) {
  const { writing, holding, verify, pendingMax } = post;
  const page = await writing.stored((store) => store.list({ filter: { pendingOf: keys.agent }, limit: pendingMax }));
  const expired: Draft[] = [];
  if (page.items.length < pendingMax) return { pending: page.items.length, expired };
  const reviewers = verifying(holding, verify);
  let pending = 0;
  for (const { id, entries } of page.items) {
    // One that is damaged waits for ever, as long as nobody mends the store.
    const verified = await reviewers.all(entries);
    const record = possible(() => writing.record(id, entries, verified, moment.nowMs));
    const isOver = record?.status === "expired";
    // For somebody who can verify more than this guard it may be approved: that is for them to record.
    const isSure = isOver && !mayBeApproved(record);
    const event = isSure ? possible(() => holding.advance(entries, verified, { type: "expire" }, moment.nowMs)) : null;
    if (event) expired.push({ id, event, past: entries, verified });
    else if (!isOver) pending += 1;
  }
  return { pending, expired };
}

/** The batch that a call held now belongs to. */
function batchOf(post: Post, nowMs: number): string | null {
  const { collect, state } = post;
  if (collect === null) return null;
  if (state.batch === null || state.batch.untilMs <= nowMs || state.batch.count >= collect.atMost) {
    state.batch = { id: post.newId(), untilMs: nowMs + collect.forMs, count: 0 };
  }
  return state.batch.id;
}
