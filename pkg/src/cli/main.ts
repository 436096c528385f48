/** The `countersign` command. */
import { readFileSync } from "node:fs";
import "../load/node.js";
import { CALIBRATE_HELP, calibrate } from "./calibrate.js";
import { CHECK_HELP, check } from "./check.js";
import { COMPARE_HELP, compare } from "./compare.js";
import { COMPILE_HELP, compile } from "./compile.js";
import { DECIDE_HELP, decide } from "./decide.js";
import { HISTORY_HELP, history } from "./history/main.js";
import { MUTATE_HELP, mutate } from "./mutate.js";
import { type Output, outputTo } from "./output.js";
import { EXIT_FAILED, EXIT_OK, render, usageProblem } from "./problem.js";
import { REVIEW_HELP, review } from "./review/main.js";
import { TEST_HELP, test } from "./test.js";
import { TRACE_HELP, trace } from "./trace.js";

const HELP = `Usage: countersign COMMAND [OPTIONS] …

A human checkpoint for AI agents: decides tool calls by a YAML policy.

Commands:
  check FILE…                          find the problems in policies
  test FILE…                           run the tests of policies
  mutate FILE…                         find the mistakes in policies that their tests would not notice
  decide --policy FILE [CALLS.ndjson]  decide recorded calls, one JSON object a line
  trace --policy FILE [CALL.json]      decide one call and tell how
  compare OLD NEW CALLS.ndjson…        find the decisions that another policy changes
  compile POLICY… --output FILE        write policies as bytes for the smallest engine
  review --store FILE                  serve the calls that wait for a person, or answer them here
  calibrate --policy FILE HISTORY…     what reviewers' answers prove, and which rules could ask less
  history export|verify|import         the history (audit log) of a store

Options:
  --help       print this; after a command, print its options
  --version    print the version
`;

const COMMANDS = new Map([
  ["check", { run: check, help: CHECK_HELP }],
  ["test", { run: test, help: TEST_HELP }],
  ["mutate", { run: mutate, help: MUTATE_HELP }],
  ["decide", { run: decide, help: DECIDE_HELP }],
  ["trace", { run: trace, help: TRACE_HELP }],
  ["compare", { run: compare, help: COMPARE_HELP }],
  ["compile", { run: compile, help: COMPILE_HELP }],
  ["review", { run: review, help: REVIEW_HELP }],
  ["calibrate", { run: calibrate, help: CALIBRATE_HELP }],
  ["history", { run: history, help: HISTORY_HELP }],
]);

/** Runs the command line `args` and returns the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  const output = outputTo(process.stdout);
  // Nobody to tell is no reason to fail.
  process.stderr.on("error", () => undefined);
  try {
    return await dispatch(args, output);
  } catch (error) {
    process.stderr.write(render(isParseError(error) ? usageProblem(parseMessage(error), args[0]) : error));
    return EXIT_FAILED;
  }
}

async function dispatch([name, ...rest]: readonly string[], output: Output): Promise<number> {
  switch (name) {
    case undefined:
      process.stderr.write(HELP);
      return EXIT_FAILED;
    case "--version":
    case "-V":
      await output.write(`countersign ${version()}\n`);
      return EXIT_OK;
    case "--help":
    case "-h":
    case "help":
      await output.write(COMMANDS.get(rest[0] ?? "")?.help ?? HELP);
      return EXIT_OK;
  }
  const command = COMMANDS.get(name);
  if (!command) {
    const what = name.startsWith("-") ? "option" : "command";
    const names = [...COMMANDS.keys()].map((known) => `\`${known}\``);
    throw usageProblem(`unknown ${what} \`${name}\`: the commands are ${names.join(", ")}`);
  }
  return command.run(rest, output);
}

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function isParseError(error: unknown): error is Error & { code: string } {
  const code = (error as { code?: unknown } | null)?.code;
  return error instanceof TypeError && typeof code === "string" && code.startsWith("ERR_PARSE_ARGS");
}

/** Node's first sentence, in our quotes and case. */
function parseMessage({ message }: Error): string {
  const [first = message] = message.split(". ");
  return `${first.charAt(0).toLowerCase()}${first.slice(1)}`.replaceAll("'", "`").replace(/\.$/, "");
}

process.exitCode = await main(process.argv.slice(2));
