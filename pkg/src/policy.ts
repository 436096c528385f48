/** From policy text to decisions. */
import { snapshotCall } from "./call.js";
import { type EngineSimulation, highlight, load, readCall as read, ready, type Source, type Stack } from "./core.js";
import { EngineError, PolicyError } from "./errors.js";
import type {
  Call,
  Counts,
  Decision,
  Diagnostic,
  Digest,
  Limits,
  PolicySource,
  PolicySummary,
  SimulatedLine,
  Token,
  ToolSource,
  Trace,
  Usage,
} from "./types.js";

/** How policies are loaded. */
export interface LoadOptions {
  /** Raises or lowers how large each policy may be. */
  readonly limits?: Partial<Limits>;
  /**
   * The tools that there are. The policies are checked against them, and no call is allowed that does not fit them:
   * what the policies would allow then escalates, with the cause `misfit`.
   */
  readonly tools?: ToolSource;
}

/** What the guard knows beside the call. */
export interface DecideOptions {
  /** What was used of limits. A limit that it does not name counts as reached. */
  readonly usage?: Usage;
}

/** A compiled policy, or a stack of them. It never changes. */
export interface Policy {
  /** Digest of the policy; of a stack, over the digests of its policies. */
  readonly digest: Digest;
  /** Warnings; a policy with errors cannot be loaded. */
  readonly diagnostics: readonly Diagnostic[];
  /** The policies of the stack as the engine understood them, in the order of the sources. */
  readonly policies: readonly PolicySummary[];
  /**
   * Decides one call, in microseconds and without waiting.
   *
   * @throws {@link CallError} if `call` is not plain data in the shape of a call: it must not run.
   * @throws {@link EngineError} if the engine failed or the policy was disposed: the call must not run.
   *
   * @example
   * ```ts
   * policy.decide({ tool: "file.read", args: { path: "/srv/a" } }).action; // "allow", "escalate" or "block"
   * ```
   */
  decide(call: Call, options?: DecideOptions): Decision;
  /** Decides one call and tells the walk through the rules. Throws as {@link Policy.decide} does. */
  trace(call: Call, options?: DecideOptions): Trace;
  /** Starts deciding many calls from NDJSON. */
  simulation(): Simulation;
  /** Gives back the engine's memory now instead of at garbage collection. After it nothing is decided. */
  dispose(): void;
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
  await ready();
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
  await ready();
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
  await ready();
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
  await ready();
  return read(text);
}

const stacks = new WeakMap<Policy, Stack>();

/** The engine's side of `policy`, for the rest of this package. */
export function stackOf(policy: Policy): Stack {
  const stack = stacks.get(policy);
  if (!stack) throw new TypeError("the policy must come from `loadPolicy` and must not be disposed");
  return stack;
}

function policyOf(stack: Stack, diagnostics: readonly Diagnostic[]): Policy {
  const policy: Policy = Object.freeze({
    digest: stack.digest(),
    diagnostics,
    policies: stack.policies(),
    decide: (call: Call, options?: DecideOptions) => live().decide(call, usageOf(options)),
    trace: (call: Call, options?: DecideOptions) => live().trace(snapshotCall(call), usageOf(options)),
    simulation: () => simulationOf(live().simulation()),
    dispose: () => {
      if (!isDisposed) stack.free();
      isDisposed = true;
      stacks.delete(policy);
    },
  });
  let isDisposed = false;
  const live = () => {
    if (isDisposed) throw new EngineError("disposed", "the policy was disposed and decides no more");
    return stack;
  };
  stacks.set(policy, stack);
  return policy;
}

function simulationOf(engine: EngineSimulation): Simulation {
  let phase: "open" | "finished" | "disposed" = "open";
  const open = (chunk?: Uint8Array) => {
    if (phase !== "open") throw new EngineError("disposed", `the simulation was ${phase} and decides no more`);
    if (chunk !== undefined && !isBytes(chunk)) throw new TypeError("a chunk must be a Uint8Array");
    return engine;
  };
  const finished = <T>(last: T) => {
    phase = "finished";
    return last;
  };
  return Object.freeze({
    push: (chunk: Uint8Array) => open(chunk).pushRows(chunk),
    finish: () => finished(open().finishRows()),
    pushNdjson: (chunk: Uint8Array) => open(chunk).pushNdjson(chunk),
    finishNdjson: () => finished(open().finishNdjson()),
    count: (chunk: Uint8Array) => open(chunk).count(chunk),
    finishCount: () => finished(open().finishCount()),
    get counts() {
      if (phase === "disposed") throw new EngineError("disposed", "the simulation was disposed");
      return engine.counts();
    },
    dispose: () => {
      if (phase === "disposed") return;
      phase = "disposed";
      engine.free();
    },
  });
}

