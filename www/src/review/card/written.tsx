/** Text that somebody else wrote, as the engine cut it: what would not be seen is shown, its direction stays inside. */

import type { Written as Segments } from "countersign";

const CLASSES = { escape: "escape", hidden: "hidden-character", foreign: "foreign-character" } as const;

export function Written({ text }: { readonly text: Segments }) {
  return (
    <bdi class="visible-text">
      {text.map((segment, at) => {
        if (segment.kind === "text" && !segment.breaks) return segment.text;
        return (
          <span key={at} class={segment.kind === "text" ? undefined : CLASSES[segment.kind]}>
            {segment.text}
            {segment.breaks && <br />}
          </span>
        );
      })}
    </bdi>
  );
}

/** The same as plain text, for attributes and titles. */
export function plain(text: Segments): string {
  return text.map((segment) => segment.text).join("");
}

/** The first `characters` or so of `text`, in whole segments but for a long last one. */
export function beginning(text: Segments, characters: number): Segments {
  const found: Segments[number][] = [];
  let left = characters;
  for (const segment of text) {
    if (left <= 0) break;
    const isWhole = segment.kind !== "text" || segment.text.length <= left;
    found.push(isWhole ? segment : { ...segment, text: whole(segment.text, left), breaks: false });
    left -= segment.text.length;
  }
  return found;
}

/** The first `length` units of `text`, without half a character at the end. */
function whole(text: string, length: number): string {
  const cut = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}
