/** A guard, of its parts. */
import { checkText } from "../checks.js";
import type { Holding } from "../core.js";
import { BlockedError, NotRunError, type Told } from "../errors.js";
import { type Escalations, escalationsIn } from "../escalations.js";
import { verifying } from "../reviewers.js";
import type { Call } from "../types.js";
import { eachStored, isUnfinished, possible } from "../writing.js";
import { type Decided, decide } from "./deciding.js";
import { guardOf } from "./hold.js";
import { type Post, postOf, proposedOf, type Run, telling } from "./post.js";
import { look } from "./release.js";
import { finishing, runTool } from "./run.js";
import { toldUnavailable, toldWithdrawn } from "./told.js";
import type {
  Checked,
  CheckOptions,
  Guard,
  GuardOptions,
  ProposedCall,
  Resumed,
  Unfinished,
  WrappedOptions,
} from "./types.js";
import { awaitRelease, releaseNow } from "./wait.js";

/** Makes a guard of what `options` say. */
export type CreateGuard = (options: GuardOptions) => Guard;

/** What makes guards whose calls `holding` holds. */
export function guardIn(holding: Holding): CreateGuard {
  return (options) => {
    const post = postOf(holding, options);
    const escalations = escalationsIn(holding)(options);
    if (!post.enforces) warn(post);
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
  if (signal?.aborted) return toldAt(post, proposed, toldWithdrawn(tool));
  if (post.closing.signal.aborted) return toldAt(post, proposed, toldUnavailable(tool, "the guard was closed"));
  const decided = await decide(post, proposed);
  if (post.enforces) return decided;
  const { call, decision } = decided;
  const told = decided.kind === "told" ? decided.told : null;
  if (told || decision?.action !== "allow") post.tell({ type: "not-enforced", call, decision, told });
  return { kind: "allowed", call, decision };
}

type Observed = Decided | { readonly kind: "allowed"; readonly call: Call; readonly decision: null };

function toldAt(post: Post, call: Call, told: Told): Decided {
  return { kind: "told", told: telling(post, told), call, decision: null };
}

async function check(post: Post, given: ProposedCall, { signal = null, ...others }: CheckOptions): Promise<Checked> {
  const decided = await decideOrObserve(post, proposedOf(given, others), signal);
  switch (decided.kind) {
    case "allowed": {
      const { call, decision } = decided;
      return { status: "allowed", call, decision, finished: finishing(post, call, null) };
    }
    case "told":
      return { status: "blocked", told: decided.told, decision: decided.decision };
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
    const { reason, confidence, signal = null, ...others } = options;
    const proposed = proposedOf({ tool, args, reason, confidence } as ProposedCall, others);
    const decided = await decideOrObserve(post, proposed, signal);
    if (decided.kind === "told") throw notRun(decided.told, signal);
    if (decided.kind === "allowed") {
      if (signal?.aborted) throw notRun(telling(post, toldWithdrawn(tool)), signal);
      return runTool(post, run, decided.call, null, signal);
    }
    const { record } = decided;
    post.tell({ type: "held", id: record.id, escalation: record });
    const ended = await awaitRelease(post, record, signal);
    if (ended.kind === "told") throw notRun(ended.told, signal);
    return runTool(post, run, ended.record.call, record.id, signal);
  };
}

function notRun(told: Told, signal: AbortSignal | null): NotRunError {
  const options = told.code === "withdrawn" && signal?.aborted ? { cause: signal.reason as unknown } : {};
  return told.code === "blocked" ? new BlockedError(told, options) : new NotRunError(told, options);
}

async function resume(
  post: Post,
  id: string,
  { signal = null, wait = false }: CheckOptions & { readonly wait?: boolean },
): Promise<Resumed> {
  checkText("id", id);
  const released = wait ? await awaitRelease(post, (await look(post, id)).record, signal) : await releaseNow(post, id);
  const { record } = released;
  switch (released.kind) {
    case "waits":
      return { status: "pending", id, escalation: record };
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
    const verified = await reviewers.all(id, entries);
    const escalation = possible(() => writing.record(id, entries, verified, nowMs));
    if (escalation === null) continue;
    if (isUnfinished(escalation)) found.push({ id, kind: escalation.run ? "unknown" : "unused", escalation });
  }
  return found;
}
