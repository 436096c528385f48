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
    // 300 minutes on 19 days less a few.
    const saved =
      /proposal `refund-relaxed`: would have removed 300 of 300 reviews and 1\.8 agent-hours of waiting a week;/;
    assert.match(told.stdout, saved);
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

test("where agents wait is told, and how many reviewers keep up with a goal", async () => {
  await refunds(120, async (at) => {
    const args = ["calibrate", "--policy", at("policy.yaml"), at("history.ndjson")];
    const told = await run(args);
    assert.match(told.stdout, /\nwaiting: 120 calls held, 0\.26 an hour, 6 in the busiest hour\n/);
    const rule =
      /`refund`: 100 % of it, 0\.7 agent-hours a week, 0\.26 calls an hour, 1 m on average, a reviewer can answer 400 /;
    assert.match(told.stdout, rule);
    assert.match(told.stdout, /for 90 % of calls looked at within 5 m: 1 reviewer, 1 in the busiest hour \(Erlang C\)/);
    const { bottleneck } = JSON.parse((await run([...args, "--format", "json", "--goal", "0s"])).stdout);
    assert.deepEqual(bottleneck.goal, { waitMs: 0, share: 0.9 });
    // Nine seconds each: one reviewer is free for 98.5 % of six calls an hour.
    assert.deepEqual(bottleneck.reviewers, { usual: 1, busiest: 1 });
    assert.deepEqual([bottleneck.calls, bottleneck.waitedMs, bottleneck.answersPerHour], [120, 120 * 60_000, 400]);
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
    [
      ["calibrate", "--policy", "p", "h", "--goal", "5"],
      /`--goal` must be a time such as `90s`, `5m` or `1h`, not `5`/,
    ],
    [["calibrate", "--policy", "p", "h", "--goal", "1d"], /`--goal` must be a time/],
    [["calibrate", "--policy", "p", "h", "--checkpoint", "a", "--checkpoint", "b"], /2 checkpoints are given for 1/],
  ] as const) {
    const { code, stderr } = await run([...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, expected);
  }
});
