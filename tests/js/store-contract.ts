/**
 * The contract of a store, as cases that run anywhere: every store calls them with a way to make an empty one.
 *
 * `memory.test.ts` runs them in Node; the browser tests run them on IndexedDB in a real browser.
 */
import type { Digest, Entry, EscalationStore, Status } from "countersign";
import { unwritten } from "./decisions.js";

/** One promise that a store makes. It rejects if the store does not keep it. */
export interface ContractCase {
  readonly name: string;
  readonly run: (store: EscalationStore) => Promise<void>;
}

const digest: Digest = `sha256:${"0".repeat(64)}`;

function opened(atMs: number, tool = "email.send"): Entry {
  const decision = {
    action: "escalate",
    policy: digest,
    rule: null,
    cause: "default",
    reason: null,
    ...unwritten("escalate"),
  } as const;
  return { type: "open", atMs, call: { tool, args: { to: ["a@acme.com"], nested: { n: 1 } } }, digest, decision };
}

function reviewed(atMs: number, note: string | null = null): Entry {
  return { type: "review", atMs, verdict: "approve", note, digest };
}

const opening = { length: 0, status: "pending" } as const;
const closing = { length: 1, status: "approved" } as const;

/** Everything that a store promises. */
export function storeContract(): readonly ContractCase[] {
  return [...appending, ...listing];
}

const appending: readonly ContractCase[] = [
  {
    name: "an escalation that nobody opened has no entries",
    run: async (store) => equal(await store.read("nobody"), []),
  },
  {
    name: "entries come back as they were appended, in order",
    async run(store) {
      equal(await store.append("a", opened(1), opening), { ok: true });
      equal(await store.append("a", reviewed(2, "fine"), closing), { ok: true });
      equal(await store.read("a"), [opened(1), reviewed(2, "fine")]);
    },
  },
  {
    name: "an append that expects another length writes nothing and tells the length",
    async run(store) {
      equal(await store.append("a", reviewed(2), closing), { ok: false, length: 0 });
      equal(await store.append("a", opened(1), opening), { ok: true });
      equal(await store.append("a", opened(9), opening), { ok: false, length: 1 });
      equal(await store.append("a", reviewed(2), { length: 2, status: "approved" }), { ok: false, length: 1 });
      equal(await store.read("a"), [opened(1)]);
      equal((await store.list({ limit: 10, status: "approved" })).items, []);
    },
  },
  {
    name: "of 100 appends at once exactly one is taken",
    async run(store) {
      await store.append("a", opened(1), opening);
      const notes = Array.from({ length: 100 }, (_, index) => `note ${index}`);
      const results = await Promise.all(notes.map((note) => store.append("a", reviewed(2, note), closing)));
      equal(results.filter(({ ok }) => ok).length, 1);
      equal(results.filter((result) => !result.ok && result.length === 2).length, 99);
      const taken = notes[results.findIndex(({ ok }) => ok)] ?? null;
      equal(await store.read("a"), [opened(1), reviewed(2, taken)]);
    },
  },
  {
    name: "of 20 openings at once under one id exactly one is taken",
    async run(store) {
      const times = Array.from({ length: 20 }, (_, index) => index + 1);
      const results = await Promise.all(times.map((atMs) => store.append("a", opened(atMs), opening)));
      equal(results.filter(({ ok }) => ok).length, 1);
      equal((await store.read("a")).length, 1);
    },
  },
  {
    name: "escalations do not touch each other, whatever their ids are",
    async run(store) {
      const ids = ["a", "A", "__proto__", "constructor", "a.b", "é", " ", "x".repeat(500)];
      for (const [index, id] of ids.entries()) equal(await store.append(id, opened(index + 1), opening), { ok: true });
      for (const [index, id] of ids.entries()) equal(await store.read(id), [opened(index + 1)]);
    },
  },
  {
    name: "what was appended and what was read cannot change what is stored",
    async run(store) {
      const mutable = { call: { tool: "email.send", args: { to: "a" } } };
      await store.append("a", { ...opened(1), ...mutable } as Entry, opening);
      mutable.call.args.to = "b";
      const first = (await store.read("a"))[0] as unknown as typeof mutable;
      attempt(() => {
        first.call.args.to = "c";
      });
      const [again] = await store.read("a");
      equal(again?.type === "open" && again.call.args, { to: "a" });
    },
  },
];

const listing: readonly ContractCase[] = [
  {
    name: "an empty store lists nothing",
    run: async (store) => equal(await store.list({ limit: 10 }), { items: [], next: null }),
  },
  {
    name: "the list is newest first, and by id within one millisecond",
    async run(store) {
      const times: [string, number][] = [
        ["b", 5],
        ["a", 5],
        ["old", 1],
        ["c", 5],
        ["new", 9],
      ];
      for (const [id, atMs] of times) await store.append(id, opened(atMs), opening);
      const { items, next } = await store.list({ limit: 10 });
      equal(
        items.map(({ id }) => id),
        ["new", "c", "b", "a", "old"],
      );
      equal(items[0]?.entries, [opened(9)]);
      equal(next, null);
    },
  },
  {
    name: "a status lists only what has it now",
    async run(store) {
      for (const id of ["a", "b", "c"]) await store.append(id, opened(1), opening);
      await store.append("b", reviewed(2), closing);
      const ids = async (status: Status) => (await store.list({ limit: 10, status })).items.map(({ id }) => id);
      equal(await ids("pending"), ["c", "a"]);
      equal(await ids("approved"), ["b"]);
      equal(await ids("rejected"), []);
    },
  },
  {
    name: "pages follow each other without gaps or repeats, also while escalations are opened",
    async run(store) {
      for (let index = 0; index < 25; index += 1) await store.append(`id${index}`, opened(index % 5), opening);
      let nowMs = 1000;
      const tick = () => {
        nowMs += 1;
        return nowMs;
      };
      for (const status of [undefined, "pending"] as const) {
        const expected = (await store.list({ limit: 100, ...(status && { status }) })).items.map(({ id }) => id);
        equal(await pageThrough(store, status, tick), expected);
      }
    },
  },
  {
    name: "a page that is exactly full is the last one",
    async run(store) {
      for (const id of ["a", "b"]) await store.append(id, opened(1), opening);
      equal((await store.list({ limit: 2 })).next, null);
      equal((await store.list({ limit: 2, status: "pending" })).next, null);
    },
  },
  {
    name: "a cursor that is not the store's is refused",
    async run(store) {
      for (const after of ["", "1", "[]", "null", '[1,"a",2]', '["a",1]', "nonsense"]) {
        const outcome = await store.list({ limit: 1, after }).then(
          () => "listed",
          (error: { code?: unknown }) => error.code,
        );
        equal(outcome, "bad-cursor");
      }
    },
  },
];

async function pageThrough(
  store: EscalationStore,
  status: Status | undefined,
  tick: () => number,
): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const page = await store.list({ limit: 4, ...(status && { status }), ...(after !== null && { after }) });
    ids.push(...page.items.map(({ id }) => id));
    after = page.next;
    const atMs = tick();
    await store.append(`later ${atMs}`, opened(atMs), opening);
  } while (after !== null);
  return ids;
}

/** A frozen object refuses a change by throwing, which is as good as ignoring it. */
function attempt(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

function equal(found: unknown, expected: unknown): void {
  const [foundText, expectedText] = [canonical(found), canonical(expected)];
  if (foundText !== expectedText) throw new Error(`expected ${expectedText}, found ${foundText}`);
}

/** JSON with sorted keys: stores may keep keys in any order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
