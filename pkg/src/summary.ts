/**
 * What people and the clock made of escalations, in numbers that add up: counts for each rule, how long calls waited, and
 * how much was done in each hour.
 *
 * A summary says what was, and proves nothing: what counts as evidence for relaxing a rule is decided elsewhere.
 */
import { holding } from "./engines/full.js";
import { EscalationError } from "./errors.js";
import type { Entry, Status } from "./lifecycle.js";

/** How long calls waited. Bins grow by an eighth of a doubling, so what is read from them is right to about 5 %. */
export interface Waits {
  readonly count: number;
  readonly totalMs: number;
  readonly longestMs: number;
  /** How many waited `2 ** (bin / 8)` milliseconds or more, and less than the next bin; by bin, ascending. */
  readonly bins: readonly (readonly [bin: number, count: number])[];
}

/** What became of what one rule escalated. */
export interface RuleSummary {
  /** Id of the rule; `null` where none matched and a default escalated. */
  readonly rule: string | null;
  readonly opened: number;
  readonly approved: number;
  readonly rejected: number;
  readonly expired: number;
  readonly withdrawn: number;
  /** Of the approved, those that a reviewer had changed before. */
  readonly edited: number;
  /** Of the approved, those that were undone before they ran. */
  readonly revoked: number;
  /** From opening to closing. */
  readonly waits: Waits;
  /** Of those that are closed, how many were reviewed in a time that is known: each review was timed, and given alone. */
  readonly timed: number;
  /** How long reviewers saw those together, in milliseconds; of each no longer than it had been held. */
  readonly shownMs: number;
}

/** One hour. */
export interface HourSummary {
  /** Its beginning, in Unix milliseconds UTC. */
  readonly atMs: number;
  readonly opened: number;
  /** Reviews that were given. */
  readonly reviews: number;
}

/** What a history comes to. Those of several histories are added by {@link mergeSummaries}. */
export interface Summary {
  readonly entries: number;
  /** Escalations whose entries make no sense; they are counted nowhere else. */
  readonly damaged: number;
  /** Sorted by id, the default first. */
  readonly rules: readonly RuleSummary[];
  /** Those in which something happened, ascending. */
  readonly hours: readonly HourSummary[];
}

/** Reads a history, a part at a time, in its order. */
export interface Summariser {
  /** Takes the entries that follow those before. */
  push(entries: readonly Entry[]): void;
  /** What was taken comes to; what waits longer than it may by `nowMs` has expired, recorded or not. */
  summary(nowMs: number): Summary;
}

const HOUR_MS = 3_600_000;
const BINS_PER_DOUBLING = 8;
/** Events after which an escalation may stand elsewhere. */
const MOVES: ReadonlySet<string> = new Set(["review", "edit", "expire", "withdraw", "consume"]);

/** An escalation that is not closed. */
interface Waiting {
  readonly rule: string | null;
  readonly openedAtMs: number;
  expiresAtMs: number;
  entries: Entry[];
}

interface Taken {
  entries: number;
  damaged: number;
  readonly rules: Map<string | null, Counting>;
  readonly hours: Map<number, { opened: number; reviews: number }>;
}

type Counting = { -readonly [K in keyof Omit<RuleSummary, "rule" | "waits">]: number } & {
  readonly waits: CountedWaits;
};

interface CountedWaits {
  count: number;
  totalMs: number;
  longestMs: number;
  readonly bins: Map<number, number>;
}

/**
 * Begins to summarise a history from its first entry. It remembers what waits and what may still be undone, and nothing
 * of what is over.
 *
 * @example
 * ```ts
 * const summariser = await createSummariser();
 * summariser.push(await store.history({ from: 0, limit: 500 }));
 * const { rules } = summariser.summary(Date.now());
 * ```
 */
