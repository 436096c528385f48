/** What a store promises of finding things again: by id, page by page, along the history, usage and marks. */
import type { Status } from "../../lifecycle.js";
import type { Filter, Store } from "../store.js";
import { add, equal, eventually, type Promised, pause, refused } from "./check.js";
import { digestOf, rowOf } from "./invented.js";

const filters: readonly Filter[] = [
  { all: true },
  { status: "pending" },
  { lane: digestOf(1) },
  { pendingOf: digestOf(2) },
  { unfinished: true },
];

/** Ids as nobody should choose them. The empty one is an id like any other. */
const oddIds = [
  "a",
  "A",
  "",
  " ",
  "a\u0000",
  "a\u0000b",
  "__proto__",
  "constructor",
  "a.b",
  "é",
  "e\u0301",
  "𝄞",
  "\ud834",
  "%_'\"\\",
  "x".repeat(1000),
];

export const listing: readonly Promised[] = [
  {
    name: "an empty store lists nothing, whatever is asked for",
    async run(store) {
      for (const filter of filters) equal(await store.list({ filter, limit: 10 }), { items: [], next: null });
    },
  },
  {
    name: "escalations do not touch each other, whatever their ids are",
    async run(store) {
      for (const id of oddIds) await add(store, [{ id }, {}, { id }], { index: [rowOf(id)] });
      for (const [n, id] of oddIds.entries()) equal(seqsOf(await store.read(id)), [n * 3, n * 3 + 2]);
      const { items } = await store.list({ filter: { all: true }, limit: 100 });
      equal(items.map(({ id }) => id).sort(), [...oddIds].sort());
      for (const { id, entries } of items) equal(entries, await store.read(id));
    },
  },
  {
    name: "the list is newest first, and by id within one millisecond",
    async run(store) {
      const times = { b: 5, a: 5, old: 1, c: 5, new: 9 };
      for (const [id, openedAtMs] of Object.entries(times)) {
        await add(store, [{ id }], { index: [rowOf(id, { openedAtMs, unfinished: true })] });
      }
      for (const filter of filters) equal(await idsOf(store, filter), ["new", "c", "b", "a", "old"]);
    },
  },
  {
    name: "each filter lists what it says and nothing else",
    async run(store) {
      const other = { lane: digestOf(11), agent: digestOf(12) };
      const rows = [
        rowOf("pending"),
        rowOf("others", other),
        rowOf("ready", { status: "approved", unfinished: true }),
        rowOf("done", { status: "approved", ...other }),
        rowOf("rejected", { status: "rejected" }),
      ];
      await add(store, [{ id: "pending" }, {}], { index: rows });
      equal(await idsOf(store, { all: true }), ["rejected", "ready", "pending", "others", "done"]);
      equal(await idsOf(store, { status: "pending" }), ["pending", "others"]);
      equal(await idsOf(store, { status: "approved" }), ["ready", "done"]);
      equal(await idsOf(store, { status: "withdrawn" }), []);
      equal(await idsOf(store, { lane: digestOf(1) }), ["rejected", "ready", "pending"]);
      equal(await idsOf(store, { lane: digestOf(11) }), ["others", "done"]);
      equal(await idsOf(store, { pendingOf: digestOf(2) }), ["pending"]);
      equal(await idsOf(store, { pendingOf: digestOf(12) }), ["others"]);
      equal(await idsOf(store, { pendingOf: digestOf(1) }), []);
      equal(await idsOf(store, { unfinished: true }), ["ready"]);
    },
  },
  {
    name: "an escalation stands where its last index row says",
    async run(store) {
      await add(store, [{ id: "a" }], { index: [rowOf("a"), rowOf("b")] });
      const moves: readonly [Status, boolean][] = [
        ["approved", true],
        ["approved", false],
      ];
      for (const [status, unfinished] of moves) {
        await add(store, [{ id: "a" }], { index: [rowOf("a", { status, unfinished })] });
        equal(await idsOf(store, { status: "pending" }), ["b"]);
        equal(await idsOf(store, { pendingOf: digestOf(2) }), ["b"]);
        equal(await idsOf(store, { status }), ["a"]);
        equal(await idsOf(store, { unfinished: true }), unfinished ? ["a"] : []);
        equal(await idsOf(store, { all: true }), ["b", "a"]);
        equal(await idsOf(store, { lane: digestOf(1) }), ["b", "a"]);
      }
      await add(store, [{ id: "a" }], { index: [rowOf("a", { status: "withdrawn", lane: null })] });
      equal(await idsOf(store, { lane: digestOf(1) }), ["b"]);
      equal(await idsOf(store, { all: true }), ["b", "a"]);
      equal(seqsOf(await store.read("a")), [0, 1, 2, 3]);
    },
  },
  {
    name: "pages follow each other without gaps or repeats, also while escalations are opened and closed",
    async run(store) {
      for (let n = 0; n < 25; n += 1) {
        await add(store, [{ id: `id${n}` }], { index: [rowOf(`id${n}`, { openedAtMs: n % 5, unfinished: true })] });
      }
      for (const [n, filter] of filters.entries()) {
        const expected = await idsOf(store, filter);
        equal(await pageThrough(store, filter, (n + 1) * 1000), expected);
      }
    },
  },
  {
    name: "what leaves a list while pages are turned shifts nothing",
    async run(store) {
      for (const id of ["a", "b", "c", "d"]) await add(store, [{ id }], { index: [rowOf(id)] });
      const filter = { status: "pending" } as const;
      const { items, next } = await store.list({ filter, limit: 2 });
      for (const id of ["d", "c"]) await add(store, [{ id }], { index: [rowOf(id, { status: "rejected" })] });
      const rest = await store.list({ filter, limit: 2, after: next ?? "" });
      equal(
        [...items, ...rest.items].map(({ id }) => id),
        ["d", "c", "b", "a"],
      );
      equal(rest.next, null);
    },
  },
  {
    name: "a page that is exactly full is the last one",
    async run(store) {
      for (const id of ["a", "b"]) await add(store, [{ id }], { index: [rowOf(id, { unfinished: true })] });
      for (const filter of filters) {
        equal((await store.list({ filter, limit: 2 })).next, null);
        const { next } = await store.list({ filter, limit: 1 });
        equal((await store.list({ filter, limit: 1, after: next ?? "" })).next, null);
      }
    },
  },
  {
    name: "a cursor that is not the store's is refused",
    async run(store) {
      for (const after of ["", "1", "[]", "null", '[1,"a",2]', '["a",1]', "nonsense"]) {
        const listing = store.list({ filter: { all: true }, limit: 1, after });
        await refused(`a page after ${JSON.stringify(after)}`, listing, "bad-cursor");
      }
    },
  },
];

