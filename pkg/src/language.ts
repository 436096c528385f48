/** Help for who writes a policy: what can stand at a place of its text, what a word means, and what its tests say. */
import { engine } from "./engines/full.js";
import { type EngineLanguage, language } from "./engines/writing.js";
import { type LoadOptions, toolsOf } from "./sources.js";
import type { Action, Cause, Decision, Digest, Fix, Span, ToolSource } from "./types.js";

/** What can stand in place of a part of a text, from `from` up to `to`. */
export interface Completions {
  readonly from: number;
  readonly to: number;
  /** The likeliest first; also what does not begin as the text does that is there. */
  readonly options: readonly CompletionOption[];
}

/** One thing that can stand at a place. */
export interface CompletionOption {
  readonly label: string;
  /**
   * What it is: a `key` of the language, a `matcher`, a `field` of a call, a `word` of the language, the name of a `tool`,
   * the id of a `rule`, or a `value` of the author's.
   */
  readonly kind: "key" | "matcher" | "field" | "word" | "tool" | "rule" | "value";
  /** A word about it. */
  readonly detail: string | null;
  /** What it means. That of a tool is what its catalogue says, and never to be believed. */
  readonly documentation: string | null;
  /** What to put in place of the part. */
  readonly insert: string;
  /** Where in `insert` one goes on writing. */
  readonly cursor: number;
}

/** What a word in a policy means. */
export interface Description {
  /** Where the word stands. */
  readonly span: Span;
  readonly title: string;
  readonly text: string;
  /** How it is written, if that helps. */
  readonly example: string | null;
}

/** What became of the tests of one policy. */
export interface TestRun {
  /** Which of the loaded sources, counted from 0. */
  readonly source: number;
  readonly policy: Digest;
  readonly passed: number;
  readonly failed: number;
  /** In the order of the text. */
  readonly tests: readonly TestResult[];
  /** How often the tests hit each rule, in the order of the text. */
  readonly rules: readonly RuleHits[];
  /** In how many tests no rule decides. */
  readonly defaultHits: number;
  /** How each matcher of the conditions came out, in the order of the text. */
  readonly matchers: readonly MatcherHits[];
  /** How many tests came to each of the actions that the rules and the default can say, the laxest first. */
  readonly actions: readonly { readonly action: Action; readonly tests: number }[];
  readonly coverage: Coverage;
}

/** How much of what there is to see was seen. */
export interface Share {
  readonly seen: number;
  readonly all: number;
}

/** What tests have seen of a policy: of its rules, of both outcomes of its matchers, of its actions, and together. */
export interface Coverage extends Share {
  readonly rules: Share;
  readonly matchers: Share;
  readonly actions: Share;
}

/** How a matcher came out where its rule was reached. Where nobody can tell counts as neither. */
export interface MatcherHits {
  readonly rule: string;
  /** Where its field is written. */
  readonly span: Span;
  /** Field and matcher, as `args.amount at_most`. */
  readonly what: string;
  /** In how many tests it held. */
  readonly holds: number;
  /** In how many tests it did not. */
  readonly fails: number;
  /** Whether it did not come out both ways, though a test can come to it. */
  readonly missed: boolean;
}

/** What became of one test, or of one case of a test. */
export interface TestResult {
  /** Of a case with the name of its test. */
  readonly name: string;
  /** The whole test, or its case. */
  readonly span: Span;
  /** What it expects, where that is written. */
  readonly expectSpan: Span;
  readonly passed: boolean;
  /** What is `null` may be anything. */
  readonly expected: { readonly action: Action | null; readonly rule: string | null; readonly cause: Cause | null };
  /** `null` if its call cannot be decided. */
  readonly decision: Decision | null;
  /** Which of what is expected is not so. */
  readonly differs: readonly ("action" | "rule" | "cause")[];
  /** Why it failed: one line in lower case without a full stop; `null` if it passed. */
  readonly message: string | null;
  /** The change of the text that expects what is decided; `null` if it passed, or cannot be written so. */
  readonly fix: Fix | null;
}

/** In how many calls a rule had a part. */
export interface RuleHits {
  readonly rule: string;
  /** The whole rule. */
  readonly span: Span;
  /** It decided. */
  readonly decides: number;
  /** It matched, or nobody can tell whether it did. */
  readonly matches: number;
  /** Whether it decided none, though a test can come to it. */
  readonly missed: boolean;
}

/**
 * What can stand at `offset`, in UTF-16 code units, of `text`, which may be unfinished; `null` where there is nothing to
 * say.
 *
 * @throws {@link EngineError} if the WebAssembly cannot be loaded.
 *
 * @example
 * ```ts
 * const text = "rules:\n  - tool: file.read\n    act";
 * const completions = await completePolicy(text, text.length);
 * completions?.options.find(({ label }) => label === "action")?.insert; // "action: "
 * ```
 */
export async function completePolicy(
  text: string,
  offset: number,
  options: Pick<LoadOptions, "tools"> = {},
): Promise<Completions | null> {
  checkPlace(text, offset);
  await engine.ready();
  return languageOf(options.tools).complete(text, offset);
}

/**
 * What the word at `offset`, in UTF-16 code units, of `text` means; `null` where there is nothing to say.
 *
 * @throws {@link EngineError} if the WebAssembly cannot be loaded.
 *
 * @example
 * ```ts
 * const text = "rules: [{ tool: a, action: allow }]";
 * (await describePolicy(text, text.indexOf("allow")))?.text; // "The call runs."
 * ```
 */
export async function describePolicy(
  text: string,
  offset: number,
  options: Pick<LoadOptions, "tools"> = {},
): Promise<Description | null> {
  checkPlace(text, offset);
  await engine.ready();
  return languageOf(options.tools).describe(text, offset);
}

function checkPlace(text: string, offset: number): void {
  if (typeof text !== "string") throw new TypeError("the policy text must be a string");
  if (!Number.isInteger(offset) || offset < 0 || offset > text.length) {
    throw new RangeError(`the offset must be an integer from 0 to the length of the text, ${text.length}`);
  }
}

/** The one that was asked last: a catalogue is read once, and asked with every key that is typed. */
let last: { readonly tools: ToolSource | undefined; readonly language: EngineLanguage } | null = null;

function languageOf(tools: ToolSource | undefined): EngineLanguage {
  if (last !== null && last.tools === tools) return last.language;
  const next = language(tools === undefined ? undefined : toolsOf(tools));
  last?.language.free();
  last = { tools, language: next };
  return next;
}
