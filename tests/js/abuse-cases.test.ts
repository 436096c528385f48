/** Each abuse case that must or should pass has a test, and the page that says so is the one that the tests make. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { abuseCases, abusePage, abuseTestsIn } from "../../scripts/abuse-cases.mjs";

test("every abuse case of priority 0 and 1 has a test, or says where it belongs", () => {
  const open = abuseCases().filter(
    ({ priority, tests, elsewhere }) => priority < 2 && tests.length === 0 && !elsewhere,
  );
  assert.deepEqual(
    open.map(({ id, case: what }) => `${id}: ${what}`),
    [],
  );
});

test("only tests that are declared count, each for all the cases with which its name begins", () => {
  const javascript = abuseTestsIn(
    'const a = "b05_no_test";\n// test("b06_no_test", …)\ntest("b04_one: it is", () => 0);\ntest(\n  `e02_e03_both`,\n);',
    ".ts",
  );
  assert.deepEqual(javascript, [
    { name: "b04_one", ids: ["b04"] },
    { name: "e02_e03_both", ids: ["e02", "e03"] },
  ]);
  const rust = abuseTestsIn('    fn b12_one() {}\n    // fn b13_none() {}\n    run("b14_none", b15_none);', ".rs");
  assert.deepEqual(rust, [{ name: "b12_one", ids: ["b12"] }]);
});

test("docs/abuse-cases.md is what `node scripts/abuse-cases.mjs` writes", () => {
  assert.equal(readFileSync(new URL("../../docs/abuse-cases.md", import.meta.url), "utf8"), abusePage());
});
