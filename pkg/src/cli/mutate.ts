/** `countersign mutate`: which mistakes in these policies would their tests notice? */
import { parseArgs } from "node:util";
import { nowMs } from "../env.js";
import { createMutation, type Mutation, type MutationProgress, type Survivor } from "../mutation.js";
import { checkSources, type Policy } from "../policy.js";
import { counted, grouped, percent, wholeNumber } from "./counted.js";
import { FILES_HELP, FILES_OPTIONS, type FileError, type Files, filesFrom, told } from "./files.js";
import { type NamedText, readText, STDIN_NAME } from "./input.js";
import type { Output } from "./output.js";
import { EXIT_FAILED, EXIT_FOUND, EXIT_OK, usageProblem, visible } from "./problem.js";
import { lineProgress } from "./progress.js";

/** What `countersign mutate --help` prints. */
export const MUTATE_HELP = `Usage: countersign mutate [OPTIONS] FILE…

Changes each policy in small ways, one at a time, and prints the changes that none of its \`tests\` notices: a rule dropped,
moved or with another action; a matcher dropped or negated; a bound moved; a value of a list, a limit or a minimum dropped;
another default. Some of them no test could notice. \`-\`, or no FILE, is standard input. Ctrl-C ends it with what was found.

Options:
  --tools TOOLS      a tool catalogue: calls that do not fit it are not allowed
  --min-score N      fail if the tests of a policy notice less than N percent of the changes
  --max-changes N    try no more than these of each policy, spread evenly (10000 unless written)
  --format text|json
                     how to print; json, or --json, is one object:
                     {"files":[{"file","tests","failing","all","wanted","tried","noticed","score","survivors":[…]}]};
                     a file that cannot be used has "error":{"code","message"} instead
${FILES_HELP}
Exit status: 0 all was tried, 1 a test fails by itself, a policy has errors or a lower score than is asked for,
2 wrong usage or a file that cannot be read, 130 it was ended by Ctrl-C.
`;

/** What Ctrl-C ends with, as shells have it. */
const EXIT_INTERRUPTED = 130;
/** Changes that are tried before others may work. */
const STEP = 20;

/** One policy of the JSON form. */
type FileReport = { readonly file: string } & (
  | (MutationProgress & { readonly score: number | null; readonly survivors: readonly Survivor[] })
  | { readonly error: FileError }
);

interface Tried {
  readonly report: FileReport;
  readonly status: number;
  readonly text: string;
}

/** How the changes are made. */
interface Asked {
  readonly most: number;
  /** In percent. */
  readonly minScore: number | undefined;
  readonly isInterrupted: () => boolean;
}

/** Runs the command and returns its exit status. */
export async function mutate(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      "min-score": { type: "string" },
      "max-changes": { type: "string", default: "10000" },
      ...FILES_OPTIONS,
    },
  });
  if (values.help) {
    await output.write(MUTATE_HELP);
    return EXIT_OK;
  }
  const minScore = percent("min-score", values["min-score"], "mutate");
  const most = wholeNumber("max-changes", values["max-changes"], 1_000_000, "mutate");
  if (most === 0) throw usageProblem("`--max-changes` must be 1 or more", "mutate");
  const files = filesFrom(values, positionals, "mutate");
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
  };
  // The second one ends the process at once.
  process.once("SIGINT", interrupt);
  try {
    return await mutateFiles(files, { most, minScore, isInterrupted: () => isInterrupted }, output);
  } finally {
    process.removeListener("SIGINT", interrupt);
  }
}

async function mutateFiles({ files, toolsFile, limits, format }: Files, asked: Asked, output: Output): Promise<number> {
  const tools = toolsFile === undefined ? undefined : await readText(toolsFile, limits);
  const reports: FileReport[] = [];
  let status = EXIT_OK;
  for (const file of files) {
    if (asked.isInterrupted()) break;
    const tried = await mutateFile(file, tools, limits, asked);
    reports.push(tried.report);
    status = Math.max(status, tried.status);
    if (format === "text") await output.write(tried.text);
  }
  if (format === "json") await output.write(`${JSON.stringify({ files: reports }, null, 2)}\n`);
  return status;
}

async function mutateFile(
  file: string,
  tools: NamedText | undefined,
  limits: Files["limits"],
  asked: Asked,
): Promise<Tried> {
  const name = visible(file === "-" ? STDIN_NAME : file);
  try {
    const source = await readText(file, limits);
    const { policy, rendered } = await checkSources(source, { limits, ...(tools !== undefined && { tools }) });
    if (policy === null) {
      const error = { code: "invalid-policy", message: "the policy or its tools have errors, so nothing was tried" };
      process.stderr.write(rendered.filter(Boolean).join("\n"));
      return { report: { file, error }, status: EXIT_FOUND, text: `${name}: ${error.message}\n` };
    }
    return await tryAll(file, name, policy, asked);
  } catch (error) {
    return { report: { file, error: told(error) }, status: EXIT_FAILED, text: "" };
  }
}

async function tryAll(file: string, name: string, policy: Policy, asked: Asked): Promise<Tried> {
  const mutation = createMutation(policy, { most: asked.most });
  try {
    await tryChanges(mutation, name, asked.isInterrupted);
    const { progress, survivors } = mutation;
    // One at the end, and not above what was reached.
    const score = progress.tried === 0 ? null : Math.floor((1000 * progress.noticed) / progress.tried) / 10;
    const isShort = asked.minScore !== undefined && 100 * progress.noticed < asked.minScore * progress.tried;
    const status = asked.isInterrupted() ? EXIT_INTERRUPTED : isShort || progress.failing > 0 ? EXIT_FOUND : EXIT_OK;
    const short = isShort ? `, which is less than ${asked.minScore} %` : "";
    const text = [...survivors.map((survivor) => survivorText(name, survivor)), endText(name, progress, score, short)];
    return { report: { file, ...progress, score, survivors }, status, text: text.join("") };
  } finally {
    mutation.dispose();
    policy.dispose();
  }
}

async function tryChanges(mutation: Mutation, name: string, isInterrupted: () => boolean): Promise<void> {
  const progress = lineProgress(nowMs);
  try {
    while (!isInterrupted() && mutation.step(STEP)) {
      progress.show(() => {
        const { tried, wanted, noticed } = mutation.progress;
        return `${name}: ${grouped(tried)} of ${grouped(wanted)} changes, ${grouped(noticed)} noticed`;
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    progress.end();
  }
}

function survivorText(name: string, { rule, span, what }: Survivor): string {
  const of = rule === null ? "" : `rule \`${visible(rule)}\`: `;
  return `${name}:${span.line}:${span.column}: not noticed: ${of}${visible(what)}\n`;
}

function endText(name: string, progress: MutationProgress, score: number | null, short: string): string {
  const { tried, noticed, wanted, all, tests, failing } = progress;
  const parts = [
    `${grouped(noticed)} of ${counted(tried, "change")} noticed by ${counted(tests, "test")}`,
    score === null ? "" : `score ${score} %${short}`,
    tried < wanted ? `ended after ${grouped(tried)} of ${grouped(wanted)}` : "",
    wanted < all ? `${grouped(all)} changes are possible` : "",
    failing > 0 ? `${counted(failing, "test fails", "tests fail")} without any change` : "",
  ];
  return `${name}: ${parts.filter(Boolean).join(", ")}\n`;
}
