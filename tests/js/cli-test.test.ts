/** `countersign test`, in real processes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { inFolder, run } from "./command.ts";

const rules =
  "rules:\n  - { id: read, tool: file.read, action: allow }\n  - { id: never, tool: db.drop, action: block }\n";
const table = `
rules:
  - id: small
    tool: pay
    when: { args.amount: { above: 0, at_most: 50 } }
    action: allow
  - { id: rest, tool: pay, action: escalate }
tests:
  - name: amounts
    call: { tool: pay, args: { amount: 1 } }
    expect: { rule: small }
    cases:
      - { args: { amount: 50 } }
      - { name: "<too> & \\"much\\"\\a", args: { amount: 51 }, expect: { rule: small } }
`;
const files = {
  "good.yaml": `${rules}tests:\n  - { name: reading, call: { tool: file.read }, expect: allow }\n`,
  "bad.yaml": `${rules}tests:\n  - { name: "re\u00adading", call: { tool: file.read }, expect: block }\n`,
  "none.yaml": rules,
  "broken.yaml": "rules:\n  - tool: file.read\n    action: alow\n",
  "table.yaml": table,
  "tools.json": '[{ "name": "file.read" }, { "name": "db.drop" }]',
};

async function tested(args: readonly string[]) {
  let ended: Awaited<ReturnType<typeof run>> | undefined;
  await inFolder(files, async (folder) => {
    ended = await run(["test", ...args], undefined, folder);
  });
  assert.ok(ended !== undefined);
  return ended;
}

test("tests that pass end with 0, and rules that no test hits are named with their places", async () => {
  const { code, stdout, stderr } = await tested(["good.yaml", "--tools", "tools.json"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(
    stdout,
    "good.yaml:3:5: no test is decided by rule `never`\ngood.yaml: ok, 1 test, 1 of 2 rules hit, coverage 40 %\n",
  );
});

test("a test that fails ends with 1, and is told with file and line, hidden characters in sight", async () => {
  const { code, stdout } = await tested(["bad.yaml", "good.yaml"]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^bad\.yaml:5:5: failed: re‹U\+00AD›ading\n {2}expected the action `block`, but it is `allow`: rule `read` matches\n/,
  );
  assert.match(stdout, /^bad\.yaml: 1 of 1 test failed, 1 of 2 rules hit, coverage 40 %$/m);
  assert.match(stdout, /^good\.yaml: ok/m);
});

test("a policy without tests says so, and one with errors runs none", async () => {
  const none = await tested(["none.yaml"]);
  assert.equal(none.code, 0);
  assert.match(none.stdout, /^none\.yaml: no tests, 0 of 2 rules hit, coverage 0 %$/m);
  const broken = await tested(["broken.yaml"]);
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /unknown action `alow`/);
  assert.match(broken.stdout, /^broken\.yaml: the policy or its tools have errors, so no test was run$/m);
});

test("the JSON form has every test and rule", async () => {
  const { code, stdout } = await tested(["--format", "json", "good.yaml", "missing.yaml"]);
  assert.equal(code, 2);
  const { files: reports } = JSON.parse(stdout);
  assert.deepEqual([reports[0].file, reports[0].passed, reports[0].tests[0].name], ["good.yaml", 1, "reading"]);
  assert.deepEqual(reports[0].coverage.rules, { seen: 1, all: 2 });
  assert.equal((await tested(["--json", "good.yaml", "missing.yaml"])).stdout, stdout);
  assert.equal(reports[1].error.code, "unreadable");
});

test("wrong usage is refused", async () => {
  const { code, stderr } = await tested(["--format", "xml", "good.yaml"]);
  assert.equal(code, 2);
  assert.match(stderr, /`--format` must be `text` or `json`/);
});

test("each case of a table is a test, told with its own place", async () => {
  const { code, stdout } = await tested(["table.yaml"]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^table\.yaml:14:9: failed: amounts: <too> & "much"‹U\+0007›\n {2}expected the rule `small`, but `rest` decides/,
  );
  assert.match(stdout, /^table\.yaml: 1 of 2 tests failed, 2 of 2 rules hit, coverage 87 %$/m);
});

test("--coverage lists matchers that came out one way only, and actions that no test comes to", async () => {
  const { stdout } = await tested(["--coverage", "table.yaml", "none.yaml"]);
  assert.match(stdout, /^table\.yaml:5:13: `args\.amount above` of rule `small` holds in every test$/m);
  assert.doesNotMatch(stdout, /at_most/);
  assert.match(stdout, /^table\.yaml: rules 2 of 2, outcomes of matchers 3 of 4, actions 2 of 2$/m);
  assert.match(stdout, /^none\.yaml: no test comes to `block`$/m);
});

test("--min-coverage ends with 1 below it, and with what is missing", async () => {
  const enough = await tested(["--min-coverage", "40", "good.yaml"]);
  assert.equal(enough.code, 0, enough.stdout);
  const short = await tested(["--min-coverage", "40.5", "good.yaml"]);
  assert.equal(short.code, 1);
  assert.match(short.stdout, /^good\.yaml: no test comes to `block`$/m);
  assert.match(short.stdout, /coverage 40 %, which is less than 40\.5 %$/m);
  for (const wrong of ["101", "-1", "x", ""]) {
    const { code, stderr } = await tested([`--min-coverage=${wrong}`, "good.yaml"]);
    assert.equal(code, 2);
    assert.match(stderr, /`--min-coverage` must be a number from 0 to 100/);
  }
});

test("--junit writes a suite for each policy and a case for each test", async () => {
  await inFolder(files, async (folder) => {
    const { code } = await run(["test", "good.yaml", "table.yaml", "broken.yaml", "--junit", "out.xml"], "", folder);
    assert.equal(code, 1);
    assert.equal(
      readFileSync(join(folder, "out.xml"), "utf8"),
      `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="countersign" tests="4" failures="1" errors="1" skipped="0">
  <testsuite name="good.yaml" tests="1" failures="0" errors="0" skipped="0">
    <testcase name="reading" classname="good.yaml" file="good.yaml" line="5"/>
  </testsuite>
  <testsuite name="table.yaml" tests="2" failures="1" errors="0" skipped="0">
    <testcase name="amounts #1" classname="table.yaml" file="table.yaml" line="13"/>
    <testcase name="amounts: &lt;too&gt; &amp; &quot;much&quot;‹U+0007›" classname="table.yaml" file="table.yaml" line="14">
      <failure message="expected the rule \`small\`, but \`rest\` decides: rule \`rest\` matches" type="rule">table.yaml:14:9: expected the rule \`small\`, but \`rest\` decides: rule \`rest\` matches</failure>
    </testcase>
  </testsuite>
  <testsuite name="broken.yaml" tests="1" failures="0" errors="1" skipped="0">
    <testcase name="policy" classname="broken.yaml" file="broken.yaml">
      <error message="the policy or its tools have errors, so no test was run" type="invalid-policy"/>
    </testcase>
  </testsuite>
</testsuites>
`,
    );
    const unwritable = await run(["test", "good.yaml", "--junit", "no/such/out.xml"], "", folder);
    assert.equal(unwritable.code, 2);
    assert.match(unwritable.stderr, /cannot write `no\/such\/out\.xml`/);
  });
});
