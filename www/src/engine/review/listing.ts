/** The list of calls: which are in it, in which order, and what stands in its lines. It stays as it was made. */

import type { Card, Digest, EscalationRecord, Risk } from "countersign";
import { type BatchLine, type Filters, LINES_PER_PART, type Line, type ListPart } from "./api.ts";
import type { Shelf } from "./shelf.ts";

/** What lists beside the shelf: check cards, in the shape of what they stand among. */
export interface Listable {
  readonly shelf: Shelf;
  /** Pending calls that the store does not know. */
  readonly extra: () => readonly EscalationRecord[];
  /** Records of `extra` that are answered already, by id. */
  readonly answered: (id: string) => EscalationRecord | null;
  /** Whether it was answered in this page, by id. */
  readonly isOfSitting: (id: string) => boolean;
  /** Whether it is this page that looks at it. */
  readonly isOwn: (record: EscalationRecord) => boolean;
  readonly headline: (record: EscalationRecord) => Promise<Card["headline"]>;
  readonly batches: () => readonly BatchLine[];
}

export interface Listing {
  /** Makes the list. */
  make(filters: Filters): void;
  /** A part of it, with each call as it is now. */
  part(from: number): Promise<ListPart>;
}

const RISKS: readonly (Risk | null)[] = ["critical", "high", null, "medium", "low"];

interface Made {
  readonly filters: Filters;
  readonly groups: (readonly string[])[];
  /** What the list was made of, whether it is in it or not. */
  readonly known: Set<string>;
}

export function createListing({ shelf, extra, answered, isOfSitting, isOwn, headline, batches }: Listable): Listing {
  let made: Made | null = null;
  const texts = new WeakMap<object, string>();

  /** All that `filters` could be about, as one text in lower case. */
  function textOf({ id, call }: EscalationRecord): string {
    const known = texts.get(call);
    if (known !== undefined) return known;
    const { tool, args, agent, user } = call;
    const text = [id, tool, JSON.stringify(args) ?? "", nameOf(agent) ?? "", nameOf(user) ?? ""].join("\n");
    const folded = text.toLowerCase();
    texts.set(call, folded);
    return folded;
  }

  function fits(record: EscalationRecord, { status, risk, tool, agent, text }: Filters): boolean {
    if (!standsAs(record, status)) return false;
    if (risk !== "any" && (record.decision.risk ?? "none") !== risk) return false;
    if (tool !== "" && record.call.tool !== tool) return false;
    if (agent !== "" && nameOf(record.call.agent) !== agent) return false;
    return text === "" || textOf(record).includes(text.toLowerCase());
  }

  function standsAs(record: EscalationRecord, status: Filters["status"]): boolean {
    if (status === "any" || record.status === status) return true;
    if (status === "closed") return record.status !== "pending";
    return status === "pending" && isOfSitting(record.id);
  }

  function all(): readonly EscalationRecord[] {
    return [...shelf.records().values(), ...extra()];
  }

  function recordAt(id: string, extras: ReadonlyMap<string, EscalationRecord>): EscalationRecord | undefined {
    return shelf.records().get(id) ?? extras.get(id) ?? answered(id) ?? undefined;
  }

  async function lineOf(ids: readonly string[], extras: ReadonlyMap<string, EscalationRecord>): Promise<Line | null> {
    const records = ids.map((id) => recordAt(id, extras)).filter((record) => record !== undefined);
    const pending = records.filter(({ status }) => status === "pending");
    const record = pending[0] ?? records[0];
    if (record === undefined) return null;
    const { id, status, grant, call, openedAtMs, expiresAtMs } = record;
    const claim = isOwn(record) ? null : record.claim;
    const agent = nameOf(call.agent);
    const words = await headline(record);
    return { ids, pending: pending.length, id, headline: words, status, grant, agent, openedAtMs, expiresAtMs, claim };
  }

  /** Closed calls that were read since stand at the end, where they move nothing. */
  function append({ filters, groups, known }: Made, records: readonly EscalationRecord[]): void {
    const closed = records.filter(({ id, status }) => status !== "pending" && !known.has(id));
    for (const { id } of closed) known.add(id);
    const fitting = closed.filter((record) => fits(record, filters)).sort(orderOf(filters.sort));
    groups.push(...fitting.map(({ id }) => [id]));
  }

  return {
    make(filters) {
      const records = all();
      const groups = groupsOf(records.filter((record) => fits(record, filters)).sort(orderOf(filters.sort)));
      made = { filters, groups, known: new Set(records.map(({ id }) => id)) };
    },
    async part(from) {
      const records = all();
      if (made !== null) append(made, records);
      const { groups = [], filters, known } = made ?? {};
      const extras = new Map(extra().map((record) => [record.id, record]));
      const pending = records.filter(({ status }) => status === "pending");
      const isNew = (record: EscalationRecord) => known?.has(record.id) === false && filters && fits(record, filters);
      const shown = groups.slice(from, from + LINES_PER_PART);
      const lines = await Promise.all(shown.map((ids) => lineOf(ids, extras)));
      return {
        ok: true,
        lines: lines.filter((line) => line !== null),
        from,
        total: groups.length,
        pending: pending.length,
        arrived: pending.filter(isNew).length,
        batches: batches(),
        damaged: shelf.damaged(),
        tools: sorted(records.map(({ call }) => call.tool)),
        agents: sorted(records.map(({ call }) => nameOf(call.agent)).filter((agent) => agent !== null)),
        isReading: shelf.isReading(),
        isCut: shelf.isCut(),
      };
    },
  };
}

/** The id of an agent or user; `null` if there is none. */
export function nameOf(who: EscalationRecord["call"]["agent"]): string | null {
  const id: unknown = typeof who === "object" && who !== null ? who.id : who;
  return typeof id === "string" ? id : null;
}

/** Pending calls that are identical stand in one line, where the first of them stands; each needs its own answer. */
function groupsOf(records: readonly EscalationRecord[]): (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const { id, digest, status } of records) {
    const key: Digest | string = status === "pending" ? digest : id;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [id]);
    else group.push(id);
  }
  return [...groups.values()];
}

function orderOf(sort: Filters["sort"]): (a: EscalationRecord, b: EscalationRecord) => number {
  const oldest = (a: EscalationRecord, b: EscalationRecord) => a.openedAtMs - b.openedAtMs || (a.id < b.id ? -1 : 1);
  const by: Readonly<Record<Filters["sort"], (a: EscalationRecord, b: EscalationRecord) => number>> = {
    oldest,
    newest: (a, b) => oldest(b, a),
    expiry: (a, b) => a.expiresAtMs - b.expiresAtMs || oldest(a, b),
    risk: (a, b) => rankOf(a) - rankOf(b) || a.expiresAtMs - b.expiresAtMs || oldest(a, b),
  };
  return (a, b) => {
    const [open, closed] = [a.status === "pending", b.status === "pending"];
    if (open !== closed) return open ? -1 : 1;
    return open ? by[sort](a, b) : oldest(b, a);
  };
}

/** Unwritten counts as high. */
function rankOf({ decision: { risk } }: EscalationRecord): number {
  return RISKS.indexOf(risk);
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
