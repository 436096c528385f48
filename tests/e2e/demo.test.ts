/** The demonstration, played as a newcomer would: to its end, across a reload, in two tabs, and apart from what is real. */

import {
  accessible,
  approve,
  approveShown,
  approveThis,
  expect,
  FORMS,
  giveReason,
  outcome,
  type Page,
  picture,
  readThrough,
  rejectShown,
  showAs,
  test,
} from "./app.ts";

/** Long enough for the minute that a rejected call has to wait. */
const WAIT_MS = 120_000;

function pace(page: Page) {
  return page.getByLabel("Pace", { exact: true });
}

/** Opens the demonstration and waits until its agent can begin. */
async function openDemo(page: Page): Promise<void> {
  await page.goto("./?demo");
  await expect(page.getByRole("button", { name: "Start the day" })).toBeEnabled({ timeout: 60_000 });
}

async function begin(page: Page): Promise<void> {
  await openDemo(page);
  await pace(page).selectOption("fast");
  await page.getByRole("button", { name: "Start the day" }).click();
}

/** Waits until the guide has ticked a step off. */
async function happened(page: Page, title: string): Promise<void> {
  await expect(page.locator(".demo-guide li", { hasText: title })).toHaveClass("done", { timeout: WAIT_MS });
}

/** Follows the guide to the call that waits. */
async function follow(page: Page, name: string): Promise<void> {
  await page.locator(".demo-guide").getByRole("link", { name }).click({ timeout: WAIT_MS });
}

/** Approves the shown call, whose value has to be typed. */
async function approveTyped(page: Page, value: string): Promise<void> {
  await readThrough(page);
  await approve(page).click();
  await page.getByLabel(/^Type the value of/).pressSequentially(value);
  if (await page.getByLabel("In your words").isVisible()) await giveReason(page, "It is what was asked for");
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await approveThis(page).click();
}

async function openQueue(page: Page): Promise<void> {
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: "Review" }).click();
  const arrived = page.getByRole("button", { name: /^Show \d+ new/ });
  if (await arrived.isVisible()) await arrived.click();
}

/** Everything that this origin keeps in the browser, by name. */
function keptNames(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => {
    const databases = (await indexedDB.databases()).map(({ name = "" }) => name);
    return [...databases, ...Object.keys(localStorage)];
  });
}

test("a newcomer sees the whole day", async ({ page }) => {
  test.setTimeout(420_000);
  await begin(page);
  await expect(page.locator(".demo-bar")).toContainText("Nothing here is real");
  await happened(page, "Allowed, blocked");

  await follow(page, "Open the mail");
  await expect(page.locator(".card")).toContainText("mara.lind@post.example");
  await approveTyped(page, "mara.lind@post.example");
  await happened(page, "Escalated");

  await follow(page, "Open the mail");
  await expect(page.locator(".card")).toContainText("U+0430");
  await expect(page.locator(".card")).toContainText("U+202E");
  await picture(page, "demo-tricked");
  await rejectShown(page, "Nobody asked for this");
  await happened(page, "Tricked");
  await expect(page.locator(".demo-log")).toContainText("Nobody asked for this");

  await page.reload();
  await expect(page.locator(".demo-guide li", { hasText: "Tricked" })).toHaveClass("done");
  await expect(page.locator(".demo-log")).toContainText("Nobody asked for this");

  await refunds(page);
  await happened(page, "Batch");

  await follow(page, "Open the release");
  await approveTyped(page, "2.14.0");
  await outcome(page).getByRole("button", { name: /Undo/ }).click();
  await happened(page, "Type, undo");
  await expect(page.locator(".demo-log")).toContainText("tells the team that 2.14.0 waits");

  await afternoon(page);
  await happened(page, "Third time");
  await expect(page.locator(".demo-log")).toContainText("rejected three times");

  await follow(page, "Could a rule ask less?");
  await page.getByRole("button", { name: "Calibrate" }).click();
  const refundRow = page.locator(".proofs").getByRole("row", { name: /^refund / });
  await expect(refundRow).toContainText("more approvals", { timeout: WAIT_MS });
  const proposal = page.getByRole("article", { name: "Proposal rooms-relaxed" });
  await expect(proposal).toContainText(
    /would have removed 2\d\d of 2\d\d reviews and [\d.]+ agent-(minutes|hours) of waiting a week/,
  );
  await expect(proposal).toContainText("args.room");
  await happened(page, "Proposal");
  await picture(page, "demo-over");
  await proposal.getByRole("button", { name: "Show the change with its tests" }).click();
  await expect(proposal.locator(".difference")).toBeVisible();
  await proposal.getByRole("button", { name: "Put it into the policy" }).click();
  await proposal.getByRole("link", { name: "Look at it" }).click();
  await expect(page.locator(".policy-status")).toContainText("In force");
  await expect(page.locator(".outline")).toContainText("rooms-relaxed");
  await expect(page.locator(".panel.tests")).not.toContainText("fail");
  await picture(page, "demo-over");

  for (const name of await keptNames(page)) expect(name).toMatch(/^countersign-demo/);
});

