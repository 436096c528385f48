/** Text that somebody else wrote, for a terminal: nothing in it moves the cursor, hides, or looks like a line of ours. */

/** Control, format, private, unassigned and default-ignorable characters, lone surrogates, and every space but U+0020. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;
/** With what our own tokens begin with, so that no text can pass for one. */
const TOKENED = new RegExp(`‹|${HIDDEN.source}`, "gu");
const SPECIAL = new RegExp(`\\n+|["\\\\]|${TOKENED.source}`, "gu");

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\r": "\\r",
  "\t": "\\t",
};

/** `text` with what would not be seen as tokens such as `‹U+202E›`. */
export function shown(text: string): string {
  return text.replace(TOKENED, token);
}

/** `text` as a JSON string, with JSON's escapes and the tokens of {@link shown}. A long run of line feeds is counted. */
export function quoted(text: string): string {
  const inside = text.replace(SPECIAL, (found) => {
    if (found.startsWith("\n")) return found.length > 3 ? `\\n×${found.length}` : "\\n".repeat(found.length);
    return ESCAPES[found] ?? token(found);
  });
  return `"${inside}"`;
}

/** `text`, in which nothing hides, as a value amid other words: between marks that it cannot close. */
export function marked(text: string): string {
  return `⟦${text.replace(/[⟦⟧]/gu, token)}⟧`;
}

/** How many characters of `text` would not be seen. Plain line ends and tabs are not counted. */
export function hiddenCount(text: string): number {
  return [...text.matchAll(HIDDEN)].filter(([found]) => !(found === "\n" || Object.hasOwn(ESCAPES, found))).length;
}

const WORD = /\p{L}[\p{L}\p{M}\p{N}_]*/gu;
const LATIN = /\p{Script=Latin}/u;
const LOOKALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}]/gu;

/** Words of `text` that have Latin letters and Cyrillic or Greek ones, which look alike, each with the latter's codes. */
export function mixedWords(text: string): readonly string[] {
  return [...text.matchAll(WORD)].flatMap(([word]) => {
    const others = [...new Set(word.match(LOOKALIKE))];
    if (others.length === 0 || !LATIN.test(word)) return [];
    return [`${quoted(word)} (${others.map(codeOf).join(", ")})`];
  });
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** `‹U+202E›`; a tag character also tells the letter that it stands for. */
function token(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const tag = code > 0xe0020 && code < 0xe007f ? ` tag ${String.fromCharCode(code - 0xe0000)}` : "";
  return `‹${codeOf(character)}${tag}›`;
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