export async function createSummariser(): Promise<Summariser> {
  await holding.ready();
  const taken: Taken = { entries: 0, damaged: 0, rules: new Map(), hours: new Map() };
  const waiting = new Map<string, Waiting>();
  /** Approved, and not known to be over: until when the grant lasts. */
  const granted = new Map<string, { readonly rule: string | null; readonly untilMs: number }>();

  function take(entry: Entry): void {
    const { id, event, atMs } = entry;
    taken.entries += 1;
    if (id === null) return;
    if (event.type === "open") {
      const { rule, review } = event.decision;
      const expiresAtMs = review === null ? atMs : atMs + review.expiresMs;
      waiting.set(id, { rule, openedAtMs: atMs, expiresAtMs, entries: [entry] });
      ruleOf(taken, rule).opened += 1;
      hourOf(taken, atMs).opened += 1;
      return;
    }
    if (event.type === "review") hourOf(taken, atMs).reviews += 1;
    const about = waiting.get(id);
    if (about === undefined) over(id, event.type);
    else move(id, about, entry);
  }

  function over(id: string, type: string): void {
    const grant = granted.get(id);
    if (grant === undefined) return;
    if (type === "revoke") ruleOf(taken, grant.rule).revoked += 1;
    if (type === "revoke" || type === "consume") granted.delete(id);
  }

  function move(id: string, about: Waiting, entry: Entry): void {
    about.entries.push(entry);
    if (!MOVES.has(entry.event.type)) return;
    try {
      const { status, expiresAtMs, closedAtMs, original, grant } = holding.fold(about.entries, null, entry.atMs);
      about.expiresAtMs = expiresAtMs;
      if (status === "pending") return;
      waiting.delete(id);
      close(ruleOf(taken, about.rule), about, status, closedAtMs ?? entry.atMs, original !== null);
      if (status === "approved" && grant !== null) granted.set(id, { rule: about.rule, untilMs: grant.expiresAtMs });
    } catch (error) {
      if (!(error instanceof EscalationError)) throw error;
      waiting.delete(id);
      taken.damaged += 1;
      ruleOf(taken, about.rule).opened -= 1;
    }
  }

  return {
    push(entries) {
      for (const entry of entries) take(entry);
      const lastMs = entries.at(-1)?.atMs ?? 0;
      for (const [id, { untilMs }] of granted) if (untilMs < lastMs) granted.delete(id);
    },
    summary(nowMs) {
      const late = [...waiting.values()].filter(({ expiresAtMs }) => expiresAtMs <= nowMs);
      return written(taken, late);
    },
  };
}

function ruleOf({ rules }: Taken, rule: string | null): Counting {
  let found = rules.get(rule);
  if (found === undefined) {
    found = { ...NOTHING, waits: { count: 0, totalMs: 0, longestMs: 0, bins: new Map() } };
    rules.set(rule, found);
  }
  return found;
}

const NOTHING = {
  opened: 0,
  approved: 0,
  rejected: 0,
  expired: 0,
  withdrawn: 0,
  edited: 0,
  revoked: 0,
  timed: 0,
  shownMs: 0,
} as const;

function hourOf({ hours }: Taken, atMs: number) {
  const at = Math.floor(atMs / HOUR_MS) * HOUR_MS;
  const found = hours.get(at) ?? { opened: 0, reviews: 0 };
  hours.set(at, found);
  return found;
}

function close(
  counts: Counting,
  about: Waiting,
  status: Exclude<Status, "pending">,
  closedAtMs: number,
  isEdited: boolean,
): void {
  const waitedMs = closedAtMs - about.openedAtMs;
  counts[status] += 1;
  if (status === "approved" && isEdited) counts.edited += 1;
  const shownMs = shownMsOf(about);
  if (shownMs !== null) {
    counts.timed += 1;
    counts.shownMs += shownMs;
  }
  const { waits } = counts;
  waits.count += 1;
  waits.totalMs += waitedMs;
  waits.longestMs = Math.max(waits.longestMs, waitedMs);
  const bin = binOf(waitedMs);
  waits.bins.set(bin, (waits.bins.get(bin) ?? 0) + 1);
}

