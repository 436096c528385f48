/**
 * `test` as all browser tests use it: each fails if the page logged an error, opened a dialog, asked another origin,
 * or met its content security policy, whatever else it checks.
 */

import { fileURLToPath } from "node:url";
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";

export type { BrowserContext, Page };
export { expect };

const artifacts = fileURLToPath(new URL("../artifacts/e2e/", import.meta.url));

interface Watch {
  /** What must not happen. A test that provokes something on purpose says so in `expected`. */
  readonly problems: readonly string[];
  readonly expected: RegExp[];
}

export const test = base.extend<{ watch: Watch }>({
  watch: [
    async ({ context, baseURL }, use) => {
      const problems: string[] = [];
      const expected: RegExp[] = [];
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
        const ours = protocol === "blob:" || origin === new URL(baseURL ?? "").origin;
        if (!ours) problems.push(`foreign request: ${request.url()}`);
      });
      await context.addInitScript(() => {
        addEventListener("securitypolicyviolation", (event) => {
          console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
        });
      });
      await use({ problems, expected });
      expect(problems.filter((problem) => !expected.some((pattern) => pattern.test(problem)))).toEqual([]);
    },
    { auto: true },
  ],
});

export type View = "policy" | "simulate" | "review";

/** Opens a view and waits until the engine has checked the policy. */
export async function open(page: Page, view: View): Promise<void> {
  await page.goto(`./#/${view}`);
  await expect(page.locator("h1")).toHaveText(view, { ignoreCase: true });
  if (view !== "review") await expect(page.locator(".policy-status")).not.toContainText("Checking");
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
  if (await toJson.isVisible()) await toJson.click();
  await page.getByLabel("Call tool, args").fill(typeof call === "string" ? call : JSON.stringify(call, null, 2));
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

/** Approves the shown call in both steps. */
export async function approveShown(page: Page): Promise<void> {
  await approve(page).click();
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await approveThis(page).click();
}

export function outcome(page: Page) {
  return page.locator(".outcome");
}

/** Keeps a picture of the page among the test artifacts. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${artifacts}${name}.png`, fullPage: true });
}
