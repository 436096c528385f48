/** Check cards that wait, and what an answer to one says. */

import type { Card, Decision, EscalationRecord, PlantedCall } from "countersign";
import type { AttentionKeeper, CheckCard, CheckOutcome, Given } from "./api.ts";
import type { Random } from "./chance.ts";
import type { Kept } from "./kept.ts";
import { likenessOf, type Planted } from "./likeness.ts";
import { isTooFast } from "./too-fast.ts";

/** What check cards are made with: the same hands as escalations, and a clock and chance of somebody's choice. */
export interface AttentionOptions {
  readonly kept: Kept;
  /** Makes the card, as it makes those of real calls. */
  readonly present: (record: EscalationRecord) => Card | Promise<Card>;
  /** Whether the policy, as far as it is known here, would hold the planted call too. */
  readonly wouldHold: (planted: PlantedCall, like: Decision) => boolean;
  readonly nowMs: () => number;
  readonly random: Random;
  /** Ids as escalations have them. */
  readonly newId: () => string;
}

export function createAttention(options: AttentionOptions): AttentionKeeper {
  const { kept, nowMs } = options;
  /** As they were first shown: whoever opens one gets it made anew, and the list is made too often for that. */
  const shown = new Map<string, Promise<CheckCard>>();
  const once = (planted: Planted) => {
    const made = shown.get(planted.id) ?? shownOf(options, planted);
    shown.set(planted.id, made);
    made.catch(() => shown.delete(planted.id));
    return made;
  };
  return {
    async pending(atMs) {
      const all = await kept.planted();
      for (const id of shown.keys()) if (!all.some((planted) => planted.id === id)) shown.delete(id);
      for (const { id, expiresAtMs } of all) if (expiresAtMs <= atMs) await kept.end(id, null);
      const open = all.filter(({ openedAtMs, expiresAtMs }) => openedAtMs <= atMs && atMs < expiresAtMs);
      return Promise.all(open.map(once));
    },
    async read(id) {
      const planted = await openCard(kept, id, nowMs());
      return planted === null ? null : shownOf(options, planted);
    },
    async answer(id, given) {
      const planted = await openCard(kept, id, given.atMs);
      if (planted === null) return null;
      const caught = given.verdict === "reject";
      const { hazard, field } = planted;
      return (await kept.end(id, outcomeOf(planted, given))) ? { caught, hazard, field } : null;
    },
    async reviewed(given, sample) {
      await kept.give(given);
      await (await planting()).perhapsPlant(options, sample);
    },
    async plantNow(sample) {
      // One that chance has planted for later does not keep it from coming now.
      const later = (await kept.planted()).filter(({ openedAtMs }) => openedAtMs > nowMs());
      for (const { id } of later) await kept.end(id, null);
      return (await planting()).plantOne(options, sample, nowMs());
    },
    report: async () => (await import("./report.ts")).reportOf(kept),
    settings: () => kept.settings(),
    set: (settings) => kept.set(settings),
  };
}

/** Fetched after the first answer, and after each if it is not there, so that fetching it does not tell who plants one. */
function planting() {
  return import("./planting.ts");
}

async function openCard(kept: Kept, id: string, atMs: number): Promise<Planted | null> {
  const found = (await kept.planted()).find((planted) => planted.id === id);
  return found !== undefined && atMs < found.expiresAtMs ? found : null;
}

async function shownOf({ present }: AttentionOptions, planted: Planted): Promise<CheckCard> {
  const { id, call, digest, decision, openedAtMs, expiresAtMs } = planted;
  return { id, call, digest, decision, openedAtMs, expiresAtMs, card: await present(likenessOf(planted)) };
}

function outcomeOf({ template, hazard, decision }: Planted, given: Given): CheckOutcome {
  const { verdict, shownMs, atMs } = given;
  const caught = verdict === "reject";
  return { caught, template, hazard, risk: decision.risk, atMs, shownMs, tooFast: isTooFast(given) };
}
