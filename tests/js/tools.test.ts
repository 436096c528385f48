/** Tool catalogues through the package. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPolicy, checkTools, loadPolicy, PolicyError, type ToolSource } from "countersign";

const tools = [{ name: "mail", inputSchema: { type: "object", properties: { to: { type: "string" } } } }];
const allowAll = 'rules: [{ tool: "*", action: allow }]';
const misfit = { tool: "mail", args: { to: 7 } };

test("a catalogue is a list, an answer, text or bytes", async () => {
  const text = JSON.stringify(tools);
  const sources: ToolSource[] = [tools, { tools }, text, new TextEncoder().encode(text), { name: "t.json", text }];
  for (const source of sources) {
    const policy = await loadPolicy(allowAll, { tools: source });
    assert.equal(policy.decide({ tool: "mail", args: { to: "a" } }).action, "allow");
    const { action, cause, policy: digest, rule } = policy.decide(misfit);
    assert.deepEqual([action, cause, digest, rule], ["escalate", "misfit", null, null]);
    assert.deepEqual(policy.trace(misfit).misfit, {
      field: "args.to",
      why: "is a number, but the schema wants a string",
    });
    assert.deepEqual(policy.trace({ tool: "none" }).misfit, { field: "tool", why: "is not in the tool catalogue" });
    assert.equal(policy.digest, (await loadPolicy(allowAll)).digest);
  }
});

test("without a catalogue nothing is said of one", async () => {
  const policy = await loadPolicy(allowAll);
  assert.deepEqual([policy.decide(misfit).action, policy.trace(misfit).misfit], ["allow", null]);
});

test("what is no catalogue is refused", async () => {
  const refused = [
    7,
    null,
    true,
    () => 1,
    Symbol("t"),
    { text: 7 },
    { name: 7, text: "[]" },
    { toJSON: () => undefined },
  ];
  for (const bad of refused) {
    await assert.rejects(loadPolicy(allowAll, { tools: bad as unknown as ToolSource }), TypeError);
    await assert.rejects(checkTools(bad as unknown as ToolSource), TypeError);
  }
  const circle: { self?: unknown } = {};
  circle.self = circle;
  await assert.rejects(loadPolicy(allowAll, { tools: [circle] as unknown as ToolSource }), TypeError);
  for (const bad of [{}, { tool: [] }, [{ name: 7 }], "", "[", [null]]) {
    const { diagnostics, rendered, policy } = await checkPolicy([allowAll, allowAll], { tools: bad as ToolSource });
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    assert.ok(errors.length > 0 && errors.every(({ source }) => source === 2), JSON.stringify(bad));
    assert.match(rendered, /--> tools:/);
    assert.equal(policy, null);
    await assert.rejects(loadPolicy(allowAll, { tools: bad as ToolSource }), PolicyError);
  }
});

test("problems of policies and of the catalogue are told apart by their source", async () => {
  const named = { name: "t.json", text: '{"tools": [{"name": "mail"}], "nextCursor": "x"}' };
  const policies = ["rules: [{ tool: mial, action: allow }]", "rules: [{ tool: mail, action: allow }]"];
  const { diagnostics, rendered, policy } = await checkPolicy(policies, { tools: named });
  assert.deepEqual(
    diagnostics.map(({ code, severity, source }) => [code, severity, source]),
    [
      ["unknown-tool", "warning", 0],
      ["incomplete-catalogue", "warning", 2],
    ],
  );
  assert.match(rendered, /--> policy 1:[\s\S]*--> t\.json:/);
  assert.deepEqual([policy?.policies.length, policy?.diagnostics.length], [2, 2]);
  const checked = await checkTools(named);
  assert.deepEqual([checked.diagnostics[0]?.code, checked.diagnostics[0]?.source], ["incomplete-catalogue", 0]);
  assert.deepEqual(await checkTools(tools), { diagnostics: [], rendered: "" });
});

test("the limits of a catalogue are wider than those of a policy, and are raised with them", async () => {
  const long = [{ name: "mail", description: "x".repeat(2 * 1024 * 1024) }];
  assert.deepEqual((await checkTools(long, { limits: { bytes: 1 } })).diagnostics, []);
  const tooLong = [{ name: "mail", description: "x".repeat(9 * 1024 * 1024) }];
  assert.equal((await checkTools(tooLong)).diagnostics[0]?.code, "too-large");
  assert.deepEqual((await checkTools(tooLong, { limits: { bytes: 2 ** 24 } })).diagnostics, []);
});

test("deep values and schemas that go round in circles do not exhaust the engine", async () => {
  const node = { anyOf: [{ type: "null" }, { type: "object", properties: { next: { $ref: "#/$defs/node" } } }] };
  const circle = { allOf: [{ oneOf: [{ not: { not: { $ref: "#/$defs/circle" } } }] }] };
  const schema = {
    $defs: { node, circle },
    properties: { list: { $ref: "#/$defs/node" }, circle: { $ref: "#/$defs/circle" } },
  };
  const source =
    'rules: [{ tool: "*", when: { args.circle.x.y: { above: 1 } }, action: block }, { tool: t, action: allow }]';
  const policy = await loadPolicy(source, { tools: [{ name: "t", inputSchema: schema }] });
  let list: unknown = null;
  for (let depth = 0; depth < 95; depth += 1) list = { next: list };
  assert.equal(policy.decide({ tool: "t", args: { list } }).action, "allow");
  assert.equal(policy.trace({ tool: "t", args: { circle: {} } }).misfit?.field, "args");
  assert.equal(policy.decide({ tool: "t", args: { circle: {} } }).cause, "misfit");
});
