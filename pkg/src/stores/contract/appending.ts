/** What a store promises of appending: all or nothing, one after the other, and for good. */
import type { Entry, Event } from "../../lifecycle.js";
import { EMPTY_HEAD } from "../store.js";
import { add, attempt, equal, everything, type Promised, refused } from "./check.js";
import { appendAfter, digestOf, rowOf } from "./invented.js";

const session = digestOf(7);
const bucket = digestOf(8);

/** Everything that can be written besides the entries. */
const rest = {
  index: [rowOf("a")],
  marks: { session, marks: ["seen"] },
  used: [{ bucket, amount: 5, atMs: 1, untilMs: 1e15 }],
};

const nested: Event = {
  type: "open",
  call: { tool: "email.send", args: { to: ["ann@acme.com"], deep: { n: [1, { a: null }], text: "é\u0000\u2028𝄞" } } },
  digest: digestOf(9),
  covers: ["user"],
  decision: {
    action: "escalate",
    policy: digestOf(3),
    rule: null,
    cause: "default",
    reason: null,
    risk: null,
    reversible: null,
    undecidable: [],
    consequence: null,
    review: null,
    marks: [],
    charge: [],
  },
  guard: "g",
  batch: null,
  links: { rejected: [], unknown: [] },
};

export const appending: readonly Promised[] = [
  {
    name: "an empty history ends with the empty head",
    async run(store) {
      equal(await store.head(), EMPTY_HEAD);
      equal(await store.history({ from: 0, limit: 10 }), []);
      equal(await store.read("nobody"), []);
    },
  },
  {
    name: "entries come back as they were appended, in order, and the head is that of the last append",
    async run(store) {
      const first = await add(store, [{ id: "a", event: nested, atMs: 5 }], rest);
      equal(await store.head(), first.head);
      const second = await add(store, [{ id: "b" }, { id: "a", atMs: 9 }, {}]);
      equal(await store.head(), second.head);
      equal(await store.history({ from: 0, limit: 10 }), [...first.entries, ...second.entries]);
      equal(await store.read("a"), [first.entries[0], second.entries[1]]);
      equal(await store.read("b"), [second.entries[0]]);
    },
  },
  {
    name: "an append that expects another length of the history writes nothing",
    async run(store) {
      equal(await store.append(appendAfter({ ...EMPTY_HEAD, size: 1 }, [{ id: "b" }])), false);
      const first = await add(store, [{ id: "a" }], rest);
      const before = await everything(store, [session], [bucket]);
      for (const size of [0, 2, 100]) {
        equal(await store.append(appendAfter({ ...first.head, size }, [{ id: "b" }], otherRest)), false);
      }
      equal(await everything(store, [session], [bucket]), before);
    },
  },
  {
    name: "an append behind an entry with another hash writes nothing: no entry, index row, mark or used amount",
    async run(store) {
      const first = await add(store, [{ id: "a" }], rest);
      const before = await everything(store, [session], [bucket]);
      for (const hash of [digestOf(99), null]) {
        equal(await store.append(appendAfter({ ...first.head, hash }, [{ id: "b" }, {}], otherRest)), false);
      }
      equal(await store.append(appendAfter(EMPTY_HEAD, [{ id: "b" }], otherRest)), false);
      equal(await everything(store, [session], [bucket]), before);
      equal(await store.read("b"), []);
    },
  },
  {
    name: "the same append twice is taken once",
    async run(store) {
      const append = appendAfter(EMPTY_HEAD, [{ id: "a" }], rest);
      equal([await store.append(append), await store.append(append)], [true, false]);
      equal(await store.usage([{ bucket, sinceMs: 0 }]), [5]);
    },
  },
  {
    name: "of 100 appends at once that follow the same entry exactly one is taken",
    async run(store) {
      const { head } = await add(store, [{ id: "a" }]);
      const appends = Array.from({ length: 100 }, (_, n) => appendAfter(head, [{ id: `id${n}` }], {}, n + 1));
      const taken = await Promise.all(appends.map((append) => store.append(append)));
      equal(taken.filter((is) => is).length, 1);
      const winner = appends[taken.indexOf(true)];
      equal(await store.head(), winner?.head);
      equal(await store.history({ from: 1, limit: 10 }), winner?.entries);
    },
  },
  {
    name: "ten writers that try again until they are taken leave a history without gaps",
    async run(store) {
      const write = async (branch: number) => {
        let appended = 0;
        while (appended < 5) {
          if (await store.append(appendAfter(await store.head(), [{ id: `w${branch}` }, {}], {}, branch)))
            appended += 1;
        }
      };
      await Promise.all(Array.from({ length: 10 }, (_, n) => write(n)));
      const history = await store.history({ from: 0, limit: 1000 });
      equal(history.length, 100);
      equal(history.every(isLinked), true);
    },
  },
  {
    name: "an append whose parts do not fit together is refused and writes nothing",
    async run(store) {
      const { head } = await add(store, [{ id: "a" }]);
      const good = appendAfter(head, [{ id: "b" }, { id: "b" }]);
      const [first, second] = good.entries as [Entry, Entry];
      const bad = {
        "an append without entries": { ...good, entries: [] },
        "an append with a gap": { ...good, entries: [first, { ...second, seq: second.seq + 1 }] },
        "an append whose entries do not chain": { ...good, entries: [first, { ...second, previous: head.hash }] },
        "an append in the wrong order": { ...good, entries: [second, first] },
        "an append whose head has another size": { ...good, head: { ...good.head, size: good.head.size + 1 } },
        "an append whose head has another hash": { ...good, head: { ...good.head, hash: first.hash } },
      };
      for (const [what, append] of Object.entries(bad)) await refused(what, store.append(append), "not-an-append");
      equal(await store.head(), head);
      equal(await store.append(good), true);
    },
  },
  {
    name: "several hundred entries go in one append",
    async run(store) {
      const { entries } = await add(
        store,
        Array.from({ length: 500 }, (_, n) => ({ id: `id${n % 3}` })),
      );
      equal(await store.history({ from: 0, limit: 1000 }), entries);
      equal((await store.read("id2")).length, 166);
    },
  },
  {
    name: "what was appended and what was read cannot change what is stored",
    async run(store) {
      const append = structuredClone(appendAfter(EMPTY_HEAD, [{ id: "a", event: nested }], rest));
      const original = structuredClone(append.entries);
      await store.append(append);
      tamper(append.entries);
      tamper(await store.read("a"));
      tamper(await store.history({ from: 0, limit: 1 }));
      tamper((await store.list({ filter: { all: true }, limit: 1 })).items[0]?.entries ?? []);
      attempt(() => {
        (append.marks?.marks as string[] | undefined)?.push("more");
      });
      attempt(() => {
        (append.index[0] as { status: string }).status = "approved";
      });
      equal(await store.read("a"), original);
      equal(await store.history({ from: 0, limit: 1 }), original);
      equal((await store.list({ filter: { status: "pending" }, limit: 1 })).items, [{ id: "a", entries: original }]);
      equal(await store.marks(session), ["seen"]);
    },
  },
];

/** What a refused append would have written. */
const otherRest = {
  index: [rowOf("b"), rowOf("a", { status: "approved" })],
  marks: { session, marks: ["more"] },
  used: [{ bucket, amount: 7, atMs: 2, untilMs: 1e15 }],
};

/** Whether `entry` follows the one before it in `history`. */
export function isLinked(entry: Entry, index: number, history: readonly Entry[]): boolean {
  return entry.seq === index && entry.previous === (history[index - 1]?.hash ?? null);
}

function tamper(entries: readonly Entry[]): void {
  attempt(() => {
    const event = entries[0]?.event as unknown as { call: { args: { to: string[] } } };
    event.call.args.to[0] = "eve@evil.example";
  });
  attempt(() => {
    (entries as Entry[]).length = 0;
  });
}
