/** Text that somebody else wrote, for a terminal: nothing in it moves the cursor, hides, or looks like a line of ours. */

import type { Written } from "../../card.js";
import { segments } from "../../engines/full.js";

/** What the engine has written, as text: its tokens stand for what would not be seen. */
export function drawn(written: Written): string {
  return written.map(({ text }) => text).join("");
}

/** `text` with what would not be seen as tokens such as `‹U+202E›`. The engine must be ready. */
export function shown(text: string): string {
  return drawn(segments(text));
}

/** `text` as a JSON string, with JSON's escapes and the tokens of {@link shown}. The engine must be ready. */
export function quoted(text: string): string {
  const inside = segments(text).map(({ kind, text }) => (kind === "text" ? text.replace(/["\\]/g, "\\$&") : text));
  return `"${inside.join("")}"`;
}

/** `text`, in which nothing hides, as a value amid other words: between marks that it cannot close. */
export function marked(text: string): string {
  return `⟦${text.replace(/⟦/g, "‹U+27E6›").replace(/⟧/g, "‹U+27E7›")}⟧`;
}

const CONTINUED = "⋮ ";

/** `line` cut into lines of at most `columns`, each further one with a mark, so that none can pass for one of ours. */
export function wrapped(line: string, columns: number): readonly string[] {
  const indent = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = "";
  let used = 0;
  for (const character of line) {
    // Some take two columns; a line that is too short does no harm.
    const width = character <= "~" ? 1 : 2;
    if (used + width > columns && used > indent.length + CONTINUED.length) {
      lines.push(current);
      current = `${indent}${CONTINUED}`;
      used = current.length;
    }
    current += character;
    used += width;
  }
  return [...lines, current];
}

/** `2026-11-27 12:00:00 UTC`. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
