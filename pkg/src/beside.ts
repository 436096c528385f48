/**
 * What a store keeps beside its entries, compared with what they make: index rows, marks and what was used of limits.
 *
 * No hash covers these. Whoever changes them in the file of a store makes a guard forget.
 */
import { STATUSES } from "./constants.js";
import type { Holding } from "./core.js";
import { EscalationError, StoreError } from "./errors.js";
import { type Entry, type Event, type Head, PAUSE_ID } from "./lifecycle.js";
import { partsOf } from "./parts.js";
import type { Filter, IndexRow, ListPage, Store } from "./stores/store.js";
import { tracesOf } from "./traces.js";
import type { Call, Charge, Digest } from "./types.js";
import { rowOf } from "./writing.js";

/** What the entries make. Per escalation, session and bucket it holds little, whatever their number of entries. */
interface Made {
  /** How many entries each id has. */
  readonly ids: Map<string, number>;
  /** The marks of each session; `false` where it depends on whether a guard enforced. */
  readonly marks: Map<Digest, Map<string, boolean>>;
  readonly used: Map<Digest, Uses>;
}

/** What was used of a bucket within the shortest window that it was ever charged for. */
interface Uses {
  perMs: number;
  uses: { readonly atMs: number; readonly amount: number; readonly isSure: boolean }[];
}

/** A row, if it is known what stands in it. */
interface Expected {
  readonly row: IndexRow;
  readonly lane: Digest;
  /** `false` where it depends on who can verify reviews. */
  readonly isSure: boolean;
}

/** How often it is begun anew because somebody wrote meanwhile. */
const ATTEMPTS = 5;
const PAGE = 200;
/** Sums of amounts in another order differ by so much of themselves. */
const ROUNDING = 1e-9;

/**
 * Says in words what `store` keeps beside its entries that they do not make; at most `most` lines. Its history must be whole
 * and the engine ready.
 *
 * @throws {@link StoreError} if the store fails; `conflict` if others kept writing to it.
 */
export async function besideProblems(holding: Holding, store: Store, most: number): Promise<readonly string[]> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const head = await store.head();
    const found: string[] = [];
    for await (const problem of problemsOf(holding, store, head)) {
      found.push(problem);
      if (found.length >= most) break;
    }
    if (found.length === 0 || (await store.head()).hash === head.hash) return found;
  }
  throw new StoreError("conflict", "others kept writing to the store; stop them, and verify it again");
}

async function* problemsOf(holding: Holding, store: Store, head: Head): AsyncGenerator<string> {
  const made = await madeBy(holding, store, head);
  yield* rowProblems(holding, store, made);
  for (const [session, expected] of made.marks) yield* markProblems(store, session, expected);
  for (const [bucket, uses] of made.used) yield* usedProblems(store, bucket, uses, head);
}

async function madeBy(holding: Holding, store: Store, head: Head): Promise<Made> {
  const made: Made = { ids: new Map(), marks: new Map(), used: new Map() };
  for await (const part of partsOf(store, 0, head.size)) {
    for (const entry of part) await take(holding, store, made, entry, head);
  }
  return made;
}

async function take(holding: Holding, store: Store, made: Made, entry: Entry, head: Head): Promise<void> {
  const { id, event } = entry;
  if (id !== null && id !== PAUSE_ID) made.ids.set(id, (made.ids.get(id) ?? 0) + 1);
  const { call, charge } = chargedIn(event);
  if (call !== null) of(made.marks, holding.keys(call).session, () => new Map());
  // Of what was never used the store must know nothing either.
  for (const { bucket, perMs } of charge) of(made.used, bucket, () => ({ perMs, uses: [] }));
  const { marks, used, isSure } = await tracesOf(holding, entry, (about) => store.read(about));
  for (const mark of marks?.marks ?? []) {
    const marked = of(made.marks, marks?.session ?? "sha256:", () => new Map<string, boolean>());
    marked.set(mark, isSure || marked.get(mark) === true);
  }
  for (const { bucket, amount, atMs, untilMs } of used) {
    const uses = of(made.used, bucket, () => ({ perMs: untilMs - atMs, uses: [] }));
    uses.perMs = Math.min(uses.perMs, untilMs - atMs);
    if (atMs > head.atMs - uses.perMs) uses.uses.push({ atMs, amount, isSure });
  }
}

