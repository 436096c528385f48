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

/** A line on standard error that is written anew, unless that is no terminal or the results are printed on one too. */
export interface LineProgress {
  /** Shows what `line` says, if it is time. */
  show(line: () => string): void;
  /** Takes the line away. */
  end(): void;
}

/** See {@link LineProgress}. */
export function lineProgress(now: () => number): LineProgress {
  if (!process.stderr.isTTY || process.stdout.isTTY) return { show() {}, end() {} };
  let shownMs = now();
  let shown = false;
  return {
    show(line) {
      if (now() - shownMs < EVERY_MS) return;
      shownMs = now();
      shown = true;
      process.stderr.write(`\r${line()}\u001b[K`);
    },
    end() {
      if (shown) process.stderr.write("\r\u001b[K");
    },
  };
}

/** How far the reading of `input` is, as a {@link LineProgress}. */
export function progressOf(input: Input, now: () => number): Progress {
  const { show, end } = lineProgress(now);
  let bytesDone = 0;
  return {
    advance(bytes, counts) {
      bytesDone += bytes;
      show(() => {
        const { calls, errors } = counts();
        return lineOf(calls + errors, bytesDone, input.bytes);
      });
    },
    end,
  };
}

function lineOf(lines: number, bytes: number, bytesAll: number | null): string {
  const megabytes = (bytes / 1_000_000).toFixed(1);
  const percent = bytesAll ? `, ${Math.min(100, Math.floor((bytes / bytesAll) * 100))} %` : "";
  return `${lines.toLocaleString("en-US")} lines, ${megabytes} MB${percent}`;
}
