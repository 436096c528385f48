/** A history as NDJSON: an entry a line, and last a line with the checkpoint. */

import { checkpointOf, entryOf, redactedOf, ShapeError } from "../../edge/shapes.js";
import type { Checkpoint, Entry, RedactedEntry } from "../../lifecycle.js";
import type { Input } from "../input.js";
import { Problem } from "../problem.js";

/** What stands in a line. A line that is neither has `problem`, which says why. */
export type Line =
  | { readonly number: number; readonly entry: Entry | RedactedEntry }
  | { readonly number: number; readonly checkpoint: Checkpoint | null }
  | { readonly number: number; readonly problem: string };

/** Longer than the largest call that can be held, written as JSON. */
const LINE_BYTES_MAX = 256 * 1024 * 1024;

/** `value` as one line. What some readers take for a line end stands there as an escape. */
export function lineOf(value: unknown): string {
  const text = JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `${text}\n`;
}

/** The lines of `input`, whose sizes `advance` is told. Blank ones are left out. */
export async function* linesOf(input: Input, advance: (bytes: number) => void): AsyncGenerator<Line> {
  let number = 0;
  for await (const text of textLines(input, advance)) {
    number += 1;
    if (text.trim() !== "") yield read(text, number);
  }
}

async function* textLines(input: Input, advance: (bytes: number) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const line = (last: Uint8Array) => {
    const all = Buffer.concat([...parts, last]);
    [parts, bytes] = [[], 0];
    try {
      return decoder.decode(all);
    } catch (error) {
      throw new Problem("unreadable", `cannot read \`${input.name}\`: it is not UTF-8`, null, { cause: error });
    }
  };
  for await (const chunk of input.chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      yield line(chunk.subarray(from, end));
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    bytes += rest.byteLength;
    if (bytes > LINE_BYTES_MAX) throw new Problem("unreadable", `cannot read \`${input.name}\`: a line is too long`);
    if (rest.byteLength > 0) parts.push(rest);
    advance(chunk.byteLength);
  }
  if (bytes > 0) yield line(new Uint8Array());
}

function read(text: string, number: number): Line {
  try {
    const value: unknown = JSON.parse(text);
    if (hasKeyTwice(text)) return { number, problem: "a key stands there twice, so two readers see two entries" };
    if (isObject(value) && Object.hasOwn(value, "checkpoint")) return { number, checkpoint: checkpointIn(value) };
    return { number, entry: isRedacted(value) ? redactedOf(value, "entry") : entryOf(value, "entry") };
  } catch (error) {
    if (error instanceof SyntaxError) return { number, problem: "it is not JSON" };
    if (error instanceof ShapeError) return { number, problem: error.message };
    throw error;
  }
}

/** The checkpoint in the text of a file, alone or as the last line of an export. */
export function readCheckpoint(text: string, name: string): Checkpoint {
  try {
    const value: unknown = JSON.parse(text);
    const checkpoint =
      isObject(value) && Object.hasOwn(value, "checkpoint") ? checkpointIn(value) : checkpointOf(value);
    if (checkpoint !== null) return checkpoint;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof ShapeError)) throw error;
  }
  throw new Problem("unreadable", `cannot read \`${name}\`: it is no checkpoint`);
}

function checkpointIn(value: Readonly<Record<string, unknown>>): Checkpoint | null {
  if (Object.keys(value).length > 1) throw new ShapeError("a checkpoint stands in a line of its own");
  return value.checkpoint === null ? null : checkpointOf(value.checkpoint);
}

function isRedacted(value: unknown): boolean {
  return isObject(value) && Object.hasOwn(value, "commitment");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether an object in the JSON `text`, which was parsed, has a key twice: `JSON.parse` takes the last of them. */
export function hasKeyTwice(text: string): boolean {
  const open: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(null);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const end = endOfString(text, at);
      const keys = open.at(-1);
      if (keys && isKeyBefore(text, end + 1)) {
        const key = JSON.parse(text.slice(at, end + 1)) as string;
        if (keys.has(key)) return true;
        keys.add(key);
      }
      at = end;
    }
  }
  return false;
}

/** Where the string ends that begins at `from`. */
function endOfString(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

function isKeyBefore(text: string, from: number): boolean {
  let at = from;
  while (/[ \t\r\n]/.test(text[at] ?? "")) at += 1;
  return text[at] === ":";
}
