/** Where one guard stands: what its options come to, once and for all. */

import { snapshotCall } from "../call.js";
import { checkMs } from "../checks.js";
import type { Holding, HoldingStack } from "../core.js";
import { stackOf } from "../decides.js";
import * as env from "../env.js";
import { CallError, type Told } from "../errors.js";
import type { ReviewVerifier } from "../reviewers.js";
import type { Call, Digest } from "../types.js";
import { type Writing, writingTo } from "../writing.js";
import { toolDigests } from "./tools.js";
import type { GuardEvent, GuardOptions, Identity, ProposedCall, RunContext } from "./types.js";

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
    /** The batch that is being collected. */
    batch: { readonly id: string; readonly untilMs: number; count: number } | null;
  };
  readonly tell: (event: GuardEvent) => void;
}

const PENDING_MAX = 20;
const POLL_MS = 1000;
const BATCH_MAX = 100;

/** What only the guard may say of a call. */
const RESERVED = ["agent", "user", "session", "context", "tenant", "marks", "toolDigest"];

/** Reads the options of a guard. */
export function postOf(holding: Holding, given: GuardOptions): Post {
  // Only own properties count: nobody switches a guard off by a property of every object.
  const options: GuardOptions = Object.assign(Object.create(null), given);
  const { policy, store, now = env.nowMs, newId = env.newId, on } = options;
  if (typeof policy !== "function") stackOf(policy);
  const agent = identityOf("agent", options.agent);
  const session = identityOf("session", options.session ?? newId());
  if (typeof session === "object" && Object.hasOwn(session, "marks")) {
    throw new TypeError("`session` must not have `marks`: the guard puts there what the store has");
  }
  const { user, context, tenant } = options;
  const { tool: _, ...known } = snapshotCall({ tool: "-", agent, user, session, context, tenant });
  const tell = teller(on);
  return {
    holding,
    writing: writingTo(holding, store, now),
    verify: options.verify,
    newId,
    stack: async () => stackOf(typeof policy === "function" ? await policy() : policy),
    known,
    agentId: typeof agent === "string" ? agent : agent.id,
    toolDigests: toolDigests(holding, options.tools ?? {}),
    wrapped: new Map(),
    holdsAll: oneOf("hold", options.hold ?? "flagged", ["flagged", "all"]) === "all",
    collect: collectOf(options.collect),
    pendingMax: atLeastOne("pendingMax", options.pendingMax ?? PENDING_MAX),
    records: oneOf("record", options.record ?? "all", ["all", "held"]),
    // Anything but a written `false` enforces.
    enforces: options.enforce !== false,
    pollMs: atLeastOne("pollMs", options.pollMs ?? POLL_MS),
    closing: new AbortController(),
    state: { recordedStack: null, batch: null },
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
  const { forMs, atMost = BATCH_MAX } = collect;
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
 * @throws {@link CallError} if it is no call, or says what only the guard may say.
 */
export function proposedOf(given: ProposedCall, options: object): Call {
  for (const part of [given, options]) {
    if (typeof part !== "object" || part === null) continue;
    const claimed = RESERVED.find((key) => Object.hasOwn(part, key));
    if (claimed !== undefined) {
      throw new CallError("forbidden-key", `\`${claimed}\` is for the guard to say, not for the call`, claimed);
    }
  }
  return snapshotCall(given);
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
