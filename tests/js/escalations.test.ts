/** From a held call to the one answer that counts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Call,
  createEscalations,
  type Digest,
  EscalationError,
  loadPolicy,
  type Policy,
  type ReviewInput,
  type Store,
  StoreError,
} from "countersign";
import { memoryStore } from "countersign/stores/memory";

const policy = await loadPolicy(`
rules:
  - { tool: email.send, action: escalate, reason: Mail leaves the company }
  - { tool: file.read, action: allow }
  - { tool: shell.execute, action: block }
`);
const mail: Call = { tool: "email.send", args: { to: ["a@acme.com"], subject: "hi" } };
const otherDigest: Digest = `sha256:${"0".repeat(64)}`;

/** A store, a clock that is set by hand, and ids that count. */
function setUp(store: Store = memoryStore()) {
  const clock = { ms: 1000 };
  let ids = 0;
  const newId = () => {
    ids += 1;
    return `id${ids}`;
  };
  return { store, clock, escalations: createEscalations({ store, now: () => clock.ms, newId }) };
}

test("what was used of limits counts when a call is held, as when it is decided", async () => {
  const limited = "rules:\n  - { id: r, tool: t, action: allow, limit: { calls: 3, per: 1h, then: block } }\n";
  const policy = await loadPolicy([limited, "rules:\n  - { tool: t, action: escalate }\n"]);
  const escalations = createEscalations({ store: memoryStore() });
  const call = { tool: "t" };
  const [bucket] = policy.decide(call).charge.map((charge) => charge.bucket);
  assert.ok(bucket);
  await assert.rejects(escalations.open(policy, call), { code: "not-escalated" });
  const held = await escalations.open(policy, call, { usage: { [bucket]: 0 } });
  assert.deepEqual([held.status, held.decision.undecidable], ["pending", []]);
  await assert.rejects(escalations.open(policy, call, { usage: { [bucket]: -1 } }), RangeError);
});

