/** Where one guard stands: what its options come to, once and for all. */
import { snapshotCall } from "../call.js";
import { checkFunction, checkKeys, checkMs, type KeysOf, unknownKey } from "../checks.js";
import type { Holding, HoldingStack } from "../core.js";
import { stackOf } from "../decides.js";
import * as env from "../env.js";
import { CallError, type Told } from "../errors.js";
import type { ReviewVerifier } from "../reviewers.js";
import type { Call, Digest } from "../types.js";
import { type Writing, writingTo } from "../writing.js";
import { type Relaxing, relaxingOf } from "./relaxing.js";
import { toldFailure } from "./told.js";
import { toolDigests } from "./tools.js";
import type {
  CheckOptions,
  GuardEvent,
  GuardOptions,
  Identity,
  ProposedCall,
  ResumeOptions,
  RunContext,
  WrappedOptions,
} from "./types.js";

/** A tool that stands behind the guard. */
export type Run = (args: unknown, context: RunContext) => unknown;

/** What all parts of a guard work with. */
export interface Post {
  readonly holding: Holding;
  readonly writing: Writing;
  readonly verify: ReviewVerifier | undefined;
  readonly newId: () => string;
  /** The engine's side of the policy as it is now. */
  readonly stack: () => Promise<HoldingStack>;
  /** What the guard knows of every call: agent, user, session, context and tenant. */
  readonly known: Omit<Call, "tool">;
  readonly agentId: string;
  /** Whether the options name the session; else it is this guard's own, and a guard after it has another. */
  readonly isSessionNamed: boolean;
  /** `null`: no rule replaces review here. */
  readonly relaxing: Relaxing | null;
  readonly toolDigests: () => Promise<ReadonlyMap<string, Digest>>;
  readonly wrapped: Map<string, Run>;
  readonly holdsAll: boolean;
  readonly collect: { readonly forMs: number; readonly atMost: number } | null;
  readonly pendingMax: number;
  readonly records: "all" | "held";
  readonly enforces: boolean;
  readonly pollMs: number;
  /** Aborts when the guard is closed. */
  readonly closing: AbortController;
  /** What changes while the guard stands. */
  readonly state: {
    /** The policies that the history says this guard decides by; `null` until this process has said so. */
    recordedStack: Digest | null;
    /** The same of those whose rules replace review here. */
    recordedClaims: Digest | null;
    /** The batch that is being collected. */
    batch: { readonly id: string; readonly untilMs: number; count: number } | null;
  };
  readonly tell: (event: GuardEvent) => void;
}

const PENDING_MAX = 20;
const POLL_MS = 1000;
const BATCH_MAX = 100;

const OPTIONS: KeysOf<GuardOptions> = {
  policy: 0,
  store: 0,
  agent: 0,
  user: 0,
  session: 0,
  tenant: 0,
  context: 0,
  tools: 0,
  hold: 0,
  collect: 0,
  verify: 0,
  relaxing: 0,
  pendingMax: 0,
  record: 0,
  enforce: 0,
  pollMs: 0,
  now: 0,
  newId: 0,
  on: 0,
};
const COLLECT: KeysOf<NonNullable<GuardOptions["collect"]>> = { forMs: 0, atMost: 0 };
const CALL: KeysOf<ProposedCall> = { tool: 0, args: 0, reason: 0, confidence: 0 };
export const CHECK: KeysOf<CheckOptions> = { signal: 0 };
export const RESUME: KeysOf<ResumeOptions> = { signal: 0, wait: 0 };
export const WRAPPED: KeysOf<WrappedOptions> = { reason: 0, confidence: 0, signal: 0 };

/** What only the guard may say of a call. */
const RESERVED = ["agent", "user", "session", "context", "tenant", "marks", "toolDigest"];

