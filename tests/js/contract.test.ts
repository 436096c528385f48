/** The contract suite is no formality: a store that breaks one promise fails a case. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { storeContract } from "countersign/stores/contract";
import { type Append, memoryStore, type Store } from "countersign/stores/memory";

const emptyHead: Append["head"] = { size: 0, origin: null, hash: null, atMs: 0, peaks: [] };

/** A memory store with some functions broken. */
type Breaking = (store: Store) => Partial<Store>;

const broken: Readonly<Record<string, Breaking>> = {
  "takes what does not follow": (store) => ({ append: async (append) => (await store.append(append)) || true }),
  "looks only at the number of entries": (store) => ({
    append: async (append) => store.append(await onto(store, append)),
  }),
  "waits between the look and the write": () => {
    let [head, history] = [emptyHead, [] as Append["entries"][number][]];
    return {
      head: async () => head,
      history: async ({ from, limit }) => history.slice(from, from + limit),
      async append(append) {
        const follows = append.entries[0]?.previous === head.hash;
        await new Promise((resolve) => setTimeout(resolve));
        if (!follows) return false;
        history = [...history, ...append.entries];
        head = append.head;
        return true;
      },
    };
  },
  "writes marks before it looks": (store) => {
    const seen = new Set<string>();
    return {
      async append(append) {
        for (const mark of append.marks?.marks ?? []) seen.add(mark);
        return store.append(append);
      },
      marks: async () => [...seen].sort(),
    };
  },
  "keeps only the last append's head": (store) => ({
    head: async () => ({ ...(await store.head()), peaks: [] }),
  }),
  "hands out what it keeps": (store) => {
    const kept = new Map<string, Append["entries"][number][]>();
    return {
      async append(append) {
        const taken = await store.append(append);
        for (const entry of taken ? append.entries : []) {
          if (entry.id !== null) kept.set(entry.id, [...(kept.get(entry.id) ?? []), entry]);
        }
        return taken;
      },
      read: async (id) => kept.get(id) ?? [],
    };
  },
  "forgets ids that objects have": (store) => ({ read: async (id) => (id in {} ? [] : store.read(id)) }),
  "cuts ids off at NUL": (store) => ({ read: (id) => store.read(id.split("\0")[0] ?? "") }),
  "lists the oldest first": (store) => ({
    async list(query) {
      const page = await store.list(query);
      return { ...page, items: [...page.items].reverse() };
    },
  }),
  "has a next page where there is none": (store) => ({
    list: async (query) => ({ ...(await store.list(query)), next: '[0,""]' }),
  }),
  "turns pages by counting": (store) => ({
    async list({ after, ...query }) {
      if (after !== undefined && !/^\d+$/.test(after)) return store.list({ ...query, after });
      const from = Number(after ?? 0);
      const { items } = await store.list({ ...query, limit: 1000 });
      const next = from + query.limit < items.length ? String(from + query.limit) : null;
      return { items: items.slice(from, from + query.limit), next };
    },
  }),
  "begins anew at a cursor that it does not know": (store) => ({
    list: ({ after, ...query }) =>
      store.list(after === "nonsense" ? query : { ...query, ...(after !== undefined && { after }) }),
  }),
  "counts what was used at the beginning of a window": (store) => ({
    usage: (queries) => store.usage(queries.map(({ bucket, sinceMs }) => ({ bucket, sinceMs: sinceMs - 1 }))),
  }),
  "forgets what was used when it is due": (store) => ({
    append: (append) =>
      store.append({ ...append, used: append.used.map((use) => ({ ...use, untilMs: use.untilMs - 1 })) }),
  }),
  "replaces marks": (store) => {
    const marks = new Map<string, readonly string[]>();
    return {
      async append(append) {
        if (append.marks) marks.set(append.marks.session, append.marks.marks);
        return store.append(append);
      },
      marks: async (session) => [...(marks.get(session) ?? [])].sort(),
    };
  },
  "does not sort marks": (store) => ({ marks: async (session) => [...(await store.marks(session))].reverse() }),
  "never calls whoever watches": () => ({ watch: () => () => undefined }),
  "goes on calling whoever has stopped": (store) => ({
    watch(changed) {
      store.watch(changed);
      return () => undefined;
    },
  }),
};

/** `append` as if it followed the last entry, if the numbers fit. */
async function onto(store: Store, append: Append): Promise<Append> {
  const { size, hash } = await store.head();
  const [first, ...rest] = append.entries;
  return first?.seq === size ? { ...append, entries: [{ ...first, previous: hash }, ...rest] } : append;
}

for (const [what, breaking] of Object.entries(broken)) {
  test(`a store that ${what} fails the suite`, async () => {
    const make = () => {
      const store = memoryStore();
      return { ...store, ...breaking(store) };
    };
    const failed: string[] = [];
    // Each case gets a second: writers that never get through would try for ever.
    for (const { name, run } of storeContract(make)) {
      await Promise.race([run(), late(name)]).catch(() => failed.push(name));
    }
    assert.ok(failed.length > 0);
  });
}

test("what is not refused as it must be says which it was, what was expected and what came instead", async () => {
  const failing = async (breaking: Breaking, name: string) => {
    const make = () => {
      const store = memoryStore();
      return { ...store, ...breaking(store) };
    };
    const found = storeContract(make).find((each) => each.name.includes(name)) ?? assert.fail(name);
    return found.run().then(
      () => assert.fail("it passed"),
      (error: Error) => error,
    );
  };
  const crash = new Error("reading 'seq' of undefined");
  const thrown = await failing(
    (store) => ({
      append: async (append) => (append.entries.length === 0 ? Promise.reject(crash) : store.append(append)),
    }),
    "do not fit together",
  );
  const expected = 'an append without entries must be refused: expected an error with the code "not-an-append"';
  assert.equal(thrown.message, `${expected}, found one without a code: reading 'seq' of undefined`);
  assert.equal(thrown.cause, crash);
  const answered = await failing(
    (store) => ({ append: async (append) => append.head.size === 4 || store.append(append) }),
    "do not fit together",
  );
  assert.match(answered.message, /^an append .*size must be refused: .* found the answer true$/);
  const cursor = await failing(() => ({ list: async () => ({ items: [], next: null }) }), "a cursor");
  assert.match(cursor.message, /^a page after "" must be refused: .*"bad-cursor", found the answer \{"items":\[\]/);
});

test("the parts that the package's stores are made of are there for others", async () => {
  const { facetOf, facetsOf, follows, readCursor, writeCursor, appendAfter, rowOf, EMPTY_HEAD } = await import(
    "countersign/stores/contract"
  );
  assert.deepEqual(readCursor(writeCursor([5, "a"])), [5, "a"]);
  assert.throws(() => readCursor("nonsense"), { name: "StoreError", code: "bad-cursor" });
  const append = appendAfter(EMPTY_HEAD, [{ id: "a" }]);
  assert.deepEqual([follows(EMPTY_HEAD, append), follows(append.head, append)], [true, false]);
  assert.throws(() => follows(EMPTY_HEAD, { ...append, entries: [] }), { name: "StoreError", code: "not-an-append" });
  assert.ok(facetsOf(rowOf("a")).includes(facetOf({ status: "pending" })));
});

function late(name: string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(name)), 1000).unref();
  });
}
