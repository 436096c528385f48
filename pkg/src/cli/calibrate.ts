/** `countersign calibrate`: what do reviewers' answers prove about the rules that ask them? */
import { parseArgs } from "node:util";
import { type BottleneckReport, WAIT_GOAL, type WaitGoal } from "../bottleneck.js";
import {
  type CalibrationReport,
  type Calibrator,
  createCalibrator,
  type Grounds,
  type Missing,
  type Proof,
  type RuleCalibration,
  type RuleKey,
} from "../calibrating.js";
import { nowMs } from "../env.js";
import { verifyHistoryText } from "../history-text.js";
import type { Checkpoint } from "../lifecycle.js";
import type { Policy } from "../policy.js";
import { readCheckpoint, unreadable } from "./history/lines.js";
import { openInput, readText } from "./input.js";
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from "./limits.js";
import { INPUT_OPTIONS, loadPolicies } from "./load.js";
import type { Output } from "./output.js";
import { EXIT_FOUND, EXIT_OK, Problem, usageProblem, visible } from "./problem.js";
import { progressOf } from "./progress.js";

/** What `countersign calibrate --help` prints. */
export const CALIBRATE_HELP = `Usage: countersign calibrate --policy FILE [OPTIONS] HISTORY…

Reads exported histories (\`countersign history export\`) and says of each rule that asks people what their answers prove,
what is missing until a narrower rule could allow, and which narrower rules could; and where agents wait for people.
Nothing is changed.
\`-\` is standard input. Histories may be of any length: what is kept of them is bounded.

Options:
  --policy FILE      a policy; repeat for a stack
  --tools TOOLS      a tool catalogue
  --checkpoint FILE  a checkpoint of the history that was kept elsewhere; repeat in the order of the histories.
                     Only histories that match one count as evidence: without, nothing is proposed
  --check-cards CAUGHT/ALL
                     of how many check cards reviewers caught how many, such as 24/25; the app's Evidence view says it.
                     Without, nothing is proposed
  --goal TIME        how long nine of ten calls should wait at most, such as 90s, 5m or 1h, for the number of reviewers
                     that takes; 5m unless given
  --edit RULE        print the policy with the proposed RULE, and nothing else
  --format text|json how to print; json is what \`createCalibrator().report()\` answers
${LIMIT_HELP}  --help             print this

Exit status: 0 done, 1 a history is not whole or a policy has errors, 2 wrong usage, a file that cannot be read, or no
proposal RULE.
`;

/** Runs the command and returns its exit status. */
export async function calibrate(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...INPUT_OPTIONS,
      checkpoint: { type: "string", multiple: true, default: [] as string[] },
      "check-cards": { type: "string" },
      goal: { type: "string" },
      edit: { type: "string" },
      format: { type: "string", default: "text" },
      help: { type: "boolean", short: "h" },
      ...LIMIT_OPTIONS,
    },
  });
  if (values.help) {
    await output.write(CALIBRATE_HELP);
    return EXIT_OK;
  }
  const { policy: policies, checkpoint: kept, format, edit, tools } = values;
  if (format !== "text" && format !== "json") {
    throw usageProblem(`\`--format\` must be \`text\` or \`json\`, not \`${format}\``, "calibrate");
  }
  if (policies.length === 0) throw usageProblem("no `--policy FILE` given", "calibrate");
  if (positionals.length === 0) throw usageProblem("no HISTORY given", "calibrate");
  if (kept.length > positionals.length) {
    throw usageProblem(`${kept.length} checkpoints are given for ${positionals.length} histories`, "calibrate");
  }
  if ([...positionals, ...policies, ...kept, tools].filter((file) => file === "-").length > 1) {
    throw usageProblem("standard input can be read only once", "calibrate");
  }
  const checks = checksFrom(values["check-cards"]);
  const goal = goalFrom(values.goal);
  const limits = limitsFrom(values, "calibrate");
  const checkpoints = await Promise.all(kept.map(readKept));
  const policy = await loadPolicies(policies, tools, limits);
  if (typeof policy === "number") return policy;
  const report = await reportOf(policy, positionals, checkpoints, { checks, goal });
  policy.dispose();
  if (report === null) return EXIT_FOUND;
  if (edit !== undefined) return printEdit(report, edit, output);
  await output.write(format === "json" ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
  return EXIT_OK;
}

