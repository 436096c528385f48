/** What attention keeps, in a real browser: one step each, whatever other tabs do, in a database of its own. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { build } from "esbuild";
import type { Kept } from "../../www/src/engine/attention/kept.ts";
import type { Planted } from "../../www/src/engine/attention/likeness.ts";

declare global {
  var kept: Kept;
  /** What is kept of the served store with this history, at this time. */
  var keptOf: (history: string | null, nowMs: number) => Kept;
}

const source = fileURLToPath(new URL("../../www/src/engine/attention/kept.ts", import.meta.url));

const test = base.extend<object, { address: string }>({
  address: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures are asked for from this pattern.
    async ({}, use) => {
      const contents = `import { keptIn } from ${JSON.stringify(source)}; globalThis.kept = keptIn("space", null);
      globalThis.keptOf = (history, nowMs) => keptIn("served", async () => history, () => nowMs);`;
      const { outputFiles } = await build({
        stdin: { contents, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
        bundle: true,
        format: "esm",
        target: "es2022",
        write: false,
      });
      const server = createServer(({ url }, response) => {
        const isScript = url === "/kept.js";
        response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
        const html = '<!doctype html><link rel="icon" href="data:,"><script type="module" src="./kept.js"></script>';
        response.end(isScript ? (outputFiles[0]?.text ?? "") : html);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      server.close();
    },
    { scope: "worker" },
  ],
});

async function tab(context: BrowserContext, address: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => "kept" in globalThis);
  return page;
}

/** Only its id and template matter here. */
function planted(id: string, template: string): Planted {
  return { id, template, openedAtMs: 1_000, expiresAtMs: 2_000 } as Planted;
}

const OUTCOME = { caught: true, template: "mail-bcc", hazard: "h", risk: null, atMs: 1, shownMs: 1, tooFast: false };

test("of two tabs that plant at once one does, and of two answers at once one counts", async ({ context, address }) => {
  const tabs = [await tab(context, address), await tab(context, address)] as const;
  for (let round = 0; round < 10; round += 1) {
    const ids = [`a${round}`, `b${round}`] as const;
    const cards = ids.map((id) => planted(id, `mail-${id}`));
    const took = await Promise.all(
      tabs.map((page, at) => page.evaluate((card) => kept.plant(card as Planted), cards[at])),
    );
    expect(took.filter(Boolean)).toHaveLength(1);
    const [waiting, ...others] = await tabs[0].evaluate(() => kept.planted());
    expect(others).toEqual([]);
    const id = waiting?.id ?? "";
    const ended = await Promise.all(
      tabs.map((page) => page.evaluate(([which, outcome]) => kept.end(which, outcome), [id, OUTCOME] as const)),
    );
    expect(ended.filter(Boolean)).toHaveLength(1);
  }
  expect(await tabs[1].evaluate(() => kept.outcomes())).toHaveLength(10);
  // Only the templates of cards that were planted are used.
  expect(Object.keys(await tabs[1].evaluate(() => kept.uses()))).toHaveLength(10);
});

test("a card that nobody answered leaves no outcome, and its template stays used", async ({ context, address }) => {
  const page = await tab(context, address);
  await page.evaluate((card) => kept.plant(card), planted("late", "sql-drop"));
  expect(await page.evaluate(() => kept.end("late", null))).toBe(true);
  expect(await page.evaluate(() => kept.end("late", null))).toBe(false);
  expect(await page.evaluate(() => kept.outcomes())).toEqual([]);
  expect(await page.evaluate(() => kept.uses())).toEqual({ "sql-drop": 1_000 });
});

test("c12_attention_keeps_a_database_of_its_own_and_answers_without_calls", async ({ context, address }) => {
  const page = await tab(context, address);
  await page.evaluate(async () => {
    for (let at = 0; at < 510; at += 1) {
      await kept.give({ verdict: "approve", shownMs: at, readingFloorMs: 2_000, inBatch: false, atMs: at });
    }
    await kept.set({ isOn: false, share: 0.05 });
  });
  const given = await page.evaluate(() => kept.given());
  expect([given.length, given[0]?.atMs, given.at(-1)?.atMs]).toEqual([500, 10, 509]);
  expect(Object.keys(given[0] ?? {}).sort()).toEqual(["atMs", "inBatch", "readingFloorMs", "shownMs", "verdict"]);
  const other = await tab(context, address);
  expect(await other.evaluate(() => kept.settings())).toEqual({ isOn: false, share: 0.05 });
  const names = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
  expect(names).toEqual(["space-attention"]);
});

test("c12_check_cards_of_one_store_wait_in_no_other_at_its_address: nor do answers count there, and settings are the reviewer's", async ({
  context,
  address,
}) => {
  const page = await tab(context, address);
  const [ofA, ofB, ofNone] = await page.evaluate(
    async ([card, outcome]) => {
      const [a, b, none] = [keptOf("sha256:a", 0), keptOf("sha256:b", 0), keptOf(null, 0)];
      const given = { verdict: "approve", shownMs: 1, readingFloorMs: 2, inBatch: false, atMs: 3 } as const;
      await a.plant(card);
      await a.give(given);
      await none.give(given);
      await a.set({ isOn: false, share: 0.05 });
      const isPlanted = await none.plant(card);
      const isEnded = (await b.end(card.id, outcome)) || (await none.end(card.id, outcome));
      const all = [];
      for (const each of [a, b, none]) {
        const lengths = [await each.planted(), await each.given(), await each.outcomes()].map((list) => list.length);
        all.push({ lengths, uses: await each.uses(), isOn: (await each.settings()).isOn, isPlanted, isEnded });
      }
      return all;
    },
    [planted("a", "sql-drop"), OUTCOME] as const,
  );
  const nothing = { lengths: [0, 0, 0], uses: {}, isOn: false, isPlanted: false, isEnded: false };
  expect(ofA).toEqual({ ...nothing, lengths: [1, 1, 0], uses: { "sql-drop": 1_000 } });
  expect(ofB).toEqual(nothing);
  expect(ofNone).toEqual(nothing);
});

test("c12_what_belongs_to_a_store_that_nobody_opened_for_a_month_is_removed", async ({ context, address }) => {
  const page = await tab(context, address);
  const names = () => page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? "").toSorted());
  const open = (history: string, days: number) =>
    page.evaluate(([of, day]) => keptOf(of, day * 86_400_000).planted(), [history, days] as const);
  await page.evaluate((card) => keptOf("sha256:a", 0).plant(card), planted("a", "sql-drop"));
  await open("sha256:b", 20);
  await open("sha256:c", 30);
  const common = "served-attention";
  expect(await names()).toEqual([common, `${common} sha256:a`, `${common} sha256:b`, `${common} sha256:c`]);
  await open("sha256:c", 31);
  await expect.poll(names).toEqual([common, `${common} sha256:b`, `${common} sha256:c`]);
  // It begins anew.
  expect(await open("sha256:a", 31)).toEqual([]);
});
