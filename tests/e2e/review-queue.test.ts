/** The queue: filters, order, pages, who else looks, pausing; and calls side by side in batches. */

import {
  accessible,
  approve,
  approveShown,
  expect,
  go,
  open,
  openCard,
  outcome,
  type Page,
  picture,
  queue,
  reject,
  rejectShown,
  test,
} from "./app.ts";
import { held, MAIL, NOTE, PAYMENT } from "./review-policy.ts";

function pay(amount: number) {
  return { tool: "file.pay", args: { amount, to: "ann" }, agent: "payer" };
}

function lines(page: Page) {
  return page.locator(".queue ul .line");
}

test("filters and order find the calls, and can be taken back", async ({ page }) => {
  await held(page, NOTE, MAIL, PAYMENT, { ...NOTE, agent: "other", args: { ...NOTE.args, text: "Find me" } });
  await go(page, "review");
  await expect(lines(page)).toHaveCount(4);
  // The soonest to expire first: 10 minutes for high and critical, an hour for low.
  await expect(lines(page).first()).toContainText(/Send email|Pay/);
  await page.getByLabel("Find").fill("find ME");
  await expect(lines(page)).toHaveCount(1);
  await expect(page.getByText("Filter and sort (filtered)")).toBeVisible();
  await page.getByRole("button", { name: "Clear the filters" }).click();
  await expect(lines(page)).toHaveCount(4);
  await page.getByLabel("Sort").selectOption("Highest risk");
  await expect(lines(page).first()).toContainText("critical risk");
  await page.getByLabel("Risk", { exact: true }).selectOption("Low");
  await expect(lines(page)).toHaveCount(2);
  await page.getByLabel("Agent", { exact: true }).selectOption("other");
  await expect(lines(page)).toHaveCount(1);
  await page.getByLabel("Status").selectOption("Closed, in any way");
  await expect(page.getByText("No call is like that.")).toBeVisible();
});

test("c05_new_calls_never_move_the_list: they are counted, and shown when asked for", async ({ page, context }) => {
  const [address = ""] = await held(page, NOTE);
  await openCard(page, address);
  await expect(lines(page)).toHaveCount(1);
  const before = await lines(page).first().boundingBox();
  const other = await context.newPage();
  await open(other, "simulate");
  await queue(other, PAYMENT);
  await expect(page.getByRole("button", { name: "Show 1 new" })).toBeVisible();
  await expect(lines(page)).toHaveCount(1);
  await picture(page, "review-queue-new");
  const href = await lines(page).first().getAttribute("href");
  expect(href).toBe(address);
  const after = await lines(page).first().boundingBox();
  expect(before).not.toBeNull();
  expect(after).toEqual(before);
  await page.getByRole("button", { name: "Show 1 new" }).click();
  await expect(lines(page)).toHaveCount(2);
});

test("e08_of_two_tabs_one_answers: the other says so, with what it had begun", async ({ page, context }) => {
  const [address = ""] = await held(page, NOTE);
  await openCard(page, address);
  const other = await context.newPage();
  await openCard(other, address);
  await reject(other).click();
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  await expect(other.getByText("This call was closed elsewhere while you had it open")).toBeVisible();
  await expect(other.getByRole("button", { name: "Reject this call" })).toHaveCount(0);
});

test("somebody who opens a call is told that another has it open", async ({ page, context }) => {
  const [address = ""] = await held(page, NOTE);
  await openCard(page, address);
  await expect(page.getByText("Others are told that you look at it.")).toBeVisible();
  await expect(lines(page).first()).toContainText("pending");
  await expect(page.locator(".queue")).not.toContainText("somebody has it open");
  const other = await context.newPage();
  await other.goto(`./${address}`);
  await expect(other.getByText("has this call open too")).toBeVisible();
  await expect(lines(other).first()).toContainText("somebody has it open");
});

