/** What would have been allowed in the place of a call that escalates, in the words of its card. */

import { type Call, EscalationError, type Policy, presentCard, type Written } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { openIn } from "../review/opening.ts";

/** Held in a store that is gone at once; empty if nothing like it would be allowed, or its card cannot be made. */
export async function insteadOf(policy: Policy, call: Call): Promise<readonly Written[]> {
  try {
    const held = await openIn(memoryStore(), policy, call);
    return (await presentCard(held, { policy })).why.instead;
  } catch (error) {
    if (error instanceof EscalationError) return [];
    throw error;
  }
}
