/** The last simulated call: what was asked, under which policy text, and the answer. */

import { computed, effect, signal, untracked } from "@preact/signals";
import type { Digest } from "countersign";
import type { Failure } from "../engine/api.ts";
import { ask } from "../engine/client.ts";
import type { Traced } from "../engine/simulate/api.ts";
import { policyStatus, text } from "../policy/state.ts";
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
  return status.state !== "in-force" || status.policy.digest !== last.digest || callText() !== last.callText;
});

/** Whether the places of the shown decision are those of the text in the editor. */
export const linked = computed(() => simulated.value?.policyText === text.value);

/** Decides the same call again when the text was changed in a way that leaves the policy what it is, such as by a test. */
export function followPolicy(): () => void {
  return effect(() => {
    const status = policyStatus.value;
    const last = simulated.value;
    if (status.state !== "in-force" || last === null || stale.value || status.text === last.policyText) return;
    untracked(simulate);
  });
}

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
  const values = [...rows.map((row) => row.value), ...written];
  return tool === "" || rows.some((row) => row.key === "") || values.some((json) => jsonProblem(json) !== null);
}