function checksFrom(text: string | undefined): Grounds["checks"] {
  if (text === undefined) return { caught: 0, missed: 0 };
  const [, caught = "", all = ""] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  if (all === "" || Number(caught) > Number(all)) {
    throw usageProblem(`\`--check-cards\` must be caught and all, such as \`24/25\`, not \`${text}\``, "calibrate");
  }
  return { caught: Number(caught), missed: Number(all) - Number(caught) };
}

const UNITS_MS: ReadonlyMap<string, number> = new Map([
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

function goalFrom(text: string | undefined): WaitGoal {
  if (text === undefined) return WAIT_GOAL;
  const [, amount = "", unit = ""] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  const unitMs = UNITS_MS.get(unit);
  if (unitMs === undefined) {
    throw usageProblem(`\`--goal\` must be a time such as \`90s\`, \`5m\` or \`1h\`, not \`${text}\``, "calibrate");
  }
  return { ...WAIT_GOAL, waitMs: Number(amount) * unitMs };
}

async function readKept(file: string): Promise<Checkpoint> {
  const { name, text } = await readText(file, {});
  return readCheckpoint(new TextDecoder().decode(text), name);
}

/** `null` if a history is not whole, which was told. */
async function reportOf(
  policy: Policy,
  files: readonly string[],
  checkpoints: readonly Checkpoint[],
  { checks, goal }: { readonly checks: Grounds["checks"]; readonly goal: WaitGoal },
): Promise<CalibrationReport | null> {
  const calibrator = createCalibrator(policy);
  try {
    for (const [at, file] of files.entries()) {
      if (!(await readHistory(calibrator, file, checkpoints[at] ?? null))) return null;
    }
    return calibrator.report({ verified: checkpoints.length === files.length, checks }, nowMs(), goal);
  } finally {
    calibrator.dispose();
  }
}

/** Whether the history is whole. */
async function readHistory(calibrator: Calibrator, file: string, checkpoint: Checkpoint | null): Promise<boolean> {
  const input = await openInput(file);
  const progress = progressOf(input, nowMs);
  calibrator.beginHistory(checkpoint?.size ?? null);
  try {
    const { report, lines } = await verifyHistoryText(input.chunks, {
      checkpoint,
      onProgress: (bytes, entries) => progress.advance(bytes, () => ({ calls: entries, errors: 0 })),
      onEntries: (entries) => calibrator.push(entries),
    });
    const problems = [...report.problems.map(({ seq, kind }) => `entry ${seq} is ${kind}`), ...lines];
    if (problems.length === 0) {
      calibrator.endHistory(nowMs());
      return true;
    }
    const [first = ""] = problems;
    const more = problems.length > 1 ? `, and ${problems.length - 1} more problems` : "";
    process.stderr.write(`${visible(input.name)}: not whole, so it proves nothing: ${visible(first)}${more}\n`);
    return false;
  } catch (error) {
    throw unreadable(error, input.name);
  } finally {
    progress.end();
  }
}

async function printEdit({ rules }: CalibrationReport, id: string, output: Output): Promise<number> {
  const proposals = rules.flatMap(({ proposals }) => proposals);
  const proposal = proposals.find(({ rule }) => rule === id);
  if (proposal === undefined) {
    const known = proposals.map(({ rule }) => `\`${rule}\``).join(", ");
    throw new Problem(
      "no-proposal",
      `there is no proposal \`${id}\`: ${known === "" ? "nothing is proposed" : `there are ${known}`}`,
      null,
    );
  }
  await output.write(proposal.text);
  return EXIT_OK;
}

function textOf(report: CalibrationReport): string {
  const { rules, stages, tightenings, bottleneck, entries, leftOut, damaged, elsewhere } = report;
  const parts = [`${count(entries, "entry", "entries")} read`];
  if (leftOut > 0) parts.push(`${leftOut} left out what happened`);
  if (damaged > 0) parts.push(`${count(damaged, "escalation")} made no sense`);
  if (elsewhere > 0) parts.push(`${count(elsewhere, "escalation")} would not be held by a rule of this policy now`);
  const stricter = tightenings.map(({ rule, message }) => `stricter: ${nameOf(rule)}: ${visible(message)}\n`);
  const relaxed = stages.map(({ rule, message }) => `\nrelaxed: ${nameOf(rule)}: ${visible(message)}\n`);
  return [`${parts.join(", ")}\n`, ...rules.map(ruleText), ...relaxed, ...stricter, waitingText(bottleneck)].join("");
}

function ruleText({ rule, risk, reversible, answers, proof, proposals, declined }: RuleCalibration): string {
  const nothing = answers.filter(({ counts }) => counts === "nothing");
  const uncounted = nothing.map(({ answer, escalations }) => `${escalations} ${answer}`);
  const lines = [
    `\n${nameOf(rule)} (${risk ?? "unwritten, so high"} risk${reversible ? "" : ", not said to be reversible"})`,
    `  ${count(proof.approvals, "approval")} count, ${proof.against} against; on ${count(proof.days, "day")}, in ${count(proof.sessions, "session")}, by ${count(proof.reviewers, "reviewer")}`,
    `  ${shares(proof)}`,
  ];
  if (uncounted.length > 0) lines.push(`  counted for nothing: ${uncounted.join(", ")}`);
  for (const { message } of proof.missing as readonly Missing[]) lines.push(`  missing: ${message}`);
  if (proof.reviewers === 1 && proposals.length > 0) lines.push("  note: one reviewer gave all approvals");
  for (const proposal of proposals) {
    lines.push(`  proposal \`${visible(proposal.rule)}\`: ${visible(proposal.sentence)}`);
    lines.push(
      ...proposal.written
        .trimEnd()
        .split(/\r\n|\r|\n/)
        .map((line) => `    ${visible(line)}`),
    );
  }
  if (proof.missing.length === 0) {
    for (const { tool, why } of declined) lines.push(`  no proposal for \`${visible(tool)}\`: ${visible(why)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Where agents wait, and how many reviewers would keep up. */
function waitingText({ rules, busiest, reviewers, goal, ...all }: BottleneckReport<RuleKey>): string {
  if (busiest === null) return "";
  const held = `${count(all.calls, "call")} held, ${rate(all.arrivalsPerHour)} an hour, ${busiest.calls} in the busiest hour`;
  const lines = [`\nwaiting: ${held}`];
  for (const each of rules) {
    const parts = [
      `${Math.round(each.share * 100)} % of it`,
      `${(each.waitedMsPerWeek / 3_600_000).toFixed(1)} agent-hours a week`,
      `${rate(each.arrivalsPerHour)} calls an hour`,
    ];
    if (each.meanWaitMs !== null) parts.push(`${timeOf(each.meanWaitMs)} on average`);
    if (each.answersPerHour !== null) parts.push(`a reviewer can answer ${rate(each.answersPerHour)} an hour`);
    lines.push(`  ${nameOf(each.rule)}: ${parts.join(", ")}`);
  }
  const wanted = `${Math.round(goal.share * 100)} % of calls looked at within ${timeOf(goal.waitMs)}`;
  lines.push(
    reviewers === null
      ? `  how many reviewers that takes is not known: no review was timed and given alone`
      : `  for ${wanted}: ${count(reviewers.usual, "reviewer")}, ${reviewers.busiest} in the busiest hour (Erlang C)`,
  );
  return `${lines.join("\n")}\n`;
}

function rate(perHour: number): string {
  return perHour >= 10 ? String(Math.round(perHour)) : String(Number(perHour.toPrecision(2)));
}

function timeOf(ms: number): string {
  const [unit, unitMs] = [...UNITS_MS].reverse().find(([, unitMs]) => ms >= unitMs) ?? ["s", 1_000];
  return `${Number((ms / unitMs).toFixed(1))} ${unit}`;
}

function shares({ interval, bar, badAtMost }: Proof): string {
  const parts: string[] = [];
  if (interval !== null)
    parts.push(`right with 95 % confidence: ${percent(interval.low)} to ${percent(interval.high)}`);
  if (bar !== null) parts.push(`must be ${percent(bar)}`);
  parts.push(`bad at most ${percent(badAtMost)}`);
  return parts.join("; ");
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function nameOf({ rule }: RuleKey): string {
  return rule === null ? "default" : `\`${visible(rule)}\``;
}

function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount} ${amount === 1 ? noun : plural}`;
}
