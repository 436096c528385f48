/** `countersign compile`: policies as bytes for the smallest engine. */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from "./limits.js";
import { loadPolicies } from "./load.js";
import type { Output } from "./output.js";
import { EXIT_OK, unwritable, usageProblem, visible } from "./problem.js";

/** What `countersign compile --help` prints. */
export const COMPILE_HELP = `Usage: countersign compile [OPTIONS] POLICY… --output FILE

Writes policies, which apply together, as one file for \`loadCompiledPolicy\` of \`countersign/compiled\`.
Only the version of this package that wrote the file reads it. Its checksum finds damage, and is no signature.

Options:
  --output, -o FILE  the file to write
  --tools TOOLS      a tool catalogue, such as MCP's tools/list answers; no call is allowed that does not fit
${LIMIT_HELP}  --help             print this

Exit status: 0 it was written, 1 a policy has errors, 2 wrong usage or a file that cannot be read or written.
`;

/** Runs the command and returns its exit status. */
export async function compile(args: readonly string[], output: Output): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      output: { type: "string", short: "o" },
      tools: { type: "string" },
      help: { type: "boolean", short: "h" },
      ...LIMIT_OPTIONS,
    },
  });
  if (values.help) {
    await output.write(COMPILE_HELP);
    return EXIT_OK;
  }
  const limits = limitsFrom(values, "compile");
  const { output: file, tools } = values;
  if (file === undefined) throw usageProblem("no `--output FILE` given", "compile");
  if (positionals.length === 0) throw usageProblem("no policy given", "compile");
  if ([tools, ...positionals].filter((input) => input === "-").length > 1) {
    throw usageProblem("standard input can be read only once", "compile");
  }
  const policy = await loadPolicies(positionals, tools, limits);
  if (typeof policy === "number") return policy;
  const bytes = policy.compiled();
  await writeFile(file, bytes).catch((error: unknown) => {
    throw unwritable(file, error);
  });
  await output.write(`${visible(file)}: ${bytes.length} bytes, ${policy.digest}\n`);
  return EXIT_OK;
}
