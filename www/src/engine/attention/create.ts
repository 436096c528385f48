/** Attention in the browser's worker. */

import type { Card, DecidingPolicy, EscalationRecord } from "countersign";
import type { AttentionKeeper } from "./api.ts";
import { createAttention } from "./attention.ts";
import { characters, type Random } from "./chance.ts";
import { type HistoryOf, keptIn } from "./kept.ts";

export interface BrowserAttention {
  /** With this begin the names of its databases. */
  readonly space: string;
  /** Which history the calls are in if it is a served one; `null` for this browser's own. */
  readonly history: HistoryOf | null;
  /** Makes the card, as it makes those of real calls. */
  readonly present: (record: EscalationRecord) => Card | Promise<Card>;
  /** The policy in force, or `null`. */
  readonly policy: () => DecidingPolicy | null;
}

/** Check cards and decision times of this browser. */
export function attentionIn({ space, history, present, policy }: BrowserAttention): AttentionKeeper {
  return createAttention({
    kept: keptIn(space, history),
    present,
    wouldHold(planted, like) {
      const inForce = policy();
      // Another policy than the one that held the call says nothing about it.
      if (inForce === null || inForce.digest !== like.policy) return true;
      return inForce.decide(planted.call).action === "escalate";
    },
    nowMs: Date.now,
    random,
    newId: () => characters("0123456789abcdef", 32, random),
  });
}

/** Chance that nobody can foresee. */
const random: Random = () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32;
