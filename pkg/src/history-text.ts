/** A history as NDJSON: an entry a line, and last a line with the checkpoint. Written, read and verified as a stream. */

import { checkpointOf, entryOf, redactedOf, ShapeError } from "./edge/shapes.js";
import { holding } from "./engines/full.js";
import type { Checkpoint, Entry, HistoryReport, RedactedEntry } from "./lifecycle.js";
import { partsOf } from "./parts.js";
import { sameJson } from "./same.js";
import type { Store } from "./stores/store.js";
import { PROBLEMS_MAX, type Verifiable, verifyEntries } from "./verifying.js";

/** What stands in a line. A line that is neither has `problem`, which says why. */
export type Line =
  | { readonly number: number; readonly entry: Entry | RedactedEntry }
  | { readonly number: number; readonly checkpoint: Checkpoint | null }
  | { readonly number: number; readonly problem: string };

/** Bytes that are no lines of text. */
export class UnreadableText extends Error {
  override readonly name = "UnreadableText";
}

/** Longer than the largest call that can be held, written as JSON. */
const LINE_BYTES_MAX = 256 * 1024 * 1024;
/** Entries that are verified at once. */
const BATCH_MAX = 256;

/** How a history is written. */
export interface ExportHistoryOptions {
  /** Leaves out what happened, and gives a commitment to it instead; `false` unless written. */
  readonly redact?: boolean;
  /** Is told how many of the entries were written. */
  readonly onProgress?: (written: number, all: number) => void;
  /** Stops it, by throwing its reason. */
  readonly signal?: AbortSignal | null;
}

/**
 * The history of `store` as it stands now, as NDJSON in pieces of whole lines; the last line is `{"checkpoint":…}`.
 *
 * @throws {@link StoreError} if the store fails; the reason of `signal` if that aborts.
 */
export async function* exportHistory(
  store: Store,
  { redact = false, onProgress, signal = null }: ExportHistoryOptions = {},
): AsyncGenerator<string> {
  await holding.ready();
  const head = await store.head();
  let written = 0;
  for await (const part of partsOf(store, 0, head.size)) {
    signal?.throwIfAborted();
    yield part.map((entry) => lineOf(redact ? holding.redact(entry) : entry)).join("");
    written += part.length;
    onProgress?.(written, head.size);
  }
  yield lineOf({ checkpoint: holding.checkpoint(head) });
}

/** What was found in an exported history. */
export interface VerifiedText {
  readonly report: HistoryReport;
  /** What is wrong with the lines themselves; at most 100, for people. */
  readonly lines: readonly string[];
  /** Whether what happened is left out of any of its entries. */
  readonly isRedacted: boolean;
}

/** How an exported history is verified. */
export interface VerifyTextOptions {
  /** One that was kept elsewhere. Without it nobody can tell whether the history was cut short or made up. */
  readonly checkpoint?: Checkpoint | null;
  /** Is told how many more bytes were read, and how many entries so far. */
  readonly onProgress?: (bytes: number, entries: number) => void;
  /** Is handed the entries as they are read, in their order and before they are verified. */
  readonly onEntries?: (entries: readonly (Entry | RedactedEntry)[]) => void;
  readonly signal?: AbortSignal | null;
}

/**
 * Verifies an exported history against a checkpoint, if there is one, and its last line against the rest.
 *
 * @throws {@link UnreadableText} if it is not UTF-8; the reason of `signal` if that aborts.
 */
export async function verifyHistoryText(
  chunks: AsyncIterable<Uint8Array>,
  { checkpoint = null, onProgress, onEntries, signal = null }: VerifyTextOptions = {},
): Promise<VerifiedText> {
  const problems: string[] = [];
  // Undefined until its line comes.
  let own: Checkpoint | null | undefined;
  let entries = 0;
  let isRedacted = false;
  async function* parts(): AsyncGenerator<readonly Verifiable[]> {
    let batch: Verifiable[] = [];
    for await (const line of linesOf(chunks, (bytes) => onProgress?.(bytes, entries))) {
      signal?.throwIfAborted();
      if ("problem" in line) problems.push(`line ${line.number}: ${line.problem}`);
      else if (own !== undefined) problems.push(`line ${line.number}: the checkpoint should be the last line`);
      else if ("checkpoint" in line) own = line.checkpoint;
      else batch.push(line.entry);
      entries += "entry" in line ? 1 : 0;
      isRedacted ||= "entry" in line && !("event" in line.entry);
      if (batch.length < BATCH_MAX) continue;
      onEntries?.(batch);
      yield batch;
      batch = [];
    }
    onEntries?.(batch);
    yield batch;
  }
  const report = await verifyEntries(parts(), { checkpoint });
  if (own === undefined) {
    problems.push("the last line, which should be the checkpoint, is missing: the file was cut short");
  } else if (report.problems.length === 0 && !sameJson(own, report.checkpoint)) {
    problems.push(otherCheckpoint(own, report));
  }
  return { report, lines: problems.slice(0, PROBLEMS_MAX), isRedacted };
}

function otherCheckpoint(own: Checkpoint | null, { entries }: HistoryReport): string {
  const size = own?.size ?? 0;
  return size === entries
    ? "its last line is the checkpoint of another history"
    : `its last line says that there are ${size} entries, and there are ${entries}`;
}

/** `value` as one line. What some readers take for a line end stands there as an escape. */
export function lineOf(value: unknown): string {
  const text = JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `${text}\n`;
}

/** The lines of `chunks`, whose sizes `advance` is told. Blank ones are left out. */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  advance: (bytes: number) => void,
): AsyncGenerator<Line> {
  let number = 0;
  for await (const text of textLines(chunks, advance)) {
    number += 1;
    if (text.trim() !== "") yield read(text, number);
  }
}

async function* textLines(chunks: AsyncIterable<Uint8Array>, advance: (bytes: number) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let parts: Uint8Array[] = [];
  let bytes = 0;
  const line = (last: Uint8Array) => {
    const all = parts.length === 0 ? last : joined([...parts, last]);
    [parts, bytes] = [[], 0];
    try {
      return decoder.decode(all);
    } catch (error) {
      throw new UnreadableText("it is not UTF-8", { cause: error });
    }
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      yield line(chunk.subarray(from, end));
      from = end + 1;
    }
    const rest = chunk.subarray(from);
    bytes += rest.byteLength;
    if (bytes > LINE_BYTES_MAX) throw new UnreadableText("a line is too long");
    if (rest.byteLength > 0) parts.push(rest);
    advance(chunk.byteLength);
  }
  if (bytes > 0) yield line(new Uint8Array());
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((bytes, part) => bytes + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.byteLength;
  }
  return all;
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

/** The checkpoint in a text, alone or as the last line of an export; `null` if it is none. */
export function readCheckpoint(text: string): Checkpoint | null {
  try {
    const value: unknown = JSON.parse(text);
    if (hasKeyTwice(text)) return null;
    return isObject(value) && Object.hasOwn(value, "checkpoint") ? checkpointIn(value) : checkpointOf(value);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof ShapeError) return null;
    throw error;
  }
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
