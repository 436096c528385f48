/** Whatever a call holds, whatever a pattern looks like: a decision that is strict, or an error that says what; never a trap. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Call, CallError, checkPolicy, loadPolicy, type Policy, PolicyError } from "countersign";

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
  ["a key that is __proto__", JSON.parse('{"__proto__": 1}')],
  ["a BigInt", 1n],
  ["a Date", new Date(0)],
];

/** The same, but what is wrong lies inside, where not every matcher looks. */
const REFUSED_INSIDE: readonly (readonly [string, unknown])[] = [
  ["1,000 levels", nested(1_000)],
  ["a Date in a list", [new Date(0)]],
  ["a key that is __proto__, further in", [JSON.parse('{"__proto__": 1}')]],
];

async function policyOf(matcher: string): Promise<Policy> {
  // A rule that blocks, before one that allows: what is not understood must not slip through between them.
  return loadPolicy(`
rules:
  - { id: r, tool: t, when: { args.v: ${matcher} }, action: block }
  - { tool: t, action: allow }
`);
}

const SAFE = ["a number", "minus zero", "the smallest number"];
const UNSAFE = ["an integer beyond 2^53", "the largest number"];
const LONG = ["5 MB of text", "5 MB of text outside ASCII"];
const BACK_AND_FORTH = "64 KB that a regular expression could go back and forth in";
const TEXTS = ["empty text", ...LONG, BACK_AND_FORTH, "text of NUL and controls"];
const LISTS = ["a list", "an empty list", "100,000 items", "90 levels"];
const MAPS = ["an empty map", "100,000 keys", "names in every script"];
const ALL = VALUES.map(([name]) => name);

const but = (names: readonly string[], ...others: readonly string[]) => names.filter((name) => !others.includes(name));

const NO_TEXT = but(ALL, ...TEXTS);
const NO_NUMBER = but(ALL, ...SAFE);
const NO_LIST = but(ALL, ...LISTS);
const NO_MAP = but(ALL, ...MAPS);
const TEXT_OF_X = ["5 MB of text", BACK_AND_FORTH];

/** Each matcher, the values of which nobody can say whether they match, and those that do; all others do not. */
const MATCHERS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["{ equals: x }", but(NO_TEXT, "null"), []],
  ["{ in: [x, y] }", but(NO_TEXT, "null"), []],
  ["{ same_as: args.other }", UNSAFE, but(ALL, ...UNSAFE)],
  ["{ in_field: args.other }", but(ALL, "an empty list"), []],
  ["{ same_as: args.nothing }", ALL, []],
  ["{ in_field: args.nothing }", ALL, []],
  ["{ exists: true }", [], ALL],
  ["{ exists: false }", [], []],
  ["{ empty: true }", [], ["null", "empty text", "an empty list", "an empty map"]],
  ["{ type: string }", [], TEXTS],
  ["{ above: 5 }", NO_NUMBER, ["a number"]],
  ["{ at_least: 5 }", NO_NUMBER, ["a number"]],
  ["{ below: 5 }", NO_NUMBER, ["minus zero", "the smallest number"]],
  ["{ at_most: 5 }", NO_NUMBER, ["minus zero", "the smallest number"]],
  ["{ starts_with: x }", NO_TEXT, TEXT_OF_X],
  ["{ ends_with: x }", NO_TEXT, TEXT_OF_X],
  ["{ contains: x }", NO_TEXT, TEXT_OF_X],
  ['{ glob: "x*y**z" }', [...NO_TEXT, ...LONG], []],
  ['{ regex: "(x+x+)+y" }', [...NO_TEXT, ...LONG], []],
  [
    "{ length: { above: 5 } }",
    ["null", "true", ...SAFE, ...UNSAFE],
    [...LONG, BACK_AND_FORTH, "100,000 items", "100,000 keys", "names in every script"],
  ],
  // One item that certainly does not match settles the list.
  ["{ each: { equals: x } }", [...NO_LIST, "100,000 items", "90 levels"], []],
  ["{ some: { above: 5 } }", [...NO_LIST, "a list", "90 levels"], ["100,000 items"]],
  ["{ has: x }", [...NO_LIST, "100,000 items", "90 levels"], ["a list"]],
  ["{ where: { a: x } }", NO_MAP, []],
  ["{ only_keys: [a] }", NO_MAP, ["an empty map"]],
  ["{ keys: { has: a } }", NO_MAP, []],
  ["{ values: { each: x } }", [...NO_MAP, "100,000 keys"], []],
  ["{ not: { equals: x } }", but(NO_TEXT, "null"), ["null", ...TEXTS]],
  ["{ path: { under: /srv } }", ALL, []],
  ["{ url: { host: acme.com } }", ALL, []],
  ["{ email: { domain: acme.com } }", ALL, []],
  ['{ shell: { only: ["git **"] } }', but(ALL, BACK_AND_FORTH), []],
  ['{ shell: { runs: ["rm **"] } }', but(ALL, BACK_AND_FORTH), []],
];

