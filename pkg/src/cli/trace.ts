/** `countersign trace`: why do these policies say that of this call? */
import { parseArgs } from "node:util";
import { CallError } from "../errors.js";
import { readCall } from "../policy.js";
import type { ConditionTrace, PolicyTrace, RuleTrace, Trace, TraceOutcome } from "../types.js";
import { readText, STDIN_NAME } from "./input.js";
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from "./limits.js";
import { INPUT_OPTIONS, inputsOf, loadPolicies } from "./load.js";
import type { Output } from "./output.js";
import { EXIT_FOUND, EXIT_OK, render, usageProblem, visible } from "./problem.js";

/** What `countersign trace --help` prints. */
export const TRACE_HELP = `Usage: countersign trace --policy FILE [--policy FILE …] [OPTIONS] [CALL.json|-]

Decides one call, a JSON object as \`decide\` takes them, and prints how: every rule in order, what its condition asks,
what stands there, and which rule decided. \`-\`, or no file, is standard input.

Options:
  --policy FILE      the policy; of several the strictest decision wins
  --tools TOOLS      a tool catalogue, such as MCP's tools/list answers: no call is allowed that does not fit it
  --format text|json how to print; json is what the package's \`policy.trace(call)\` returns
${LIMIT_HELP}  --help             print this

Exit status: 0 the call was decided, 1 it is no call or a policy has an error, 2 wrong usage or a file that cannot be read.
`;

/** Runs the command and returns its exit status. */
export async function trace(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...INPUT_OPTIONS,
      format: { type: "string", default: "text" },
      help: { type: "boolean", short: "h" },
      ...LIMIT_OPTIONS,
    },
  });
  if (values.help) {
    await output.write(TRACE_HELP);
    return EXIT_OK;
  }
  const { policy: files, tools, format } = values;
  if (format !== "text" && format !== "json") {
    throw usageProblem(`\`--format\` must be \`text\` or \`json\`, not \`${format}\``, "trace");
  }
  const file = inputsOf("trace", "CALL", positionals, files, tools);
  const limits = limitsFrom(values, "trace");
  const policy = await loadPolicies(files, tools, limits);
  if (typeof policy === "number") return policy;
  const { text } = await readText(file, limits);
  try {
    const traced = policy.trace(await readCall(decoded(text)));
    const shown = files.map((name) => (name === "-" ? STDIN_NAME : name));
    await output.write(format === "json" ? `${JSON.stringify(traced, null, 2)}\n` : textOf(traced, shown));
    return EXIT_OK;
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    process.stderr.write(render(error));
    return EXIT_FOUND;
  }
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CallError("not-utf8", "the call is not UTF-8", "", { cause: error });
  }
}

function textOf({ decision, misfit, policies }: Trace, files: readonly string[]): string {
  const by = decision.rule === null ? "" : ` by rule ${visible(decision.rule)}`;
  const head = [`${decision.action}${by}, cause ${decision.cause}`];
  if (decision.reason !== null) head.push(`  ${visible(decision.reason)}`);
  if (misfit) head.push(`  does not fit the tool catalogue: ${visible(misfit.field)} ${visible(misfit.why)}`);
  return [...head, ...policies.flatMap((policy) => policyLines(policy, files[policy.source] ?? "policy"))]
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

function policyLines(policy: PolicyTrace, file: string): readonly string[] {
  const decides = policy.decides ? ", and that decides" : "";
  const lines = ["", `${visible(file)}: says ${policy.action} (${policy.cause})${decides}`];
  if (policy.knownName) {
    lines.push(`  the tool's name could be taken for ${visible(policy.knownName.text)}, which this policy knows`);
  }
  let others = 0;
  const tellOthers = () => {
    if (others > 0) lines.push(`    (${others} ${others === 1 ? "rule" : "rules"} about other tools)`);
    others = 0;
  };
  for (const rule of policy.rules) {
    if (rule.pattern === null) {
      others += 1;
      continue;
    }
    tellOthers();
    lines.push(...ruleLines(rule, rule.reached && rule.id === policy.rule, file));
  }
  tellOthers();
  if (policy.rule === null) lines.push(`  > default: ${policy.action}`);
  return lines;
}

const MET: Readonly<Record<TraceOutcome, string>> = {
  matched: "matches",
  "not-matched": "does not match",
  undecidable: "cannot be decided",
};

function ruleLines(rule: RuleTrace, names: boolean, file: string): readonly string[] {
  const says =
    rule.says === null ? "" : `: ${rule.says.action}${rule.says.cause === "rule" ? "" : ` (${rule.says.cause})`}`;
  const reached = rule.reached ? "" : ", but is not reached";
  const idle = rule.idle === null ? "" : ` (${rule.idle})`;
  const place = `${visible(file)}:${rule.span.line}:${rule.span.column}`;
  return [
    `  ${names ? ">" : " "} ${visible(rule.id)} ${MET[rule.outcome]}${idle}${says}${reached}  ${place}`,
    ...rule.conditions.map(conditionLine),
  ];
}

function conditionLine({ field, negated, outcome, why, value }: ConditionTrace): string {
  const what = value === null ? "is not there" : `is ${visible(value)}`;
  return `        ${negated ? "not: " : ""}${visible(field)} ${what}: ${MET[outcome]}${why === null ? "" : `, ${why}`}`;
}
