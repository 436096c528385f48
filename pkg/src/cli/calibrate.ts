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
  type RelaxProposal,
  type RuleCalibration,
  type RuleKey,
} from "../calibrating.js";
import { nowMs } from "../env.js";
import { EvidenceError } from "../errors.js";
import { verifyHistoryText } from "../history-text.js";
import type { Checkpoint } from "../lifecycle.js";
import type { Policy } from "../policy.js";
import type { Digest } from "../types.js";
import { type Kept, openHistoryOrEvidence, readKept, type Saving, saveEvidence } from "./evidence-file.js";
import { unreadable } from "./history/lines.js";
import type { Input } from "./input.js";
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from "./limits.js";
import { INPUT_OPTIONS, loadPolicies } from "./load.js";
import type { Output } from "./output.js";
import { EXIT_FOUND, EXIT_OK, Problem, usageProblem, visible } from "./problem.js";
import { progressOf } from "./progress.js";

/** What `countersign calibrate --help` prints. */
export const CALIBRATE_HELP = `Usage: countersign calibrate --policy FILE [OPTIONS] HISTORY|EVIDENCE…

Reads exported histories (\`countersign history export\`) and says of each rule that asks people what their answers prove,
what is missing until a narrower rule could allow, and which narrower rules could; and where agents wait for people.
Nothing is changed.
\`-\` is standard input. Histories may be of any length: what is kept of them is bounded.
Evidence is what \`--save-evidence\` wrote elsewhere; it adds up with histories and other evidence, each history once.

Options:
  --policy FILE      a policy; repeat for a stack
  --tools TOOLS      a tool catalogue
  --checkpoint FILE  a checkpoint of the history, or of the evidence, that was kept elsewhere; repeat in their order.
                     Only what matches one proves anything: without, nothing is proposed
  --check-cards CAUGHT/ALL
                     of how many check cards reviewers caught how many, such as 24/25; the app's Evidence view says it.
                     Without, nothing is proposed
  --light COLOUR     what the attention light is now, as the app's Evidence view says: green, amber or red.
                     Unless it is green, nothing is proposed. Of several reviewers or browsers, both are repeated:
                     check cards add up, and the worst light counts
  --save-evidence NEW
                     write what was read into this new file, to be added to other evidence on another machine.
                     It holds the values of calls that people answered
  --save-checkpoint NEW
                     with it, write the checkpoint of the evidence into this new file, to be kept apart from it
  --goal TIME        how long nine of ten calls should wait at most, such as 90s, 5m or 1h, for the number of reviewers
                     that takes; 5m unless given
  --edit RULE        print the policy with the proposed RULE, and nothing else; of several policies that propose a rule of
                     this name, \`--edit FILE:RULE\` says which
  --format text|json how to print; json is what \`createCalibrator().report()\` answers
${LIMIT_HELP}  --help             print this

Exit status: 0 done, 1 a history is not whole, evidence is not what was saved, or a policy has errors, 2 wrong usage, a file
that cannot be read or written, or no proposal RULE.
`;