test("an escalated call is held with everything a reviewer needs", async () => {
  const { escalations } = setUp();
  const held = await escalations.open(policy, mail);
  assert.deepEqual(held, {
    id: "id1",
    status: "pending",
    openedAtMs: 1000,
    expiresAtMs: 1000 + 30 * 60_000,
    closedAtMs: null,
    unapprovable: null,
    approvalsMissing: 1,
    call: mail,
    digest: held.digest,
    covers: [],
    decision: policy.decide(mail),
    original: null,
    reviews: [],
    grant: null,
    run: null,
    claim: null,
    questions: [],
    guard: "-",
    batch: null,
    links: { rejected: [], unknown: [] },
    closingNote: null,
  });
  assert.match(held.digest, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(await escalations.read("id1"), held);
  assert.ok(Object.isFrozen(held) && Object.isFrozen(held.call.args));
});

test("without a clock and ids of one's own the system's are used", async () => {
  const escalations = createEscalations({ store: memoryStore() });
  const before = Date.now();
  const [first, second] = [await escalations.open(policy, mail), await escalations.open(policy, mail)];
  assert.ok(first.openedAtMs >= before && first.openedAtMs <= Date.now());
  assert.match(first.id, /^[0-9a-f]{32}$/);
  assert.notEqual(first.id, second.id);
  assert.equal(first.digest, second.digest);
});

test("what is allowed or blocked is not held", async () => {
  const { escalations, store } = setUp();
  for (const tool of ["file.read", "shell.execute"]) {
    await assert.rejects(escalations.open(policy, { tool }), { name: "EscalationError", code: "not-escalated" });
  }
  assert.deepEqual((await store.list({ filter: { all: true }, limit: 9 })).items, []);
});

test("what is no call is not held", async () => {
  const { escalations, store } = setUp();
  const calls = [{ tool: "email.send", args: { at: new Date() } }, { args: {} }, null];
  for (const call of calls) await assert.rejects(escalations.open(policy, call as Call), { name: "CallError" });
  const tooExact = escalations.open(policy, { tool: "email.send", args: { n: 2 ** 53 } });
  await assert.rejects(tooExact, { name: "EscalationError", code: "no-digest" });
  assert.deepEqual((await store.list({ filter: { all: true }, limit: 9 })).items, []);
});

test("a policy that is not from loadPolicy, or was disposed, holds nothing", async () => {
  const { escalations } = setUp();
  const disposed = await loadPolicy("rules: [{ tool: a, action: escalate }]");
  disposed.dispose();
  for (const stranger of [disposed, { ...policy } as Policy]) {
    await assert.rejects(escalations.open(stranger, mail), TypeError);
  }
});

for (const [verdict, status] of [
  ["approve", "approved"],
  ["reject", "rejected"],
] as const) {
  test(`to ${verdict} closes the escalation as ${status}, once and for all`, async () => {
    const { escalations, clock } = setUp();
    const { id, digest } = await escalations.open(policy, mail);
    clock.ms = 5000;
    const closed = await escalations.review(id, { verdict, note: "because", digest });
    assert.equal(closed.status, status);
    const [review] = closed.reviews;
    assert.deepEqual([review?.verdict, review?.note, review?.atMs, review?.counts], [verdict, "because", 5000, true]);
    assert.equal(closed.closedAtMs, 5000);
    assert.equal(closed.grant?.state ?? null, verdict === "approve" ? "ready" : null);
    assert.deepEqual(await escalations.read(id), closed);
    for (const again of ["approve", "reject"] as const) {
      await assert.rejects(escalations.review(id, { verdict: again, digest }), { code: "already-closed" });
    }
    assert.deepEqual(await escalations.read(id), closed);
  });
}

test("an approval covers the call that was shown and no other", async () => {
  const { escalations } = setUp();
  const { id, digest } = await escalations.open(policy, mail);
  const other = await escalations.open(policy, { ...mail, args: { to: ["evil@example.com"], subject: "hi" } });
  assert.notEqual(other.digest, digest);
  const wrongs = [other.digest, otherDigest, digest.toUpperCase(), digest.slice(0, -1), "", "sha256:"] as Digest[];
  for (const wrong of wrongs) {
    await assert.rejects(escalations.review(id, { verdict: "approve", digest: wrong }), { code: "digest-mismatch" });
  }
  assert.equal((await escalations.read(id))?.status, "pending");
});

test("b19_late_click: a call that has waited too long can no longer be answered, and is recorded as expired", async () => {
  const { escalations, clock, store } = setUp();
  const { id, digest, expiresAtMs } = await escalations.open(policy, mail);
  clock.ms = expiresAtMs - 1;
  assert.deepEqual(
    (await escalations.list({ status: "pending" })).items.map(({ id }) => id),
    [id],
  );
  clock.ms = expiresAtMs;
  for (const verdict of ["approve", "reject"] as const) {
    await assert.rejects(escalations.review(id, { verdict, digest }), { code: "too-late" });
  }
  assert.equal((await escalations.read(id))?.status, "expired");
  assert.equal((await store.read(id)).length, 1);
  assert.deepEqual(
    (await escalations.list({ status: "expired" })).items.map(({ id, status }) => [id, status]),
    [[id, "expired"]],
  );
  assert.deepEqual(
    (await store.read(id)).map(({ event }) => event.type),
    ["open", "expire"],
  );
  // However often it is listed, and whatever the clock says then.
  clock.ms = 1000;
  assert.deepEqual((await escalations.list({ status: "pending" })).items, []);
  assert.equal((await store.read(id)).length, 2);
});

test("a page of what is pending is full though much has expired", async () => {
  const { escalations, clock, store } = setUp();
  for (let n = 0; n < 3; n += 1) await escalations.open(policy, { ...mail, args: { [`old${n}`]: 1 } });
  clock.ms += 20 * 60_000;
  const fresh = [];
  for (let n = 0; n < 3; n += 1) fresh.push((await escalations.open(policy, { ...mail, args: { [`new${n}`]: 1 } })).id);
  clock.ms += 11 * 60_000;
  const shown = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof escalations.list>> = await escalations.list({
      status: "pending",
      limit: 2,
      ...(after && { after }),
    });
    shown.push(...page.items.map(({ id }) => id));
    after = page.next;
  } while (after !== null);
  assert.deepEqual(shown, fresh.toReversed());
  const { items } = await store.list({ filter: { status: "expired" }, limit: 9 });
  assert.equal(items.length, 3);
});

