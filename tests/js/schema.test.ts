/** The JSON Schema of the policy language: what the engine takes it takes, and what it can refuse it refuses. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { checkPolicy } from "countersign";

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));
const schema = read("../../pkg/policy.schema.json");
const policies: readonly { readonly name: string; readonly text: string; readonly data: unknown }[] =
  read("../../target/policies.json").policies;

const validate = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true }).compile(
  schema,
);

/** Codes of problems that a schema can say. Others are about text, or about more than one place. */
const EXPRESSIBLE = [
  "unknown-key",
  "unknown-action",
  "unknown-risk",
  "unknown-word",
  "unknown-matcher",
  "unknown-type",
  "missing-key",
  "wrong-type",
  "empty",
  "out-of-range",
  "duration",
  "field",
];

async function checked() {
  const rows = [];
  for (const { name, text, data } of policies) {
    const { diagnostics, policy } = await checkPolicy(text);
    const codes = diagnostics.filter(({ severity }) => severity === "error").map(({ code }) => code);
    rows.push({ name, text, data, codes, usable: policy !== null });
    policy?.dispose();
  }
  return rows;
}

const rows = await checked();

test("every policy that the engine takes fits the schema", () => {
  const usable = rows.filter(({ usable, data }) => usable && data !== null);
  assert.ok(usable.length > 500, `only ${usable.length} policies`);
  for (const { name, text, data } of usable) {
    assert.ok(validate(data), `${name}: ${JSON.stringify(validate.errors?.slice(0, 3))}\n${text}`);
  }
});

test("what a schema can say of a policy that the engine refuses, this one says", () => {
  const refused = rows.filter(({ usable, data, codes }) => !usable && data !== null && codes.some(expressible));
  assert.ok(refused.length > 80, `only ${refused.length} policies`);
  const missed = refused.filter(({ data }) => validate(data));
  const shown = missed.map(({ name, codes, text }) => `${codes.join(" ")}: ${name}\n${text}`);
  assert.deepEqual(shown, []);
});

function expressible(code: string): boolean {
  return EXPRESSIBLE.includes(code);
}
