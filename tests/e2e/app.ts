/**
 * `test` as all browser tests use it: each fails if the page logged an error, opened a dialog, asked another origin,
 * or met its content security policy, whatever else it checks.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";

export type { BrowserContext, Page };
export { expect };

const artifacts = fileURLToPath(new URL("../artifacts/e2e/", import.meta.url));

export interface Watch {
  /** Where the page comes from. A test that serves it from elsewhere too adds that. */
  readonly origins: Set<string>;
  /** What must not happen. A test that provokes something on purpose says so in `expected`. */
  readonly problems: readonly string[];
  readonly expected: RegExp[];
}

export const test = base.extend<{ watch: Watch }>({
  watch: [
    async ({ context, baseURL }, use) => {
      const problems: string[] = [];
      const expected: RegExp[] = [];
      const origins = new Set([new URL(baseURL ?? "").origin]);
      context.on("console", (message) => {
        if (message.type() === "error") problems.push(`console: ${message.text()}`);
      });
      context.on("weberror", (error) => problems.push(`uncaught: ${error.error().message}`));
      context.on("dialog", (dialog) => {
        problems.push(`dialog: ${dialog.message()}`);
        dialog.dismiss().catch(() => undefined);
      });
      context.on("request", (request) => {
        const { origin, protocol } = new URL(request.url());
        const ours = protocol === "blob:" || origins.has(origin);
        if (!ours) problems.push(`foreign request: ${request.url()}`);
      });
      await context.addInitScript(() => {
        addEventListener("securitypolicyviolation", (event) => {
          console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
        });
      });
      await use({ problems, expected, origins });
      expect(problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)))).toEqual([]);
    },
    { auto: true },
  ],
});

export type View = "policy" | "simulate" | "review" | "evidence";

/** Opens a view and waits until the engine has checked the policy and, where it is written, the library has opened. */
export async function open(page: Page, view: View): Promise<void> {
  await page.goto(`./#/${view}`);
  await expect(page.locator("h1")).toHaveText(view, { ignoreCase: true });
  if (view === "policy" || view === "simulate")
    await expect(page.locator(".policy-status")).not.toContainText("Checking");
  if (view === "policy") await expect(page.locator(".active-policy")).not.toContainText("Opening");
}

/** Goes to a view by the navigation, without loading the page again. */
export async function go(page: Page, view: View): Promise<void> {
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: view }).click();
  await expect(page.locator("h1")).toHaveText(view, { ignoreCase: true });
}

/** Replaces the policy text as a person would: everything selected, then typed over. */
export async function writePolicy(page: Page, text: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(text);
  await expect(page.locator(".policy-status")).not.toContainText("Checking");
}

/** Makes a starter policy the active one. */
export async function useStarter(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: "Starters", exact: true }).click();
  await page.getByRole("list", { name: "Starter policies" }).getByRole("button", { name: title }).first().click();
  await page.getByRole("button", { name: "Use it" }).click();
  await expect(page.locator("#library-panel")).toHaveCount(0);
  await expect(page.locator(".policy-status")).not.toContainText("Checking");
}

/** Decides a call that is given as JSON. */
export async function simulate(page: Page, call: unknown): Promise<void> {
  const toJson = page.getByRole("button", { name: "Write the whole call as JSON" });
  const json = page.getByLabel("Call tool, args");
  await expect(toJson.or(json).first()).toBeVisible();
  if (await toJson.isVisible()) await toJson.click();
  await json.fill(typeof call === "string" ? call : JSON.stringify(call, null, 2));
  await page.getByRole("button", { name: "Decide" }).click();
}

/** Simulates a call that escalates, queues it, and returns the address of its card. */
export async function queue(page: Page, call: unknown): Promise<string> {
  await simulate(page, call);
  await page.getByRole("button", { name: "Put in the review queue" }).click();
  const link = page.getByRole("link", { name: "Open it in Review" });
  const address = await link.getAttribute("href");
  return address ?? "";
}

/** Opens a card and waits until it takes an answer. */
export async function openCard(page: Page, address: string): Promise<void> {
  await page.goto(`./${address}`);
  await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
}

export function reject(page: Page) {
  return page.getByRole("button", { name: "Reject" });
}

export function approve(page: Page) {
  return page.getByRole("button", { name: "Approve…" });
}

export function approveThis(page: Page) {
  return page.getByRole("button", { name: "Approve this call" });
}

