/** Which scripts a reviewer's page and its worker load, asked of a real browser. */
import { join } from "node:path";
import { setUpBrowser } from "./browser.mjs";
import { root } from "./run.mjs";

/** What page and worker may load together until a call can be answered, in bytes of gzip, beside the engine's wasm. */
export const reviewRouteGzipBytesMax = 60_000;

/** A call that the policy which a new page begins with holds. */
const HELD = { tool: "file.write", args: { path: "/srv/notes.txt", text: "Buy milk" }, agent: "helper" };

/**
 * Opens the built app at the card of a call that waits, reads it through and opens the question whether to approve it. Answers
 * the names of all scripts that page and worker have loaded once that question can be answered.
 */
export async function reviewRouteScripts() {
  const { chromium } = await import("playwright-core");
  const { preview } = await import("vite");
  const server = await preview({
    root: join(root, "www"),
    logLevel: "warn",
    preview: { host: "127.0.0.1", port: 0, open: false },
  });
  const browser = await chromium.launch({
    executablePath: await setUpBrowser(),
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    // Kept for offline use, every file would be fetched.
    const context = await browser.newContext({ serviceWorkers: "block" });
    const app = `http://127.0.0.1:${server.httpServer.address().port}/`;
    const card = await holdCall(await context.newPage(), app);
    const names = new Set();
    context.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.endsWith(".js")) names.add(pathname.split("/").at(-1));
    });
    await comeToAnswer(await context.newPage(), app + card);
    return [...names].sort();
  } finally {
    await browser.close();
    await server.close();
  }
}

/** Puts a call in the queue of this browser, as somebody does who tries a policy; answers the address of its card. */
async function holdCall(page, app) {
  await page.goto(`${app}#/simulate`);
  await page.getByRole("button", { name: "Write the whole call as JSON" }).click();
  await page.getByLabel("Call tool, args").fill(JSON.stringify(HELD));
  await page.getByRole("button", { name: "Decide" }).click();
  await page.getByRole("button", { name: "Put in the review queue" }).click();
  const card = await page.getByRole("link", { name: "Open it in Review" }).getAttribute("href");
  await page.close();
  return card;
}

/** Brings every part of the card on screen and goes on until both buttons, to reject and to approve, have worked. */
async function comeToAnswer(page, card) {
  await page.goto(card);
  const next = page.getByRole("button", { name: "Show the next" });
  const approve = page.getByRole("button", { name: "Approve…" });
  await approve.waitFor();
  // It goes away with the last part, perhaps under the pointer.
  while (await next.isVisible()) await next.click({ timeout: 2_000 }).catch(() => undefined);
  await page.locator(".queue .line").waitFor();
  await page.getByRole("button", { name: "Reject…", disabled: false }).click();
  await page.getByRole("button", { name: "Reject this call" }).waitFor();
  await page.getByRole("button", { name: "Back" }).click();
  await page.getByRole("button", { name: "Approve…", disabled: false }).click();
  await page.getByRole("button", { name: "Approve this call", disabled: false }).waitFor();
  await page.waitForLoadState("networkidle");
}
