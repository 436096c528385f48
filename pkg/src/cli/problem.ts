/** What the command line says when it cannot do something: what, where, why, what to do. */
import { messageOf } from "../errors.js";

/** Everything was done and nothing was wrong. */
export const EXIT_OK = 0;
/** A policy has errors, or a line of calls could not be decided. */
export const EXIT_FOUND = 1;
/** Wrong usage, an unreadable file, or an engine that failed. */
export const EXIT_FAILED = 2;

/** What kind of problem: the arguments, an input, the output, or a call that was answered before. */
type ProblemCode = "usage" | "unreadable" | "unwritable" | "already-closed" | "no-proposal";

/** `text` with what could move the cursor, reorder or hide text shown as tokens such as `‹U+202E›`. */
export function visible(text: string): string {
  const token = (c: string) => `‹U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}›`;
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, token);
}

/** `json`, a JSON text, with the same characters written as escapes, so that it can be read as JSON still. */
export function visibleJson(json: string): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return json.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (c) => c.split("").map(escaped).join(""));
}

/** Why a command cannot go on. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly help: string | null;

  constructor(code: ProblemCode, message: string, help: string | null = null, options?: ErrorOptions) {
    super(visible(message), options);
    this.code = code;
    this.help = help;
  }
}

/** A {@link Problem} of how the command was called. */
export function usageProblem(message: string, command?: string): Problem {
  return new Problem("usage", message, `run \`countersign ${command ? `${command} ` : ""}--help\``);
}

/** A {@link Problem} with reading `file`, from whatever the system threw. */
export function unreadable(file: string, error: unknown): Problem {
  return new Problem("unreadable", `cannot read \`${file}\`: ${systemReason(error)}`, null, { cause: error });
}

/** A {@link Problem} with writing `file`, from whatever the system threw. */
export function unwritable(file: string, error: unknown): Problem {
  return new Problem("unwritable", `cannot write \`${file}\`: ${systemReason(error)}`, null, { cause: error });
}

/** `error` as text that ends with a line end. */
export function render(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  const help = error instanceof Problem && error.help ? `  = help: ${error.help}\n` : "";
  return `error${typeof code === "string" ? `[${code.toLowerCase()}]` : ""}: ${messageOf(error)}\n${help}`;
}

/** The system's reason for a failure, in a few words. */
export function systemReason(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  switch (code) {
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "it is a directory";
    case "ENOTDIR":
      return "a part of the path is not a directory";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ENOSPC":
      return "no space is left";
    default:
      return messageOf(error);
  }
}