test("pausing stops every agent from any view, says so on every screen, and ends only on purpose", async ({ page }) => {
  await held(page, NOTE);
  await go(page, "policy");
  await page.getByRole("button", { name: "Pause agents" }).click();
  await expect(page.locator(".pause-panel")).toContainText("helper");
  await page.getByRole("button", { name: "Pause helper" }).click();
  await expect(page.getByRole("button", { name: "1 agent is paused" })).toBeVisible();
  await page.getByRole("button", { name: "Pause every agent" }).click();
  await expect(page.getByRole("button", { name: "All agents are paused" })).toBeVisible();
  await page.reload();
  await go(page, "simulate");
  await page.getByRole("button", { name: "All agents are paused" }).click();
  await page.getByRole("button", { name: "End the pause… of every agent" }).dblclick();
  await page.waitForTimeout(1_300);
  await expect(page.getByRole("button", { name: "All agents are paused" })).toBeVisible();
  await page.getByRole("button", { name: "Let every agent go on" }).click();
  await expect(page.getByRole("button", { name: "1 agent is paused" })).toBeVisible();
});

test("c01_calls_that_are_alike_are_reviewed_side_by_side: each with its own choice, and one commit", async ({
  page,
}) => {
  const addresses = await held(page, pay(10), pay(20), pay(40), pay(30));
  await go(page, "review");
  await page.getByRole("link", { name: /Batch of 4 calls/ }).click();
  await expect(page.getByRole("heading", { level: 2 })).toContainText("4 calls of file.pay");
  await expect(page.getByRole("list", { name: /the same in all/ })).toContainText("ann");
  const rows = page.locator(".batch-table tbody tr");
  await expect(rows).toHaveCount(4);
  await expect(page.getByRole("button", { name: /approve all/i })).toHaveCount(0);
  const commit = page.locator(".decide .answers button");
  await expect(commit).toHaveText("Nothing chosen");
  await expect(commit).toHaveAttribute("aria-disabled", "true");
  for (const at of [0, 2]) await rows.nth(at).getByRole("radio", { name: "Approve" }).check();
  await rows.nth(1).getByRole("radio", { name: "Reject" }).check();
  await expect(commit).toContainText(/Approve 2 .*40.*Reject 1/);
  await page.getByRole("radio", { name: "Something else" }).check();
  await page.getByLabel("In your words").fill("too much");
  await picture(page, "review-batch");
  await accessible(page);
  await expect(commit).toHaveAttribute("aria-disabled", "false");
  await commit.click();
  await expect(page.getByText("3 of 3 answers were recorded, each by itself.")).toBeVisible();
  await page.reload();
  for (const [at, status] of [
    [0, "approved"],
    [1, "rejected"],
    [2, "approved"],
    [3, "pending"],
  ] as const) {
    await page.goto(`./${addresses[at]}`);
    await expect(page.locator(".card-chips")).toContainText(status);
  }
});

test("c10_calls_that_come_after_a_batch_was_opened are not covered", async ({ page, context }) => {
  await held(page, pay(10), pay(20));
  await go(page, "review");
  await page.getByRole("link", { name: /Batch of 2 calls/ }).click();
  const rows = page.locator(".batch-table tbody tr");
  await expect(rows).toHaveCount(2);
  const other = await context.newPage();
  await open(other, "simulate");
  const late = await queue(other, pay(15));
  await expect(page.getByText("1 more call has come since and is not covered.")).toBeVisible();
  await expect(rows).toHaveCount(2);
  for (const at of [0, 1]) await rows.nth(at).getByRole("radio", { name: "Approve" }).check();
  const commit = page.locator(".decide .answers button");
  await expect(commit).toHaveAttribute("aria-disabled", "false");
  await commit.click();
  await expect(page.getByText("2 of 2 answers were recorded")).toBeVisible();
  await page.goto(`./${late}`);
  await expect(page.locator(".card-chips")).toContainText("pending");
});

test("c09_what_sticks_out_leaves_the_batch and is reviewed alone", async ({ page }) => {
  await held(page, pay(10), pay(11), pay(12), pay(10.5), pay(11.5), pay(9_000));
  await go(page, "review");
  await page.getByRole("link", { name: /Batch of 5 calls/ }).click();
  await expect(page.locator(".batch-table tbody tr")).toHaveCount(5);
  await expect(page.locator(".outliers")).toContainText("amount");
  await page.locator(".outliers a").click();
  await expect(page.locator(".rows").first()).toContainText("9000");
});