for (const [matcher, undecidable, matched] of MATCHERS) {
  test(`whatever the value is, ${matcher} ends in a decision, and never allows what it cannot decide`, async () => {
    const policy = await policyOf(matcher);
    for (const [name, v] of VALUES) {
      const decision = policy.decide({ tool: "t", args: { v, other: v } });
      const isInDoubt = undecidable.includes(name);
      const action = isInDoubt || matched.includes(name) ? "block" : "allow";
      const expected = { action, cause: isInDoubt ? "undecidable" : "rule", doubts: isInDoubt ? 1 : 0 };
      const found = { action: decision.action, cause: decision.cause, doubts: decision.undecidable.length };
      assert.deepEqual(found, expected, name);
    }
    for (const [name, v] of REFUSED) {
      assert.throws(() => policy.decide({ tool: "t", args: { v } } as Call), CallError, name);
    }
    for (const [name, v] of REFUSED_INSIDE) {
      const decide = () => policy.decide({ tool: "t", args: { v, other: v } } as Call);
      if (/same_as|in_field|each|some|has|where|values/.test(matcher) && !/keys/.test(matcher)) {
        assert.throws(decide, CallError, name);
        continue;
      }
      // As for a list that is in order.
      const likewise = undecidable.includes("a list") || matched.includes("a list") ? "block" : "allow";
      assert.equal(decide().action, likewise, name);
    }
    const sees = /^{ (exists: false|empty: true) }$/.test(matcher);
    assert.equal(policy.decide({ tool: "t", args: {} }).action, sees ? "block" : "allow", "the engine goes on");
    policy.dispose();
  });
}

test("there is a row for every matcher of the language", () => {
  const schema = JSON.parse(readFileSync(new URL(import.meta.resolve("countersign/policy.schema.json")), "utf8"));
  const [, matchers] = schema.$defs.matcher.anyOf as readonly { readonly properties: object }[];
  const rows = MATCHERS.map(([matcher]) => /\w+/.exec(matcher)?.[0]);
  assert.deepEqual(
    Object.keys(matchers?.properties ?? {}).filter((name) => !rows.includes(name)),
    [],
  );
  const names = [...MATCHERS.flatMap(([, undecidable, matched]) => [...undecidable, ...matched])];
  assert.deepEqual(
    names.filter((name) => !ALL.includes(name)),
    [],
  );
});

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

const A_64K = "a".repeat(65_536);
const A_THEN_SIGN = `${"a".repeat(65_535)}!`;
const ACCENTS = "é".repeat(30_000);

/**
 * Regular expressions, and which of the three texts above they match; `null`: they are refused. Last, those for which
 * it would take too long.
 */
const PATTERNS: readonly (readonly [string, readonly string[] | null, (readonly string[])?])[] = [
  ["(a+)+$", [A_64K]],
  ["(a|a)*b", []],
  ["(a|aa)+$", [A_64K]],
  ["(.*)*x", []],
  ["a{1000}{1000}", null],
  ["(a{1,100}){1,100}", null],
  ["(a{1,10}){1,10}", []],
  ["((((((a*)*)*)*)*)*)*b", []],
  ["(a?){500}a{500}", [], [A_64K, A_THEN_SIGN, ACCENTS]],
  ["x{4294967296}", null],
  ["x{99999999999999999999}", null],
  ["(?i)(straße|ſ|K)*", []],
  ["\\p{L}+", null],
  ["[\\s\\S]*[\\s\\S]*[\\s\\S]*b", []],
  ["(".repeat(1_000) + ")".repeat(1_000), null],
  ["a|".repeat(20_000), null],
  ["[a-z".repeat(500), null],
  ["\\", null],
  ["(?<n>a)\\k<n>", null],
  ["(?=a)", null],
  ["\u0000", []],
  ["😀+", []],
  [".*", [A_64K, A_THEN_SIGN, ACCENTS]],
  ["[^a]+", [ACCENTS]],
];

for (const [pattern, matched, tooLong = []] of PATTERNS) {
  const shown = pattern.length > 40 ? `${pattern.slice(0, 20)}… (${pattern.length})` : JSON.stringify(pattern);
  test(`the regular expression ${shown} is refused with its place, or matches what it should`, async () => {
    const text = `default: allow\nrules: [{ tool: t, when: { args.v: { regex: ${JSON.stringify(pattern)} } }, action: block }]`;
    const { policy, diagnostics } = await checkPolicy(text);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    assert.deepEqual([policy === null, errors.length > 0], [matched === null, matched === null]);
    for (const { span } of errors) assert.ok(span.start < span.end && span.end <= text.length);
    for (const v of policy ? [A_64K, A_THEN_SIGN, ACCENTS] : []) {
      const { action, cause } = policy?.decide({ tool: "t", args: { v } }) ?? {};
      const settled = matched?.includes(v) ? ["block", "rule"] : ["allow", "default"];
      const expected = tooLong.includes(v) ? ["block", "undecidable"] : settled;
      assert.deepEqual([action, cause], expected, `${v.slice(0, 3)}… ${v.length}`);
    }
    // Longer than is matched.
    const long = policy?.decide({ tool: "t", args: { v: `${A_64K}a` } });
    assert.deepEqual([long?.action, long?.cause], matched ? ["block", "undecidable"] : [undefined, undefined]);
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
