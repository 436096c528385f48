/** Decides a file of recorded calls, one call a line, in parts: the file is never held in memory. */

import type { Policy } from "countersign";
import type { Failure } from "../api.ts";
import { failure } from "../failure.ts";
import type { FileEnd, FileLine, FileProgress, FileRows, RowFilter } from "./api.ts";
import { traceText } from "./call-text.ts";
import { NO_COUNTS, together } from "./counts.ts";
import { type Part, startParts } from "./parts.ts";
import { createRows, ROWS_MAX, type Rows } from "./rows.ts";

const PROGRESS_EVERY_MS = 150;

/** A part of a file has so many bytes, and the rest of its last line. */
const PART_BYTES = 2 * 1024 * 1024;

/** From this many parts on, more workers than one are worth starting. */
const LARGE_PARTS = 4;

/** How much is read at once to find the end of a line. */
const SEARCHED_BYTES = 64 * 1024;

const LINE_END = 10;

/** A line longer than this is not read back for display. */
const LINE_BYTES_MAX = 8 * 1024 * 1024;

export interface FileRun {
  /** `policyText` is the text of `policy`. */
  decide(
    policy: Policy,
    policyText: string,
    file: File,
    onProgress: (progress: FileProgress) => void,
  ): Promise<FileEnd>;
  cancel(): void;
  rows(filter: RowFilter, from: number, count: number): FileRows;
  line(index: number): Promise<FileLine | Failure>;
  /** The policy under which the file was decided; `null` before the first file. */
  policy(): Policy | null;
}

interface Decided {
  readonly policy: Policy;
  readonly file: File;
  readonly rows: Rows;
  cancelled: boolean;
}

export function createFileRun(): FileRun {
  let current: Decided | null = null;

  return {
    async decide(policy, policyText, file, onProgress) {
      if (current !== null) current.cancelled = true;
      const run: Decided = { policy, file, rows: createRows(), cancelled: false };
      current = run;
      const count = Math.ceil(file.size / PART_BYTES);
      const parts = await startParts(count < LARGE_PARTS ? 1 : count, policy, policyText);
      try {
        return await decideParts(run, parts, onProgress);
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        return failure("unreadable", `the file could not be read further: ${error.message}`);
      } finally {
        for (const part of parts) part.end();
      }
    },

    cancel() {
      if (current !== null) current.cancelled = true;
    },

    rows: (filter, from, count) => current?.rows.page(filter, from, count) ?? { rows: [], total: 0 },

    async line(index) {
      if (current === null) return failure("no-such-line", "no file has been decided");
      const { policy, file, rows } = current;
      const place = rows.place(index);
      if (place === null) return failure("no-such-line", "this line is not in the table");
      if (place.length > LINE_BYTES_MAX) return failure("line-too-long", "this line is too long to be shown");
      try {
        const bytes = await file.slice(place.offset, place.offset + place.length).arrayBuffer();
        const text = new TextDecoder().decode(bytes);
        return { ok: true, text, traced: await traceText(policy, text) };
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        return failure("unreadable", "the line could not be read again; the file may have changed on the disk");
      }
    },

    policy: () => current?.policy ?? null,
  };
}

/** Decides the file of `run` with all of `parts` at a time, and puts together what they say in the order of its lines. */
async function decideParts(
  run: Decided,
  parts: readonly Part[],
  onProgress: (progress: FileProgress) => void,
): Promise<FileEnd> {
  const { file, rows } = run;
  let progress: FileProgress = { bytes: 0, lines: 0, counts: NO_COUNTS, rows: 0 };
  let reportedAt = 0;
  while (progress.bytes < file.size && !run.cancelled) {
    const ends: number[] = [];
    for (const _ of parts) ends.push(await lineStart(file, (ends.at(-1) ?? progress.bytes) + PART_BYTES));
    const decided = await Promise.all(
      parts.map((part, at) => {
        const from = at === 0 ? progress.bytes : (ends[at - 1] ?? file.size);
        const rowsMax = ROWS_MAX - rows.length;
        return part.decide({ bytes: file.slice(from, ends[at]), isFirst: from === 0, rowsMax });
      }),
    );
    for (const [at, part] of decided.entries()) {
      if (!part.ok) return part;
      rows.append(part.rows, progress);
      const counts = together(progress.counts, part.counts);
      progress = {
        bytes: ends[at] ?? file.size,
        lines: progress.lines + part.lines,
        counts,
        rows: rows.length,
      };
    }
    if (performance.now() - reportedAt > PROGRESS_EVERY_MS) {
      reportedAt = performance.now();
      onProgress(progress);
    }
    await nextTask();
  }
  return { ...progress, ok: true, cancelled: run.cancelled };
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
