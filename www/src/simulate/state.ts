/** The last simulated call: what was asked, under which policy text, and the answer. */

import { computed, signal } from "@preact/signals";
import type { Digest } from "countersign";
import type { Failure } from "../engine/api.ts";
import { ask } from "../engine/client.ts";
import type { Traced } from "../engine/simulate/api.ts";
import { policyStatus } from "../policy/state.ts";
import { callText, form, jsonProblem, mode, PARTS } from "./draft.ts";

export interface Simulated {
  readonly callText: string;
  readonly policyText: string;
  readonly digest: Digest;
  readonly answer: Traced | Failure;
}

export const simulated = signal<Simulated | null>(null);

/** Whether the fields' problems are shown: only after somebody tried. */
export const tried = signal(false);

/** Whether the shown decision still is what the policy in force and the call as written would give. */
export const stale = computed(() => {
  const last = simulated.value;
  if (last === null) return false;
  const status = policyStatus.value;
  return status.state !== "in-force" || status.text !== last.policyText || callText() !== last.callText;
});

/** Decides the call as written, under the policy in force. */
export async function simulate(): Promise<void> {
  const status = policyStatus.value;
  tried.value = true;
  if (status.state !== "in-force" || hasFieldProblem()) {
    simulated.value = null;
    return;
  }
  const asked = callText();
  try {
    const answer = await ask((api) => api.trace(asked, status.policy.digest));
    simulated.value = { callText: asked, policyText: status.text, digest: status.policy.digest, answer };
  } catch {
    // The engine is gone; the notice above says so.
    simulated.value = null;
  }
}

/** In the form, problems stand at their fields; a call written as JSON is left to the engine. */
function hasFieldProblem(): boolean {
  if (mode.value === "json") return false;
  const { tool, rows, parts } = form.value;
  const written = PARTS.map((part) => parts[part]).filter((json) => json.trim() !== "");
  const values = [...rows.map((row) => row.json), ...written];
  return tool === "" || rows.some((row) => row.key === "") || values.some((json) => jsonProblem(json) !== null);
}
