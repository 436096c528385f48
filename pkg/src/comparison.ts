/** Two policies over the same calls, a call that becomes a test of a policy, and forms made from a tool catalogue. */
import { snapshotCall } from "./call.js";
import { stackOf } from "./decides.js";
import { engine } from "./engines/full.js";
import { addTest, comparison as begin, type EngineComparison, toolForms as formsOf } from "./engines/writing.js";
import { PolicyError } from "./errors.js";
import { type CheckedTools, checkPolicy, checkTools, type Policy } from "./policy.js";
import { runOf } from "./running.js";
import { toolsOf } from "./sources.js";
import type { Action, Call, Cause, Decision, Fix, LineError, RuleCount, ToolSource } from "./types.js";

/**
 * What became of a decision, the worst first: what looks at less comes before what looks at more.
 *
 * - `loosened`: the same action on looser terms, such as a lower quorum or risk, or a limit that is gone;
 * - `tightened`: the same action on stricter terms, and on none that are looser;
 * - `moved`: the same action on the same terms, but by another rule, for another cause or in other words.
 */
export const CHANGES = [
  "block-to-allow",
  "escalate-to-allow",
  "block-to-escalate",
  "loosened",
  "allow-to-block",
  "allow-to-escalate",
  "escalate-to-block",
  "tightened",
  "moved",
] as const;

export type Change = (typeof CHANGES)[number];

/** A term of a decision that differs, by its key in {@link Decision} or in its `review`. */
export interface TermChange {
  readonly term:
    | "risk"
    | "reversible"
    | "marks"
    | "charge"
    | "reviewers"
    | "quorum"
    | "expiresMs"
    | "confirm"
    | "relaxed"
    | "editable";
  readonly looser: boolean;
}

/** What people said of a held call in the end; `edited` is that it was changed before anybody approved it. */
export type Said = "approved" | "rejected" | "edited" | "revoked";

/**
 * For what a comparison fails. `unapproved` is a looser decision on a call that nobody approved, `widen` any looser one
 * and `change` any other; a call that people refused and that would now run is part of each.
 */
export type FailOn = "unapproved" | "widen" | "change";

/** Where a line of recorded calls stands. */
interface ComparedPlace {
  /** Which input it is of, from 0. */
  readonly input: number;
  /** Counted from 1; blank lines count, but give no result. */
  readonly line: number;
  /** Where the line's bytes begin in the input, and how many there are without the line's end. */
  readonly offset: number;
  readonly length: number;
  readonly tool: string | null;
}

/** A line whose decision changed. */
export interface ChangedLine extends ComparedPlace {
  readonly change: Change;
  /** Which terms differ, where the action is the same. */
  readonly terms: readonly TermChange[];
  readonly before: Decision;
  readonly after: Decision;
  /** What people said of the call; `null` unless it is one of a history, and they did. */
  readonly said: Said | null;
  readonly error: null;
}

/** A line that at least one of the policies cannot read as a call. */
export interface UnreadLine extends ComparedPlace {
  readonly change: null;
  readonly terms: readonly [];
  readonly before: null;
  readonly after: null;
  readonly said: null;
  readonly error: LineError;
}

export type ComparedLine = ChangedLine | UnreadLine;

/** How many decisions of one rule changed so to those of another, or of the same. */
export interface PairCount {
  readonly before: RuleCount;
  readonly after: RuleCount;
  readonly change: Change;
  readonly calls: number;
}

/** What a comparison has found so far. */
export interface ComparisonCounts {
  readonly calls: number;
  /** Lines that are no calls; not part of `calls`. */
  readonly errors: number;
  /** How many calls had the first action before and the second after. */
  readonly matrix: Readonly<Record<Action, Readonly<Record<Action, number>>>>;
  /** How many decisions changed, by the order of {@link CHANGES}, and of how many of the calls people said what. */
  readonly changes: readonly ChangeCount[];
  /** The worst change first, then the most calls. */
  readonly rules: readonly PairCount[];
  /** How many calls that people refused (rejected, or revoked after all) would now run. */
  readonly refusedRuns: number;
  /** How many calls that people refused run by both policies. */
  readonly refusedStays: number;
  readonly failsOn: readonly FailOn[];
}

/** How many decisions changed so. */
export interface ChangeCount {
  readonly change: Change;
  readonly calls: number;
  readonly said: Readonly<Record<Said, number>>;
}

/** What was kept of a comparison. */
export interface WorstLines {
  /**
   * The worst first: calls that people refused and that would now run, then by the order of {@link CHANGES}; of each
   * first those that nobody approved.
   */
  readonly changed: readonly ChangedLine[];
  /** The first lines that are no calls. */
  readonly unread: readonly UnreadLine[];
}

