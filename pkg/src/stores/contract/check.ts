/** What the cases of the contract are made of. No test framework: they run wherever a store does. */
import { messageOf, type StoreErrorCode } from "../../errors.js";
import type { Digest } from "../../types.js";
import type { Append, Store } from "../store.js";
import { appendAfter, type Invented } from "./invented.js";

/** One promise of a store and how it is tried on an empty one. It rejects if the store does not keep it. */
export interface Promised {
  readonly name: string;
  readonly run: (store: Store) => Promise<void>;
}

/** Appends to the end, whatever it is; throws if the store does not take it. */
export async function add(
  store: Store,
  invented: readonly Invented[],
  rest?: Partial<Omit<Append, "entries" | "head">>,
): Promise<Append> {
  const append = appendAfter(await store.head(), invented, rest);
  equal(await store.append(append), true);
  return append;
}

/** Throws unless both are the same JSON, in whatever order their keys stand. */
export function equal(found: unknown, expected: unknown): void {
  const [foundText, expectedText] = [canonical(found), canonical(expected)];
  if (foundText !== expectedText) throw new Error(`expected ${expectedText}, found ${foundText}`);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Throws unless `work`, which is `what`, rejects with a `StoreError` of this `code`. */
export async function refused(what: string, work: Promise<unknown>, code: StoreErrorCode): Promise<void> {
  const expected = `${what} must be refused: expected an error with the code "${code}", found`;
  let answer: unknown;
  try {
    answer = await work;
  } catch (error) {
    const found = (error as { readonly code?: unknown } | null)?.code;
    if (found === code) return;
    const whose = found === undefined ? "without a code" : `with the code ${JSON.stringify(found)}`;
    throw new Error(`${expected} one ${whose}: ${messageOf(error)}`, { cause: error });
  }
  throw new Error(`${expected} the answer ${JSON.stringify(answer)}`);
}

/** All that can be read, to see that nothing of it has changed. */
export async function everything(store: Store, sessions: readonly Digest[], buckets: readonly Digest[]) {
  const { items } = await store.list({ filter: { all: true }, limit: 1000 });
  return {
    head: await store.head(),
    history: await store.history({ from: 0, limit: 1000 }),
    items,
    pending: (await store.list({ filter: { status: "pending" }, limit: 1000 })).items.map(({ id }) => id),
    marks: await Promise.all(sessions.map((session) => store.marks(session))),
    usage: await store.usage(buckets.map((bucket) => ({ bucket, sinceMs: 0 }))),
  };
}

/** A frozen object refuses a change by throwing, which is as good as ignoring it. */
export function attempt(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Waits until `holds`, and throws after five seconds. */
export async function eventually(holds: () => boolean): Promise<void> {
  const endMs = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error("it did not happen within five seconds");
    await pause(10);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
