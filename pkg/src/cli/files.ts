/** What `check`, `test` and `mutate` begin with: policies in files, each by itself, and how to tell of them. */
import type { Limits } from "../types.js";
import { checkNotTyped } from "./input.js";
import { LIMIT_HELP, LIMIT_OPTIONS, limitsFrom } from "./limits.js";
import { Problem, render, usageProblem } from "./problem.js";

/** For `parseArgs`. */
export const FILES_OPTIONS = {
  tools: { type: "string" },
  format: { type: "string", default: "text" },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h" },
  ...LIMIT_OPTIONS,
} as const;

/** For `--help`, after those of the command. */
export const FILES_HELP = `${LIMIT_HELP}  --help             print this
`;

/** What was asked for. */
export interface Files {
  /** At least one; `-` is standard input. */
  readonly files: readonly string[];
  readonly toolsFile: string | undefined;
  readonly limits: Partial<Limits>;
  readonly format: "text" | "json";
}

type FilesValues = Parameters<typeof limitsFrom>[0] & {
  readonly tools?: string | undefined;
  readonly format: string;
  readonly json: boolean;
};

/** @throws {@link Problem} `usage` if that is not what `command` takes. */
export function filesFrom(values: FilesValues, positionals: readonly string[], command: string): Files {
  const format = values.json ? "json" : values.format;
  if (format !== "text" && format !== "json") {
    throw usageProblem(`\`--format\` must be \`text\` or \`json\`, not \`${format}\``, command);
  }
  const limits = limitsFrom(values, command);
  if (positionals.length === 0) checkNotTyped(command, "FILE");
  const files = positionals.length === 0 ? ["-"] : positionals;
  if ([...files, values.tools].filter((file) => file === "-").length > 1) {
    throw usageProblem("standard input can be read only once", command);
  }
  return { files, toolsFile: values.tools, limits, format };
}

/** A problem with one file, as the JSON forms have it. */
export interface FileError {
  readonly code: string;
  readonly message: string;
}

/** Prints a problem with a file; the others can still be used. What is no {@link Problem} is thrown. */
export function told(error: unknown): FileError {
  if (!(error instanceof Problem)) throw error;
  process.stderr.write(render(error));
  const { code, message } = error;
  return { code, message };
}
