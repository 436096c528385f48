/** What becomes of a held call that is not simply approved and run, and what its agent is told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type DecidingPolicy, EngineError, loadPolicy, type Store, StoreError } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { approve, hold, mail, office, recorder, reject, stand, told, toldBy } from "./guards.ts";

const minute = 60_000;
const call = { tool: "email.send", args: mail };

test("b19_timeout: nobody answers, so it does not run, and a late click lets nothing run", async () => {
  const { guard, people, held, clock, history } = stand();
  const { ran, run } = recorder();
  const sent = guard.wrap("email.send", run)(mail);
  const { id, digest, expiresAtMs } = await held();
  clock.ms = expiresAtMs;
  const end = await toldBy(sent);
  assert.deepEqual([end.code, end.retry, end.id], ["expired", "later", id]);
  await assert.rejects(people.review(id, { verdict: "approve", digest }), { code: "too-late" });
  const resumed = await guard.resume(id);
  assert.ok(resumed.status === "not-run");
  assert.equal(resumed.told.code, "expired");
  assert.deepEqual([await told(history), ran], [["open", "expire"], []]);
});

test("b05_expired_grant: an approval that was not used in time lets nothing run, also with the clock set back", async () => {
  const { guard, people, clock } = stand();
  const record = await hold(guard, call);
  const { grant } = await approve(people, record);
  clock.ms = grant?.expiresAtMs ?? 0;
  const late = await guard.resume(record.id);
  assert.ok(late.status === "not-run");
  assert.equal(late.told.code, "expired");
  // Something is recorded at that time: from then on it is never earlier again.
  await guard.check({ tool: "file.read" });
  clock.ms -= 24 * 60 * minute;
  const again = await guard.resume(record.id);
  assert.ok(again.status === "not-run");
  assert.equal(again.told.code, "expired");
});

test("e22_clock_jumps: with a clock that is set back, times in the history never go back", async () => {
  const { guard, people, clock, store } = stand();
  const record = await hold(guard, call);
  clock.ms -= 4 * minute;
  await approve(people, record);
  assert.equal((await guard.resume(record.id)).status, "ready");
  const times = (await store.history({ from: 0, limit: 100 })).map(({ atMs }) => atMs);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  assert.equal(new Set(times).size, 1);
});

test("e22_a_clock_far_behind_the_history: nothing is written, as nobody could tell what has expired", async () => {
  const { guard, people, clock, store } = stand();
  const record = await hold(guard, call);
  await approve(people, record);
  clock.ms -= 6 * minute;
  const { size } = await store.head();
  const resumed = await guard.resume(record.id);
  assert.ok(resumed.status === "not-run" && resumed.told.code === "unavailable");
  await assert.rejects(approve(people, record), { code: "clock-behind" });
  assert.equal((await store.head()).size, size);
});

test("e02_a_store_that_was_put_back: who has seen a longer history goes on with none that is shorter", async () => {
  const kept = memoryStore();
  const lost = memoryStore();
  let current = kept;
  const names = ["head", "append", "read", "list", "history", "usage", "marks", "watch", "close"] as const;
  const store = Object.fromEntries(names.map((name) => [name, (arg: never) => current[name](arg)])) as unknown as Store;
  const { guard } = stand({ store });
  await hold(guard, call);
  current = lost;
  const checked = await guard.check(call);
  assert.ok(checked.status !== "allowed" && checked.status !== "pending");
  assert.equal(checked.told.code, "unavailable");
});

test("a clock that tells nonsense lets nothing run", async () => {
  for (const ms of [Number.NaN, -1, 1.5]) {
    const { guard } = stand({ now: () => ms });
    const checked = await guard.check({ tool: "file.read" });
    assert.ok(checked.status === "not-run");
    assert.equal(checked.told.code, "unavailable");
  }
});

test("b14_block_rule_added_while_pending: the policy as it is when the call would run has the last word", async () => {
  let policy: DecidingPolicy = office;
  const { guard, people, held } = stand({ policy: () => policy });
  const { ran, run } = recorder();
  const sent = guard.wrap("email.send", run)(mail);
  const record = await held();
  policy = await loadPolicy("rules: [{ tool: email.send, action: block }]");
  await approve(people, record);
  const end = await toldBy(sent);
  assert.deepEqual([end.code, end.retry, ran], ["policy-changed", "changed", []]);
});

test("a policy that now asks for a stricter review voids the approval; a laxer one does not", async () => {
  let policy: DecidingPolicy = office;
  const { guard, people } = stand({ policy: () => policy });
  const first = await hold(guard, call);
  await approve(people, first);
  policy = await loadPolicy("rules: [{ tool: email.send, action: escalate, review: { quorum: 2 } }]");
  const resumed = await guard.resume(first.id);
  assert.ok(resumed.status === "not-run");
  assert.equal(resumed.told.code, "policy-changed");
  policy = await loadPolicy("rules: [{ tool: email.send, action: allow }]");
  assert.equal((await guard.resume(first.id)).status, "ready");
});

test("b13_edit_into_block: an edit is decided afresh, and one that the policy blocks changes nothing", async () => {
  const policy = await loadPolicy(`
rules:
  - { tool: email.send, when: { args.subject: { contains: secret } }, action: block }
  - { tool: email.send, action: escalate, review: { editable: [args.subject] } }
`);
  const { guard, people, held } = stand({ policy });
  const { ran, run } = recorder();
  const sent = guard.wrap("email.send", run)(mail);
  const record = await held();
  const blocked = people.edit(record.id, policy, { args: { ...mail, subject: "secret" } });
  await assert.rejects(blocked, { name: "EscalationError", code: "blocked" });
  await assert.rejects(people.edit(record.id, policy, { args: { ...mail, to: ["eve"] } }), { code: "not-editable" });
  const edited = await people.edit(record.id, policy, { args: { ...mail, subject: "hello" } });
  assert.notEqual(edited.digest, record.digest);
  await assert.rejects(approve(people, record), { code: "digest-mismatch" });
  await approve(people, edited);
  await sent;
  assert.deepEqual(ran, [{ ...mail, subject: "hello" }]);
});

test("b23_own_call: whoever a call acts for cannot approve it", async () => {
  const { guard, people } = stand({ user: "ana" });
  const { id, digest } = await hold(guard, call);
  await assert.rejects(people.review(id, { verdict: "approve", digest, by: "ana" }), { code: "own-call" });
  assert.equal((await people.review(id, { verdict: "approve", digest, by: "bob" })).status, "approved");
});

test("to abort the wait takes the call back, and nobody can approve it any more", async () => {
  const { guard, people, held } = stand();
  const { ran, run } = recorder();
  const controller = new AbortController();
  const sent = guard.wrap("email.send", run)(mail, { signal: controller.signal });
  const record = await held();
  controller.abort(new Error("the user left"));
  const end = await toldBy(sent);
  assert.deepEqual([end.code, ran], ["withdrawn", []]);
  const error = (await sent.catch((error: unknown) => error)) as Error;
  assert.equal((error.cause as Error).message, "the user left");
  assert.equal((await people.read(record.id))?.status, "withdrawn");
  await assert.rejects(approve(people, record), { code: "already-closed" });
});

test("a signal that was aborted before lets nothing run or open", async () => {
  const { guard, history } = stand();
  const { ran, run } = recorder();
  const signal = AbortSignal.abort();
  assert.equal((await toldBy(guard.wrap("file.read", run)({}, { signal }))).code, "withdrawn");
  const checked = await guard.check(call, { signal });
  assert.ok(checked.status === "not-run" && checked.told.code === "withdrawn");
  assert.deepEqual([ran, await history()], [[], []]);
});

test("what was approved and taken back by its agent does not run", async () => {
  const { guard, people } = stand();
  const record = await hold(guard, call);
  await approve(people, record);
  await guard.withdraw(record.id, "not needed");
  const resumed = await guard.resume(record.id);
  assert.ok(resumed.status === "not-run");
  assert.equal(resumed.told.code, "revoked");
  assert.equal((await people.read(record.id))?.grant?.state, "revoked");
});

test("an approval can be undone until the undo window is over, and the call waits for that", async () => {
  const { guard, people, held, clock } = stand();
  const { ran, run } = recorder();
  const send = guard.wrap("email.send", run);
  const undone = send(mail);
  const first = await held();
  await people.review(first.id, { verdict: "approve", digest: first.digest, undoMs: 10_000 });
  const waits = await guard.resume(first.id);
  assert.ok(waits.status === "pending");
  assert.deepEqual([waits.waitsFor, waits.untilMs], ["undo", clock.ms + 10_000]);
  await people.revoke(first.id, { by: "ana", note: "wrong person" });
  const end = await toldBy(undone);
  assert.deepEqual([end.code, end.note], ["revoked", "wrong person"]);
  const kept = send(mail);
  const second = await held();
  await people.review(second.id, { verdict: "approve", digest: second.digest, undoMs: 10_000 });
  assert.deepEqual(ran, []);
  clock.ms += 10_000;
  await kept;
  await assert.rejects(people.revoke(second.id), { code: "already-used" });
  assert.equal(ran.length, 1);
});

test("a call that was held is resumed by another process of the same guard", async () => {
  const { guard, people, store, clock } = stand();
  const record = await hold(guard, call);
  guard.close();
  const { guard: next } = stand({ store }, clock);
  const { ran, run } = recorder();
  next.wrap("email.send", run);
  const waits = await next.resume(record.id);
  assert.ok(waits.status === "pending");
  assert.deepEqual([waits.waitsFor, waits.untilMs], ["review", record.expiresAtMs]);
  const resumed = next.resume(record.id, { wait: true });
  await approve(people, record);
  assert.deepEqual(await resumed, { status: "ran", id: record.id, result: 1 });
  assert.deepEqual(ran, [mail]);
  await assert.rejects(next.resume("nobody"), { name: "EscalationError", code: "not-found" });
});

test("a tool that is not wrapped is for the caller to run, and its outcome to record", async () => {
  const { guard, people, events } = stand();
  const record = await hold(guard, call);
  await approve(people, record);
  assert.deepEqual(
    (await guard.unfinished()).map(({ id, kind }) => [id, kind]),
    [[record.id, "unused"]],
  );
  const resumed = await guard.resume(record.id);
  assert.ok(resumed.status === "ready");
  assert.deepEqual([resumed.call, Object.isFrozen(resumed.call.args)], [record.call, true]);
  assert.deepEqual(
    (await guard.unfinished()).map(({ kind }) => kind),
    ["unknown"],
  );
  await resumed.finished("failed", "no server");
  await resumed.finished("ran");
  const { run } = (await people.read(record.id)) ?? {};
  assert.deepEqual([run?.outcome, run?.note], ["failed", "no server"]);
  assert.deepEqual(events.map(({ type }) => type).slice(-2), ["released", "finished"]);
  assert.deepEqual(await guard.unfinished(), []);
});

test("to close a guard ends all waiting, and takes nothing back", async () => {
  const { guard, people, held } = stand();
  const sent = guard.wrap("email.send", () => 1)(mail);
  const record = await held();
  guard.close();
  const end = await toldBy(sent);
  assert.deepEqual([end.code, end.id], ["unavailable", record.id]);
  assert.match(end.message, /It is still held: .* can be resumed/);
  assert.equal((await people.read(record.id))?.status, "pending");
  const checked = await guard.check({ tool: "file.read" });
  assert.ok(checked.status === "not-run" && checked.told.code === "unavailable");
});

/** `store` whose method `name` fails while `failing.is` is true. */
function failing(store: Store, name: keyof Store) {
  const failing = { is: true };
  const method = store[name] as (...args: unknown[]) => unknown;
  const failed: Store = {
    ...store,
    [name]: async (...args: unknown[]) => {
      if (failing.is) throw new DOMException("no room", "QuotaExceededError");
      return method(...args);
    },
  };
  return { failing, failed };
}

