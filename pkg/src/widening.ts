/** What a change of a policy widens, told from the two policies alone. */
import type { Change, TermChange } from "./comparison.js";
import { stackOf } from "./decides.js";
import { widening } from "./engines/writing.js";
import type { Policy } from "./policy.js";
import type { Call, Decision, Usage } from "./types.js";

/**
 * What can be said of a change, the worst first.
 *
 * - `widens`: some call is decided more loosely, and here it is;
 * - `unknown`: no such call was found, but it is not proven either that there is none;
 * - `tightens`: it is proven that no call is decided more loosely;
 * - `same`: it is proven that no call is decided more loosely, nor more strictly.
 */
export const WIDENING_VERDICTS = ["widens", "unknown", "tightens", "same"] as const;

export type WideningVerdict = (typeof WIDENING_VERDICTS)[number];

/** A call that is decided more loosely than before. Both decided it. */
export interface WideningWitness {
  /** The call, with nothing in it that could be left out. */
  readonly call: Call;
  /** What was used of the limits that matter. */
  readonly usage: Usage;
  /** Whether rules that replace review are in force, for both; `null` where there are none. */
  readonly relaxing: boolean | null;
  /** How the decisions differ; one of those that are looser. */
  readonly change: Change;
  /** Which terms differ, where the action is the same. */
  readonly terms: readonly TermChange[];
  readonly before: Decision;
  /** Of a single change of several: by the policies before with this change alone, with their digests. */
  readonly after: Decision;
}

/** One difference between two policies, and what it does alone: made in the policy before, while all else stays. */
export interface PolicyChange {
  /** Which of the loaded sources, counted from 0. */
  readonly source: number;
  /** What became of a rule; `policy` is what the policy says of all calls. */
  readonly kind: "added" | "removed" | "changed" | "moved" | "policy";
  /** Id of the rule, the new one where it has another; `null` of the policy itself. */
  readonly rule: string | null;
  /** The keys whose values differ, of a rule that changed or of the policy. */
  readonly keys: readonly string[];
  readonly verdict: WideningVerdict;
  /** `null` unless it widens. */
  readonly witness: WideningWitness | null;
}

/** What becomes looser from one policy to another. */
export interface Widening {
  /** What all changes do together. */
  readonly verdict: WideningVerdict;
  /**
   * First what a policy says of all calls, then its rules in their order, then what is gone. Empty if there are more or
   * fewer sources than before.
   */
  readonly changes: readonly PolicyChange[];
  /** Calls that all changes together let through more loosely, the worst first, at most 20; empty unless it widens. */
  readonly witnesses: readonly WideningWitness[];
  /** How many calls were tried, at most 100,000. */
  readonly tried: number;
  /** Whether there were more calls, values in lists or tools than were tried, or more than 400 changes. */
  readonly cut: boolean;
}

/**
 * Tells of each change from `before` to `after`, and of all together, whether it widens, tightens or cannot be told. It
 * mostly takes up to a few seconds, but minutes where hundreds of rules with patterns are about one tool: what is bounded
 * is the number of calls. Nobody else can work meanwhile.
 *
 * What widens has a witness: calls are made from the conditions of both and decided by both. What tightens is proven, for
 * every call, whatever was used of limits and whichever rules that replace review are in force; a search that finds
 * nothing proves nothing. Looser is what a comparison of calls calls so: see `CHANGES`.
 *
 * @throws {@link EngineError} if the engine failed.
 * @throws TypeError if one of them does not come from `loadPolicy` or was disposed.
 *
 * @example
 * ```ts
 * const { verdict, witnesses } = wideningOf(await loadPolicy(saved), await loadPolicy(edited));
 * if (verdict === "widens") console.log(witnesses[0]?.call); // a call that is decided more loosely
 * ```
 */
export function wideningOf(before: Policy, after: Policy): Widening {
  return widening(stackOf(before), stackOf(after));
}
