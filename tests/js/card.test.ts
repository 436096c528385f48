/** The review card and batches as the package gives them: through the built WebAssembly. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  batchesOf,
  type Card,
  cardContext,
  createEscalations,
  type EscalationRecord,
  loadPolicy,
  presentCard,
  segmentsOf,
  textOf,
  type Written,
} from "countersign";
import { memoryStore } from "countersign/stores/memory";

const POLICY = `
rules:
  - { tool: pay, when: { args.amount: { at_most: 25 } }, action: allow }
  - tool: pay
    action: escalate
    risk: medium
    consequence: "Sends {{args.amount}} to {{args.to}}"
  - { tool: "*", action: escalate }
`;

const drawn = (written: Written) => written.map(({ text }) => text).join("");

async function held(...calls: { tool: string; args: Record<string, unknown> }[]) {
  const policy = await loadPolicy(POLICY);
  let nowMs = 1_764_000_000_000;
  const now = () => {
    nowMs += 1;
    return nowMs;
  };
  const escalations = createEscalations({ store: memoryStore(), now });
  const records: EscalationRecord[] = [];
  for (const call of calls) records.push(await escalations.open(policy, { ...call, agent: "a" }));
  return { policy, escalations, records };
}

async function cardOf(tool: string, args: Record<string, unknown>): Promise<Card> {
  const { records } = await held({ tool, args });
  return presentCard(records[0] as EscalationRecord);
}

test("the card of an escalation says what it does, why, what would be allowed, and what earlier calls say", async () => {
  const { policy, escalations, records } = await held({ tool: "pay", args: { amount: 40, to: "bob@acme.com" } });
  const [record] = records as [EscalationRecord];
  const card = await presentCard(record, { policy, ...(await cardContext(escalations, record)) });
  assert.equal(drawn(card.headline.verb), "Pay");
  assert.equal(card.digest, record.digest);
  assert.deepEqual(card.why.instead.map(drawn), ["would be allowed for example if args.amount were 25"]);
  assert.equal(POLICY.slice(card.why.span?.start, card.why.span?.end).split("\n")[0], "tool: pay");
  assert.equal(card.why.source, 0);
  assert.deepEqual(card.facts.map(drawn), ["no call of this tool was approved before"]);
  assert.equal(card.consequence.map(({ segments }) => drawn(segments)).join(""), "Sends 40 to bob@acme.com");
  assert.deepEqual([card.armMs, card.undoMs, card.readingFloorMs >= 1500], [1000, 10_000, true]);
  assert.ok(Object.isFrozen(card.args));
});

test("what was approved before is found in the store and compared", async () => {
  const { escalations, policy, records } = await held({ tool: "pay", args: { amount: 30, to: "bob@acme.com" } });
  const [first] = records as [EscalationRecord];
  await escalations.review(first.id, { verdict: "approve", digest: first.digest });
  const next = await escalations.open(policy, { tool: "pay", args: { amount: 30, to: "eve@evil.io" }, agent: "b" });
  const context = await cardContext(escalations, next);
  assert.deepEqual(
    context.approved.map(({ args }) => args),
    [first.call.args],
  );
  const card = await presentCard(next, context);
  assert.deepEqual(
    card.args.map(({ field, difference }) => [field, difference]),
    [
      ["args.amount", "same"],
      ["args.to", "changed"],
    ],
  );
  assert.deepEqual(card.facts.map(drawn), ["args.to: nothing was sent to the domain “evil.io” in the 1 approved call"]);
});

test("a call that is no escalation is shown with its digest and decision", async () => {
  const policy = await loadPolicy(POLICY);
  const call = { tool: "pay", args: { amount: 40 } };
  const digest = `sha256:${"0".repeat(64)}` as const;
  const card = await presentCard({ call, digest, decision: policy.decide(call) }, { policy });
  assert.deepEqual([card.digest, card.unapprovable, card.headline.warnings], [digest, null, []]);
});

test("a08_a09_a10_through_wasm: what hides is a token, and everything comes back exactly", async () => {
  const pieces = [
    "a",
    " ",
    "\n",
    "\n\n\n\n\n",
    "\r\n",
    "\t",
    '"',
    "\\",
    "‹U+202E›",
    "⏎×9",
    "\u202e",
    "\u200b",
    "\u{e0041}",
  ];
  pieces.push(
    "\u001b[2K",
    "о",
    "bоb",
    "e\u0301",
    "１",
    "\u3000",
    "\ue000",
    "🦀",
    "\u0000",
    "\\n",
    "×3",
    "  ",
    "\u0301",
  );
  let seed = 7;
  const next = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let round = 0; round < 500; round += 1) {
    const text = Array.from({ length: next(20) }, () => pieces[next(pieces.length)]).join("");
    const [prose, value] = [await segmentsOf(text), (await cardOf("note", { text })).args[0]?.value ?? []];
    assert.equal(textOf(prose), text);
    assert.equal(textOf(value), text);
    assert.doesNotMatch(
      drawn(value),
      /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?! )\p{Zs}/u,
    );
  }
});

test("no character that JavaScript holds for hidden is drawn", async () => {
  const hidden = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;
  let all = "";
  for (let code = 0; code <= 0x10ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    if (hidden.test(character)) all += `${character}.`;
    if (all.length > 20_000) {
      assert.doesNotMatch(drawn(await segmentsOf(all)), hidden);
      all = "";
    }
  }
  assert.doesNotMatch(drawn(await segmentsOf(all)), hidden);
});

test("a17_a19_what_is_no_plain_data_is_refused_and_what_is_too_much_cannot_be_approved", async () => {
  const { records } = await held({ tool: "note", args: {} });
  const [record] = records as [EscalationRecord];
  const args = JSON.parse('{"__proto__":{"a":1}}') as Record<string, unknown>;
  await assert.rejects(presentCard({ ...record, call: { ...record.call, args } }), { code: "broken-history" });
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`k${n}`, n]));
  const card = await presentCard({ ...record, call: { ...record.call, args: many } });
  assert.equal(card.args.length, 2000);
  assert.match(card.unapprovable ?? "", /^uninspectable/);
});

test("a18_what_stands_masked in a text is in no segment of its card, and its text says how long it is", async () => {
  const token = "0123456789abcdefghijABCDEFGHIJ012345";
  const [row] = (await cardOf("note", { text: `TOKEN=ghp_${token} and\nmore` })).args;
  assert.ok(row && !row.masked);
  assert.ok(!JSON.stringify(row).includes(token));
  assert.equal(textOf(row.value), "TOKEN=‹masked: 40 characters› and\nmore");
});

test("c09_batches_of_records_have_columns_and_leave_out_what_sticks_out", async () => {
  const calls = [30, 31, 32, 33, 34, 9000].map((amount) => ({ tool: "pay", args: { amount, to: "bob@acme.com" } }));
  const { records } = await held(...calls, { tool: "note", args: {} });
  const [batch, ...others] = await batchesOf([...records].reverse());
  assert.ok(batch);
  assert.equal(others.length, 0);
  assert.deepEqual(
    batch.rows.map(({ id }) => id),
    records.slice(0, 5).map(({ id }) => id),
  );
  assert.deepEqual(
    batch.rows.map(({ digest }) => digest),
    records.slice(0, 5).map(({ digest }) => digest),
  );
  assert.deepEqual(
    batch.columns.map(({ field }) => field),
    ["args.amount"],
  );
  assert.deepEqual(
    batch.outliers.map(({ id }) => id),
    [records[5]?.id],
  );
  assert.equal(drawn(batch.summary), "Approve 5 · largest args.amount 34");
  await assert.rejects(batchesOf(records, { most: 0 }), RangeError);
  const approved = { pay: [{ args: { amount: 31, to: "ann@acme.com" }, atMs: 1 }] };
  assert.deepEqual(await batchesOf(records, { approved }), []);
});

test("c09_what_needs_more_than_a_click_is_in_no_batch", async () => {
  const { records } = await held(
    ...[101, 102, 103].map((amount) => ({ tool: "pay", args: { amount, to: "bob@acme.com" } })),
  );
  const [first, second, third] = records as [EscalationRecord, EscalationRecord, EscalationRecord];
  const { review } = second.decision;
  for (const more of [
    { unapprovable: "expired-policy: nobody may" },
    { approvalsMissing: 2 },
    { original: { call: second.call, digest: second.digest, decision: second.decision } },
    { links: { rejected: ["e0"], unknown: [] } },
    { links: { rejected: [], unknown: ["e0"] } },
    { decision: { ...second.decision, review: { ...review, confirm: ["args.amount"] } } },
    { status: "approved" },
  ]) {
    const changed = { ...second, ...more } as EscalationRecord;
    const [batch] = await batchesOf([first, changed, third]);
    assert.deepEqual(
      batch?.rows.map(({ id }) => id),
      [first.id, third.id],
      JSON.stringify(more),
    );
    assert.deepEqual(batch?.outliers, []);
    assert.deepEqual(await batchesOf([first, changed]), []);
  }
});
