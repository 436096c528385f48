/** `countersign compare`, in real processes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEscalations, createGuard, exportHistory, loadPolicy, type Store } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { ended, feed, inFolder, read, run, start } from "./command.ts";

const OLD = `
rules:
  - { id: note, tool: note.write, action: escalate, review: { editable: [args.n] } }
  - { id: drop, tool: db.drop, action: block }
  - { id: read, tool: file.read, action: allow }
`;
const files = {
  "old.yaml": OLD,
  "same.yaml": `# The same.\n${OLD}`,
  "free.yaml": OLD.replace(
    "tool: note.write, action: escalate, review: { editable: [args.n] }",
    "tool: note.write, action: allow",
  ),
  "strict.yaml": OLD.replace("tool: file.read, action: allow", "tool: file.read, action: escalate"),
  "worst.yaml": OLD.replace("tool: db.drop, action: block", "tool: db.drop, action: allow"),
  "broken.yaml": "rules:\n  - tool: file.read\n    action: alow\n",
  "calls.ndjson": '{"tool":"file.read"}\n\n{"tool":"db.drop"}\n{"tool":"note.write","args":{"n":1}}\n',
  "bad.ndjson": '{"tool":"file.read"}\n{"tool":"file.read"\n',
};

async function compared(args: readonly string[], more: Readonly<Record<string, string>> = {}, input = "") {
  let finished: Awaited<ReturnType<typeof run>> | undefined;
  await inFolder({ ...files, ...more }, async (folder) => {
    finished = await run(["compare", ...args], input, folder);
  });
  assert.ok(finished !== undefined);
  return finished;
}

/** A history in which calls with these `n` were approved, rejected, edited to 9, or not answered. */
async function historyOf(answers: readonly ("approve" | "reject" | "edit" | "none")[]): Promise<string> {
  const store: Store = memoryStore();
  const policy = await loadPolicy(OLD);
  const guard = createGuard({ policy, store, agent: "a", session: "s" });
  const escalations = createEscalations({ store });
  for (const [n, answer] of answers.entries()) {
    const checked = await guard.check({ tool: "note.write", args: { n: n + 100, of: `call ${n}`, more: n } });
    assert.equal(checked.status, "pending");
    if (checked.status !== "pending" || answer === "none") continue;
    let held = await escalations.read(checked.id);
    if (answer === "edit")
      held = await escalations.edit(checked.id, policy, { args: { n: 9, of: `call ${n}`, more: n } });
    const verdict = answer === "reject" ? "reject" : "approve";
    assert.ok(held !== null);
    await escalations.review(checked.id, { verdict, digest: held.digest, undoMs: 0 });
  }
  const parts: string[] = [];
  for await (const part of exportHistory(store)) parts.push(part);
  return parts.join("");
}

