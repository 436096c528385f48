/**
 * Where agents wait for people: which rules hold calls up, how fast calls come and are answered, and how many reviewers would
 * keep up.
 */
import { bottleneck } from "./engines/evidence.js";
import { engine } from "./engines/full.js";
import type { Summary } from "./summary.js";

/** How long calls should wait at most until a reviewer begins to look at them. */
export interface WaitGoal {
  /** In milliseconds, from 0. */
  readonly waitMs: number;
  /** For this share of the calls, from 0 to less than 1: 0.9 for nine of ten. */
  readonly share: number;
}

/** How calls waited that one rule held. */
export interface RuleBottleneck<Rule> {
  readonly rule: Rule;
  /** How many were held. */
  readonly calls: number;
  /** What they waited together, in milliseconds of agents' time. */
  readonly waitedMs: number;
  /** Its part of all waiting, from 0 to 1. */
  readonly share: number;
  /** What is waited in a week; a history of less than a week counts as one. */
  readonly waitedMsPerWeek: number;
  /** `null` if none is closed. */
  readonly meanWaitMs: number | null;
  /** Over all hours, day and night. */
  readonly arrivalsPerHour: number;
  /** By one reviewer who is never idle; `null` if no review was timed and given alone. */
  readonly answersPerHour: number | null;
}

/** Where agents wait. `Rule` is what a rule is told apart by. */
export interface BottleneckReport<Rule> {
  readonly calls: number;
  readonly waitedMs: number;
  readonly arrivalsPerHour: number;
  /** The clock hour (UTC) in which most calls were held; `null` if none was. */
  readonly busiest: { readonly atMs: number; readonly calls: number } | null;
  readonly answersPerHour: number | null;
  readonly goal: WaitGoal;
  /**
   * How many reviewers it takes for the goal, if calls come as on average and as in the busiest hour, by Erlang's formula C;
   * `null` if no review was timed.
   */
  readonly reviewers: { readonly usual: number; readonly busiest: number } | null;
  /** That with most waiting first. */
  readonly rules: readonly RuleBottleneck<Rule>[];
}

/** Nine of ten calls within five minutes. */
export const WAIT_GOAL: WaitGoal = Object.freeze({ waitMs: 300_000, share: 0.9 });

const HOUR_MS = 3_600_000;

/**
 * Where agents wait, by what `summary` counts; summaries of several histories can be added first.
 *
 * Erlang's formula takes it that calls come independently of each other and that each waits until a reviewer is free, who
 * takes an exponentially distributed time. Calls that come in bursts need more reviewers than it says; calls that expire
 * before anybody looks make it say more than are needed.
 *
 * @throws RangeError unless `goal.waitMs` is a whole number from 0 and `goal.share` is from 0 to less than 1.
 *
 * @example
 * ```ts
 * const summariser = await createSummariser();
 * summariser.push(await store.history({ from: 0, limit: 500 }));
 * const { rules, reviewers } = await bottleneckOf(summariser.summary(Date.now()), { waitMs: 60_000, share: 0.9 });
 * ```
 */
export async function bottleneckOf(
  { rules, hours }: Summary,
  goal: WaitGoal = WAIT_GOAL,
): Promise<BottleneckReport<string | null>> {
  const checked = checkedGoal(goal);
  await engine.ready();
  const [first, last] = [hours.at(0), hours.at(-1)];
  return bottleneck(
    {
      rules: rules.map(({ rule, opened, waits, timed, shownMs }) => ({
        rule,
        calls: opened,
        closed: waits.count,
        waitedMs: waits.totalMs,
        timed,
        shownMs,
      })),
      hours: hours.map(({ atMs, opened }) => ({ atMs, calls: opened })),
      span: first === undefined || last === undefined ? null : { fromMs: first.atMs, toMs: last.atMs + HOUR_MS },
    },
    checked,
  );
}

/** @throws RangeError unless it is a goal. */
export function checkedGoal({ waitMs, share }: WaitGoal): WaitGoal {
  if (!Number.isSafeInteger(waitMs) || waitMs < 0) throw new RangeError("`waitMs` must be a whole number from 0");
  if (!(share >= 0 && share < 1)) throw new RangeError("`share` must be from 0 to less than 1");
  return { waitMs, share };
}
