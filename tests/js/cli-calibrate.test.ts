/** `countersign calibrate`, in real processes: what histories prove, and what they do not. */
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
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

/** The policy in `file`, a store called `name` in which `count` refunds were approved on 20 days, its export and checkpoint. */
async function stored(
  at: (file: string) => string,
  { name, count, first = 0, policyText = POLICY, tool = "refund", user }: Stored,
): Promise<void> {
  const policy = await loadPolicy(policyText);
  let nowMs = START_MS + first;
  const now = () => nowMs;
  const store = sqliteStore({ file: at(`${name}.db`) });
  const people = createEscalations({ store, now });
  for (let nth = 0; nth < count; nth += 1) {
    nowMs = Math.max(nowMs + 1, START_MS + Math.floor((nth * 20) / count) * DAY_MS);
    const whose = user === undefined ? {} : { user: user(nth) };
    const session = `s${nth % 9}`;
    const guard = createGuard({ policy, store, agent: "desk", session, record: "held", now, ...whose });
    const args = { order: String(10_000 + first + nth), amount: 5 + (nth % 20) };
    const checked = await guard.check({ tool, args, reason: "the customer asked" });
    assert.equal(checked.status, "pending");
    if (checked.status !== "pending") return;
    nowMs += 60_000;
    const { id, escalation } = checked;
    await people.review(id, { verdict: "approve", digest: escalation.digest, shownMs: 9_000, by: "ana" });
    guard.close();
  }
  await store.close();
  const args = ["history", "export", "--store", at(`${name}.db`), "--checkpoint", at(`${name}-checkpoint.json`)];
  const { code, stdout } = await run(args);
  assert.equal(code, 0);
  writeFileSync(at(`${name}.ndjson`), stdout);
}

interface Stored {
  readonly name: string;
  readonly count: number;
  /** Of its orders, which are others than those of other stores. */
  readonly first?: number;
  readonly policyText?: string;
  readonly tool?: string;
  readonly user?: (nth: number) => string;
}

/** A folder with a policy, a store in which `count` refunds were approved on 20 days, its export and its checkpoint. */
async function refunds(count: number, use: (at: (file: string) => string) => Promise<void>): Promise<void> {
  await inFolder({ "policy.yaml": POLICY }, async (folder) => {
    const at = (file: string) => join(folder, file);
    await stored(at, { name: "history", count, user: (nth) => `u${nth % 5}` });
    await use(at);
  });
}

/** What is told of reviewers who look. */
const ATTENTIVE = ["--check-cards", "25/25", "--light", "green"];

