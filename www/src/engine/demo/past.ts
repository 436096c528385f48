/**
 * The days before today, so that cards can tell of earlier calls and Evidence has something to count.
 *
 * They are written by a real guard and real reviews, with clocks of their own; agent, reviewer and calls are made up.
 */

import type { Policy } from "countersign";
import { createEscalations, createGuard, type Store, type Verdict } from "countersign";
import type { CheckOutcome, Given } from "../attention/api.ts";

export interface PastCall {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly verdict: Verdict;
  readonly note: string | null;
  /** Whole days before today, and milliseconds into that day. */
  readonly daysAgo: number;
  readonly dayMs: number;
  readonly shownMs: number;
  readonly waitedMs: number;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** What the shortest card takes. */
const READING_MS_MIN = 1_500;
const DAYS = 14;
const ROOMS_A_DAY = 18;
/** Answered check cards before today. */
export const CHECKS = 30;
const ROOMS = ["Elm", "Oak", "Ash", "Fir", "Yew"] as const;

/** All calls before today, oldest first. The same each time. */
export const PAST: readonly PastCall[] = Array.from({ length: DAYS }, (_, index) => onDay(DAYS - index)).flat();

/** Eighteen rooms and four refunds a day; one refund of each third day was wrong. */
function onDay(daysAgo: number): readonly PastCall[] {
  const rooms = Array.from({ length: ROOMS_A_DAY }, (_, index) => ({
    tool: "calendar.book",
    args: {
      room: ROOMS[(index + daysAgo) % ROOMS.length],
      minutes: 15 * (1 + ((index * 7 + daysAgo) % 6)),
      title: `Meeting ${index + 1}`,
    },
    verdict: "approve" as const,
    note: null,
  }));
  const refunds = Array.from({ length: 4 }, (_, index) => {
    const isWrong = index === 3 && daysAgo % 3 === 0;
    const amount = isWrong ? 310 + daysAgo : 30 + ((index * 11 + daysAgo * 7) % 30) + 0.5 * (index % 2);
    return {
      tool: "refund.create",
      args: {
        order: String(4000 + daysAgo * 10 + index),
        customer: `c-${1500 + daysAgo * 10 + index}`,
        amount,
        currency: "EUR",
      },
      verdict: isWrong ? ("reject" as const) : ("approve" as const),
      note: isWrong ? "More than the order was worth" : null,
    };
  });
  return [...rooms, ...refunds].map((call, index) => ({
    ...call,
    daysAgo,
    dayMs: 8 * 60 * MINUTE_MS + index * 21 * MINUTE_MS,
    shownMs: 4_000 + ((index * 2_713 + daysAgo * 977) % 9_000),
    waitedMs: MINUTE_MS + ((index * 97 + daysAgo * 41) % 13) * MINUTE_MS,
  }));
}

/** Check cards of those days; one was missed. */
export function pastChecks(todayMs: number): readonly CheckOutcome[] {
  return Array.from({ length: CHECKS }, (_, index) => ({
    caught: index !== 9,
    template: `before-${index}`,
    hazard: "made up for the demonstration",
    risk: "low" as const,
    atMs: todayMs - (DAYS - Math.floor((index * DAYS) / CHECKS)) * DAY_MS + 12 * 60 * MINUTE_MS,
    shownMs: 9_000 + ((index * 1_009) % 7_000),
    tooFast: false,
  }));
}

/** How long those cards were on screen. */
export function pastAnswers(todayMs: number): readonly Given[] {
  return PAST.map(({ verdict, shownMs, daysAgo, dayMs, waitedMs }) => ({
    verdict,
    shownMs,
    readingFloorMs: READING_MS_MIN,
    inBatch: false,
    atMs: todayMs - daysAgo * DAY_MS + dayMs + waitedMs,
  }));
}

/** Writes one call of the past: proposed, answered and, if it was approved, let run. `todayMs` is the beginning of today. */
export async function writePast(store: Store, policy: Policy, call: PastCall, todayMs: number): Promise<void> {
  let nowMs = todayMs - call.daysAgo * DAY_MS + call.dayMs;
  const now = () => nowMs;
  const guard = createGuard({
    policy,
    store,
    agent: "office",
    session: `day-${call.daysAgo}-hour-${Math.floor(call.dayMs / HOUR_MS)}`,
    record: "held",
    now,
  });
  const people = createEscalations({ store, now });
  try {
    const checked = await guard.check({ tool: call.tool, args: call.args });
    // The reader has changed the policy, and it asks nobody any more.
    if (checked.status !== "pending") return;
    const { id, escalation } = checked;
    nowMs += call.waitedMs;
    const { verdict, note, shownMs } = call;
    await people.review(id, { verdict, digest: escalation.digest, shownMs, by: "kim", ...(note !== null && { note }) });
    if (verdict === "reject") return;
    nowMs += 1_000;
    const resumed = await guard.resume(id);
    if (resumed.status === "ready") await resumed.finished("ran");
  } finally {
    guard.close();
  }
}