for (const terms of ["{ reviewers: [ann] }", "{ quorum: 2 }"]) {
  test(`where nobody can verify who reviews, ${terms} is not approved`, async () => {
    const asking = await loadPolicy(`rules: [{ tool: email.send, action: escalate, review: ${terms} }]`);
    const { escalations } = setUp();
    const { id, digest, unapprovable } = await escalations.open(asking, mail);
    assert.match(unapprovable ?? "", /./);
    await assert.rejects(escalations.review(id, { verdict: "approve", digest, by: "ann" }), { code: "unapprovable" });
    assert.equal((await escalations.review(id, { verdict: "reject", digest })).status, "rejected");
  });
}

test("what has to be confirmed is typed, exactly", async () => {
  const asking = await loadPolicy("rules: [{ tool: email.send, action: escalate, review: { confirm: args.subject } }]");
  const { escalations } = setUp();
  const { id, digest } = await escalations.open(asking, mail);
  const wrong: Record<string, string>[] = [{}, { "args.subject": "hi!" }, { subject: "hi" }];
  for (const confirmed of wrong) {
    await assert.rejects(escalations.review(id, { verdict: "approve", digest, confirmed }), { code: "not-confirmed" });
  }
  const confirmed = JSON.parse('{"__proto__": "hi"}') as Record<string, string>;
  await assert.rejects(escalations.review(id, { verdict: "approve", digest, confirmed }), TypeError);
  const approved = await escalations.review(id, { verdict: "approve", digest, confirmed: { "args.subject": "hi" } });
  assert.equal(approved.status, "approved");
  const { id: absent, ...held } = await escalations.open(asking, { tool: "email.send", args: {} });
  assert.match(held.unapprovable ?? "", /./);
  const review = { verdict: "approve", digest: held.digest, confirmed: { "args.subject": "" } } as const;
  await assert.rejects(escalations.review(absent, review), { code: "unapprovable" });
});

test("what a stored decision says beside its action is read back as it was", async () => {
  const full = await loadPolicy(`
name: full
rules:
  - id: mail
    tool: email.send
    action: escalate
    risk: critical
    reversible: false
    consequence: "Mail to {{args.to}} about {{args.subject}}, copy to {{args.cc}}"
    marks: [sent]
    review: { expires: 5m, editable: args.subject }
  - { tool: "*", action: allow }
`);
  const limits = await loadPolicy(
    "rules: [{ id: l, tool: email.send, action: allow, limit: { sum: args.n, at_most: 0.5, per: 1d } }]",
  );
  const { escalations } = setUp();
  for (const each of [full, limits]) {
    const { id, decision } = await escalations.open(each, mail);
    assert.deepEqual(decision, each.decide(mail));
    assert.deepEqual((await escalations.read(id))?.decision, decision);
  }
});

test("every part of the call that matters changes its digest", async () => {
  const { escalations } = setUp();
  const calls: Call[] = [
    mail,
    { ...mail, args: {} },
    { tool: "email.send" },
    { ...mail, args: { ...mail.args, bcc: null } },
    { ...mail, agent: "a" },
    { ...mail, user: "a" },
    { ...mail, session: "a" },
    { ...mail, session: { id: "b" } },
  ];
  const digests = await Promise.all(calls.map(async (call) => (await escalations.open(policy, call)).digest));
  assert.equal(new Set(digests).size, calls.length);
  const reordered = { args: { subject: "hi", to: ["a@acme.com"] }, reason: "trust me", tool: "email.send" };
  assert.equal((await escalations.open(policy, reordered)).digest, digests[0]);
});

test("what the caller changes after opening does not reach what is reviewed", async () => {
  const { escalations } = setUp();
  const args = { to: ["a@acme.com"], subject: "hi" };
  const opening = escalations.open(policy, { tool: "email.send", args });
  args.to[0] = "evil@example.com";
  const { id, digest } = await opening;
  args.subject = "changed";
  const approved = await escalations.review(id, { verdict: "approve", digest });
  assert.deepEqual(approved.call.args, { to: ["a@acme.com"], subject: "hi" });
});