for (const name of ["head", "append", "read", "list", "marks"] as const) {
  test(`e06_quota: if the store fails at \`${name}\`, nothing is held or released, and nothing runs`, async () => {
    const { failing: at, failed } = failing(memoryStore(), name);
    const { guard, people, history } = stand({ store: failed });
    const { ran, run } = recorder();
    const send = guard.wrap("email.send", run);
    const end = await toldBy(send(mail));
    assert.deepEqual([end.code, end.retry, ran], ["unavailable", "later", []]);
    assert.deepEqual(await history(), []);
    at.is = false;
    const record = await hold(guard, call);
    await approve(people, record);
    at.is = true;
    if (name !== "list") {
      const refused = await guard.resume(record.id).catch((error: unknown) => error);
      assert.ok(refused instanceof StoreError || (refused as { status: string }).status === "not-run");
    }
    at.is = false;
    assert.equal((await guard.resume(record.id)).status, "ran");
    assert.equal(ran.length, 1);
  });
}

test("an allowed call does not run if that cannot be recorded", async () => {
  const { failed } = failing(memoryStore(), "append");
  const { guard } = stand({ store: failed });
  const { ran, run } = recorder();
  assert.equal((await toldBy(guard.wrap("file.read", run)({}))).code, "unavailable");
  assert.deepEqual(ran, []);
});

