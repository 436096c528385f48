/** What an attacker found: each of these let something run, or hid something, before it was mended. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createEscalations,
  type DecidingPolicy,
  type Entry,
  type GuardOptions,
  loadPolicy,
  reviewSigner,
  reviewVerifier,
  type Store,
} from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { approve, hold, mail, reject, stand } from "./guards.ts";

const call = { tool: "email.send", args: mail };
const minute = 60_000;

test("b14_policy_published_while_a_verifier_answers: the policy as it is when the call would run decides", async () => {
  let policy: DecidingPolicy = await loadPolicy(
    "rules: [{ tool: '*', action: escalate, review: { reviewers: [ana] } }]",
  );
  const blocking = await loadPolicy("rules: [{ tool: '*', action: block }]");
  let publishes = false;
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const known = reviewVerifier({ ana: { key: keys.publicKey } });
  const verify: GuardOptions["verify"] = async (...asked) => {
    if (publishes) policy = blocking;
    return known(...asked);
  };
  const { guard, store, clock } = stand({ policy: () => policy, verify });
  const record = await hold(guard, call);
  const ana = createEscalations({
    store,
    now: () => clock.ms,
    as: reviewSigner({ id: "ana", key: keys.privateKey }),
    verify,
  });
  await approve(ana, record);
  publishes = true;
  const resumed = await guard.resume(record.id);
  assert.ok(resumed.status === "not-run");
  assert.equal(resumed.told.code, "policy-changed");
});

test("b06_another_session_or_user: an approval is used in the session and for the user it was given for", async () => {
  const store = memoryStore();
  const alice = stand({ store, session: "a", user: "alice" });
  const record = await hold(alice.guard, call);
  await approve(alice.people, record);
  for (const other of [{ session: "b", user: "alice" }, { session: "a", user: "bob" }, { session: "a" }]) {
    const guard = stand({ store, ...other }, alice.clock).guard;
    await assert.rejects(guard.resume(record.id), { code: "other-guard" }, JSON.stringify(other));
  }
  assert.equal((await alice.guard.resume(record.id)).status, "ready");
});

test("an approval ends when the part of the context that the policy reads is another", async () => {
  const policy = await loadPolicy(
    "rules: [{ tool: '*', when: { context.frozen: true }, action: block }, { tool: '*', action: escalate }]",
  );
  const store = memoryStore();
  const before = stand({ store, policy, context: { frozen: false, time: 1 } });
  const record = await hold(before.guard, call);
  await approve(before.people, record);
  const frozen = await stand({ store, policy, context: { frozen: true, time: 1 } }, before.clock).guard.resume(
    record.id,
  );
  assert.ok(frozen.status === "not-run");
  assert.equal(frozen.told.code, "policy-changed");
  const later = stand({ store, policy, context: { frozen: false, time: 2 } }, before.clock).guard;
  assert.equal((await later.resume(record.id)).status, "ready");
});

test("c02_allowed_calls_too: after the third rejection the tool does not run in this session, whatever a rule allows", async () => {
  const policy = await loadPolicy(
    "rules: [{ tool: sh, when: { args.safe: true }, action: allow }, { tool: sh, action: escalate }]",
  );
  const { guard, people, clock } = stand({ policy });
  for (const n of [1, 2, 3]) {
    await reject(people, await hold(guard, { tool: "sh", args: { safe: false, n } }));
    clock.ms += 10 * minute;
  }
  const allowed = await guard.check({ tool: "sh", args: { safe: true, n: 1 } });
  assert.ok(allowed.status === "blocked");
  assert.deepEqual([allowed.told.code, allowed.decision?.cause], ["blocked", "repeat"]);
});

test("b24_hidden_behind_others: sixty other calls of the tool do not make a rejection forgotten", async () => {
  const { guard, people, clock } = stand({ pendingMax: 200 });
  await reject(people, await hold(guard, call));
  clock.ms += 10 * minute;
  for (let n = 0; n < 60; n += 1) await hold(guard, { tool: "email.send", args: { other: n, more: n } });
  const again = await hold(guard, call);
  assert.equal(again.links.rejected.length, 1);
});

test("a signed approval counts in no other history, and not again after an edit was undone", async () => {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const verify = reviewVerifier({ ana: { key: keys.publicKey } });
  const policy = await loadPolicy(
    "rules: [{ tool: '*', action: escalate, review: { reviewers: [ana], editable: [args.subject] } }]",
  );
  const texts = new Set<string>();
  const signer = reviewSigner({ id: "ana", key: keys.privateKey });
  const as = {
    id: "ana",
    sign: async (text: string) => {
      texts.add(text);
      return signer.sign(text);
    },
  };
  for (const store of [memoryStore(), memoryStore()]) {
    const { guard, clock } = stand({ store, policy, verify, newId: () => "the-same" });
    const ana = createEscalations({ store, now: () => clock.ms, as, verify });
    const first = await hold(guard, call);
    await ana.edit(first.id, policy, { args: { ...mail, subject: "other" } });
    const back = await ana.edit(first.id, policy, { args: mail });
    assert.equal(back.digest, first.digest);
    assert.equal((await approve(ana, back)).status, "approved");
  }
  assert.equal(texts.size, 2, "what was signed of the same call is about one history each");
});

test("a17_too_large_to_read: what nobody can read is not put before anybody, and the history does not keep it whole", async () => {
  const { guard, store } = stand();
  const large = { tool: "email.send", args: { body: "x".repeat(600_000) } };
  const checked = await guard.check(large);
  assert.ok(checked.status === "not-run");
  assert.deepEqual([checked.told.code, checked.told.retry], ["unholdable", "changed"]);
  assert.equal((await guard.check({ tool: "file.read", args: large.args })).status, "allowed");
  const entries = await store.history({ from: 0, limit: 10 });
  assert.ok(JSON.stringify(entries).length < 10_000);
});

test("a grant that this process has used stays used, whatever the store says afterwards", async () => {
  const kept = memoryStore();
  let forgets: readonly Entry[] | null = null;
  const store: Store = { ...kept, read: async (id) => forgets ?? kept.read(id) };
  const { guard, people } = stand({ store });
  const record = await hold(guard, call);
  await approve(people, record);
  const before = await kept.read(record.id);
  assert.equal((await guard.resume(record.id)).status, "ready");
  forgets = before;
  const again = await guard.resume(record.id);
  assert.ok(again.status === "not-run");
  assert.equal(again.told.code, "unavailable");
});

test("a clock that is behind hinders nobody from stopping an agent: pause, reject, undo", async () => {
  const { guard, people, clock } = stand();
  const [held, approved] = [
    await hold(guard, call),
    await hold(guard, { tool: "email.send", args: { other: 1, more: 2 } }),
  ];
  await approve(people, approved);
  clock.ms -= 60 * minute;
  await assert.rejects(approve(people, held), { code: "clock-behind" });
  assert.equal((await reject(people, held)).status, "rejected");
  assert.equal((await people.revoke(approved.id)).grant?.state, "revoked");
  await people.pause({ paused: true });
  assert.deepEqual(await people.paused(), [null]);
  await assert.rejects(people.pause({ paused: false }), { code: "clock-behind" });
});

test("an approval that never counts does not fill the cap for ever", async () => {
  const policy = await loadPolicy("rules: [{ tool: '*', action: escalate, review: { reviewers: [ana] } }]");
  const { guard, store, clock } = stand({ policy, verify: async () => null, pendingMax: 1 });
  const record = await hold(guard, call);
  const junk = createEscalations({ store, now: () => clock.ms, as: { id: "ana", sign: async () => "junk" } });
  await approve(junk, record);
  const other = { tool: "email.send", args: { other: 1, more: 2 } };
  assert.equal((await guard.check(other)).status, "not-run");
  clock.ms += 60 * minute;
  assert.equal((await guard.check(other)).status, "pending");
});
