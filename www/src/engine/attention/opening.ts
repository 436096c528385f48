/** When a check card opens, so that its time and place in the list tell nothing. */

import type { EscalationRecord } from "countersign";
import type { Random } from "./chance.ts";

const DELAY_MS_MIN = 5_000;
const DELAY_MS_MAX = 30 * 60_000;
/** It is planted at an answer; so many usual gaps later, others have been answered since and nothing points back to it. */
const DELAY_GAPS_MIN = 3;
const DELAY_GAPS_MAX = 9;
/** Nobody plants what is about to expire. */
const LEFT_MS_MIN = 2 * 60_000;
/** Calls still arrive if the last came within so many usual gaps. */
const GAPS_MAX = 3;

/**
 * A time for a check card that waits `expiresMs`, in Unix milliseconds.
 *
 * Where calls still arrive, it arrives like one of the next of them, and so not just after an answer. Where a queue stands still, it stands between two calls that wait in it.
 */
export function openingTime(
  sample: readonly EscalationRecord[],
  expiresMs: number,
  nowMs: number,
  random: Random,
): number {
  const times = sample.map(({ openedAtMs }) => openedAtMs).sort((a, b) => a - b);
  const gaps = gapsOf(times).filter((gap) => gap > 0);
  const newest = times.at(-1) ?? nowMs;
  const usual = [...gaps].sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? DELAY_MS_MAX;
  const waiting = sample
    .filter(({ status, expiresAtMs }) => status === "pending" && expiresAtMs > nowMs)
    .map(({ openedAtMs }) => openedAtMs)
    .sort((a, b) => a - b);
  const between =
    nowMs - newest > GAPS_MAX * usual ? betweenTwo(waiting, nowMs + LEFT_MS_MIN - expiresMs, random) : null;
  if (between !== null) return between;
  const delay = usual * (DELAY_GAPS_MIN + random() * (DELAY_GAPS_MAX - DELAY_GAPS_MIN));
  return nowMs + Math.round(Math.min(Math.max(delay, DELAY_MS_MIN), DELAY_MS_MAX * (0.5 + random() / 2)));
}

/** A time between two neighbours of `times`, and not before `earliest`. */
function betweenTwo(times: readonly number[], earliest: number, random: Random): number | null {
  const pairs = times
    .slice(1)
    .map((later, at) => [Math.max(times[at] ?? later, earliest), later] as const)
    .filter(([before, later]) => later - before > 1);
  const pair = pairs[Math.floor(random() * pairs.length)];
  return pair === undefined ? null : pair[0] + 1 + Math.floor(random() * (pair[1] - pair[0] - 1));
}

function gapsOf(times: readonly number[]): readonly number[] {
  return times.slice(1).map((later, at) => later - (times[at] ?? later));
}
