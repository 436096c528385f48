/** Pages of escalations, on which what waited too long has expired, recorded or not. */
import { checkKeys, type KeysOf } from "./checks.js";
import { STATUSES } from "./constants.js";
import { EscalationError } from "./errors.js";
import type { EscalationPage, ListOptions } from "./escalations.js";
import { verifying } from "./reviewers.js";
import type { Place } from "./reviewing.js";
import type { Filter, ListPage, StoredEscalation } from "./stores/store.js";
import type { Draft, EscalationRecord } from "./writing.js";

const QUERY: KeysOf<ListOptions> = { status: 0, limit: 0, after: 0 };
const LIMIT_MAX = 1000;
/** How many pending ones are looked through at once for those that have expired. */
const SWEEP_MAX = 200;

type Damaged = EscalationPage["damaged"][number];

/** One page of what a store has. */
export async function listEscalations(place: Place, query: ListOptions): Promise<EscalationPage> {
  const { status, limit = 50, after } = checkKeys("a query", query, QUERY);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    throw new RangeError(`\`limit\` must be an integer from 1 to ${LIMIT_MAX}`);
  }
  if (status !== undefined && !STATUSES.includes(status)) {
    throw new TypeError(`\`status\` must be one of ${STATUSES.join(", ")}`);
  }
  await place.holding.ready();
  // What has expired is found under `expired` only once that is recorded.
  if (status === "expired" && after === undefined) await sweep(place);
  const filter: Filter = status === undefined ? { all: true } : { status };
  const items: EscalationRecord[] = [];
  const damaged: Damaged[] = [];
  let next = after ?? null;
  do {
    const page = await pageOf(place, filter, limit - items.length - damaged.length, next);
    const found = await recordsOf(place, page.items);
    await recordExpired(place, found.records, page.items);
    // Those that are no longer pending go; the next page of the store fills their places.
    items.push(...found.records.filter((record) => !(status === "pending" && record.status === "expired")));
    damaged.push(...found.damaged);
    next = page.next;
  } while (next !== null && items.length + damaged.length < limit);
  return { items, damaged, next };
}

/** Records what has expired among all that is pending. */
async function sweep(place: Place): Promise<void> {
  let next: string | null = null;
  do {
    const page: ListPage = await pageOf(place, { status: "pending" }, SWEEP_MAX, next);
    const { records } = await recordsOf(place, page.items);
    await recordExpired(place, records, page.items);
    next = page.next;
  } while (next !== null);
}

function pageOf({ writing }: Place, filter: Filter, limit: number, after: string | null): Promise<ListPage> {
  return writing.stored((store) => store.list({ filter, limit, ...(after !== null && { after }) }));
}

async function recordsOf(place: Place, stored: readonly StoredEscalation[]) {
  const { writing, holding, verify } = place;
  const { nowMs } = await writing.moment();
  const reviewers = verifying(holding, verify);
  const records: EscalationRecord[] = [];
  const damaged: Damaged[] = [];
  for (const { id, entries } of stored) {
    try {
      records.push(writing.record(id, entries, await reviewers.all(entries), nowMs));
    } catch (error) {
      if (!(error instanceof EscalationError)) throw error;
      damaged.push({ id, code: error.code, message: error.message });
    }
  }
  return { records, damaged };
}

/** Records which of `records` have expired and do not say so yet. If it fails they are shown as expired all the same. */
async function recordExpired(
  place: Place,
  records: readonly EscalationRecord[],
  stored: readonly StoredEscalation[],
): Promise<void> {
  const isRecorded = new Set(
    stored.filter(({ entries }) => entries.some(({ event }) => event.type === "expire")).map(({ id }) => id),
  );
  const due = records.filter(({ id, status }) => status === "expired" && !isRecorded.has(id)).map(({ id }) => id);
  if (due.length > 0) await expire(place, due).catch(() => undefined);
}

/** Records that the escalations `ids` have expired, where that is so and is not recorded. */
export async function expire(
  { writing, holding, verify }: Pick<Place, "writing" | "holding" | "verify">,
  ids: readonly string[],
): Promise<void> {
  const reviewers = verifying(holding, verify);
  await writing.write(async ({ nowMs }) => {
    const drafts: Draft[] = [];
    for (const id of ids) {
      const past = await writing.entries(id);
      try {
        const verified = await reviewers.all(past);
        if (mayBeApproved(writing.record(id, past, verified, nowMs))) continue;
        drafts.push({ id, past, verified, event: holding.advance(past, verified, { type: "expire" }, nowMs) });
      } catch (error) {
        // Somebody else has closed it.
        if (!(error instanceof EscalationError)) throw error;
      }
    }
    return { drafts, answer: () => undefined };
  });
}

/** Whether it may be approved for somebody who can verify reviews that cannot be verified here. */
export function mayBeApproved({ reviews, digest }: EscalationRecord): boolean {
  return reviews.some((review) => review.verdict === "approve" && !review.counts && review.digest === digest);
}