function chargedIn(event: Event): { readonly call: Call | null; readonly charge: readonly Charge[] } {
  switch (event.type) {
    case "open":
    case "edit":
    case "decision":
      return { call: event.call, charge: event.decision.charge };
    case "consume":
      return { call: null, charge: event.charge };
    default:
      return { call: null, charge: [] };
  }
}

async function* rowProblems(holding: Holding, store: Store, { ids }: Made): AsyncGenerator<string> {
  const expected = new Map<string, Expected | null>();
  for await (const { id, entries } of eachListed(store, { all: true })) {
    if (expected.has(id)) yield `the list has \`${id}\` twice`;
    expected.set(id, expectedOf(holding, id, entries));
    const count = ids.get(id) ?? 0;
    if (count === 0) yield `the list has \`${id}\`, of which there is no entry`;
    else if (entries.length !== count)
      yield `under \`${id}\` are ${entries.length} entries, and the history has ${count}`;
  }
  for (const id of ids.keys()) if (!expected.has(id)) yield `the list lacks \`${id}\``;
  for (const [filter, words, belongs] of listsOf(expected)) {
    const rest = new Set([...expected].filter(([, each]) => each?.isSure && belongs(each)).map(([id]) => id));
    for await (const { id } of eachListed(store, filter)) {
      const each = expected.get(id);
      if (!rest.delete(id) && each?.isSure) yield `\`${id}\` is listed ${words}, and its entries say otherwise`;
    }
    for (const id of rest) yield `\`${id}\` is not listed ${words}, where it belongs`;
  }
}

/** All lists but that of all: what they are called, and what belongs there. */
function* listsOf(
  expected: ReadonlyMap<string, Expected | null>,
): Generator<readonly [Filter, string, (each: Expected) => boolean]> {
  for (const status of STATUSES) yield [{ status }, `as ${status}`, ({ row }) => row.status === status];
  yield [{ unfinished: true }, "as unfinished", ({ row }) => row.unfinished];
  const known = [...expected.values()].filter((each) => each !== null);
  for (const lane of new Set(known.map((each) => each.lane))) {
    yield [{ lane }, "among the calls that later ones are compared with", ({ row }) => row.lane === lane];
  }
  for (const agent of new Set(known.map(({ row }) => row.agent))) {
    const belongs = ({ row }: Expected) => row.agent === agent && row.status === "pending";
    yield [{ pendingOf: agent }, "among the pending ones of its agent", belongs];
  }
}

/** `null` if the entries tell no escalation. */
function expectedOf(holding: Holding, id: string, entries: readonly Entry[]): Expected | null {
  try {
    const record = holding.fold(entries, null, entries.at(-1)?.atMs ?? 0);
    const isSure = !record.reviews.some(({ verdict, counts }) => verdict === "approve" && !counts);
    return { row: rowOf(holding, { id, ...record }), lane: holding.keys(record.call).lane, isSure };
  } catch (error) {
    if (error instanceof EscalationError) return null;
    throw error;
  }
}

async function* eachListed(store: Store, filter: Filter) {
  let after: string | null = null;
  do {
    const page: ListPage = await store.list({ filter, limit: PAGE, ...(after !== null && { after }) });
    yield* page.items;
    after = page.next;
  } while (after !== null);
}

async function* markProblems(store: Store, session: Digest, expected: ReadonlyMap<string, boolean>) {
  const kept = new Set(await store.marks(session));
  for (const [mark, isSure] of expected) {
    if (isSure && !kept.has(mark)) yield `the session ${session} lacks the mark \`${mark}\``;
  }
  for (const mark of kept) {
    if (!expected.has(mark)) yield `the session ${session} carries the mark \`${mark}\`, which no entry gave it`;
  }
}

async function* usedProblems(store: Store, bucket: Digest, { perMs, uses }: Uses, { atMs }: Head) {
  const sinceMs = atMs - perMs;
  const within = uses.filter((use) => use.atMs > sinceMs);
  const sum = (some: Uses["uses"]) => some.reduce((all, { amount }) => all + amount, 0);
  const [least, most] = [sum(within.filter(({ isSure }) => isSure)), sum(within)];
  const [kept = 0] = await store.usage([{ bucket, sinceMs }]);
  const slack = ROUNDING * Math.max(most, 1);
  if (kept >= least - slack && kept <= most + slack) return;
  yield `of the limit ${bucket} ${kept} was used as the store says, and ${least} as the entries say`;
}

/** What `key` has, which is begun if there is nothing. */
function of<K, V>(map: Map<K, V>, key: K, begun: () => V): V {
  const found = map.get(key) ?? begun();
  map.set(key, found);
  return found;
}
