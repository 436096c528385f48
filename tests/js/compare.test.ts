/** Comparing two policies, adding tests to a policy, and forms from a catalogue, as users of the package do. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import {
  addPolicyTest,
  CallError,
  CHANGES,
  type ComparedLine,
  createComparison,
  EngineError,
  joinComparisons,
  loadPolicy,
  PolicyError,
  toolForms,
} from "countersign";

const folder = new URL("../../examples/", import.meta.url);
const calls = readFileSync(new URL("calls.ndjson", folder));
const policies = readdirSync(new URL("policies/", folder)).map((name) =>
  readFileSync(new URL(`policies/${name}`, folder), "utf8"),
);
const named = (name: string) => loadPolicy(readFileSync(new URL(`policies/${name}.yaml`, folder), "utf8"));
const encode = (text: string) => new TextEncoder().encode(text);

test("a comparison tells what deciding each call under both tells, in chunks of any size", async () => {
  const [before, after] = await Promise.all([named("starter"), named("office-assistant")]);
  const told = new Map<number, ComparedLine>();
  const comparison = createComparison(before, after);
  for (let from = 0; from < calls.length; from += 777) {
    for (const line of comparison.push(calls.subarray(from, from + 777))) told.set(line.line, line);
  }
  for (const line of comparison.finish()) told.set(line.line, line);
  const row = () => ({ allow: 0, escalate: 0, block: 0 });
  const matrix = { allow: row(), escalate: row(), block: row() };
  let [changed, offset] = [0, 0];
  for (const [at, text] of calls.toString().split("\n").entries()) {
    const [start, number] = [offset, at + 1];
    offset += Buffer.byteLength(text) + 1;
    if (text.trim() === "") continue;
    const call = JSON.parse(text);
    const [old, next] = [before.decide(call), after.decide(call)];
    const line = told.get(number);
    matrix[old.action][next.action] += 1;
    if (old.action !== next.action) assert.equal(line?.change, `${old.action}-to-${next.action}`);
    if (line === undefined) continue;
    changed += 1;
    assert.deepEqual([line.before, line.after], [old, next]);
    assert.deepEqual([line.offset, line.length, line.tool], [start, Buffer.byteLength(text), call.tool]);
  }
  assert.ok(changed > 3, `${changed} changed`);
  const { counts } = comparison;
  assert.deepEqual(counts.matrix, matrix);
  assert.equal(
    counts.changes.reduce((sum, each) => sum + each.calls, 0),
    changed,
  );
  assert.deepEqual(
    counts.changes.map((each) => each.change),
    CHANGES,
  );
  const sum = Object.values(counts.matrix)
    .flatMap(Object.values)
    .reduce((a, b) => a + b, 0);
  assert.equal(sum, counts.calls);
});

test("comparisons of parts together are the comparison of the whole", async () => {
  const [before, after] = await Promise.all([named("customer-service"), named("starter")]);
  const counted = (bytes: Uint8Array) => {
    const comparison = createComparison(before, after);
    comparison.count(bytes);
    comparison.finishCount();
    const { counts } = comparison;
    comparison.dispose();
    return counts;
  };
  const lines = calls.toString().split("\n");
  const parts = [0, 1, 2].map((part) => counted(encode(lines.filter((_, at) => at % 3 === part).join("\n"))));
  assert.deepEqual(joinComparisons(parts), counted(calls));
  assert.deepEqual(joinComparisons([]).matrix, {
    allow: { allow: 0, escalate: 0, block: 0 },
    escalate: { allow: 0, escalate: 0, block: 0 },
    block: { allow: 0, escalate: 0, block: 0 },
  });
});

test("a comparison lives as long as it is wanted, whatever becomes of the policies", async () => {
  const [before, after] = await Promise.all([
    loadPolicy("rules: [{ tool: a, action: block }]"),
    loadPolicy("rules: [{ tool: a, action: allow }]"),
  ]);
  const comparison = createComparison(before, after);
  before.dispose();
  after.dispose();
  assert.throws(() => createComparison(before, after), TypeError);
  const [line] = comparison.push(encode('{"tool":"a"}\n[1]\n'));
  assert.equal(line?.change, "block-to-allow");
  assert.throws(() => comparison.push("text" as unknown as Uint8Array), TypeError);
  assert.deepEqual(comparison.finish(), []);
  assert.deepEqual([comparison.counts.calls, comparison.counts.errors], [1, 1]);
  assert.throws(() => comparison.push(encode("{}\n")), EngineError);
  comparison.dispose();
  comparison.dispose();
  assert.throws(() => comparison.counts, EngineError);
});

test("with a catalogue on both sides, what does not fit counts as that", async () => {
  const tools = [{ name: "a", inputSchema: { required: ["x"] } }];
  const rule = (action: string) => loadPolicy(`rules: [{ id: r, tool: a, action: ${action} }]`, { tools });
  const comparison = createComparison(await rule("block"), await rule("allow"));
  comparison.count(encode('{"tool":"a","args":{"x":1}}\n{"tool":"a"}\n'));
  const [allowed, misfit] = comparison.counts.rules;
  assert.deepEqual([allowed?.change, allowed?.after.rule], ["block-to-allow", "r"]);
  assert.deepEqual([misfit?.change, misfit?.after.misfit, misfit?.calls], ["block-to-escalate", true, 1]);
});

test("a call becomes a test of every example, which changes nothing else and passes", async () => {
  for (const text of policies) {
    const policy = await loadPolicy(text);
    const call = {
      tool: policy.policies[0]?.rules[0]?.tools[0] ?? "x",
      args: { note: "é \u202e 🦀\n# no: {" },
      agent: "a",
    };
    const { action, rule, cause } = policy.decide(call);
    const expect = rule === null ? { action, cause } : { action, rule };
    const { span, replacement } = await addPolicyTest(text, { name: "added", call, expect });
    assert.equal(span.start, span.end);
    const edited = text.slice(0, span.start) + replacement + text.slice(span.end);
    const after = await loadPolicy(edited);
    assert.equal(after.digest, policy.digest);
    assert.deepEqual(after.decide(call), policy.decide(call));
  }
});

test("offsets of an added test are those of JavaScript, and what cannot be added says why", async () => {
  const text = "# 🦀 é\nrules: [{ tool: a, action: block }]\n";
  const expect = { action: "block" } as const;
  const { span } = await addPolicyTest(text, { name: "n", call: { tool: "a" }, expect });
  assert.equal(span.start, text.length);
  await assert.rejects(addPolicyTest("rules: 3", { name: "n", call: { tool: "a" }, expect }), PolicyError);
  await assert.rejects(addPolicyTest(text, { name: "", call: { tool: "a" }, expect }), TypeError);
  await assert.rejects(addPolicyTest(text, { name: "n", call: { tool: "a" }, expect: {} }), TypeError);
  await assert.rejects(addPolicyTest(text, { name: "n", call: { tool: "" }, expect }), CallError);
});

test("forms tell the arguments of the tools of a catalogue, and bad ones say where they are bad", async () => {
  const tools = [
    {
      name: "mail",
      inputSchema: {
        properties: {
          to: { type: "array", items: { type: "string" } },
          n: { type: "integer", minimum: 1, default: 2 },
        },
        required: ["to"],
      },
    },
  ];
  const { tools: forms, diagnostics } = await toolForms(tools);
  assert.deepEqual(diagnostics, []);
  const [to, n] = forms?.[0]?.fields ?? [];
  assert.ok(to?.kind === "list" && to.required && to.item.kind === "text");
  assert.ok(n?.kind === "number" && n.integer && n.minimum === 1 && n.default === 2 && !n.required);
  const bad = await toolForms({ name: "t.json", text: '[{"name": 3}]' });
  assert.equal(bad.tools, null);
  assert.match(bad.rendered, /t\.json:1:11/);
});