/** Brings every part of the card on screen, as somebody does who reads it through. */
export async function readThrough(page: Page): Promise<void> {
  const next = page.getByRole("button", { name: "Show the next" });
  await expect(page.locator(".decide")).toBeVisible();
  for (let at = 0; at < 100 && (await next.isVisible()); at += 1) {
    // Once all was on screen it goes away, perhaps under the pointer.
    await next.click({ timeout: 2_000 }).catch(() => undefined);
    // The page notices what is on screen once it was drawn.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  }
  await expect(next).toHaveCount(0);
}

/** Opens the question whether to approve the shown call, once it was read through. */
export async function askApproval(page: Page): Promise<void> {
  await readThrough(page);
  await approve(page).click();
}

/** Says why, where a reason is asked for. */
export async function giveReason(page: Page, words = "as the tests want it"): Promise<void> {
  await page.getByRole("radio", { name: "Something else" }).check();
  await page.getByLabel("In your words").fill(words);
}

/** Approves the shown call in both steps. */
export async function approveShown(page: Page, words?: string): Promise<void> {
  await askApproval(page);
  if (await page.getByLabel("In your words").isVisible()) await giveReason(page, words);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await approveThis(page).click();
}

/** Rejects the shown call in both steps. */
export async function rejectShown(page: Page, words?: string): Promise<void> {
  await reject(page).click();
  await giveReason(page, words);
  await page.getByRole("button", { name: "Reject this call" }).click();
}

export function outcome(page: Page) {
  return page.locator(".outcome");
}

/** What `act` has the page download. */
export async function download(
  page: Page,
  act: () => Promise<void>,
): Promise<{ readonly text: string; readonly name: string }> {
  const [file] = await Promise.all([page.waitForEvent("download"), act()]);
  return { text: readFileSync(await file.path(), "utf8"), name: file.suggestedFilename() };
}

/** The browser windows that every view must look well and read well in. */
export const FORMS = [
  { name: "light", colorScheme: "light", width: 1280, height: 900 },
  { name: "dark", colorScheme: "dark", width: 1280, height: 900 },
  { name: "narrow", colorScheme: "light", width: 320, height: 640 },
  { name: "4k", colorScheme: "dark", width: 3840, height: 2160 },
] as const;
export type Form = (typeof FORMS)[number];

/** Makes the browser's window one of {@link FORMS}. */
export async function showAs(page: Page, { colorScheme, width, height }: Form): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height });
}

/**
 * Fails if axe finds fault with the page as it stands, or if it can be scrolled sideways. Any state of any view can be given:
 * `await accessible(page)`.
 */
export async function accessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).options(AXE).analyze();
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  expect(found).toEqual([]);
  expect(await sidewaysScroll(page)).toBe(0);
}

/** What axe leaves out by default: the size of what is pressed (WCAG 2.2). */
const AXE = { rules: { "target-size": { enabled: true } } };

/** How far the page can be scrolled sideways, in pixels. */
function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** One stop of the keyboard. */
export interface Stop {
  /** The element, as text for a person. */
  readonly element: string;
  /** Whether an outline, a border or a shadow says where the focus is. */
  readonly isMarked: boolean;
  readonly isOnScreen: boolean;
}

/**
 * Presses Tab from the top of the page until it is back there, and answers every stop. Rejects if it goes round in a part of
 * the page, or if there is something to work that it never reaches.
 */
export async function keyboardWalk(page: Page, stopsMax = 300): Promise<readonly Stop[]> {
  await page.evaluate(() => {
    // From the very top, wherever the focus is now.
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
  });
  const stops: Stop[] = [];
  for (let at = 0; at < stopsMax; at++) {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(focused);
    if (stop === null) break;
    stops.push(stop);
  }
  expect(stops.length, "the keyboard comes round to the top of the page").toBeLessThan(stopsMax);
  const missed = await page.evaluate(notReached);
  expect(missed, "the keyboard reaches all that can be worked").toEqual([]);
  return stops;
}

/** Runs in the page: what has the focus; `null` once that is the page itself. Marks what was reached. */
function focused(): Stop | null {
  const active = document.activeElement as HTMLElement | null;
  if (active === null || active === document.body) return null;
  // What is hidden behind a label of its own shows the focus at the label.
  const shown = active.matches(".file-picker input") ? (active.nextElementSibling as HTMLElement) : active;
  const style = getComputedStyle(shown);
  const box = shown.getBoundingClientRect();
  const outlined = style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 1;
  const isReached = active.hasAttribute("data-reached");
  active.setAttribute("data-reached", "");
  const text = (active.getAttribute("aria-label") ?? active.textContent ?? "").trim().slice(0, 40);
  return {
    element: `${active.tagName.toLowerCase()}${active.className && `.${active.className}`} ${text}${isReached ? " (again)" : ""}`,
    isMarked: outlined || active.closest(".cm-focused") !== null,
    isOnScreen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}

/** Runs in the page: what can be worked, can be seen, and was not reached. */
function notReached(): readonly string[] {
  const workable = "a[href], button, input, select, textarea, summary, [contenteditable=true], [tabindex='0']";
  return (
    [...document.querySelectorAll<HTMLElement>(workable)]
      .filter(
        (each) => each.checkVisibility({ visibilityProperty: true }) && !each.matches(":disabled, [tabindex='-1']"),
      )
      // Of radio buttons of one name one is a stop, and the arrows go to the others.
      .filter((each) => !each.matches("input[type=radio]:not(:checked)"))
      .filter((each) => !each.hasAttribute("data-reached"))
      .map((each) => each.outerHTML.slice(0, 100))
  );
}

/** Keeps a picture of the page among the test artifacts. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${artifacts}${name}.png`, fullPage: true });
}
