/** From what check cards showed to a traffic light, and to how often they come. */

import type { AttentionSettings, CheckOutcome, Given, Light } from "./api.ts";
import { isTooFast } from "./too-fast.ts";

/** Approvals that count towards the share of those that came too fast. */
const APPROVALS_MAX = 100;
/** More than this share of approvals before the card could be read is too many. */
const TOO_FAST_SHARE_MAX = 0.1;
/** Fewer approvals than this say nothing about their share. */
const APPROVALS_MIN = 10;
/** So many check cards show at 97.5 % that seven of ten are caught, by how many of them were missed. */
const NEEDED_BY_MISSES = [11, 17, 22] as const;
const CAUGHT_SHARE_MIN = 0.7;
/** Of the last five, two that were missed are a warning. */
const RECENT = 5;
const RECENT_MISSES_MAX = 1;
/** How much more often check cards come while attention is low: 5 % where it is 3 % otherwise. */
const RAISE = 5 / 3;

/** Of the last approvals, how many came too fast. `given` is in the order of time. */
export function approvalsOf(given: readonly Given[]): { readonly all: number; readonly tooFast: number } {
  const approvals = given.filter(({ verdict }) => verdict === "approve").slice(-APPROVALS_MAX);
  return { all: approvals.length, tooFast: approvals.filter(isTooFast).length };
}

/** Whether reviewers miss check cards or approve too fast, as of late. `outcomes` are in the order of time. */
export function isLow(outcomes: readonly CheckOutcome[], given: readonly Given[]): boolean {
  return missesOfLate(outcomes) > RECENT_MISSES_MAX || isHasty(approvalsOf(given));
}

/** The light for these outcomes, in the order of time; `low` is the lower end of the interval of the share caught. */
export function lightOf(outcomes: readonly CheckOutcome[], given: readonly Given[], low: number | null): Light {
  if (missesOfLate(outcomes) > RECENT_MISSES_MAX) return "red";
  const misses = outcomes.filter(({ caught }) => !caught).length;
  const needed = NEEDED_BY_MISSES[misses] ?? NEEDED_BY_MISSES[2];
  const isShown = outcomes.length >= needed && low !== null && low >= CAUGHT_SHARE_MIN;
  const { all, tooFast } = approvalsOf(given);
  return isShown && tooFast <= all * TOO_FAST_SHARE_MAX ? "green" : "amber";
}

/** The chance that a check card follows an answer. */
export function chanceOf({ isOn, share }: AttentionSettings, low: boolean): number {
  if (!isOn) return 0;
  return low ? share * RAISE : share;
}

function missesOfLate(outcomes: readonly CheckOutcome[]): number {
  return outcomes.slice(-RECENT).filter(({ caught }) => !caught).length;
}

function isHasty({ all, tooFast }: { readonly all: number; readonly tooFast: number }): boolean {
  return all >= APPROVALS_MIN && tooFast > all * TOO_FAST_SHARE_MAX;
}
