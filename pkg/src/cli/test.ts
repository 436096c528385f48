/** `countersign test`: do these policies decide as their tests expect? */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { MatcherHits, RuleHits, Share, TestResult, TestRun } from "../language.js";
import { checkSources } from "../policy.js";
import type { Limits, ToolSource } from "../types.js";
import { counted, percent, percentOf } from "./counted.js";
import { FILES_HELP, FILES_OPTIONS, type FileError, type Files, filesFrom, told } from "./files.js";
import { readText, STDIN_NAME } from "./input.js";
import { junitOf, type Suite } from "./junit.js";
import type { Output } from "./output.js";
import { EXIT_FAILED, EXIT_FOUND, EXIT_OK, unwritable, usageProblem, visible } from "./problem.js";

/** What `countersign test --help` prints. */
export const TEST_HELP = `Usage: countersign test [OPTIONS] FILE…

Runs the \`tests\` of each policy on its own, and prints those that fail with their places and the rules that no test hits.
\`-\`, or no FILE, is standard input.

Options:
  --tools TOOLS      a tool catalogue: calls that do not fit it are not allowed
  --coverage         print also the matchers that did not both hold and not hold in tests, and the missing actions
  --min-coverage N   fail if the tests of a policy see less than N percent of its rules, outcomes of matchers and actions
  --junit FILE       write what became of the tests as JUnit XML, too
  --format text|json
                     how to print; json, or --json, is one object:
                     {"files":[{"file","passed","failed","tests":[…],"rules":[…],"defaultHits","matchers":[…],
                     "actions":[…],"coverage"}]}, offsets in UTF-16 code units;
                     a file that cannot be used has "error":{"code","message"} instead
${FILES_HELP}
Exit status: 0 all tests pass, 1 a test fails, a policy has errors or less coverage than is asked for,
2 wrong usage or a file that cannot be read or written.
`;

/** One policy of the JSON form. */
type FileReport = { readonly file: string } & (Omit<TestRun, "source" | "policy"> | { readonly error: FileError });

/** What is asked of the tests beside that they pass. */
interface Wanted {
  /** In percent. */
  readonly minCoverage: number | undefined;
  readonly tellsCoverage: boolean;
}

/** Runs the command and returns its exit status. */
export async function test(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      coverage: { type: "boolean", default: false },
      "min-coverage": { type: "string" },
      junit: { type: "string" },
      ...FILES_OPTIONS,
    },
  });
  if (values.help) {
    await output.write(TEST_HELP);
    return EXIT_OK;
  }
  const minCoverage = percent("min-coverage", values["min-coverage"], "test");
  if (values.junit === "") throw usageProblem("`--junit` needs a file", "test");
  const asked = filesFrom(values, positionals, "test");
  return testFiles(asked, { minCoverage, tellsCoverage: values.coverage }, values.junit, output);
}

async function testFiles(
  { files, toolsFile, limits, format }: Files,
  wanted: Wanted,
  junit: string | undefined,
  output: Output,
): Promise<number> {
  const tools = toolsFile === undefined ? undefined : await readText(toolsFile, limits);
  const reports: FileReport[] = [];
  let status = EXIT_OK;
  for (const file of files) {
    const tested = await testFile(file, tools, limits, wanted);
    reports.push(tested.report);
    status = Math.max(status, tested.status);
    if (format === "text") await output.write(tested.text);
  }
  if (format === "json") await output.write(`${JSON.stringify({ files: reports }, null, 2)}\n`);
  if (junit !== undefined) {
    const xml = junitOf(reports.map((report): Suite => ({ ...report, name: nameOf(report.file) })));
    await writeFile(junit, xml).catch((error: unknown) => {
      throw unwritable(junit, error);
    });
  }
  return status;
}

function nameOf(file: string): string {
  return file === "-" ? STDIN_NAME : file;
}

interface Tested {
  readonly report: FileReport;
  readonly status: number;
  readonly text: string;
}

async function testFile(
  file: string,
  tools: ToolSource | undefined,
  limits: Partial<Limits>,
  wanted: Wanted,
): Promise<Tested> {
  const name = visible(nameOf(file));
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
    const { source: _, policy: __, ...report } = run;
    const isShort = wanted.minCoverage !== undefined && percentOf(run.coverage) < wanted.minCoverage;
    const status = run.failed > 0 || isShort ? EXIT_FOUND : EXIT_OK;
    return { report: { file, ...report }, status, text: textOf(name, run, wanted, isShort) };
  } catch (error) {
    return { report: { file, error: told(error) }, status: EXIT_FAILED, text: "" };
  }
}

function textOf(name: string, run: TestRun, { minCoverage, tellsCoverage }: Wanted, isShort: boolean): string {
  const { passed, failed, tests, rules, matchers, actions, coverage } = run;
  const failures = tests.filter((test) => !test.passed).map((test) => failure(name, test));
  const missed = rules.filter((rule) => rule.missed).map((rule) => missing(name, rule));
  const details = [
    ...matchers.filter((matcher) => matcher.missed).map((matcher) => oneSided(name, matcher)),
    ...actions.filter((action) => action.tests === 0).map(({ action }) => `${name}: no test comes to \`${action}\`\n`),
  ];
  const all = passed + failed;
  const outcome =
    all === 0
      ? "no tests"
      : failed === 0
        ? `ok, ${counted(all, "test")}`
        : `${failed} of ${counted(all, "test")} failed`;
  const hit = `${coverage.rules.seen} of ${counted(coverage.rules.all, "rule")} hit`;
  const short = isShort ? `, which is less than ${minCoverage} %` : "";
  return [
    ...failures,
    ...missed,
    ...(tellsCoverage || isShort ? details : []),
    ...(tellsCoverage ? [sharesText(name, coverage)] : []),
    `${name}: ${outcome}, ${hit}, coverage ${Math.floor(percentOf(coverage))} %${short}\n`,
  ].join("");
}

function sharesText(name: string, { rules, matchers, actions }: TestRun["coverage"]): string {
  const share = ({ seen, all }: Share) => `${seen} of ${all}`;
  return `${name}: rules ${share(rules)}, outcomes of matchers ${share(matchers)}, actions ${share(actions)}\n`;
}

function oneSided(name: string, { rule, span, what, holds, fails }: MatcherHits): string {
  const never =
    holds + fails === 0 ? "is decided in no test" : holds === 0 ? "holds in no test" : "holds in every test";
  return `${name}:${span.line}:${span.column}: \`${visible(what)}\` of rule \`${visible(rule)}\` ${never}\n`;
}

function failure(name: string, { name: test, span, message }: TestResult): string {
  return `${name}:${span.line}:${span.column}: failed: ${visible(test)}\n  ${visible(message ?? "")}\n`;
}

function missing(name: string, { rule, span }: RuleHits): string {
  return `${name}:${span.line}:${span.column}: no test is decided by rule \`${visible(rule)}\`\n`;
}