/** What a comparison reads and keeps. */
export interface ComparisonOptions {
  /**
   * Whether it also reads the lines of exported histories, and finds what people said of held calls; `false` unless
   * written. The change of a held call is told when nothing more can be said of it.
   */
  readonly histories?: boolean;
  /** How many of the worst changes, and of the lines that are no calls, {@link Comparison.worst} gives; 0 unless written. */
  readonly keep?: number;
}

/** Decides recorded calls, one JSON object a line, by two policies. Only what changed and what is no call is told. */
export interface Comparison {
  push(chunk: Uint8Array): readonly ComparedLine[];
  /** The result of a last line without a line end, if any; nothing can be pushed after it. */
  finish(): readonly ComparedLine[];
  /** As {@link Comparison.push}, but only counts. */
  count(chunk: Uint8Array): void;
  finishCount(): void;
  /** As {@link Comparison.finishCount}, but what is pushed after it is another input, whose lines count from 1. */
  nextInput(): void;
  readonly counts: ComparisonCounts;
  readonly worst: WorstLines;
  /** Gives back the engine's memory now instead of at garbage collection. */
  dispose(): void;
}

/**
 * Begins to compare how two policies decide the same calls. They may be disposed meanwhile.
 *
 * @throws {@link EngineError} if the engine failed.
 * @throws TypeError if one of them does not come from `loadPolicy` or was disposed.
 * @throws RangeError if `keep` is no integer from 0 to 1,000,000.
 *
 * @example
 * ```ts
 * const comparison = createComparison(await loadPolicy(saved), await loadPolicy(edited));
 * for (const { line, change } of comparison.push(bytes)) console.log(line, change);
 * comparison.finish();
 * comparison.counts.matrix.block.allow; // how many calls that were blocked would run now
 * ```
 */
export function createComparison(
  before: Policy,
  after: Policy,
  { histories = false, keep = 0 }: ComparisonOptions = {},
): Comparison {
  if (!Number.isInteger(keep) || keep < 0 || keep > KEEP_MAX) {
    throw new RangeError(`\`keep\` must be an integer from 0 to ${KEEP_MAX}`);
  }
  return comparisonOf(begin(stackOf(before), stackOf(after), histories, keep));
}

const KEEP_MAX = 1_000_000;

function comparisonOf(running: EngineComparison): Comparison {
  const { open, finished, counts, read, dispose } = runOf<EngineComparison, ComparisonCounts>("comparison", running);
  return Object.freeze({
    push: (chunk: Uint8Array) => open(chunk).pushRows(chunk),
    finish: () => finished(open().finishRows()),
    count: (chunk: Uint8Array) => open(chunk).count(chunk),
    finishCount: () => finished(open().finishCount()),
    nextInput: () => open().nextInput(),
    get counts() {
      return counts();
    },
    get worst() {
      return read((engine) => engine.worst());
    },
    dispose,
  });
}

const ACTIONS = ["allow", "escalate", "block"] as const;
const FAIL_ON = ["change", "widen", "unapproved"] as const;

/** The counts of comparisons of the same two policies over parts of the calls, together. */
export function joinComparisons(parts: readonly ComparisonCounts[]): ComparisonCounts {
  const sum = (of: (part: ComparisonCounts) => number) => parts.reduce((so, part) => so + of(part), 0);
  const row = (before: Action) =>
    Object.fromEntries(ACTIONS.map((after) => [after, sum((part) => part.matrix[before][after])]));
  const pairs = new Map<string, PairCount>();
  for (const pair of parts.flatMap((part) => part.rules)) {
    const key = JSON.stringify([identity(pair.before), identity(pair.after), pair.change]);
    const calls = pair.calls + (pairs.get(key)?.calls ?? 0);
    pairs.set(key, { ...pair, calls, before: { ...pair.before, calls }, after: { ...pair.after, calls } });
  }
  return {
    calls: sum((part) => part.calls),
    errors: sum((part) => part.errors),
    matrix: Object.fromEntries(ACTIONS.map((action) => [action, row(action)])) as ComparisonCounts["matrix"],
    changes: CHANGES.map((change, at) => ({
      change,
      calls: sum((part) => part.changes[at]?.calls ?? 0),
      said: {
        approved: sum((part) => part.changes[at]?.said.approved ?? 0),
        rejected: sum((part) => part.changes[at]?.said.rejected ?? 0),
        edited: sum((part) => part.changes[at]?.said.edited ?? 0),
        revoked: sum((part) => part.changes[at]?.said.revoked ?? 0),
      },
    })),
    rules: [...pairs.values()].sort(worstFirst),
    refusedRuns: sum((part) => part.refusedRuns),
    refusedStays: sum((part) => part.refusedStays),
    failsOn: FAIL_ON.filter((failOn) => parts.some((part) => part.failsOn.includes(failOn))),
  };
}

