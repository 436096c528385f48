/** What is misspelt, what fails and what never answers: it is told, and lets nothing run. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { createEscalations, createGuard, type GuardEvent, loadPolicy, NotRunError, type Store } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { approve, hold, mail, office, recorder, reject, stand, toldBy } from "./guards.ts";

const call = { tool: "email.send", args: mail };

test("a misspelt option of a guard or of escalations is refused, and the word that was meant is named", () => {
  const options = { policy: office, store: memoryStore(), agent: "a" };
  const misspelt = [
    [{ holds: "all" }, /`holds`; did you mean `hold`\?/],
    [{ verfy: () => null }, /did you mean `verify`\?/],
    [{ colect: { forMs: 1 } }, /did you mean `collect`\?/],
    [{ enforced: true }, /did you mean `enforce`\?/],
    [{ sotre: memoryStore() }, /did you mean `store`\?/],
    [{ colour: "red" }, /what there is: policy, store, agent/],
    [{ collect: { forMs: 1, atmost: 2 } }, /did you mean `atMost`\?/],
    [{ verify: {} }, /`verify` must be a function/],
    [{ on: "held" }, /`on` must be a function/],
    [{ now: 5 }, /`now` must be a function/],
    [{ newId: "x" }, /`newId` must be a function/],
  ] as const;
  for (const [part, message] of misspelt) {
    assert.throws(() => createGuard({ ...options, ...part } as never), { name: "TypeError", message });
  }
  const { store } = options;
  assert.throws(() => createEscalations({ store, verfy: () => null } as never), /did you mean `verify`\?/);
  assert.throws(() => createEscalations({ store, as: { id: "ana" } } as never), /function `sign`/);
  for (const nothing of [undefined, null, "x"]) assert.throws(() => createGuard(nothing as never), TypeError);
});

test("what is no store is refused, and says what a store has", () => {
  const wrong = [
    [undefined, /has no `head`: a store has these nine functions: head, append, read, list, history, usage, marks/],
    [memoryStore, /is a function; call it/],
    [{ append() {} }, /has no `head`/],
    [{ ...memoryStore(), watch: undefined }, /has no `watch`/],
  ] as const;
  for (const [store, message] of wrong) {
    assert.throws(() => createGuard({ policy: office, agent: "a", store } as never), { name: "TypeError", message });
    assert.throws(() => createEscalations({ store } as never), { name: "TypeError", message });
  }
});

test("a call with a misspelt part is refused, and so are misspelt options of a call", async () => {
  const { guard, history } = stand();
  const { ran, run } = recorder();
  const read = guard.wrap("file.read", run);
  const misspelt = { tool: "file.read", arguments: { path: "/etc" } };
  await assert.rejects(guard.check(misspelt), { name: "CallError", code: "unknown-key", path: "arguments" });
  await assert.rejects(read({}, { reasn: "because" } as never), /TypeError: .*`reasn`; did you mean `reason`\?/);
  await assert.rejects(guard.check({ tool: "file.read" }, { singal: null } as never), /did you mean `signal`\?/);
  await assert.rejects(guard.resume("x", { wiat: true } as never), /did you mean `wait`\?/);
  assert.deepEqual([ran, await history()], [[], []]);
});

test("a misspelt part of what a reviewer says is refused, and records nothing", async () => {
  const { guard, people, store } = stand();
  const { id, digest } = await hold(guard, call);
  const { size } = await store.head();
  const inputs: readonly (() => Promise<unknown>)[] = [
    () => people.review(id, { verdict: "approve", digest, comment: "fine" } as never),
    () => people.review(id, undefined as never),
    () => people.edit(id, office, { args: mail, notes: "" } as never),
    () => people.claim(id, { forMS: 5 } as never),
    () => people.ask(id, { txt: "Who?", text: "Who?" } as never),
    () => people.revoke(id, { notes: "no" } as never),
    () => people.pause({ paused: true, agents: "support" } as never),
    () => people.list({ stauts: "pending" } as never),
    () => people.open(office, call, { usages: {} } as never),
  ];
  for (const input of inputs) await assert.rejects(input(), TypeError);
  assert.equal((await store.head()).size, size);
});

test("what failed is told to the observer and is the cause of the error, but not told to the agent", async () => {
  const failed = (events: readonly GuardEvent[]) =>
    events.flatMap((event) => (event.type === "failed" ? [event.error as Error] : []));
  const secret = new Error("password of the policy server");
  const { guard, events } = stand({ policy: () => Promise.reject(secret) });
  const error = await guard
    .wrap(
      "file.read",
      () => 1,
    )({})
    .catch((error: unknown) => error);
  assert.ok(error instanceof NotRunError);
  assert.equal(error.cause, secret);
  assert.doesNotMatch(JSON.stringify(error.told), /password/);
  assert.equal((await guard.check({ tool: "file.read" })).status, "not-run");
  assert.deepEqual(failed(events), [secret, secret]);

  const inner = memoryStore();
  let isDown = false;
  const append: Store["append"] = (each) => (isDown ? Promise.reject(secret) : inner.append(each));
  const held = stand({ store: { ...inner, append } });
  const sent = held.guard.wrap("email.send", () => 1)(mail);
  const record = await held.held();
  await approve(createEscalations({ store: inner, now: () => held.clock.ms }), record);
  isDown = true;
  const refused = (await sent.catch((error: unknown) => error)) as NotRunError;
  assert.equal(((refused.cause as Error).cause as Error).message, secret.message);
  assert.ok(failed(held.events).includes(refused.cause as Error));
});

test("what a guard that verifies holds can be approved, and says so from the beginning", async () => {
  const policy = await loadPolicy("rules: [{ tool: email.send, action: escalate, review: { reviewers: [ana] } }]");
  const verify = async () => null;
  const { guard, held, people } = stand({ policy, verify });
  const record = await hold(guard, call);
  assert.deepEqual([record.unapprovable, (await held()).unapprovable], [null, null]);
  assert.equal((await people.open(policy, call)).unapprovable, null);
  assert.match((await stand({ policy }).people.open(policy, call)).unapprovable ?? "", /reviewers/);
});

test("what people say is the end of a sentence, whatever it ends with", async () => {
  const notes = [
    ["oops", "saying: oops. It did not run."],
    ["No!\n", "saying: No! It did not run."],
    ["Wrong person.", "saying: Wrong person. It did not run."],
    ["because:", "saying: because. It did not run."],
    [" \n", "without saying why. It did not run."],
    [undefined, "without saying why. It did not run."],
  ] as const;
  for (const [note, end] of notes) {
    const { guard, people } = stand();
    const record = await hold(guard, call);
    await reject(people, record, note);
    const resumed = await guard.resume(record.id);
    assert.ok(resumed.status === "not-run");
    assert.ok(resumed.told.message.includes(end), resumed.told.message);
  }
  const { guard, people } = stand();
  const [first, second] = [await hold(guard, call), await hold(guard, { ...call, args: {} })];
  await guard.withdraw(first.id, "oops");
  await approve(people, second);
  await people.revoke(second.id, { note: "wrong" });
  const ends = [await guard.resume(first.id), await guard.resume(second.id)];
  const messages = ends.map((end) => (end.status === "not-run" ? end.told.message : ""));
  for (const message of messages) assert.match(message, /, saying: (oops|wrong)\. It did not run\.$/);
});

test("a call that failed when it was let run is told to have failed, with what the tool said", async () => {
  const { guard, people } = stand();
  const record = await hold(guard, call);
  await approve(people, record);
  const ready = await guard.resume(record.id);
  assert.ok(ready.status === "ready");
  const unknown = await guard.resume(record.id);
  assert.ok(unknown.status === "not-run" && unknown.told.code === "unknown-outcome");
  await ready.finished("failed", "no server");
  const again = await guard.resume(record.id);
  assert.ok(again.status === "not-run");
  assert.deepEqual([again.told.code, again.told.outcome], ["already-run", "failed"]);
  assert.match(again.told.message, /it failed, saying: no server\. It is not run again\.$/);
});

test("a call that is blocked for its rejections is recorded with no marks and nothing used", async () => {
  const policy = await loadPolicy(`
rules:
  - { id: t, tool: t, action: allow, marks: [seen], limit: { calls: 1, per: 365d } }
`);
  const { guard, people, clock, history } = stand({ policy });
  assert.equal((await guard.check({ tool: "t", args: {} })).status, "allowed");
  for (let n = 0; n < 3; n += 1) {
    const record = await hold(guard, { tool: "t", args: { n } });
    assert.deepEqual([record.decision.marks, record.decision.charge.length], [["seen"], 1]);
    await reject(people, record);
    clock.ms += 3_600_000;
  }
  const blocked = await guard.check({ tool: "t", args: {} });
  assert.ok(blocked.status === "blocked");
  assert.equal(blocked.told.cause, "repeat");
  const last = (await history()).at(-1);
  assert.ok(last?.type === "decision");
  assert.deepEqual([last.decision.action, last.decision.marks, last.decision.charge], ["block", [], []]);
});

test("a call that is taken back while the store fails may still be approved, and that is told", async () => {
  const inner = memoryStore();
  let isDown = false;
  const append: Store["append"] = (each) => (isDown ? Promise.reject(new Error("down")) : inner.append(each));
  const { guard, held, events } = stand({ store: { ...inner, append } });
  const controller = new AbortController();
  const { ran, run } = recorder();
  const sent = guard.wrap("email.send", run)(mail, { signal: controller.signal });
  const record = await held();
  isDown = true;
  controller.abort();
  const end = await toldBy(sent);
  assert.deepEqual([end.code, end.id, ran], ["withdrawn", record.id, []]);
  assert.match(end.message, /could not be recorded: people may still see it and approve it/);
  assert.ok(events.some((event) => event.type === "unrecorded" && event.id === record.id));
});

/** A store that answers `name` only once `answer` is called. */
function hanging(name: "head" | "append" | "read") {
  const inner = memoryStore();
  const at: { hangs: boolean; answer: () => void } = { hangs: true, answer: () => undefined };
  const until = new Promise<void>((resolve) => {
    at.answer = resolve;
  });
  const method = inner[name] as (...args: unknown[]) => Promise<unknown>;
  const wait = async (...args: unknown[]) => {
    if (at.hangs) await until;
    return method(...args);
  };
  return { at, store: { ...inner, [name]: wait } as Store };
}

