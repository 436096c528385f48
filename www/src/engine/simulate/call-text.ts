/** Decides a call written as JSON. */

import { type Call, CallError, type Policy, readCall } from "countersign";
import type { Failure } from "../api.ts";
import { failure } from "../failure.ts";
import type { Traced } from "./api.ts";
import { insteadOf } from "./instead.ts";

/**
 * Decides `text`, the JSON of one call.
 *
 * The engine reads all of the text itself, so that a key written twice is refused here too; `JSON.parse` only gives the
 * value to show and to explain.
 */
export async function traceText(policy: Policy, text: string): Promise<Traced | Failure> {
  if (/^[\t\n\f\r ]*$/.test(text)) return failure("empty", "there is no call");
  const value = parsed(text);
  try {
    // In valid JSON a line end can only stand between tokens, so a space is as good.
    await readCall(text.replace(/[\r\n]/g, " "));
    if (!value.ok) return value;
    const call = value.value as Call;
    const trace = policy.trace(call);
    const instead = trace.decision.action === "escalate" ? await insteadOf(policy, call) : [];
    return { ok: true, call, trace, instead };
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    // In a text of several lines, JavaScript's message tells the line.
    return !value.ok && text.includes("\n") ? value : failure(error.code, error.message);
  }
}

function parsed(text: string): { readonly ok: true; readonly value: unknown } | Failure {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return failure("not-json", error instanceof Error ? error.message : "this is not JSON");
  }
}
