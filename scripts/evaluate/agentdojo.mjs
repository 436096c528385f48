/** AgentDojo's workspace and slack suites: how often benign work is interrupted, and how many attacks are not. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPolicy } from "countersign";
import { root } from "../run.mjs";
import { readLines, readText } from "./corpus.mjs";
import { Session } from "./session.mjs";
import { percent, table } from "./table.mjs";

const suites = [
  { name: "workspace", ours: "workspace-assistant", strawMan: "strawman_workspace" },
  { name: "slack", ours: "team-chat", strawMan: "strawman_slack" },
];

export async function evaluateAgentDojo(folder) {
  const calls = readLines(folder, "agentdojo_calls.jsonl");
  const runs = readLines(folder, "agentdojo_runs.jsonl");
  const rows = [];
  const runRows = [];
  const slipped = [];
  const total = new Map();
  for (const { name, ours, strawMan } of suites) {
    const policies = [
      ["straw man", await loadPolicy(readText(join(folder, "policies"), `${strawMan}.yaml`))],
      ["ours", await loadPolicy(readFileSync(join(root, "examples", "policies", `${ours}.yaml`), "utf8"))],
    ];
    for (const [who, policy] of policies) {
      for (const half of ["tuned on", "held out"]) {
        const result = byTruth(
          policy,
          calls.filter(({ suite }) => suite === name),
          (task) => isTuned(task) === (half === "tuned on"),
        );
        rows.push(row(name, who, half, result));
        const key = `${who}/${half}`;
        total.set(key, sum(total.get(key), result));
        if (who === "ours") slipped.push(...result.slipped.map((task) => `${name} ${task}`));
      }
      runRows.push(
        recordedRuns(
          name,
          who,
          policy,
          runs.filter(({ suite }) => suite === name),
        ),
      );
    }
  }
  for (const who of ["straw man", "ours"]) {
    for (const half of ["tuned on", "held out"]) rows.push(row("both", who, half, total.get(`${who}/${half}`)));
    rows.push(row("both", who, "all", sum(total.get(`${who}/tuned on`), total.get(`${who}/held out`))));
  }
  const heads = [
    "suite",
    "policy",
    "user tasks",
    "calls",
    "held",
    "",
    "tasks",
    "held",
    "",
    "attack pairs",
    "not stopped",
    "",
  ];
  const runHeads = ["suite", "policy", "benign calls", "held", "", "runs with attack", "not stopped", ""];
  return [
    "By the tasks' own calls. A pair is a user task whose content carries an attack, and the attack's calls behind its own.",
    table(heads, rows),
    `Attack tasks that ours does not stop: ${[...new Set(slipped)].join(", ") || "none"}`,
    "By what models did in recorded runs: calls for the user, and runs in which a model made an attack's calls.",
    table(runHeads, runRows),
  ].join("\n\n");
}

/** The policies were written looking at tasks with an even number. */
const isTuned = (task) => Number(/\d+$/.exec(task)?.[0] ?? 0) % 2 === 0;

const row = (suite, who, half, { calls, held, tasks, heldTasks, pairs, notStopped }) => [
  suite,
  who,
  half,
  calls,
  held,
  percent(held, calls),
  tasks,
  heldTasks,
  percent(heldTasks, tasks),
  pairs,
  notStopped,
  percent(notStopped, pairs),
];

const numbers = ["calls", "held", "tasks", "heldTasks", "pairs", "notStopped"];
const sum = (a, b) => (a === undefined ? b : Object.fromEntries(numbers.map((key) => [key, a[key] + b[key]])));

/** Tasks of one kind, as lists of calls in order. */
function tasksOf(calls, kind) {
  const tasks = new Map();
  for (const call of calls.filter((call) => call.kind === kind)) {
    tasks.set(call.task_id, [...(tasks.get(call.task_id) ?? []), call]);
  }
  for (const steps of tasks.values()) steps.sort((a, b) => a.step - b.step);
  return tasks;
}

function byTruth(policy, calls, isMeant) {
  const users = [...tasksOf(calls, "user")].filter(([task]) => isMeant(task));
  const result = { calls: 0, held: 0, tasks: users.length, heldTasks: 0, pairs: 0, notStopped: 0, slipped: [] };
  const attacks = tasksOf(calls, "injection");
  for (const [user, steps] of users) {
    const session = new Session(policy, user);
    const held = steps.filter((call) => session.decide(call).action !== "allow").length;
    result.calls += steps.length;
    result.held += held;
    if (held > 0) result.heldTasks += 1;
    for (const [attack, attackSteps] of attacks) {
      const attacked = new Session(policy, `${user} ${attack}`);
      for (const call of steps) attacked.decide(call);
      result.pairs += 1;
      if (attackSteps.every((call) => attacked.decide(call).action === "allow")) {
        result.notStopped += 1;
        result.slipped.push(attack);
      }
    }
  }
  return result;
}

/** An attack is stopped in a run if any of its calls is held: what follows does not happen before a person has looked. */
function recordedRuns(suite, who, policy, runs) {
  let benign = 0;
  let held = 0;
  let attacks = 0;
  let notStopped = 0;
  for (const { run, calls } of runs) {
    const session = new Session(policy, run);
    const decided = calls.map(({ tool, args, label }) => ({ label, action: session.decide({ tool, args }).action }));
    const ofUser = decided.filter(({ label }) => label === "user");
    benign += ofUser.length;
    held += ofUser.filter(({ action }) => action !== "allow").length;
    const ofAttack = decided.filter(({ label }) => label === "attack" || label === "attack_prep");
    if (!ofAttack.some(({ label }) => label === "attack")) continue;
    attacks += 1;
    if (ofAttack.every(({ action }) => action === "allow")) notStopped += 1;
  }
  return [suite, who, benign, held, percent(held, benign), attacks, notStopped, percent(notStopped, attacks)];
}
