/** What the IndexedDB store has acknowledged is on the disk: it survives the death of the whole browser. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium, expect, type Page, test } from "@playwright/test";
import config from "./playwright.config.ts";
import { type StoreSite, serveStores } from "./store-site.ts";

const ours = config.projects?.find(({ name }) => name === "chromium");
const { executablePath = "", args = [] } = ours?.use?.launchOptions ?? {};

/** A browser with its data in `folder`, and how to end it without its noticing. */
async function start(folder: string): Promise<{ readonly browser: Browser; kill(): Promise<void> }> {
  const flags = ["--headless=new", "--remote-debugging-port=0", `--user-data-dir=${folder}`, ...args, "about:blank"];
  const child = spawn(executablePath, flags, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  const kill = async () => {
    const ended = once(child, "exit");
    // With all its processes, which are one group.
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await ended;
  };
  for await (const line of createInterface(child.stderr)) {
    const [, address] = /^DevTools listening on (ws:\S+)$/.exec(line) ?? [];
    if (address === undefined) continue;
    child.stderr.resume();
    return { browser: await chromium.connectOverCDP(address), kill };
  }
  throw new Error(`${executablePath} did not start`);
}

async function openTab(browser: Browser, { address }: StoreSite): Promise<Page> {
  const page = (await browser.contexts()[0]?.newPage()) as Page;
  await page.goto(address);
  await page.waitForFunction(() => "stores" in globalThis);
  return page;
}

test("e07_the_browser_is_killed_while_a_tab_appends: all that was acknowledged is there, and the chain is whole", async () => {
  const site = await serveStores();
  const folder = mkdtempSync(join(tmpdir(), "countersign-browser-"));
  const acknowledged: string[] = [];
  try {
    for (const appends of [3, 30, 60]) {
      const { browser, kill } = await start(folder);
      const page = await openTab(browser, site);
      const chain = new Set(await page.evaluate(() => stores.chain(stores.open("killed"))));
      expect(acknowledged.filter((line) => !chain.has(line))).toEqual([]);
      await page.exposeFunction("acknowledge", (line: string) => acknowledged.push(line));
      const before = acknowledged.length;
      page
        .evaluate(() => {
          const { acknowledge } = globalThis as unknown as { acknowledge(line: string): Promise<void> };
          return stores.write("killed", 1, 1e9, acknowledge);
        })
        .catch(() => undefined);
      await expect.poll(() => acknowledged.length - before, { intervals: [5] }).toBeGreaterThanOrEqual(appends);
      await kill();
    }
    const { browser, kill } = await start(folder);
    const chain = await (await openTab(browser, site)).evaluate(() => stores.chain(stores.open("killed")));
    await kill();
    expect(acknowledged.filter((line) => !chain.includes(line))).toEqual([]);
    expect(acknowledged.length).toBeGreaterThan(90);
  } finally {
    site.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