test("a call as deep as calls may be can be held and reviewed", async () => {
  const { escalations } = setUp();
  let args: Record<string, unknown> = {};
  for (let level = 0; level < 98; level += 1) args = { in: args };
  const { id, digest } = await escalations.open(policy, { tool: "email.send", args });
  assert.equal((await escalations.review(id, { verdict: "reject", digest })).status, "rejected");
});

test("of 100 reviews at once exactly one counts", async () => {
  const { escalations, store } = setUp();
  const { id, digest } = await escalations.open(policy, mail);
  const reviews = Array.from({ length: 100 }, (_, index) =>
    escalations.review(id, { verdict: index % 2 ? "approve" : "reject", note: `${index}`, digest }),
  );
  const results = await Promise.allSettled(reviews);
  const counted = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  assert.equal(counted.length, 1);
  for (const result of results) {
    if (result.status === "rejected") assert.equal(result.reason.code, "already-closed");
  }
  assert.deepEqual(await escalations.read(id), counted[0]);
  assert.equal((await store.read(id)).length, 2);
});

test("a review that loses a race is judged again by what was written meanwhile", async () => {
  const inner = memoryStore();
  let races = 0;
  const racing: Store = {
    ...inner,
    append: async (append) => {
      races += 1;
      return races === 2 ? false : inner.append(append);
    },
  };
  const { escalations } = setUp(racing);
  const { id, digest } = await escalations.open(policy, mail);
  assert.equal((await escalations.review(id, { verdict: "approve", digest })).status, "approved");
  assert.equal(races, 3);
});

test("a clock that steps back does not put the answer before the question", async () => {
  const { escalations, clock } = setUp();
  const { id, digest } = await escalations.open(policy, mail);
  clock.ms = 1;
  assert.equal((await escalations.review(id, { verdict: "approve", digest })).reviews[0]?.atMs, 1000);
});

test("an id that nobody has is null to read and an error to review", async () => {
  const { escalations } = setUp();
  assert.equal(await escalations.read("nobody"), null);
  const review = escalations.review("nobody", { verdict: "approve", digest: otherDigest });
  await assert.rejects(review, (error) => error instanceof EscalationError && error.code === "not-found");
});

test("an answer says whether it was given with others, and how long the call was shown", async () => {
  const { escalations } = setUp();
  const { id, digest } = await escalations.open(policy, mail);
  const alone = await escalations.open(policy, mail);
  await escalations.review(id, { verdict: "approve", digest, inBatch: true, shownMs: 900 });
  await escalations.review(alone.id, { verdict: "reject", digest });
  const reviews = [await escalations.read(id), await escalations.read(alone.id)].flatMap((record) => record?.reviews);
  assert.deepEqual(
    reviews.map((review) => [review?.inBatch, review?.shownMs]),
    [
      [true, 900],
      [false, null],
    ],
  );
  const other = await escalations.open(policy, mail);
  const nonsense = { verdict: "reject", digest, inBatch: "yes" } as unknown as ReviewInput;
  await assert.rejects(escalations.review(other.id, nonsense), TypeError);
});

test("nonsense in a review is refused", async () => {
  const { escalations } = setUp();
  const { id, digest } = await escalations.open(policy, mail);
  const review = (input: object) => escalations.review(id, { digest, verdict: "approve", ...input } as never);
  await assert.rejects(review({ verdict: "yes" }), { code: "unknown-verdict" });
  await assert.rejects(review({ verdict: true }), TypeError);
  await assert.rejects(review({ digest: undefined }), TypeError);
  await assert.rejects(review({ note: 5 }), TypeError);
  assert.equal((await escalations.read(id))?.status, "pending");
});

test("the list is newest first, by status and in pages", async () => {
  const { escalations, clock } = setUp();
  const held = [];
  for (let index = 0; index < 5; index += 1) {
    clock.ms += 1;
    held.push(await escalations.open(policy, mail));
  }
  const [first] = held;
  assert.ok(first);
  await escalations.review(first.id, { verdict: "reject", digest: first.digest });
  const ids = async (options = {}) => (await escalations.list(options)).items.map(({ id }) => id);
  assert.deepEqual(await ids(), ["id5", "id4", "id3", "id2", "id1"]);
  assert.deepEqual(await ids({ status: "pending" }), ["id5", "id4", "id3", "id2"]);
  assert.deepEqual(await ids({ status: "rejected" }), ["id1"]);
  const page = await escalations.list({ limit: 2 });
  assert.deepEqual(await ids({ limit: 9, after: page.next }), ["id3", "id2", "id1"]);
  await assert.rejects(escalations.list({ status: "open" as never }), TypeError);
  for (const limit of [0, -1, 1.5, 1001]) await assert.rejects(escalations.list({ limit }), RangeError);
  await assert.rejects(escalations.list({ after: "nonsense" }), { name: "StoreError", code: "bad-cursor" });
});

