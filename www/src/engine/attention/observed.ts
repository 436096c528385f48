/** From what is kept to what the engine judges, and to how often check cards come. */

import { type AttentionReport, attentionReport } from "countersign";
import type { AttentionSettings, CheckOutcome, Given } from "./api.ts";
import { isTooFast } from "./too-fast.ts";

/** Approvals that count towards the share of those that came too fast. */
const APPROVALS_MAX = 100;
/** How much more often check cards come while attention is low: 5 % where it is 3 % otherwise. */
const RAISE = 5 / 3;

/** Of the last approvals, how many came too fast. `given` is in the order of time. */
export function approvalsOf(given: readonly Given[]): { readonly all: number; readonly tooFast: number } {
  const approvals = given.filter(({ verdict }) => verdict === "approve").slice(-APPROVALS_MAX);
  return { all: approvals.length, tooFast: approvals.filter(isTooFast).length };
}

/**
 * What the engine makes of outcomes and answers, both in the order of time.
 *
 * Which real calls were good is not known here, and so not how well they are told from bad ones.
 */
export function foundIn(outcomes: readonly CheckOutcome[], given: readonly Given[]): Promise<AttentionReport> {
  const { all, tooFast } = approvalsOf(given);
  const paces = given.filter(({ verdict }) => verdict === "approve").map(isTooFast);
  return attentionReport({ checkCards: outcomes.map(({ caught }) => caught), approvals: all, tooFast, paces });
}

/** The chance that a check card follows an answer. */
export function chanceOf({ isOn, share }: AttentionSettings, isLow: boolean): number {
  if (!isOn) return 0;
  return isLow ? share * RAISE : share;
}
