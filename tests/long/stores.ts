/** The three stores side by side in one run, IndexedDB in a real browser; all on the same disk. Prints a table. */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore } from "countersign/stores/memory";
import { sqliteStore } from "countersign/stores/sqlite";
import { chromium } from "playwright-core";
import { setUpBrowser } from "../../scripts/browser.mjs";
import type {} from "../e2e/store-page.ts";
import { serveStores } from "../e2e/store-site.ts";
import { figuresOf, type StoreFigures } from "./store-figures.ts";

const folder = mkdtempSync(join(tmpdir(), "countersign-stores-"));
const site = await serveStores();

async function inBrowser(): Promise<StoreFigures> {
  const launched = { executablePath: await setUpBrowser(), args: ["--no-sandbox", "--disable-gpu"] };
  const context = await chromium.launchPersistentContext(join(folder, "browser"), launched);
  try {
    const page = await context.newPage();
    await page.goto(site.address);
    await page.waitForFunction(() => "stores" in globalThis);
    return await page.evaluate(() => stores.figures(stores.open("figures")));
  } finally {
    await context.close();
  }
}

try {
  const rows: readonly [string, StoreFigures][] = [
    ["memory", await figuresOf(memoryStore())],
    ["SQLite", await figuresOf(sqliteStore({ file: join(folder, "figures.db") }))],
    ["IndexedDB", await inBrowser()],
  ];
  console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}`);
  console.log("| Store | Appends in a second | First page of 50 | Read one |");
  console.log("|---|--:|--:|--:|");
  for (const [name, { appendsPerSecond, pageMs, readMs }] of rows) {
    const appends = Number(appendsPerSecond.toPrecision(2)).toLocaleString("en");
    console.log(`| ${name} | ${appends} | ${pageMs.toPrecision(2)} ms | ${readMs.toPrecision(2)} ms |`);
  }
} finally {
  site.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
