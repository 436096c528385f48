/** Whatever a call holds, whatever a pattern looks like: a decision that is strict, or an error that says what; never a trap. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Call, CallError, checkPolicy, loadPolicy, type Policy, PolicyError } from "countersign";

/** One of each matcher. */
const MATCHERS = [
  "{ equals: x }",
  "{ in: [x, y] }",
  "{ same_as: args.other }",
  "{ in_field: args.other }",
  "{ type: string }",
  "{ above: 5 }",
  "{ at_least: 5 }",
  "{ below: 5 }",
  "{ at_most: 5 }",
  "{ starts_with: x }",
  "{ ends_with: x }",
  "{ contains: x }",
  '{ glob: "x*y**z" }',
  '{ regex: "(x+x+)+y" }',
  "{ length: { above: 5 } }",
  "{ each: { equals: x } }",
  "{ some: { above: 5 } }",
  "{ has: x }",
  "{ where: { a: x } }",
  "{ only_keys: [a] }",
  "{ keys: { has: a } }",
  "{ values: { each: x } }",
  "{ not: { equals: x } }",
  "{ path: { under: /srv } }",
  "{ url: { host: acme.com } }",
  "{ email: { domain: acme.com } }",
  '{ shell: { only: ["git **"] } }',
  '{ shell: { runs: ["rm **"] } }',
] as const;

const nested = (depth: number): unknown => Array.from({ length: depth }).reduce((inside) => [inside], "x" as unknown);
const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));

/** Values that a call may well have, each of which some matcher is not made for. */
const VALUES: readonly (readonly [string, unknown])[] = [
  ["null", null],
  ["true", true],
  ["a number", 7],
  ["minus zero", -0],
  ["an integer beyond 2^53", 2 ** 53 + 2],
  ["the largest number", Number.MAX_VALUE],
  ["the smallest number", Number.MIN_VALUE],
  ["empty text", ""],
  ["5 MB of text", "x".repeat(5_000_000)],
  ["5 MB of text outside ASCII", "é\u202E😀".repeat(700_000)],
  ["64 KB that a regular expression could go back and forth in", "x".repeat(65_536)],
  ["text of NUL and controls", "\u0000\u0001\u007F\u0085\u2028"],
  ["a list", ["x", 1, null, {}]],
  ["an empty list", []],
  ["100,000 items", Array.from({ length: 100_000 }, (_, index) => index)],
  ["90 levels", nested(90)],
  ["an empty map", {}],
  ["100,000 keys", keys(100_000)],
  ["names in every script", { ключ: "значение", 键: "值", "🔑": "😀", "": "empty", constructor: "c", toString: "t" }],
];

/** Values that no call can carry. */
const REFUSED: readonly (readonly [string, unknown])[] = [
  ["NaN", Number.NaN],
  ["infinite", Number.POSITIVE_INFINITY],
  ["a lone surrogate", "\uD800"],
  ["a key that is a lone surrogate", { "\uDC00": 1 }],
  ["1,000 levels", nested(1_000)],
  ["a key that is __proto__", JSON.parse('{"__proto__": 1}')],
  ["a BigInt", 1n],
  ["a Date", new Date(0)],
];

async function policyOf(matcher: string): Promise<Policy> {
  // A rule that blocks, before one that allows: what is not understood must not slip through between them.
  return loadPolicy(`
rules:
  - { id: r, tool: t, when: { args.v: ${matcher} }, action: block }
  - { tool: t, action: allow }
`);
}

for (const matcher of MATCHERS) {
  test(`whatever the value is, ${matcher} ends in a decision, and never allows what it cannot decide`, async () => {
    const policy = await policyOf(matcher);
    for (const [name, v] of VALUES) {
      const { action, undecidable } = policy.decide({ tool: "t", args: { v, other: v } });
      assert.ok(undecidable.length === 0 || action === "block", `${name}: ${action}`);
    }
    for (const [name, v] of REFUSED) {
      assert.throws(() => policy.decide({ tool: "t", args: { v } } as Call), CallError, name);
    }
    assert.equal(policy.decide({ tool: "t", args: {} }).action, "allow", "the engine goes on");
    policy.dispose();
  });
}

test("numbers that recorded calls write and JavaScript rounds do not loosen a decision", async () => {
  const policy = await policyOf("{ above: 5 }");
  const simulation = policy.simulation();
  const lines = ["9007199254740993", "1e400", "-1e400", "1e-400", "0.1e1", "123456789012345678901234567890"];
  const text = lines.map((number) => `{"tool":"t","args":{"v":${number}}}\n`).join("");
  const found = simulation.push(new TextEncoder().encode(text));
  assert.deepEqual(
    found.map(({ decision, error }) => decision?.action ?? error?.code),
    ["block", "not-json", "not-json", "allow", "allow", "block"],
  );
});

const PATTERNS = [
  "(a+)+$",
  "(a|a)*b",
  "(a|aa)+$",
  "(.*)*x",
  "a{1000}{1000}",
  "(a{1,100}){1,100}",
  "((((((a*)*)*)*)*)*)*b",
  "(a?){500}a{500}",
  "x{4294967296}",
  "x{99999999999999999999}",
  "(?i)(straße|ſ|K)*",
  "\\p{L}+",
  "[\\s\\S]*[\\s\\S]*[\\s\\S]*b",
  "(".repeat(1_000) + ")".repeat(1_000),
  "a|".repeat(20_000),
  "[a-z".repeat(500),
  "\\",
  "(?<n>a)\\k<n>",
  "(?=a)",
  "\u0000",
  "😀+",
];

for (const pattern of PATTERNS) {
  const shown = pattern.length > 40 ? `${pattern.slice(0, 20)}… (${pattern.length})` : JSON.stringify(pattern);
  test(`the regular expression ${shown} is refused with its place, or takes bounded time`, async () => {
    const text = `rules: [{ tool: t, when: { args.v: { regex: ${JSON.stringify(pattern)} } }, action: block }]`;
    const { policy, diagnostics } = await checkPolicy(text);
    if (!policy) {
      assert.ok(diagnostics.some(({ severity }) => severity === "error"));
      for (const { span } of diagnostics) assert.ok(span.end <= text.length);
      return;
    }
    for (const v of ["a".repeat(65_536), `${"a".repeat(65_535)}!`, "é".repeat(30_000), "a".repeat(5_000_000)]) {
      const { action } = policy.decide({ tool: "t", args: { v } });
      assert.ok(action === "block" || action === "escalate");
    }
  });
}

test("names in every script are names", async () => {
  const text = `
name: "политика 📜"
rules:
  - { id: "правило ✓", tool: "инструмент.読む", when: { 'args["ключ 键"]': "значение" }, action: allow, marks: ["метка"] }
  - { tool: "工具/**", action: block }
`;
  const policy = await loadPolicy(text);
  const decision = policy.decide({ tool: "инструмент.読む", args: { "ключ 键": "значение" } });
  assert.deepEqual([decision.action, decision.rule, decision.marks], ["allow", "правило ✓", ["метка"]]);
  assert.equal(policy.decide({ tool: "工具/a/б" }).action, "block");
  await assert.rejects(loadPolicy('rules: [{ tool: "a\uD800", action: allow }]'), PolicyError);
});
