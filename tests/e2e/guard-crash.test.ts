/** A tab with a guard crashes between each pair of steps: there is no second run, and nothing that was acknowledged is lost. */
import { expect, type Page, test } from "@playwright/test";
import type { Crash } from "./contender-page.ts";
import { serveStores } from "./store-site.ts";

/** How often the tool had run when the tab crashed, and what another tab then makes of the call. */
const crashes: readonly (readonly [Crash, number, string, number])[] = [
  ["after open", 0, "ran", 1],
  ["before consume", 0, "ran", 1],
  ["after consume", 0, "not-run", 0],
  ["during the run", 1, "not-run", 1],
  ["before outcome", 1, "not-run", 1],
];

for (const [crash, ranBefore, status, ranAfter] of crashes) {
  test(`e07_tab_crash ${crash}: no second run, and nothing that was acknowledged is lost`, async ({ context }) => {
    const site = await serveStores();
    const heard: Record<string, string[]> = { id: [], ran: [], reached: [] };
    await context.exposeFunction("told", (what: string, text: string) => heard[what]?.push(text));
    const open = async (): Promise<Page> => {
      const page = await context.newPage();
      await page.goto(`${site.address}contenders`);
      await page.waitForFunction(() => "contenders" in globalThis);
      return page;
    };
    const page = await open();
    // It never ends: the tab goes no further than the crash.
    void page.evaluate((at) => contenders.run("crashed", null, at), crash).catch(() => undefined);
    await expect.poll(() => heard.reached).toEqual([crash]);
    expect(heard.ran).toHaveLength(ranBefore);
    const crashed = page.waitForEvent("crash");
    const session = await context.newCDPSession(page);
    void session.send("Page.crash").catch(() => undefined);
    await crashed;

    const [id = ""] = heard.id ?? [];
    const other = await open();
    expect(await other.evaluate((held) => contenders.run("crashed", held, null), id)).toBe(status);
    expect(await other.evaluate((held) => contenders.run("crashed", held, null), id)).toBe("not-run");
    expect(heard.ran).toHaveLength(ranAfter);
    site.close();
  });
}
