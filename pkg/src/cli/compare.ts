/** `countersign compare`: which calls would another policy decide otherwise, and is that looser? */
import { parseArgs } from "node:util";
import {
  type ChangeCount,
  type ChangedLine,
  type ComparisonCounts,
  createComparison,
  type FailOn,
  type Said,
  type UnreadLine,
  type WorstLines,
} from "../comparison.js";
import { nowMs } from "../env.js";
import type { Policy } from "../policy.js";
import { counted, grouped, wholeNumber } from "./counted.js";
import { byText, more, termsText } from "./decision-text.js";
import { openInput, readText, STDIN_NAME } from "./input.js";
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from "./limits.js";
import { loadPolicies } from "./load.js";
import type { Output } from "./output.js";
import { EXIT_FOUND, EXIT_OK, usageProblem, visible } from "./problem.js";
import { progressOf } from "./progress.js";
import { tellWidening, WIDENING_FAIL_ON } from "./widening.js";

/** What `countersign compare --help` prints. */
export const COMPARE_HELP = `Usage: countersign compare [OPTIONS] OLD NEW [CALLS.ndjson…]

With CALLS, decides recorded calls by the policies OLD and NEW, and prints which decisions change, the worst first.
CALLS are recorded calls as \`decide\` takes them, or exports of \`history export\`; \`-\` is standard input.
Of a held call in a history it finds what people said: that one which was rejected would now run comes first.

Without CALLS, tells from the two policies alone whether each change widens, tightens or cannot be told, with a call as
witness for all that widens.

Options:
  --fail-on WHAT     what ends with status 1:
                     widen       a looser decision, or looser terms (unless written)
                     unapproved  the same, but not for calls that a person approved as they were; only with CALLS
                     unknown     as widen, and if it cannot be told whether NEW widens; only without CALLS
                     change      any decision that changed; without CALLS, unless it is proven that none is looser
                                 or stricter
                     none        no change
                     all but none: a call that a person refused and that would now run
  --tools TOOLS      a tool catalogue, such as MCP's tools/list answers: no call is allowed that does not fit it
  --limit N          so many changes, and lines that are no calls, are listed (20 unless written)
  --json             print one object: counts, {"changed":[…]}, the worst first, {"unread":[…]} and {"failed"};
                     without CALLS: {"verdict"}, {"changes":[…]}, the worst first, {"witnesses":[…]} and {"failed"}
${LIMIT_HELP}  --help             print this

Exit status: 0 nothing was found to fail for, 1 something was, or a line is no call, or a policy has errors,
2 wrong usage or a file that cannot be read.
`;

const FAIL_ON = ["widen", "unapproved", "change", "none"] as const;
const ALL_FAIL_ON = ["widen", "unapproved", "unknown", "change", "none"] as const;

/** What is compared, and how that is told. */
interface Asked {
  readonly old: string;
  readonly next: string;
  readonly calls: readonly string[];
  readonly policies: readonly [Policy, Policy];
  readonly failOn: FailOn | "none";
  readonly json: boolean;
}

interface Found extends Asked {
  readonly counts: ComparisonCounts;
  readonly worst: WorstLines;
  /** Whether changes were found that `failOn` fails for. */
  readonly fails: boolean;
}

/** Runs the command and returns its exit status. */
export async function compare(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      "fail-on": { type: "string", default: "widen" },
      tools: { type: "string" },
      limit: { type: "string", default: "20" },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h" },
      ...LIMIT_OPTIONS,
    },
  });
  if (values.help) {
    await output.write(COMPARE_HELP);
    return EXIT_OK;
  }
  const keep = wholeNumber("limit", values.limit, 1_000_000, "compare");
  const files = filesOf(positionals, values.tools);
  const failOn = failOnOf(values["fail-on"], files.calls.length > 0);
  const limits = limitsFrom(values, "compare");
  const tools = values.tools === undefined ? undefined : await readText(values.tools, limits);
  const old = await loadPolicies([files.old], tools, limits);
  const next = await loadPolicies([files.next], tools, limits);
  if (typeof old === "number" || typeof next === "number") {
    return Math.max(...[old, next].filter((status) => typeof status === "number"));
  }
  const asked = { ...files, policies: [old, next] as const, json: values.json };
  if ("policies" in failOn) return tellWidening({ ...asked, failOn: failOn.policies, most: keep }, output);
  return tellChanges({ ...asked, failOn: failOn.calls }, keep, output);
}

async function tellChanges(asked: Asked, keep: number, output: Output): Promise<number> {
  const { policies, failOn } = asked;
  const comparison = createComparison(...policies, { histories: true, keep });
  for (const file of asked.calls) await compareCalls(comparison, file);
  const { counts, worst } = comparison;
  const fails = failOn !== "none" && counts.failsOn.includes(failOn);
  const found = { ...asked, counts, worst, fails };
  await output.write(asked.json ? jsonOf(found) : textOf(found));
  return fails || counts.errors > 0 ? EXIT_FOUND : EXIT_OK;
}

/** What ends with status 1, when calls are compared or else the policies alone. */
type FailOnOf = { readonly calls: (typeof FAIL_ON)[number] } | { readonly policies: (typeof WIDENING_FAIL_ON)[number] };

