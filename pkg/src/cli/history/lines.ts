/** The lines of a file with a history, and the checkpoint in one. */
import { type Line, linesOf as linesIn, readCheckpoint as readIn, UnreadableText } from "../../history-text.js";
import type { Checkpoint } from "../../lifecycle.js";
import type { Input } from "../input.js";
import { Problem } from "../problem.js";

export { hasKeyTwice, type Line, lineOf } from "../../history-text.js";

/** The lines of `input`, whose sizes `advance` is told. Blank ones are left out. */
export async function* linesOf(input: Input, advance: (bytes: number) => void): AsyncGenerator<Line> {
  try {
    yield* linesIn(input.chunks, advance);
  } catch (error) {
    throw unreadable(error, input.name);
  }
}

/** The problem that `error` is for whoever reads `name`, if it is about its bytes. */
export function unreadable(error: unknown, name: string): unknown {
  if (!(error instanceof UnreadableText)) return error;
  return new Problem("unreadable", `cannot read \`${name}\`: ${error.message}`, null, { cause: error });
}

/** The checkpoint in the text of a file, alone or as the last line of an export. */
export function readCheckpoint(text: string, name: string): Checkpoint {
  const checkpoint = readIn(text);
  if (checkpoint !== null) return checkpoint;
  throw new Problem("unreadable", `cannot read \`${name}\`: it is no checkpoint`);
}
