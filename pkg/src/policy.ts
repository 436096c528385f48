/** From policy text to decisions. */
import { type DecideOptions, type DecidingPolicy, policyOn, usageOf } from "./decides.js";
import { type EngineSimulation, engine, type FullStack, highlight, load, readCall as read } from "./engines/full.js";
import { PolicyError } from "./errors.js";
import type { TestRun } from "./language.js";
import { runOf } from "./running.js";
import { type LoadOptions, limitsOf, sourcesOf, toolsOf } from "./sources.js";
import type {
  Call,
  Counts,
  Diagnostic,
  PolicySource,
  PolicySummary,
  SimulatedLine,
  Token,
  ToolSource,
  Trace,
} from "./types.js";

/** A compiled policy, or a stack of them. It never changes. */
export interface Policy extends DecidingPolicy {
  /** Warnings; a policy with errors cannot be loaded. */
  readonly diagnostics: readonly Diagnostic[];
  /** The policies of the stack as the engine understood them, in the order of the sources. */
  readonly policies: readonly PolicySummary[];
  /**
   * Decides one call and tells the walk through the rules.
   *
   * @throws {@link CallError} if anything of `call` is not plain data, as `snapshotCall` does.
   * @throws {@link EngineError} as {@link DecidingPolicy.decide} does.
   */
  trace(call: Call, options?: DecideOptions): Trace;
  /** Starts deciding many calls from NDJSON. */
  simulation(): Simulation;
  /**
   * Runs the `tests` of each policy, and tells how often they hit its rules. Each policy answers for itself, with the
   * tools that it was loaded with.
   *
   * A test cannot say what was used of limits, so that a limit counts as reached.
   *
   * @throws {@link EngineError} if the engine failed or the policy was disposed.
   */
  runTests(): readonly TestRun[];
  /**
   * The policy, with its tools, as bytes for `loadCompiledPolicy` of `countersign/compiled` of this very version.
   *
   * @throws {@link EngineError} if the engine failed or the policy was disposed.
   */
  compiled(): Uint8Array;
}

/**
 * Decides recorded calls, one JSON object a line, from UTF-8 bytes in chunks of any size.
 *
 * Of a call it reads what the rules for its tool ask about. The rest is checked to be JSON and nothing more: keys that
 * are written twice, `__proto__` and too deep nesting are refused in the call itself and in what is read or gone through.
 */
export interface Simulation {
  /** The results of the lines that `chunk` completes. */
  push(chunk: Uint8Array): readonly SimulatedLine[];
  /** The result of a last line without a line end, if any; nothing can be pushed after it. */
  finish(): readonly SimulatedLine[];
  /**
   * As {@link Simulation.push}, as NDJSON: `{"line", …}` with all of a {@link Decision}, or
   * `{"line","error":{"code","message"}}`, each with its line end; empty if `chunk` completes no line.
   */
  pushNdjson(chunk: Uint8Array): string;
  /** As {@link Simulation.finish}, as NDJSON. */
  finishNdjson(): string;
  /** As {@link Simulation.push}, but only counts: the fastest way, if nobody looks at single lines. */
  count(chunk: Uint8Array): void;
  /** As {@link Simulation.finish}, but only counts. */
  finishCount(): void;
  /** What was decided so far. */
  readonly counts: Counts;
  /** Gives back the engine's memory now instead of at garbage collection. */
  dispose(): void;
}

/** What {@link checkTools} found. */
export interface CheckedTools {
  /** All problems, in the order of the text. A catalogue with errors cannot be used. */
  readonly diagnostics: readonly Diagnostic[];
  /** The same as text with carets; empty if there are none. */
  readonly rendered: string;
}

/** What {@link checkPolicy} found. */
export interface CheckedPolicy {
  /** All problems of all sources, in the order of the text. */
  readonly diagnostics: readonly Diagnostic[];
  /** The same as text with carets; empty if there are none. */
  readonly rendered: string;
  /** `null` if any diagnostic is an error. */
  readonly policy: Policy | null;
}

/**
 * Loads one policy, or several that apply together: each decides on its own and the strictest decision wins.
 *
 * @param source YAML or JSON text, or its UTF-8 bytes; with a `name`, messages say it.
 * @throws {@link PolicyError} with all diagnostics, if any is an error.
 * @throws {@link EngineError} if the WebAssembly cannot be loaded.
 * @throws TypeError or RangeError if an argument is not what the types say.
 *
 * @example
 * ```ts
 * const policy = await loadPolicy(`
 * rules:
 *   - tool: file.read
 *     action: allow
 * `);
 * policy.decide({ tool: "file.read" }).action; // "allow"
 * policy.decide({ tool: "file.write" }).action; // "escalate", the default
 * ```
 */
