/** `countersign check`: are these policies right? */
import { parseArgs } from "node:util";
import { type CheckedPolicy, checkPolicy } from "../policy.js";
import type { Diagnostic, Digest, Limits } from "../types.js";
import { checkNotTyped, readPolicy, STDIN_NAME } from "./input.js";
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from "./limits.js";
import type { Output } from "./output.js";
import { EXIT_FAILED, EXIT_FOUND, EXIT_OK, Problem, render, usageProblem, visible } from "./problem.js";

/** What `countersign check --help` prints. */
export const CHECK_HELP = `Usage: countersign check [OPTIONS] FILE…

Checks each policy on its own and prints every problem with its place.
\`-\`, or no FILE, is standard input.

Options:
  --format text|json
                     how to print; json is one object:
                     {"files":[{"file","digest","diagnostics":[…]}]}, offsets in UTF-16 code units;
                     a file that cannot be read has "error":{"code","message"} too
${LIMIT_HELP}  --help             print this

Exit status: 0 all are right, 1 a policy has errors, 2 wrong usage or a file that cannot be read.
`;

/** One file of the JSON form. */
interface FileReport {
  readonly file: string;
  readonly digest: Digest | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly error?: { readonly code: string; readonly message: string };
}

/** Runs the command and returns its exit status. */
export async function check(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { format: { type: "string", default: "text" }, help: { type: "boolean", short: "h" }, ...LIMIT_OPTIONS },
  });
  if (values.help) {
    await output.write(CHECK_HELP);
    return EXIT_OK;
  }
  if (values.format !== "text" && values.format !== "json") {
    throw usageProblem(`\`--format\` must be \`text\` or \`json\`, not \`${values.format}\``, "check");
  }
  const limits = limitsFrom(values, "check");
  if (positionals.length === 0) checkNotTyped("check", "FILE");
  if (positionals.filter((file) => file === "-").length > 1) {
    throw usageProblem("standard input can be read only once", "check");
  }
  const files = positionals.length === 0 ? ["-"] : positionals;
  return checkFiles(files, limits, values.format, output);
}

async function checkFiles(
  files: readonly string[],
  limits: Partial<Limits>,
  format: "text" | "json",
  output: Output,
): Promise<number> {
  const reports: FileReport[] = [];
  let status = EXIT_OK;
  for (const file of files) {
    try {
      const checked = await checkPolicy(await readPolicy(file, limits), { limits });
      if (!checked.policy) status = Math.max(status, EXIT_FOUND);
      const digest = checked.policy?.digest ?? null;
      reports.push({ file, digest, diagnostics: checked.diagnostics });
      if (format === "text") await output.write(textOf(file, checked));
      checked.policy?.dispose();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      status = EXIT_FAILED;
      const { code, message } = error;
      reports.push({ file, digest: null, diagnostics: [], error: { code, message } });
      process.stderr.write(render(error));
    }
  }
  if (format === "json") await output.write(`${JSON.stringify({ files: reports }, null, 2)}\n`);
  return status;
}

function textOf(file: string, { diagnostics, rendered, policy }: CheckedPolicy): string {
  const name = file === "-" ? STDIN_NAME : file;
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const found = [count(errors, "error"), count(diagnostics.length - errors, "warning")].filter(Boolean).join(", ");
  const rules = count(policy?.policies[0]?.rules.length ?? 0, "rule");
  const outcome = policy ? ["ok", rules, found, policy.digest].filter(Boolean).join(", ") : found;
  const problems = rendered === "" ? "" : `${rendered.trimEnd()}\n\n`;
  return `${problems}${visible(name)}: ${outcome}\n`;
}

function count(amount: number, noun: string): string {
  return amount === 0 ? "" : `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
