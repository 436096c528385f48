/** Each abuse case that must or should pass has a test, and the page that says so is the one that the tests make. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { abuseCases, abusePage } from "../../scripts/abuse-cases.mjs";

test("every abuse case of priority 0 and 1 has a test, or says where it belongs", () => {
  const open = abuseCases().filter(
    ({ priority, tests, elsewhere }) => priority < 2 && tests.length === 0 && !elsewhere,
  );
  assert.deepEqual(
    open.map(({ id, case: what }) => `${id}: ${what}`),
    [],
  );
});

test("docs/abuse-cases.md is what `node scripts/abuse-cases.mjs` writes", () => {
  assert.equal(readFileSync(new URL("../../docs/abuse-cases.md", import.meta.url), "utf8"), abusePage());
});
