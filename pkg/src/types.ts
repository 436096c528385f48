/**
 * The shapes that cross the package's border.
 *
 * They mirror `src/wire/` field by field.
 * Offsets are UTF-16 code units, as JavaScript strings count them; lines and columns start at 1; times are Unix milliseconds, UTC.
 */
export type * from "./lifecycle.js";

/** What a rule, and so a decision, says. Strictness grows in this order. */
export type Action = "allow" | "escalate" | "block";

/**
 * Why the decision came out as it did.
 *
 * - `rule`: a rule matched;
 * - `default`: no rule matched;
 * - `low-confidence`: the call would be allowed, but its agent is not sure enough of itself;
 * - `limit`: the call would be allowed, but is past the limit of its rule;
 * - `undecidable`: nobody can tell whether a rule matches or a limit is reached, and the strictest that could come out
 *   counts;
 * - `name`: the tool's name is not one that the policy knows, but could be taken for one;
 * - `misfit`: the call would be allowed, but does not fit the tool catalogue;
 * - `hold`: the call would be allowed, but its guard holds every call;
 * - `repeat`: calls like this one were rejected three times, and the tool is blocked for this session.
 */
export type Cause =
  | "rule"
  | "default"
  | "low-confidence"
  | "limit"
  | "undecidable"
  | "name"
  | "misfit"
  | "hold"
  | "repeat";

/** How bad it is if a call that should not run does. */
export type Risk = "low" | "medium" | "high" | "critical";

/** `sha256:` and 64 lower-case hexadecimal digits, over the canonical form (RFC 8785). */
export type Digest = `sha256:${string}`;

/** One tool call: what the agent proposes, and what the guard knows. Other keys are ignored. */
export interface Call {
  readonly tool: string;
  readonly args?: Readonly<Record<string, unknown>>;
  /** The agent's own words. Never believed, never part of a decision. */
  readonly reason?: string;
  /** From 0 to 1, reported by the agent about itself. */
  readonly confidence?: number;
  readonly agent?: string | Readonly<Record<string, unknown>>;
  readonly user?: string | Readonly<Record<string, unknown>>;
  readonly session?: string | Readonly<Record<string, unknown>>;
  readonly context?: Readonly<Record<string, unknown>>;
  /** Whose calls these are, where one store serves several. Part of the digest, and of no condition. */
  readonly tenant?: string;
  /** Digest of how the tool described itself to the agent. Part of the call's digest, and of no condition. */
  readonly toolDigest?: Digest;
}

/** The engine's answer to one call. */
export interface Decision {
  readonly action: Action;
  /** Digest of the policy that decided; `null` if every policy of the stack abstained, or with the cause `misfit`. */
  readonly policy: Digest | null;
  /** Id of the rule that decided; `null` if none matched. */
  readonly rule: string | null;
  readonly cause: Cause;
  /** The rule's `reason`, as the policy's author wrote it. */
  readonly reason: string | null;
  /** The highest risk of the rules that contribute; `null` if the highest is not written, which counts as `high`. */
  readonly risk: Risk | null;
  /** Whether what the call does can be undone; `null` if a rule that contributes does not say so. */
  readonly reversible: boolean | null;
  /** The rules, of any policy of the stack, that could not be decided. */
  readonly undecidable: readonly Doubt[];
  /** What follows if the call runs, in its parts; `null` unless the call escalates and a rule says so. */
  readonly consequence: readonly ConsequencePart[] | null;
  /** What a review must be like; `null` unless the call escalates. */
  readonly review: ReviewTerms | null;
  /** What the call's session must carry from before the call runs. */
  readonly marks: readonly string[];
  /** The limits to charge before the call runs, whether it is allowed or approved. */
  readonly charge: readonly Charge[];
}

/** Text of the policy's author, or a field of the call with what stands there; without `value` nothing does. */
export type ConsequencePart = { readonly text: string } | { readonly field: string; readonly value?: unknown };

