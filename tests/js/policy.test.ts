/** Loading policies and deciding with them, as users of the package do. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  CallError,
  checkPolicy,
  type Decision,
  EngineError,
  highlightPolicy,
  loadPolicy,
  PolicyError,
  type PolicySource,
  readCall,
} from "countersign";

import { unwritten } from "./decisions.js";

const text = `
rules:
  - { tool: file.read, action: allow }
  - { tool: "file.*", action: escalate, reason: Files change }
  - { tool: shell.execute, action: block }
`;
const encode = (string: string) => new TextEncoder().encode(string);

test("a policy decides", async () => {
  const policy = await loadPolicy(text);
  const decision: Decision = {
    action: "escalate",
    policy: policy.digest,
    rule: "file.*",
    cause: "rule",
    reason: "Files change",
    ...unwritten("escalate"),
  };
  assert.deepEqual(policy.decide({ tool: "file.write", args: { path: "/srv/a" } }), decision);
  assert.equal(policy.decide({ tool: "file.read" }).action, "allow");
  assert.equal(policy.decide({ tool: "shell.execute" }).action, "block");
  assert.deepEqual(policy.decide({ tool: "unknown" }), {
    action: "escalate",
    policy: policy.digest,
    rule: null,
    cause: "default",
    reason: null,
    ...unwritten("escalate"),
  });
});

test("a trace has the same decision and every rule in order", async () => {
  const policy = await loadPolicy(text);
  const { decision, policies } = policy.trace({ tool: "file.write" });
  assert.deepEqual(decision, policy.decide({ tool: "file.write" }));
  const [trace] = policies;
  assert.deepEqual(
    trace?.rules.map(({ id, reached, outcome, says }) => [id, reached, outcome, says]),
    [
      ["file.read", true, "not-matched", null],
      ["file.*", true, "matched", { action: "escalate", cause: "rule" }],
      ["shell.execute", false, "not-matched", null],
    ],
  );
  const pattern = trace?.rules[1]?.pattern;
  assert.equal(pattern && text.slice(pattern.span.start, pattern.span.end), '"file.*"');
  assert.equal(trace?.decides, true);
});

test("a trace shows each field with its value, where it is asked, and why it is in doubt", async () => {
  const source = `rules:
  - id: r
    tool: t
    when:
      args.text: { starts_with: x }
      not: { args.n: { above: 5 } }
    action: block
    undecidable: escalate
`;
  const policy = await loadPolicy(source);
  const long = "x".repeat(1_000);
  const [walk] = policy.trace({ tool: "t", args: { text: long, n: "7" } }).policies;
  const [rule] = walk?.rules ?? [];
  assert.deepEqual([rule?.outcome, rule?.says], ["undecidable", { action: "escalate", cause: "undecidable" }]);
  const [text, number] = rule?.conditions ?? [];
  assert.deepEqual([text?.field, text?.outcome, text?.negated, text?.why], ["args.text", "matched", false, null]);
  assert.ok(text?.value?.startsWith('"xxx') && text.value.endsWith("…") && text.value.length < 300);
  assert.equal(text && source.slice(text.span.start, text.span.end), "args.text");
  assert.deepEqual(
    [number?.field, number?.outcome, number?.negated, number?.value, number?.why],
    ["args.n", "undecidable", true, '"7"', "the value is no number"],
  );
  assert.equal(number && source.slice(number.span.start, number.span.end), "args.n");
  const [absent] = policy.trace({ tool: "t", args: {} }).policies[0]?.rules ?? [];
  assert.deepEqual(
    absent?.conditions.map(({ value, outcome }) => [value, outcome]),
    [
      [null, "not-matched"],
      [null, "not-matched"],
    ],
  );
});

test("what the engine understood is told, with spans in UTF-16", async () => {
  const source =
    "# 😀\nname: office\ndescription: é\ndefault: block\nrules:\n  - { tool: [a, 'b.*'], action: allow }\n";
  const { policies } = await loadPolicy(source);
  const [summary] = policies;
  assert.deepEqual([summary?.name, summary?.description, summary?.default], ["office", "é", "block"]);
  const [rule] = summary?.rules ?? [];
  assert.deepEqual([rule?.id, rule?.tools, rule?.action], ["a", ["a", "b.*"], "allow"]);
  assert.match(source.slice(rule?.span.start, rule?.span.end), /^\{ tool: .* \}$/);
});

test("in a stack the strictest decision wins, and the decision names its policy", async () => {
  const company = "rules:\n  - { tool: a, action: block }\n  - { tool: '*', action: allow }\n";
  const team = "default: abstain\nrules:\n  - { tool: '*.send', action: escalate }\n  - { tool: a, action: allow }\n";
  const stack = await loadPolicy([company, { name: "team.yaml", text: team }]);
  const digests = stack.policies.map(({ digest }) => digest);
  assert.equal(new Set([stack.digest, ...digests]).size, 3);
  const outcome = (tool: string) => {
    const { action, policy } = stack.decide({ tool });
    return [action, policy && digests.indexOf(policy)];
  };
  assert.deepEqual(outcome("a"), ["block", 0]);
  assert.deepEqual(outcome("mail.send"), ["escalate", 1]);
  assert.deepEqual(outcome("other"), ["allow", 0]);
});

test("where every policy abstains the call escalates and no policy is named", async () => {
  const abstaining = "default: abstain\nrules:\n  - { tool: a, action: allow }\n";
  const stack = await loadPolicy([abstaining, abstaining]);
  const { action, policy, rule } = stack.decide({ tool: "b" });
  assert.deepEqual([action, policy, rule], ["escalate", null, null]);
});

test("text, bytes and named sources are the same policy", async () => {
  const padded = Buffer.concat([Buffer.from("xx"), Buffer.from(text), Buffer.from("xx")]);
  const part = padded.subarray(2, padded.length - 2);
  const sources: PolicySource[] = [text, encode(text), part, { text }, { name: "a.yaml", text: encode(text) }];
  const digests = await Promise.all(sources.map(async (source) => (await loadPolicy(source)).digest));
  assert.equal(new Set(digests).size, 1);
  assert.match(digests[0] ?? "", /^sha256:[0-9a-f]{64}$/);
});

test("a PolicyError has all diagnostics of all sources, and the text with carets as its message", async () => {
  const bad = "rules:\n  - { tool: a, action: alow }\n  - { tool: b, actoin: allow }\n";
  const error = await loadPolicy([
    { name: "good.yaml", text },
    { name: "bad.yaml", text: bad },
  ]).then(
    () => assert.fail("loaded"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof PolicyError && error instanceof Error);
  assert.deepEqual([error.name, error.code], ["PolicyError", "invalid-policy"]);
  assert.ok(error.diagnostics.length >= 2);
  assert.ok(error.diagnostics.every(({ source }) => source === 1));
  const [first] = error.diagnostics;
  assert.equal(first?.code, "unknown-action");
  assert.equal(bad.slice(first?.span.start, first?.span.end), "alow");
  assert.match(error.message, /--> bad\.yaml:2:24/);
  assert.match(error.message, /\^{4}/);
});

test("a fix mends the text", async () => {
  const bad = "# 😀\nrules: [{ tool: a, action: alow }]\n";
  const { diagnostics, policy } = await checkPolicy(bad);
  assert.equal(policy, null);
  const [fix] = diagnostics[0]?.fixes ?? [];
  assert.ok(fix);
  const mended = bad.slice(0, fix.span.start) + fix.replacement + bad.slice(fix.span.end);
  assert.deepEqual((await checkPolicy(mended)).diagnostics, []);
});

const badTexts: readonly [what: string, source: PolicySource, code: string][] = [
  ["an empty text", "", "empty-policy"],
  ["only a comment", "# nothing\n", "empty-policy"],
  ["a bracket that is never closed", "rules: [", "unclosed"],
  ["broken YAML", "rules: ]", "yaml-syntax"],
  ["bytes that are not UTF-8", new Uint8Array([0x72, 0xff, 0xfe, 0x00]), "damaged-text"],
  ["a binary file", readFileSync(new URL("../../pkg/dist/wasm/countersign_bg.wasm", import.meta.url)), "damaged-text"],
  ["half a surrogate pair", "name: \ud800\nrules: [{ tool: a, action: allow }]\n", "damaged-text"],
  ["5 MB", `${"# padding\n".repeat(500_000)}rules: [{ tool: a, action: allow }]\n`, "too-large"],
  [
    "too deep a nesting",
    `x-deep: ${"[".repeat(200)}${"]".repeat(200)}\nrules: [{ tool: a, action: allow }]\n`,
    "too-deep",
  ],
  ["an alias bomb", bomb(), "too-many-nodes"],
  ["a text without rules", "version: 1\n", "missing-key"],
  ["an empty list of rules", "rules: []\n", "empty"],
  ["a duplicate id", "rules: [{ id: x, tool: a, action: allow }, { id: x, tool: b, action: block }]", "duplicate-id"],
  ["a duplicate key", "rules: [{ tool: a, tool: b, action: allow }]", "duplicate-key"],
  ["__proto__ as a key", '{"__proto__": {}, "rules": [{"tool": "a", "action": "allow"}]}', "unknown-key"],
];

function bomb(): string {
  const levels = Array.from({ length: 20 }, (_, level) => {
    const items = Array.from({ length: 10 }, () => (level === 0 ? "lol" : `*a${level - 1}`));
    return `  - &a${level} [${items.join(", ")}]\n`;
  });
  return `x-bomb:\n${levels.join("")}rules: [{ tool: a, action: allow }]\n`;
}

for (const [what, source, code] of badTexts) {
  test(`${what}: \`${code}\`, and no policy`, async () => {
    const { diagnostics, rendered, policy } = await checkPolicy(source);
    assert.equal(policy, null);
    assert.ok(
      diagnostics.some((found) => found.code === code && found.severity === "error"),
      rendered.slice(0, 2000),
    );
    assert.notEqual(rendered, "");
    await assert.rejects(loadPolicy(source), { name: "PolicyError" });
  });
}

test("after any bad text the engine goes on", async () => {
  for (const [, source] of badTexts) await checkPolicy(source);
  assert.equal((await loadPolicy(text)).decide({ tool: "file.read" }).action, "allow");
});

test("limits can be raised and lowered", async () => {
  const large = `${"# padding\n".repeat(200_000)}${text}`;
  assert.equal((await checkPolicy(large)).policy, null);
  assert.ok((await checkPolicy(large, { limits: { bytes: 3_000_000 } })).policy);
  assert.equal((await checkPolicy(text, { limits: { bytes: 10 } })).diagnostics[0]?.code, "too-large");
  assert.equal((await checkPolicy(text, { limits: { depth: 2 } })).diagnostics[0]?.code, "too-deep");
  assert.equal((await checkPolicy(text, { limits: { nodes: 5 } })).diagnostics[0]?.code, "too-many-nodes");
});

test("what is no limit is refused, not ignored", async () => {
  const misuse = (limits: unknown) => checkPolicy(text, { limits: limits as { bytes: number } });
  await assert.rejects(misuse({ byte: 1 }), TypeError);
  await assert.rejects(misuse(null), TypeError);
  for (const bytes of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5", 2 ** 32]) {
    await assert.rejects(misuse({ bytes }), RangeError, String(bytes));
  }
});

test("what is no policy source is refused", async () => {
  for (const source of [undefined, null, 1, {}, { name: "a" }, { text: 1 }, [undefined], new Uint16Array(2)]) {
    await assert.rejects(loadPolicy(source as unknown as string), TypeError, String(source));
  }
  await assert.rejects(loadPolicy({ name: 1, text } as unknown as string), TypeError);
  await assert.rejects(loadPolicy([]), TypeError);
});

test("results are frozen", async () => {
  const policy = await loadPolicy(text);
  const { diagnostics } = await checkPolicy("rules: 1");
  const explained = policy.trace({ tool: "file.read" });
  const frozen = [policy, policy.policies, policy.decide({ tool: "a" }), explained, explained.policies, diagnostics];
  for (const value of frozen) assert.ok(Object.isFrozen(value));
});

test("a disposed policy decides no more, and neither does its simulation when disposed", async () => {
  const policy = await loadPolicy(text);
  const simulation = policy.simulation();
  policy.dispose();
  policy.dispose();
  const disposed = (error: unknown) => error instanceof EngineError && error.code === "disposed";
  assert.throws(() => policy.decide({ tool: "file.read" }), disposed);
  assert.throws(() => policy.trace({ tool: "file.read" }), disposed);
  assert.throws(() => policy.simulation(), disposed);
  assert.equal(simulation.push(encode('{"tool":"file.read"}\n'))[0]?.decision?.action, "allow");
  simulation.dispose();
  simulation.dispose();
  assert.throws(() => simulation.push(encode("\n")), disposed);
  assert.throws(() => simulation.counts, disposed);
});

test("a simulation decides lines in chunks of any size, and tells where they are", async () => {
  const policy = await loadPolicy(text);
  const lines = [
    '{"tool":"file.read"}',
    "",
    "nonsense",
    '{"tool":"é😀","args":{"x":[1]}}\r',
    '{"tool":"shell.execute"}',
  ];
  const bytes = encode(lines.join("\n"));
  const whole = policy.simulation();
  const expected = [...whole.push(bytes), ...whole.finish()];
  assert.deepEqual(
    expected.map(({ line, tool, decision, error }) => [line, tool, decision?.action ?? error?.code]),
    [
      [1, "file.read", "allow"],
      [3, null, "not-json"],
      [4, "é😀", "escalate"],
      [5, "shell.execute", "block"],
    ],
  );
  for (const { line, offset, length } of expected) {
    const slice = new TextDecoder().decode(bytes.subarray(offset, offset + length));
    assert.equal(slice.replace(/\r$/, ""), lines[line - 1]?.replace(/\r$/, ""));
  }
  const bytewise = policy.simulation();
  const found = Array.from(bytes, (byte) => bytewise.push(Uint8Array.of(byte))).flat();
  assert.deepEqual([...found, ...bytewise.finish()], expected);
  assert.deepEqual(bytewise.counts, whole.counts);
  assert.deepEqual(
    [whole.counts.calls, whole.counts.allow, whole.counts.escalate, whole.counts.block, whole.counts.errors],
    [3, 1, 1, 1, 1],
  );
  assert.throws(() => whole.push(bytes), EngineError);
  assert.throws(() => whole.finish(), EngineError);
  assert.throws(() => policy.simulation().push("text" as unknown as Uint8Array), TypeError);
});

test("rows, NDJSON and counts tell the same", async () => {
  const policy = await loadPolicy(text);
  const bytes = encode('{"tool":"file.read"}\nnonsense\n{"tool":"file.write"}\n');
  const [simulation, counted] = [policy.simulation(), policy.simulation()];
  const rows = simulation.push(bytes);
  for (const byte of bytes.subarray(0, -1)) counted.count(Uint8Array.of(byte));
  counted.finishCount();
  assert.deepEqual(counted.counts, simulation.counts);
  assert.throws(() => counted.count(bytes), EngineError);
  const ndjson = policy.simulation().pushNdjson(bytes);
  assert.ok(ndjson.endsWith("\n"));
  const parsed = ndjson
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(
    parsed,
    rows.map(({ line, decision, error }) => (decision ? { line, ...decision } : { line, error })),
  );
});

test("the text of a call is read by the engine, whole", async () => {
  assert.deepEqual(await readCall('{"tool":"a","args":{"n":1},"more":2}'), { tool: "a", args: { n: 1 } });
  const refused = (code: string) => (error: unknown) => error instanceof CallError && error.code === code;
  await assert.rejects(readCall('{"tool":"a","args":{"m":{"x":1,"x":2}}}'), refused("duplicate-key"));
  await assert.rejects(readCall('{"tool":"a"'), refused("not-json"));
  await assert.rejects(readCall(1 as unknown as string), TypeError);
});

test("tokens for colouring are in order, within the text and never overlap", async () => {
  for (const source of [text, "# 😀 é\nkey: 'v' # c\n", "rules: [", "\ud800: x", ""]) {
    let end = 0;
    for (const token of await highlightPolicy(source)) {
      assert.ok(token.start >= end && token.end > token.start && token.end <= source.length);
      end = token.end;
    }
  }
  const tokens = await highlightPolicy(text);
  const keys = tokens.filter(({ kind }) => kind === "key").map(({ start, end }) => text.slice(start, end));
  assert.deepEqual(keys.slice(0, 3), ["rules", "tool", "action"]);
});
