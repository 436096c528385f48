/**
 * The review card: one held call as every surface shows it to a reviewer, made by the engine.
 *
 * A surface draws it in the order of these fields and adds nothing of its own. Whatever an agent wrote is in
 * {@link Segment}s, in which no character is hidden; the words of `verb`, `message` and `text` fields that are plain
 * strings are the engine's own. They mirror `src/wire/card.rs` field by field.
 */
import type { Action, Cause, Digest, Risk, Span } from "./types.js";

/**
 * A piece of text that somebody else wrote.
 *
 * - `text`: as written;
 * - `escape`: JSON's escape of a quote, backslash, tab or line end, or a run of one of them or of spaces, such as `⏎×200`;
 * - `hidden`: a token such as `‹U+202E›` for a character that draws nothing, turns the direction, or looks like a space;
 *   a run of one is `‹U+200B›×200`, a tag character also tells the letter that it stands for: `‹U+E0041 tag A›`,
 *   and what looks like a secret within a text is `‹masked: 36 characters›`;
 * - `foreign`: a letter of another script than the rest of its word, followed by its token.
 *
 * {@link textOf} gives back what was written, exactly, but for what is masked.
 */
export interface Segment {
  readonly kind: "text" | "escape" | "hidden" | "foreign";
  readonly text: string;
  /** The line breaks after it. */
  readonly breaks: boolean;
}

/** Text that somebody else wrote, complete. */
export type Written = readonly Segment[];

/** Something about a value that a reader would miss. */
export interface Flag {
  readonly code:
    | "hidden"
    | "direction"
    | "tag-characters"
    | "mixed-script"
    | "not-normal"
    | "odd-digits"
    | "edge-space"
    | "line-runs"
    | "terminal-codes"
    | "url-host"
    | "url-userinfo"
    | "path-climbs"
    | "odd-reading"
    | "negative"
    | "uninspectable"
    | "long"
    | "secret"
    | "unknown-key"
    | "new-value"
    | "far-from-usual";
  /** The field, such as `args.to[0]`, in segments as keys are the agent's too. */
  readonly field: Written;
  /** One sentence of the engine without a full stop; values in it are segments. */
  readonly message: Written;
}

/** One line of a tree of values, in the order in which they stand. */
export interface CardRow {
  /** Such as `args.to[0]`; unique in its card. */
  readonly field: string;
  /** How deep it is nested; 0 for a top-level key. */
  readonly depth: number;
  /** The key, or the index of a list's item. */
  readonly key: Written;
  readonly type: "string" | "number" | "boolean" | "null" | "list" | "map";
  /** The value as JSON writes it (a string without its quotes); of a list or map nothing. */
  readonly value: Written;
  /** How many items a list or keys a map has; `null` for other types. */
  readonly count: number | null;
  /** Code points of a string; `null` for other types. */
  readonly length: number | null;
  /** Of the flags of the card, those about this row. */
  readonly flags: readonly number[];
  /** Against the most similar call that was approved before: `null` if there is none. */
  readonly difference: "same" | "changed" | "added" | null;
  /** What stood there in that call, if it differs. */
  readonly before: Written | null;
  /** Whether this row stands masked until the reviewer asks: it looks like a secret. */
  readonly masked: boolean;
  /** Whether a reviewer may change it. */
  readonly editable: boolean;
  /** What a URL, e-mail address or path comes to, by the parser that policies use, such as `host evil.io`. */
  readonly reading: Written | null;
}

