/** When a check card opens, so that its time and place in the list tell nothing. */

import type { EscalationRecord } from "countersign";
import type { Random } from "./arguments.ts";

const DELAY_MS_MIN = 2_000;
const DELAY_MS_MAX = 10 * 60_000;
/** Nobody plants what is about to expire. */
const LEFT_MS_MIN = 2 * 60_000;
/** Calls still arrive if the last came within so many usual gaps. */
const GAPS_MAX = 3;

/**
 * A time for a check card that waits `expiresMs`, in Unix milliseconds.
 *
 * Where calls still arrive, it arrives like the next of them: after a gap that was seen between real ones, and so not
 * just after an answer. Where a queue stands still, it stands between two calls that wait in it.
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
  const gap = gaps[Math.floor(random() * gaps.length)] ?? usual;
  const delay = Math.min(Math.max(gap * (0.5 + random()), DELAY_MS_MIN), DELAY_MS_MAX);
  return nowMs + Math.round(delay);
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