test("an escalation whose record was changed cannot be reviewed and does not hide the others", async () => {
  const { escalations, store } = setUp();
  const good = await escalations.open(policy, mail);
  const [entry] = await store.read(good.id);
  assert.ok(entry?.event.type === "open");
  const call = { ...mail, args: { to: ["evil@example.com"] } };
  const head = await store.head();
  const forged = { ...entry, id: "forged", seq: head.size, previous: head.hash, event: { ...entry.event, call } };
  const index = { id: "forged", status: "pending", openedAtMs: 1, unfinished: false } as const;
  const row = { ...index, lane: otherDigest, agent: otherDigest };
  const next = { ...head, size: head.size + 1, hash: entry.hash };
  assert.ok(await store.append({ entries: [forged], head: next, index: [row], marks: null, used: [] }));
  const { items, damaged } = await escalations.list({ status: "pending" });
  assert.deepEqual(
    [items.map(({ id }) => id), damaged.map(({ id, code }) => [id, code])],
    [["id1"], [["forged", "broken-history"]]],
  );
  const review = escalations.review("forged", { verdict: "approve", digest: good.digest });
  await assert.rejects(review, { code: "broken-history" });
});

test("when the store fails nothing is believed to be written", async () => {
  const failing = (part: keyof Store): Store => ({
    ...memoryStore(),
    [part]: () => Promise.reject(new Error("disk on fire")),
  });
  const failed = (error: unknown) =>
    error instanceof StoreError &&
    error.code === "unavailable" &&
    /disk on fire/.test(error.message) &&
    error.cause instanceof Error;
  await assert.rejects(setUp(failing("append")).escalations.open(policy, mail), failed);
  await assert.rejects(setUp(failing("read")).escalations.read("a"), failed);
  await assert.rejects(
    setUp(failing("read")).escalations.review("a", { verdict: "approve", digest: otherDigest }),
    failed,
  );
  await assert.rejects(setUp(failing("list")).escalations.list(), failed);
});

test("an id that is taken, or a store that never takes the answer, is a conflict", async () => {
  const store = memoryStore();
  const escalations = createEscalations({ store, newId: () => "same" });
  const { id, digest } = await escalations.open(policy, mail);
  await assert.rejects(escalations.open(policy, mail), { name: "StoreError", code: "conflict" });
  const stubborn = { ...store, append: async () => false };
  const review = createEscalations({ store: stubborn }).review(id, { verdict: "approve", digest });
  await assert.rejects(review, { name: "StoreError", code: "conflict" });
  assert.equal((await escalations.read(id))?.status, "pending");
});

test("a clock that is wrong is told, writes nothing and breaks nothing", async () => {
  const clocks: (() => unknown)[] = [
    () => 1.5,
    () => -1,
    () => Number.NaN,
    () => Number.POSITIVE_INFINITY,
    () => Date.now() * 1e6,
    () => 5n,
    () => Symbol("now"),
    () => "12",
    () => undefined,
  ];
  for (const now of clocks) {
    const store = memoryStore();
    const escalations = createEscalations({ store, now: now as () => number });
    await assert.rejects(escalations.open(policy, mail), RangeError);
    await assert.rejects(escalations.list(), RangeError);
    assert.deepEqual(await store.history({ from: 0, limit: 9 }), []);
  }
  assert.equal(policy.decide({ tool: "file.read" }).action, "allow");
});

test("a store that hands out what throws harms only its own escalation", async () => {
  const entry = {
    get type(): string {
      throw new Error("gotcha");
    },
  };
  const store: Store = { ...memoryStore(), read: async () => [entry as never] };
  await assert.rejects(createEscalations({ store }).read("any"));
  assert.equal(policy.decide({ tool: "file.read" }).action, "allow");
});
