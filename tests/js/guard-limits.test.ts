/** What a guard remembers between calls: marks, limits, rejections, how much waits, pauses and batches. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadPolicy } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { approve, hold, mail, office, recorder, reject, stand, toldBy } from "./guards.ts";

const marking = await loadPolicy(`
rules:
  - { id: web, tool: web.fetch, action: allow, marks: [untrusted-input] }
  - id: inside
    tool: email.send
    when: { session.marks: { not: { has: untrusted-input } } }
    action: allow
  - { id: held, tool: note.write, action: escalate, marks: [noted] }
  - { tool: email.send, action: block }
`);

for (const record of ["all", "held"] as const) {
  test(`a session carries its marks from before the call runs, in this guard and the next (record: ${record})`, async () => {
    const { guard, store, clock } = stand({ policy: marking, record });
    const { guard: sibling } = stand({ policy: marking, record, store, session: "s2" }, clock);
    assert.equal((await guard.check({ tool: "email.send" })).status, "allowed");
    const fetch = guard.wrap("web.fetch", () => guard.check({ tool: "email.send" }));
    assert.equal((await fetch({})).status, "blocked");
    assert.equal(
      (await stand({ policy: marking, record, store }, clock).guard.check({ tool: "email.send" })).status,
      "blocked",
    );
    assert.equal((await sibling.check({ tool: "email.send" })).status, "allowed");
  });
}

test("an approved call leaves its marks in the step that uses the grant", async () => {
  const { guard, people } = stand({ policy: marking });
  const record = await hold(guard, { tool: "note.write", args: {} });
  const before = await guard.check({ tool: "email.send" });
  assert.ok(before.status === "allowed");
  assert.deepEqual((before.call.session as { marks: unknown }).marks, []);
  await approve(people, record);
  await guard.resume(record.id);
  const after = await guard.check({ tool: "email.send" });
  assert.ok(after.status === "allowed");
  assert.deepEqual((after.call.session as { marks: unknown }).marks, ["noted"]);
});

test("an approval ends when its session carries more marks than when it was held", async () => {
  const { guard, people } = stand({ policy: marking });
  const record = await hold(guard, { tool: "note.write", args: {} });
  await approve(people, record);
  await guard.check({ tool: "web.fetch" });
  const resumed = await guard.resume(record.id);
  assert.ok(resumed.status === "not-run");
  assert.equal(resumed.told.code, "policy-changed");
});

test("b25_nine_small_payments: nine payments of 1,000 are past the limit that one of 9,000 is", async () => {
  const policy = await loadPolicy(`
rules:
  - id: pay
    tool: pay
    action: allow
    limit: { sum: args.amount, at_most: 5000, per: 1h, by: agent }
`);
  for (const record of ["all", "held"] as const) {
    const { guard, clock } = stand({ policy, record });
    const statuses = [];
    for (let n = 0; n < 9; n += 1)
      statuses.push((await guard.check({ tool: "pay", args: { amount: 1000, n } })).status);
    assert.deepEqual(statuses, [...Array(5).fill("allowed"), ...Array(4).fill("pending")]);
    assert.equal((await guard.check({ tool: "pay", args: { amount: 9000 } })).status, "pending");
    clock.ms += 3_600_000;
    assert.equal((await guard.check({ tool: "pay", args: { amount: 1000 } })).status, "allowed");
  }
});

test("of many calls at once only as many are allowed as the limit lets through", async () => {
  const policy = await loadPolicy(
    "rules: [{ id: t, tool: t, action: allow, limit: { calls: 3, per: 1h, then: block } }]",
  );
  const { store, clock, guard } = stand({ policy });
  const guards = [guard, stand({ policy, store }, clock).guard, stand({ policy, store, session: "s2" }, clock).guard];
  const checks = Array.from({ length: 30 }, (_, n) => guards[n % guards.length]?.check({ tool: "t", args: { n } }));
  const statuses = (await Promise.all(checks)).map((checked) => checked?.status);
  assert.equal(statuses.filter((status) => status === "allowed").length, 3);
});

test("an approved call is charged as well", async () => {
  const policy = await loadPolicy("rules: [{ id: t, tool: t, action: allow, limit: { calls: 1, per: 1h } }]");
  const { guard, people, store } = stand({ policy });
  assert.equal((await guard.check({ tool: "t" })).status, "allowed");
  const record = await hold(guard, { tool: "t", args: {} });
  await approve(people, record);
  assert.equal((await guard.resume(record.id)).status, "ready");
  const [bucket] = record.decision.charge.map(({ bucket }) => bucket);
  assert.ok(bucket);
  assert.deepEqual(await store.usage([{ bucket, sinceMs: 0 }]), [2]);
});

test("c02_repeat_after_reject: each rejection makes the next wait twice as long, and the third blocks the tool", async () => {
  const { guard, people, clock, store } = stand();
  const codes = [];
  for (const [index, waitMs] of [60_000, 120_000].entries()) {
    const record = await hold(guard, { tool: "email.send", args: { ...mail, subject: `try ${index}` } });
    assert.equal(record.links.rejected.length, index);
    await reject(people, record);
    const cooling = await guard.check({ tool: "email.send", args: { ...mail, subject: "again" } });
    assert.ok(cooling.status === "not-run");
    codes.push([cooling.told.code, cooling.told.retry, cooling.told.retryAfterMs]);
    clock.ms += waitMs;
  }
  assert.deepEqual(codes, [
    ["cooling", "later", 60_000],
    ["cooling", "later", 120_000],
  ]);
  await reject(people, await hold(guard, { tool: "email.send", args: mail }));
  clock.ms += 24 * 3_600_000;
  for (const args of [mail, { entirely: "different" }]) {
    const blocked = await guard.check({ tool: "email.send", args });
    assert.ok(blocked.status === "blocked");
    assert.deepEqual([blocked.told.code, blocked.told.cause, blocked.told.retry], ["blocked", "repeat", "never"]);
  }
  assert.equal(
    (await stand({ store, session: "s2" }, clock).guard.check({ tool: "email.send", args: {} })).status,
    "pending",
  );
});

test("b24_tiny_change: a rejected call that comes back a little changed is linked to the rejection, withdrawn or not", async () => {
  const { guard, people, clock } = stand();
  const rejected = await hold(guard, { tool: "email.send", args: mail });
  await reject(people, rejected);
  clock.ms += 60_000;
  for (const subject of ["hi!", "hi!!"]) {
    const record = await hold(guard, { tool: "email.send", args: { ...mail, subject } });
    assert.deepEqual(record.links.rejected, [rejected.id]);
    await guard.withdraw(record.id);
  }
  const other = await hold(guard, { tool: "email.send", args: { ...mail, cc: [] } });
  assert.deepEqual(other.links.rejected, []);
});

test("a call like one whose outcome is unknown says so to its reviewer", async () => {
  const { guard, people } = stand();
  const lost = await hold(guard, { tool: "email.send", args: mail });
  await approve(people, lost);
  await guard.resume(lost.id);
  assert.deepEqual((await hold(guard, { tool: "email.send", args: mail })).links.unknown, [lost.id]);
});

test("only so many calls of an agent wait at once; what has expired waits no longer", async () => {
  const { guard, people, clock, store } = stand({ pendingMax: 3 });
  const records = [];
  for (let n = 0; n < 3; n += 1) records.push(await hold(guard, { tool: "email.send", args: { [`n${n}`]: 1 } }));
  const refused = await guard.check({ tool: "email.send", args: mail });
  assert.ok(refused.status === "not-run");
  assert.deepEqual([refused.told.code, refused.told.retry], ["too-many-pending", "later"]);
  assert.equal(
    (await stand({ store, pendingMax: 3, agent: "other" }, clock).guard.check({ tool: "email.send", args: {} })).status,
    "pending",
  );
  const [first] = records;
  assert.ok(first);
  await guard.withdraw(first.id);
  await hold(guard, { tool: "email.send", args: mail });
  clock.ms = first.expiresAtMs;
  await hold(guard, { tool: "email.send", args: mail });
  const pending = (await people.list({ status: "pending" })).items.filter(
    ({ call }) => JSON.stringify(call.agent) === `{"id":"support"}`,
  );
  assert.equal(pending.length, 1);
});

test("while an agent is paused nothing of it runs or opens, and what was approved waits", async () => {
  const { guard, people, held, store, clock } = stand();
  const { ran, run } = recorder();
  const record = await hold(guard, { tool: "email.send", args: mail });
  const sent = guard.wrap("email.send", run)({ ...mail, subject: "waits" });
  const [, waits] = [await held(), await held()];
  await people.pause({ agent: "support", paused: true, by: "ana", note: "It sends too much" });
  assert.deepEqual(await people.paused(), ["support"]);
  for (const tool of ["file.read", "email.send"]) {
    const checked = await guard.check({ tool });
    assert.ok(checked.status === "not-run", tool);
    assert.deepEqual([checked.told.code, checked.told.note], ["paused", "It sends too much"]);
    assert.match(checked.told.message, /paused this agent, saying: It sends too much\. This call/);
  }
  assert.equal((await stand({ store, agent: "other" }, clock).guard.check({ tool: "file.read" })).status, "allowed");
  await approve(people, record);
  await approve(people, waits);
  assert.equal((await toldBy(sent)).code, "paused");
  const resumed = await guard.resume(record.id);
  assert.ok(resumed.status === "not-run" && resumed.told.code === "paused");
  await people.pause({ agent: "support", paused: false });
  assert.deepEqual(await people.paused(), []);
  assert.equal((await guard.resume(waits.id)).status, "ran");
  assert.equal(ran.length, 1);
});

test("c01_pause_every_agent: one switch stops all agents", async () => {
  const { guard, people } = stand();
  await people.pause({ paused: true });
  await people.pause({ agent: "support", paused: false });
  assert.deepEqual(await people.paused(), [null]);
  const checked = await guard.check({ tool: "file.read" });
  assert.ok(checked.status === "not-run" && checked.told.code === "paused");
});

test("calls of a batch are reviewed together, and none runs before all are answered", async () => {
  const { guard, people, held, clock } = stand({ collect: { forMs: 1000, atMost: 3 } });
  const { ran, run } = recorder<typeof mail>();
  const send = guard.wrap("email.send", run);
  const sent = ["a", "b", "c", "d"].map((subject) => send({ ...mail, subject }));
  const records = [await held(), await held(), await held(), await held()];
  const [a, b, c, d] = records;
  assert.ok(a && b && c && d);
  assert.equal(new Set([a.batch, b.batch, c.batch]).size, 1);
  assert.notEqual(d.batch, a.batch);
  assert.match(a.batch ?? "", /^[0-9a-f]{32}$/);
  await approve(people, a);
  await approve(people, b);
  const waits = await guard.resume(a.id);
  assert.ok(waits.status === "pending");
  assert.deepEqual([waits.escalation.status, waits.waitsFor, waits.untilMs], ["approved", "batch", null]);
  assert.deepEqual(ran, []);
  await reject(people, c);
  await Promise.all([sent[0], sent[1]]);
  assert.equal((await toldBy(sent[2] ?? Promise.resolve())).code, "rejected");
  assert.deepEqual(ran.map(({ subject }) => subject).sort(), ["a", "b"]);
  // The next batch may still grow.
  await approve(people, d);
  assert.equal((await guard.resume(d.id)).status, "pending");
  clock.ms += 1000;
  await sent[3];
});

test("what of a batch has expired does not keep the others back", async () => {
  const { guard, people, clock, store } = stand({ collect: { forMs: 0 } });
  const { guard: collecting } = stand({ store, collect: { forMs: 60_000 } }, clock);
  const first = await hold(collecting, { tool: "email.send", args: mail });
  clock.ms += 30_000;
  const second = await hold(collecting, { tool: "email.send", args: mail });
  clock.ms = first.expiresAtMs - 1;
  await approve(people, second);
  assert.equal((await guard.resume(second.id)).status, "pending");
  clock.ms += 1;
  assert.equal((await guard.resume(second.id)).status, "ready");
});

test("e26_observe: a guard that only observes decides and records, lets everything run, and says so loudly", async () => {
  const warnings: unknown[] = [];
  const { warn } = console;
  console.warn = (text: unknown) => warnings.push(text);
  const store = memoryStore();
  const { guard, events, history, people } = stand({ enforce: false, store });
  console.warn = warn;
  const { ran, run } = recorder();
  for (const tool of ["file.read", "email.send", "shell.execute"]) await guard.wrap(tool, run)({ tool });
  assert.deepEqual([guard.enforces, ran.length, warnings.length], [false, 3, 1]);
  assert.match(String(warnings[0]), /only observes/);
  const types = events.map(({ type }) => type);
  assert.deepEqual([types[0], types.filter((type) => type === "not-enforced").length], ["observing", 2]);
  const kept = await history();
  assert.deepEqual(
    kept.map(({ type }) => type),
    ["policy", "decision", "decision", "decision"],
  );
  assert.match(kept[0]?.type === "policy" ? (kept[0].note ?? "") : "", /observes only/);
  assert.deepEqual((await people.list()).items, []);
  const { guard: enforcing } = stand({ store });
  assert.equal((await enforcing.check({ tool: "shell.execute" })).status, "blocked");
  const last = (await history()).findLast((event) => event.type === "policy");
  assert.match(last?.type === "policy" ? (last.note ?? "") : "", /enforces/);
});

test("only a written false makes a guard observe", async () => {
  for (const enforce of [0, null, "", "false"]) {
    const { guard } = stand({ enforce: enforce as never });
    assert.deepEqual([guard.enforces, (await guard.check({ tool: "shell.execute" })).status], [true, "blocked"]);
  }
});

test("a guard that observes lets calls run also if the store fails", async () => {
  const { warn } = console;
  console.warn = () => undefined;
  const store = { ...memoryStore(), head: () => Promise.reject(new Error("gone")) };
  const { guard, events } = stand({ enforce: false, store, policy: office });
  console.warn = warn;
  assert.equal(await guard.wrap("shell.execute", () => "ran")({}), "ran");
  assert.ok(events.some((event) => event.type === "not-enforced" && event.told?.code === "unavailable"));
});