function sourcesOf(given: PolicySource | readonly PolicySource[]): readonly Source[] {
  const list: readonly PolicySource[] = Array.isArray(given) ? given : [given as PolicySource];
  if (list.length === 0) throw new TypeError("at least one policy is needed: none would let everything be undecided");
  return list.map((one, index) => sourceOf(one, list.length === 1 ? "policy" : `policy ${index + 1}`));
}

function sourceOf(given: PolicySource, unnamed: string): Source {
  if (typeof given === "string" || isBytes(given)) return { name: unnamed, text: bytesOf(given) };
  if (typeof given !== "object" || given === null) throw notASource();
  const { name = unnamed, text } = given;
  if (typeof name !== "string") throw new TypeError("the `name` of a policy must be a string");
  return { name, text: bytesOf(text) };
}

function toolsOf(given: ToolSource): Source {
  if (typeof given === "string" || isBytes(given)) return { name: "tools", text: bytesOf(given) };
  if (typeof given !== "object" || given === null) throw notTools();
  if (!("text" in given) || "tools" in given) return { name: "tools", text: bytesOf(jsonOf(given)) };
  const { name = "tools", text } = given;
  if (typeof name !== "string") throw new TypeError("the `name` of a tool catalogue must be a string");
  if (typeof text !== "string" && !isBytes(text)) throw notTools();
  return { name, text: bytesOf(text) };
}

/** On lines of their own, so that the place of a problem says something. */
function jsonOf(tools: object): string {
  const json: string | undefined = JSON.stringify(tools, null, 1);
  if (json === undefined) throw notTools();
  return json;
}

function notTools(): TypeError {
  return new TypeError("`tools` must be a list of tools, { tools }, a string, a Uint8Array or { name?, text }");
}

function bytesOf(text: string | Uint8Array): Uint8Array {
  // What is not Unicode becomes U+FFFD, which the engine reports at its place.
  if (typeof text === "string") return new TextEncoder().encode(text);
  if (!isBytes(text)) throw notASource();
  return new Uint8Array(text.buffer, text.byteOffset, text.byteLength);
}

function notASource(): TypeError {
  return new TypeError("a policy must be given as a string, a Uint8Array or { name?, text }");
}

/** What was used of limits, if it is plain. */
export function usageOf(options: DecideOptions | undefined): Usage | undefined {
  const usage = options?.usage;
  if (usage === undefined) return undefined;
  if (typeof usage !== "object" || usage === null) throw new TypeError("`usage` must be an object");
  for (const [bucket, used] of Object.entries(usage)) {
    if (!/^sha256:[0-9a-f]{64}$/.test(bucket)) throw new TypeError("a key of `usage` must be the `bucket` of a charge");
    if (typeof used !== "number" || !(used >= 0 && used < Infinity)) {
      throw new RangeError("what was used of a limit must be a number from 0");
    }
  }
  return usage;
}

function limitsOf(given: Partial<Limits> | undefined): Partial<Limits> | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== "object" || given === null) throw new TypeError("`limits` must be an object");
  const written = Object.entries(given).filter(([, value]) => value !== undefined);
  for (const [name, value] of written) {
    if (!["bytes", "depth", "nodes"].includes(name)) {
      throw new TypeError(`unknown limit \`${name}\`: the limits are \`bytes\`, \`depth\` and \`nodes\``);
    }
    if (!Number.isInteger(value) || value < 1 || value > LIMIT_MAX) {
      throw new RangeError(`the limit \`${name}\` must be an integer from 1 to ${LIMIT_MAX}`);
    }
  }
  return Object.fromEntries(written);
}

/** What the engine's memory can count. */
const LIMIT_MAX = 2 ** 32 - 1;

/** Also true for the bytes of another realm, such as a frame's. */
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]";
}
