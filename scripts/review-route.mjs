/** Which scripts a reviewer's page loads, asked of a real browser. */
import { join } from "node:path";
import { setUpBrowser } from "./browser.mjs";
import { root } from "./run.mjs";

/** What the page of the review route may weigh in bytes of gzip, and what the worker with the engine beside its wasm. */
export const reviewRouteGzipBytesMax = { page: 60_000, worker: 55_000 };

/** Opens the built app at its review view and answers the names of the scripts that the page loads, and its worker. */
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
    // What a worker loads stands in its own list of resources; its first script stands in that of the page too.
    const own = await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    const isOfPage = (name) => !name.startsWith("worker-") && own.some((address) => address.endsWith(`/${name}`));
    const all = [...names].sort();
    return { page: all.filter(isOfPage), worker: all.filter((name) => !isOfPage(name)) };
  } finally {
    await browser.close();
    await server.close();
  }
}
