/** A thousand grants and a thousand answers in IndexedDB, for which two and then eight tabs and workers contend. */
import { chromium } from "playwright-core";
import { setUpBrowser } from "../../scripts/browser.mjs";
import { contendInBrowser } from "../e2e/contenders.ts";
import { serveStores } from "../e2e/store-site.ts";

const rounds = Number(process.env.COUNTERSIGN_ROUNDS ?? 1_000);
const site = await serveStores();
const browser = await chromium.launch({
  executablePath: await setUpBrowser(),
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  for (const workers of [0, 3]) {
    await contendInBrowser(await browser.newContext(), site, { rounds, tabs: 2, workers });
    console.log(`of ${2 + 2 * workers} tabs and workers exactly one counted, in each of ${rounds} rounds`);
  }
} finally {
  await browser.close();
  site.close();
}
