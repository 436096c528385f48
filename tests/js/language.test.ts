/** Completion, explanation and running of a policy's tests, as users of the package have them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { completePolicy, describePolicy, loadPolicy } from "countersign";

const TOOLS = [
  {
    name: "refund.create",
    description: "Pays money back",
    inputSchema: { properties: { amount: { type: "number" } } },
  },
];

test("completion knows the place in an unfinished text, in UTF-16 code units", async () => {
  const text = "description: 🦀\nrules:\n  - tool: a\n    act";
  const completions = await completePolicy(text, text.length);
  assert.ok(completions !== null);
  assert.equal(text.slice(completions.from, completions.to), "act");
  const action = completions.options.find(({ label }) => label === "action");
  assert.deepEqual(action, {
    label: "action",
    kind: "key",
    detail: "required",
    documentation: "What the rule says.",
    insert: "action: ",
    cursor: "action: ".length,
  });
});

test("completion and explanation know the tools of a catalogue", async () => {
  const text = "rules:\n  - tool: ";
  const names = await completePolicy(text, text.length, { tools: TOOLS });
  assert.deepEqual(
    names?.options.map(({ label, kind, documentation }) => [label, kind, documentation]),
    [["refund.create", "tool", "Pays money back"]],
  );
  assert.equal(await completePolicy(text, text.length), null);
  const whole = "rules: [{ tool: refund.create, when: { args.amount: { above: 1 } }, action: allow }]";
  const field = await describePolicy(whole, whole.indexOf("args.amount"), { tools: TOOLS });
  assert.match(field?.text ?? "", /a number/);
  const tool = await describePolicy(whole, whole.indexOf("refund"), { tools: TOOLS });
  assert.deepEqual([tool?.title, tool?.text], ["refund.create", "Pays money back"]);
});

test("a word is explained in the words of the schema, with an example", async () => {
  const text = "rules: [{ tool: a, when: { args.n: { above: 1 } }, action: allow }]";
  const above = await describePolicy(text, text.indexOf("above"));
  assert.deepEqual(above, {
    span: { start: 37, end: 42, line: 1, column: 38 },
    title: "above",
    text: "Is a number greater than this.",
    example: "args.amount: { above: 0 }",
  });
  assert.equal(await describePolicy(text, text.length), null);
});

test("a place that is none is refused", async () => {
  await assert.rejects(completePolicy("a", 2), RangeError);
  await assert.rejects(describePolicy("a", -1), RangeError);
  await assert.rejects(completePolicy("a", 0.5), RangeError);
  await assert.rejects(completePolicy(7 as unknown as string, 0), TypeError);
});

test("a policy runs its tests, and tells which rules they hit", async () => {
  const text = `rules:
  - { id: read, tool: file.read, action: allow }
  - { id: never, tool: db.drop, action: block }
tests:
  - { name: reading, call: { tool: file.read }, expect: allow }
  - { name: writing, call: { tool: file.write }, expect: { action: block, cause: rule } }
`;
  const policy = await loadPolicy(text);
  const [run] = policy.runTests();
  assert.ok(run !== undefined);
  assert.deepEqual([run.source, run.policy, run.passed, run.failed, run.defaultHits], [0, policy.digest, 1, 1, 1]);
  assert.deepEqual(
    run.rules.map(({ rule, decides, matches }) => [rule, decides, matches]),
    [
      ["read", 1, 1],
      ["never", 0, 0],
    ],
  );
  const failed = run.tests[1];
  assert.deepEqual(failed?.differs, ["action", "cause"]);
  assert.deepEqual(failed?.expected, { action: "block", rule: null, cause: "rule" });
  assert.equal(failed?.decision?.action, "escalate");
  const fix = failed?.fix;
  assert.ok(fix);
  const mended = text.slice(0, fix.span.start) + fix.replacement + text.slice(fix.span.end);
  const again = await loadPolicy(mended);
  assert.deepEqual(
    again.runTests().map(({ failed: left }) => left),
    [0],
  );
  assert.equal(again.digest, policy.digest, "tests are no part of the digest");
  policy.dispose();
  assert.throws(() => policy.runTests());
});

test("a test's call is held to the catalogue that the policy was loaded with", async () => {
  const text =
    "rules: [{ tool: refund.create, action: allow }]\ntests: [{ name: x, call: { tool: refund.create, args: { amount: lots } }, expect: { action: escalate, cause: misfit } }]\n";
  const [run] = (await loadPolicy(text, { tools: TOOLS })).runTests();
  assert.deepEqual([run?.passed, run?.failed], [1, 0]);
});

test("what the language's document shows is what happens", async () => {
  const document = readFileSync(new URL("../../docs/language.md", import.meta.url), "utf8");
  const blocks = [...document.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = ""]) => code);
  const ours = blocks.filter((code) => /runTests|completePolicy/.test(code));
  assert.equal(ours.length, 2);
  for (const code of ours) {
    // What stands behind `//` is JSON, with a remark behind a colon where one helps.
    const checked = code.replace(/^(.+); \/\/ ("[^"]*"|\[\[.*?\]\]).*$/gm, "equal($1, $2);");
    assert.ok(checked.includes("equal("));
    const run = new Function(
      "loadPolicy, completePolicy, describePolicy, equal",
      `return (async () => { ${checked} })();`,
    );
    await run(loadPolicy, completePolicy, describePolicy, assert.deepEqual);
  }
});