for (const name of ["head", "append", "read"] as const) {
  test(`whoever aborts, or closes the guard, waits no longer for a store that never answers \`${name}\``, async () => {
    const { store } = hanging(name);
    const { guard } = stand({ store });
    const { ran, run } = recorder();
    const send = guard.wrap("email.send", run);
    const controller = new AbortController();
    const { signal } = controller;
    const ends = [toldBy(send(mail, { signal })), guard.check(call, { signal })] as const;
    const closed = toldBy(send(mail));
    controller.abort();
    assert.equal((await ends[0]).code, "withdrawn");
    const checked = await ends[1];
    assert.ok(checked.status === "not-run" && checked.told.code === "withdrawn");
    guard.close();
    assert.equal((await closed).code, "unavailable");
    assert.deepEqual(ran, []);
  });
}

test("a call that is held after its caller has given up is taken back", async () => {
  const { at, store } = hanging("append");
  const { guard, held, people } = stand({ store });
  const controller = new AbortController();
  const sent = toldBy(guard.wrap("email.send", () => 1)(mail, { signal: controller.signal }));
  controller.abort();
  await sent;
  at.answer();
  const { id } = await held();
  let status: string | undefined;
  while (status !== "withdrawn") status = (await people.read(id))?.status;
});

test("a grant that is used after its caller has given up runs nothing, and is recorded as not run", async () => {
  const { at, store } = hanging("append");
  at.hangs = false;
  const { guard, people } = stand({ store });
  const { ran, run } = recorder();
  guard.wrap("email.send", run);
  const record = await hold(guard, call);
  await approve(people, record);
  at.hangs = true;
  const controller = new AbortController();
  const resumed = guard.resume(record.id, { signal: controller.signal });
  await new Promise((resolve) => setTimeout(resolve, 50));
  controller.abort();
  const end = await resumed;
  assert.ok(end.status === "not-run");
  assert.equal(end.told.code, "withdrawn");
  at.answer();
  let outcome: unknown;
  while (!outcome) outcome = (await people.read(record.id))?.run?.outcome;
  assert.deepEqual([outcome, ran, await guard.unfinished()], ["failed", [], []]);
});

