/** What a guard makes of one call: decided with marks and usage of this moment, recorded, and allowed, held or not. */
import type { HoldingStack } from "../core.js";
import { EscalationError } from "../errors.js";
import { rejectionsOf } from "../lane.js";
import { PAUSE_ID } from "../lifecycle.js";
import { pausedAgents } from "../pauses.js";
import type { Call, Decision, Usage } from "../types.js";
import { type Moment, type Step, usedOf } from "../writing.js";
import { blockedRepeat, holdStep } from "./hold.js";
import { failing, knownCall, type Post, telling } from "./post.js";
import { answering, type Decided, type Deciding, decisionDrafts, nothingWritten } from "./steps.js";
import { toldBlocked, toldPaused } from "./told.js";

/** Decides what `proposed` comes to and records it. It fails with nothing: then the call is told to be unavailable. */
export async function decide(post: Post, proposed: Call): Promise<Decided> {
  let call = knownCall(post, proposed, undefined);
  try {
    const toolDigest = (await post.toolDigests()).get(proposed.tool);
    call = knownCall(post, proposed, toolDigest);
    await post.holding.ready();
    const decided = (await unrecorded(post, call)) ?? (await recorded(post, call));
    if (decided.decision) post.tell({ type: "decided", call: decided.call, decision: decided.decision });
    return decided.kind === "told" && post.enforces ? { ...decided, told: telling(post, decided.told) } : decided;
  } catch (error) {
    const failed = failing(post, call.tool, error);
    if (post.enforces) telling(post, failed.told);
    return { kind: "told", ...failed, call, decision: null };
  }
}

/** The answer to a plain allowed call, if those are not recorded: it needs nothing from the store. */
async function unrecorded(post: Post, call: Call): Promise<Decided | null> {
  if (post.records === "all" || post.holdsAll || !post.enforces) return null;
  const stack = await post.stack();
  // What may have been let run instead of being reviewed is told.
  if (post.relaxing?.concerns(stack, call.tool)) return null;
  // Without marks a rule that asks for them is undecidable: what is allowed then is allowed whichever there are.
  const decision = stack.decide(call, undefined);
  const isPlain = decision.action === "allow" && !leavesTraces(decision);
  return isPlain ? { kind: "allowed", call, decision } : null;
}

function leavesTraces({ marks, charge }: Decision): boolean {
  return marks.length > 0 || charge.length > 0;
}

function recorded(post: Post, known: Call): Promise<Decided> {
  const { writing, holding } = post;
  const keys = holding.keys(known);
  return writing.write(async (moment) => {
    const pause = post.enforces ? await pauseOf(post) : null;
    if (pause !== null) {
      return nothingWritten({ kind: "told", told: toldPaused(known.tool, pause.note), call: known, decision: null });
    }
    const marks = await writing.stored((store) => store.marks(keys.session));
    const call = knownCall(post, known, undefined, marks);
    // Asked for here, so that waiting for a turn to write makes no policy old.
    const { stack, decision, usage } = await decideByLatest(post, call, moment);
    const deciding: Deciding = { post, stack, call, keys, moment, decision, usage };
    return stepOf(deciding);
  });
}

async function stepOf(deciding: Deciding): Promise<Step<Decided>> {
  const { post, call, decision } = deciding;
  if (!post.enforces) return ranAnyway(deciding);
  if (decision.action === "block") {
    const told: Decided = { kind: "told", told: toldBlocked(call.tool, decision), call, decision };
    return { drafts: decisionDrafts(deciding, decision), answer: answering(deciding, told) };
  }
  if (decision.action === "allow" && !post.holdsAll) {
    const { writing, holding } = post;
    const rejections = await rejectionsOf(writing, deciding.keys);
    const isBlocked =
      rejections.length > 0 && holding.repeats(call, rejections, deciding.moment.nowMs).verdict === "blocked";
    if (isBlocked) return blockedRepeat(deciding);
    const allowed: Decided = { kind: "allowed", call, decision };
    const isRecorded = post.records === "all" || deciding.stack.claims.length > 0 || leavesTraces(decision);
    const drafts = isRecorded ? decisionDrafts(deciding, decision) : [];
    return { drafts, ...tracesOf(deciding), answer: answering(deciding, allowed) };
  }
  return holdStep(deciding);
}

