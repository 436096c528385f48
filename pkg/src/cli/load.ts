/** What `decide` and `trace` begin with: which files there are, and the policies of those. */
import { checkPolicy, type Policy } from "../policy.js";
import type { Limits } from "../types.js";
import { checkNotTyped, type NamedText, readText } from "./input.js";
import { EXIT_FAILED, EXIT_FOUND, Problem, render, usageProblem } from "./problem.js";

/** The options of both that name files, for `parseArgs`. */
export const INPUT_OPTIONS = {
  policy: { type: "string", multiple: true, default: [] as string[] },
  tools: { type: "string" },
} as const;

/**
 * The file that `positionals` names, or `-`; `what` is what stands in it.
 *
 * @throws {@link Problem} `usage` if the files are not what `command` takes.
 */
export function inputsOf(
  command: string,
  what: string,
  positionals: readonly string[],
  policies: readonly string[],
  tools: string | undefined,
): string {
  if (policies.length === 0) throw usageProblem("no `--policy FILE` given", command);
  if (positionals.length > 1) {
    throw usageProblem(`one file of calls can be given, not ${positionals.length}`, command);
  }
  const [calls = "-"] = positionals;
  if ([calls, tools, ...policies].filter((file) => file === "-").length > 1) {
    throw usageProblem("standard input can be read only once", command);
  }
  if (positionals.length === 0) checkNotTyped(command, what);
  return calls;
}

/**
 * The stack, or the exit status if there is none. All unreadable files are named, not only the first.
 *
 * `toolsIn` is a file, or what was read of one.
 */
export async function loadPolicies(
  files: readonly string[],
  toolsIn: string | NamedText | undefined,
  limits: Partial<Limits>,
): Promise<Policy | number> {
  const readOrTell = (file: string) =>
    readText(file, limits).catch((error: unknown) => {
      if (!(error instanceof Problem)) throw error;
      process.stderr.write(render(error));
      return null;
    });
  const sources: NamedText[] = [];
  for (const file of files) sources.push(...[await readOrTell(file)].filter((source) => source !== null));
  const tools = typeof toolsIn === "string" ? await readOrTell(toolsIn) : toolsIn;
  if (sources.length < files.length || tools === null) return EXIT_FAILED;
  const { policy, rendered } = await checkPolicy(sources, { limits, ...(tools && { tools }) });
  if (rendered !== "") process.stderr.write(`${rendered.trimEnd()}\n`);
  return policy ?? EXIT_FOUND;
}
