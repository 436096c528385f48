/** What was told last of what the text in the editor widens. */

import { signal } from "@preact/signals";
import type { Digest, Widening } from "countersign";
import { ask } from "../engine/client.ts";
import type { OtherPolicy } from "../engine/simulate/api.ts";
import { policyStatus } from "../policy/state.ts";

export interface WideningState {
  /** Counts what was asked. */
  readonly serial: number;
  /** What the policy before is called. */
  readonly before: string;
  /** Of the policy after. */
  readonly digest: Digest;
  readonly stage: "running" | "told" | "cancelled" | "failed";
  /** Why it failed; may be several lines. */
  readonly message: string | null;
  readonly found: Widening | null;
}

export const widening = signal<WideningState | null>(null);

/** Asks what of the policy in force is looser than `before`. */
export async function tellWidening(before: OtherPolicy): Promise<void> {
  const status = policyStatus.value;
  if (status.state !== "in-force") return;
  const { digest } = status.policy;
  const serial = (widening.value?.serial ?? 0) + 1;
  widening.value = { serial, before: before.name, digest, stage: "running", message: null, found: null };
  try {
    const end = await ask((api) => api.tellWidening(before, digest), true);
    if (!end.ok) update(serial, { stage: "failed", message: end.message });
    else if (end.widening === null) update(serial, { stage: "cancelled" });
    else update(serial, { stage: "told", found: end.widening });
  } catch {
    update(serial, { stage: "failed", message: "the engine stopped" });
  }
}

export async function cancelWidening(): Promise<void> {
  // If the engine is gone, the notice above says so.
  await ask((api) => api.cancelWidening()).catch(() => undefined);
}

function update(serial: number, change: Partial<WideningState>): void {
  if (widening.value?.serial === serial) widening.value = { ...widening.value, ...change };
}
