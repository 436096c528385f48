/** Batches know check cards as they know calls: nothing in one, and nothing that stands out of one, is certainly real. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEscalations, type Digest, loadPolicy, NO_GUARD, plantCall, presentCard } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import type { CheckId, Given } from "../../www/src/engine/attention/api.ts";
import { createAttention } from "../../www/src/engine/attention/attention.ts";
import type { Planted } from "../../www/src/engine/attention/likeness.ts";
import { answerBatch } from "../../www/src/engine/review/batches.ts";
import { createCards } from "../../www/src/engine/review/cards.ts";
import { createCheckCards } from "../../www/src/engine/review/check-cards.ts";
import type { Desk } from "../../www/src/engine/review/desk.ts";
import { createShelf } from "../../www/src/engine/review/shelf.ts";
import { memoryKept } from "./attention-world.ts";

const CHECK = "f".repeat(32);
const policy = await loadPolicy("rules: [{ tool: '**', action: escalate, risk: medium }]");

/** A queue of payments that are alike, where a check card with `amount` waits among them. */
async function desk(amount: number) {
  const store = memoryStore();
  const escalations = createEscalations({ store });
  const shelf = createShelf(store, escalations, () => undefined);
  const open = (each: number) =>
    escalations.open(policy, { tool: "payment.send", args: { amount: each, iban: "DE12370400440532013000" } });
  const calls = [];
  for (let at = 0; at < 6; at += 1) calls.push(await open(40 + at));
  const [like] = calls;
  assert.ok(like);
  const kept = memoryKept();
  const given: Given[] = [];
  const attention = createAttention({
    kept: {
      ...kept,
      give: async (each) => {
        given.push(each);
      },
    },
    present: (record) => presentCard(record),
    wouldHold: () => true,
    nowMs: Date.now,
    random: () => 0.999,
    newId: () => CHECK,
  });
  const made = await plantCall(like, { ...like.call.args, amount });
  const { covers, guard, openedAtMs, expiresAtMs } = like;
  const words = { template: "money-times-hundred", hazard: "an amount", field: "args.amount" };
  const planted: Planted = { ...made, ...words, id: CHECK as CheckId, covers, guard, openedAtMs, expiresAtMs };
  assert.ok(await kept.plant(planted));
  const cards = createCards(
    shelf,
    () => undefined,
    () => checks.pending(),
  );
  const checks = createCheckCards(attention, () => shelf.guard() ?? NO_GUARD);
  await Promise.all([shelf.sync(), checks.sync()]);
  const all: Desk = {
    store,
    escalations,
    shelf,
    checks,
    cards,
    attention,
    by: {},
    isServed: false,
    claims: new Map(),
    sitting: new Set(),
    changed: () => undefined,
  };
  return { desk: all, store, kept, calls, open, given, digest: planted.digest as Digest };
}

test("c13_batches_know_check_cards: one that stands out is told as a real one that stands out is", async () => {
  const { desk: here, escalations, open } = await desk(4_000).then((each) => ({ ...each, ...each.desk }));
  const real = await open(4_100);
  await here.shelf.sync();
  const [batch, ...others] = await here.cards.batches();
  assert.ok(batch);
  assert.deepEqual(others, []);
  const outliers = batch.outliers.map(({ id }) => id);
  assert.deepEqual([outliers.includes(real.id), outliers.includes(CHECK)], [true, true]);
  const told = batch.outliers.map(({ why }) => why.length > 0);
  assert.deepEqual(told, [true, true]);
  // Closing the real one changes the batch, and the check card stays in it.
  await escalations.review(real.id, { verdict: "reject", digest: real.digest });
  await here.shelf.sync();
  const [next] = await here.cards.batches();
  assert.deepEqual(
    next?.outliers.map(({ id }) => id),
    [CHECK],
  );
});

test("c13_batches_hold_check_cards: one like the others is a row, and whatever is open leads from its card to the batch", async () => {
  const { desk: here, calls } = await desk(43.5);
  const [batch] = await here.cards.batches();
  assert.ok(batch);
  assert.deepEqual(new Set(batch.rows.map(({ id }) => id)), new Set([CHECK, ...calls.map(({ id }) => id)]));
  const [check] = here.checks.pending();
  assert.ok(check);
  assert.equal((await here.cards.batchWith(check))?.key, batch.key);
  assert.ok((await here.cards.summary([check, ...calls])) !== null);
});

test("c12_batch_answers_of_check_cards_come_to_no_store: they are told at once, and count as given in a batch", async () => {
  const { desk: here, store, calls, kept, given, digest } = await desk(43.5);
  const [first, second] = calls;
  assert.ok(first && second);
  const before = await store.head();
  const answer = { verdict: "approve", note: "", shownMs: 9_000 } as const;
  const wrong = await answerBatch(here, [{ id: CHECK, digest: first.digest, ...answer }]);
  assert.equal(wrong.results[0]?.failure?.code, "digest-mismatch");
  const { results } = await answerBatch(here, [
    { id: first.id, digest: first.digest, ...answer },
    { id: CHECK, digest, ...answer },
    { id: second.id, digest: second.digest, ...answer, verdict: "reject" },
  ]);
  assert.deepEqual(
    results.map(({ id, verdict, failure, check }) => [id, verdict, failure, check]),
    [
      [first.id, "approve", null, null],
      [CHECK, "approve", null, { caught: false, hazard: "an amount", field: "args.amount" }],
      [second.id, "reject", null, null],
    ],
  );
  const written = await store.history({ from: before.size, limit: 100 });
  assert.deepEqual(
    written.map(({ id }) => id),
    [first.id, second.id],
  );
  assert.ok(!JSON.stringify(await store.history({ from: 0, limit: 100 })).includes(digest));
  assert.deepEqual(await store.read(CHECK), []);
  // Answers to real calls are heard of; that to the check card is its outcome.
  assert.deepEqual(
    given.map(({ inBatch }) => inBatch),
    [true, true],
  );
  assert.equal((await kept.outcomes()).length, 1);
  assert.deepEqual(here.checks.pending(), []);
  const [batch] = await here.cards.batches();
  assert.ok(batch?.rows.every(({ id }) => id !== CHECK));
});

test("among very many that wait the newest closed ones are still found to make a check card from", async () => {
  const { desk: here, calls, open } = await desk(43.5);
  const [first, second] = calls;
  assert.ok(first && second);
  await here.escalations.review(first.id, { verdict: "approve", digest: first.digest, undoMs: 0 });
  await here.escalations.review(second.id, { verdict: "reject", digest: second.digest });
  for (let at = 0; at < 30; at += 1) await open(100 + at);
  await here.shelf.sync();
  const newest = here.shelf.newest();
  assert.equal(newest.length, 21);
  assert.deepEqual(
    newest.filter(({ status }) => status !== "pending").map(({ id }) => id),
    [first.id],
  );
  const times = newest.map(({ openedAtMs }) => openedAtMs);
  assert.deepEqual(
    times,
    [...times].sort((a, b) => b - a),
  );
});
