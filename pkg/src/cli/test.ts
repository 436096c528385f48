/** `countersign test`: do these policies decide as their tests expect? */
import { parseArgs } from "node:util";
import type { RuleHits, TestResult, TestRun } from "../language.js";
import { checkSources } from "../policy.js";
import type { Limits, ToolSource } from "../types.js";
import { checkNotTyped, readText, STDIN_NAME } from "./input.js";
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from "./limits.js";
import type { Output } from "./output.js";
import { EXIT_FAILED, EXIT_FOUND, EXIT_OK, Problem, render, usageProblem, visible } from "./problem.js";

/** What `countersign test --help` prints. */
export const TEST_HELP = `Usage: countersign test [OPTIONS] FILE…

Runs the \`tests\` of each policy on its own, and prints those that fail with their places and the rules that no test hits.
\`-\`, or no FILE, is standard input.

Options:
  --tools TOOLS      a tool catalogue: calls that do not fit it are not allowed
  --format text|json
                     how to print; json is one object:
                     {"files":[{"file","passed","failed","tests":[…],"rules":[…],"defaultHits"}]},
                     offsets in UTF-16 code units; a file that cannot be used has "error":{"code","message"} instead
${LIMIT_HELP}  --help             print this

Exit status: 0 all tests pass, 1 a test fails or a policy has errors, 2 wrong usage or a file that cannot be read.
`;

/** One policy of the JSON form. */
type FileReport = { readonly file: string } & (
  | Pick<TestRun, "passed" | "failed" | "tests" | "rules" | "defaultHits">
  | { readonly error: { readonly code: string; readonly message: string } }
);

/** Runs the command and returns its exit status. */
export async function test(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      tools: { type: "string" },
      format: { type: "string", default: "text" },
      help: { type: "boolean", short: "h" },
      ...LIMIT_OPTIONS,
    },
  });
  if (values.help) {
    await output.write(TEST_HELP);
    return EXIT_OK;
  }
  if (values.format !== "text" && values.format !== "json") {
    throw usageProblem(`\`--format\` must be \`text\` or \`json\`, not \`${values.format}\``, "test");
  }
  const limits = limitsFrom(values, "test");
  if (positionals.length === 0) checkNotTyped("test", "FILE");
  const files = positionals.length === 0 ? ["-"] : positionals;
  if ([...files, values.tools].filter((file) => file === "-").length > 1) {
    throw usageProblem("standard input can be read only once", "test");
  }
  const tools = values.tools === undefined ? undefined : await readText(values.tools, limits);
  return testFiles(files, tools, limits, values.format, output);
}

async function testFiles(
  files: readonly string[],
  tools: ToolSource | undefined,
  limits: Partial<Limits>,
  format: "text" | "json",
  output: Output,
): Promise<number> {
  const reports: FileReport[] = [];
  let status = EXIT_OK;
  for (const file of files) {
    const tested = await testFile(file, tools, limits);
    reports.push(tested.report);
    status = Math.max(status, tested.status);
    if (format === "text") await output.write(tested.text);
  }
  if (format === "json") await output.write(`${JSON.stringify({ files: reports }, null, 2)}\n`);
  return status;
}

interface Tested {
  readonly report: FileReport;
  readonly status: number;
  readonly text: string;
}

async function testFile(file: string, tools: ToolSource | undefined, limits: Partial<Limits>): Promise<Tested> {
  const name = visible(file === "-" ? STDIN_NAME : file);
  try {
    const source = await readText(file, limits);
    const { policy, rendered } = await checkSources(source, { limits, ...(tools !== undefined && { tools }) });
    if (policy === null) {
      const error = { code: "invalid-policy", message: "the policy or its tools have errors, so no test was run" };
      process.stderr.write(rendered.filter(Boolean).join("\n"));
      return { report: { file, error }, status: EXIT_FOUND, text: `${name}: ${error.message}\n` };
    }
    const [run] = policy.runTests();
    policy.dispose();
    if (run === undefined) throw new Error("a policy has no run of its tests");
    const { passed, failed, tests, rules, defaultHits } = run;
    const report = { file, passed, failed, tests, rules, defaultHits };
    return { report, status: failed > 0 ? EXIT_FOUND : EXIT_OK, text: textOf(name, run) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(render(error));
    const { code, message } = error;
    return { report: { file, error: { code, message } }, status: EXIT_FAILED, text: "" };
  }
}

function textOf(name: string, { passed, failed, tests, rules }: TestRun): string {
  const failures = tests.filter((test) => !test.passed).map((test) => failure(name, test));
  const unhit = rules.filter(({ decides }) => decides === 0);
  const all = passed + failed;
  const outcome =
    all === 0 ? "no tests" : failed === 0 ? `ok, ${count(all, "test")}` : `${failed} of ${count(all, "test")} failed`;
  const covered = `${rules.length - unhit.length} of ${count(rules.length, "rule")} hit`;
  const missed = unhit.map((rule) => missing(name, rule));
  return [...failures, ...missed, `${name}: ${outcome}, ${covered}\n`].join("");
}

function failure(name: string, { name: test, span, message }: TestResult): string {
  return `${name}:${span.line}:${span.column}: failed: ${visible(test)}\n  ${visible(message ?? "")}\n`;
}

function missing(name: string, { rule, span }: RuleHits): string {
  return `${name}:${span.line}:${span.column}: no test is decided by rule \`${visible(rule)}\`\n`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
