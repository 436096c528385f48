/**
 * Ten thousand held calls and a policy of two thousand rules: what the page draws and asks does not grow with them.
 *
 * How long a press of a key takes is printed, and not judged: other work on the machine would judge with it.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { askApproval, expect, go, type Page, reject, rejectShown, test, type Watch, writePolicy } from "./app.ts";
import { BUILT, type Host, hostFiles } from "./host.ts";
import type { fill, largePolicy } from "./large-page.ts";

const PENDING = 10_000;
const RULES = 2_000;
/** What a view may hold at once, however much there is to show. */
const NODES_MAX = 3_000;
/** The outline lists some hundreds of rules. */

declare const large: { readonly fill: typeof fill; readonly largePolicy: typeof largePolicy };

const folder = mkdtempSync(join(tmpdir(), "countersign-large-"));

test.beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL("large-page.ts", import.meta.url))],
    outfile: join(folder, "page.js"),
    bundle: true,
    format: "esm",
    target: "es2022",
    logLevel: "error",
  });
  writeFileSync(
    join(folder, "page.html"),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
  );
});

test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The app and, beside it, the page that fills its database. */
async function hosted(watch: Watch): Promise<Host> {
  const host = await hostFiles(BUILT);
  const engine = fileURLToPath(import.meta.resolve("countersign/countersign_bg.wasm"));
  const beside = ["page.html", "page.js"].map((name) => [`fill/${name}`, join(folder, name)]);
  host.deploy(BUILT, Object.fromEntries([...beside, ["fill/engine.wasm", engine]]));
  watch.origins.add(new URL(host.address).origin);
  return host;
}

interface Times {
  readonly name: string;
  readonly presses: number;
  readonly medianMs: number;
  readonly worstMs: number;
  readonly longTasks: number;
}

/** From now on the page notes how long every press takes until the page shows what came of it. */
async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const took: { events: number[]; tasks: number } = { events: [], tasks: 0 };
    Object.assign(globalThis, { took });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if ((entry as PerformanceEventTiming).interactionId > 0) took.events.push(entry.duration);
      }
    }).observe({ type: "event", buffered: true, durationThreshold: 16 } as PerformanceObserverInit);
    new PerformanceObserver((list) => {
      took.tasks += list.getEntries().length;
    }).observe({ type: "longtask", buffered: true });
  });
}

/** What was noted since it was asked last. */
async function timesOf(page: Page, name: string): Promise<Times> {
  const { events, tasks } = await page.evaluate(() => {
    const { took } = globalThis as unknown as { took: { events: number[]; tasks: number } };
    const noted = { events: took.events.toSorted((a, b) => a - b), tasks: took.tasks };
    took.events = [];
    took.tasks = 0;
    return noted;
  });
  return {
    name,
    presses: events.length,
    medianMs: events[Math.floor(events.length / 2)] ?? 0,
    worstMs: events.at(-1) ?? 0,
    longTasks: tasks,
  };
}

function nodes(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelectorAll("*").length);
}

/** Prints what was measured, for people: in the log of `npm test`, and by `npm run test:long -- interaction`. */
function print(times: readonly Times[]): void {
  for (const { name, presses, medianMs, worstMs, longTasks } of times) {
    console.log(
      `  ${name.padEnd(28)} ${presses} presses, median ${medianMs} ms, worst ${worstMs} ms, ${longTasks} long tasks`,
    );
  }
}

test("with ten thousand held calls the review view holds no more than a screen of them, and answers", async ({
  page,
  watch,
}) => {
  test.setTimeout(180_000);
  const host = await hosted(watch);
  await page.goto(`${host.address}fill/page.html`);
  await page.waitForFunction(() => "large" in globalThis);
  expect(await page.evaluate((count) => large.fill(count), PENDING)).toBe(PENDING);

  await listen(page);
  await page.goto(`${host.address}#/review`);
  await expect(page.locator(".queue li").first()).toBeVisible({ timeout: 60_000 });
  expect(await nodes(page)).toBeLessThan(NODES_MAX);
  const times: Times[] = [await timesOf(page, "opening the queue")];
  for (let at = 0; at < 5; at++) {
    await page.locator(".queue li a").nth(at).click();
    await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
  }
  times.push(await timesOf(page, "choosing a call"));
  await page.getByLabel("Find").fill("person-77");
  await expect(page.locator(".queue .pages")).toContainText("of 111");
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await expect(page.locator(".queue .pages")).toContainText("of 10,000");
  await page.getByLabel("Sort").selectOption("Newest");
  await expect(page.locator(".queue li").first()).toContainText(/person-99\d\d@/);
  times.push(await timesOf(page, "filtering and sorting"));
  await askApproval(page);
  await page.locator(".decide").getByRole("button", { name: "Back" }).click();
  times.push(await timesOf(page, "approving, and going back"));
  expect(await nodes(page)).toBeLessThan(NODES_MAX);
  await rejectShown(page, "not today");
  await expect(page.locator(".outcome")).toContainText("rejected");
  times.push(await timesOf(page, "rejecting"));
  print(times);
  await host.close();
});

test("with two thousand rules the editor holds no more than a screen of them, and answers", async ({ page, watch }) => {
  test.setTimeout(180_000);
  const host = await hosted(watch);
  await page.goto(`${host.address}fill/page.html`);
  await page.waitForFunction(() => "large" in globalThis);
  const text = await page.evaluate((count) => large.largePolicy(count), RULES);
  await listen(page);
  await page.goto(`${host.address}#/policy`);
  await writePolicy(page, text);
  await expect(page.locator(".policy-status")).toContainText(/2,?000 rules/);
  const times: Times[] = [await timesOf(page, "putting the text in")];
  expect(await nodes(page)).toBeLessThan(NODES_MAX);
  await page.locator(".cm-content").press("ControlOrMeta+Home");
  await page.keyboard.press("End");
  await page.keyboard.type(" # a comment, typed by hand", { delay: 30 });
  await expect(page.locator(".policy-status")).toContainText("In force");
  times.push(await timesOf(page, "typing in the policy"));
  await go(page, "simulate");
  await page.getByRole("button", { name: "Decide", exact: true }).click();
  await expect(page.locator(".decision .facts")).toBeVisible();
  times.push(await timesOf(page, "deciding a call"));
  expect(await nodes(page)).toBeLessThan(NODES_MAX);
  print(times);
  await host.close();
});
