/** How far a long command is, on a terminal. */
import type { Counts } from "../types.js";
import type { Input } from "./input.js";

/** Time between two updates, in milliseconds. */
const EVERY_MS = 200;

/** Told about each chunk. */
export interface Progress {
  advance(bytes: number, counts: () => Pick<Counts, "calls" | "errors">): void;
  /** Takes the line away. */
  end(): void;
}

/** Shows progress on standard error, unless that is no terminal or the results are printed on one too. */
export function progressOf(input: Input, now: () => number): Progress {
  if (!process.stderr.isTTY || process.stdout.isTTY) return { advance() {}, end() {} };
  let bytesDone = 0;
  let shownMs = now();
  let shown = false;
  return {
    advance(bytes, counts) {
      bytesDone += bytes;
      if (now() - shownMs < EVERY_MS) return;
      shownMs = now();
      shown = true;
      const { calls, errors } = counts();
      process.stderr.write(`\r${lineOf(calls + errors, bytesDone, input.bytes)}\u001b[K`);
    },
    end() {
      if (shown) process.stderr.write("\r\u001b[K");
    },
  };
}

function lineOf(lines: number, bytes: number, bytesAll: number | null): string {
  const megabytes = (bytes / 1_000_000).toFixed(1);
  const percent = bytesAll ? `, ${Math.min(100, Math.floor((bytes / bytesAll) * 100))} %` : "";
  return `${lines.toLocaleString("en-US")} lines, ${megabytes} MB${percent}`;
}
