/** The vectors of `tests/vectors/` through the built wasm; `tests/it/vectors.rs` runs the same natively. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { type Call, checkPolicy, type Decision, type Policy, type Span } from "countersign";
import { assertTraceTells } from "./traces.ts";

interface Row {
  readonly call: Call;
  /** What was used of limits, by the id of their rules. */
  readonly usage?: Readonly<Record<string, number>>;
  readonly decision: Readonly<Record<string, unknown>>;
  /** The field that does not fit the catalogue. */
  readonly misfit?: string;
}

/** A diagnostic; of the keys after `code` only those that are written count. */
interface Told {
  readonly code: string;
  readonly at?: string;
  readonly line?: number;
  readonly column?: number;
  readonly related?: readonly string[];
}

interface Case extends Partial<Row> {
  readonly name: string;
  readonly policy?: string;
  readonly policies?: readonly string[];
  /** Text of a tool catalogue. */
  readonly tools?: string;
  readonly diagnostics?: readonly Told[];
  readonly calls?: readonly Row[];
  readonly digest?: string;
  readonly same_digest_as?: string;
}

const vectors = new URL("../../target/vectors.json", import.meta.url);
const known = "name policy policies tools diagnostics call usage decision misfit calls digest same_digest_as".split(
  " ",
);

function read(): readonly { readonly file: string; readonly cases: readonly Case[] }[] {
  assert.ok(existsSync(vectors), "no target/vectors.json: run `npm test -- vectors` first");
  return JSON.parse(readFileSync(vectors, "utf8")).files;
}

const files = read();

test("there are vectors", () => {
  assert.ok(files.flatMap(({ cases }) => cases).length >= 100);
});

for (const { file, cases } of files) {
  for (const vector of cases) test(`${file}: ${vector.name}`, () => check(vector));
}

async function check(vector: Case): Promise<void> {
  const unknown = Object.keys(vector).filter((key) => !known.includes(key));
  assert.deepEqual(unknown, [], "a key that this test does not know");
  const texts = vector.policies ?? [vector.policy ?? ""];
  const { tools } = vector;
  const { diagnostics: all, policy } = await checkPolicy(texts, tools === undefined ? {} : { tools });
  const alone = tools === undefined ? [] : (await checkPolicy(texts)).diagnostics;
  const diagnostics = all.filter((one) => !alone.some((other) => isDeepStrictEqual(one, other)));
  const expected = vector.diagnostics ?? [];
  // Without `diagnostics` there is no error, and warnings may be.
  const told = vector.diagnostics ? diagnostics : diagnostics.filter(({ severity }) => severity === "error");
  const found = told.map(({ code, source, span, related }) => {
    const text = [...texts, tools ?? ""][source] ?? "";
    const at = ({ start, end }: Span) => text.slice(start, end);
    const { line, column } = span;
    return { code, at: at(span), line, column, related: related.map((one) => at(one.span)) };
  });
  assert.deepEqual(asExpected(expected, found), expected);
  if (vector.digest) assert.equal(policy?.digest, vector.digest);
  if (vector.same_digest_as) assert.equal(policy?.digest, (await checkPolicy(vector.same_digest_as)).policy?.digest);
  const rows = [...(vector.call ? [vector as Row] : []), ...(vector.calls ?? [])];
  if (rows.length === 0) return;
  assert.ok(policy, "there is no policy");
  for (const row of rows) checkRow(policy, row);
}

/** A rule that could not be decided: its id, or with the field that is in doubt. */
type Expected = string | { readonly rule: string; readonly field: string };

function checkRow(policy: Policy, { call, usage: used = {}, decision, misfit }: Row): void {
  const charged = policy.decide(call).charge.filter(({ rule }) => Object.hasOwn(used, rule));
  const usage = Object.fromEntries(charged.map(({ bucket, rule }) => [bucket, used[rule] ?? 0]));
  const found = policy.decide(call, { usage });
  const { undecidable, ...others } = decision as Record<string, unknown> & { undecidable?: readonly Expected[] };
  for (const [key, value] of Object.entries(others)) {
    const shown = asExpected(value, found[key as keyof Decision]);
    assert.deepEqual(shown, value, `\`${call.tool}\`: ${key}`);
  }
  if (undecidable) {
    const asked = found.undecidable.map(({ rule, field }, index) =>
      typeof undecidable[index] === "string" ? rule : { field, rule },
    );
    assert.deepEqual(asked, undecidable, `\`${call.tool}\`: undecidable`);
  }
  const trace = policy.trace(call, { usage });
  assert.deepEqual(trace.decision, found, "the trace tells another decision");
  assertTraceTells(trace);
  assert.equal(trace.misfit?.field, misfit, `\`${call.tool}\`: misfit`);
  if (charged.length > 0) return;
  const simulation = policy.simulation();
  simulation.push(new TextEncoder().encode(JSON.stringify(call)));
  assert.deepEqual(simulation.finish()[0]?.decision, found, "the simulation decides otherwise");
}

/** `found`, of maps only with the keys that `expected` has. */
function asExpected(expected: unknown, found: unknown): unknown {
  if (Array.isArray(expected) && Array.isArray(found)) {
    return found.map((item, index) => asExpected(expected[index], item));
  }
  if (!isMap(expected) || !isMap(found)) return found;
  const keys = Object.keys(expected).filter((key) => Object.hasOwn(found, key));
  return Object.fromEntries(keys.map((key) => [key, asExpected(expected[key], found[key])]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
