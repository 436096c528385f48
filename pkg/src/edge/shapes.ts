/**
 * What may stand in a request to the store API: read from parsed JSON, own properties only, and nothing else may be there.
 *
 * What is not the shape throws a {@link ShapeError} that says where.
 */
import { STATUSES } from "../constants.js";
import type { Checkpoint, Entry, Event, EventType, Head, RedactedEntry, Status } from "../lifecycle.js";
import type { Append, Filter, IndexRow, ListQuery, UsageQuery, Used } from "../stores/store.js";
import type { Digest } from "../types.js";

/** A part of a request that is not what stands there. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** Entries of one append; more than any step of an escalation needs. */
const ENTRIES_MAX = 1_000;
/** Items of a list in a request. */
const ITEMS_MAX = 10_000;
/** UTF-16 code units of an id or a mark. */
const TEXT_MAX = 65_536;

const EVENT_TYPES: ReadonlySet<string> = new Set<EventType>([
  "open",
  "claim",
  "ask",
  "answer",
  "review",
  "edit",
  "expire",
  "withdraw",
  "consume",
  "outcome",
  "revoke",
  "decision",
  "policy",
  "pause",
]);

/** The body of an append. What the events say inside is checked by the engine, which seals them again. */
export function appendOf(value: unknown): Append {
  const { entries, head, index, marks, used } = shape(value, "", ["entries", "head", "index", "marks", "used"]);
  const list = listOf(entries, "entries", entryOf, ENTRIES_MAX);
  if (list.length === 0) throw new ShapeError("`entries` must not be empty");
  return {
    entries: list,
    head: headOf(head, "head"),
    index: listOf(index, "index", rowOf),
    marks: marks === null ? null : marksOf(marks, "marks"),
    used: listOf(used, "used", usedOf),
  };
}

/** The body of a question about limits. */
export function usageQueriesOf(value: unknown): readonly UsageQuery[] {
  const { queries } = shape(value, "", ["queries"]);
  return listOf(queries, "queries", (query, where) => {
    const { bucket, sinceMs } = shape(query, where, ["bucket", "sinceMs"]);
    return { bucket: digestOf(bucket, `${where}.bucket`), sinceMs: numberOf(sinceMs, `${where}.sinceMs`) };
  });
}

/** The body of a question about the entries of one id, which may be any text. */
export function idOf(value: unknown): string {
  return textOf(shape(value, "", ["id"]).id, "id");
}

/** The body of a question about marks. */
export function sessionOf(value: unknown): Digest {
  return digestOf(shape(value, "", ["session"]).session, "session");
}

/** The query of a list, at most `most` items. */
export function listQueryOf(query: Readonly<Record<string, string>>, most: number): ListQuery {
  const { after, limit } = query;
  return {
    filter: filterOf(query),
    limit: Math.min(integerText(limit, "limit", 1), most),
    ...(after !== undefined && { after }),
  };
}

/** The query of a part of the history, at most `most` entries. */
export function historyQueryOf(
  { from, limit }: Readonly<Record<string, string>>,
  most: number,
): { readonly from: number; readonly limit: number } {
  return { from: integerText(from, "from", 0), limit: Math.min(integerText(limit, "limit", 1), most) };
}

function filterOf({ filter, value = "" }: Readonly<Record<string, string>>): Filter {
  switch (filter) {
    case "all":
      return { all: true };
    case "unfinished":
      return { unfinished: true };
    case "status":
      return { status: statusOf(value, "value") };
    case "lane":
      return { lane: digestOf(value, "value") };
    case "pendingOf":
      return { pendingOf: digestOf(value, "value") };
    default:
      throw new ShapeError("`filter` must be `all`, `unfinished`, `status`, `lane` or `pendingOf`");
  }
}

/** An entry of the history. */
export function entryOf(value: unknown, where: string): Entry {
  const entry = shape(value, where, ["seq", "atMs", "id", "event", "salt", "previous", "hash"]);
  const { event, salt } = entry;
  typeOf(ownOf(event, `${where}.event`).type, `${where}.event.type`);
  if (typeof salt !== "string" || !/^[0-9a-f]{32}$/.test(salt)) {
    throw new ShapeError(`\`${where}.salt\` must be 32 lower-case hexadecimal digits`);
  }
  return { ...placeOf(entry, where), event: event as Event, salt };
}

/** An entry whose event was left out. */
export function redactedOf(value: unknown, where: string): RedactedEntry {
  const entry = shape(value, where, ["seq", "atMs", "id", "type", "commitment", "previous", "hash"]);
  return {
    ...placeOf(entry, where),
    type: typeOf(entry.type, `${where}.type`),
    commitment: digestOf(entry.commitment, `${where}.commitment`),
  };
}

function placeOf(
  { seq, atMs, id, previous, hash }: Readonly<Record<"seq" | "atMs" | "id" | "previous" | "hash", unknown>>,
  where: string,
) {
  return {
    seq: integerOf(seq, `${where}.seq`),
    atMs: integerOf(atMs, `${where}.atMs`),
    id: id === null ? null : textOf(id, `${where}.id`),
    previous: previous === null ? null : digestOf(previous, `${where}.previous`),
    hash: digestOf(hash, `${where}.hash`),
  };
}

function typeOf(type: unknown, where: string): EventType {
  if (typeof type !== "string" || !EVENT_TYPES.has(type))
    throw new ShapeError(`\`${where}\` must be the type of an event`);
  return type as EventType;
}

