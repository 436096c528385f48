/** An approval is a deliberate act: held keys, double clicks, scripts and quick presses approve nothing. */

import {
  approve,
  approveShown,
  approveThis,
  expect,
  open,
  openCard,
  outcome,
  type Page,
  queue,
  reject,
  test,
} from "./app.ts";

let address: string;

test.beforeEach(async ({ page }) => {
  await open(page, "simulate");
  address = await queue(page, { tool: "file.write", args: { path: "a.txt" } });
  await openCard(page, address);
});

/** Whatever was tried, the call still waits. */
async function stillPending(page: Page): Promise<void> {
  // Longer than any button takes to arm: nothing comes late.
  await page.waitForTimeout(3_000);
  await expect(page.locator(".card-chips")).toContainText("pending");
  await page.reload();
  await expect(page.locator(".card-chips")).toContainText("pending");
}

/** Holds a key: one press, then the repeats that the keyboard sends. */
async function hold(page: Page, key: string, ms: number): Promise<void> {
  const until = Date.now() + ms;
  while (Date.now() < until) {
    await page.keyboard.down(key);
    await page.waitForTimeout(30);
  }
  await page.keyboard.up(key);
}

for (const key of ["Enter", "Space"]) {
  test(`c04_a_held ${key} key gets no further than the question`, async ({ page }) => {
    await approve(page).focus();
    await hold(page, key, 4_500);
    await stillPending(page);
  });

  test(`the ${key} key held since before the button was armed approves nothing`, async ({ page }) => {
    await approve(page).click();
    await approveThis(page).focus();
    await hold(page, key, 4_000);
    await stillPending(page);
  });
}

test("a mouse button held since before the button was armed approves nothing", async ({ page }) => {
  await approve(page).click();
  await approveThis(page).hover({ force: true });
  await page.mouse.down();
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await page.mouse.up();
  await stillPending(page);
});

test("c04_double_clicks on both steps approve nothing", async ({ page }) => {
  await approve(page).dblclick();
  await expect(approveThis(page)).toBeVisible();
  await approveThis(page).dblclick({ force: true });
  await stillPending(page);
});

test("c08_a_click_by_script approves nothing", async ({ page }) => {
  await approve(page).evaluate((button: HTMLElement) => button.click());
  await expect(approveThis(page)).toHaveCount(0);
  await approve(page).click();
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await approveThis(page).evaluate((button: HTMLElement) => {
    button.click();
    button.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    button.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  });
  await reject(page).evaluateAll((buttons) => {
    for (const button of buttons) (button as HTMLElement).click();
  });
  await stillPending(page);
});

test("c07_a_press before the button is armed approves nothing, and going away disarms it", async ({ page }) => {
  await approve(page).click();
  await approveThis(page).click({ force: true });
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await page.evaluate(() => dispatchEvent(new Event("blur")));
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "true");
  await approveThis(page).click({ force: true });
  await stillPending(page);
});

test("another call on the card arms anew", async ({ page }) => {
  await open(page, "simulate");
  const second = await queue(page, { tool: "email.send", args: { to: "x" } });
  await openCard(page, address);
  await approve(page).click();
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await page.evaluate((hash) => {
    location.hash = hash;
  }, second);
  await expect(page.locator(".card h2")).toContainText("Send email");
  await expect(approveThis(page)).toHaveCount(0);
  await expect(reject(page)).toBeFocused();
  await stillPending(page);
});

test("c16_the_keyboard_alone can approve, on purpose", async ({ page }) => {
  await reject(page).focus();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await expect(approve(page)).toBeFocused();
  await expect(approve(page)).toHaveAttribute("aria-disabled", "false");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Back" })).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(approveThis(page)).toBeFocused();
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await page.keyboard.press("Enter");
  await expect(outcome(page)).toContainText("approved");
});

test("a closed call takes no further answer", async ({ page }) => {
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  await expect(page.locator("#outcome-title")).toBeFocused();
  await expect(approve(page)).toHaveCount(0);
  await expect(reject(page)).toHaveCount(0);
});
