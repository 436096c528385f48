/** `countersign check`: are these policies right? */
import { parseArgs } from "node:util";
import { checkSources, checkTools, type Policy } from "../policy.js";
import type { Diagnostic, Digest, Limits } from "../types.js";
import { counted } from "./counted.js";
import { FILES_HELP, FILES_OPTIONS, type FileError, type Files, filesFrom, told } from "./files.js";
import { type NamedText, readText, STDIN_NAME } from "./input.js";
import type { Output } from "./output.js";
import { EXIT_FAILED, EXIT_FOUND, EXIT_OK, visible } from "./problem.js";

/** What `countersign check --help` prints. */
export const CHECK_HELP = `Usage: countersign check [OPTIONS] FILE…

Checks each policy on its own and prints every problem with its place.
\`-\`, or no FILE, is standard input.

Options:
  --tools TOOLS      a tool catalogue, such as MCP's tools/list answers, to check the policies against
  --format text|json
                     how to print; json, or --json, is one object:
                     {"files":[{"file","digest","diagnostics":[…]}]}, offsets in UTF-16 code units;
                     with --tools also {"tools":{"file","diagnostics":[…]}};
                     a file that cannot be read has "error":{"code","message"} too
${FILES_HELP}
Exit status: 0 all are right, 1 a policy has errors, 2 wrong usage or a file that cannot be read.
`;

/** The tool catalogue in the JSON form. */
interface ToolsReport {
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly error?: FileError;
}

/** One policy of the JSON form. */
interface FileReport extends ToolsReport {
  readonly digest: Digest | null;
}

/** Runs the command and returns its exit status. */
export async function check(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: FILES_OPTIONS,
  });
  if (values.help) {
    await output.write(CHECK_HELP);
    return EXIT_OK;
  }
  return checkFiles(filesFrom(values, positionals, "check"), output);
}

async function checkFiles({ files, toolsFile, limits, format }: Files, output: Output): Promise<number> {
  const reports: FileReport[] = [];
  const catalogue = toolsFile === undefined ? undefined : await checkCatalogue(toolsFile, limits, format, output);
  let status = catalogue?.status ?? EXIT_OK;
  for (const file of files) {
    try {
      const { tools } = catalogue ?? {};
      const checked = await checkSources(await readText(file, limits), { limits, ...(tools && { tools }) });
      if (!checked.policy) status = Math.max(status, EXIT_FOUND);
      const digest = checked.policy?.digest ?? null;
      // The catalogue's own problems were told before.
      const diagnostics = checked.diagnostics.filter(({ source }) => source === 0);
      reports.push({ file, digest, diagnostics });
      if (format === "text") await output.write(textOf(file, diagnostics, checked.rendered[0] ?? "", checked.policy));
      checked.policy?.dispose();
    } catch (error) {
      status = EXIT_FAILED;
      reports.push({ file, digest: null, diagnostics: [], error: told(error) });
    }
  }
  if (format === "json") {
    const report = { ...(catalogue && { tools: catalogue.report }), files: reports };
    await output.write(`${JSON.stringify(report, null, 2)}\n`);
  }
  return status;
}

/** The catalogue, if it can be used; the policies are checked in any case. */
async function checkCatalogue(
  file: string,
  limits: Partial<Limits>,
  format: "text" | "json",
  output: Output,
): Promise<{ readonly report: ToolsReport; readonly status: number; readonly tools?: NamedText }> {
  try {
    const tools = await readText(file, limits);
    const { diagnostics, rendered } = await checkTools(tools, { limits });
    const report = { file, diagnostics };
    const isUsable = !diagnostics.some(({ severity }) => severity === "error");
    if (format === "text" && rendered !== "") {
      await output.write(`${rendered.trimEnd()}\n\n${visible(tools.name)}: ${countsOf(diagnostics)}\n`);
    }
    return isUsable ? { report, status: EXIT_OK, tools } : { report, status: EXIT_FOUND };
  } catch (error) {
    return { report: { file, diagnostics: [], error: told(error) }, status: EXIT_FAILED };
  }
}

function textOf(file: string, diagnostics: readonly Diagnostic[], rendered: string, policy: Policy | null): string {
  const name = file === "-" ? STDIN_NAME : file;
  const found = countsOf(diagnostics);
  const rules = some(policy?.policies[0]?.rules.length ?? 0, "rule");
  const outcome = policy ? ["ok", rules, found, policy.digest].filter(Boolean).join(", ") : found;
  const problems = rendered === "" ? "" : `${rendered.trimEnd()}\n\n`;
  return `${problems}${visible(name)}: ${outcome}\n`;
}

function countsOf(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  return [some(errors, "error"), some(diagnostics.length - errors, "warning")].filter(Boolean).join(", ");
}

function some(amount: number, noun: string): string {
  return amount === 0 ? "" : counted(amount, noun);
}
