/** An approval lets exactly the call run that the reviewer saw, once, for the guard that held it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadPolicy } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { approve, hold, mail, office, recorder, stand, told, toldBy } from "./guards.ts";

test("b01_args_change_after_approval: what runs is what was approved, whatever becomes of the caller's object", async () => {
  const { guard, people, held, clock } = stand();
  const { ran, run } = recorder();
  const send = guard.wrap("email.send", run);
  for (const changes of ["before", "after"] as const) {
    const args = { to: ["a@acme.com"], subject: "hi" };
    const change = () => {
      args.to[0] = "eve@evil.example";
      args.subject = "changed";
    };
    const sent = send(args);
    const record = await held();
    if (changes === "before") change();
    const { id, digest } = record;
    await people.review(id, { verdict: "approve", digest, undoMs: 1000 });
    if (changes === "after") change();
    clock.ms += 1000;
    await sent;
  }
  assert.deepEqual(ran, [mail, mail]);
});

test("b02_hook_rewrites_args: a tool cannot change what it was given, nor what is recorded", async () => {
  const { guard, people, held } = stand();
  const send = guard.wrap("email.send", (args: { to: string[]; subject: string }) => {
    assert.throws(() => args.to.push("eve@evil.example"), TypeError);
    assert.throws(() => {
      args.subject = "changed";
    }, TypeError);
    return args;
  });
  const sent = send({ to: ["a@acme.com"], subject: "hi" });
  await approve(people, await held());
  assert.deepEqual(await sent, mail);
});

test("bug_pydantic_ai_6968: what a hook makes of the arguments after approval is not what runs", async () => {
  const { guard, people } = stand();
  const { ran, run } = recorder();
  guard.wrap("email.send", run);
  const record = await hold(guard, { tool: "email.send", args: mail });
  await approve(people, record);
  // The hook offers its own version: that is another call, and waits by itself.
  const rewritten = await guard.check({ tool: "email.send", args: { ...mail, to: ["eve@evil.example"] } });
  assert.equal(rewritten.status, "pending");
  assert.equal((await guard.resume(record.id)).status, "ran");
  assert.deepEqual(ran, [mail]);
});

test("b03_used_twice: a grant is used once, and the second is told that nobody runs it again", async () => {
  const { guard, people } = stand();
  const { ran, run } = recorder();
  guard.wrap("email.send", run);
  const record = await hold(guard, { tool: "email.send", args: mail });
  await approve(people, record);
  assert.equal((await guard.resume(record.id)).status, "ran");
  const again = await guard.resume(record.id);
  assert.ok(again.status === "not-run");
  assert.deepEqual([again.told.code, again.told.outcome, again.told.retry], ["already-run", "ran", "never"]);
  assert.equal(ran.length, 1);
});

test("b06_grant_of_another: another agent, tenant or app does not run what this guard holds", async () => {
  const { guard, people, store, clock } = stand({ tenant: "acme" });
  const record = await hold(guard, { tool: "email.send", args: mail });
  await approve(people, record);
  for (const other of [{ agent: "sales", tenant: "acme" }, { tenant: "other" }, {}]) {
    const { guard: stranger } = stand({ ...other, store }, clock);
    for (const wait of [false, true]) {
      await assert.rejects(stranger.resume(record.id, { wait }), { name: "EscalationError", code: "other-guard" });
    }
    await assert.rejects(stranger.withdraw(record.id), { code: "other-guard" });
    await assert.rejects(stranger.answer(record.id, "x"), { code: "other-guard" });
    assert.deepEqual(await stranger.unfinished(), []);
  }
  const free = await people.open(office, { tool: "email.send", args: mail, agent: "support" });
  await approve(people, free);
  await assert.rejects(guard.resume(free.id), { code: "other-guard" });
  // None of that used it up.
  assert.equal((await guard.resume(record.id)).status, "ready");
});

test("b06_session: an approval in one session does not cover the same call in another", async () => {
  const { guard, people, store, clock } = stand();
  const record = await hold(guard, { tool: "email.send", args: mail });
  await approve(people, record);
  const { guard: other } = stand({ store, session: "s2" }, clock);
  assert.equal((await other.check({ tool: "email.send", args: mail })).status, "pending");
});

test("b07_other_tool: the same arguments to another tool or server are another call", async () => {
  const policy = await loadPolicy("rules: [{ tool: '**', action: escalate }]");
  const { guard, people } = stand({ policy });
  const record = await hold(guard, { tool: "mail/send", args: mail });
  await approve(people, record);
  for (const tool of ["other/send", "mail/delete"]) {
    const other = await hold(guard, { tool, args: mail });
    assert.notEqual(other.digest, record.digest);
    await assert.rejects(people.review(other.id, { verdict: "approve", digest: record.digest }), {
      code: "digest-mismatch",
    });
    assert.equal((await guard.resume(other.id)).status, "pending");
  }
  const resumed = await guard.resume(record.id);
  assert.ok(resumed.status === "ready");
  assert.deepEqual([resumed.call.tool, resumed.call.args], ["mail/send", mail]);
  assert.equal((await guard.check({ tool: "other/send", args: mail })).status, "pending");
});

test("bug_orka_306: an id that comes back with other arguments is another call", async () => {
  const { guard, people } = stand({ policy: await loadPolicy("rules: [{ tool: fs.remove, action: escalate }]") });
  const record = await hold(guard, { tool: "fs.remove", args: { id: "call-1", path: "/tmp/a" } });
  await approve(people, record);
  const other = await guard.check({ tool: "fs.remove", args: { id: "call-1", path: "/" } });
  assert.ok(other.status === "pending");
  assert.notEqual(other.escalation.digest, record.digest);
});

test("bug_pi_mcp_adapter_367: approving a tool once approves no later call of it", async () => {
  const { guard, people, held } = stand();
  const { ran, run } = recorder();
  const send = guard.wrap("email.send", run);
  const first = send(mail);
  await approve(people, await held());
  await first;
  for (const args of [mail, { ...mail, subject: "other" }]) {
    const again = send(args);
    const record = await held();
    assert.deepEqual([record.status, ran.length], ["pending", 1]);
    await guard.withdraw(record.id);
    assert.equal((await toldBy(again)).code, "withdrawn");
  }
});

test("b18_allow_for_session: nothing that a reviewer can say covers more than one call", async () => {
  const { guard, people } = stand();
  const record = await hold(guard, { tool: "email.send", args: mail });
  const approval = { verdict: "approve", digest: record.digest, note: "allow for session" } as const;
  const forSession = { ...approval, scope: "session" };
  await assert.rejects(people.review(record.id, forSession), /TypeError: a review must not have `scope`/);
  assert.equal((await people.read(record.id))?.status, "pending");
  await people.review(record.id, approval);
  assert.equal((await guard.resume(record.id)).status, "ready");
  assert.equal((await guard.check({ tool: "email.send", args: mail })).status, "pending");
});

test("b08_absent_null_empty: no arguments, null and empty ones are told apart", async () => {
  const { guard, people } = stand();
  const absent = await guard.check({ tool: "email.send" });
  assert.ok(absent.status === "not-run", absent.status);
  assert.deepEqual([absent.told.code, absent.told.retry], ["unholdable", "changed"]);
  assert.match(absent.told.message, /one without arguments says `args: \{\}`\. It did not run\./);
  assert.deepEqual((await people.list()).items, []);
  await hold(guard, { tool: "email.send", args: {} });
  await assert.rejects(guard.check({ tool: "email.send", args: null as never }), { code: "wrong-type" });
  assert.equal((await guard.check({ tool: "file.read" })).status, "allowed");
});

test("bug_agenta_4854: a call without arguments is not put before a person, and an approval of empty ones covers no others", async () => {
  const { guard, people } = stand();
  assert.equal((await guard.check({ tool: "email.send" })).status, "not-run");
  const empty = await hold(guard, { tool: "email.send", args: {} });
  await approve(people, empty);
  for (const args of [{ to: null }, mail]) {
    const checked = await guard.check({ tool: "email.send", args });
    assert.ok(checked.status === "pending");
    assert.notEqual(checked.escalation.digest, empty.digest);
  }
});

test("a wrapped tool that is called without arguments has empty ones", async () => {
  const { guard, people, held } = stand();
  const { ran, run } = recorder<object | undefined>();
  const sent = guard.wrap("email.send", run)(undefined);
  const record = await held();
  assert.deepEqual(record.call.args, {});
  await approve(people, record);
  await sent;
  assert.deepEqual(ran, [{}]);
});

test("bug_guren_621: another password is another call, though a reader sees both hidden", async () => {
  const policy = await loadPolicy("rules: [{ tool: login, action: escalate }]");
  const { guard } = stand({ policy });
  const first = await hold(guard, { tool: "login", args: { password: "a" } });
  const second = await hold(guard, { tool: "login", args: { password: "b" } });
  assert.notEqual(first.digest, second.digest);
});

test("bug_xaidr_1: every argument counts, and a number is not its text", async () => {
  const policy = await loadPolicy("rules: [{ tool: pay, action: escalate }]");
  const { guard } = stand({ policy, pendingMax: 50 });
  const variants = [
    { amount: 40 },
    { amount: "40.0" },
    { amount: "40" },
    { amount: 40, to: "a" },
    { amount: 40, to: "b" },
  ];
  const digests = [];
  for (const args of variants) digests.push((await hold(guard, { tool: "pay", args })).digest);
  assert.equal(new Set(digests).size, variants.length);
  assert.equal((await hold(guard, { tool: "pay", args: { amount: 40.0 } })).digest, digests[0]);
});

test("b15_tool_changed: an approval ends when the tool describes itself in another way, and is not used up", async () => {
  const before = { "email.send": { description: "Sends mail", inputSchema: { type: "object", a: 1, b: 2 } } };
  const same = { "email.send": { inputSchema: { b: 2, a: 1, type: "object" }, description: "Sends mail" } };
  const after = { "email.send": { ...before["email.send"], description: "Sends mail, and a copy to eve" } };
  const { guard, people, store, clock } = stand({ tools: before });
  const record = await hold(guard, { tool: "email.send", args: mail });
  assert.match(record.call.toolDigest ?? "", /^sha256:[0-9a-f]{64}$/);
  await approve(people, record);
  for (const tools of [after, {}]) {
    const resumed = await stand({ store, tools }, clock).guard.resume(record.id);
    assert.ok(resumed.status === "not-run");
    assert.equal(resumed.told.code, "policy-changed");
  }
  assert.equal((await stand({ store, tools: same }, clock).guard.resume(record.id)).status, "ready");
});

test("b16_look_alike: a name that looks like an allowed one is not allowed", async () => {
  const { guard } = stand();
  assert.equal((await guard.check({ tool: "file.read" })).status, "allowed");
  for (const tool of ["File.read", "file_read", "file.re\u0430d", "other/file.read", "file.read "]) {
    const checked = await guard.check({ tool, args: {} });
    assert.ok(checked.status === "pending", tool);
  }
});

test("names like __proto__ are names like any other", async () => {
  const policy = await loadPolicy("rules: [{ tool: '*', action: escalate }]");
  const { guard, people } = stand({ policy, agent: "__proto__", session: "constructor" });
  const { ran, run } = recorder();
  guard.wrap("__proto__", run);
  const record = await hold(guard, { tool: "__proto__", args: { constructor: 1 } });
  assert.equal(record.call.toolDigest, undefined);
  await approve(people, record);
  assert.equal((await guard.resume(record.id)).status, "ran");
  assert.deepEqual(ran, [{ constructor: 1 }]);
});

test("bug_inspect_ai_4944: the wrapped tool itself asks, whoever calls it", async () => {
  const { guard } = stand();
  const { ran, run } = recorder();
  const shell = guard.wrap("shell.execute", run);
  const elsewhere: { readonly tools: Map<string, typeof shell> } = { tools: new Map([["x", shell]]) };
  assert.equal((await toldBy(elsewhere.tools.get("x")?.({ command: "id" }) ?? Promise.resolve())).code, "blocked");
  assert.deepEqual(ran, []);
});

test("bug_omnigent_3998: what does not match uses nothing up", async () => {
  let policy = office;
  const { guard, people } = stand({ policy: () => policy });
  const record = await hold(guard, { tool: "email.send", args: mail });
  await approve(people, record);
  policy = await loadPolicy("rules: [{ tool: email.send, action: block }]");
  const refused = await guard.resume(record.id);
  assert.ok(refused.status === "not-run");
  assert.equal(refused.told.code, "policy-changed");
  policy = office;
  assert.equal((await guard.resume(record.id)).status, "ready");
});

const { COUNTERSIGN_ROUNDS = "1000" } = process.env;
const rounds = Number(COUNTERSIGN_ROUNDS);
for (const contenders of [2, 8]) {
  test(`b04_two_workers_consume_at_once: in ${rounds} rounds one of ${contenders} guards that use one grant runs it`, async () => {
    const store = memoryStore();
    const clock = { ms: 1_800_000_000_000 };
    const policy = await loadPolicy("rules: [{ tool: t, action: escalate }]");
    // Each has a store object of its own, so that they do not take turns as those of one process do.
    const guards = Array.from({ length: contenders }, () =>
      stand({ store: { ...store }, policy, record: "held" }, clock),
    );
    const [first] = guards;
    assert.ok(first);
    for (let round = 0; round < rounds; round += 1) {
      const record = await hold(first.guard, { tool: "t", args: { round } });
      await approve(first.people, record);
      const ends = await Promise.all(guards.map(({ guard }) => guard.resume(record.id)));
      const statuses = ends.map(({ status }) => status).sort();
      assert.deepEqual(statuses, [...Array(contenders - 1).fill("not-run"), "ready"]);
    }
  });

  test(`e08_two_decide_one_item: in ${rounds} rounds one of ${contenders} answers at once closes an escalation`, async () => {
    const { guard, people, store, clock } = stand({
      policy: await loadPolicy("rules: [{ tool: t, action: escalate }]"),
    });
    const all = Array.from({ length: contenders }, () => stand({ store: { ...store } }, clock).people);
    for (let round = 0; round < rounds; round += 1) {
      const { id, digest } = await hold(guard, { tool: "t", args: { [`round ${round}`]: true } });
      const answers = all.map((people, index) =>
        people.review(id, { verdict: index % 2 ? "approve" : "reject", digest }),
      );
      const settled = await Promise.allSettled(answers);
      const [winner, ...others] = settled.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
      assert.ok(winner && others.length === 0);
      assert.equal((await people.read(id))?.status, winner.status);
    }
  });
}

test("two that wait for one call in one process run it once", async () => {
  const { guard, people, history } = stand();
  const { ran, run } = recorder();
  guard.wrap("email.send", run);
  const record = await hold(guard, { tool: "email.send", args: mail });
  const both = [guard.resume(record.id, { wait: true }), guard.resume(record.id, { wait: true })];
  await approve(people, record);
  const statuses = (await Promise.all(both)).map(({ status }) => status);
  assert.deepEqual([statuses.sort(), ran.length], [["not-run", "ran"], 1]);
  assert.deepEqual(await told(history), ["open", "review", "consume", "outcome"]);
});
