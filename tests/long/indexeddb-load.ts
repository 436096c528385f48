/**
 * How the IndexedDB store stands a long history: medians at 10,000, 100,000 and 1,000,000 entries with 10,000 pending
 * escalations, in a real browser whose data is on the disk. Run by `npm run test:long -- indexeddb`; prints a table.
 * `COUNTERSIGN_ENTRIES` asks for another last size.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { setUpBrowser } from "../../scripts/browser.mjs";
import type {} from "../e2e/store-page.ts";
import { serveStores } from "../e2e/store-site.ts";

const PENDING = 10_000;
const BATCH = 5_000;
const sizes = [10_000, 100_000, 1_000_000].filter((size) => size <= Number(process.env.COUNTERSIGN_ENTRIES ?? 1e6));

/** Appends entries until there are `size`: the first of each new escalation pending, then its review. */
function fill(page: Page, size: number): Promise<void> {
  return page.evaluate(
    async ([until, pending, batch]) => {
      const store = stores.open("load");
      for (let head = await store.head(); head.size < until; head = await store.head()) {
        const count = Math.min(batch, until - head.size);
        const text = "what somebody wrote about a call ".repeat(8);
        const invented = Array.from({ length: count }, (_, n) => {
          const seq = head.size + n;
          // The first are pending for good; of the others every third entry begins an escalation, which is closed.
          const id = seq < pending ? `pending ${seq}` : `closed ${Math.floor(seq / 3)}`;
          return { id, event: { type: "answer" as const, text }, atMs: seq };
        });
        const ids = [...new Map(invented.map(({ id, atMs }) => [id, atMs]))];
        const index = ids.map(([id, openedAtMs]) => {
          const status = id.startsWith("pending") ? ("pending" as const) : ("approved" as const);
          return stores.rowOf(id, { status, openedAtMs, lane: stores.digestOf(openedAtMs % 100) });
        });
        await store.append(stores.appendAfter(head, invented, { index }));
      }
      await store.close();
    },
    [size, PENDING, BATCH] as const,
  );
}

type Times = Readonly<Record<string, number>>;

/** Medians in milliseconds. */
function measure(page: Page): Promise<Times> {
  return page.evaluate(async () => {
    const median = async (times: number, work: (n: number) => Promise<unknown>) => {
      const taken: number[] = [];
      for (let n = 0; n < times; n += 1) {
        const startMs = performance.now();
        await work(n);
        taken.push(performance.now() - startMs);
      }
      return taken.sort((a, b) => a - b)[Math.floor(times / 2)] ?? Number.NaN;
    };
    const open = await median(11, async () => {
      const store = stores.open("load");
      await store.head();
      await store.close();
    });
    const store = stores.open("load");
    const pending = { filter: { status: "pending" }, limit: 50 } as const;
    const all = { filter: { all: true }, limit: 50 } as const;
    const results = {
      open,
      "first page, pending": await median(21, () => store.list(pending)),
      "first page, all": await median(21, () => store.list(all)),
      "read one": await median(51, (n) => store.read(`pending ${n * 97}`)),
      append: await median(101, () => stores.add(store, 1)),
      "verify 100 more": await stores.verifyMore(store, 100),
    };
    await store.close();
    return results;
  });
}

const site = await serveStores();
const folder = mkdtempSync(join(tmpdir(), "countersign-load-"));
try {
  const launched = { executablePath: await setUpBrowser(), args: ["--no-sandbox", "--disable-gpu"] };
  const rows: [number, Times][] = [];
  for (const size of sizes) {
    // A new browser each time, so that nothing is in memory that would not be the next day.
    const filling = await chromium.launchPersistentContext(folder, launched);
    await visit(await filling.newPage(), (page) => fill(page, size));
    await filling.close();
    const measuring = await chromium.launchPersistentContext(folder, launched);
    await visit(await measuring.newPage(), async (page) => rows.push([size, await measure(page)]));
    await measuring.close();
  }
  const columns = Object.keys(rows[0]?.[1] ?? {});
  console.log(`| Entries | ${columns.join(" | ")} |`);
  console.log(`|--:|${columns.map(() => "--:|").join("")}`);
  for (const [size, times] of rows) {
    const cells = columns.map((column) => `${(times[column] ?? Number.NaN).toFixed(1)} ms`);
    console.log(`| ${size.toLocaleString("en")} | ${cells.join(" | ")} |`);
  }
  const [first, last] = [rows[0]?.[1], rows.at(-1)?.[1]];
  for (const column of columns) {
    // A store that reads its history to append, or sorts all to show a page, would be a hundred times slower.
    if ((last?.[column] ?? 0) > 10 * (first?.[column] ?? 0) + 20) throw new Error(`${column} grows with the history`);
  }
} finally {
  site.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

async function visit(page: Page, work: (page: Page) => Promise<unknown>): Promise<void> {
  // The compiler of this file names functions by a helper that pages do not have.
  await page.addInitScript("globalThis.__name = (work) => work");
  await page.goto(site.address);
  await page.waitForFunction(() => "stores" in globalThis);
  await work(page);
}
