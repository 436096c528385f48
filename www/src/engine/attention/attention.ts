/** Check cards: when one is planted, which, and what an answer to it says. */

import type { Card, Decision, EscalationRecord, PlantedCall } from "countersign";
import type { AttentionKeeper, CheckCard, CheckId, CheckOutcome, Given } from "./api.ts";
import type { Random } from "./arguments.ts";
import type { Kept } from "./kept.ts";
import { isPattern, likenessOf, type Planted } from "./likeness.ts";
import { chanceOf, foundIn, isTooFast } from "./observed.ts";
import { openingTime } from "./opening.ts";
import { reportOf } from "./report.ts";
import { TEMPLATES } from "./templates/all.ts";
import type { PlantedArgs, Template } from "./templates/template.ts";

/** What check cards are made with: the same hands as escalations, and a clock and chance of somebody's choice. */
export interface AttentionOptions {
  readonly kept: Kept;
  /** Makes the card, as it makes those of real calls. */
  readonly present: (record: EscalationRecord) => Card | Promise<Card>;
  /** Tells a call like another one that was held. */
  readonly plant: (like: EscalationRecord, args: PlantedArgs["args"]) => Promise<PlantedCall>;
  /** Whether the policy, as far as it is known here, would hold the planted call too. */
  readonly wouldHold: (planted: PlantedCall, like: Decision) => boolean;
  readonly nowMs: () => number;
  readonly random: Random;
  /** Ids as escalations have them. */
  readonly newId: () => string;
}

/** No template comes twice within this time. */
const TEMPLATE_REST_MS = 30 * 24 * 3_600_000;
/** Real calls that are tried as a pattern, the newest first. */
const PATTERNS_MAX = 50;

export function createAttention(options: AttentionOptions): AttentionKeeper {
  const { kept, nowMs, random } = options;
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
      const [settings, outcomes, all] = await Promise.all([kept.settings(), kept.outcomes(), kept.given()]);
      const { isLow } = await foundIn(outcomes, all);
      if (random() < chanceOf(settings, isLow)) await plantOne(options, sample, null);
    },
    async plantNow(sample) {
      return plantOne(options, sample, nowMs());
    },
    report: () => reportOf(kept),
    set: (settings) => kept.set(settings),
  };
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

/** Plants a check card like one of `sample`, which opens `atMs` or else when nobody expects it. */
async function plantOne(
  options: AttentionOptions,
  sample: readonly EscalationRecord[],
  atMs: number | null,
): Promise<boolean> {
  const { kept, nowMs, random, newId } = options;
  if ((await kept.planted()).length > 0) return false;
  const uses = await kept.uses();
  const rested = TEMPLATES.filter(({ id }) => !isUsed(uses, id, nowMs()));
  const patterns = sample
    .filter(isPattern)
    .sort((a, b) => b.openedAtMs - a.openedAtMs)
    .slice(0, PATTERNS_MAX);
  const real = new Set(sample.map(({ digest }) => digest));
  for (const like of shuffled(patterns, random)) {
    for (const template of shuffled(rested, random)) {
      const made = await planting(options, like, template, real);
      if (made === null) continue;
      const openedAtMs = atMs ?? openingTime(sample, expiresMsOf(like), nowMs(), random);
      const { covers, guard } = like;
      const expiresAtMs = openedAtMs + expiresMsOf(like);
      const id = newId() as CheckId;
      return kept.plant({ ...made, id, covers, guard, openedAtMs, expiresAtMs });
    }
  }
  return false;
}

type Made = Pick<Planted, "call" | "digest" | "decision" | "template" | "hazard" | "field">;

async function planting(
  { plant, wouldHold, random }: AttentionOptions,
  like: EscalationRecord,
  { id: template, hazard, plant: change }: Template,
  real: ReadonlySet<string>,
): Promise<Made | null> {
  const changed = change(like.call, random);
  if (changed === null) return null;
  const planted = await plant(like, changed.args);
  // What somebody really proposed is no check card, however dangerous it is.
  if (real.has(planted.digest) || !wouldHold(planted, like.decision)) return null;
  const { call, digest, decision } = planted;
  return { call, digest, decision, template, hazard, field: changed.field };
}

function isUsed(uses: Readonly<Record<string, number>>, template: string, nowMs: number): boolean {
  const usedMs = Object.hasOwn(uses, template) ? (uses[template] ?? 0) : Number.NEGATIVE_INFINITY;
  // A clock that was set back makes the rest longer, never shorter.
  return nowMs - usedMs < TEMPLATE_REST_MS;
}

function expiresMsOf({ decision, openedAtMs, expiresAtMs }: EscalationRecord): number {
  return decision.review?.expiresMs ?? expiresAtMs - openedAtMs;
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
