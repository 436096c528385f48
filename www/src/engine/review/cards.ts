/** Cards and batches of what is on the shelf, as the engine makes them. */

import {
  type Batch,
  batchesOf,
  type Card,
  type Digest,
  type EscalationRecord,
  type Policy,
  presentCard,
} from "countersign";
import type { BatchLine } from "./api.ts";
import type { Shelf } from "./shelf.ts";

/** More pending calls than this are not compared with each other at once. */
const COMPARED_MAX = 2_000;
const HEADLINES_MAX = 2_000;

export interface Cards {
  /** The card of `record`; places in the policy are those of `policy` if it is the one that decided. */
  card(record: EscalationRecord, policy: Policy | null): Promise<Card>;
  headline(record: EscalationRecord): Promise<Card["headline"]>;
  batches(): Promise<readonly Batch[]>;
  /** What approving `records` at once comes to; `null` if they are not one batch. */
  summary(records: readonly EscalationRecord[]): Promise<Batch["summary"] | null>;
}

export function createCards(shelf: Shelf): Cards {
  const headlines = new Map<string, Card["headline"]>();
  const alike = (records: readonly EscalationRecord[]) => {
    const tools = new Set(records.map(({ call }) => call.tool));
    return batchesOf(records, {
      approved: Object.fromEntries([...tools].map((tool) => [tool, shelf.approvedOf(tool)])),
    });
  };
  let grouped: { readonly version: number; readonly batches: readonly Batch[] } | null = null;

  async function headline(record: EscalationRecord): Promise<Card["headline"]> {
    const key = `${record.id} ${record.digest}`;
    const known = headlines.get(key);
    if (known !== undefined) return known;
    if (headlines.size >= HEADLINES_MAX) headlines.clear();
    const { headline: made } = await presentCard(record);
    headlines.set(key, made);
    return made;
  }

  return {
    card(record, policy) {
      const approved = shelf.approved(record);
      return presentCard(record, { approved, ...(policy !== null && { policy }) });
    },
    headline,
    async batches() {
      if (grouped?.version === shelf.version()) return grouped.batches;
      const pending = [...shelf.records().values()]
        .filter(({ status, unapprovable }) => status === "pending" && unapprovable === null)
        .sort((a, b) => a.expiresAtMs - b.expiresAtMs)
        .slice(0, COMPARED_MAX);
      const version = shelf.version();
      grouped = { version, batches: await alike(pending) };
      return grouped.batches;
    },
    async summary(records) {
      const [batch, ...others] = await alike(records);
      return batch === undefined || others.length > 0 || batch.rows.length !== records.length ? null : batch.summary;
    },
  };
}

/** Whether `policy` is what decided `record`. */
export function isOf({ decision }: EscalationRecord, policy: Policy | null): boolean {
  const digest: Digest | null = decision.policy;
  return policy !== null && digest !== null && policy.policies.some((each) => each.digest === digest);
}

export function lineOf({ key, headline, rows, outliers }: Batch): BatchLine {
  return { key, headline, count: rows.length, outliers: outliers.length };
}