function worstFirst(a: PairCount, b: PairCount): number {
  const byChange = CHANGES.indexOf(a.change) - CHANGES.indexOf(b.change);
  return byChange || b.calls - a.calls || order(key(a), key(b));
}

function identity({ policy, rule, action, misfit }: RuleCount): readonly unknown[] {
  return [policy, rule, action, misfit];
}

/** What is `null` comes first. */
function key({ before, after }: PairCount): readonly string[] {
  return [before.rule, before.policy, after.rule, after.policy].map((part) => (part === null ? "" : `.${part}`));
}

function order(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (a[at] ?? "") < (b[at] ?? "") ? -1 : 1;
}

/** A call, and what its author expects of it: at least one thing. */
export interface NewPolicyTest {
  readonly name: string;
  readonly call: Call;
  readonly expect: { readonly action?: Action; readonly rule?: string; readonly cause?: Cause };
}

/**
 * The change to `policyText` that adds `test` as the last of its `tests`. It only inserts: comments, layout and what
 * the policy means stay as they are. Whether the test passes is not asked.
 *
 * @throws {@link PolicyError} if the policy has errors, or is written in a way in which no test can be added.
 * @throws {@link CallError} if the call is none.
 * @throws {@link EngineError} if the WebAssembly cannot be loaded.
 * @throws TypeError if the test cannot stand in a policy.
 *
 * @example
 * ```ts
 * const { span, replacement } = await addPolicyTest(text, { name: "no refunds", call, expect: { action: "block" } });
 * const edited = text.slice(0, span.start) + replacement + text.slice(span.end);
 * ```
 */
export async function addPolicyTest(policyText: string, test: NewPolicyTest): Promise<Fix> {
  if (typeof policyText !== "string") throw new TypeError("the policy text must be a string");
  const { name, call, expect } = test;
  const copy = { name, call: snapshotCall(call), expect: { ...expect } };
  const { policy, diagnostics, rendered } = await checkPolicy(policyText);
  if (policy === null) throw new PolicyError(rendered.trimEnd(), diagnostics);
  policy.dispose();
  return addTest(policyText, copy, (code, message) =>
    code === "unfit-test" ? new TypeError(message) : new PolicyError(message, diagnostics),
  );
}

/** What is written in a field of a form. Bounds that the schema does not write are `null`. */
export type FieldKind =
  | {
      readonly kind: "text";
      readonly minLength: number | null;
      readonly maxLength: number | null;
      readonly pattern: string | null;
    }
  | {
      readonly kind: "number";
      readonly integer: boolean;
      readonly minimum: number | null;
      readonly maximum: number | null;
      /** The number must be above, or below, this. */
      readonly above: number | null;
      readonly below: number | null;
      readonly multipleOf: number | null;
    }
  | { readonly kind: "boolean" }
  | { readonly kind: "choice"; readonly choices: readonly unknown[] }
  | {
      readonly kind: "list";
      readonly minItems: number | null;
      readonly maxItems: number | null;
      readonly item: ToolField;
    }
  | { readonly kind: "map"; readonly fields: readonly ToolField[]; readonly open: boolean }
  /** What is too free for a form. */
  | { readonly kind: "json" };

/** One argument of a tool, or a part of one. */
export type ToolField = FieldKind & {
  /** Empty for the items of a list. */
  readonly key: string;
  readonly required: boolean;
  /** Whether it may be `null` as well. */
  readonly nullable: boolean;
  /** In the words of the tool's author. Never believed. */
  readonly description: string | null;
  /** What the tool takes if it is not there; absent if the schema does not say. */
  readonly default?: unknown;
};

/** A tool, and what a form for its arguments asks for. */
export interface ToolForm {
  readonly name: string;
  readonly description: string | null;
  /** In the order of the schema. */
  readonly fields: readonly ToolField[];
  /** Whether it may take arguments that are not listed. */
  readonly open: boolean;
}

/**
 * What forms for the tools of a catalogue ask for. They help to write a call, and decide nothing: whether arguments fit
 * the schema, a policy that was loaded with the catalogue says.
 *
 * @returns `tools` is `null` if any diagnostic is an error.
 * @throws {@link EngineError} if the WebAssembly cannot be loaded.
 * @throws TypeError if the argument is not what the types say.
 */
export async function toolForms(
  tools: ToolSource,
): Promise<CheckedTools & { readonly tools: readonly ToolForm[] | null }> {
  const checked = await checkTools(tools);
  await engine.ready();
  const isUsable = !checked.diagnostics.some(({ severity }) => severity === "error");
  // Bytes that are no UTF-8 are an error of the catalogue.
  const forms = isUsable ? formsOf(new TextDecoder().decode(toolsOf(tools).text)) : null;
  return Object.freeze({ ...checked, tools: forms });
}