test("on a phone the guide is its current step, and the card is on screen below it", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await begin(page);
  await follow(page, "Open the mail");
  await expect(page.locator(".card")).toContainText("mara.lind@post.example");
  const bar = page.locator(".demo-bar");
  const steps = bar.locator(".demo-guide li");
  const height = async () => (await bar.boundingBox())?.height ?? 0;
  await expect(bar.locator(".demo-guide")).toContainText("A mail to a customer waits");
  await expect(steps.first()).toBeHidden();
  await expect(bar.locator(".demo-log")).toBeHidden();
  expect(await height()).toBeLessThan(844 / 2);
  await page.evaluate(() => scrollTo(0, 0));
  await expect(page.locator(".card h2")).toBeInViewport();
  await picture(page, "demo-phone");
  await accessible(page);
  await bar.getByRole("button", { name: "All steps and the log" }).click();
  await expect(steps.first()).toBeVisible();
  await expect(bar.locator(".demo-log")).toBeVisible();
});

/** Reviews the refunds that are alike on one screen, and the one that is not by itself. */
async function refunds(page: Page): Promise<void> {
  await follow(page, "The queue");
  await expect(async () => {
    await openQueue(page);
    await expect(page.locator(".queue li", { hasText: /refund/i }).filter({ hasText: "pending" })).toHaveCount(7, {
      timeout: 1_000,
    });
  }).toPass({ timeout: WAIT_MS });
  await page.locator(".batch-lines a").first().click();
  await expect(page.locator(".batch-table tbody tr")).toHaveCount(6);
  await picture(page, "demo-batch");
  for (const row of await page.locator(".batch-table tbody tr").all()) await row.getByLabel("Approve").check();
  const more = page.getByRole("button", { name: "Show the next" });
  // Once all was on screen it goes away, perhaps under the pointer.
  for (let at = 0; at < 20 && (await more.isVisible()); at += 1) {
    await more.click({ timeout: 2_000 }).catch(() => undefined);
  }
  const commit = page.locator(".decide").getByRole("button", { name: /^Approve 6/ });
  await expect(commit).toHaveAttribute("aria-disabled", "false");
  await commit.click();
  await expect(page.locator(".outcome")).toContainText("6 of 6");
  await openQueue(page);
  await page.locator(".queue li", { hasText: "pending" }).first().locator("a").click();
  await expect(page.locator(".card")).toContainText("412.5");
  await rejectShown(page, "Ten times the order");
}

