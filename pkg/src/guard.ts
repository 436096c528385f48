/**
 * For guards, where size counts: policies are read from text and decide, and calls are held for review.
 *
 * A policy is refused exactly where the whole package refuses it. What is missing is what people read: warnings, advice,
 * messages, traces, simulation.
 */
import { type DecidingPolicy, policyOn } from "./decides.js";
import { engine, type Found, holding, load } from "./engines/guard.js";
import { PolicyError } from "./errors.js";
import { type CreateEscalations, escalationsIn } from "./escalations.js";
import { deepFreeze } from "./freeze.js";
import { type CreateGuard, guardIn } from "./guarding/create.js";
import { type LoadOptions, limitsOf, sourcesOf, toolsOf } from "./sources.js";
import type { Diagnostic, PolicySource } from "./types.js";

export * from "./exports.js";

/** As in the whole package. */
export const createEscalations: CreateEscalations = escalationsIn(holding);

/** As in the whole package. */
export const createGuard: CreateGuard = guardIn(holding);

/**
 * Loads one policy, or several that apply together, as in the whole package.
 *
 * @throws {@link PolicyError} whose diagnostics say only what is wrong, by its code, and where.
 * @throws {@link EngineError} if the WebAssembly cannot be loaded.
 * @throws TypeError or RangeError if an argument is not what the types say.
 */
export async function loadPolicy(
  source: PolicySource | readonly PolicySource[],
  options: LoadOptions = {},
): Promise<DecidingPolicy> {
  const sources = sourcesOf(source);
  const limits = limitsOf(options.limits);
  const tools = options.tools === undefined ? undefined : toolsOf(options.tools);
  await engine.ready();
  const { errors, stack } = load(sources, tools, limits);
  if (stack) return policyOn(stack, () => ({}));
  const names = [...sources, ...(tools ? [tools] : [])].map(({ name }) => name);
  const lines = errors.map(({ code, source, span }) => `error[${code}] ${names[source]}:${span.line}:${span.column}`);
  throw new PolicyError(lines.join("\n"), deepFreeze(errors.map(diagnosticOf)));
}

/** The code is all that this engine says of a problem. */
function diagnosticOf(found: Found): Diagnostic {
  return { ...found, message: found.code.replaceAll("-", " "), label: null, related: [], help: null, fixes: [] };
}