/** Runs the command and returns its exit status. */
export async function calibrate(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...INPUT_OPTIONS,
      checkpoint: { type: "string", multiple: true, default: [] as string[] },
      "check-cards": { type: "string", multiple: true, default: [] as string[] },
      light: { type: "string", multiple: true, default: [] as string[] },
      "save-evidence": { type: "string" },
      "save-checkpoint": { type: "string" },
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
  if (positionals.length === 0) throw usageProblem("no HISTORY or EVIDENCE given", "calibrate");
  if (kept.length > positionals.length) {
    throw usageProblem(`${kept.length} checkpoints are given for ${positionals.length} files`, "calibrate");
  }
  if ([...positionals, ...policies, ...kept, tools].filter((file) => file === "-").length > 1) {
    throw usageProblem("standard input can be read only once", "calibrate");
  }
  const saving = savingFrom(values["save-evidence"], values["save-checkpoint"]);
  const checks = checksFrom(values["check-cards"]);
  const light = lightFrom(values.light);
  const goal = goalFrom(values.goal);
  const limits = limitsFrom(values, "calibrate");
  const checkpoints = await Promise.all(kept.map(readKept));
  const policy = await loadPolicies(policies, tools, limits);
  if (typeof policy === "number") return policy;
  const report = await reportOf(policy, positionals, checkpoints, { checks, light, goal, saving });
  policy.dispose();
  if (report === null) return EXIT_FOUND;
  if (edit !== undefined) return printEdit(report, edit, output);
  await output.write(format === "json" ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
  return EXIT_OK;
}

function checksFrom(texts: readonly string[]): Grounds["checks"] {
  let [caught, missed] = [0, 0];
  for (const text of texts) {
    const [, rejected = "", all = ""] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
    if (all === "" || Number(rejected) > Number(all)) {
      throw usageProblem(`\`--check-cards\` must be caught and all, such as \`24/25\`, not \`${text}\``, "calibrate");
    }
    caught += Number(rejected);
    missed += Number(all) - Number(rejected);
  }
  return { caught, missed };
}

/** The worst last. */
const LIGHTS = ["green", "amber", "red"] as const;

/** The worst light of `texts`; `undefined` if nobody told one. */
function lightFrom(texts: readonly string[]): Grounds["light"] {
  const places = texts.map((text) => {
    const place = (LIGHTS as readonly string[]).indexOf(text);
    if (place >= 0) return place;
    throw usageProblem(`\`--light\` must be \`green\`, \`amber\` or \`red\`, not \`${text}\``, "calibrate");
  });
  return LIGHTS[Math.max(...places)];
}

function savingFrom(file: string | undefined, checkpoint: string | undefined): Saving | null {
  if (file !== undefined) return { file, checkpoint };
  if (checkpoint === undefined) return null;
  throw usageProblem("`--save-checkpoint` needs `--save-evidence`", "calibrate");
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

interface Asked {
  readonly checks: Grounds["checks"];
  readonly light: Grounds["light"];
  readonly goal: WaitGoal;
  readonly saving: Saving | null;
}

/** `null` if a history is not whole, or evidence not what was saved, which was told. */
async function reportOf(
  policy: Policy,
  files: readonly string[],
  checkpoints: readonly Kept[],
  { checks, light, goal, saving }: Asked,
): Promise<CalibrationReport | null> {
  const calibrator = createCalibrator(policy);
  const verified = checkpoints.length === files.length;
  try {
    for (const [at, file] of files.entries()) {
      if (!(await readInto(calibrator, file, checkpoints[at] ?? null))) return null;
    }
    if (saving !== null) {
      const evidence = calibrator.evidence(verified);
      await saveEvidence(evidence, saving);
      if (!evidence.verified)
        process.stderr.write(`${visible(saving.file)}: saved, but it proves nothing: ${UNVERIFIED}\n`);
    }
    return calibrator.report({ verified, checks, ...(light !== undefined && { light }) }, nowMs(), goal);
  } finally {
    calibrator.dispose();
  }
}

/** More sessions are not told apart. */
const SESSIONS_COUNTED_MAX = 64;

const UNVERIFIED = "not all that was read matched a checkpoint that was kept elsewhere";

/** Whether the history is whole, or the evidence what was saved. */
async function readInto(calibrator: Calibrator, file: string, kept: Kept | null): Promise<boolean> {
  const opened = await openHistoryOrEvidence(file);
  const name = opened.kind === "history" ? opened.input.name : opened.name;
  if (kept !== null && !(opened.kind in kept)) {
    const other = opened.kind === "history" ? "evidence" : "a history";
    const ordered = "give checkpoints in the order of the files";
    throw new Problem(
      "usage",
      `the checkpoint for \`${name}\` is one of ${other}, and the file is not`,
      opened.kind === "history" ? `${ordered}; evidence begins with its \`evidenceVersion\`, as it was saved` : ordered,
    );
  }
  try {
    if (opened.kind === "history") {
      return await readHistory(calibrator, opened.input, kept !== null && "history" in kept ? kept.history : null);
    }
    calibrator.addEvidence(opened.evidence, kept !== null && "evidence" in kept ? kept.evidence : null);
    return true;
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    process.stderr.write(`${visible(name)}: error[${error.code}]: ${visible(error.message)}\n`);
    return false;
  }
}

/** Whether the history is whole. */
async function readHistory(calibrator: Calibrator, input: Input, checkpoint: Checkpoint | null): Promise<boolean> {
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

async function printEdit({ rules }: CalibrationReport, asked: string, output: Output): Promise<number> {
  const proposals = rules.flatMap(({ proposals }) => proposals);
  const named = ({ policy, rule }: RelaxProposal) => `\`${policy}:${rule}\``;
  const found = proposals.filter(({ policy, rule }) => rule === asked || `${policy}:${rule}` === asked);
  const [proposal] = found;
  if (proposal === undefined) {
    const known = proposals.map(named).join(", ");
    throw new Problem(
      "no-proposal",
      `there is no proposal \`${asked}\`: ${known === "" ? "nothing is proposed" : `there are ${known}`}`,
      null,
    );
  }
  if (found.length > 1) {
    const help = `name one of them: ${found.map(named).join(", ")}`;
    throw new Problem("no-proposal", `several policies have a proposal \`${asked}\``, help);
  }
  await output.write(proposal.text);
  process.stderr.write(
    `this is ${visible(proposal.policy ?? "the policy")} with \`${visible(proposal.rule)}\` and tests of it\n`,
  );
  return EXIT_OK;
}

function textOf(report: CalibrationReport): string {
  const { policies, rules, stages, tightenings, bottleneck, entries, leftOut, damaged, elsewhere } = report;
  // Of one policy, everything is of that.
  const files = new Map(policies.length < 2 ? [] : policies.map(({ digest, name }) => [digest, name]));
  const parts = [`${count(entries, "entry", "entries")} read`];
  if (leftOut > 0) parts.push(`${leftOut} left out what happened`);
  if (damaged > 0) parts.push(`${count(damaged, "escalation")} made no sense`);
  if (elsewhere > 0) parts.push(`${count(elsewhere, "escalation")} would not be held by a rule of this policy now`);
  const stricter = tightenings.map(({ rule, message }) => `stricter: ${nameOf(rule, files)}: ${visible(message)}\n`);
  const relaxed = stages.map(({ rule, message }) => `\nrelaxed: ${nameOf(rule, files)}: ${visible(message)}\n`);
  const rulesText = rules.map((rule) => ruleText(rule, files));
  return [`${parts.join(", ")}\n`, ...rulesText, ...relaxed, ...stricter, waitingText(bottleneck, files)].join("");
}

/** What policies were called, by digest; empty if there is one. */
type Files = ReadonlyMap<Digest, string>;

function ruleText(
  { rule, risk, reversible, answers, proof, proposals, declined }: RuleCalibration,
  files: Files,
): string {
  const nothing = answers.filter(({ counts }) => counts === "nothing");
  const uncounted = nothing.map(({ answer, escalations }) => `${escalations} ${answer}`);
  const lines = [
    `\n${nameOf(rule, files)} (${risk ?? "unwritten, so high"} risk${reversible ? "" : ", not said to be reversible"})`,
    `  ${count(proof.approvals, "approval")} count, ${proof.against} against; on ${count(proof.days, "day")}, in ${sessionsText(proof.sessions)}, by ${count(proof.reviewers, "reviewer")}`,
    `  ${shares(proof)}`,
  ];
  if (uncounted.length > 0) lines.push(`  counted for nothing: ${uncounted.join(", ")}`);
  const missing = proposals.length > 0 ? "missing to relax all of it" : "missing";
  for (const { message } of proof.missing as readonly Missing[]) lines.push(`  ${missing}: ${message}`);
  if (proof.reviewers === 1 && proposals.length > 0) lines.push("  note: one reviewer gave all approvals");
  for (const proposal of proposals) {
    const to = files.size === 0 ? "" : ` for ${visible(proposal.policy ?? "")}`;
    lines.push(`  proposal \`${visible(proposal.rule)}\`${to}: ${visible(proposal.sentence)}`);
    const drawn = drawnTogether(proposal);
    if (drawn !== null) lines.push(`  warning: ${drawn}`);
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

function sessionsText(sessions: number): string {
  return sessions < SESSIONS_COUNTED_MAX ? count(sessions, "session") : `${SESSIONS_COUNTED_MAX} or more sessions`;
}

/** What audits and stages of a proposal miss: they are drawn by user and day. */
function drawnTogether({ users, withoutUser, saves }: RelaxProposal): string | null {
  const drawn = "stages and audits are drawn by user and day";
  const all = "on any day either all of them ask a person or none does";
  if (withoutUser > 0) {
    return `${withoutUser} of its calls carry no \`user.id\`: ${drawn}, and they are drawn as one user's, so that ${all}`;
  }
  return users === 1 && saves > 1 ? `all of its calls are of one user: ${drawn}, so that ${all}` : null;
}

/** Where agents wait, and how many reviewers would keep up. */
function waitingText({ rules, busiest, reviewers, goal, ...all }: BottleneckReport<RuleKey>, files: Files): string {
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
    lines.push(`  ${nameOf(each.rule, files)}: ${parts.join(", ")}`);
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

function nameOf({ policy, rule }: RuleKey, files: Files): string {
  const file = policy === null ? undefined : files.get(policy);
  const of = file === undefined ? "" : ` of ${visible(file)}`;
  return `${rule === null ? "default" : `\`${visible(rule)}\``}${of}`;
}

function count(amount: number, noun: string, plural = `${noun}s`): string {
  return `${amount} ${amount === 1 ? noun : plural}`;
}