/** Answers what waits until nothing does: rooms are right, the tricked mail is not, and what the agent never proposed is a check. */
async function afternoon(page: Page): Promise<void> {
  const isOver = page.locator(".demo-state", { hasText: "the day is over" });
  let wasChecked = false;
  const endMs = Date.now() + 200_000;
  while (!(wasChecked && (await isOver.isVisible())) && Date.now() < endMs) {
    await openQueue(page);
    const first = page.locator(".queue li", { hasText: "pending" }).first().locator("a");
    if (!(await first.isVisible())) {
      await page.waitForTimeout(500);
      continue;
    }
    const id = (await first.getAttribute("href")) ?? "";
    await first.click();
    await expect(page.locator(".card")).toBeVisible();
    const isOfAgent = (await page.locator(`.demo-log a[href="${id}"]`).count()) > 0;
    const isRoom = isOfAgent && (await page.locator(".card").textContent())?.includes("calendar.book");
    if (isRoom) await approveShown(page);
    else await rejectShown(page, "Nobody asked for this");
    if (!isOfAgent) {
      await expect(page.locator("main")).toContainText("check card");
      await picture(page, "demo-check");
      wasChecked = true;
    }
    await expect(page.locator(`.queue a[href="${id}"]`).first()).not.toContainText("pending");
  }
  await expect(isOver).toBeVisible();
  expect(wasChecked).toBe(true);
  await happened(page, "Check card");
}

test("one tab plays, and another takes over when it is gone", async ({ page, context }) => {
  await begin(page);
  const second = await context.newPage();
  await second.goto("./?demo");
  await expect(second.locator(".demo-state")).toContainText("another tab plays the day");
  await expect(second.getByRole("button", { name: "Next call" })).toBeDisabled();
  await happened(second, "Allowed, blocked");
  await page.close();
  await expect(second.locator(".demo-state")).toContainText("the agent waits for answers");
  await expect(second.locator(".demo-log li", { hasText: "waits for you" })).toHaveCount(1);
});

test("the day is paused, goes on call by call, and an edited policy counts at once", async ({ page }) => {
  await openDemo(page);
  const lines = page.locator(".demo-log li");
  await page.getByRole("button", { name: "Next call" }).click();
  await expect(lines).toHaveCount(1);
  await expect(lines.first()).toContainText("allow");

  await page.goto("./?demo#/policy");
  await page.locator(".cm-content").click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText("rules: [{ tool: 'inbox.*', action: block, reason: Not today }]");
  await expect(page.locator(".policy-status")).toContainText("In force");
  await page.getByRole("button", { name: "Next call" }).click();
  await expect(lines).toHaveCount(2);
  await expect(lines.first()).toContainText("Not today");
});

test("starting over clears the demonstration and nothing else", async ({ page }) => {
  await page.goto("./#/review");
  await page.evaluate(() => localStorage.setItem("countersign.mine", "kept"));
  await expect(page.getByRole("link", { name: "Try the demonstration" })).toBeVisible();
  const before = await keptNames(page);
  await page.getByRole("link", { name: "Try the demonstration" }).click();
  await page.getByRole("button", { name: "Next call" }).and(page.locator(":enabled")).click({ timeout: 60_000 });
  await expect(page.locator(".demo-log li")).toHaveCount(1);
  await page.getByRole("button", { name: "Start over" }).click();
  await expect(page.locator(".demo-log")).toContainText("It has not begun");
  await expect(page.getByRole("button", { name: "Start the day" })).toBeEnabled({ timeout: 60_000 });
  await page.getByRole("link", { name: "Leave the demo" }).click();
  await expect(page.locator(".demo-bar")).toHaveCount(0);
  expect(await keptNames(page)).toEqual(expect.arrayContaining([...before]));
  expect(await page.evaluate(() => localStorage.getItem("countersign.mine"))).toBe("kept");
});

for (const form of FORMS) {
  test(`the bar of the demonstration reads well: ${form.name}`, async ({ page }) => {
    await showAs(page, form);
    await begin(page);
    await happened(page, "Allowed, blocked");
    await expect(page.locator(".demo-state")).toContainText("the agent waits for answers");
    await picture(page, `demo-bar-${form.name}`);
    await accessible(page);
    await page.getByRole("button", { name: "Hide the guide" }).click();
    await expect(page.locator(".demo-guide")).toHaveCount(0);
    await expect(page.locator(".demo-bar")).toContainText("Nothing here is real");
    await accessible(page);
  });
}
