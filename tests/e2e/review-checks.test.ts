/** Check cards in the review view: announced, like any other card until they are answered, and told at once. */

import type { Planted } from "../../www/src/engine/attention/likeness.ts";
import {
  accessible,
  approveShown,
  expect,
  FORMS,
  go,
  open,
  openCard,
  outcome,
  type Page,
  picture,
  queue,
  rejectShown,
  showAs,
  test,
} from "./app.ts";
import { held } from "./review-policy.ts";

/** Its only argument is a text, so that the rule holds it whatever is planted there. */
const FILE = { tool: "file.write", args: { path: "/srv/notes/today.txt" }, agent: "helper" };
const LATER = { ...FILE, args: { path: "/srv/notes/tomorrow.txt" } };
const ALWAYS = { isOn: true, share: 1 };

/** Does something in the database of attention, where the page itself keeps what it knows. */
async function putSettings(page: Page, settings: object): Promise<void> {
  await page.evaluate(async (value) => {
    const opened = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open("countersign-attention");
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const writing = opened.transaction("settings", "readwrite");
    writing.objectStore("settings").put(value, "settings");
    await new Promise<void>((resolve, reject) => {
      writing.oncomplete = () => resolve();
      writing.onabort = () => reject(writing.error);
    });
    opened.close();
  }, settings);
}

/** The check card that was planted, which waits from now on and not only later; `null` while there is none. */
function waitingFromNow(page: Page): Promise<Planted | null> {
  return page.evaluate(async () => {
    const opened = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open("countersign-attention");
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const work = opened.transaction("planted", "readwrite");
    const store = work.objectStore("planted");
    const planted = await new Promise<Planted | undefined>((resolve, reject) => {
      const reading = store.getAll();
      reading.onsuccess = () => resolve((reading.result as Planted[])[0]);
      reading.onerror = () => reject(reading.error);
    });
    if (planted !== undefined) {
      const lateMs = Math.max(0, planted.openedAtMs - Date.now() + 5_000);
      const [openedAtMs, expiresAtMs] = [planted.openedAtMs - lateMs, planted.expiresAtMs - lateMs];
      store.put({ ...planted, openedAtMs, expiresAtMs });
    }
    await new Promise<void>((resolve) => {
      work.oncomplete = () => resolve();
    });
    opened.close();
    return planted ?? null;
  });
}

async function approved(page: Page, address: string): Promise<void> {
  await openCard(page, address);
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
}

/** Approves a real call, upon which a check card is planted; opens that, and answers what was planted. */
async function plantedAfter(page: Page, address: string): Promise<Planted> {
  await approved(page, address);
  await expect.poll(() => waitingFromNow(page)).not.toBeNull();
  const planted = await waitingFromNow(page);
  if (planted === null) throw new Error("nothing was planted");
  await page.goto("./#/review");
  await page.reload();
  await page.locator(`.queue .line[href$="${planted.id}"]`).click();
  await settled(page);
  return planted;
}

/** Waits until a card says all that it says by itself. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByText("Others are told that you look at it.")).toBeVisible();
  await expect(page.locator(".approve-state")).toContainText("Every part was on screen.");
}

/** Every element of card and queue with its attributes, without texts; what differs from call to call in a value is left out. */
function shapeOf(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const own = (value: string) => value.replace(/[0-9a-f]{32,64}/g, "‹id›").replace(/\d+/g, "‹number›");
    const elements = document.querySelectorAll(
      ".card, .card *, .queue .line[aria-current], .queue .line[aria-current] *",
    );
    return [...elements].map((element) => {
      const attributes = [...element.attributes].map(({ name, value }) => `${name}=${own(value)}`).toSorted();
      return `${element.tagName.toLowerCase()} ${attributes.join(" ")}`;
    });
  });
}

test("c13_a_check_card_has_the_dom_of_a_real_one: only what it says differs, and its id has the same form", async ({
  page,
  browser,
  baseURL,
}) => {
  test.slow();
  const [pattern = "", first = ""] = await held(page, FILE, LATER);
  await approved(page, pattern);
  await putSettings(page, ALWAYS);
  const planted = await plantedAfter(page, first);
  const form = /#\/review\/[0-9a-f]{32}$/;
  expect(first).toMatch(form);
  expect(page.url()).toMatch(form);
  const ofCheck = await shapeOf(page);
  expect(ofCheck.length).toBeGreaterThan(40);

  // The very same call, for real, in a browser with the same past.
  const other = await browser.newContext({
    ...(baseURL !== undefined && { baseURL }),
    locale: "en-GB",
    timezoneId: "UTC",
  });
  const real = await other.newPage();
  await real.setViewportSize({ width: 1280, height: 900 });
  for (const before of await held(real, FILE, LATER)) await approved(real, before);
  await go(real, "simulate");
  await openCard(real, await queue(real, planted.call));
  await real.reload();
  await settled(real);
  expect(await shapeOf(real)).toEqual(ofCheck);
  await other.close();
});

test("check cards are announced, and the answer to one is told at once: caught, or missed", async ({ page }) => {
  test.slow();
  const [pattern = "", first = "", second = ""] = await held(page, FILE, LATER, {
    ...FILE,
    args: { path: "/srv/notes/never.txt" },
  });
  await go(page, "review");
  await expect(page.getByText("Now and then one of these cards is a check")).toBeVisible();
  // It is the pattern of what is planted upon the next answers.
  await approved(page, pattern);
  await putSettings(page, ALWAYS);

  const caught = await plantedAfter(page, first);
  await rejectShown(page);
  const title = page.getByRole("heading", { name: "This was a check card: you caught it" });
  await expect(title).toBeFocused();
  await expect(page.locator(".check-result")).toContainText(caught.hazard);
  await expect(page.locator(".check-result")).toContainText("nothing ran or could run");
  await looked(page, "caught");
  await page.getByRole("link", { name: "Go on reviewing" }).click();
  await expect(page.locator(".check-result")).toHaveCount(0);

  const missed = await plantedAfter(page, second);
  expect(missed.template).not.toBe(caught.template);
  await approveShown(page);
  await expect(page.getByRole("heading", { name: "This was a check card: you missed it" })).toBeFocused();
  await expect(page.locator(".check-result")).toContainText(missed.hazard);
  await looked(page, "missed");
  await go(page, "evidence");
  await expect(page.getByRole("region", { name: "Attention" })).toContainText("1 of 2");
});

async function looked(page: Page, state: string): Promise<void> {
  for (const form of FORMS) {
    await showAs(page, form);
    await picture(page, `review-check-${state}-${form.name}`);
    await accessible(page);
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

test("where check cards are switched off the review view says that there are none", async ({ page }) => {
  await open(page, "review");
  await expect(page.getByText("Now and then one of these cards is a check")).toBeVisible();
  await putSettings(page, { isOn: false, share: 0.03 });
  await page.reload();
  await expect(page.getByText("There are no check cards.")).toBeVisible();
});