test("a call that hangs at the store does not hold the others of its process for ever", async () => {
  const inner = memoryStore();
  let appends = 0;
  const append: Store["append"] = (each) => {
    appends += 1;
    return appends === 1 ? new Promise(() => undefined) : inner.append(each);
  };
  const { guard } = stand({ store: { ...inner, append } });
  void guard.check({ tool: "file.read", args: {} });
  assert.equal((await guard.check({ tool: "file.read", args: {} })).status, "allowed");
});

test("many calls that wait, for one signal or none, draw no warning of Node", async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on("warning", onWarning);
  const { guard, held } = stand();
  const { signal } = new AbortController();
  const send = guard.wrap("email.send", () => 1);
  const all = Array.from({ length: 15 }, (_, n) => toldBy(send({ ...mail, subject: `${n}` }, { signal })));
  for (const _ of all) await held();
  await new Promise((resolve) => setTimeout(resolve, 10));
  guard.close();
  const codes = (await Promise.all(all)).map(({ code }) => code);
  process.off("warning", onWarning);
  assert.deepEqual([warnings, new Set(codes)], [[], new Set(["unavailable"])]);
});

test("no part of the guard needs, at run time, a part that needs it", () => {
  const folder = new URL("../../pkg/src/guarding/", import.meta.url);
  const needs = new Map(
    readdirSync(folder).map((name) => {
      const text = readFileSync(new URL(name, folder), "utf8");
      const imports = text.matchAll(/^import (?!type )[^;]*?from "\.\/([\w-]+)\.js";/gm);
      return [name.replace(/\.ts$/, ""), [...imports].map(([, needed = ""]) => needed)];
    }),
  );
  assert.ok(needs.get("create")?.includes("deciding"));
  const visit = (name: string, above: readonly string[]): void => {
    assert.ok(!above.includes(name), [...above, name].join(" → "));
    for (const needed of needs.get(name) ?? []) visit(needed, [...above, name]);
  };
  for (const name of needs.keys()) visit(name, []);
});
