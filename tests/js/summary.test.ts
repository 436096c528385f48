/** What a history comes to in numbers: counted as people and the clock decided, and adding up in any order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createEscalations,
  createGuard,
  createSummariser,
  type Entry,
  loadPolicy,
  mergeSummaries,
  type Policy,
  type Store,
  type Summary,
  waitQuantile,
} from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { followHistory } from "../../www/src/engine/evidence/following.ts";

const POLICY = `
rules:
  - { id: note, tool: note.write, action: escalate, risk: low, review: { editable: [args.text], expires: 1h } }
  - { id: mail, tool: email.send, action: escalate, risk: high, review: { expires: 1h } }
  - { id: rest, tool: other, action: allow }
default: escalate
`;
const MINUTE_MS = 60_000;

interface Desk {
  readonly store: Store;
  readonly policy: Policy;
  readonly escalations: ReturnType<typeof createEscalations>;
  pass(ms: number): void;
  now(): number;
}

async function desk(beginMs = Date.UTC(2026, 10, 23, 8)): Promise<Desk> {
  let nowMs = beginMs;
  const store = memoryStore();
  const now = () => nowMs;
  return {
    store,
    policy: await loadPolicy(POLICY),
    escalations: createEscalations({ store, now }),
    now,
    pass(ms) {
      nowMs += ms;
    },
  };
}

async function entriesOf(store: Store): Promise<readonly Entry[]> {
  return store.history({ from: 0, limit: 100_000 });
}

async function summed(store: Store, nowMs: number): Promise<Summary> {
  const summariser = await createSummariser();
  summariser.push(await entriesOf(store));
  return summariser.summary(nowMs);
}

/** One escalation of each end. */
async function mixedDay(): Promise<Desk> {
  const at = await desk();
  const { escalations, policy, pass } = at;
  const open = (tool: string, session: string) => escalations.open(policy, { tool, session, args: { text: "a" } });
  const approved = await open("note.write", "s1");
  pass(2 * MINUTE_MS);
  await escalations.review(approved.id, { verdict: "approve", digest: approved.digest });
  const edited = await open("note.write", "s2");
  pass(MINUTE_MS);
  const changed = await escalations.edit(edited.id, policy, { args: { text: "b" } });
  pass(MINUTE_MS);
  await escalations.review(edited.id, { verdict: "approve", digest: changed.digest });
  const rejected = await open("email.send", "s3");
  pass(4 * MINUTE_MS);
  await escalations.review(rejected.id, { verdict: "reject", digest: rejected.digest });
  const undone = await open("email.send", "s4");
  await escalations.review(undone.id, { verdict: "approve", digest: undone.digest, undoMs: 10_000 });
  await escalations.revoke(undone.id);
  const withdrawn = await open("email.send", "s5");
  await escalations.withdraw(withdrawn.id);
  await open("unknown.tool", "s6");
  return at;
}

test("each end of an escalation is counted once, under the rule that held it", async () => {
  const { store, now } = await mixedDay();
  const { rules, entries, damaged } = await summed(store, now());
  const counts = rules.map(({ waits, ...rest }) => ({ ...rest, waited: waits.count }));
  const none = {
    opened: 0,
    approved: 0,
    rejected: 0,
    expired: 0,
    withdrawn: 0,
    edited: 0,
    revoked: 0,
    timed: 0,
    shownMs: 0,
    waited: 0,
  };
  assert.deepEqual(counts, [
    { ...none, rule: null, opened: 1 },
    { ...none, rule: "mail", opened: 3, approved: 1, rejected: 1, withdrawn: 1, revoked: 1, waited: 3 },
    { ...none, rule: "note", opened: 2, approved: 2, edited: 1, waited: 2 },
  ]);
  assert.equal(damaged, 0);
  assert.equal(entries, (await entriesOf(store)).length);
  assert.equal(rules[2]?.waits.totalMs, 4 * MINUTE_MS);
  assert.equal(rules[1]?.waits.longestMs, 4 * MINUTE_MS);
});

test("what waited too long has expired whether anybody recorded it or not", async () => {
  const { store, escalations, now, pass } = await mixedDay();
  pass(24 * 60 * MINUTE_MS);
  const unrecorded = await summed(store, now());
  assert.equal(unrecorded.rules[0]?.expired, 1);
  await escalations.list({ status: "expired" });
  const { rules } = await summed(store, now());
  assert.equal(rules[0]?.expired, 1);
});

test("a guard's runs and allowed calls are no escalations", async () => {
  const { store, policy, now } = await desk();
  const guard = createGuard({ policy, store, agent: "a", session: "s", now, record: "all" });
  await guard.wrap("other", async () => "done")({});
  const { rules } = await summed(store, now());
  assert.deepEqual(rules, []);
});

