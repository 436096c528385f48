/** `countersign mutate`, in real processes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { createMutation, EngineError, loadPolicy } from "countersign";
import { ended, inFolder, read, run, start } from "./command.ts";

const POLICY = `rules:
  - id: small
    tool: pay
    when: { args.amount: { at_most: 50 } }
    action: allow
  - { id: rest, tool: pay, action: escalate }
tests:
  - name: amounts
    call: { tool: pay, args: { amount: 50 } }
    expect: { rule: small }
    cases:
      - { expect: { action: allow, rule: small } }
      - { args: { amount: 60 }, expect: { action: escalate, rule: rest } }
`;
const files = {
  "p.yaml": POLICY,
  "failing.yaml": `${POLICY}  - { name: wrong, call: { tool: pay, args: { amount: 1 } }, expect: block }\n`,
  "none.yaml": POLICY.slice(0, POLICY.indexOf("tests:")),
  "broken.yaml": "rules:\n  - tool: file.read\n    action: alow\n",
};

async function mutated(args: readonly string[]) {
  let finished: Awaited<ReturnType<typeof run>> | undefined;
  await inFolder(files, async (folder) => {
    finished = await run(["mutate", ...args], undefined, folder);
  });
  assert.ok(finished !== undefined);
  return finished;
}

test("changes that no test notices are told with their places, and the score", async () => {
  const { code, stdout, stderr } = await mutated(["p.yaml"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(
    stdout,
    "p.yaml:1:1: not noticed: `default: escalate` made `allow`\n" +
      "p.yaml:1:1: not noticed: `default: escalate` made `block`\n" +
      "p.yaml:4:26: not noticed: rule `small`: `args.amount at_most: 50` moved to `51`\n" +
      "p.yaml: 11 of 14 changes noticed by 2 tests, score 78.5 %\n",
  );
});

test("--min-score ends with 1 below it", async () => {
  assert.equal((await mutated(["--min-score", "78", "p.yaml"])).code, 0);
  const { code, stdout } = await mutated(["--min-score", "78.6", "p.yaml"]);
  assert.equal(code, 1);
  assert.match(stdout, /score 78\.5 %, which is less than 78\.6 %$/m);
});

test("a test that fails notices nothing and ends with 1; without tests nothing is noticed", async () => {
  const failing = await mutated(["failing.yaml"]);
  assert.equal(failing.code, 1);
  assert.match(failing.stdout, /11 of 14 changes noticed by 2 tests, .*, 1 test fails without any change$/m);
  const none = await mutated(["none.yaml", "--min-score", "1"]);
  assert.equal(none.code, 1);
  assert.match(none.stdout, /0 of 14 changes noticed by 0 tests, score 0 %/);
});

test("the JSON form has every survivor, and fewer changes if fewer are wanted", async () => {
  const { code, stdout } = await mutated(["--json", "--max-changes", "7", "p.yaml", "broken.yaml", "missing.yaml"]);
  assert.equal(code, 2);
  const [report, broken, missing] = JSON.parse(stdout).files;
  assert.deepEqual([report.all, report.wanted, report.tried, report.tests], [14, 7, 7, 2]);
  const [survivor] = report.survivors;
  assert.deepEqual([survivor.rule, survivor.what, survivor.span.line], [null, "`default: escalate` made `allow`", 1]);
  assert.deepEqual([broken.error.code, missing.error.code], ["invalid-policy", "unreadable"]);
});

test("Ctrl-C ends it with what was found so far", async () => {
  const values = Array.from({ length: 4_000 }, (_, value) => value).join(", ");
  const rules = Array.from(
    { length: 20 },
    (_, n) => `  - { id: r${n}, tool: a, when: { args.n${n}: [${values}] }, action: allow }`,
  );
  // Enough work for minutes, so that no machine is done before it is interrupted.
  const test = (_: unknown, n: number) => `{ name: t${n}, call: { tool: a, args: { m: ${n} } }, expect: escalate }`;
  const tests = `tests: [${Array.from({ length: 40 }, test).join(", ")}]`;
  await inFolder({ "large.yaml": `rules:\n${rules.join("\n")}\n${tests}\n` }, async (folder) => {
    // Before it listens a signal ends it without a word: then it gets more time.
    let finished = await interrupted(folder, 1_000);
    for (let waitMs = 2_000; finished.code === null && waitMs <= 16_000; waitMs *= 2) {
      finished = await interrupted(folder, waitMs);
    }
    assert.equal(finished.code, 130, finished.stderr);
    const [report] = JSON.parse(finished.stdout).files;
    assert.ok(report.tried > 0 && report.tried < report.wanted, `${report.tried} of ${report.wanted}`);
  });
});

async function interrupted(folder: string, afterMs: number) {
  const child = start(["mutate", "large.yaml", "--json", "--max-changes", "1000000"], { cwd: folder });
  const [stdout, stderr, code] = [read(child.stdout), read(child.stderr), ended(child)];
  await wait(afterMs);
  child.kill("SIGINT");
  return { code: await code, stdout: await stdout, stderr: await stderr };
}

test("wrong usage is refused", async () => {
  const rows = [
    [["--min-score", "x", "p.yaml"], /`--min-score` must be a number from 0 to 100/],
    [["--max-changes", "0", "p.yaml"], /`--max-changes` must be 1 or more/],
    [["--format", "xml", "p.yaml"], /`--format` must be/],
  ] as const;
  for (const [args, message] of rows) {
    const { code, stderr } = await mutated(args);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});

test("a program changes a policy in steps, and frees it once", async () => {
  const policy = await loadPolicy(POLICY);
  const mutation = createMutation(policy);
  policy.dispose();
  let steps = 1;
  while (mutation.step(5)) steps += 1;
  assert.deepEqual([steps, mutation.progress.tried, mutation.survivors.length], [3, 14, 3]);
  mutation.dispose();
  mutation.dispose();
  assert.throws(() => mutation.step(1), EngineError);
  const other = await loadPolicy(POLICY);
  assert.throws(() => createMutation(other, { source: 1 }), RangeError);
  assert.throws(() => createMutation(other, { most: 0 }), RangeError);
});