function failOnOf(written: string, hasCalls: boolean): FailOnOf {
  const calls = FAIL_ON.find((word) => word === written);
  const policies = WIDENING_FAIL_ON.find((word) => word === written);
  if (hasCalls && calls !== undefined) return { calls };
  if (!hasCalls && policies !== undefined) return { policies };
  if (calls !== undefined) {
    throw usageProblem(`\`--fail-on ${calls}\` is about what people said of calls, and no CALLS are given`, "compare");
  }
  if (policies !== undefined) {
    throw usageProblem(`\`--fail-on ${policies}\` is about the policies alone, and CALLS are given`, "compare");
  }
  const words = ALL_FAIL_ON.map((word) => `\`${word}\``).join(", ");
  throw usageProblem(`\`--fail-on\` must be one of ${words}, not \`${written}\``, "compare");
}

function filesOf(positionals: readonly string[], tools: string | undefined) {
  const [old, next, ...calls] = positionals;
  if (old === undefined || next === undefined) throw usageProblem("two policies are compared, OLD and NEW", "compare");
  if ([...positionals, tools].filter((file) => file === "-").length > 1) {
    throw usageProblem("standard input can be read only once", "compare");
  }
  return { old, next, calls };
}

/** Holds one chunk at a time, and what may still be said of held calls. */
async function compareCalls(comparison: ReturnType<typeof createComparison>, file: string): Promise<void> {
  const input = await openInput(file);
  const progress = progressOf(input, nowMs);
  try {
    for await (const chunk of input.chunks) {
      comparison.count(chunk);
      progress.advance(chunk.byteLength, () => comparison.counts);
    }
    comparison.nextInput();
  } finally {
    progress.end();
  }
}

function jsonOf({ old, next, calls, policies, failOn, counts, worst, fails }: Found): string {
  const { failsOn: _, ...told } = counts;
  const placed = <Line extends ChangedLine | UnreadLine>({ input, ...line }: Line) => ({ file: calls[input], ...line });
  const report = {
    old: { file: old, digest: policies[0].digest },
    new: { file: next, digest: policies[1].digest },
    failOn,
    failed: fails || counts.errors > 0,
    ...told,
    changed: worst.changed.map(placed),
    unread: worst.unread.map(placed),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function textOf(found: Found): string {
  const { counts, worst, calls } = found;
  const fileOf = (input: number) => {
    const file = calls[input] ?? "";
    return visible(file === "-" ? STDIN_NAME : file);
  };
  const changed = counts.changes.reduce((sum, change) => sum + change.calls, 0);
  const list = [
    ...worst.changed.map((line) => changedText(line, fileOf(line.input))),
    ...more(changed - worst.changed.length, changed, "change"),
    ...worst.unread.map(({ input, line, error }) => `${fileOf(input)}:${line}: no call: ${visible(error.message)}\n`),
    ...more(counts.errors - worst.unread.length, counts.errors, "line that is no call", "lines that are no calls"),
  ];
  return [...list, list.length > 0 ? "\n" : "", matrixText(counts), "\n", ...changesText(counts), endText(found)].join(
    "",
  );
}

const SAID: Readonly<Record<Said, string>> = {
  approved: "a person approved it",
  rejected: "a person rejected it",
  edited: "a person edited it before approving it",
  revoked: "a person approved it and then revoked that",
};

function changedText({ line, tool, change, terms, before, after, said }: ChangedLine, file: string): string {
  const refused = said === "rejected" || said === "revoked";
  const isRefusedRun = refused && before.action !== "allow" && after.action === "allow";
  const notes = [termsText(terms), said === null ? "" : SAID[said]].filter(Boolean).join("; ");
  const head = `${file}:${line}: ${isRefusedRun ? "error: " : ""}${change}: ${visible(tool ?? "")}`;
  return `${head}: ${byText(before)} → ${byText(after)}${notes === "" ? "" : ` (${notes})`}\n`;
}

const ACTIONS = ["allow", "escalate", "block"] as const;

function matrixText({ matrix }: ComparisonCounts): string {
  const rows = [
    ["before \\ after", ...ACTIONS],
    ...ACTIONS.map((before) => [before, ...ACTIONS.map((after) => grouped(matrix[before][after]))]),
  ];
  return rows
    .map(([head = "", ...cells]) => `${head.padEnd(16)}${cells.map((cell) => cell.padStart(12)).join("")}\n`)
    .join("");
}

function changesText({ changes }: ComparisonCounts): readonly string[] {
  const some = changes.filter(({ calls }) => calls > 0).map(changeText);
  return some.length > 0 ? [...some, "\n"] : [];
}

function changeText({ change, calls, said }: ChangeCount): string {
  const told = (["approved", "rejected", "edited", "revoked"] as const)
    .filter((word) => said[word] > 0)
    .map((word) => `${grouped(said[word])} ${word}`);
  const people = told.length > 0 ? `  (people: ${told.join(", ")})` : "";
  return `${change.padEnd(18)}${grouped(calls).padStart(10)}${people}\n`;
}

function endText({ old, next, counts, fails, failOn }: Found): string {
  const { calls, errors, changes, refusedRuns, refusedStays } = counts;
  const changed = changes.reduce((sum, change) => sum + change.calls, 0);
  const names = [old, next].map((file) => visible(file === "-" ? STDIN_NAME : file)).join(" → ");
  const parts = [
    `${grouped(changed)} of ${counted(calls, "decision")} changed`,
    errors > 0 ? `${counted(errors, "line is no call", "lines are no calls")}` : "",
    refusedRuns > 0 ? `${counted(refusedRuns, "call")} that a person refused would now run` : "",
    refusedStays > 0 ? `${counted(refusedStays, "call")} that a person refused run by both` : "",
    fails ? `failed by \`--fail-on ${failOn}\`` : "",
  ];
  return `${names}: ${parts.filter(Boolean).join("; ")}\n`;
}
