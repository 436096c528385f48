/**
 * How long and how much somebody has reviewed, as attention wears off: a break after a while, and a word on many answers.
 *
 * Both are only said. Reviewing goes on for whoever wants it.
 */

import { signal } from "@preact/signals";
import { SPACE } from "../place.ts";

const BREAK_AFTER_MS = 45 * 60_000;
/** Away for so long is a break. */
const BREAK_MS = 5 * 60_000;
const HOUR_MS = 60 * 60_000;
const ANSWERS_PER_HOUR = 30;
const TICK_MS = 15_000;
const KEY = `${SPACE}-working`;

interface Working {
  /** Since when somebody reviews without a break; `null` if nobody does. */
  readonly sinceMs: number | null;
  /** When somebody was last seen reviewing. */
  readonly lastMs: number;
  /** When answers were given, within the last hour. */
  readonly answersMs: readonly number[];
}

export interface Tired {
  /** Minutes of reviewing without a break. */
  readonly minutes: number | null;
  readonly answers: number | null;
}

/** What there is to say; `null` each if nothing. */
export const tired = signal<Tired>({ minutes: null, answers: null });

let working: Working = read();
let quietUntilMs = 0;

/** Starts counting; `isReviewing` tells whether the review view is open. */
export function followWorking(isReviewing: () => boolean): void {
  const tick = () => {
    if (document.visibilityState === "visible" && document.hasFocus() && isReviewing()) work();
    tell();
  };
  tick();
  setInterval(tick, TICK_MS);
}

/** An answer was given. */
export function noteAnswer(): void {
  const nowMs = Date.now();
  work();
  working = { ...working, answersMs: [...working.answersMs, nowMs].filter((atMs) => atMs > nowMs - HOUR_MS) };
  keep();
  tell();
}

/** Somebody says that they take a break: counting begins anew with the next look. */
export function takeBreak(): void {
  working = { ...working, sinceMs: null };
  keep();
  tell();
}

/** Not to be said again for a quarter of an hour. */
export function later(): void {
  quietUntilMs = Date.now() + 15 * 60_000;
  tell();
}

function work(): void {
  const nowMs = Date.now();
  const { sinceMs, lastMs } = working;
  const isAnew = sinceMs === null || nowMs - lastMs > BREAK_MS;
  working = { ...working, sinceMs: isAnew ? nowMs : sinceMs, lastMs: nowMs };
  keep();
}

function tell(): void {
  const nowMs = Date.now();
  const { sinceMs, lastMs, answersMs } = working;
  const workedMs = sinceMs === null ? 0 : lastMs - sinceMs;
  const answers = answersMs.filter((atMs) => atMs > nowMs - HOUR_MS).length;
  const isQuiet = nowMs < quietUntilMs;
  tired.value = {
    minutes: workedMs >= BREAK_AFTER_MS && !isQuiet ? Math.floor(workedMs / 60_000) : null,
    answers: answers >= ANSWERS_PER_HOUR && !isQuiet ? answers : null,
  };
}

function keep(): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(working));
  } catch {
    // Without storage it is counted as long as the page is open.
  }
}

function read(): Working {
  const none: Working = { sinceMs: null, lastMs: 0, answersMs: [] };
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return isWorking(found) ? found : none;
  } catch {
    return none;
  }
}

function isWorking(found: unknown): found is Working {
  if (typeof found !== "object" || found === null) return false;
  const { sinceMs, lastMs, answersMs } = found as Readonly<Record<string, unknown>>;
  const isTime = (value: unknown) => typeof value === "number" && Number.isFinite(value);
  return (sinceMs === null || isTime(sinceMs)) && isTime(lastMs) && Array.isArray(answersMs) && answersMs.every(isTime);
}
