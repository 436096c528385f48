/** Decides a file of recorded calls, one call a line. */

import type { Policy } from "countersign";
import type { Failure } from "../api.ts";
import { failure } from "../failure.ts";
import type { InForce } from "../room.ts";
import type { FileEnd, FileLine, FileProgress, FileRows, RowQuery } from "./api.ts";
import { traceText } from "./call-text.ts";
import { NO_COUNTS, together } from "./counts.ts";
import { startParts } from "./parts.ts";
import { createRows, ROWS_MAX, type Rows } from "./rows.ts";
import { partsOf, readLine, runParts } from "./run-parts.ts";

export interface FileRun {
  decide(by: InForce, file: File, onProgress: (progress: FileProgress) => void): Promise<FileEnd>;
  cancel(): void;
  rows(query: RowQuery, from: number, count: number): FileRows;
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
    async decide(by, file, onProgress) {
      if (current !== null) current.cancelled = true;
      const rows = createRows();
      const run: Decided = { policy: by.policy, file, rows, cancelled: false };
      current = run;
      const parts = await startParts(partsOf(file), by, null);
      let counts = NO_COUNTS;
      const end = await runParts(parts, {
        file,
        isCancelled: () => run.cancelled,
        ask: (part, slice) => part.decide({ ...slice, rowsMax: ROWS_MAX - rows.length }),
        take(part, before) {
          rows.append(part.rows, before);
          counts = together(counts, part.counts);
        },
        report: (reached) => onProgress({ ...reached, counts, rows: rows.length }),
      });
      return end.ok ? { ...end, counts, rows: rows.length, cancelled: run.cancelled } : end;
    },

    cancel() {
      if (current !== null) current.cancelled = true;
    },

    rows: (query, from, count) => current?.rows.page(query, from, count) ?? { rows: [], total: 0 },

    async line(index) {
      if (current === null) return failure("no-such-line", "no file has been decided");
      const { policy, file, rows } = current;
      const read = await readLine(file, rows.place(index));
      return read.ok ? { ...read, traced: await traceText(policy, read.text) } : read;
    },

    policy: () => current?.policy ?? null,
  };
}