test("a call of a batch that is answered elsewhere takes no answer there", async ({ page, context }) => {
  const [address = ""] = await held(page, pay(10), pay(20));
  await go(page, "review");
  await page.getByRole("link", { name: /Batch of 2 calls/ }).click();
  const rows = page.locator(".batch-table tbody tr");
  await rows.first().getByRole("radio", { name: "Approve" }).check();
  const other = await context.newPage();
  await openCard(other, address);
  await rejectShown(other);
  await expect(outcome(other)).toContainText("rejected");
  await expect(rows.first()).toContainText("answered or changed elsewhere");
  await expect(rows.first().getByRole("radio")).toHaveCount(0);
  await expect(approve(page)).toHaveCount(0);
});

test("an approval of a batch is undone in its row, and stays undone", async ({ page }) => {
  const addresses = await held(page, pay(10), pay(20));
  await go(page, "review");
  await page.getByRole("link", { name: /Batch of 2 calls/ }).click();
  const rows = page.locator(".batch-table tbody tr");
  for (const at of [0, 1]) await rows.nth(at).getByRole("radio", { name: "Approve" }).check();
  const commit = page.locator(".decide .answers button");
  await expect(commit).toHaveAttribute("aria-disabled", "false");
  await commit.click();
  await expect(page.getByText("2 of 2 answers were recorded")).toBeVisible();
  await page.getByRole("button", { name: "Undo the approval of call 1" }).click();
  await expect(rows.first()).toContainText("approved (undone)");
  await expect(rows.nth(1)).not.toContainText("undone");
  await page.goto(`./${addresses[0]}`);
  await expect(outcome(page)).toContainText("The approval was undone");
});

test("calls that have no room in a batch wait already, and have not come since", async ({ page }) => {
  test.slow();
  await held(page, ...Array.from({ length: 12 }, (_, at) => pay(10 + at)));
  await go(page, "review");
  await page.getByRole("link", { name: /Batch of 10 calls/ }).click();
  await expect(page.locator(".batch-table tbody tr")).toHaveCount(10);
  await expect(page.getByText("2 more calls like these wait; this screen takes 10 at a time.")).toBeVisible();
  await expect(page.getByText("come since")).toHaveCount(0);
});

test("an answer leads on to the next pending call, and keys pass over what was answered", async ({ page }) => {
  const text = (words: string) => ({ ...NOTE, args: { ...NOTE.args, text: words } });
  const [first = "", second = "", third = ""] = await held(page, text("one"), text("two"), text("three"));
  await openCard(page, second);
  await rejectShown(page);
  await expect(outcome(page)).toContainText("rejected");
  const next = page.getByRole("button", { name: "Next pending call" });
  await expect(next).toBeFocused();
  await page.keyboard.press("Enter");
  // The soonest to expire stand first, and of the same kind that are the oldest: on from the second is the third.
  await expect(lines(page).nth(0)).toHaveAttribute("href", first);
  await expect(lines(page).nth(1)).toHaveAttribute("href", second);
  await expect(lines(page).nth(2)).toHaveAttribute("href", third);
  await expect(page).toHaveURL(new RegExp(`${third}$`));
  await expect(reject(page)).toBeFocused();
  await page.keyboard.press("k");
  await expect(page).toHaveURL(new RegExp(`${first}$`));
  await page.keyboard.press("j");
  await expect(page).toHaveURL(new RegExp(`${third}$`));
});

test("where nothing is listed, what comes is shown at once", async ({ page, context }) => {
  await open(page, "review");
  await expect(page.getByText("No call waits here")).toBeVisible();
  const other = await context.newPage();
  await open(other, "simulate");
  await queue(other, NOTE);
  await expect(lines(page)).toHaveCount(1);
});

test("a long card opens at its top, and on a phone it stands alone with a way back", async ({ page }) => {
  const [first = "", second = ""] = await held(page, PAYMENT, MAIL);
  await page.setViewportSize({ width: 320, height: 640 });
  await openCard(page, first);
  await expect(page.locator(".queue")).toBeHidden();
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.evaluate((hash) => {
    location.hash = hash;
  }, second);
  await expect(page.locator(".card h2")).toContainText("Send email");
  await expect(page.locator(".card h2")).toBeInViewport();
  await page.evaluate(() => scrollTo(0, 0));
  await page.getByRole("link", { name: "Back to the queue" }).click();
  await expect(lines(page)).toHaveCount(2);
  await expect(lines(page).first()).toBeVisible();
});
