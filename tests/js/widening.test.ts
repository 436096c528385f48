/** What a change widens, told from two policies alone, as users of the package are told. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { CHANGES, loadPolicy, WIDENING_VERDICTS, type WideningWitness, wideningOf } from "countersign";
import { loadCompiledPolicy } from "countersign/compiled";

const folder = new URL("../../examples/policies/", import.meta.url);
const texts = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => readFileSync(new URL(name, folder), "utf8"));

test("each witness between the example policies is decided by both as told", async () => {
  const policies = await Promise.all(texts.map((text) => loadPolicy(text)));
  let witnesses = 0;
  for (const [at, before] of policies.entries()) {
    for (const after of [before, policies[(at + 1) % policies.length]]) {
      assert.ok(after !== undefined);
      const found = wideningOf(before, after);
      assert.ok(WIDENING_VERDICTS.includes(found.verdict));
      assert.equal(found.verdict === "same", before.digest === after.digest);
      assert.equal(found.witnesses.length > 0, found.verdict === "widens");
      for (const witness of found.witnesses) {
        assert.ok(CHANGES.indexOf(witness.change) <= CHANGES.indexOf("loosened"));
        // Rules that replace review are not in force where a policy decides alone.
        if (witness.relaxing === true) continue;
        const { call, usage } = witness;
        assert.deepEqual(
          [before.decide(call, { usage }), after.decide(call, { usage })],
          [witness.before, witness.after],
        );
        witnesses += 1;
      }
      for (const { verdict, witness } of found.changes) assert.equal(verdict === "widens", witness !== null);
    }
  }
  assert.ok(witnesses > 20, `${witnesses} witnesses`);
});

test("a policy with one rule less is told by that rule", async () => {
  const text =
    "rules:\n  - { id: drop, tool: db.drop, action: block }\n  - { id: read, tool: file.read, action: allow }\n";
  const [before, after, source] = await Promise.all([
    loadPolicy(text),
    loadPolicy(text.replace(/^ .*db\.drop.*\n/m, "")),
    loadPolicy([{ text }, { text }]),
  ]);
  const found = wideningOf(before, after);
  const call = { tool: "db.drop" };
  const [only] = found.changes;
  assert.deepEqual(
    [only?.source, only?.kind, only?.rule, only?.keys, only?.verdict],
    [0, "removed", "drop", [], "widens"],
  );
  assert.deepEqual([only?.witness?.call, found.witnesses.map((each: WideningWitness) => each.call)], [call, [call]]);
  assert.ok(Object.isFrozen(found.witnesses[0]?.before));
  assert.equal(wideningOf(after, before).verdict, "tightens");
  // Of stacks of different numbers of policies no single change is told.
  assert.deepEqual(wideningOf(before, source).changes, []);
});

test("policies that were disposed or have another engine are refused", async () => {
  const text = "rules: [{ tool: a, action: block }]";
  const [policy, gone] = await Promise.all([loadPolicy(text), loadPolicy(text)]);
  gone.dispose();
  assert.throws(() => wideningOf(policy, gone), TypeError);
  const compiled = await loadCompiledPolicy(policy.compiled());
  // @ts-expect-error a compiled policy has no rules to look at
  assert.throws(() => wideningOf(policy, compiled), TypeError);
});

test("many rules about one tool, and conditions that nest deep, are no trap", async () => {
  const many = Array.from(
    { length: 250 },
    (_, at) => `  - { id: r${at}, tool: a, when: { args.n: ${at} }, action: allow }`,
  );
  const nested = Array.from({ length: 26 }).reduce<string>(
    (inner, _, at) => `{ ${at % 2 ? "any" : "all"}: [${inner}, { args.z: 1 }] }`,
    "{ args.n: { at_most: 5 } }",
  );
  const rows = [
    [`rules:\n${many.join("\n")}\n`, "args.n: 7 }", "args.n: { at_most: 7 } }"],
    [`rules:\n  - { id: r, tool: a, when: ${nested}, action: allow }\n`, "at_most: 5", "at_most: 6"],
  ] as const;
  for (const [text, from, to] of rows) {
    assert.ok(text.includes(from));
    const [before, after] = await Promise.all([loadPolicy(text), loadPolicy(text.replace(from, to))]);
    assert.notEqual(wideningOf(before, after).verdict, "tightens");
    assert.equal(wideningOf(before, before).verdict, "same");
  }
});
