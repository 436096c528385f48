/** The way from one call of the list to the next one that waits. */

import { LINES_PER_PART, type Line } from "../engine/review/api.ts";
import { hashOf } from "../route.ts";
import { chosen, listed, turnTo } from "./state.ts";

/** Goes to the next or previous line, and over the end of a page to the next one; what was answered is passed over. */
export function move(by: 1 | -1): boolean {
  const part = listed.value;
  if (part === null) return false;
  const { lines, from, total } = part;
  const at = lines.findIndex(({ ids }) => chosen.value !== null && ids.includes(chosen.value));
  const ahead = by === 1 ? lines.slice(at + 1) : lines.slice(0, at < 0 ? lines.length : at).reverse();
  const line = firstOf(ahead, lines);
  if (line !== undefined) {
    go(line);
    return true;
  }
  const other = from + by * LINES_PER_PART;
  if (other >= 0 && other < total) {
    void turnTo(other).then(() => {
      const turned = listed.value?.lines ?? [];
      const beside = firstOf(by === 1 ? turned : [...turned].reverse(), turned) ?? turned.at(by === 1 ? 0 : -1);
      if (beside !== undefined) go(beside);
    });
  }
  return true;
}

/** The first of `ahead` that waits; where none of `lines` does, whichever comes first. */
function firstOf(ahead: readonly Line[], lines: readonly Line[]): Line | undefined {
  return lines.some(isWaiting) ? ahead.find(isWaiting) : ahead[0];
}

/** The call to review after `id`: behind it in the list, or else before it. `null` if none of this page of the list waits. */
export function nextPending(id: string): Line | null {
  const lines = listed.value?.lines ?? [];
  const at = Math.max(
    0,
    lines.findIndex(({ ids }) => ids.includes(id)),
  );
  // Identical calls share a line, which goes on to the next of them.
  const inOrder = [...lines.slice(at), ...lines.slice(0, at)];
  return inOrder.find((line) => isWaiting(line) && line.id !== id) ?? null;
}

function isWaiting({ status }: Line): boolean {
  return status === "pending";
}

export function go(line: Line): void {
  window.location.hash = hashOf("review", line.id);
}
