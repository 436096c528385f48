/**
 * Makes hidden characters visible.
 *
 * Text from agents and policies can hold characters that draw nothing, turn the reading direction, or look like a space.
 * Here each becomes a token such as `‹U+202E›`, in marks that no keyboard has, so that two texts that differ also look different.
 */

export interface Segment {
  /** `text` is as written; `escape` is a JSON escape; `hidden` is a character that would not be seen. */
  readonly kind: "text" | "escape" | "hidden";
  readonly text: string;
  /** Set after a line feed: the line may break here, as the text does. */
  readonly breaks?: boolean;
}

/** `name` is a word or sentence; `string` is a JSON string, shown with JSON's escapes. */
export type TextForm = "name" | "string";

/** Control, format, private, unassigned and default-ignorable characters, lone surrogates, and every space but U+0020. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;

const SPECIAL = new RegExp(`\\n+|["\\\\]|${HIDDEN.source}`, "gu");

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\r": "\\r",
  "\t": "\\t",
};

export function segments(text: string, form: TextForm): readonly Segment[] {
  const found: Segment[] = [];
  let from = 0;
  for (const match of text.matchAll(SPECIAL)) {
    if (match.index > from) found.push({ kind: "text", text: text.slice(from, match.index) });
    found.push(special(match[0], form));
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push({ kind: "text", text: text.slice(from) });
  return found;
}

function special(character: string, form: TextForm): Segment {
  if (form === "name") {
    if (character === '"' || character === "\\") return { kind: "text", text: character };
    return { kind: "hidden", text: Array.from(character, codePoint).join("") };
  }
  // A long run of line feeds must not push what follows out of sight.
  if (character.startsWith("\n")) {
    const run = character.length;
    return { kind: "escape", text: run > 3 ? `\\n×${run}` : "\\n".repeat(run), breaks: true };
  }
  const escaped = ESCAPES[character];
  return escaped === undefined ? { kind: "hidden", text: codePoint(character) } : { kind: "escape", text: escaped };
}

/** `‹U+202E›`; a tag character also tells the letter that it stands for. */
function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const tag = code > 0xe0020 && code < 0xe007f ? ` tag ${String.fromCharCode(code - 0xe0000)}` : "";
  return `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}${tag}›`;
}