test("what a tool answers is not lost if the outcome cannot be recorded; the observer hears of it", async () => {
  const { failing: at, failed } = failing(memoryStore(), "append");
  at.is = false;
  const { guard, people, held, events } = stand({ store: failed });
  const send = guard.wrap("email.send", () => {
    at.is = true;
    return "sent";
  });
  const sent = send(mail);
  const record = await held();
  await approve(people, record);
  assert.equal(await sent, "sent");
  assert.ok(events.some((event) => event.type === "unrecorded" && event.id === record.id));
  assert.deepEqual(
    (await guard.unfinished()).map(({ kind }) => kind),
    ["unknown"],
  );
});

test("a store that always loses is given up, with nothing recorded", async () => {
  const store = { ...memoryStore(), append: async () => false };
  const { guard, people } = stand({ store });
  const checked = await guard.check(call);
  assert.ok(checked.status === "not-run" && checked.told.code === "unavailable");
  await assert.rejects(people.open(office, call), { name: "StoreError", code: "conflict" });
});

test("a store that fails for a moment while a call waits does not end the waiting", async () => {
  const { failing: at, failed } = failing(memoryStore(), "head");
  at.is = false;
  const { guard, people, held } = stand({ store: failed });
  const sent = guard.wrap("email.send", () => "sent")(mail);
  const record = await held();
  at.is = true;
  await new Promise((resolve) => setTimeout(resolve, 12));
  at.is = false;
  await approve(people, record);
  assert.equal(await sent, "sent");
});