export async function loadPolicy(
  source: PolicySource | readonly PolicySource[],
  options: LoadOptions = {},
): Promise<Policy> {
  const { diagnostics, rendered, policy } = await checkSources(source, options, false);
  if (!policy) throw new PolicyError(joined(rendered).trimEnd(), diagnostics);
  return policy;
}

/**
 * Loads as {@link loadPolicy} does, but returns the diagnostics of a policy with errors instead of throwing them.
 *
 * @throws {@link EngineError} if the WebAssembly cannot be loaded.
 * @throws TypeError or RangeError if an argument is not what the types say.
 *
 * @example
 * ```ts
 * const { diagnostics, rendered, policy } = await checkPolicy({ name: "refunds.yaml", text });
 * if (!policy) console.error(rendered);
 * ```
 */
export async function checkPolicy(
  source: PolicySource | readonly PolicySource[],
  options: LoadOptions = {},
): Promise<CheckedPolicy> {
  const { diagnostics, rendered, policy } = await checkSources(source, options);
  return Object.freeze({ diagnostics, rendered: joined(rendered), policy });
}

function joined(rendered: readonly string[]): string {
  return rendered.filter(Boolean).join("\n");
}

/**
 * As {@link checkPolicy}, with the rendered problems of each source: of the policies, and then of the tools. Of a policy
 * without errors only if `wantsRendered`.
 */
export async function checkSources(
  source: PolicySource | readonly PolicySource[],
  options: LoadOptions,
  wantsRendered = true,
): Promise<Omit<CheckedPolicy, "rendered"> & { readonly rendered: readonly string[] }> {
  const sources = sourcesOf(source);
  const limits = limitsOf(options.limits);
  const tools = options.tools === undefined ? undefined : toolsOf(options.tools);
  await engine.ready();
  const { diagnostics, rendered, stack } = load(sources, tools, limits, wantsRendered);
  return { diagnostics, rendered, policy: stack && policyOf(stack, diagnostics) };
}

/**
 * Finds the problems of a tool catalogue by itself. {@link loadPolicy} and {@link checkPolicy} find them too.
 *
 * @throws {@link EngineError} if the WebAssembly cannot be loaded.
 * @throws TypeError or RangeError if an argument is not what the types say.
 */
export async function checkTools(tools: ToolSource, options: Pick<LoadOptions, "limits"> = {}): Promise<CheckedTools> {
  const source = toolsOf(tools);
  const limits = limitsOf(options.limits);
  await engine.ready();
  const { diagnostics, rendered, stack } = load([], source, limits);
  stack?.free();
  return Object.freeze({ diagnostics, rendered: rendered.join("") });
}

/**
 * Splits policy text into coloured pieces for an editor, in order and without overlaps. Never fails on bad text.
 *
 * @throws {@link EngineError} if the WebAssembly cannot be loaded.
 */
export async function highlightPolicy(text: string): Promise<readonly Token[]> {
  if (typeof text !== "string") throw new TypeError("the policy text must be a string");
  await engine.ready();
  return highlight(text);
}

/**
 * The call that a JSON text writes, all of which the engine reads: it refuses what two readers could read in two ways,
 * such as a key written twice, of which `JSON.parse` takes the last.
 *
 * @throws {@link CallError} if it is no JSON, or no call.
 * @throws {@link EngineError} if the WebAssembly cannot be loaded.
 */
export async function readCall(text: string): Promise<Call> {
  if (typeof text !== "string") throw new TypeError("the text of a call must be a string");
  await engine.ready();
  return read(text);
}

function policyOf(stack: FullStack, diagnostics: readonly Diagnostic[]): Policy {
  let policies: readonly PolicySummary[] | undefined;
  return policyOn(stack, (live) => ({
    diagnostics,
    get policies() {
      // Much to carry over, and seldom asked for.
      policies ??= live().policies();
      return policies;
    },
    trace: (call: Call, options?: DecideOptions) =>
      live().trace(engine.deciding().snapshotCall(call), usageOf(options)),
    simulation: () => simulationOf(live().simulation()),
    runTests: () => live().runTests(),
    compiled: () => live().compiled(),
  }));
}

function simulationOf(running: EngineSimulation): Simulation {
  const { open, finished, counts, dispose } = runOf<EngineSimulation, Counts>("simulation", running);
  return Object.freeze({
    push: (chunk: Uint8Array) => open(chunk).pushRows(chunk),
    finish: () => finished(open().finishRows()),
    pushNdjson: (chunk: Uint8Array) => open(chunk).pushNdjson(chunk),
    finishNdjson: () => finished(open().finishNdjson()),
    count: (chunk: Uint8Array) => open(chunk).count(chunk),
    finishCount: () => finished(open().finishCount()),
    get counts() {
      return counts();
    },
    dispose,
  });
}