/** How long reviewers saw it; `null` unless each review was timed and given alone. */
function shownMsOf({ entries, openedAtMs }: Waiting): number | null {
  let sum: number | null = null;
  for (const { event, atMs } of entries) {
    if (event.type !== "review") continue;
    if (event.shownMs === null || event.inBatch) return null;
    // The reviewer's own word, and so not believed beyond the time since the call was held.
    sum = (sum ?? 0) + Math.min(event.shownMs, Math.max(0, atMs - openedAtMs));
  }
  return sum;
}

function binOf(ms: number): number {
  return Math.floor(Math.log2(Math.max(ms, 1)) * BINS_PER_DOUBLING);
}

function written({ entries, damaged, rules, hours }: Taken, late: readonly Waiting[]): Summary {
  const recorded: Summary = {
    entries,
    damaged,
    rules: sortedRules(
      [...rules].map(([rule, { waits, ...counts }]) => ({ rule, ...counts, waits: writtenWaits(waits) })),
    ),
    hours: [...hours].map(([atMs, counts]) => ({ atMs, ...counts })).sort((a, b) => a.atMs - b.atMs),
  };
  if (late.length === 0) return recorded;
  const unrecorded: Taken = { entries: 0, damaged: 0, rules: new Map(), hours: new Map() };
  for (const about of late) {
    close(ruleOf(unrecorded, about.rule), about, "expired", about.expiresAtMs, false);
  }
  return mergeSummaries(recorded, written(unrecorded, []));
}

function writtenWaits({ bins, ...rest }: CountedWaits): Waits {
  return { ...rest, bins: [...bins].sort(([a], [b]) => a - b) };
}

function sortedRules(rules: readonly RuleSummary[]): readonly RuleSummary[] {
  const order = ({ rule }: RuleSummary) => (rule === null ? "" : `=${rule}`);
  return [...rules].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** The summary of two histories together: the same in whichever order they are added. */
export function mergeSummaries(one: Summary, other: Summary): Summary {
  const rules = new Map<string | null, RuleSummary>();
  for (const each of [...one.rules, ...other.rules]) {
    const before = rules.get(each.rule);
    rules.set(each.rule, before === undefined ? each : addedRules(before, each));
  }
  const hours = new Map<number, HourSummary>();
  for (const each of [...one.hours, ...other.hours]) {
    const { opened = 0, reviews = 0 } = hours.get(each.atMs) ?? {};
    hours.set(each.atMs, { atMs: each.atMs, opened: opened + each.opened, reviews: reviews + each.reviews });
  }
  return {
    entries: one.entries + other.entries,
    damaged: one.damaged + other.damaged,
    rules: sortedRules([...rules.values()]),
    hours: [...hours.values()].sort((a, b) => a.atMs - b.atMs),
  };
}

function addedRules(one: RuleSummary, other: RuleSummary): RuleSummary {
  return {
    rule: one.rule,
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

/** Both together. */
export function mergeWaits(one: Waits, other: Waits): Waits {
  const bins = new Map<number, number>(one.bins);
  for (const [bin, count] of other.bins) bins.set(bin, (bins.get(bin) ?? 0) + count);
  return {
    count: one.count + other.count,
    totalMs: one.totalMs + other.totalMs,
    longestMs: Math.max(one.longestMs, other.longestMs),
    bins: [...bins].sort(([a], [b]) => a - b),
  };
}

/** How long, in milliseconds, the `share` (0 to 1) that waited shortest waited at most; `null` if none waited. */
export function waitQuantile({ count, bins, longestMs }: Waits, share: number): number | null {
  if (count === 0) return null;
  if (share >= 1) return longestMs;
  const wanted = Math.max(1, Math.ceil(share * count));
  let seen = 0;
  for (const [bin, some] of bins) {
    seen += some;
    // The middle of the bin, in the measure in which bins are even.
    if (seen >= wanted) return Math.min(longestMs, Math.round(2 ** ((bin + 0.5) / BINS_PER_DOUBLING)));
  }
  return longestMs;
}
