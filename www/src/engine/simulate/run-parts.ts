/** Goes through a file in parts, as many at a time as there is help for: the file is never held in memory. */

import type { Failure } from "../api.ts";
import { failure } from "../failure.ts";
import type { Part } from "./parts.ts";

const PROGRESS_EVERY_MS = 150;

/** A part of a file has so many bytes, and the rest of its last line. */
const PART_BYTES = 2 * 1024 * 1024;

/** From this many parts on, more workers than one are worth starting. */
const LARGE_PARTS = 4;

/** How much is read at once to find the end of a line. */
const SEARCHED_BYTES = 64 * 1024;

const LINE_END = 10;

/** How far a file was gone through. */
export interface Reached {
  readonly bytes: number;
  readonly lines: number;
}

/** Some whole lines of a file. */
export interface Slice {
  readonly bytes: Blob;
  /** Whether they are its first. */
  readonly isFirst: boolean;
}

interface Work<T> {
  readonly file: Blob;
  isCancelled(): boolean;
  ask(part: Part, slice: Slice): Promise<T | Failure>;
  /** Takes the answers in the order of the file; `before` is where the answer's lines begin. */
  take(answer: T, before: Reached): void;
  report(reached: Reached): void;
}

/** For how many parts of `file` help is worth starting. */
export function partsOf(file: Blob): number {
  const count = Math.ceil(file.size / PART_BYTES);
  return count < LARGE_PARTS ? 1 : count;
}

/** Works through a file with all of `parts` at a time, and ends them. */
export async function runParts<T extends { readonly ok: true; readonly lines: number }>(
  parts: readonly Part[],
  work: Work<T>,
): Promise<(Reached & { readonly ok: true }) | Failure> {
  const { file } = work;
  let reached: Reached = { bytes: 0, lines: 0 };
  let reportedAt = 0;
  try {
    while (reached.bytes < file.size && !work.isCancelled()) {
      const ends: number[] = [];
      for (const _ of parts) ends.push(await lineStart(file, (ends.at(-1) ?? reached.bytes) + PART_BYTES));
      const answers = await Promise.all(
        parts.map((part, at) => {
          const from = at === 0 ? reached.bytes : (ends[at - 1] ?? file.size);
          return work.ask(part, { bytes: file.slice(from, ends[at]), isFirst: from === 0 });
        }),
      );
      for (const [at, answer] of answers.entries()) {
        if (!answer.ok) return answer;
        work.take(answer, reached);
        reached = { bytes: ends[at] ?? file.size, lines: reached.lines + answer.lines };
      }
      if (performance.now() - reportedAt > PROGRESS_EVERY_MS) {
        reportedAt = performance.now();
        work.report(reached);
      }
      await nextTask();
    }
    return { ...reached, ok: true };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return failure("unreadable", `the file could not be read further: ${error.message}`);
  } finally {
    for (const part of parts) part.end();
  }
}

/** Where the first line begins that does so after `at`; the end of the file if none does. */
async function lineStart(file: Blob, at: number): Promise<number> {
  for (let from = at; from < file.size; from += SEARCHED_BYTES) {
    const bytes = new Uint8Array(await file.slice(from, from + SEARCHED_BYTES).arrayBuffer());
    const end = bytes.indexOf(LINE_END);
    if (end >= 0) return from + end + 1;
  }
  return file.size;
}

/** Lets waiting messages, such as a cancellation, come first. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** A line longer than this is not read back for display. */
const LINE_BYTES_MAX = 8 * 1024 * 1024;

/** Reads one line of a file again. */
export async function readLine(
  file: Blob,
  place: { readonly offset: number; readonly length: number } | null,
): Promise<{ readonly ok: true; readonly text: string } | Failure> {
  if (place === null) return failure("no-such-line", "this line is not in the table");
  if (place.length > LINE_BYTES_MAX) return failure("line-too-long", "this line is too long to be shown");
  try {
    const bytes = await file.slice(place.offset, place.offset + place.length).arrayBuffer();
    return { ok: true, text: new TextDecoder().decode(bytes) };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return failure("unreadable", "the line could not be read again; the file may have changed on the disk");
  }
}
