/** `countersign calibrate`, in real processes: what histories prove, and what they do not. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createEscalations, createGuard, loadPolicy } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";
import { inFolder, run } from "./command.ts";

const POLICY = `rules:
  # Money goes back.
  - id: refund
    tool: refund
    action: escalate
    risk: low
    reversible: true
`;
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 5, 1);

/** A folder with a policy, a store in which `count` refunds were approved on 20 days, its export and its checkpoint. */
async function refunds(count: number, use: (at: (file: string) => string) => Promise<void>): Promise<void> {
  await inFolder({ "policy.yaml": POLICY }, async (folder) => {
    const at = (file: string) => join(folder, file);
    const policy = await loadPolicy(POLICY);
    let nowMs = START_MS;
    const now = () => nowMs;
    const store = sqliteStore({ file: at("store.db") });
    const people = createEscalations({ store, now });
    for (let nth = 0; nth < count; nth += 1) {
      nowMs = Math.max(nowMs + 1, START_MS + Math.floor((nth * 20) / count) * DAY_MS);
      const guard = createGuard({ policy, store, agent: "desk", session: `s${nth % 9}`, record: "held", now });
      const checked = await guard.check({
        tool: "refund",
        args: { order: String(10_000 + nth), amount: 5 + (nth % 20) },
      });
      assert.equal(checked.status, "pending");
      if (checked.status !== "pending") return;
      nowMs += 60_000;
      const { id, escalation } = checked;
      await people.review(id, { verdict: "approve", digest: escalation.digest, shownMs: 9_000, by: "ana" });
      guard.close();
    }
    await store.close();
    const args = ["history", "export", "--store", at("store.db"), "--checkpoint", at("checkpoint.json")];
    const { code, stdout } = await run(args);
    assert.equal(code, 0);
    writeFileSync(at("history.ndjson"), stdout);
    await use(at);
  });
}

test("a proposal is told, written into the policy, and the policy's own tests pass", async () => {
  await refunds(300, async (at) => {
    const kept = ["--checkpoint", at("checkpoint.json"), "--check-cards", "25/25"];
    const args = ["calibrate", "--policy", at("policy.yaml"), ...kept, at("history.ndjson")];
    const told = await run(args);
    assert.deepEqual([told.code, told.stderr], [0, ""]);
    assert.match(
      told.stdout,
      /`refund` \(low risk\)\n {2}300 approvals count, 0 against; on 20 days, in 9 sessions, by 1 reviewer/,
    );
    assert.match(told.stdout, /proposal `refund-relaxed`: would have removed 300 of 300 reviews/);
    assert.match(told.stdout, /note: one reviewer gave all approvals/);

    const edited = await run([...args, "--edit", "refund-relaxed"]);
    assert.equal(edited.code, 0);
    assert.match(edited.stdout, /relaxed: \{ /);
    assert.ok(edited.stdout.includes("  # Money goes back.\n  - id: refund\n"));
    writeFileSync(at("edited.yaml"), edited.stdout);
    assert.equal((await run(["check", at("edited.yaml")])).code, 0);
    const unknown = await run([...args, "--edit", "other"]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /there is no proposal `other`: there are `refund-relaxed`/);
  });
});

test("without a checkpoint or check cards nothing is proposed, and it is said what is missing", async () => {
  await refunds(120, async (at) => {
    const told = await run(["calibrate", "--policy", at("policy.yaml"), at("history.ndjson"), "--format", "json"]);
    assert.equal(told.code, 0);
    const { rules } = JSON.parse(told.stdout);
    assert.deepEqual(
      rules[0].proof.missing.map(({ code }: { code: string }) => code),
      ["checks", "verified"],
    );
    assert.deepEqual(rules[0].proposals, []);
  });
});

test("e01_a history that was edited proves nothing", async () => {
  await refunds(20, async (at) => {
    const text = readFileSync(at("history.ndjson"), "utf8");
    writeFileSync(at("history.ndjson"), text.replace('"shownMs":9000', '"shownMs":9999'));
    const told = await run(["calibrate", "--policy", at("policy.yaml"), at("history.ndjson")]);
    assert.deepEqual([told.code, told.stdout], [1, ""]);
    assert.match(told.stderr, /not whole, so it proves nothing: entry \d+ is edited/);
  });
});

test("several histories are read together", async () => {
  await refunds(30, async (at) => {
    const both = [at("history.ndjson"), at("history.ndjson")];
    const told = await run(["calibrate", "--policy", at("policy.yaml"), ...both, "--format", "json"]);
    const [rule] = JSON.parse(told.stdout).rules;
    // The same call on the same day counts once, wherever it was recorded.
    assert.equal(rule.proof.approvals, 30);
    assert.equal(rule.answers[0].escalations, 60);
  });
});

test("what is wrong with its options is told", async () => {
  for (const [args, expected] of [
    [["calibrate"], /no `--policy FILE` given/],
    [["calibrate", "--policy", "p"], /no HISTORY given/],
    [["calibrate", "--policy", "p", "h", "--check-cards", "7"], /must be caught and all/],
    [["calibrate", "--policy", "p", "h", "--check-cards", "8/7"], /must be caught and all/],
    [["calibrate", "--policy", "p", "h", "--checkpoint", "a", "--checkpoint", "b"], /2 checkpoints are given for 1/],
  ] as const) {
    const { code, stderr } = await run([...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, expected);
  }
});
