/** A guard, of its parts. */
import { checkText } from "../checks.js";
import type { Holding } from "../core.js";
import { BlockedError, NotRunError, StoreError, type Told } from "../errors.js";
import { type Escalations, escalationsAt } from "../escalations.js";
import { verifying } from "../reviewers.js";
import type { Call } from "../types.js";
import { eachStored, isUnfinished, overWithin, possible } from "../writing.js";
import { decide } from "./deciding.js";
import { unlessEnded } from "./ending.js";
import { guardOf } from "./hold.js";
import {
  CHECK,
  type NotRun,
  optionsOf,
  type Post,
  postOf,
  proposedOf,
  RESUME,
  type Run,
  telling,
  WRAPPED,
} from "./post.js";
import { look } from "./release.js";
import { finishing, runTool } from "./run.js";
import type { Decided } from "./steps.js";
import { toldChanged, toldUnavailable, toldWithdrawn } from "./told.js";
import type {
  Checked,
  CheckOptions,
  Guard,
  GuardOptions,
  ProposedCall,
  Resumed,
  ResumeOptions,
  Unfinished,
  WrappedOptions,
} from "./types.js";
import { awaitRelease, GRACE_MS_MAX, releaseNow, takenBack } from "./wait.js";

/**
 * Makes a guard of what `options` say.
 *
 * @throws TypeError if one is missing, unknown, or not what the types say.
 * @throws RangeError if a number is out of its range.
 */
export type CreateGuard = (options: GuardOptions) => Guard;

/** What makes guards whose calls `holding` holds. */
export function guardIn(holding: Holding): CreateGuard {
  return (options) => {
    const post = postOf(holding, options);
    const escalations = escalationsAt(post);
    if (!post.enforces) warn(post);
    post.relaxing?.begin();
    return Object.freeze<Guard>({
      enforces: post.enforces,
      wrap: (tool, run) => wrap(post, tool, run as Run) as never,
      check: async (call, options = {}) => check(post, call, options),
      resume: async (id, options = {}) => resume(post, id, options),
      withdraw: async (id, note) => void (await own(post, escalations, id).withdraw(note)),
      answer: async (id, text) => void (await own(post, escalations, id).answer(text)),
      unfinished: async () => unfinished(post),
      close: () => post.closing.abort(),
    });
  };
}

function warn(post: Post): void {
  const message = `countersign: the guard of \`${post.agentId}\` only observes (enforce: false): every call runs, also what the policy blocks`;
  post.tell({ type: "observing", message });
  console.warn(message);
}

/** What the guard decides, or that it is closed; if it only observes, everything is allowed. */
async function decideOrObserve(post: Post, proposed: Call, signal: AbortSignal | null): Promise<Observed> {
  const { tool } = proposed;
  const isEnded = signal?.aborted || post.closing.signal.aborted;
  const late = (decided: Decided) => givenUp(post, decided, signal);
  const decided = isEnded ? null : await unlessEnded(post, signal, decide(post, proposed), late);
  if (decided === null) {
    const told = signal?.aborted ? toldWithdrawn(tool) : toldUnavailable(tool, "the guard was closed");
    return toldAt(post, proposed, told);
  }
  if (post.enforces) return decided;
  const { call, decision } = decided;
  const told = decided.kind === "told" ? decided.told : null;
  if (told || decision?.action !== "allow") post.tell({ type: "not-enforced", call, decision, told });
  return { kind: "allowed", call, decision };
}

/** What nobody waits for any more is not run; if it was held after all, it is taken back, unless the guard was closed. */
function givenUp(post: Post, decided: Decided, signal: AbortSignal | null): void {
  if (decided.kind !== "held" || !post.enforces) return;
  const { record } = decided;
  post.tell({ type: "held", id: record.id, escalation: record });
  if (signal?.aborted) void takenBack(post, record);
}

type Observed = Decided | { readonly kind: "allowed"; readonly call: Call; readonly decision: null };

function toldAt(post: Post, call: Call, told: Told): Decided {
  return { kind: "told", told: telling(post, told), call, decision: null };
}

