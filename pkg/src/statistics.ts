/** Numbers about numbers, computed by the engine. */
import { attention, approvalsNeeded as needed, wilson } from "./engines/evidence.js";
import { engine } from "./engines/full.js";

/** Where a true share is, with 95 % confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The Wilson interval of 95 % for a true share of which `hits` of `all` were seen; `null` if nothing was counted.
 * For showing how little a few answers say; it is no gate for relaxing a rule.
 *
 * @throws RangeError unless both are integers with `0 <= hits <= all`.
 *
 * @example
 * ```ts
 * await wilsonInterval(99, 100); // { low: 0.9455…, high: 0.9982… }
 * ```
 */
export async function wilsonInterval(hits: number, all: number): Promise<Interval | null> {
  if (!isCount(hits) || !isCount(all) || hits > all) {
    throw new RangeError("`hits` and `all` must be integers, and `hits` from 0 to `all`");
  }
  await engine.ready();
  return wilson(hits, all);
}

/** A bar for the share of good calls, and what was answered against so far. */
export interface ApprovalsNeededOptions {
  /** The share that has to be good, between 0 and 1: 0.99 for 99 of 100. */
  readonly bar: number;
  /** The chance of passing what does not reach the bar; 0.05 unless given. */
  readonly alpha?: number;
  /** How many answers were no approval as proposed. */
  readonly against: number;
}

/**
 * How many approvals it takes, beside the answers that were against, to show that more than `bar` of the calls are good.
 *
 * A sequential test (mixture e-process), and so one that may be looked at after every answer: it passes what does not
 * reach the bar with a chance of `alpha` at most, however often somebody looks.
 *
 * @throws RangeError unless `bar` and `alpha` are between 0 and 1 and `against` is a count, or if nobody can count so many.
 *
 * @example
 * ```ts
 * await approvalsNeeded({ bar: 0.99, against: 0 }); // 449
 * await approvalsNeeded({ bar: 0.99, against: 1 }); // 682
 * ```
 */
export async function approvalsNeeded({ bar, alpha = 0.05, against }: ApprovalsNeededOptions): Promise<number> {
  for (const [name, share] of Object.entries({ bar, alpha })) {
    if (!(share > 0 && share < 1)) throw new RangeError(`\`${name}\` must be between 0 and 1, and neither of them`);
  }
  if (!isCount(against)) throw new RangeError("`against` must be a whole number from 0");
  await engine.ready();
  const approvals = needed(bar, alpha, against);
  if (approvals === undefined)
    throw new RangeError("with this `bar` and `against`, nobody can count so many approvals");
  return approvals;
}

/** What was counted of a reviewer, or of some together. Counts are whole numbers from 0. */
export interface ObservedAttention {
  /** Whether each check card was caught, that is rejected, in the order of time. */
  readonly checkCards: readonly boolean[];
  /** Approvals of real calls whose time was taken, as of late. */
  readonly approvals: number;
  /** Of them, those that came before the card could be read. */
  readonly tooFast: number;
  /**
   * Whether each approval came before the card could be read, in the order of time; may reach farther back than `approvals`.
   * None unless given.
   */
  readonly paces?: readonly boolean[];
  /** Calls known to be good that were approved; 0 unless given. */
  readonly goodApproved?: number;
  /** Calls known to be good that were rejected; 0 unless given. */
  readonly goodRejected?: number;
}

/**
 * What reviewers' attention allows.
 *
 * - `green`: they are shown to catch seven bad calls of ten, miss no more of them than they did, and at most a tenth of their
 *   approvals is too fast.
 * - `amber`: that is not shown, they miss more, or they are too fast.
 * - `red`: two of the last five check cards were missed.
 */
export type AttentionLight = "green" | "amber" | "red";

/** How many results there are, and how many of them are bad. */
export interface DriftPart {
  readonly all: number;
  readonly bad: number;
}

/** Whether something has become worse: the older half, the newer half, and a Bernoulli CUSUM over all. */
export interface AttentionDrift {
  readonly before: DriftPart;
  readonly lately: DriftPart;
  /** From 0 to `alarm`. */
  readonly score: number;
  readonly alarm: number;
  /** Whether it has alarmed, and has not been back at 0 since. */
  readonly isWorse: boolean;
}

/** How attentive reviewers are. */
export interface AttentionReport {
  readonly shown: number;
  readonly caught: number;
  /** The exact interval of 95 % for the share caught; `null` while none was shown. Its lower end decides about `green`. */
  readonly interval: Interval | null;
  /** Of the last five check cards. */
  readonly missedOfLate: number;
  /** How well bad calls are told from good ones, 0 for not at all; `null` without check cards or good calls. */
  readonly dPrime: number | null;
  /** Rises as reviewers lean to approving; `null` where `dPrime` is. */
  readonly criterion: number | null;
  /** Of approvals; `null` without any. */
  readonly tooFastShare: number | null;
  /** Whether more check cards are missed: a tenth may be, three tenths are noticed. `null` while none was answered. */
  readonly misses: AttentionDrift | null;
  /** Whether more approvals are too fast: one of twenty may be, one of five is noticed. `null` without `paces`. */
  readonly haste: AttentionDrift | null;
  /** Whether check cards were missed or approvals too fast, as of late: then check cards should come more often. */
  readonly isLow: boolean;
  readonly light: AttentionLight;
  /** `open`: what is proposed may be accepted. `waits`: nothing more. `frozen`: what was relaxed asks people again, too. */
  readonly relaxing: "open" | "waits" | "frozen";
}

/**
 * How attentive reviewers are, by their answers to check cards and the time that they take.
 *
 * @throws RangeError if a count is none, or more approvals were too fast than there were.
 *
 * @example
 * ```ts
 * const { light } = await attentionReport({ checkCards: Array(11).fill(true), approvals: 20, tooFast: 1 }); // "green"
 * ```
 */
export async function attentionReport(observed: ObservedAttention): Promise<AttentionReport> {
  const { checkCards, approvals, tooFast, paces = [], goodApproved = 0, goodRejected = 0 } = observed;
  for (const [name, list] of Object.entries({ checkCards, paces })) {
    if (!Array.isArray(list) || !list.every((each) => typeof each === "boolean")) {
      throw new RangeError(`\`${name}\` must be a list of booleans`);
    }
  }
  for (const [name, count] of Object.entries({ approvals, tooFast, goodApproved, goodRejected })) {
    if (!isCount(count)) throw new RangeError(`\`${name}\` must be a whole number from 0`);
  }
  if (tooFast > approvals) throw new RangeError("`tooFast` must be at most `approvals`");
  await engine.ready();
  return attention({ checkCards, approvals, tooFast, paces, goodApproved, goodRejected });
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 0;
}
