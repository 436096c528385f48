/** Summaries as the page shows them. */

import {
  bottleneckOf,
  mergeWaits,
  type RuleSummary,
  type Summary,
  type Waits,
  waitQuantile,
  wilsonInterval,
} from "countersign";
import type { Evidence, RuleFacts, WaitFacts } from "./api.ts";

/** Waits for which is told how many reviewers they take, in milliseconds. */
const WAITS_MS = [60_000, 300_000, 900_000, 3_600_000] as const;
/** Nine of ten calls should not wait longer. */
const SHARE = 0.9;

export async function evidenceOf(summary: Summary): Promise<Evidence> {
  const { entries, damaged, rules, hours } = summary;
  const [facts, all, bottlenecks] = await Promise.all([
    Promise.all(rules.map(factsOf)),
    factsOf(rules.reduce(added, NOTHING)),
    Promise.all(WAITS_MS.map((waitMs) => bottleneckOf(summary, { waitMs, share: SHARE }))),
  ]);
  return { ok: true, entries, damaged, rules: facts, all, hours, bottlenecks };
}

async function factsOf({ waits, ...counts }: RuleSummary): Promise<RuleFacts> {
  const { opened, approved, rejected, expired, withdrawn, edited } = counts;
  const answered = approved + rejected;
  const asProposed = approved - edited;
  const pending = opened - answered - expired - withdrawn;
  return {
    ...counts,
    pending,
    answered,
    asProposed,
    interval: await wilsonInterval(asProposed, answered),
    waits: waitsOf(waits),
  };
}

function waitsOf(waits: Waits): WaitFacts {
  const { count, longestMs, totalMs } = waits;
  return { count, longestMs, totalMs, medianMs: waitQuantile(waits, 0.5), p90Ms: waitQuantile(waits, 0.9) };
}

const NOTHING: RuleSummary = {
  rule: null,
  opened: 0,
  approved: 0,
  rejected: 0,
  expired: 0,
  withdrawn: 0,
  edited: 0,
  revoked: 0,
  waits: { count: 0, totalMs: 0, longestMs: 0, bins: [] },
  timed: 0,
  shownMs: 0,
};

function added(one: RuleSummary, other: RuleSummary): RuleSummary {
  return {
    rule: null,
    opened: one.opened + other.opened,
    approved: one.approved + other.approved,
    rejected: one.rejected + other.rejected,
    expired: one.expired + other.expired,
    withdrawn: one.withdrawn + other.withdrawn,
    edited: one.edited + other.edited,
    revoked: one.revoked + other.revoked,
    waits: mergeWaits(one.waits, other.waits),
    timed: one.timed + other.timed,
    shownMs: one.shownMs + other.shownMs,
  };
}
