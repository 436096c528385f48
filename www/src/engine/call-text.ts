/** Decides a call written as JSON. */

import { type Call, CallError, type Policy } from "countersign";
import type { Failure, Traced } from "./api.ts";
import { failure } from "./failure.ts";

/**
 * Decides `text`, the JSON of one call.
 *
 * The engine reads the text itself, as it reads a line of recorded calls, so that a key written twice or a number that
 * JavaScript would round is refused here too; `JSON.parse` only gives the value to show and to explain.
 */
export function traceText(policy: Policy, text: string): Traced | Failure {
  const value = parsed(text);
  const simulation = policy.simulation();
  // In valid JSON a line end can only stand between tokens, so a space is as good.
  const line = new TextEncoder().encode(text.replace(/[\r\n]/g, " "));
  const [read] = [...simulation.push(line), ...simulation.finish()];
  simulation.dispose();
  if (read === undefined) return failure("empty", "there is no call");
  if (read.error !== null) {
    // In a text of several lines, JavaScript's message tells the line.
    return !value.ok && text.includes("\n") ? value : failure(read.error.code, read.error.message);
  }
  if (!value.ok) return value;
  const call = value.value as Call;
  try {
    return { ok: true, call, trace: policy.trace(call) };
  } catch (error) {
    if (error instanceof CallError) return failure(error.code, error.message);
    throw error;
  }
}

function parsed(text: string): { readonly ok: true; readonly value: unknown } | Failure {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return failure("not-json", error instanceof Error ? error.message : "this is not JSON");
  }
}