test("a proposal is told, written into the policy, and the policy's own tests pass", async () => {
  await refunds(300, async (at) => {
    const kept = ["--checkpoint", at("history-checkpoint.json"), ...ATTENTIVE];
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
    assert.doesNotMatch(told.stdout, /warning/);

    const edited = await run([...args, "--edit", "refund-relaxed"]);
    assert.equal(edited.code, 0);
    assert.match(edited.stdout, /relaxed: \{ /);
    assert.ok(edited.stdout.includes("  # Money goes back.\n  - id: refund\n"));
    assert.equal(edited.stderr, `this is ${at("policy.yaml")} with \`refund-relaxed\` and tests of it\n`);
    writeFileSync(at("edited.yaml"), edited.stdout);
    assert.equal((await run(["check", at("edited.yaml")])).code, 0);
    const tested = await run(["test", at("edited.yaml"), "--json"]);
    assert.equal(tested.code, 0, tested.stdout);
    const [{ passed, failed }] = JSON.parse(tested.stdout).files;
    assert.deepEqual([passed, failed], [2, 0]);
    assert.match(edited.stdout, /name: "refund-relaxed allows what was always approved/);
    assert.match(edited.stdout, /name: "refund-relaxed does not allow an argument that was not seen/);
    const unknown = await run([...args, "--edit", "other"]);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /there is no proposal `other`: there are `\S*policy\.yaml:refund-relaxed`/);
  });
});

test("a light that is not green, or that nobody told, lets nothing be proposed", async () => {
  await refunds(300, async (at) => {
    const args = ["calibrate", "--policy", at("policy.yaml"), "--checkpoint", at("history-checkpoint.json")];
    for (const light of [[], ["--light", "amber"], ["--light", "red"], ["--light", "amber", "--light", "green"]]) {
      const told = await run([...args, "--check-cards", "25/25", ...light, at("history.ndjson"), "--format", "json"]);
      assert.equal(told.code, 0);
      const { proof, proposals } = JSON.parse(told.stdout).rules[0];
      assert.deepEqual(
        proof.missing.map(({ code }: { code: string }) => code),
        ["attention"],
      );
      assert.deepEqual(proposals, []);
    }
  });
});

test("check cards of several reviewers add up", async () => {
  await refunds(300, async (at) => {
    const args = ["calibrate", "--policy", at("policy.yaml"), "--checkpoint", at("history-checkpoint.json")];
    const told = await run([
      ...args,
      "--check-cards",
      "10/10",
      "--check-cards",
      "15/15",
      "--light",
      "green",
      at("history.ndjson"),
    ]);
    assert.match(told.stdout, /proposal `refund-relaxed`/);
    const fewer = await run([
      ...args,
      "--check-cards",
      "10/10",
      "--check-cards",
      "0/5",
      "--light",
      "green",
      at("history.ndjson"),
    ]);
    assert.match(fewer.stdout, /missing: 5 more check cards that reviewers answered/);
  });
});

test("a proposal is warned of whose calls audits and stages cannot tell apart", async () => {
  for (const [user, warning, counts] of [
    [undefined, /warning: 300 of its calls carry no `user\.id`: stages and audits are drawn by user and day/, [0, 300]],
    [() => "kim", /warning: all of its calls are of one user: stages and audits are drawn by user and day/, [1, 0]],
  ] as const) {
    await inFolder({ "policy.yaml": POLICY }, async (folder) => {
      const at = (file: string) => join(folder, file);
      await stored(at, { name: "history", count: 300, ...(user !== undefined && { user }) });
      const kept = ["--checkpoint", at("history-checkpoint.json"), ...ATTENTIVE];
      const args = ["calibrate", "--policy", at("policy.yaml"), ...kept, at("history.ndjson")];
      assert.match((await run(args)).stdout, warning);
      const { users, withoutUser } = JSON.parse((await run([...args, "--format", "json"])).stdout).rules[0]
        .proposals[0];
      assert.deepEqual([users, withoutUser], counts);
    });
  }
});

test("of several policies it is told which one a rule and a proposal are of", async () => {
  const own = (tool: string) => POLICY.replace("tool: refund", `tool: ${tool}`).concat("default: abstain\n");
  const files = { "refunds.yaml": own("refund"), "vouchers.yaml": own("voucher") };
  await inFolder(files, async (folder) => {
    const at = (file: string) => join(folder, file);
    const user = (nth: number) => `u${nth % 5}`;
    await stored(at, { name: "one", count: 300, policyText: files["refunds.yaml"], user });
    await stored(at, { name: "two", count: 300, policyText: files["vouchers.yaml"], tool: "voucher", user });
    const policies = ["--policy", at("refunds.yaml"), "--policy", at("vouchers.yaml")];
    const kept = ["--checkpoint", at("one-checkpoint.json"), "--checkpoint", at("two-checkpoint.json")];
    const args = ["calibrate", ...policies, ...kept, ...ATTENTIVE, at("one.ndjson"), at("two.ndjson")];
    const told = await run(args);
    for (const file of ["refunds.yaml", "vouchers.yaml"]) {
      assert.ok(told.stdout.includes(`\`refund\` of ${at(file)} (low risk)\n`), told.stdout);
      assert.ok(told.stdout.includes(`proposal \`refund-relaxed\` for ${at(file)}: `), told.stdout);
    }
    const { policies: named, rules } = JSON.parse((await run([...args, "--format", "json"])).stdout);
    const nameOf = new Map(named.map(({ digest, name }: { digest: string; name: string }) => [digest, name]));
    for (const { rule, proposals } of rules) assert.equal(proposals[0].policy, nameOf.get(rule.policy));
    assert.equal(nameOf.size, 2);

    const several = await run([...args, "--edit", "refund-relaxed"]);
    assert.deepEqual([several.code, several.stdout], [2, ""]);
    assert.match(several.stderr, /several policies have a proposal `refund-relaxed`\n.*vouchers\.yaml:refund-relaxed`/);
    const edited = await run([...args, "--edit", `${at("vouchers.yaml")}:refund-relaxed`]);
    assert.equal(edited.code, 0);
    assert.match(edited.stdout, /id: refund-relaxed\n {4}tool: voucher\n/);
    assert.match(edited.stderr, /^this is \S*vouchers\.yaml with `refund-relaxed`/);
  });
});

test("without a checkpoint or check cards nothing is proposed, and it is said what is missing", async () => {
  await refunds(120, async (at) => {
    const told = await run(["calibrate", "--policy", at("policy.yaml"), at("history.ndjson"), "--format", "json"]);
    assert.equal(told.code, 0);
    const { rules } = JSON.parse(told.stdout);
    assert.deepEqual(
      rules[0].proof.missing.map(({ code }: { code: string }) => code),
      ["checks", "attention", "verified"],
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

/** Three stores of one policy, and evidence saved of each. */
async function evidence(use: (at: (file: string) => string, names: readonly string[]) => Promise<void>): Promise<void> {
  await inFolder({ "policy.yaml": POLICY }, async (folder) => {
    const at = (file: string) => join(folder, file);
    const names = ["one", "two", "three"];
    for (const [nth, name] of names.entries()) {
      await stored(at, { name, count: 110, first: nth * 1_000, user: (nth) => `${name}-${nth % 4}` });
      const saving = ["--save-evidence", at(`${name}.json`), "--save-checkpoint", at(`${name}-evidence.json`)];
      const kept = ["--checkpoint", at(`${name}-checkpoint.json`)];
      const { code, stderr } = await run([...calibrating(at), ...kept, ...saving, at(`${name}.ndjson`)]);
      assert.deepEqual([code, stderr], [0, ""]);
    }
    await use(at, names);
  });
}

const calibrating = (at: (file: string) => string) => ["calibrate", "--policy", at("policy.yaml"), ...ATTENTIVE];

/** What was read of a history, and of evidence of it, in that order of names. */
const histories = (at: (file: string) => string, names: readonly string[]) =>
  names.flatMap((name) => ["--checkpoint", at(`${name}-checkpoint.json`), at(`${name}.ndjson`)]);
const saved = (at: (file: string) => string, names: readonly string[]) =>
  names.flatMap((name) => ["--checkpoint", at(`${name}-evidence.json`), at(`${name}.json`)]);

test("evidence of three histories says what the histories say, in any order", async () => {
  await evidence(async (at, names) => {
    const json = async (inputs: readonly string[]) => {
      const { code, stdout, stderr } = await run([...calibrating(at), "--format", "json", ...inputs]);
      assert.deepEqual([code, stderr], [0, ""]);
      // Its last day is counted from now.
      return stdout.replace(/20\d\d-\d\d-\d\d/g, "DATE");
    };
    const whole = await json(histories(at, names));
    const [rule] = JSON.parse(whole).rules;
    assert.equal(rule.proof.approvals, 330);
    assert.equal(rule.proposals[0].saves, 330);
    const [one = "", two = "", three = ""] = names;
    assert.equal(await json(saved(at, [three, one, two])), whole);
    assert.equal(await json([...saved(at, [two]), ...histories(at, [one]), ...saved(at, [three])]), whole);

    // Two of them together on one machine, and the third beside that.
    const pair = ["--save-evidence", at("pair.json"), "--save-checkpoint", at("pair-evidence.json")];
    assert.equal((await run([...calibrating(at), ...saved(at, [three, two]), ...pair])).code, 0);
    assert.equal(await json([...saved(at, ["pair"]), ...histories(at, [one])]), whole);
    const { histories: carried, verified } = JSON.parse(readFileSync(at("pair.json"), "utf8"));
    assert.deepEqual([carried.length, verified], [2, true]);
  });
});

test("d02_a history that is given twice is refused, as it is or in evidence", async () => {
  await evidence(async (at, [one = "", two = ""]) => {
    const both = ["--save-evidence", at("both.json")];
    assert.equal((await run([...calibrating(at), ...saved(at, [one, two]), ...both])).code, 0);
    for (const inputs of [
      [at("one.ndjson"), at("one.ndjson")],
      [at("one.ndjson"), at("one.json")],
      [at("one.json"), at("one.ndjson")],
      [at("one.json"), at("one.json")],
      [at("both.json"), at("one.json")],
    ]) {
      const { code, stdout, stderr } = await run([...calibrating(at), ...inputs]);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(
        stderr,
        /^\S*(one|both)\.(json|ndjson): error\[same-history\]: a history is added twice, and its answers/,
      );
    }
  });
});

test("e20_evidence without a checkpoint that was kept elsewhere proposes nothing", async () => {
  await evidence(async (at, names) => {
    const codes = async (inputs: readonly string[]) => {
      const { code, stdout } = await run([...calibrating(at), "--format", "json", ...inputs]);
      assert.equal(code, 0);
      const [{ proof, proposals }] = JSON.parse(stdout).rules;
      assert.equal(proposals.length === 0, proof.missing.length > 0);
      return proof.missing.map(({ code }: { code: string }) => code);
    };
    assert.deepEqual(await codes(names.map((name) => at(`${name}.json`))), ["verified"]);
    assert.deepEqual(await codes([...saved(at, names.slice(1)), at("one.json")]), ["verified"]);

    // Saving it again, with a checkpoint of that, does not make it better.
    const again = ["--save-evidence", at("again.json"), "--save-checkpoint", at("again-evidence.json")];
    const told = await run([...calibrating(at), ...names.map((name) => at(`${name}.json`)), ...again]);
    assert.equal(told.code, 0);
    assert.match(told.stderr, /again\.json: saved, but it proves nothing: not all that was read matched a checkpoint/);
    assert.deepEqual(await codes(saved(at, ["again"])), ["verified"]);
  });
});

test("e01_evidence that was edited, or is not what was kept, is refused", async () => {
  await evidence(async (at) => {
    const text = readFileSync(at("one.json"), "utf8");
    for (const [changed, code, status] of [
      [
        text.replace('"escalations":110', '"escalations":990'),
        /error\[broken-evidence\]: .*something in it was changed/,
        1,
      ],
      [text.replace('"evidenceVersion":1', '"evidenceVersion":2'), /error\[other-version\]: .*has version 2/, 1],
      [`{"evidenceVersion":1,"a":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, /nested too deeply/, 1],
      [text.slice(0, -100), /error\[unreadable\]: cannot read the evidence .*: it is not JSON/, 2],
      [text.replace("{", '{"evidenceVersion":1,'), /a key stands there twice/, 2],
    ] as const) {
      writeFileSync(at("changed.json"), changed);
      const told = await run([...calibrating(at), at("changed.json")]);
      assert.equal(told.stdout, "");
      assert.equal(told.code, status);
      assert.match(told.stderr, code);
    }
    const others = await run([...calibrating(at), "--checkpoint", at("two-evidence.json"), at("one.json")]);
    assert.equal(others.code, 1);
    assert.match(
      others.stderr,
      /one\.json: error\[other-checkpoint\]: the evidence is not what its checkpoint was made of/,
    );
    const history = await run([...calibrating(at), "--checkpoint", at("one-checkpoint.json"), at("one.json")]);
    assert.equal(history.code, 2);
    assert.match(history.stderr, /the checkpoint for `\S*one\.json` is one of a history, and the file is not/);

    writeFileSync(at("policy.yaml"), POLICY.replace("low", "medium"));
    const policy = await run([...calibrating(at), ...saved(at, ["one"])]);
    assert.equal(policy.code, 1);
    assert.match(policy.stderr, /error\[other-policy\]: the evidence is of other policies or tools/);
  });
});

test("evidence holds no words of agents, is for its owner alone, and replaces no file", async () => {
  await refunds(20, async (at) => {
    const args = [...calibrating(at), at("history.ndjson"), "--save-evidence", at("evidence.json")];
    assert.equal((await run(args)).code, 0);
    assert.equal(statSync(at("evidence.json")).mode & 0o077, 0);
    const text = readFileSync(at("evidence.json"), "utf8");
    assert.match(text, /^\{"evidenceVersion":1,/);
    assert.match(text, /"order":"10007"/);
    assert.doesNotMatch(text, /customer asked/);
    const again = await run(args);
    assert.equal(again.code, 2);
    assert.match(again.stderr, /cannot write `\S*evidence\.json`: it is there already\n.*name a new file/);
    assert.equal(readFileSync(at("evidence.json"), "utf8"), text);
  });
});

test("what is wrong with its options is told", async () => {
  for (const [args, expected] of [
    [["calibrate"], /no `--policy FILE` given/],
    [["calibrate", "--policy", "p"], /no HISTORY or EVIDENCE given/],
    [["calibrate", "--policy", "p", "h", "--light", "blue"], /must be `green`, `amber` or `red`, not `blue`/],
    [["calibrate", "--policy", "p", "h", "--save-checkpoint", "c"], /`--save-checkpoint` needs `--save-evidence`/],
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