async function check(post: Post, given: ProposedCall, options: CheckOptions): Promise<Checked> {
  const { signal = null } = optionsOf(options, CHECK);
  const decided = await decideOrObserve(post, proposedOf(given), signal);
  switch (decided.kind) {
    case "allowed": {
      const { call, decision } = decided;
      return { status: "allowed", call, decision, finished: finishing(post, call, null) };
    }
    case "told": {
      const { told, decision } = decided;
      return { status: told.code === "blocked" ? "blocked" : "not-run", told, decision };
    }
    case "held": {
      const { record } = decided;
      post.tell({ type: "held", id: record.id, escalation: record });
      return { status: "pending", id: record.id, escalation: record };
    }
  }
}

function wrap(post: Post, tool: string, run: Run) {
  checkText("tool", tool);
  if (typeof run !== "function") throw new TypeError("`run` must be a function");
  post.wrapped.set(tool, run);
  return async (args: unknown = {}, options: WrappedOptions = {}): Promise<unknown> => {
    const { reason, confidence, signal = null } = optionsOf(options, WRAPPED);
    const proposed = proposedOf({ tool, args, reason, confidence } as ProposedCall);
    const decided = await decideOrObserve(post, proposed, signal);
    if (decided.kind === "told") throw notRun(decided, signal);
    if (decided.kind === "allowed") {
      if (signal?.aborted) throw notRun({ told: telling(post, toldWithdrawn(tool)) }, signal);
      return runTool(post, run, decided.call, null, signal);
    }
    const { record } = decided;
    post.tell({ type: "held", id: record.id, escalation: record });
    const ended = await awaitRelease(post, record, signal);
    if (ended.kind === "told") throw notRun(ended, signal);
    const { call } = ended.record;
    if (call.tool !== tool) {
      throw notRun({ told: telling(post, toldChanged(tool, record.id, "it is of another tool")) }, signal);
    }
    return runTool(post, run, call, record.id, signal);
  };
}

function notRun({ told, ...failed }: NotRun, signal: AbortSignal | null): NotRunError {
  const isTakenBack = told.code === "withdrawn" && signal?.aborted;
  const cause: unknown = isTakenBack ? signal.reason : failed.cause;
  const options = cause === undefined ? {} : { cause };
  return told.code === "blocked" ? new BlockedError(told, options) : new NotRunError(told, options);
}

async function resume(post: Post, id: string, options: ResumeOptions): Promise<Resumed> {
  const { signal = null, wait = false } = optionsOf(options, RESUME);
  checkText("id", id);
  const looking = look(post, id);
  const looked = await unlessEnded(post, signal, looking, () => undefined);
  if (looked === null && !(await overWithin(GRACE_MS_MAX, looking))) {
    throw new StoreError("unavailable", "it was given up before the store had answered");
  }
  const released = await (wait ? awaitRelease : releaseNow)(post, (await looking).record, signal);
  const { record } = released;
  switch (released.kind) {
    case "waits": {
      const { waitsFor, untilMs } = released;
      return { status: "pending", id, escalation: record, waitsFor, untilMs };
    }
    case "told":
      return { status: "not-run", id, told: released.told };
    case "released": {
      const { call } = record;
      const run = post.wrapped.get(call.tool);
      if (!run) return { status: "ready", id, call, finished: finishing(post, call, id) };
      return { status: "ran", id, result: await runTool(post, run, call, id, signal) };
    }
  }
}

/** What the agent's side may do to an escalation, if this guard holds it. */
function own(post: Post, escalations: Escalations, id: string) {
  const mine = async () => (await look(post, checkText("id", id))).record.id;
  return {
    withdraw: async (note: string | undefined) => escalations.withdraw(await mine(), note),
    answer: async (text: string) => escalations.answer(await mine(), text),
  };
}

async function unfinished(post: Post): Promise<readonly Unfinished[]> {
  const { holding, writing, verify } = post;
  await holding.ready();
  const guard = guardOf(post);
  const reviewers = verifying(holding, verify);
  const { nowMs } = await writing.moment();
  const found: Unfinished[] = [];
  for await (const { id, entries } of eachStored(writing, { unfinished: true })) {
    const [first] = entries;
    if (first?.event.type !== "open" || first.event.guard !== guard) continue;
    const verified = await reviewers.all(entries);
    const escalation = possible(() => writing.record(id, entries, verified, nowMs));
    if (escalation === null) continue;
    if (isUnfinished(escalation)) found.push({ id, kind: escalation.run ? "unknown" : "unused", escalation });
  }
  return found;
}