/** Reads the options of a guard. */
export function postOf(holding: Holding, given: GuardOptions): Post {
  checkKeys("the options of a guard", given, OPTIONS);
  // Only own properties count: nobody switches a guard off by a property of every object.
  const options: GuardOptions = Object.assign(Object.create(null), given);
  const { policy, store, now = env.nowMs, newId = env.newId } = options;
  checkFunction("newId", newId);
  if (typeof policy !== "function") stackOf(policy);
  const agent = identityOf("agent", options.agent);
  const session = identityOf("session", options.session ?? newId());
  if (typeof session === "object" && Object.hasOwn(session, "marks")) {
    throw new TypeError("`session` must not have `marks`: the guard puts there what the store has");
  }
  const { user, context, tenant } = options;
  const { tool: _, ...known } = snapshotCall({ tool: "-", agent, user, session, context, tenant });
  const tell = teller(checkFunction("on", options.on));
  const writing = writingTo(holding, store, now);
  const agentId = typeof agent === "string" ? agent : agent.id;
  const stack = async () => stackOf(typeof policy === "function" ? await policy() : policy);
  const holdsAll = oneOf("hold", options.hold ?? "flagged", ["flagged", "all"]) === "all";
  // Anything but a written `false` enforces.
  const enforces = options.enforce !== false;
  const closing = new AbortController();
  const relaxing =
    options.relaxing && relaxingOf(options.relaxing, { holding, writing, agentId, stack, closing, tell });
  return {
    holding,
    writing,
    verify: checkFunction("verify", options.verify),
    newId,
    stack,
    known,
    agentId,
    isSessionNamed: options.session !== undefined,
    // Who holds every call, or none, has nothing to relax.
    relaxing: relaxing !== undefined && enforces && !holdsAll ? relaxing : null,
    toolDigests: toolDigests(holding, options.tools ?? {}),
    wrapped: new Map(),
    holdsAll,
    collect: collectOf(options.collect),
    pendingMax: atLeastOne("pendingMax", options.pendingMax ?? PENDING_MAX),
    records: oneOf("record", options.record ?? "all", ["all", "held"]),
    enforces,
    pollMs: atLeastOne("pollMs", options.pollMs ?? POLL_MS),
    closing,
    state: { recordedStack: null, recordedClaims: null, batch: null },
    tell,
  };
}

function identityOf(name: string, given: string | Identity): string | Identity {
  const id: unknown = typeof given === "object" && given !== null && Object.hasOwn(given, "id") ? given.id : given;
  if (typeof id !== "string" || id === "") {
    throw new TypeError(`\`${name}\` must be a name, or an object with a string \`id\`, that is not empty`);
  }
  return given;
}

function collectOf(collect: GuardOptions["collect"]): Post["collect"] {
  if (collect === undefined) return null;
  const { forMs, atMost = BATCH_MAX } = checkKeys("`collect`", collect, COLLECT);
  return { forMs: checkMs("collect.forMs", forMs), atMost: atLeastOne("collect.atMost", atMost) };
}

function atLeastOne(name: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`\`${name}\` must be an integer from 1`);
  return value;
}

function oneOf<Word extends string>(name: string, word: Word, words: readonly Word[]): Word {
  if (!words.includes(word)) throw new TypeError(`\`${name}\` must be one of ${words.join(", ")}`);
  return word;
}

/** Tells the observer; what goes wrong there changes nothing. */
function teller(on: GuardOptions["on"]): (event: GuardEvent) => void {
  return (event) => {
    try {
      const answer: unknown = on?.(event);
      if (answer instanceof Promise) answer.catch(() => undefined);
    } catch {
      // An observer only looks on.
    }
  };
}

/**
 * The guard's own copy of what an agent proposes.
 *
 * @throws {@link CallError} if it is no call, says what only the guard may say, or has what calls do not have.
 */
export function proposedOf(given: ProposedCall): Call {
  refuseClaims(given);
  const call = snapshotCall(given);
  const unknown = unknownKey(given, CALL);
  if (unknown === null) return call;
  throw new CallError("unknown-key", `a call must not have ${unknown.message}`, unknown.key);
}

/**
 * The options with which a call is made.
 *
 * @throws {@link CallError} if they say what only the guard may say.
 * @throws TypeError if they have what there is not.
 */
export function optionsOf<T extends object>(given: T, known: Readonly<Record<string, 0>>): T {
  refuseClaims(given);
  return checkKeys("the options of a call", given, known);
}

function refuseClaims(part: unknown): void {
  if (typeof part !== "object" || part === null) return;
  const claimed = RESERVED.find((key) => Object.hasOwn(part, key));
  if (claimed === undefined) return;
  throw new CallError("forbidden-key", `\`${claimed}\` is for the guard to say, not for the call`, claimed);
}

/** The call with all that the guard knows of it, its session without marks unless they are given. */
export function knownCall(post: Post, proposed: Call, toolDigest: Digest | undefined, marks?: readonly string[]): Call {
  const call = { ...proposed, ...post.known, ...(toolDigest !== undefined && { toolDigest }) };
  return Object.freeze(marks === undefined ? call : withMarks(call, marks));
}

/** The call with `marks` as those of its session. */
export function withMarks(call: Call, marks: readonly string[]): Call {
  const session = typeof call.session === "string" ? { id: call.session } : call.session;
  return Object.freeze({ ...call, session: Object.freeze({ ...session, marks: Object.freeze([...marks]) }) });
}

/** Says to the observer what the agent is told, and answers it. */
export function telling(post: Post, told: Told): Told {
  post.tell({ type: "told", told });
  return told;
}

/** What keeps a call from running, and `cause`, what failed, if something did. */
export interface NotRun {
  readonly told: Told;
  readonly cause?: unknown;
}

/** Says to the observer what failed, and answers what the agent is told of it. */
export function failing(post: Post, tool: string, error: unknown): NotRun {
  post.tell({ type: "failed", error });
  return { told: toldFailure(tool, error), cause: error };
}