/** What the reviewer sees of one escalation. */
export interface Card {
  /** Of the call that is shown; an answer is about that and no other. */
  readonly digest: Digest;
  /** Engine-written: what the call does, from its tool and arguments; never the agent's words. */
  readonly headline: {
    /** Such as `Send email`; from the tool's name. */
    readonly verb: Written;
    readonly tool: Written;
    readonly object: Written | null;
    /** Where it goes: a recipient, host or path. */
    readonly destination: Written | null;
    readonly risk: Risk | null;
    /** `null` if no rule says so. */
    readonly reversible: boolean | null;
    /** A similar call was let run before and nobody knows what became of it, or was rejected; engine-written sentences. */
    readonly warnings: readonly string[];
  };
  readonly why: {
    readonly action: Action;
    readonly cause: Cause;
    /** The rule that decided, or `null` for the default. */
    readonly rule: Written | null;
    readonly policy: Digest | null;
    readonly reason: Written | null;
    /** Why it is undecidable, one sentence for each rule. */
    readonly doubts: readonly Written[];
    /** The conditions that matter with actual values; empty unless the policy of the decision was given. */
    readonly conditions: readonly {
      readonly field: Written;
      /** `null`: the field is not there. */
      readonly value: Written | null;
      readonly outcome: "matched" | "not-matched" | "undecidable";
      /** What the policy asks, as it is written there. */
      readonly asks: Written;
      readonly span: Span;
    }[];
    /** What would have been allowed instead, such as `would be allowed for example if args.amount were 25`. */
    readonly instead: readonly Written[];
    /** Where the rule stands in the policy; `null` unless the policy of the decision was given. */
    readonly span: Span | null;
    /** Which of the policy's sources the spans are of, counted from 0; `null` unless the policy of the decision was given. */
    readonly source: number | null;
  };
  /** The rule's own template, with values marked as values; empty if it has none. */
  readonly consequence: readonly { readonly isValue: boolean; readonly segments: Written }[];
  /** Facts from history, such as `never sent to this address` or `8 × the median of 212 past calls`. */
  readonly facts: readonly Written[];
  readonly flags: readonly Flag[];
  /** The arguments, complete; keys that the tool's schema does not know come first. */
  readonly args: readonly CardRow[];
  /** Rows of the call as it was held, if a reviewer has edited it; else empty. */
  readonly original: readonly CardRow[];
  /** Fields that the most similar approved call had and this one has not. */
  readonly gone: readonly { readonly field: Written; readonly before: Written }[];
  /** What the guard knows of the call: agent, user, session, context, tenant. */
  readonly known: readonly CardRow[];
  /** The agent's own words, which come last and are never believed. */
  readonly agent: {
    readonly reason: Written | null;
    readonly confidence: number | null;
    /** Sentences of the engine about the reason, such as that it urges or flatters. */
    readonly notes: readonly string[];
  };
  /** Why the call cannot be approved, whoever tries; `null` if it can. */
  readonly unapprovable: string | null;
  /** Fields whose value the reviewer types. */
  readonly confirm: readonly { readonly field: string; readonly type: CardRow["type"] }[];
  /** Words to read, and how long reading them takes at least, in milliseconds: a tenth of a second a word, from 1.5 to 20 s. */
  readonly words: number;
  readonly readingFloorMs: number;
  /** How long the card stands before approving arms: 700 low, 1,000 medium, 2,000 high and critical, and unwritten as high. */
  readonly armMs: number;
  /** How long an approval can be undone. */
  readonly undoMs: number;
}

/** What a card is made from beside the escalation. */
export interface CardContext {
  /** Calls that were approved before, newest first, for the difference and for facts; at most 200 are read. */
  readonly approved?: readonly { readonly args: unknown; readonly atMs: number }[];
}

/** One pending call in a batch. */
export interface BatchMember {
  readonly id: string;
  readonly digest: Digest;
}

/** Calls that are reviewed on one screen, each with its own review and grant. */
export interface Batch {
  /** The same for the same group at any time: of tool, rule, risk, and keys. Of more than {@link BATCH_MAX} calls there are several. */
  readonly key: Digest;
  readonly headline: Card["headline"];
  /** Fields that are the same in all, once. */
  readonly constant: readonly CardRow[];
  /** Fields that differ: columns of the table. */
  readonly columns: readonly { readonly field: string; readonly key: Written }[];
  /** One for each call, in the order in which they were opened; `cells` in the order of `columns`, `null` where absent. */
  readonly rows: readonly (BatchMember & { readonly cells: readonly (CardRow | null)[] })[];
  /** Calls that look like the group and leave it, and why: they are reviewed alone. */
  readonly outliers: readonly (BatchMember & { readonly why: readonly Written[] })[];
  /** Such as `Approve 7 · largest args.amount 40 · 1 new args.to`. */
  readonly summary: Written;
  readonly words: number;
  readonly readingFloorMs: number;
  readonly armMs: number;
}

/** Groups of at most so many calls. */
export const BATCH_MAX = 10;

const ESCAPED: Readonly<Record<string, string>> = {
  '\\"': '"',
  "\\\\": "\\",
  "\\n": "\n",
  "\\r": "\r",
  "\\t": "\t",
  "\\b": "\b",
  "\\f": "\f",
  "⏎": "\n",
  "\\r⏎": "\r\n",
  "␠": " ",
};

/**
 * What was written, exactly: hidden characters are in it again, so it is for comparing and editing, and never for showing.
 * What stands masked in `written` stays so, as its card does not hold it.
 *
 * @example
 * ```ts
 * textOf(await segmentsOf("a\u200bb")) === "a\u200bb"; // true
 * ```
 */
export function textOf(written: Written): string {
  return written.map(textOfSegment).join("");
}

function textOfSegment({ kind, text }: Segment): string {
  if (kind === "text") return text;
  if (kind === "foreign") return String.fromCodePoint(text.codePointAt(0) ?? 0);
  const [shown = "", times] = text.split("×");
  const count = times === undefined ? 1 : Number(times);
  if (kind === "hidden") {
    const code = /^‹U\+([0-9A-F]+)/.exec(shown)?.[1];
    // What is masked is not here.
    if (code === undefined) return text;
    return String.fromCodePoint(Number.parseInt(code, 16)).repeat(count);
  }
  const whole = ESCAPED[shown];
  const each = whole ?? shown.replace(/\\./g, (found) => ESCAPED[found] ?? found);
  return each.repeat(count);
}
