/** Numbers about people's answers, through the built wasm; `tests/it/evidence/` has those of the engine itself. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { approvalsNeeded, attentionReport, type ObservedAttention, wilsonInterval } from "countersign";

const vectors = JSON.parse(readFileSync(new URL("../vectors/calibration.json", import.meta.url), "utf8"));

const NO_COUNTS = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53] as const;

function isClose(found: number, wanted: number): boolean {
  return Math.abs(found - wanted) <= 1e-9 * Math.abs(wanted);
}

test("the interval of a share is that of the engine, and nonsense is refused", async () => {
  for (const { k, n, wilson } of vectors.intervals) {
    const found = await wilsonInterval(k, n);
    assert.ok(found !== null && isClose(found.low, wilson[0]) && isClose(found.high, wilson[1]), `${k} of ${n}`);
  }
  assert.deepEqual(await wilsonInterval(0, 0), null);
  for (const [hits, all] of [[2, 1], ...NO_COUNTS.map((count) => [count, 5]), [1, 1.5]] as const) {
    await assert.rejects(wilsonInterval(hits ?? 0, all ?? 0), RangeError);
  }
});

test("approvals needed are those of the reference, whatever the bar and the answers against", async () => {
  const byBar = Object.entries<readonly number[]>(vectors.mixture_e_process.n_by_rejections);
  assert.equal(byBar.length, 3);
  for (const [bar, numbers] of byBar) {
    for (const [against, decisions] of numbers.entries()) {
      assert.equal(await approvalsNeeded({ bar: Number(bar), against }), decisions - against, `${bar}, ${against}`);
    }
  }
  assert.ok((await approvalsNeeded({ bar: 0.99, alpha: 0.01, against: 0 })) > 449);
  assert.ok((await approvalsNeeded({ bar: 0.999, against: 400 })) > 400_000);
});

test("a bar, a chance or a count that is none is refused, and so is what nobody can count", async () => {
  for (const share of [0, 1, -0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    await assert.rejects(approvalsNeeded({ bar: share, against: 0 }), /RangeError: `bar` must be/);
    await assert.rejects(approvalsNeeded({ bar: 0.9, alpha: share, against: 0 }), /RangeError: `alpha` must be/);
  }
  for (const against of NO_COUNTS) {
    await assert.rejects(approvalsNeeded({ bar: 0.9, against }), /RangeError: `against` must be/);
  }
  await assert.rejects(approvalsNeeded({ bar: 1 - Number.EPSILON / 2, against: 0 }), /RangeError: .* nobody can count/);
});

test("attention is told with its interval, how well calls are told apart, and what it means for relaxing", async () => {
  const checkCards = [false, false, ...Array.from({ length: 18 }, () => true)];
  const found = await attentionReport({ checkCards, approvals: 40, tooFast: 3, goodApproved: 95, goodRejected: 5 });
  const { interval, dPrime, criterion, misses, haste, ...others } = found;
  assert.deepEqual(others, {
    shown: 20,
    caught: 18,
    missedOfLate: 0,
    tooFastShare: 0.075,
    isLow: false,
    light: "amber",
    relaxing: "waits",
  });
  assert.ok(isClose(interval?.low ?? 0, 0.6830172859809177), `${interval?.low}`);
  const [{ d_prime, c }] = vectors.sdt_loglinear;
  assert.ok(isClose(dPrime ?? 0, d_prime) && isClose(criterion ?? 0, c), `${dPrime}, ${criterion}`);
  assert.deepEqual(
    [misses?.before, misses?.lately],
    [
      { all: 10, bad: 2 },
      { all: 10, bad: 0 },
    ],
  );
  assert.deepEqual([misses?.score, misses?.alarm, misses?.isWorse, haste], [0, 3, false, null]);
  assert.ok(Object.isFrozen(found));
  const none = await attentionReport({ checkCards: [], approvals: 0, tooFast: 0 });
  assert.deepEqual([none.misses, none.haste], [null, null]);
  assert.deepEqual([none.interval, none.dPrime, none.criterion, none.tooFastShare], [null, null, null, null]);
  assert.equal((await attentionReport({ checkCards: Array(11).fill(true), approvals: 20, tooFast: 1 })).light, "green");
  const missed = await attentionReport({ checkCards: [true, false, true, false], approvals: 0, tooFast: 0 });
  assert.deepEqual([missed.light, missed.relaxing, missed.isLow], ["red", "frozen", true]);
});

test("what has become worse is told: misses, and approvals before the card could be read", async () => {
  const checkCards = Array.from({ length: 60 }, (_, at) => at < 40 || at % 4 !== 0);
  const paces = [...Array<boolean>(30).fill(false), ...Array<boolean>(5).fill(true)];
  const { misses, haste, light } = await attentionReport({ checkCards, paces, approvals: 35, tooFast: 3 });
  // Five of the last twenty: five times ln 3, and fifteen times ln(7/9), never below 0.
  assert.deepEqual(
    [misses?.before, misses?.lately],
    [
      { all: 30, bad: 0 },
      { all: 30, bad: 5 },
    ],
  );
  assert.ok(isClose(misses?.score ?? 0, 5 * Math.log(3) + 15 * Math.log(7 / 9)), `${misses?.score}`);
  assert.deepEqual([misses?.isWorse, light], [false, "green"]);
  assert.deepEqual(
    [haste?.before, haste?.lately],
    [
      { all: 17, bad: 0 },
      { all: 18, bad: 5 },
    ],
  );
  assert.deepEqual([haste?.score, haste?.isWorse], [4, true]);
});

test("attention of counts that cannot be is refused", async () => {
  const fine: ObservedAttention = { checkCards: [true], approvals: 1, tooFast: 1 };
  await attentionReport(fine);
  for (const name of ["approvals", "tooFast", "goodApproved", "goodRejected"]) {
    for (const count of NO_COUNTS) {
      await assert.rejects(attentionReport({ ...fine, [name]: count }), new RegExp(`RangeError: \`${name}\` must be`));
    }
  }
  await assert.rejects(attentionReport({ ...fine, tooFast: 2 }), /RangeError: `tooFast` must be at most/);
  for (const checkCards of [[1], "11", null]) {
    await assert.rejects(
      attentionReport(JSON.parse(JSON.stringify({ ...fine, checkCards }))),
      /RangeError: `checkCards`/,
    );
  }
  await assert.rejects(attentionReport(JSON.parse(JSON.stringify({ ...fine, paces: [0] }))), /RangeError: `paces`/);
});