/** What only observing comes to: everything leaves the traces that it would leave, and runs. */
function ranAnyway(deciding: Deciding): Step<Decided> {
  const { call, decision } = deciding;
  const answer: Decided = { kind: "allowed", call, decision };
  return { drafts: decisionDrafts(deciding, decision), ...tracesOf(deciding), answer: answering(deciding, answer) };
}

/** What the call leaves behind before it runs. */
function tracesOf({ keys, decision, moment }: Deciding): Pick<Step<unknown>, "marks" | "used"> {
  return {
    marks: decision.marks.length === 0 ? null : { session: keys.session, marks: decision.marks },
    used: usedOf(decision.charge, moment.nowMs),
  };
}

/** What lets nothing of this agent run now, and the words of who paused it. */
export async function pauseOf({ writing, agentId }: Post): Promise<{ readonly note: string | null } | null> {
  const entries = await writing.entries(PAUSE_ID);
  const ours = pausedAgents(entries).filter((agent) => agent === null || agent === agentId);
  if (ours.length === 0) return null;
  const notes = ours.map((agent) => {
    const last = entries.findLast(({ event }) => event.type === "pause" && event.agent === agent);
    return last?.event.type === "pause" ? last.event.note : null;
  });
  return { note: notes.findLast((note) => note !== null) ?? null };
}

/** How often a policy that keeps changing while it decides is asked again. */
const POLICY_ROUNDS = 10;

/**
 * Decides by the policy as it is now, with what was used of its limits.
 *
 * @throws {@link EscalationError} `stricter-review` if it never stays the same for long enough.
 */
export async function decideByLatest(
  post: Post,
  call: Call,
  moment: Moment,
): Promise<{ readonly stack: HoldingStack; readonly decision: Decision; readonly usage: Usage }> {
  for (let round = 0; round < POLICY_ROUNDS; round += 1) {
    const stack = await post.stack();
    const relaxed = await post.relaxing?.stackFor(stack, call, moment);
    const decided = await decideWithUsage(post, relaxed ?? stack, call, moment);
    const latest = await post.stack();
    if (latest.digest() === stack.digest()) return { stack: relaxed ?? latest, ...decided };
  }
  throw new EscalationError("stricter-review", "the policy changes faster than it can decide");
}

/** With what was used of one limit known, another rule may decide; but only so often. */
const USAGE_ROUNDS = 4;

/** Decides with what was used of the limits that the decision comes to. */
async function decideWithUsage(
  { writing }: Post,
  stack: HoldingStack,
  call: Call,
  { nowMs }: Moment,
): Promise<{ readonly decision: Decision; readonly usage: Usage }> {
  let usage: Usage = {};
  let decision = stack.decide(call, usage);
  for (let round = 0; round < USAGE_ROUNDS; round += 1) {
    const unknown = decision.charge.filter(({ bucket }) => !Object.hasOwn(usage, bucket));
    if (unknown.length === 0) break;
    const queries = unknown.map(({ bucket, perMs }) => ({ bucket, sinceMs: nowMs - perMs }));
    const amounts = await writing.stored((store) => store.usage(queries));
    const found = queries.map(({ bucket }, index) => [bucket, amountOf(amounts[index])] as const);
    usage = { ...usage, ...Object.fromEntries(found) };
    decision = stack.decide(call, usage);
  }
  return { decision, usage };
}

function amountOf(amount: unknown): number {
  if (typeof amount === "number" && amount >= 0 && amount < Infinity) return amount;
  throw new EscalationError("broken-history", "the store tells no amount of what was used of a limit");
}
