/** What runs in the pages and workers of `indexeddb.test.ts` and of the load test: the store, and what is done with it. */
import type { Entry } from "countersign";
import { createEscalations, initialize, loadPolicy, verifyHistory } from "countersign/bytes";
import { appendAfter, digestOf, rowOf, storeContract } from "countersign/stores/contract";
import { type Append, type IndexedDbStore, indexedDbStore } from "countersign/stores/indexeddb";
import { figuresOf } from "../long/store-figures.ts";

/** What is tried in a page, as `stores` there. */
const page = {
  open: (name?: string): IndexedDbStore => indexedDbStore(name === undefined ? {} : { name }),
  appendAfter,
  digestOf,
  rowOf,
  figures: figuresOf,

  /** The cases of the contract that IndexedDB does not keep, and how many there are. */
  async contract(): Promise<{ readonly cases: number; readonly failed: readonly string[] }> {
    let databases = 0;
    const cases = storeContract(() => {
      databases += 1;
      return indexedDbStore({ name: `contract ${databases}` });
    });
    const failed: string[] = [];
    for (const { name, run } of cases) await run().catch((error: unknown) => failed.push(`${name}: ${error}`));
    return { cases: cases.length, failed };
  },

  /** Appends one entry with `text`. Answers `SEQ HASH` of it, or the code of the error. */
  async add(store: IndexedDbStore, branch: number, text = "fine"): Promise<string> {
    const id = `w${branch}`;
    for (;;) {
      const append: Append = appendAfter(
        await store.head(),
        [{ id, event: { type: "answer", text } }],
        { index: [rowOf(id)] },
        branch,
      );
      try {
        if (await store.append(append)) return lineOf(append.entries[0] as Entry);
      } catch (error) {
        return String((error as { code?: unknown }).code);
      }
    }
  },

  /** Appends `count` entries one after the other. `acknowledge` hears of each before the next is appended. */
  async write(name: string, branch: number, count: number, acknowledge?: (line: string) => unknown): Promise<string[]> {
    const store = indexedDbStore({ name });
    const lines: string[] = [];
    for (let n = 0; n < count; n += 1) {
      const line = await page.add(store, branch);
      lines.push(line);
      await acknowledge?.(line);
    }
    await store.close();
    return lines;
  },

  /** The same in a worker. */
  async writeInWorker(name: string, branch: number, count: number): Promise<string[]> {
    const worker = new Worker("./store-page.js", { type: "module" });
    worker.postMessage([name, branch, count]);
    const { data } = await new Promise<MessageEvent<string[]>>((resolve, reject) => {
      worker.onmessage = resolve;
      worker.onerror = reject;
    });
    return data;
  },

  /** All entries as `SEQ HASH`; throws if they do not follow each other, or the head is not behind them. */
  async chain(store: IndexedDbStore): Promise<string[]> {
    const entries = await store.history({ from: 0, limit: 1_000_000 });
    for (const [index, { seq, previous }] of entries.entries()) {
      if (seq !== index || previous !== (entries[index - 1]?.hash ?? null)) throw new Error(`broken at ${index}`);
    }
    const head = await store.head();
    if (head.size !== entries.length || head.hash !== (entries.at(-1)?.hash ?? null)) throw new Error("broken head");
    return entries.map(lineOf);
  },

  /** Appends `count` entries that the engine seals, and answers how long it took to verify them alone, in milliseconds. */
  async verifyMore(store: IndexedDbStore, count: number): Promise<number> {
    initialize(await (await fetch("./engine.wasm")).arrayBuffer());
    const policy = await loadPolicy("rules: [{ tool: '*', action: escalate }]");
    const escalations = createEscalations({ store });
    const after = await store.head();
    for (let n = 0; n < count; n += 1) await escalations.open(policy, { tool: "mail", args: { n }, session: `s${n}` });
    const startMs = performance.now();
    const { entries, problems } = await verifyHistory(store, { after });
    const tookMs = performance.now() - startMs;
    if (entries !== count || problems.length > 0) throw new Error(JSON.stringify({ entries, problems }));
    return tookMs;
  },

  /** The code of the error with which `work` rejects, or `nothing`. */
  codeOf: (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => "nothing",
      (error: { readonly code?: unknown }) => String(error.code),
    ),

  /** A database made by hand. It stays open, as in a tab, and closes for others unless `hangs`. */
  raw(name: string, version: number, build: (database: IDBDatabase) => void, hangs = false): Promise<IDBDatabase> {
    const request = indexedDB.open(name, version);
    return new Promise((resolve, reject) => {
      request.onupgradeneeded = () => build(request.result);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        if (!hangs) database.onversionchange = () => database.close();
        resolve(database);
      };
    });
  },
};

declare global {
  var stores: typeof page;
}

function lineOf({ seq, hash }: Entry): string {
  return `${seq} ${hash}`;
}

globalThis.stores = page;
if (typeof document === "undefined") {
  globalThis.onmessage = async ({ data }: MessageEvent<[string, number, number]>) => {
    globalThis.postMessage(await page.write(...data));
  };
}