export const finding: readonly Promised[] = [
  {
    name: "the history is read from any place, page by page",
    async run(store) {
      const { entries } = await add(
        store,
        Array.from({ length: 23 }, (_, n) => ({ id: n % 2 === 0 ? "a" : null })),
      );
      const history = (from: number, limit: number) => store.history({ from, limit });
      equal([...(await history(0, 10)), ...(await history(10, 10)), ...(await history(20, 10))], entries);
      equal(await history(22, 1), entries.slice(22));
      equal(await history(0, 1), entries.slice(0, 1));
      equal(await history(23, 10), []);
      equal(await history(1e9, 10), []);
    },
  },
  {
    name: "usage sums what was charged after a time, for each bucket asked for",
    async run(store) {
      const use = (n: number, amount: number, atMs: number) => ({ bucket: digestOf(n), amount, atMs, untilMs: 1e15 });
      await add(store, [{ atMs: 10 }], { used: [use(1, 1, 10), use(2, 0.5, 10)] });
      await add(store, [{ atMs: 20 }], { used: [use(1, 20, 20)] });
      await add(store, [{ atMs: 20 }], { used: [use(1, 20, 20), use(1, 300, 30)] });
      const asked = [9, 10, 19, 20, 29, 30].map((sinceMs) => ({ bucket: digestOf(1), sinceMs }));
      equal(await store.usage(asked), [341, 340, 340, 300, 300, 0]);
      const others = [2, 3, 1].map((n) => ({ bucket: digestOf(n), sinceMs: -1 }));
      equal(await store.usage(others), [0.5, 0, 341]);
      equal(await store.usage([]), []);
    },
  },
  {
    name: "what was used is not forgotten before its time",
    async run(store) {
      const bucket = digestOf(1);
      const use = (amount: number, atMs: number) => ({ bucket, amount, atMs, untilMs: atMs + 100 });
      await add(store, [{ atMs: 10 }], { used: [use(1, 10)] });
      await add(store, [{ atMs: 20 }], { used: [use(20, 20)] });
      await add(store, [{ atMs: 110 }], { used: [use(300, 110)] });
      equal(await store.usage([{ bucket, sinceMs: 9 }]), [321]);
      await add(store, [{ atMs: 111 }], { used: [use(4000, 111)] });
      await add(store, [{ atMs: 120 }], { used: [use(50_000, 120)] });
      equal(await store.usage([{ bucket, sinceMs: 19 }]), [54_320]);
      equal(await store.usage([{ bucket, sinceMs: 20 }]), [54_300]);
    },
  },
  {
    name: "marks only grow, are those of their session, and come back sorted",
    async run(store) {
      const [one, other] = [digestOf(1), digestOf(2)];
      await add(store, [{}], { marks: { session: one, marks: ["web", "a"] } });
      await add(store, [{}], { marks: { session: other, marks: ["__proto__"] } });
      await add(store, [{}], { marks: { session: one, marks: ["a", "Z", "é"] } });
      await add(store, [{}], { marks: { session: one, marks: [] } });
      await add(store, [{}]);
      equal(await store.marks(one), ["Z", "a", "web", "é"]);
      equal(await store.marks(other), ["__proto__"]);
      equal(await store.marks(digestOf(3)), []);
    },
  },
  {
    name: "whoever watches is called after an append, and no more once it has stopped",
    async run(store) {
      let [calls, stoppedCalls] = [0, 0];
      const stop = store.watch(() => {
        calls += 1;
      });
      const stopOther = store.watch(() => {
        stoppedCalls += 1;
      });
      stopOther();
      try {
        await pause(20);
        await add(store, [{ id: "a" }]);
        await eventually(() => calls > 0);
        equal(stoppedCalls, 0);
      } finally {
        stop();
        stop();
      }
      const before = calls;
      await add(store, [{ id: "a" }]);
      await pause(300);
      equal(calls, before);
    },
  },
  {
    name: "a store that was closed is open again at its next use, with all that was in it",
    async run(store) {
      const session = digestOf(7);
      const { entries, head } = await add(store, [{ id: "a" }], {
        index: [rowOf("a")],
        marks: { session, marks: ["seen"] },
      });
      await store.close();
      await store.close();
      equal(await store.head(), head);
      await store.close();
      equal(await store.read("a"), entries);
      equal(await idsOf(store, { all: true }), ["a"]);
      equal(await store.marks(session), ["seen"]);
      await add(store, [{ id: "a" }]);
      equal(seqsOf(await store.read("a")), [0, 1]);
    },
  },
];

async function idsOf(store: Store, filter: Filter): Promise<readonly string[]> {
  const { items, next } = await store.list({ filter, limit: 1000 });
  equal(next, null);
  return items.map(({ id }) => id);
}

function seqsOf(entries: readonly { readonly seq: number }[]): readonly number[] {
  return entries.map(({ seq }) => seq);
}

/** The ids of all pages of `filter`. After each page something is opened later than all, and all of that page is closed. */
async function pageThrough(store: Store, filter: Filter, laterMs: number): Promise<readonly string[]> {
  const ids: string[] = [];
  let after: string | null = null;
  do {
    const page = await store.list({ filter, limit: 4, ...(after !== null && { after }) });
    ids.push(...page.items.map(({ id }) => id));
    after = page.next;
    const later = `later ${laterMs + ids.length}`;
    await add(store, [{ id: later }], { index: [rowOf(later, { openedAtMs: laterMs, unfinished: true })] });
  } while (after !== null);
  return ids;
}
