/** Which scripts a reviewer's page loads, asked of a real browser. */
import { join } from "node:path";
import { setUpBrowser } from "./browser.mjs";
import { root } from "./run.mjs";

/** What the page and the worker of the review route may weigh together, besides the wasm, in bytes of gzip. */
export const reviewRouteGzipBytesMax = 60_000;

/** Opens the built app at its review view and answers the names of the scripts that it loads, the worker's among them. */
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
    const names = new Set();
    context.on("request", (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.endsWith(".js")) names.add(pathname.split("/").at(-1));
    });
    const page = await context.newPage();
    await page.goto(`http://127.0.0.1:${server.httpServer.address().port}/#/review`);
    await page.getByText("No call waits here").waitFor();
    await page.waitForLoadState("networkidle");
    return [...names].sort();
  } finally {
    await browser.close();
    await server.close();
  }
}
