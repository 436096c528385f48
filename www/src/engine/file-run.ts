/** Decides a file of recorded calls, one call a line, in chunks: the file is never held in memory. */

import type { Policy, Simulation } from "countersign";
import type { Failure, FileEnd, FileLine, FileProgress, FileRows, RowFilter } from "./api.ts";
import { traceText } from "./call-text.ts";
import { failure } from "./failure.ts";
import { createRows, type Rows } from "./rows.ts";

const PROGRESS_EVERY_MS = 150;

/** A line longer than this is not read back for display. */
const LINE_BYTES_MAX = 8 * 1024 * 1024;

export interface FileRun {
  decide(policy: Policy, file: File, onProgress: (progress: FileProgress) => void): Promise<FileEnd>;
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
    async decide(policy, file, onProgress) {
      if (current !== null) current.cancelled = true;
      const run: Decided = { policy, file, rows: createRows(), cancelled: false };
      current = run;
      const simulation = policy.simulation();
      let bytes = 0;
      let lines = 0;
      let reportedAt = 0;
      const progress = (): FileProgress => ({ bytes, lines, counts: simulation.counts, rows: run.rows.length });
      const take = (results: ReturnType<Simulation["push"]>) => {
        for (const result of results) run.rows.add(result);
        lines = results.at(-1)?.line ?? lines;
      };

      const reader = file.stream().getReader();
      try {
        while (!run.cancelled) {
          const { done, value } = await reader.read();
          if (done) break;
          take(simulation.push(value));
          bytes += value.byteLength;
          if (performance.now() - reportedAt > PROGRESS_EVERY_MS) {
            reportedAt = performance.now();
            onProgress(progress());
          }
          await nextTask();
        }
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        return failure("unreadable", `the file could not be read further: ${error.message}`);
      } finally {
        // The rest of the file is not wanted, whatever the reason; that it cannot be cancelled changes nothing.
        reader.cancel().catch(() => undefined);
      }
      if (!run.cancelled) take(simulation.finish());
      const end: FileEnd = { ...progress(), ok: true, cancelled: run.cancelled };
      simulation.dispose();
      return end;
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
