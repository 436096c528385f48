/** `countersign compare` without calls, in real processes: what a change widens, told from two policies alone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadPolicy } from "countersign";
import { inFolder, run } from "./command.ts";

const OLD = `
rules:
  - { id: drop, tool: db.drop, action: block }
  - { id: pay, tool: pay, when: { args.amount: { at_most: 50 } }, action: allow }
  - { id: read, tool: file.read, when: { args.path: { path: { under: /srv } } }, action: allow }
  - { id: soft, tool: draft, when: { args.name: { regex: "a|b" } }, action: allow }
`;
const files = {
  "old.yaml": OLD,
  "same.yaml": `# The same.\n${OLD}`,
  "more.yaml": OLD.replace("at_most: 50", "at_most: 80"),
  "less.yaml": OLD.replace("at_most: 50", "at_most: 20"),
  "said.yaml": OLD.replace("action: block", "action: block, reason: Never"),
  // The same texts in other words.
  "unsure.yaml": OLD.replace("a|b", "[ab]"),
  "all.yaml": OLD.replace("at_most: 50", "at_most: 80")
    .replace("under: /srv", "under: /srv/data")
    .replace("a|b", "[ab]")
    .replace("  - { id: drop, tool: db.drop, action: block }\n", ""),
  "broken.yaml": "rules:\n  - tool: file.read\n    action: alow\n",
  "calls.ndjson": '{"tool":"file.read"}\n',
};

async function told(args: readonly string[], more: Readonly<Record<string, string>> = {}, input = "") {
  let finished: Awaited<ReturnType<typeof run>> | undefined;
  await inFolder({ ...files, ...more }, async (folder) => {
    finished = await run(["compare", ...args], input, folder);
  });
  assert.ok(finished !== undefined);
  return finished;
}

test("each change is told, the worst first, with a call for each that widens", async () => {
  const { code, stdout } = await told(["old.yaml", "all.yaml"]);
  assert.equal(code, 1);
  const lines = stdout.split("\n");
  const heads = lines.filter((line) => /^\w.*: /.test(line));
  assert.deepEqual(heads.slice(0, 4), [
    "widens: `when` of rule pay",
    "widens: rule drop removed",
    "cannot be told: `when` of rule soft: no call was found that is decided more loosely, nor is it proven that there is none",
    "tightens: `when` of rule read: it is proven that no call is decided more loosely",
  ]);
  assert.ok(lines.includes("  escalate-to-allow: escalate by default → allow by rule pay"), stdout);
  assert.ok(lines.includes('  call: {"tool":"db.drop"}'), stdout);
  assert.match(
    stdout,
    /^old\.yaml → all\.yaml: 4 changes: 2 widen, 1 cannot be told, 1 tightens; together they widen; failed by `--fail-on widen`$/m,
  );
  const [, shown = ""] = /call: (\{"tool":"pay".*\})$/m.exec(stdout) ?? [];
  const call = JSON.parse(shown);
  const [before, after] = await Promise.all([loadPolicy(files["old.yaml"]), loadPolicy(files["all.yaml"])]);
  assert.deepEqual([before.decide(call).action, after.decide(call).action], ["escalate", "allow"]);
});

test("--fail-on says what ends with 1", async () => {
  const rows = [
    ["more.yaml", 1, 1, 1, 0],
    ["unsure.yaml", 0, 1, 1, 0],
    ["less.yaml", 0, 0, 1, 0],
    ["said.yaml", 0, 0, 0, 0],
    ["same.yaml", 0, 0, 0, 0],
  ] as const;
  for (const [next, ...codes] of rows) {
    for (const [at, failOn] of (["widen", "unknown", "change", "none"] as const).entries()) {
      const { code, stdout } = await told(["old.yaml", next, "--fail-on", failOn]);
      assert.equal(code, codes[at], `${next} ${failOn}: ${stdout}`);
      assert.equal(stdout.includes(`failed by \`--fail-on ${failOn}\``), code === 1);
    }
  }
  const { code, stdout } = await told(["old.yaml", "same.yaml"]);
  assert.deepEqual([code, stdout], [0, "old.yaml → same.yaml: no change\n"]);
});

test("a widening that another change makes good fails nothing", async () => {
  const rules = (...rules: readonly string[]) => `rules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`;
  const rest = "{ tool: '*', action: allow }";
  const more = {
    "a.yaml": rules("{ id: a, tool: pay, action: block }", rest),
    "b.yaml": rules("{ id: b, tool: [pay, refund], action: block }", rest),
  };
  const { code, stdout } = await told(["a.yaml", "b.yaml", "--fail-on", "unknown"], more);
  assert.equal(code, 0);
  assert.match(stdout, /^widens: rule a removed$/m);
  assert.match(stdout, /2 changes: 1 widens, 1 tightens; together they tighten$/m);
});

test("what was used of a limit is told where it matters", async () => {
  const rule = (limit: string) => `rules:\n  - { id: r, tool: a, action: allow${limit} }\n`;
  const more = {
    "limited.yaml": rule(", limit: { calls: 3, per: 1h, then: block }"),
    "raised.yaml": rule(", limit: { calls: 9, per: 1h, then: block }"),
  };
  const { code, stdout } = await told(["limited.yaml", "raised.yaml", "--json"], more);
  assert.equal(code, 1);
  const [witness] = JSON.parse(stdout).witnesses;
  const [before, after] = await Promise.all([loadPolicy(more["limited.yaml"]), loadPolicy(more["raised.yaml"])]);
  const { call, usage } = witness;
  assert.deepEqual([before.decide(call, { usage }), after.decide(call, { usage })], [witness.before, witness.after]);
  assert.equal(witness.change, "block-to-allow");
  const text = await told(["limited.yaml", "raised.yaml"], more);
  assert.match(text.stdout, /^ {2}used of the limit of rule r, 3: 3$/m);
});

test("rules that replace review are said to be in force where they matter", async () => {
  const replaces = `rules:
  - { id: some, tool: a, when: { args.n: { below: 5 } }, action: allow, relaxed: { until: 2027-03-31, evidence: seen } }
  - { id: all, tool: a, action: escalate }
`;
  const { stdout } = await told(["r.yaml", "s.yaml"], {
    "r.yaml": replaces,
    "s.yaml": replaces.replace("below: 5", "below: 9"),
  });
  assert.match(stdout, /allow by rule some/);
  assert.match(stdout, /^ {2}rules that replace review are in force$/m);
});

test("--limit cuts the lists, and --json has all counts", async () => {
  const { stdout } = await told(["old.yaml", "all.yaml", "--limit", "1", "--fail-on", "none"]);
  assert.match(stdout, /^… and 3 more changes$/m);
  assert.doesNotMatch(stdout, /^tightens:/m);
  const json = await told(["old.yaml", "all.yaml", "--json", "--limit", "3", "--fail-on", "unknown"]);
  const report = JSON.parse(json.stdout);
  assert.deepEqual(report.verdicts, { widens: 2, unknown: 1, tightens: 1, same: 0 });
  assert.deepEqual([report.verdict, report.failOn, report.failed, report.cut], ["widens", "unknown", true, false]);
  assert.deepEqual([report.old.file, report.new.file, report.changes.length], ["old.yaml", "all.yaml", 3]);
  assert.match(report.old.digest, /^sha256:/);
  assert.deepEqual(
    [report.changes[0].kind, report.changes[0].rule, report.changes[0].keys, report.changes[0].witness.call.tool],
    ["changed", "pay", ["when"], "pay"],
  );
  assert.equal(report.changes[2].witness, null);
  assert.ok(report.tried > 0);
});

test("hidden characters of policies and calls are shown, and the call is JSON still", async () => {
  const rule = (action: string) =>
    `rules:\n  - { id: pay, tool: pay, when: { args.to: "x\\u202Ey\\u001B[2J\\U000E0041" }, action: ${action} }\n`;
  const { stdout } = await told(["a.yaml", "b.yaml"], { "a.yaml": rule("block"), "b.yaml": rule("allow") });
  assert.doesNotMatch(stdout.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
  assert.match(stdout, /^widens: `action` of rule pay$/m);
  const [, call = ""] = /call: (.*)$/m.exec(stdout) ?? [];
  assert.deepEqual(JSON.parse(call), { tool: "pay", args: { to: "x\u202Ey\u001B[2J\u{E0041}" } });
});

test("a tool catalogue is that of both", async () => {
  const tool = { name: "pay", inputSchema: { type: "object", properties: { amount: { type: "number" } } } };
  const more = { "tools.json": JSON.stringify({ tools: [tool] }) };
  const { code, stdout, stderr } = await told(["old.yaml", "more.yaml", "--tools", "tools.json"], more);
  assert.deepEqual([code, stderr.includes("error")], [1, false], stderr);
  assert.match(stdout, /^widens: `when` of rule pay$/m);
});

test("wrong usage and policies with errors are told apart", async () => {
  const rows = [
    [["old.yaml"], 2, /two policies are compared/],
    [["old.yaml", "more.yaml", "--fail-on", "unapproved"], 2, /what people said of calls, and no CALLS are given/],
    [["old.yaml", "more.yaml", "calls.ndjson", "--fail-on", "unknown"], 2, /the policies alone, and CALLS are given/],
    [["old.yaml", "more.yaml", "--fail-on", "all"], 2, /one of `widen`, `unapproved`, `unknown`, `change`, `none`/],
    [["old.yaml", "more.yaml", "--limit", "x"], 2, /`--limit` must be an integer/],
    [["-", "-"], 2, /read only once/],
    [["old.yaml", "nope.yaml"], 2, /there is no such file/],
    [["old.yaml", "broken.yaml"], 1, /unknown action `alow`/],
  ] as const;
  for (const [args, expected, message] of rows) {
    const { code, stdout, stderr } = await told(args);
    assert.deepEqual([code, stdout], [expected, ""], args.join(" "));
    assert.match(stderr, message);
  }
  const { code, stdout } = await told(["-", "more.yaml"], {}, OLD);
  assert.equal(code, 1);
  assert.match(stdout, /^<stdin> → more\.yaml: 1 change: widens; failed by `--fail-on widen`$/m);
});