test("summaries of several histories add up to the same in any order", async () => {
  const parts = await Promise.all(
    [0, 1, 2].map(async (day) => {
      const at = await desk(Date.UTC(2026, 10, 20 + day, 8));
      for (let each = 0; each <= day; each += 1) {
        const { id, digest } = await at.escalations.open(at.policy, {
          tool: each % 2 === 0 ? "note.write" : "email.send",
          args: { each },
        });
        at.pass((day + 1) * (each + 1) * 7_000);
        await at.escalations.review(id, { verdict: each === 1 ? "reject" : "approve", digest });
      }
      return summed(at.store, at.now());
    }),
  );
  const [a, b, c] = parts;
  assert.ok(a && b && c);
  const whole = mergeSummaries(mergeSummaries(a, b), c);
  assert.deepEqual(mergeSummaries(c, mergeSummaries(b, a)), whole);
  assert.deepEqual(mergeSummaries(mergeSummaries(c, a), b), whole);
  assert.equal(
    whole.rules.reduce((sum, { opened }) => sum + opened, 0),
    6,
  );
  assert.equal(whole.hours.length, 3);
  assert.deepEqual(mergeSummaries(whole, await summed(memoryStore(), 0)), whole);
});

test("reading a history in pieces, or as it grows, comes to the same as reading it whole", async () => {
  const { store, now } = await mixedDay();
  const entries = await entriesOf(store);
  const whole = await summed(store, now());
  for (const length of [1, 2, 5]) {
    const summariser = await createSummariser();
    for (let at = 0; at < entries.length; at += length) summariser.push(entries.slice(at, at + length));
    assert.deepEqual(summariser.summary(now()), whole);
  }
});

test("a history that grows is read on from where it ended, and another one from its beginning", async () => {
  const first = await mixedDay();
  const second = await desk();
  let current = first.store;
  const asked: number[] = [];
  const following = followHistory({
    head: () => current.head(),
    history(query) {
      asked.push(query.from);
      return current.history(query);
    },
  });
  const { signal } = new AbortController();
  const before = await following.summary(() => undefined, signal);
  const size = before.entries;
  await first.escalations.open(first.policy, { tool: "note.write", args: { text: "new" } });
  asked.length = 0;
  const after = await following.summary(() => undefined, signal);
  assert.equal(after.entries, size + 1);
  assert.ok(
    asked.every((from) => from >= size - 1),
    `${asked}`,
  );
  current = second.store;
  assert.equal((await following.summary(() => undefined, signal)).entries, 0);
  current = first.store;
  await first.escalations.open(first.policy, { tool: "note.write", args: { text: "newer" } });
  const stopped = new AbortController();
  stopped.abort(new Error("enough"));
  await assert.rejects(
    following.summary(() => undefined, stopped.signal),
    /enough/,
  );
  assert.equal((await following.summary(() => undefined, signal)).entries, size + 2);
});

test("an escalation whose entries make no sense is told apart, and the others count", async () => {
  const { store, now } = await mixedDay();
  const entries = await entriesOf(store);
  const broken = entries.map((entry) => {
    const { event } = entry;
    return event.type === "review" && event.verdict === "reject"
      ? { ...entry, event: { ...event, note: "forged" } }
      : entry;
  });
  const summariser = await createSummariser();
  summariser.push(broken);
  const { damaged, rules } = summariser.summary(now());
  assert.equal(damaged, 1);
  assert.deepEqual(
    rules.map(({ rule, opened, rejected }) => [rule, opened, rejected]),
    [
      [null, 1, 0],
      ["mail", 2, 0],
      ["note", 2, 0],
    ],
  );
});

test("e22_a_clock_that_jumps_back_makes_no_wait_negative_and_no_entry_earlier", async () => {
  const at = await desk();
  const { id, digest } = await at.escalations.open(at.policy, { tool: "note.write", args: { text: "a" } });
  at.pass(-3 * MINUTE_MS);
  // How long it was on screen comes from a clock that never jumps.
  await at.escalations.review(id, { verdict: "approve", digest, shownMs: 12_345 });
  const entries = await entriesOf(at.store);
  for (const [seq, entry] of entries.entries()) {
    assert.equal(entry.seq, seq);
    assert.ok(entry.atMs >= (entries[seq - 1]?.atMs ?? 0));
  }
  const review = entries.find(({ event }) => event.type === "review")?.event;
  assert.equal(review?.type === "review" ? review.shownMs : null, 12_345);
  const { rules } = await summed(at.store, at.now());
  assert.deepEqual(
    rules.map(({ approved, waits }) => [approved, waits.totalMs, waits.longestMs]),
    [[1, 0, 0]],
  );
});

test("quantiles are right to a twentieth", async () => {
  const at = await desk();
  for (let each = 1; each <= 100; each += 1) {
    const { id, digest } = await at.escalations.open(at.policy, {
      tool: "email.send",
      session: `s${each}`,
      args: { each },
    });
    at.pass(each * 1_000);
    await at.escalations.review(id, { verdict: "approve", digest });
  }
  const [rule] = (await summed(at.store, at.now())).rules;
  assert.ok(rule);
  for (const [share, wantedMs] of [
    [0.5, 50_000],
    [0.9, 90_000],
    [0.01, 1_000],
  ] as const) {
    const found = waitQuantile(rule.waits, share) ?? 0;
    assert.ok(Math.abs(found / wantedMs - 1) <= 0.05, `${share}: ${found}`);
  }
  assert.equal(waitQuantile(rule.waits, 1), 100_000);
  assert.equal(waitQuantile({ count: 0, totalMs: 0, longestMs: 0, bins: [] }, 0.5), null);
});
