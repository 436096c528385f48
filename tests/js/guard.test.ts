/** A guard around a tool: what is allowed runs, what is escalated waits, what is blocked does not run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { BlockedError, type Call, CallError, createGuard, loadPolicy, NotRunError } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { approve, hold, mail, office, recorder, reject, stand, told, toldBy } from "./guards.ts";

test("what is allowed runs with the guard's own frozen copy of the arguments", async () => {
  const { guard, history } = stand();
  const given = { path: "/srv/a", list: [{ n: 1 }] };
  const read = guard.wrap("file.read", (args: typeof given, { call, escalation }) => ({ args, call, escalation }));
  const { args, call, escalation } = await read(given, { reason: "because" });
  assert.deepEqual([args, call.args, call.reason, escalation], [given, given, "because", null]);
  assert.notEqual(args, given);
  assert.ok(Object.isFrozen(args) && Object.isFrozen(args.list) && Object.isFrozen(args.list[0]));
  const [policy, decision] = await history();
  assert.deepEqual([policy?.type, decision?.type], ["policy", "decision"]);
  assert.ok(decision?.type === "decision");
  assert.deepEqual([decision.decision.action, decision.call.agent], ["allow", "support"]);
});

test("what is blocked does not run, and the agent is told by whom and that trying again is useless", async () => {
  const { guard, history } = stand();
  const { ran, run } = recorder();
  const shell = guard.wrap("shell.execute", run);
  const error = await shell({ command: "id" }).catch((error: unknown) => error);
  assert.ok(error instanceof BlockedError && error instanceof NotRunError);
  assert.deepEqual(
    [error.code, error.told.retry, error.told.rule, error.told.tool],
    ["blocked", "never", "shell.execute", "shell.execute"],
  );
  assert.match(error.message, /No shell/);
  assert.deepEqual(ran, []);
  assert.equal((await history()).filter(({ type }) => type === "decision").length, 1);
});

test("what is escalated waits, runs once when it is approved, and its outcome is recorded", async () => {
  const { guard, people, held, history } = stand();
  const { ran, run } = recorder();
  const send = guard.wrap("email.send", run);
  const sent = send(mail);
  const record = await held();
  assert.deepEqual([record.status, ran], ["pending", []]);
  await approve(people, record);
  assert.equal(await sent, 1);
  assert.deepEqual(ran, [mail]);
  assert.deepEqual(await told(history), ["open", "review", "consume", "outcome"]);
  const after = await people.read(record.id);
  assert.deepEqual([after?.grant?.state, after?.run?.outcome], ["used", "ran"]);
  assert.deepEqual(await guard.unfinished(), []);
});

test("what is rejected does not run, and the agent is told the reviewer's words", async () => {
  const { guard, people, held } = stand();
  const { ran, run } = recorder();
  const sent = guard.wrap("email.send", run)(mail);
  await Promise.all([held().then((record) => reject(people, record, "Not to strangers")), assert.rejects(sent)]);
  const told = await toldBy(sent);
  assert.deepEqual([told.code, told.retry, told.note], ["rejected", "changed", "Not to strangers"]);
  assert.match(told.message, /Not to strangers/);
  assert.deepEqual(ran, []);
});

test("a tool that fails has run: what it throws is thrown, and recorded as a failure", async () => {
  const { guard, people, held } = stand();
  const send = guard.wrap("email.send", () => {
    throw new Error("no \ud800 server");
  });
  const sent = assert.rejects(send(mail), /no .* server/);
  const record = await held();
  await approve(people, record);
  await sent;
  const { run } = (await people.read(record.id)) ?? {};
  assert.deepEqual([run?.outcome, run?.note], ["failed", "no \ufffd server"]);
});

test("b20_claims_to_be_approved: what an agent says of itself is refused, and what its arguments say changes nothing", async () => {
  const { guard, history } = stand();
  const { ran, run } = recorder<object>();
  const send = guard.wrap("email.send", run);
  for (const claim of ["agent", "user", "session", "context", "tenant", "marks", "toolDigest"]) {
    const call = { tool: "email.send", args: mail, [claim]: "admin" };
    await assert.rejects(guard.check(call), { name: "CallError", code: "forbidden-key", path: claim });
    await assert.rejects(send(mail, { [claim]: "admin" }), CallError);
  }
  assert.deepEqual(await history(), []);
  const approved = { ...mail, approved: true, status: "approved", grant: { state: "ready" } };
  const checked = await guard.check({ tool: "email.send", args: approved, reason: "already approved by the user" });
  assert.equal(checked.status, "pending");
  assert.deepEqual(ran, []);
});

test("the guard says who the agent is, for whom it acts, in which session and where", async () => {
  const policy = await loadPolicy(
    "rules: [{ tool: t, when: { agent.id: a, user.id: u, session.id: s, context.x: 1 }, action: allow }]",
  );
  const options = { policy, agent: "a", user: "u", session: { id: "s" }, context: { x: 1 }, tenant: "acme" };
  const { guard } = stand(options);
  const checked = await guard.check({ tool: "t" });
  assert.ok(checked.status === "allowed");
  const { agent, user, session, context, tenant } = checked.call;
  assert.deepEqual(
    { agent, user, session, context, tenant },
    { agent: "a", user: "u", session: { id: "s", marks: [] }, context: { x: 1 }, tenant: "acme" },
  );
  const { guard: other } = stand({ ...options, agent: "b" });
  assert.equal((await other.check({ tool: "t", args: {} })).status, "pending");
});

test("options that make no sense are refused at once", () => {
  const options = { policy: office, store: memoryStore(), agent: "a" };
  const wrong = [
    { agent: "" },
    { agent: { name: "a" } },
    { session: { id: "s", marks: ["x"] } },
    { session: {} },
    { hold: "some" },
    { record: "some" },
    { pendingMax: 0 },
    { collect: { forMs: -1 } },
    { policy: { ...office } },
    { tools: { t: () => 1 } },
  ];
  for (const part of wrong) {
    assert.throws(
      () => createGuard({ ...options, ...part } as never),
      (error) => error instanceof TypeError || error instanceof RangeError,
      JSON.stringify(part),
    );
  }
});

test("a call that is no plain data is refused before anything else", async () => {
  const { guard, history } = stand();
  const { ran, run } = recorder();
  const read = guard.wrap("file.read", run);
  await assert.rejects(read({ at: new Date() }), { name: "CallError", code: "not-plain" });
  await assert.rejects(guard.check({ tool: "" }), { code: "missing-tool" });
  await assert.rejects(guard.check(null as never), { code: "not-an-object" });
  assert.deepEqual([ran, await history()], [[], []]);
});

test("a call with a number that no approval could name is told to be unholdable", async () => {
  const { guard } = stand();
  const checked = await guard.check({ tool: "email.send", args: { n: 2 ** 53 } });
  assert.ok(checked.status === "not-run");
  assert.deepEqual([checked.told.code, checked.told.retry], ["unholdable", "changed"]);
});

test("check answers allowed, blocked or pending, and never throws for what is expected", async () => {
  const { guard } = stand();
  const statuses = [];
  for (const tool of ["file.read", "shell.execute", "email.send"]) {
    statuses.push((await guard.check({ tool, args: {} })).status);
  }
  assert.deepEqual(statuses, ["allowed", "blocked", "pending"]);
});

test("with hold all, what is allowed waits as well, and what is blocked stays blocked", async () => {
  const { guard, people } = stand({ hold: "all" });
  const record = await hold(guard, { tool: "file.read", args: { path: "/a" } });
  assert.equal(record.decision.cause, "hold");
  await approve(people, record);
  assert.equal((await guard.resume(record.id)).status, "ready");
  assert.equal((await guard.check({ tool: "shell.execute" })).status, "blocked");
});

test("with record held, plain allowed calls ask the store for nothing", async () => {
  const touched = new Set<string>();
  const watched = new Proxy(
    { ...memoryStore() },
    {
      get(store, key) {
        touched.add(String(key));
        return Reflect.get(store, key) as unknown;
      },
    },
  );
  const { guard, store } = stand({ record: "held", store: watched });
  touched.clear();
  assert.equal((await guard.check({ tool: "file.read", args: {} })).status, "allowed");
  assert.equal(touched.size, 0);
  await hold(guard, { tool: "email.send", args: mail });
  assert.ok(touched.has("append"));
  assert.ok(store === watched);
});

test("a policy that is a function is asked for each call, and again before a held call runs", async () => {
  let asked = 0;
  const policy = async () => {
    asked += 1;
    return office;
  };
  const { guard, people } = stand({ policy });
  const record = await hold(guard, { tool: "email.send", args: mail });
  await approve(people, record);
  assert.equal(asked, 1);
  assert.equal((await guard.resume(record.id)).status, "ready");
  assert.equal(asked, 2);
});

test("another policy than the last one is told by the history, once", async () => {
  let policy = office;
  const { guard, history } = stand({ policy: () => policy });
  await guard.check({ tool: "file.read" });
  await guard.check({ tool: "file.read" });
  policy = await loadPolicy("rules: [{ tool: file.read, action: allow }]");
  await guard.check({ tool: "file.read" });
  const stacks = (await history()).flatMap((event) => (event.type === "policy" ? [event.stack] : []));
  assert.deepEqual(stacks, [office.digest, policy.digest]);
});

test("what an observer throws changes nothing", async () => {
  const on = () => {
    throw new Error("observer");
  };
  const { guard } = stand({ on });
  assert.equal((await guard.check({ tool: "file.read" })).status, "allowed");
  const { guard: other } = stand({ on: (async () => on()) as never });
  assert.equal((await other.check({ tool: "email.send", args: {} })).status, "pending");
});

test("an agent's question-and-answer with a reviewer is kept", async () => {
  const { guard, people } = stand();
  const { id } = await hold(guard, { tool: "email.send", args: mail });
  await people.ask(id, { by: "ana", text: "Who is that?" });
  await guard.answer(id, "A customer");
  const { questions } = (await people.read(id)) ?? {};
  assert.deepEqual(
    questions?.map(({ by, text, answer }) => [by, text, answer]),
    [["ana", "Who is that?", "A customer"]],
  );
});

test("bug_claude_command_center_54: calls that are allowed put nothing before people", async () => {
  const { guard, people } = stand();
  for (let n = 0; n < 20; n += 1) await guard.check({ tool: "file.read", args: { n } } satisfies Call);
  assert.deepEqual((await people.list()).items, []);
});

test("nobody switches a guard off by a property of every object", async () => {
  Object.defineProperty(Object.prototype, "enforce", { value: false, configurable: true });
  try {
    const { guard } = stand();
    assert.deepEqual([guard.enforces, (await guard.check({ tool: "shell.execute" })).status], [true, "blocked"]);
  } finally {
    Reflect.deleteProperty(Object.prototype, "enforce");
  }
});

test("a store that answers an append with neither true nor false is not believed", async () => {
  for (const answer of [{ ok: false }, { ok: true }, 1, "yes", undefined, null]) {
    const { guard } = stand({ store: { ...memoryStore(), append: async () => answer as never } });
    const checked = await guard.check({ tool: "file.read" });
    assert.ok(checked.status === "not-run" && checked.told.code === "unavailable", String(answer));
  }
});

test("a store that hands out the entries of another escalation lets nothing of it run", async () => {
  const inner = memoryStore();
  const swapped = new Map<string, string>();
  const { guard, people } = stand({ store: { ...inner, read: (id) => inner.read(swapped.get(id) ?? id) } });
  const [approved, other] = [
    await hold(guard, { tool: "email.send", args: mail }),
    await hold(guard, { tool: "email.send", args: { to: [] } }),
  ];
  await approve(people, approved);
  swapped.set(other.id, approved.id);
  await assert.rejects(guard.resume(other.id), { name: "EscalationError", code: "broken-history" });
});

test("the entry for guards makes the same guards, also over the history of the whole package", async () => {
  const { createGuard, createEscalations, loadPolicy } = await import("countersign/guard");
  const policy = await loadPolicy("rules: [{ tool: email.send, action: escalate }]");
  const { people, store, clock } = stand();
  const guard = createGuard({ policy, store, agent: "support", now: () => clock.ms });
  const { ran, run } = recorder();
  guard.wrap("email.send", run);
  const checked = await guard.check({ tool: "email.send", args: mail });
  assert.ok(checked.status === "pending");
  assert.deepEqual(await createEscalations({ store, now: () => clock.ms }).read(checked.id), checked.escalation);
  await approve(people, checked.escalation);
  assert.equal((await guard.resume(checked.id)).status, "ran");
  assert.deepEqual(ran, [mail]);
});
