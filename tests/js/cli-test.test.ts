/** `countersign test`, in real processes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inFolder, run } from "./command.ts";

const rules =
  "rules:\n  - { id: read, tool: file.read, action: allow }\n  - { id: never, tool: db.drop, action: block }\n";
const files = {
  "good.yaml": `${rules}tests:\n  - { name: reading, call: { tool: file.read }, expect: allow }\n`,
  "bad.yaml": `${rules}tests:\n  - { name: "re\u00adading", call: { tool: file.read }, expect: block }\n`,
  "none.yaml": rules,
  "broken.yaml": "rules:\n  - tool: file.read\n    action: alow\n",
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
  assert.equal(stdout, "good.yaml:3:5: no test is decided by rule `never`\ngood.yaml: ok, 1 test, 1 of 2 rules hit\n");
});

test("a test that fails ends with 1, and is told with file and line, hidden characters in sight", async () => {
  const { code, stdout } = await tested(["bad.yaml", "good.yaml"]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^bad\.yaml:5:5: failed: re‹U\+00AD›ading\n {2}expected the action `block`, but it is `allow`: rule `read` matches\n/,
  );
  assert.match(stdout, /^bad\.yaml: 1 of 1 test failed, 1 of 2 rules hit$/m);
  assert.match(stdout, /^good\.yaml: ok/m);
});

test("a policy without tests says so, and one with errors runs none", async () => {
  const none = await tested(["none.yaml"]);
  assert.equal(none.code, 0);
  assert.match(none.stdout, /^none\.yaml: no tests, 0 of 2 rules hit$/m);
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
  assert.equal(reports[1].error.code, "unreadable");
});

test("wrong usage is refused", async () => {
  const { code, stderr } = await tested(["--format", "xml", "good.yaml"]);
  assert.equal(code, 2);
  assert.match(stderr, /`--format` must be `text` or `json`/);
});
