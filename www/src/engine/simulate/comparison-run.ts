/** Compares how two policies decide a file of recorded calls. */

import { type ComparisonCounts, joinComparisons, type Policy } from "countersign";
import type { Failure } from "../api.ts";
import { failure } from "../failure.ts";
import type { InForce } from "../room.ts";
import type { ChangedRows, ChangeQuery, ComparedLineText, ComparisonEnd, ComparisonProgress } from "./api.ts";
import { traceText } from "./call-text.ts";
import { type Changes, createChanges } from "./changes.ts";
import { startParts } from "./parts.ts";
import { partsOf, readLine, runParts } from "./run-parts.ts";

export interface ComparisonRun {
  /** `before` is disposed when another comparison begins; `after` is somebody else's. */
  compare(
    before: InForce,
    after: InForce,
    file: File,
    onProgress: (progress: ComparisonProgress) => void,
  ): Promise<ComparisonEnd>;
  cancel(): void;
  rows(query: ChangeQuery, from: number, count: number): ChangedRows;
  line(index: number): Promise<ComparedLineText | Failure>;
  /** The policy with which the last comparison compared; `null` before the first. */
  after(): Policy | null;
}

interface Compared {
  readonly before: Policy;
  readonly after: Policy;
  readonly file: File;
  readonly changes: Changes;
  cancelled: boolean;
  /** Whether workers, or this one, still decide by `before`. */
  runs: boolean;
}

export function createComparisonRun(): ComparisonRun {
  let current: Compared | null = null;

  /** Frees the policy that nobody decides by any more. */
  function release(run: Compared): void {
    if (run !== current && !run.runs) run.before.dispose();
  }

  return {
    async compare(before, after, file, onProgress) {
      const last = current;
      const changes = createChanges();
      const run: Compared = { before: before.policy, after: after.policy, file, changes, cancelled: false, runs: true };
      current = run;
      if (last !== null) {
        last.cancelled = true;
        release(last);
      }
      try {
        const parts = await startParts(partsOf(file), after, before);
        let counts: ComparisonCounts = joinComparisons([]);
        const end = await runParts(parts, {
          file,
          isCancelled: () => run.cancelled,
          ask: (part, slice) => part.compare(slice),
          take(part, reached) {
            changes.append(part.changes, reached);
            counts = joinComparisons([counts, part.counts]);
          },
          report: (reached) => onProgress({ ...reached, counts }),
        });
        return end.ok ? { ...end, counts, cancelled: run.cancelled } : end;
      } finally {
        run.runs = false;
        release(run);
      }
    },

    cancel() {
      if (current !== null) current.cancelled = true;
    },

    rows: (query, from, count) => current?.changes.page(query, from, count) ?? { rows: [], total: 0 },

    async line(index) {
      if (current === null) return failure("no-such-line", "no file has been compared");
      const { before, after, file, changes } = current;
      const read = await readLine(file, changes.place(index));
      if (!read.ok) return read;
      const traced = (policy: Policy) => traceText(policy, read.text);
      return { ...read, before: await traced(before), after: await traced(after) };
    },

    after: () => current?.after ?? null,
  };
}
