/**
 * `node scripts/pictures.mjs`: takes the pictures of the README anew, in light and dark.
 *
 * It plays the demonstration of the built app in Chromium up to the states that are shown, and writes to docs/pictures/.
 */
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findBrowser } from "./browser.mjs";
import { isProgram, Problem, program, root, say } from "./run.mjs";

const folder = join(root, "docs", "pictures");
const size = { width: 1040, height: 680 };
const quality = 45;
/** All pictures together, in bytes. */
const bytesMax = 400_000;
const waitMs = 60_000;

async function takePictures() {
  const path = await findBrowser();
  if (path === null) throw new Problem("there is no Chromium; name one in CHROMIUM_PATH");
  const { preview } = await import("vite");
  const { chromium } = await import("playwright-core");
  const server = await preview({ root: join(root, "www"), logLevel: "warn", preview: { host: "127.0.0.1", port: 0 } });
  const browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-gpu"] });
  try {
    const context = await browser.newContext({ viewport: size, locale: "en-GB", timezoneId: "UTC" });
    const page = await context.newPage();
    page.setDefaultTimeout(waitMs);
    await page.goto(`http://127.0.0.1:${server.httpServer.address().port}/?demo`);
    mkdirSync(folder, { recursive: true });
    await play(page, await shutter(context, page));
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Takes a picture of what is on screen, in both themes. */
async function shutter(context, page) {
  const devtools = await context.newCDPSession(page);
  let bytes = 0;
  return async (name) => {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.waitForTimeout(300);
      const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality });
      const path = join(folder, `${name}-${colorScheme}.webp`);
      writeFileSync(path, Buffer.from(data, "base64"));
      bytes += statSync(path).size;
    }
    say(`${name}: ${(bytes / 1000).toFixed(0)} kB so far`);
    if (bytes > bytesMax) throw new Problem(`the pictures weigh more than ${bytesMax / 1000} kB`);
  };
}

/** Goes through the demonstration, and stops where there is something to show. */
async function play(page, shoot) {
  const guide = page.locator(".demo-guide");
  const view = async (name) => page.getByRole("navigation", { name: "Views" }).getByRole("link", { name }).click();
  const withoutGuide = async (name) => {
    await page.getByRole("button", { name: "Hide the guide" }).click();
    // The bar of the demonstration is on every view; the pictures are of the view.
    await page.evaluate(() => document.querySelector("h1")?.scrollIntoView({ block: "start" }));
    await shoot(name);
    await page.getByRole("button", { name: "Show the guide" }).click();
  };

  const start = page.getByRole("button", { name: "Start the day" });
  await start.and(page.locator(":enabled")).waitFor();
  await page.getByLabel("Pace", { exact: true }).selectOption("fast");
  await start.click();
  await guide.getByRole("link", { name: "Open the mail" }).click();
  await page.locator(".card", { hasText: "mara.lind@post.example" }).waitFor();
  await approve(page, "mara.lind@post.example");

  await guide.locator("li.current", { hasText: "Tricked" }).waitFor();
  await guide.getByRole("link", { name: "Open the mail" }).click();
  await page.locator(".card", { hasText: "Customer list" }).waitFor();
  await showNew(page);
  await withoutGuide("card");
  await reject(page);

  await guide.locator("li.current", { hasText: "Batch" }).waitFor();
  await guide.getByRole("link", { name: "The queue" }).click();
  await page.locator(".demo-log li", { hasText: "order 5107: waits" }).waitFor();
  await showNew(page);
  await page.locator(".batch-lines a").first().click();
  for (const row of await page.locator(".batch-table tbody tr").all()) await row.getByLabel("Approve").check();
  await withoutGuide("batch");

  await view("Policy");
  await page.locator(".policy-status", { hasText: "In force" }).waitFor();
  await page.waitForTimeout(1_500);
  await withoutGuide("policy");

  await view("Simulate");
  await page.getByRole("button", { name: "Write the whole call as JSON" }).click();
  const call = { tool: "email.send", args: { to: ["x@evil.example"], subject: "hi", body: "hello" } };
  await page.getByLabel("Call tool, args").fill(JSON.stringify(call, null, 2));
  await page.getByRole("button", { name: "Decide" }).click();
  await page.locator(".trace li").first().waitFor();
  await withoutGuide("simulate");

  await view("Evidence");
  await page.waitForTimeout(2_000);
  await withoutGuide("evidence");
}

/** What has arrived is shown only when somebody asks. */
async function showNew(page) {
  const arrived = page.getByRole("button", { name: /^Show \d+ new/ });
  if (await arrived.isVisible()) await arrived.click();
}

async function approve(page, typed) {
  await readThrough(page);
  await page.locator("button[aria-disabled=false]", { hasText: "Approve…" }).click();
  await page.getByLabel(/^Type the value of/).pressSequentially(typed);
  await page.locator("button[aria-disabled=false]", { hasText: "Approve this call" }).click();
}

async function reject(page) {
  await page.locator("button[aria-disabled=false]", { hasText: "Reject…" }).click();
  await page.getByRole("radio", { name: "Something else" }).check();
  await page.getByLabel("In your words").fill("Nobody asked for this");
  await page.locator("button[aria-disabled=false]", { hasText: "Reject this call" }).click();
}

/** Brings every part of the card on screen. */
async function readThrough(page) {
  const next = page.getByRole("button", { name: "Show the next" });
  await page.locator("button[aria-disabled=false]", { hasText: "Reject…" }).waitFor();
  for (let at = 0; at < 100 && (await next.isVisible()); at += 1) {
    // The last part may come on screen by itself, and the button is gone.
    await next.click({ timeout: 1_000 }).catch(() => undefined);
    await page.waitForTimeout(100);
  }
}

if (isProgram(import.meta.url)) await program(takePictures);