/** What a review must be like, merged to the strictest over all rules that contribute. */
export interface ReviewTerms {
  /** Sets of reviewers, of each of which the reviewer must be one; empty: anybody may review. */
  readonly reviewers: readonly (readonly string[])[];
  /** How many reviewers must approve. */
  readonly quorum: number;
  /** How long the call waits for an answer, in milliseconds. */
  readonly expiresMs: number;
  /** Fields whose value the reviewer types. */
  readonly confirm: readonly string[];
  /** Arguments that the reviewer may change. */
  readonly editable: readonly string[];
}

/** What a call uses of a rule's limit. */
export interface Charge {
  readonly policy: Digest;
  readonly rule: string;
  /** Where it is counted: one for each limit and each key that its `by` names. The key of {@link Usage}. */
  readonly bucket: Digest;
  /** 1 for a limit of calls. */
  readonly amount: number;
  /** The most that is allowed within the window. */
  readonly atMost: number;
  /** Length of the sliding window in milliseconds. */
  readonly perMs: number;
  /** What becomes of a call past the limit. */
  readonly then: "escalate" | "block";
}

/** What was used of limits within their windows, by the `bucket` of a {@link Charge}; what is not in it is not known. */
export type Usage = Readonly<Record<Digest, number>>;

/** A rule that could not be decided, and the first field of its condition that settles nothing; `limit` for its limit. */
export interface Doubt {
  readonly policy: Digest;
  readonly rule: string;
  readonly field: string;
  /** One line in lower case without a full stop. */
  readonly why: string;
}

/** A part of a policy's text: `start` inclusive, `end` exclusive; `line` and `column` are those of `start`. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

export type Severity = "error" | "warning";

/** A change to the text that would mend the problem. */
export interface Fix {
  readonly title: string;
  readonly span: Span;
  readonly replacement: string;
}

/** A second place that a diagnostic speaks of, such as “first used here”. */
export interface Related {
  readonly span: Span;
  readonly message: string;
}

/** A problem in policy text. Every code has a heading in `docs/diagnostics.md`. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: Severity;
  /** Which of the loaded sources, counted from 0; the tool catalogue comes after all policies. */
  readonly source: number;
  readonly span: Span;
  readonly message: string;
  /** What stands under the carets, if anything. */
  readonly label: string | null;
  readonly related: readonly Related[];
  readonly help: string | null;
  readonly fixes: readonly Fix[];
}

/** One policy document. A `name` (usually its path) appears in messages; bytes must be UTF-8. */
export type PolicySource = string | Uint8Array | { readonly name?: string; readonly text: string | Uint8Array };

/** One tool of a {@link ToolSource}. Other keys than these are ignored. */
export interface ToolDescription {
  /** The name that calls of it have. */
  readonly name: string;
  /** JSON Schema of its arguments; without one it takes any. */
  readonly inputSchema?: object;
  /** The same under another name; a tool has one of them. */
  readonly parameters?: object;
}

/**
 * A tool catalogue: what MCP's `tools/list` answers, a list of tools, or the JSON (or YAML) text of either.
 * A `name` (usually its path) appears in messages.
 */
export type ToolSource =
  | readonly ToolDescription[]
  | { readonly tools: readonly ToolDescription[] }
  | string
  | Uint8Array
  | { readonly name?: string; readonly text: string | Uint8Array };

/** How large a policy may be. Unwritten limits keep their defaults. */
export interface Limits {
  /** Size of the text in bytes of UTF-8; 1,048,576 unless written. */
  readonly bytes: number;
  /** Nesting of lists and maps; 64 unless written. */
  readonly depth: number;
  /** Nodes after aliases are expanded; 100,000 unless written. */
  readonly nodes: number;
}

/** One rule as the engine understood it. */
export interface RuleSummary {
  readonly id: string;
  readonly tools: readonly string[];
  readonly action: Action;
  readonly reason: string | null;
  readonly span: Span;
}

/** One policy of a stack as the engine understood it. */
export interface PolicySummary {
  readonly digest: Digest;
  /** Which of the loaded sources, counted from 0. */
  readonly source: number;
  readonly name: string | null;
  readonly description: string | null;
  readonly default: Action | "abstain";
  readonly rules: readonly RuleSummary[];
}

