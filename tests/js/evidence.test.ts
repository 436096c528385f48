/** Evidence in programs: what `createCalibrator` saves, adds and refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createCalibrator,
  createEscalations,
  type Entry,
  EscalationError,
  EvidenceError,
  loadPolicy,
} from "countersign";
import { memoryStore } from "countersign/stores/memory";

const policy = await loadPolicy("rules: [{ id: mail, tool: mail, action: escalate, risk: low, reversible: true }]");
const START_MS = Date.UTC(2026, 5, 1);
const NOW_MS = START_MS + 86_400_000;

/** A history in which somebody approved `count` mails. */
async function history(count: number): Promise<readonly Entry[]> {
  let nowMs = START_MS;
  const store = memoryStore();
  const people = createEscalations({ store, now: () => nowMs });
  for (let nth = 0; nth < count; nth += 1) {
    nowMs += 60_000;
    const call = { tool: "mail", args: { to: `p${nth}@acme.com` }, session: { id: `s${nth}` } };
    const { id, digest } = await people.open(policy, call);
    nowMs += 9_000;
    await people.review(id, { verdict: "approve", digest, shownMs: 9_000, by: "ana" });
  }
  const { size } = await store.head();
  return store.history({ from: 0, limit: size });
}

function read(...histories: readonly (readonly Entry[])[]) {
  const calibrator = createCalibrator(policy);
  for (const entries of histories) {
    calibrator.beginHistory(entries.length);
    calibrator.push(entries);
    calibrator.endHistory(NOW_MS);
  }
  return calibrator;
}

const refusedAs = (code: string) => (error: unknown) => error instanceof EvidenceError && error.code === code;
const GROUNDS = { verified: true, checks: { caught: 40, missed: 0 }, light: "green" } as const;

test("evidence that went through JSON says what the histories say", async () => {
  const [one, two] = [await history(30), await history(20)];
  const whole = read(one, two);
  const sum = createCalibrator(policy);
  for (const entries of [two, one]) {
    const text = JSON.stringify(read(entries).evidence(true));
    assert.match(text, /^\{"evidenceVersion":1,/);
    const evidence = JSON.parse(text);
    sum.addEvidence(evidence, evidence.digest);
  }
  const report = sum.report(GROUNDS, NOW_MS);
  assert.deepEqual(report, whole.report(GROUNDS, NOW_MS));
  // The same call on the same day counts once, wherever it was held.
  assert.equal(report.rules[0]?.proof.approvals, 30);
  assert.deepEqual(sum.evidence(true), whole.evidence(true));
  const { histories, verified, fromMs } = whole.evidence(true);
  assert.deepEqual([histories.length, verified, fromMs], [2, true, START_MS + 60_000]);
  assert.deepEqual(histories.map(({ entries, covered }) => [entries, covered]).sort(), [
    [40, 40],
    [60, 60],
  ]);
});

test("a history counts once, and only as a whole", async () => {
  const [one, two] = [await history(3), await history(3)];
  const calibrator = read(one);
  const evidence = calibrator.evidence(true);
  assert.throws(() => calibrator.push(one), refusedAs("same-history"));
  assert.throws(() => calibrator.addEvidence(evidence, evidence.digest), refusedAs("same-history"));
  calibrator.push(two);
  assert.throws(() => calibrator.evidence(true), refusedAs("part-of-history"));
  calibrator.endHistory(NOW_MS);
  assert.equal(calibrator.evidence(true).histories.length, 2);
  assert.throws(() => read(two.slice(1)).evidence(true), refusedAs("part-of-history"));
});

test("what is no evidence, or of others, is refused, and nothing of it is added", async () => {
  const entries = await history(3);
  const evidence = read(entries).evidence(true);
  const other = await loadPolicy("rules: [{ id: mail, tool: mail, action: block }]");
  const digest = `sha256:${"0".repeat(64)}` as const;
  let deep: unknown = [];
  for (let depth = 0; depth < 200; depth += 1) deep = [deep];
  for (const [value, kept, code] of [
    [null, null, "broken-evidence"],
    [[], null, "broken-evidence"],
    [{}, null, "broken-evidence"],
    [{ ...evidence, deep }, null, "broken-evidence"],
    [{ ...evidence, damaged: 1 }, null, "broken-evidence"],
    [{ ...evidence, damaged: 1n }, null, "broken-evidence"],
    [{ ...evidence, evidenceVersion: 7 }, null, "other-version"],
    [evidence, digest, "other-checkpoint"],
  ] as const) {
    const calibrator = createCalibrator(policy);
    assert.throws(() => calibrator.addEvidence(value, kept), refusedAs(code), String(code));
    assert.equal(calibrator.report(GROUNDS, NOW_MS).entries, 0);
  }
  assert.throws(() => createCalibrator(other).addEvidence(evidence, evidence.digest), refusedAs("other-policy"));
  const isEscalationError = (error: unknown) => error instanceof EscalationError && error.code === "broken-history";
  assert.throws(() => createCalibrator(policy).push([{} as Entry]), isEscalationError);
});

test("e20_what nobody verified lets nothing be proposed, whatever is said of it", async () => {
  const evidence = read(await history(3)).evidence(true);
  const codes = (kept: typeof evidence.digest | null, saved = evidence) => {
    const calibrator = createCalibrator(policy);
    calibrator.addEvidence(saved, kept);
    const { rules } = calibrator.report(GROUNDS, NOW_MS);
    return rules.flatMap(({ proof }) => proof.missing.map(({ code }) => code));
  };
  assert.ok(!codes(evidence.digest).includes("verified"));
  assert.ok(codes(null).includes("verified"));
  const unverified = read(await history(3)).evidence(false);
  assert.ok(codes(unverified.digest, unverified).includes("verified"));
});
