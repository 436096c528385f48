/** The worker's side of the review queue: read once, kept up to date, listed in order; and check cards among the calls. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { createEscalations, loadPolicy, NO_GUARD, type Store } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import type { Attention, CheckCard, Given } from "../../www/src/engine/attention/api.ts";
import type { Filters } from "../../www/src/engine/review/api.ts";
import { createCheckCards } from "../../www/src/engine/review/check-cards.ts";
import { createListing } from "../../www/src/engine/review/listing.ts";
import { createShelf } from "../../www/src/engine/review/shelf.ts";

const ANY: Filters = { status: "any", risk: "any", tool: "", agent: "", text: "", sort: "oldest" };

const policy = await loadPolicy(`
rules:
  - { tool: note.write, action: escalate, risk: low }
  - { tool: bank.pay, action: escalate, risk: critical }
  - { tool: email.send, action: escalate, risk: high, review: { confirm: args.to } }
`);

/** Counts what is asked of a store. */
function counted(store: Store) {
  const asked = { list: 0, read: 0 };
  const counting: Store = {
    ...store,
    list: (query) => {
      asked.list += 1;
      return store.list(query);
    },
    read: (id) => {
      asked.read += 1;
      return store.read(id);
    },
  };
  return { store: counting, asked };
}

function world() {
  let nowMs = 1_800_000_000_000;
  const { store, asked } = counted(memoryStore());
  const escalations = createEscalations({ store, now: () => nowMs });
  const shelf = createShelf(store, escalations, () => undefined);
  const sitting = new Set<string>();
  const listing = createListing({
    shelf,
    extra: () => [],
    answered: () => null,
    isOfSitting: (id) => sitting.has(id),
    isOwn: () => false,
    headline: async ({ call }) => ({
      verb: [],
      tool: [{ kind: "text", text: call.tool, breaks: false }],
      object: null,
      destination: null,
      risk: null,
      reversible: null,
      warnings: [],
    }),
    batches: () => [],
  });
  const open = async (tool: string, args: Record<string, unknown>, agent = "a") => {
    nowMs += 10;
    return escalations.open(policy, { tool, args, agent });
  };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { asked, escalations, shelf, listing, open, pass, sitting };
}

test("the queue is read once, and a change costs only what has changed", async () => {
  const { asked, escalations, shelf, open } = world();
  for (let at = 0; at < 30; at += 1) await open("note.write", { at });
  await shelf.sync();
  await new Promise((done) => setTimeout(done, 50));
  assert.equal(shelf.records().size, 30);
  asked.list = 0;
  asked.read = 0;
  await shelf.sync();
  assert.deepEqual(asked, { list: 0, read: 0 });
  const [first] = [...shelf.records().values()];
  assert.ok(first);
  await escalations.review(first.id, { verdict: "reject", digest: first.digest });
  asked.list = 0;
  asked.read = 0;
  await shelf.sync();
  assert.deepEqual(asked, { list: 0, read: 1 });
  assert.equal(shelf.records().get(first.id)?.status, "rejected");
});

test("c05_the_list_stays_as_it_was_made, and what has come is counted", async () => {
  const { shelf, listing, open, escalations } = world();
  const first = await open("note.write", { text: "one" });
  await open("bank.pay", { amount: 1 });
  await shelf.sync();
  listing.make({ ...ANY, sort: "risk" });
  const before = await listing.part(0);
  assert.deepEqual(
    before.lines.map(({ headline }) => headline.tool[0]?.text),
    ["bank.pay", "note.write"],
  );
  await open("bank.pay", { amount: 2 });
  await escalations.review(first.id, { verdict: "reject", digest: first.digest });
  await shelf.sync();
  const after = await listing.part(0);
  assert.deepEqual(
    after.lines.map(({ id }) => id),
    before.lines.map(({ id }) => id),
  );
  assert.deepEqual(
    after.lines.map(({ status }) => status),
    ["pending", "rejected"],
  );
  assert.equal(after.arrived, 1);
});

test("identical calls are one line until each was answered, and filters find by any word", async () => {
  const { shelf, listing, open, escalations } = world();
  const twin = await open("note.write", { text: "Milk" });
  await open("note.write", { text: "Milk" });
  await open("note.write", { text: "Bread" }, "other");
  await shelf.sync();
  listing.make({ ...ANY, text: "milk" });
  const [line, ...others] = (await listing.part(0)).lines;
  assert.equal(others.length, 0);
  assert.equal(line?.pending, 2);
  await escalations.review(twin.id, { verdict: "reject", digest: twin.digest });
  await shelf.sync();
  const [then] = (await listing.part(0)).lines;
  assert.equal(then?.pending, 1);
  assert.notEqual(then?.id, twin.id);
  listing.make({ ...ANY, agent: "other" });
  assert.equal((await listing.part(0)).total, 1);
  listing.make({ ...ANY, risk: "critical" });
  assert.equal((await listing.part(0)).total, 0);
});

