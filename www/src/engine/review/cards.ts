/** Cards and batches of what is on the shelf, as the engine makes them. */

import {
  type Batch,
  batchesOf,
  type Card,
  type Digest,
  type EscalationRecord,
  type Policy,
  presentCard,
} from "countersign/review";
import type { BatchLine } from "./api.ts";
import type { Shelf } from "./shelf.ts";

/** More pending calls of one tool than this, the soonest to expire, are not compared with each other at once. */
const COMPARED_MAX = 200;
/** Nor are calls of more tools than this, those with the most pending calls. */
const TOOLS_MAX = 50;
const HEADLINES_MAX = 2_000;

export interface Cards {
  /** The card of `record`; places in the policy are those of `policy` if it is the one that decided. */
  card(record: EscalationRecord, policy: Policy | null): Promise<Card>;
  headline(record: EscalationRecord): Promise<Card["headline"]>;
  /** Those that are known by now, the largest first. What is missing is made meanwhile, tool by tool. */
  known(): readonly Batch[];
  /** All of them, the largest first. */
  batches(): Promise<readonly Batch[]>;
  /** The one that `record` is in; only calls of its tool are looked at. */
  batchWith(record: EscalationRecord): Promise<Batch | undefined>;
  /** What approving `records` at once comes to; `null` if they are not one batch. */
  summary(records: readonly EscalationRecord[]): Promise<Batch["summary"] | null>;
}

/** The pending calls of one tool and tenant, which are compared with each other and with no others. */
interface Bucket {
  readonly key: string;
  readonly records: readonly EscalationRecord[];
  /** Another one for other calls. */
  readonly sign: string;
}

interface Made {
  readonly sign: string;
  readonly batches: readonly Batch[];
}

/**
 * `grown` is called when batches have been made that were not known before. `extra` are pending calls that the store does not
 * know: they are compared like any others, so that whatever is in a batch, or stands out of one, may be a check card.
 */
export function createCards(shelf: Shelf, grown: () => void, extra: () => readonly EscalationRecord[]): Cards {
  const headlines = new Map<string, Card["headline"]>();
  const made = new Map<string, Made>();
  let sorted: { readonly sign: string; readonly buckets: ReadonlyMap<string, Bucket> } | null = null;
  let making: Promise<void> | null = null;

  /** The pending calls by tool; they are looked through only when one of them has changed. */
  function buckets(): ReadonlyMap<string, Bucket> {
    const extras = extra();
    const sign = [shelf.version(), ...extras.map(({ id }) => id)].join(" ");
    if (sorted?.sign === sign) return sorted.buckets;
    sorted = { sign, buckets: bucketsOf(shelf, extras) };
    for (const key of made.keys()) if (!sorted.buckets.has(key)) made.delete(key);
    return sorted.buckets;
  }

  async function batchesIn({ key, records, sign }: Bucket): Promise<readonly Batch[]> {
    const before = made.get(key);
    if (before?.sign === sign) return before.batches;
    const batches = records.length < 2 ? [] : await alike(shelf, records);
    made.set(key, { sign, batches });
    return batches;
  }

  async function makeMissing(): Promise<void> {
    // One tool at a time, and between two of them whoever opens a card has their turn.
    for (const bucket of buckets().values()) {
      if (made.get(bucket.key)?.sign === bucket.sign) continue;
      await batchesIn(bucket);
      await new Promise((done) => setTimeout(done));
    }
  }

  const allMade = () => [...buckets().values()].every(({ key, sign }) => made.get(key)?.sign === sign);
  const largestFirst = () =>
    [...buckets().keys()].flatMap((key) => made.get(key)?.batches ?? []).sort((a, b) => b.rows.length - a.rows.length);

  return {
    card(record, policy) {
      const approved = shelf.approved(record);
      return presentCard(record, { approved, ...(policy !== null && { policy }) });
    },
    async headline(record) {
      const key = `${record.id} ${record.digest}`;
      const known = headlines.get(key);
      if (known !== undefined) return known;
      if (headlines.size >= HEADLINES_MAX) headlines.clear();
      const { headline } = await presentCard(record);
      headlines.set(key, headline);
      return headline;
    },
    known() {
      if (!allMade() && making === null) {
        const done = () => {
          making = null;
          grown();
        };
        // Without batches every call is still reviewed, one by one.
        making = makeMissing().then(done, () => {
          making = null;
        });
      }
      return largestFirst();
    },
    async batches() {
      await makeMissing();
      return largestFirst();
    },
    async batchWith(record) {
      const bucket = buckets().get(keyOf(record));
      if (bucket === undefined || !bucket.records.some(({ id }) => id === record.id)) return undefined;
      return (await batchesIn(bucket)).find(({ rows }) => rows.some(({ id }) => id === record.id));
    },
    async summary(records) {
      const [batch, ...others] = await alike(shelf, records);
      return batch === undefined || others.length > 0 || batch.rows.length !== records.length ? null : batch.summary;
    },
  };
}

function alike(shelf: Shelf, records: readonly EscalationRecord[]): Promise<readonly Batch[]> {
  const tools = new Set(records.map(({ call }) => call.tool));
  return batchesOf(records, { approved: Object.fromEntries([...tools].map((tool) => [tool, shelf.approvedOf(tool)])) });
}

function keyOf({ call: { tool, tenant } }: EscalationRecord): string {
  return JSON.stringify([tool, tenant ?? null]);
}

function bucketsOf(shelf: Shelf, extras: readonly EscalationRecord[]): ReadonlyMap<string, Bucket> {
  const found = new Map<string, EscalationRecord[]>();
  const put = (record: EscalationRecord) => {
    if (record.status !== "pending" || record.unapprovable !== null) return;
    const key = keyOf(record);
    const bucket = found.get(key);
    if (bucket === undefined) found.set(key, [record]);
    else bucket.push(record);
  };
  for (const record of shelf.records().values()) put(record);
  for (const record of extras) put(record);
  const most = [...found].sort(([, a], [, b]) => b.length - a.length).slice(0, TOOLS_MAX);
  return new Map(
    most.map(([key, all]) => {
      const records = all.sort((a, b) => a.expiresAtMs - b.expiresAtMs).slice(0, COMPARED_MAX);
      const approved = shelf.approvedOf(records[0]?.call.tool ?? "");
      const pending = records.map(({ id, digest }) => `${id} ${digest}`).join("\n");
      return [key, { key, records, sign: `${approved.length} ${approved[0]?.atMs ?? 0}\n${pending}` }];
    }),
  );
}

/** Whether `policy` is what decided `record`. */
export function isOf({ decision }: EscalationRecord, policy: Policy | null): boolean {
  const digest: Digest | null = decision.policy;
  return policy !== null && digest !== null && policy.policies.some((each) => each.digest === digest);
}

export function lineOf({ key, headline, rows, outliers }: Batch): BatchLine {
  return { key, headline, count: rows.length, outliers: outliers.length };
}