/** What was kept to say what a history was. */
export function checkpointOf(value: unknown): Checkpoint {
  const { origin, size, root, atMs } = shape(value, "", ["origin", "size", "root", "atMs"]);
  return {
    origin: digestOf(origin, "origin"),
    size: integerOf(size, "size"),
    root: digestOf(root, "root"),
    atMs: integerOf(atMs, "atMs"),
  };
}

function headOf(value: unknown, where: string): Head {
  const { size, origin, hash, atMs, peaks } = shape(value, where, ["size", "origin", "hash", "atMs", "peaks"]);
  return {
    size: integerOf(size, `${where}.size`),
    origin: origin === null ? null : digestOf(origin, `${where}.origin`),
    hash: hash === null ? null : digestOf(hash, `${where}.hash`),
    atMs: integerOf(atMs, `${where}.atMs`),
    peaks: listOf(peaks, `${where}.peaks`, digestOf, 64),
  };
}

function rowOf(value: unknown, where: string): IndexRow {
  const row = shape(value, where, ["id", "status", "openedAtMs", "unfinished", "lane", "agent"]);
  if (typeof row.unfinished !== "boolean") throw new ShapeError(`\`${where}.unfinished\` must be true or false`);
  return {
    id: textOf(row.id, `${where}.id`),
    status: statusOf(row.status, `${where}.status`),
    openedAtMs: integerOf(row.openedAtMs, `${where}.openedAtMs`),
    unfinished: row.unfinished,
    lane: row.lane === null ? null : digestOf(row.lane, `${where}.lane`),
    agent: digestOf(row.agent, `${where}.agent`),
  };
}

function marksOf(value: unknown, where: string): NonNullable<Append["marks"]> {
  const { session, marks } = shape(value, where, ["session", "marks"]);
  return { session: digestOf(session, `${where}.session`), marks: listOf(marks, `${where}.marks`, textOf) };
}

function usedOf(value: unknown, where: string): Used {
  const { bucket, amount, atMs, untilMs } = shape(value, where, ["bucket", "amount", "atMs", "untilMs"]);
  return {
    bucket: digestOf(bucket, `${where}.bucket`),
    amount: amountOf(amount, `${where}.amount`),
    atMs: integerOf(atMs, `${where}.atMs`),
    untilMs: integerOf(untilMs, `${where}.untilMs`),
  };
}

/** An object's own properties. */
function ownOf(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ShapeError(`${where === "" ? "the body" : `\`${where}\``} must be an object`);
  }
  // Without a prototype, nothing is found that was not sent.
  return Object.assign(Object.create(null), value) as Readonly<Record<string, unknown>>;
}

/** An object with exactly these properties. */
function shape<Key extends string>(
  value: unknown,
  where: string,
  keys: readonly Key[],
): Readonly<Record<Key, unknown>> {
  const own = ownOf(value, where);
  const missing = keys.find((key) => !Object.hasOwn(own, key));
  if (missing !== undefined) throw new ShapeError(`\`${inside(where, missing)}\` is missing`);
  if (Object.keys(own).length > keys.length) {
    // The name of the surplus one is not repeated: answers say nothing that was sent.
    throw new ShapeError(`${where === "" ? "the body" : `\`${where}\``} may have only ${keys.join(", ")}`);
  }
  return own as Readonly<Record<Key, unknown>>;
}

function inside(where: string, key: string): string {
  return where === "" ? key : `${where}.${key}`;
}

function listOf<T>(
  value: unknown,
  where: string,
  itemOf: (item: unknown, where: string) => T,
  most = ITEMS_MAX,
): readonly T[] {
  if (!Array.isArray(value)) throw new ShapeError(`\`${where}\` must be a list`);
  if (value.length > most) throw new ShapeError(`\`${where}\` may have at most ${most} items`);
  return value.map((item, at) => itemOf(item, `${where}[${at}]`));
}

function digestOf(value: unknown, where: string): Digest {
  if (typeof value !== "string" || !/^sha256:[0-9a-f]{64}$/.test(value)) {
    throw new ShapeError(`\`${where}\` must be \`sha256:\` and 64 lower-case hexadecimal digits`);
  }
  return value as Digest;
}

function textOf(value: unknown, where: string): string {
  if (typeof value !== "string" || value.length > TEXT_MAX) {
    throw new ShapeError(`\`${where}\` must be text of at most ${TEXT_MAX} characters`);
  }
  return value;
}

function statusOf(value: unknown, where: string): Status {
  const status = STATUSES.find((each) => each === value);
  if (status === undefined) throw new ShapeError(`\`${where}\` must be ${STATUSES.join(", ")}`);
  return status;
}

function numberOf(value: unknown, where: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new ShapeError(`\`${where}\` must be a number`);
  return value;
}

/** Nobody gives back what was used. */
function amountOf(value: unknown, where: string): number {
  const amount = numberOf(value, where);
  if (amount < 0) throw new ShapeError(`\`${where}\` must not be negative`);
  return amount;
}

function integerOf(value: unknown, where: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw new ShapeError(`\`${where}\` must be a whole number from 0`);
  }
  return value as number;
}

function integerText(text: string | undefined, where: string, least: number): number {
  const value = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < least) {
    throw new ShapeError(`\`${where}\` must be a whole number from ${least}`);
  }
  return value;
}
