/** Where agents wait: of a summary and of a calibration, which count the same history by themselves. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bottleneckOf,
  createCalibrator,
  createEscalations,
  createSummariser,
  type Entry,
  loadPolicy,
  mergeSummaries,
  type Summary,
} from "countersign";
import { memoryStore } from "countersign/stores/memory";

const POLICY = `
rules:
  - { id: mail, tool: mail, action: escalate, review: { expires: 1h } }
  - { id: refund, tool: refund, action: escalate, review: { expires: 4h } }
default: escalate
`;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.UTC(2026, 10, 2);

/** A day: each hour a mail that waits 10 minutes and is seen for 2, and every other hour a refund that expires. */
async function day(startMs: number): Promise<readonly Entry[]> {
  let nowMs = startMs;
  const policy = await loadPolicy(POLICY);
  const store = memoryStore();
  const people = createEscalations({ store, now: () => nowMs });
  for (let hour = 0; hour < 24; hour += 1) {
    nowMs = startMs + hour * HOUR_MS;
    if (hour % 2 === 0) await people.open(policy, { tool: "refund", args: { hour } });
    const { id, digest } = await people.open(policy, { tool: "mail", args: { hour } });
    nowMs += 10 * MINUTE_MS;
    await people.review(id, { verdict: hour % 3 === 0 ? "reject" : "approve", digest, shownMs: 2 * MINUTE_MS });
  }
  // Beside others on one screen, and by nobody who was timed: what these took is not known.
  for (const answer of [{ shownMs: 40 * MINUTE_MS, inBatch: true }, {}]) {
    const { id, digest } = await people.open(policy, { tool: "other", args: { answer: JSON.stringify(answer) } });
    nowMs += 5 * MINUTE_MS;
    await people.review(id, { verdict: "approve", digest, ...answer });
  }
  policy.dispose();
  return store.history({ from: 0, limit: 1_000 });
}

async function summaryOf(entries: readonly Entry[], nowMs: number): Promise<Summary> {
  const summariser = await createSummariser();
  summariser.push(entries);
  return summariser.summary(nowMs);
}

test("rates, shares and reviewers are those of the history", async () => {
  const summary = await summaryOf(await day(START_MS), START_MS + 48 * HOUR_MS);
  const found = await bottleneckOf(summary, { waitMs: MINUTE_MS, share: 0.9 });
  assert.deepEqual([found.calls, found.arrivalsPerHour, found.answersPerHour], [38, 38 / 24, 30]);
  assert.deepEqual(found.busiest, { atMs: START_MS + 23 * HOUR_MS, calls: 3 });
  const rules = found.rules.map(({ rule, calls, waitedMs, meanWaitMs, answersPerHour }) => {
    return { rule, calls, waited: waitedMs / MINUTE_MS, mean: (meanWaitMs ?? 0) / MINUTE_MS, answersPerHour };
  });
  assert.deepEqual(rules, [
    { rule: "refund", calls: 12, waited: 12 * 240, mean: 240, answersPerHour: null },
    { rule: "mail", calls: 24, waited: 240, mean: 10, answersPerHour: 30 },
    { rule: null, calls: 2, waited: 10, mean: 5, answersPerHour: null },
  ]);
  assert.equal(found.rules[0]?.share, 2_880 / 3_130);
  // One day counts as a week: what the others are like is not known.
  assert.equal(found.rules[0]?.waitedMsPerWeek, 12 * 4 * HOUR_MS);
  // 1.6 an hour keep one reviewer busy for 5 %; three an hour for 10 %, of whom 1 - 0.1 e^(-27/60) = 94 % wait a minute.
  assert.deepEqual(found.reviewers, { usual: 1, busiest: 1 });
  const strict = await bottleneckOf(summary, { waitMs: MINUTE_MS, share: 0.95 });
  assert.deepEqual(strict.reviewers, { usual: 1, busiest: 2 });
});

test("a summary and a calibration come to the same, and days add up", async () => {
  const days = await Promise.all([0, 1, 2].map((nth) => day(START_MS + nth * 24 * HOUR_MS)));
  const nowMs = START_MS + 96 * HOUR_MS;
  const [first, ...others] = await Promise.all(days.map((entries) => summaryOf(entries, nowMs)));
  assert.ok(first);
  const one = await bottleneckOf(others.reduce(mergeSummaries, first));
  assert.deepEqual(await bottleneckOf(others.reduceRight(mergeSummaries, first)), one);
  assert.equal(one.calls, 3 * 38);

  const policy = await loadPolicy(POLICY);
  const calibrator = createCalibrator(policy);
  for (const entries of days) {
    calibrator.push(entries);
    calibrator.endHistory(nowMs);
  }
  const { bottleneck } = calibrator.report({ verified: false, checks: { caught: 0, missed: 0 } }, nowMs);
  calibrator.dispose();
  const named = bottleneck.rules.map(({ rule, ...rest }) => ({ ...rest, rule: rule.rule }));
  const untimed = (rule: object) => ({ ...rule, arrivalsPerHour: 0 });
  // A summary knows only in which hours something happened, a calibration when the first and the last call was held.
  assert.deepEqual(named.map(untimed), one.rules.map(untimed));
  for (const [at, { arrivalsPerHour }] of named.entries()) {
    assert.ok(Math.abs(arrivalsPerHour / (one.rules[at]?.arrivalsPerHour ?? 0) - 1) < 0.02);
  }
  for (const key of ["busiest", "answersPerHour", "waitedMs", "calls", "goal", "reviewers"] as const) {
    assert.deepEqual(bottleneck[key], one[key], key);
  }
});

test("an empty history has no bottleneck, and no goal but a goal is taken", async () => {
  const summary = await summaryOf([], 0);
  const found = await bottleneckOf(summary);
  assert.deepEqual(
    [found.calls, found.rules, found.busiest, found.reviewers, found.goal],
    [0, [], null, null, { waitMs: 300_000, share: 0.9 }],
  );
  const policy = await loadPolicy(POLICY);
  const calibrator = createCalibrator(policy);
  const grounds = { verified: false, checks: { caught: 0, missed: 0 } };
  for (const [goal, expected] of [
    [{ waitMs: -1, share: 0.9 }, /RangeError: `waitMs` must be/],
    [{ waitMs: 1.5, share: 0.9 }, /RangeError: `waitMs` must be/],
    [{ waitMs: 1, share: 1 }, /RangeError: `share` must be/],
    [{ waitMs: 1, share: Number.NaN }, /RangeError: `share` must be/],
  ] as const) {
    await assert.rejects(bottleneckOf(summary, goal), expected);
    assert.throws(() => calibrator.report(grounds, 0, goal), expected);
  }
  calibrator.dispose();
});