/** How one rule met one call. */
export interface RuleTrace {
  readonly id: string;
  readonly action: Action;
  readonly span: Span;
  /** Whether the walk came to it: no rule before it certainly matched. */
  readonly reached: boolean;
  readonly outcome: TraceOutcome;
  /** What the rule contributes, after confidence and limit, and why; `null` if it did not match or was not reached. */
  readonly says: { readonly action: Action; readonly cause: Cause } | null;
  /** Why a rule that replaces review is not in force, so that it matches nothing: `relaxed: …`; `null` if it is. */
  readonly idle: string | null;
  /** The tool pattern that is about the call's tool; `null` if the rule is about other tools. */
  readonly pattern: { readonly text: string; readonly span: Span } | null;
  /** The fields of its condition in the order of the text; none if the rule is about other tools. */
  readonly conditions: readonly ConditionTrace[];
}

/** Whether a rule, or what a condition asks of a field, holds of the call. */
export type TraceOutcome = "matched" | "not-matched" | "undecidable";

/** How one field of a condition came out. */
export interface ConditionTrace {
  readonly field: string;
  readonly span: Span;
  /** Whether it counts the other way round: it stands within an odd number of `not` around conditions. */
  readonly negated: boolean;
  readonly outcome: TraceOutcome;
  /** Why it is undecidable; `null` if it is not. */
  readonly why: string | null;
  /** What stands there, as JSON, shortened for display; `null` if nothing does. */
  readonly value: string | null;
}

/** The walk through one policy: all its rules in order. Those after the first that certainly matched are not reached. */
export interface PolicyTrace {
  readonly policy: Digest;
  readonly source: number;
  readonly name: string | null;
  /** What this policy says on its own. */
  readonly action: Action | "abstain";
  readonly rule: string | null;
  readonly cause: Cause;
  /** The known name or pattern that the tool's unknown name could be taken for; `null` if there is none. */
  readonly knownName: { readonly text: string; readonly span: Span } | null;
  /** Whether this policy's say became the decision. */
  readonly decides: boolean;
  readonly rules: readonly RuleTrace[];
}

/** A decision with the walk that led to it. */
export interface Trace {
  readonly decision: Decision;
  /** What of the call does not fit the tool catalogue, whether or not that decides; `null` if it fits or there is none. */
  readonly misfit: Misfit | null;
  readonly policies: readonly PolicyTrace[];
}

/** Why a call does not fit the tool catalogue, or why nobody can tell whether it does. */
export interface Misfit {
  /** Such as `args.amount`; `tool` if the catalogue does not have the tool. */
  readonly field: string;
  /** One line in lower case without a full stop, which goes on from the field. */
  readonly why: string;
}

/** A line of recorded calls that could not be decided. */
export interface LineError {
  readonly code: string;
  readonly message: string;
}

/** What became of one line of NDJSON. Exactly one of `decision` and `error` is there. */
export interface SimulatedLine {
  /** Counted from 1; blank lines count, but give no result. */
  readonly line: number;
  /** Where the line's bytes begin in the input, and how many there are without the line's end. */
  readonly offset: number;
  readonly length: number;
  readonly tool: string | null;
  readonly decision: Decision | null;
  readonly error: LineError | null;
}

/** How often one rule decided. `rule` is `null` for a default. */
export interface RuleCount {
  /** Digest of the policy; `null` where every policy abstained, or with `misfit`. */
  readonly policy: Digest | null;
  readonly rule: string | null;
  readonly action: Action;
  /** Whether these are the calls that do not fit the tool catalogue. */
  readonly misfit: boolean;
  readonly calls: number;
}

/** What a simulation has decided so far. */
export interface Counts {
  readonly calls: number;
  readonly allow: number;
  readonly escalate: number;
  readonly block: number;
  /** Lines that gave an error instead of a decision; not part of `calls`. */
  readonly errors: number;
  readonly rules: readonly RuleCount[];
}

/** A piece of policy text as the engine read it, for colouring. */
export interface Token {
  readonly kind: "comment" | "key" | "string" | "number" | "boolean" | "null" | "alias";
  readonly start: number;
  readonly end: number;
}