test("c12_an_answer_to_a_check_card_reaches_attention_only, and a wrong value is no answer", async () => {
  const { escalations, open } = world();
  const real = await open("email.send", { to: ["ann@acme.com"] });
  const given: Given[] = [];
  const { call, digest, decision, openedAtMs } = real;
  const check = {
    id: "c".repeat(32),
    call,
    digest,
    decision,
    openedAtMs,
    expiresAtMs: Date.now() + 60_000,
    card: { unapprovable: null, readingFloorMs: 1_500, confirm: [{ field: "args.to", type: "list" }] },
  } as unknown as CheckCard;
  const attention: Attention = {
    pending: async () => [check],
    read: async (id) => (id === check.id ? check : null),
    async answer(id, answer) {
      if (id !== check.id) return null;
      given.push(answer);
      return { caught: answer.verdict === "reject", hazard: "a planted recipient", field: "args.to[0]" };
    },
    reviewed: async () => undefined,
  };
  const checks = createCheckCards(attention, () => NO_GUARD);
  await checks.sync();
  const [shown] = checks.pending();
  // The same keys as a real one, so that no page can tell.
  assert.deepEqual(Object.keys(shown ?? {}).sort(), Object.keys(real).sort());
  const answer = { verdict: "approve" as const, note: "", digest, confirmed: {}, shownMs: 900 };
  await assert.rejects(checks.answer(check.id, answer, false), { code: "not-confirmed" });
  const wrong = { ...answer, confirmed: { "args.to": "ann@acme.org" } };
  await assert.rejects(checks.answer(check.id, wrong, false), { code: "not-confirmed" });
  assert.equal(given.length, 0);
  const right = { ...answer, confirmed: { "args.to": " ann@acme.com " } };
  assert.deepEqual(await checks.answer(check.id, right, false), {
    caught: false,
    hazard: "a planted recipient",
    field: "args.to[0]",
  });
  assert.equal(given[0]?.shownMs, 900);
  assert.equal(checks.pending().length, 0);
  assert.equal(checks.answered(check.id)?.status, "approved");
  assert.equal(await escalations.read(check.id), null);
  assert.equal((await escalations.read(real.id))?.status, "pending");
});

test("pending are those that wait and those that were answered in this sitting; any are all, the expired too", async () => {
  const { shelf, listing, open, escalations, pass, sitting } = world();
  await open("note.write", { text: "expires" });
  pass(48 * 3_600_000);
  const [mine, others] = [await open("note.write", { text: "mine" }), await open("note.write", { text: "others" })];
  const waits = await open("note.write", { text: "waits" });
  await shelf.sync();
  await new Promise((done) => setTimeout(done, 50));
  for (const { id, digest } of [mine, others]) await escalations.review(id, { verdict: "reject", digest });
  sitting.add(mine.id);
  await shelf.sync();
  const listed = async (status: Filters["status"]) => {
    listing.make({ ...ANY, status });
    return (await listing.part(0)).lines;
  };
  assert.deepEqual(
    (await listed("pending")).map(({ id }) => id),
    [waits.id, mine.id],
  );
  assert.deepEqual((await listed("any")).map(({ status }) => status).sort(), [
    "expired",
    "pending",
    "rejected",
    "rejected",
  ]);
});

test("the soonest to expire stand first and of those the oldest; by risk the highest, and what is closed is last", async () => {
  const { shelf, listing, open, escalations } = world();
  const high = await open("email.send", { to: ["ann@acme.com"] });
  const low = await open("note.write", { text: "older" });
  const later = await open("note.write", { text: "newer" });
  const critical = await open("bank.pay", { amount: 1 });
  const closed = await open("bank.pay", { amount: 2 });
  await shelf.sync();
  await escalations.review(closed.id, { verdict: "reject", digest: closed.digest });
  await shelf.sync();
  const names = new Map(Object.entries({ high, low, later, critical, closed }).map(([name, { id }]) => [id, name]));
  const listed = async (sort: Filters["sort"]) => {
    listing.make({ ...ANY, sort });
    return (await listing.part(0)).lines.map(({ id }) => names.get(id));
  };
  const sooner = high.expiresAtMs < low.expiresAtMs && critical.expiresAtMs < low.expiresAtMs;
  assert.ok(sooner, "what is risky expires before what is not");
  assert.deepEqual(await listed("expiry"), ["high", "critical", "low", "later", "closed"]);
  assert.deepEqual(await listed("oldest"), ["high", "low", "later", "critical", "closed"]);
  assert.deepEqual(await listed("newest"), ["critical", "later", "low", "high", "closed"]);
  assert.deepEqual(await listed("risk"), ["critical", "high", "low", "later", "closed"]);
});
