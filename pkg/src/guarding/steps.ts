/** What deciding and holding a call have in common: what they come to, and what the history tells of it. */
import type { HoldingStack } from "../core.js";
import type { Keys } from "../lifecycle.js";
import type { Call, Decision, Usage } from "../types.js";
import type { Draft, EscalationRecord, Moment, Step } from "../writing.js";
import type { NotRun, Post } from "./post.js";

/** What was decided of a call. */
export type Decided =
  | { readonly kind: "allowed"; readonly call: Call; readonly decision: Decision }
  | (NotRun & { readonly kind: "told"; readonly call: Call; readonly decision: Decision | null })
  | { readonly kind: "held"; readonly call: Call; readonly decision: Decision; readonly record: EscalationRecord };

/** A call that is being decided. */
export interface Deciding {
  readonly post: Post;
  readonly stack: HoldingStack;
  readonly call: Call;
  readonly keys: Keys;
  readonly moment: Moment;
  readonly decision: Decision;
  readonly usage: Usage;
}

/** The entry of a decision, after the one of the policy where that is another than before. */
export function decisionDrafts(deciding: Deciding, decision: Decision): readonly Draft[] {
  const call = keptOf(deciding.call);
  return [...policyDrafts(deciding), { id: null, event: { type: "decision", call, digest: null, decision } }];
}

/** The longest call, as JSON, that the history keeps with its arguments, in UTF-16 code units. */
const KEPT_MAX = 500_000;

/** What the history keeps of a call: a large one without arguments, so that no agent fills it with a few. */
function keptOf(call: Call): Call {
  if (JSON.stringify(call).length <= KEPT_MAX) return call;
  const { args: _, reason: __, ...others } = call;
  return others;
}

/** The entry that says which policy the guard decides by, if the last one of this process said something else. */
export function policyDrafts({ post, stack }: Pick<Deciding, "post" | "stack">): readonly Draft[] {
  const digest = stack.digest();
  const { claims } = stack;
  const { recordedStack, recordedClaims } = post.state;
  if (recordedStack === digest && (claims.length === 0 || recordedClaims === digest)) return [];
  const note = `guard of ${post.agentId}: ${post.enforces ? "enforces" : "observes only, and lets every call run"}`;
  const relaxed = claims.length === 0 ? {} : { relaxed: claims };
  return [{ id: null, event: { type: "policy", stack: digest, note, ...relaxed } }];
}

/** Remembers which policy the history tells of now. */
export function rememberPolicy({ post, stack }: Pick<Deciding, "post" | "stack">): void {
  post.state.recordedStack = stack.digest();
  if (stack.claims.length > 0) post.state.recordedClaims = stack.digest();
}

/** Answers `decided`, and remembers which policy the history tells of now. */
export function answering<T>(deciding: Pick<Deciding, "post" | "stack">, decided: T): () => T {
  return () => {
    rememberPolicy(deciding);
    return decided;
  };
}

export function nothingWritten<T>(answer: T): Step<T> {
  return { drafts: [], answer: () => answer };
}
