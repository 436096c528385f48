/** When a check card is planted, and which. */

import { type EscalationRecord, plantCall } from "countersign";
import type { CheckId } from "./api.ts";
import type { AttentionOptions } from "./attention.ts";
import type { Random } from "./chance.ts";
import type { Planted } from "./likeness.ts";
import { chanceOf, foundIn } from "./observed.ts";
import { openingTime } from "./opening.ts";
import { TEMPLATES } from "./templates/all.ts";
import type { Template } from "./templates/template.ts";

/** No template comes twice within this time. */
const TEMPLATE_REST_MS = 30 * 24 * 3_600_000;
/** Real calls that are tried as a pattern, the newest first. */
const PATTERNS_MAX = 50;

/** Plants a check card like one of `sample` as often as the settings say, more often while attention is low. */
export async function perhapsPlant(options: AttentionOptions, sample: readonly EscalationRecord[]): Promise<void> {
  const { kept, random } = options;
  const [settings, outcomes, given] = await Promise.all([kept.settings(), kept.outcomes(), kept.given()]);
  const { isLow } = await foundIn(outcomes, given);
  if (random() < chanceOf(settings, isLow)) await plantOne(options, sample, null);
}

/** Plants a check card like one of `sample`, which opens `atMs` or else when nobody expects it. */
export async function plantOne(
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
  { wouldHold, random }: AttentionOptions,
  like: EscalationRecord,
  { id: template, hazard, plant }: Template,
  real: ReadonlySet<string>,
): Promise<Made | null> {
  const changed = plant(like.call, random);
  if (changed === null) return null;
  const planted = await plantCall(like, changed.args);
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

/**
 * Whether a real call can be the pattern of a check card: answered, unedited, and one that anybody may approve alone.
 *
 * A real call like one that was rejected, or of which nobody knows what became, leads to that one. A check card leads
 * nowhere, and so must not be like one.
 */
function isPattern({ status, unapprovable, original, run, decision, call }: EscalationRecord): boolean {
  const { review } = decision;
  return (
    status !== "pending" &&
    status !== "rejected" &&
    (run === null || (run.outcome !== null && run.outcome !== "unknown")) &&
    unapprovable === null &&
    original === null &&
    decision.action === "escalate" &&
    review !== null &&
    review.quorum === 1 &&
    review.reviewers.length === 0 &&
    Object.keys(call.args ?? {}).length > 0
  );
}
