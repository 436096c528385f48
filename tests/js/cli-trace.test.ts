/** `countersign trace`, in real processes. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Trace } from "countersign";
import { inFolder, run } from "./command.ts";

test("a policy that cannot be read is told", async () => {
  const { code, stderr, stdout } = await run(["trace", "--policy", "nowhere.yaml"], '{"tool":"pay"}');
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^error\[unreadable\]: cannot read `nowhere\.yaml`/);
});

test("a call is decided and explained", async () => {
  await inFolder(
    {
      "p.yaml": `rules:
  - { tool: other, action: allow }
  - { id: small, tool: pay, when: { args.amount: { above: 0, at_most: 50 } }, action: allow }
  - { id: large, tool: pay, action: escalate, reason: Much money }
  - { tool: last, action: allow }
`,
    },
    async (folder) => {
      const call = '{\n  "tool": "pay",\n  "args": { "amount": "7\u202E" }\n}\n';
      const { code, stderr, stdout } = await run(["trace", "--policy", "p.yaml"], call, folder);
      assert.deepEqual([code, stderr], [0, stderr]);
      assert.equal(
        stdout,
        `escalate by rule large, cause rule
  Much money

p.yaml: says escalate (rule), and that decides
    (1 rule about other tools)
    small cannot be decided: allow (undecidable)  p.yaml:3:5
        args.amount is "7‹U+202E›": cannot be decided, the value is no number
  > large matches: escalate  p.yaml:4:5
    (1 rule about other tools)
`,
      );
      const json = await run(["trace", "--policy", "p.yaml", "--format", "json"], call, folder);
      const traced = JSON.parse(json.stdout) as Trace;
      assert.deepEqual([traced.decision.rule, traced.policies[0]?.rules.length], ["large", 4]);
    },
  );
});

test("a rule that replaces review is idle here, and the trace says why", async () => {
  await inFolder(
    {
      "p.yaml": `rules:
  - { id: notes, tool: note, action: allow, relaxed: { until: 2099-12-31, evidence: 412 of 412 approved } }
  - { id: asks, tool: note, action: escalate }
`,
    },
    async (folder) => {
      const { stdout } = await run(["trace", "--policy", "p.yaml"], '{"tool":"note","user":"ann"}', folder);
      assert.equal(
        stdout,
        `escalate by rule asks, cause rule

p.yaml: says escalate (rule), and that decides
    notes does not match (relaxed: no clock and no verified history)  p.yaml:2:5
  > asks matches: escalate  p.yaml:3:5
`,
      );
      const decided = await run(["decide", "--policy", "p.yaml"], '{"tool":"note","user":"ann"}\n', folder);
      assert.match(decided.stdout, /"rule":"asks"/);
    },
  );
});

for (const [what, input, code] of [
  ["a key written twice", '{"tool":"a","tool":"b"}', "duplicate-key"],
  ["no JSON", "tool: a", "not-json"],
  ["no tool", "{}", "missing-tool"],
  ["no text", new Uint8Array([0xff]), "not-utf8"],
] as const) {
  test(`${what} is no call`, async () => {
    await inFolder({ "p.yaml": "rules: [{ tool: a, action: allow }]\n" }, async (folder) => {
      const { code: status, stdout, stderr } = await run(["trace", "--policy", "p.yaml"], input, folder);
      assert.deepEqual([status, stdout], [1, ""]);
      assert.ok(stderr.startsWith(`error[${code}]: `), stderr);
    });
  });
}

test("wrong usage is told", async () => {
  assert.match((await run(["trace"])).stderr, /^error\[usage\]: no `--policy FILE` given\n {2}= help: run/);
  assert.match((await run(["trace", "--policy", "a", "b", "c"])).stderr, /one file of calls can be given, not 2/);
  assert.match(
    (await run(["trace", "--policy", "a", "--format", "xml"])).stderr,
    /must be `text` or `json`, not `xml`/,
  );
  assert.equal((await run(["trace", "--help"])).code, 0);
});

test("what docs/cli.md shows is what it prints", async () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const docs = readFileSync(new URL("../../docs/cli.md", import.meta.url), "utf8");
  const shown = /^## `countersign trace[\s\S]*?^```text\n([\s\S]*?)^```$/m.exec(docs)?.[1];
  const args = { recipients: ["ann@home.example"], subject: "Hi", body: "See you." };
  const call = JSON.stringify({ tool: "send_email", args });
  const policy = "examples/policies/workspace-assistant.yaml";
  assert.equal((await run(["trace", "--policy", policy], call, root)).stdout, shown);
});
