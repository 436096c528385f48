/** The frame of the page: going from view to view, and what happens when one of them cannot be shown. */

import { expect, go, open, openCard, outcome, type Page, rejectShown, test, type View } from "./app.ts";
import { held, NOTE } from "./review-policy.ts";

const VIEWS: readonly View[] = ["policy", "simulate", "review", "evidence"];

function link(page: Page, name: View) {
  return page.getByRole("navigation", { name: "Views" }).getByRole("link", { name });
}

test("who goes to a view by the keyboard begins at its heading, and the title names it", async ({ page }) => {
  await open(page, "review");
  for (const view of ["evidence", "simulate", "policy", "review"] as const) {
    await link(page, view).focus();
    await page.keyboard.press("Enter");
    await expect(page.locator("h1")).toBeFocused();
    await expect(page.locator("h1")).toHaveText(view, { ignoreCase: true });
    await expect(page).toHaveTitle(new RegExp(`^${view} · Countersign$`, "i"));
    await expect(link(page, view)).toHaveAttribute("aria-current", "page");
    await expect(page.locator("h1")).toHaveCount(1);
  }
});

test("the first stop of the keyboard skips to the view, and leaves the address alone", async ({ page }) => {
  for (const view of VIEWS) {
    await page.goto("about:blank");
    await open(page, view);
    await page.keyboard.press("Tab");
    const skip = page.getByRole("button", { name: "Skip to the view" });
    await expect(skip).toBeFocused();
    await expect(skip).toBeInViewport();
    await page.keyboard.press("Enter");
    await expect(page.locator("main")).toBeFocused();
    expect(new URL(page.url()).hash).toBe(`#/${view}`);
  }
});

test("a view that cannot be fetched is told, can be tried again, and the others go on", async ({ page, watch }) => {
  watch.expected.push(/Failed to load resource/);
  await page.route("**/simulate-view-*.js", (route) => route.abort());
  await open(page, "policy");
  await link(page, "simulate").click();
  await expect(page.getByRole("alert")).toContainText("This part of the page could not be loaded");
  await go(page, "review");
  await expect(page.getByText("No call waits here")).toBeVisible();

  await page.unroute("**/simulate-view-*.js");
  await link(page, "simulate").click();
  await expect(page.locator("h1")).toHaveText("Simulate");
});

test("a part of a card that cannot be fetched is told, and the call goes on waiting for another answer", async ({
  page,
  watch,
}) => {
  watch.expected.push(/Failed to load resource/);
  const [address = ""] = await held(page, NOTE);
  await page.route("**/edit-*.js", (route) => route.abort());
  await openCard(page, address);
  await page.getByRole("button", { name: "Approve with edits…" }).click();
  await expect(page.getByRole("alert")).toContainText("This part of the page could not be loaded");
  await expect(page.locator(".card-chips")).toContainText("pending");
  await page.getByRole("button", { name: "Back", exact: true }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await rejectShown(page);
  await expect(outcome(page)).toContainText("Rejected");
});

const FAULTY = `let drawn = 0;
export function EvidenceView() {
  if (drawn++ === 0) throw new Error("<b>the chart broke</b>");
  return "The view is back.";
}`;

test("a fault in one view stays in it: the others go on, and the view comes back", async ({ page }) => {
  await page.route("**/evidence-view-*.js", (route) => route.fulfill({ contentType: "text/javascript", body: FAULTY }));
  await open(page, "review");
  await link(page, "evidence").click();
  await expect(page.getByRole("alert")).toContainText("This view has a fault and stopped: <b>the chart broke</b>");
  await expect(page.locator("h1")).toHaveText("Evidence");
  await go(page, "review");
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(page.getByText("No call waits here")).toBeVisible();

  await link(page, "evidence").click();
  await expect(page.getByText("The view is back.")).toBeVisible();
});
