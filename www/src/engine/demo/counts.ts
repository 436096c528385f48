/**
 * What people said to each rule that asks them, and what is missing until a narrower rule could be proposed.
 *
 * A first cut that only counts: it proposes nothing by itself and changes nothing.
 */

import { approvalsNeeded, createEscalations, type EscalationRecord, type Risk, type Store } from "countersign";
import type { RuleCount } from "./api.ts";

/** The share of its calls that have to be right, by risk. What is critical never passes. */
const BARS: Readonly<Record<Exclude<Risk, "critical">, number>> = { low: 0.95, medium: 0.99, high: 0.999 };
/** Beyond so many answers against, nobody waits for the approvals that would make up for them. */
const AGAINST_MAX = 5;
const DAYS_MIN = 7;
const SESSIONS_MIN = 5;
const DAY_MS = 86_400_000;
/** The least time in which anybody reads a card. */
const READING_MS_MIN = 1_500;
const PAGE_LENGTH = 500;

interface Tally {
  readonly rule: string;
  readonly risk: Risk;
  readonly reversible: boolean;
  /** What counts once: a call on a day. */
  readonly approved: Set<string>;
  readonly days: Set<number>;
  readonly sessions: Set<string>;
  against: number;
  uncounted: number;
}

export async function countRules(store: Store): Promise<readonly RuleCount[]> {
  const escalations = createEscalations({ store });
  const tallies = new Map<string, Tally>();
  let after: string | null = null;
  do {
    const page = await escalations.list({ limit: PAGE_LENGTH, ...(after !== null && { after }) });
    for (const record of page.items) tally(tallies, record);
    after = page.next;
  } while (after !== null);
  const counts = await Promise.all([...tallies.values()].map(countOf));
  return counts.sort((a, b) => b.approvals - a.approvals);
}

function tally(tallies: Map<string, Tally>, record: EscalationRecord): void {
  const { decision, status } = record;
  if (decision.rule === null || status === "pending") return;
  const { rule } = decision;
  const found = tallies.get(rule) ?? {
    rule,
    risk: decision.risk ?? "high",
    reversible: decision.reversible === true,
    approved: new Set(),
    days: new Set(),
    sessions: new Set(),
    against: 0,
    uncounted: 0,
  };
  tallies.set(rule, found);
  const review = record.reviews.findLast(({ counts }) => counts);
  if (status !== "approved" || record.original !== null || record.grant?.state === "revoked") {
    found.against += 1;
  } else if (review === undefined || review.inBatch || (review.shownMs ?? 0) < READING_MS_MIN) {
    found.uncounted += 1;
  } else {
    const day = Math.floor(record.openedAtMs / DAY_MS);
    found.approved.add(`${day} ${record.call.tool} ${JSON.stringify(record.call.args)}`);
    found.days.add(day);
    found.sessions.add(sessionOf(record));
  }
}

function sessionOf({ call: { session } }: EscalationRecord): string {
  return typeof session === "object" && session !== null ? String(session.id) : String(session ?? "");
}

async function countOf(counted: Tally): Promise<RuleCount> {
  const { rule, risk, reversible, approved, days, sessions, against, uncounted } = counted;
  const approvals = approved.size;
  const isOpen = reversible && risk !== "critical" && against <= AGAINST_MAX;
  const needed = isOpen ? await approvalsNeeded({ bar: BARS[risk], against }) : null;
  const missing: string[] = [];
  if (!reversible) missing.push("the rule does not say that its calls can be undone, so it is never proposed");
  else if (risk === "critical") missing.push("what is critical is never proposed");
  else if (needed === null) missing.push(`${against} answers were against it`);
  else if (approvals < needed) missing.push(`${needed - approvals} more approvals`);
  if (needed !== null) {
    if (days.size < DAYS_MIN) missing.push(`${DAYS_MIN - days.size} more days`);
    if (sessions.size < SESSIONS_MIN) missing.push(`${SESSIONS_MIN - sessions.size} more sessions`);
    if (risk === "high") missing.push("two reviewers for each call");
  }
  return {
    rule,
    risk,
    reversible,
    approvals,
    against,
    uncounted,
    days: days.size,
    sessions: sessions.size,
    needed,
    missing,
  };
}