test("policies that decide alike end with 0, and the matrix tells all calls", async () => {
  const { code, stdout, stderr } = await compared(["old.yaml", "same.yaml", "calls.ndjson", "calls.ndjson"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^allow +2 +0 +0$/m);
  assert.match(stdout, /^escalate +0 +2 +0$/m);
  assert.match(stdout, /^block +0 +0 +2$/m);
  assert.match(stdout, /^old\.yaml → same\.yaml: 0 of 6 decisions changed$/m);
});

test("--fail-on says which changes end with 1", async () => {
  const rows = [
    ["free.yaml", 1, 1, 1, 0],
    ["worst.yaml", 1, 1, 1, 0],
    ["strict.yaml", 0, 0, 1, 0],
    ["same.yaml", 0, 0, 0, 0],
  ] as const;
  for (const [next, ...codes] of rows) {
    for (const [at, failOn] of (["widen", "unapproved", "change", "none"] as const).entries()) {
      const { code, stdout } = await compared(["old.yaml", next, "calls.ndjson", "--fail-on", failOn]);
      assert.equal(code, codes[at], `${next} ${failOn}: ${stdout}`);
      assert.equal(stdout.includes(`failed by \`--fail-on ${failOn}\``), code === 1);
    }
  }
});

test("the worst changes come first, with file, line and both decisions, and no more than --limit", async () => {
  const { "free.yaml": free } = files;
  const both = { "both.yaml": free.replace("tool: db.drop, action: block", "tool: db.drop, action: allow") };
  const { stdout } = await compared(
    ["old.yaml", "both.yaml", "-", "--limit", "2"],
    both,
    files["calls.ndjson"].repeat(2),
  );
  const lines = stdout.split("\n");
  assert.equal(lines[0], "<stdin>:3: block-to-allow: db.drop: block by rule drop → allow by rule drop");
  assert.equal(lines[1], "<stdin>:7: block-to-allow: db.drop: block by rule drop → allow by rule drop");
  assert.equal(lines[2], "… and 2 more changes");
  assert.match(stdout, /^escalate-to-allow +2$/m);
});

test("lines that are no calls are named, and end with 1 whatever changed", async () => {
  const { code, stdout } = await compared(["old.yaml", "same.yaml", "bad.ndjson", "--fail-on", "none"]);
  assert.equal(code, 1);
  assert.match(stdout, /^bad\.ndjson:2: no call: not JSON: the line ends too early$/m);
  assert.match(stdout, /1 line is no call$/m);
});

test("a call that a person rejected and that would now run comes first and always fails, but for none", async () => {
  const history = await historyOf(["approve", "none", "reject", "edit"]);
  const more = { "h.ndjson": history };
  for (const failOn of ["widen", "unapproved", "change"]) {
    const { code, stdout } = await compared(["old.yaml", "free.yaml", "h.ndjson", "--fail-on", failOn], more);
    assert.equal(code, 1);
    const [first = "", ...rest] = stdout.split("\n");
    assert.match(
      first,
      /^h\.ndjson:\d+: error: escalate-to-allow: note\.write: escalate by rule note → allow by rule note \(a person rejected it\)$/,
    );
    assert.match(rest.join("\n"), /1 call that a person refused would now run/);
    assert.match(stdout, /^escalate-to-allow +5 {2}\(people: 2 approved, 1 rejected, 1 edited\)$/m);
  }
  const none = await compared(["old.yaml", "free.yaml", "h.ndjson", "--fail-on", "none"], more);
  assert.equal(none.code, 0);
});

test("calls that a person approved count as agreement under --fail-on unapproved", async () => {
  const rows = [
    [["approve", "approve"], 0],
    [["approve", "none"], 1],
    [["approve", "edit"], 1],
  ] as const;
  for (const [answers, expected] of rows) {
    const more = { "h.ndjson": await historyOf(answers) };
    const { code, stdout } = await compared(["old.yaml", "free.yaml", "h.ndjson", "--fail-on", "unapproved"], more);
    assert.equal(code, expected, stdout);
    const widened = await compared(["old.yaml", "free.yaml", "h.ndjson"], more);
    assert.equal(widened.code, 1);
  }
});

test("e01_an_edited_answer is no approval, and is an error with its line", async () => {
  const history = await historyOf(["reject"]);
  const forged = history.replace('"verdict":"reject"', '"verdict":"approve"');
  assert.notEqual(forged, history);
  const args = ["old.yaml", "free.yaml", "h.ndjson", "--fail-on", "unapproved", "--json"];
  const { code, stdout } = await compared(args, { "h.ndjson": forged });
  assert.equal(code, 1);
  const told = JSON.parse(stdout);
  assert.deepEqual([told.unread[0].error.code, told.unread[0].file], ["broken-history", "h.ndjson"]);
  assert.equal(told.changed[0].said, null);
});

test("the JSON form has counts, the worst changes and what failed", async () => {
  const { code, stdout } = await compared(["old.yaml", "free.yaml", "calls.ndjson", "bad.ndjson", "--json"]);
  assert.equal(code, 1);
  const told = JSON.parse(stdout);
  assert.deepEqual([told.old.file, told.new.file, told.failOn, told.failed], ["old.yaml", "free.yaml", "widen", true]);
  assert.deepEqual([told.calls, told.errors, told.matrix.escalate.allow], [4, 1, 1]);
  const [change] = told.changed;
  assert.deepEqual(
    [change.file, change.line, change.change, change.before.rule],
    ["calls.ndjson", 4, "escalate-to-allow", "note"],
  );
  assert.deepEqual([told.unread[0].file, told.unread[0].line], ["bad.ndjson", 2]);
  assert.match(told.old.digest, /^sha256:/);
});

test("wrong usage and files that cannot be used are told apart", async () => {
  const rows = [
    [["old.yaml"], 2, /two policies are compared/],
    [["old.yaml", "free.yaml", "calls.ndjson", "--fail-on", "all"], 2, /`--fail-on` must be one of `widen`/],
    [["old.yaml", "free.yaml", "calls.ndjson", "--limit", "x"], 2, /`--limit` must be an integer/],
    [["-", "free.yaml", "-"], 2, /read only once/],
    [["old.yaml", "free.yaml", "nope.ndjson"], 2, /there is no such file/],
    [["old.yaml", "broken.yaml", "calls.ndjson"], 1, /unknown action `alow`/],
  ] as const;
  for (const [args, expected, message] of rows) {
    const { code, stdout, stderr } = await compared(args);
    assert.deepEqual([code, stdout], [expected, ""], args.join(" "));
    assert.match(stderr, message);
  }
});

test("200,000 lines of which each changes are compared without being held in memory", async () => {
  await inFolder(files, async (folder) => {
    // Says at its end how much memory it had at most, in kB.
    const report =
      'import { writeSync } from "node:fs"; process.on("exit", () => writeSync(2, "rss " + process.resourceUsage().maxRSS))';
    const nodeArgs = ["--import", `data:text/javascript,${encodeURIComponent(report)}`];
    const args = ["compare", "old.yaml", "worst.yaml", "-", "--json", "--limit", "3"];
    const child = start(args, { cwd: folder, nodeArgs });
    const [stdout, stderr, code] = [read(child.stdout), read(child.stderr), ended(child)];
    await feed(child, drops(200_000));
    const megabytes = Number(/^rss (\d+)$/.exec(await stderr)?.[1]) / 1000;
    assert.equal(await code, 1);
    const told = JSON.parse(await stdout);
    assert.deepEqual([told.matrix.block.allow, told.changed.length, told.changed[2].line], [200_000, 3, 3]);
    // The input has 120 MB.
    assert.ok(megabytes < 180, `${megabytes} MB`);
  });
});

function* drops(count: number): Generator<string> {
  const padding = "x".repeat(560);
  for (let line = 0; line < count; line += 1) yield `${JSON.stringify({ tool: "db.drop", args: { line, padding } })}\n`;
}