test("e25_missing_policy: without a policy, or with one that cannot answer, nothing runs", async () => {
  const disposed = await loadPolicy("rules: [{ tool: file.read, action: allow }]");
  disposed.dispose();
  const policies = [
    () => Promise.reject(new Error("no policy there")),
    () => undefined as never,
    () => disposed,
    () => {
      throw new EngineError("trapped", "gone");
    },
  ];
  for (const policy of policies) {
    const { guard } = stand({ policy });
    const { ran, run } = recorder();
    assert.equal((await toldBy(guard.wrap("file.read", run)({}))).code, "unavailable");
    assert.deepEqual(ran, []);
  }
  const { guard } = stand();
  assert.equal((await guard.check({ tool: "unknown.tool", args: {} })).status, "pending");
});

test("bug_archie_hq_263: what was spent stays spent, and what expired lets nothing run", async () => {
  const { guard, people, store, clock } = stand();
  const record = await hold(guard, call);
  await approve(people, record);
  assert.equal((await guard.resume(record.id)).status, "ready");
  guard.close();
  const { guard: next } = stand({ store }, clock);
  const again = await next.resume(record.id);
  assert.ok(again.status === "not-run");
  assert.deepEqual([again.told.code, again.told.retry], ["unknown-outcome", "never"]);
  const expired = await hold(next, { ...call, args: { ...mail, subject: "later" } });
  clock.ms = expired.expiresAtMs + 1;
  await assert.rejects(approve(people, expired), { code: "too-late" });
});

test("each end is told by a code of its own", async () => {
  const { guard, people, clock } = stand();
  const codes = new Set<string>();
  const ends = [
    (record: Awaited<ReturnType<typeof hold>>) => reject(people, record),
    ({ id }: { id: string }) => guard.withdraw(id),
    async (record: Awaited<ReturnType<typeof hold>>) => {
      await approve(people, record);
      await people.revoke(record.id);
    },
    async (record: Awaited<ReturnType<typeof hold>>) => {
      clock.ms = record.expiresAtMs;
    },
  ];
  for (const [index, end] of ends.entries()) {
    const record = await hold(guard, { tool: "email.send", args: { [`n${index}`]: 1 } });
    await end(record);
    const resumed = await guard.resume(record.id);
    assert.ok(resumed.status === "not-run");
    codes.add(resumed.told.code);
  }
  assert.deepEqual([...codes].sort(), ["expired", "rejected", "revoked", "withdrawn"]);
});

test("if nobody can tell who is paused, nothing runs", async () => {
  const inner = memoryStore();
  let isDamaged = false;
  const read = async (id: string) => {
    const entries = await inner.read(id);
    const damaged = (entry: (typeof entries)[number]) => ({
      ...entry,
      event: { type: "expire" } as const,
    });
    return id === "pause" && isDamaged ? entries.map(damaged) : entries;
  };
  const { guard, people } = stand({ store: { ...inner, read } });
  await people.pause({ agent: "other", paused: true });
  assert.equal((await guard.check({ tool: "file.read" })).status, "allowed");
  isDamaged = true;
  const checked = await guard.check({ tool: "file.read" });
  assert.ok(checked.status === "not-run" && checked.told.code === "unavailable");
  await assert.rejects(people.paused(), { code: "broken-history" });
});
