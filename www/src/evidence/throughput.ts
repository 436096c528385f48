/** Hours of a history as the bars of a chart, in the reader's own calendar. */

import type { HourSummary } from "countersign";

export interface Bar {
  /** Its beginning, in Unix milliseconds. */
  readonly atMs: number;
  readonly opened: number;
  readonly reviews: number;
}

export type Step = "hour" | "day";

const BARS: Readonly<Record<Step, number>> = { hour: 48, day: 30 };

/** The last bars up to `nowMs`, those without anything among them. */
export function barsOf(hours: readonly HourSummary[], step: Step, nowMs: number): readonly Bar[] {
  const starts: number[] = [];
  const at = new Date(nowMs);
  at.setMinutes(0, 0, 0);
  if (step === "day") at.setHours(0);
  for (let count = 0; count < BARS[step]; count += 1) {
    starts.unshift(at.getTime());
    // By the calendar, as days with a change of the clock have 23 or 25 hours.
    if (step === "day") at.setDate(at.getDate() - 1);
    else at.setTime(at.getTime() - 3_600_000);
  }
  return starts.map((start, index) => {
    const end = starts[index + 1] ?? Number.POSITIVE_INFINITY;
    const some = hours.filter(({ atMs }) => atMs >= start && atMs < end);
    return {
      atMs: start,
      opened: some.reduce((sum, { opened }) => sum + opened, 0),
      reviews: some.reduce((sum, { reviews }) => sum + reviews, 0),
    };
  });
}

/** `ms` as the label of a bar. */
export function labelOf(ms: number, step: Step): string {
  const date = new Date(ms);
  return step === "day"
    ? date.toLocaleDateString(undefined, { day: "numeric", month: "short" })
    : date.toLocaleString(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" });
}

/** A round number not below `max`, for the top of an axis. */
export function topOf(max: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(max, 1)));
  return [1, 2, 4, 5, 10].map((factor) => factor * power).find((top) => top >= max) ?? max;
}
