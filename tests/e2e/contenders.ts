/** Tabs and workers of one browser that use the same grants, and answer the same escalations, at the same time. */
import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import type { Asked } from "./contender-page.ts";
import type { StoreSite } from "./store-site.ts";

/**
 * In each of `rounds`, `tabs` tabs with `workers` workers each answer one escalation and use one grant: exactly one of all
 * contenders counts.
 */
export async function contendInBrowser(
  context: BrowserContext,
  { address }: StoreSite,
  { rounds, tabs, workers }: { readonly rounds: number; readonly tabs: number; readonly workers: number },
): Promise<void> {
  const pages = await Promise.all(Array.from({ length: tabs }, () => openTab(context, address, workers)));
  const [first] = pages;
  assert.ok(first);
  const each = 1 + workers;
  const all = async (asked: (n: number) => Asked) => {
    const answers = pages.map((page, tab) =>
      page.evaluate(
        (mine) => contenders.all(mine),
        Array.from({ length: each }, (_, n) => asked(tab * each + n)),
      ),
    );
    return (await Promise.all(answers)).flat().sort();
  };
  const held = (key: string, approves: boolean) =>
    first.evaluate((given) => contenders.held(...given), [key, approves] as const);
  const losers = tabs * each - 1;
  for (let round = 0; round < rounds; round += 1) {
    const { id, digest } = await held(`contested ${round}`, false);
    const closed = await all((n) => ["answer", id, digest, n % 2 ? "approve" : "reject"]);
    assert.deepEqual(closed, [...Array(losers).fill("already-closed"), "closed"]);
    const granted = await held(`granted ${round}`, true);
    const used = await all(() => ["use", granted.id]);
    assert.deepEqual(used, [...Array(losers).fill("not-run"), "ready"]);
  }
}

async function openTab(context: BrowserContext, address: string, workers: number): Promise<Page> {
  const page = await context.newPage();
  // The compiler of this file names functions by a helper that pages do not have.
  await page.addInitScript("globalThis.__name = (work) => work");
  await page.goto(`${address}contenders`);
  await page.waitForFunction(() => "contenders" in globalThis);
  await page.evaluate((count) => contenders.addWorkers(count), workers);
  return page;
}
