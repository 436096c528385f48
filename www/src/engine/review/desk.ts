/** What is needed to show a call to a reviewer: real ones and check cards go the same way and have the same shape. */

import {
  type Card,
  EscalationError,
  type EscalationRecord,
  NO_GUARD,
  type Policy,
  type Reviewing,
  type Store,
} from "countersign/review";
import type { Attention } from "../attention/api.ts";
import type { Shown } from "./api.ts";
import { type Cards, isOf, lineOf } from "./cards.ts";
import type { CheckCards } from "./check-cards.ts";
import type { Shelf } from "./shelf.ts";
import { waitsOf } from "./waits.ts";

/** How long others are told that somebody looks. */
const CLAIM_MS = 5 * 60_000;

export interface Desk {
  readonly store: Store;
  readonly escalations: Reviewing;
  readonly shelf: Shelf;
  readonly checks: CheckCards;
  readonly cards: Cards;
  readonly attention: Attention;
  /** Who reviews here, by their own word. */
  readonly by: { readonly by?: string };
  readonly isServed: boolean;
  /** Until when this page has told others that somebody looks, by escalation. */
  readonly claims: Map<string, number>;
  /** What was answered in this page, by id. */
  readonly sitting: Set<string>;
  changed(): void;
}

/** The call with this id. Both places are asked, so that the time it takes tells nothing. */
export async function readCall(desk: Desk, id: string, policy: Policy | null): Promise<Shown> {
  const [check, record] = await Promise.all([desk.checks.read(id), desk.escalations.read(id)]);
  const found = check?.record ?? record;
  if (found === null || found === undefined) {
    throw new EscalationError("not-found", "there is no such escalation here");
  }
  return shownOf(desk, found, policy, check?.check.card);
}

/** What the reviewer sees of `record`; `card` is made of it unless it is given. */
export async function shownOf(
  desk: Desk,
  record: EscalationRecord,
  policy: Policy | null,
  card?: Card,
): Promise<Shown> {
  const { escalations, shelf, cards, claims, isServed } = desk;
  if (card === undefined) shelf.put(record);
  // What was recorded is recorded, whether the rest can be asked or not.
  const waits = await waitsOf(escalations, shelf, record).catch(() => null);
  const batch = await cards.batchWith(record);
  return {
    ok: true,
    escalation: record,
    card: card ?? (await cards.card(record, policy)),
    waits,
    isGuarded: record.guard !== NO_GUARD,
    alike: shelf.pendingWith(record.digest).filter((id) => id !== record.id),
    batch: batch === undefined ? null : lineOf(batch),
    editedUnder: policy === null ? null : policy.policies.map(({ name }) => name),
    isSamePolicy: policy === null ? null : isOf(record, policy),
    isLinked: !isServed && isOf(record, policy),
    claimedUntilMs: claims.get(record.id) ?? null,
  };
}

/** Tells others that somebody looks, unless somebody else does. */
export async function claimCall(desk: Desk, id: string, policy: Policy | null): Promise<Shown> {
  const { escalations, checks, claims, changed, by } = desk;
  const before = await readCall(desk, id, policy);
  const { status, claim } = before.escalation;
  const nowMs = Date.now();
  const isOthers = claim !== null && claim.untilMs > nowMs && claim.untilMs !== claims.get(id);
  if (status !== "pending" || isOthers) return before;
  const check = await checks.read(id);
  if (check !== null) {
    checks.claim(id, nowMs + CLAIM_MS, by.by ?? null);
    claims.set(id, nowMs + CLAIM_MS);
    // As after a real claim, its line in the list says so.
    changed();
    return readCall(desk, id, policy);
  }
  const record = await escalations.claim(id, { ...by, forMs: CLAIM_MS });
  if (record.claim !== null) claims.set(id, record.claim.untilMs);
  changed();
  return shownOf(desk, record, policy);
}
