/** Two tabs on one queue. */

import {
  approveShown,
  approveThis,
  askApproval,
  expect,
  giveReason,
  open,
  openCard,
  outcome,
  type Page,
  queue,
  reject,
  rejectShown,
  test,
  writePolicy,
} from "./app.ts";

const CALL = { tool: "file.write", args: { path: "a.txt" } };

/** A tab that gets no hints from others, as if it had been asleep. */
async function asleep(page: Page): Promise<void> {
  await page.addInitScript(() => {
    Object.assign(globalThis, { BroadcastChannel: class extends EventTarget {} });
  });
}

test("the second of two answers is told that it does not count", async ({ page, context }) => {
  await open(page, "simulate");
  const address = await queue(page, CALL);
  const other = await context.newPage();
  await asleep(other);
  await openCard(other, address);
  await openCard(page, address);
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");

  await rejectShown(other);
  await expect(other.getByText("already answered")).toBeVisible();
  await expect(outcome(other)).toContainText("approved");
  await page.reload();
  await expect(outcome(page)).toContainText("approved");
});

test("of two answers at once exactly one counts", async ({ page, context }) => {
  await asleep(page);
  await open(page, "simulate");
  const address = await queue(page, CALL);
  const other = await context.newPage();
  await asleep(other);
  await openCard(page, address);
  await openCard(other, address);
  await askApproval(page);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await reject(other).click();
  await giveReason(other);
  const rejectThis = other.getByRole("button", { name: "Reject this call" });
  await expect(rejectThis).toHaveAttribute("aria-disabled", "false");

  await Promise.all([approveThis(page).click(), rejectThis.click()]);
  const [mine, theirs] = [outcome(page).locator(".chip"), outcome(other).locator(".chip")];
  await expect(mine).toBeVisible();
  await expect(theirs).toBeVisible();
  expect(await mine.textContent()).toBe(await theirs.textContent());
  const notices = [page, other].map((tab) => tab.getByText("already answered").count());
  expect((await Promise.all(notices)).reduce((sum, count) => sum + count, 0)).toBe(1);
});

test("a tab sees what was answered in another, without being asked", async ({ page, context }) => {
  await open(page, "simulate");
  const address = await queue(page, CALL);
  const other = await context.newPage();
  await openCard(other, address);
  await openCard(page, address);
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  await expect(outcome(other)).toContainText("approved");
  await expect(reject(other)).toHaveCount(0);
});

test("new calls do not move the list until they are asked for", async ({ page, context }) => {
  await open(page, "simulate");
  const address = await queue(page, CALL);
  await openCard(page, address);
  const other = await context.newPage();
  await open(other, "simulate");
  await queue(other, { tool: "email.send" });
  await queue(other, { tool: "email.send", args: { to: "x" } });

  const items = page.locator(".queue .line");
  await expect(page.getByRole("button", { name: "Show 2 new" })).toBeVisible();
  await expect(items).toHaveCount(1);
  await page.getByRole("button", { name: "Show 2 new" }).click();
  await expect(items).toHaveCount(3);
  await expect(items.nth(0)).toContainText("Write file");
  await expect(items.nth(2)).toContainText("Send email");
});

test("an edit in one tab is offered to the other, not forced on it", async ({ page, context }) => {
  await open(page, "policy");
  const other = await context.newPage();
  await open(other, "policy");
  await writePolicy(other, "name: coding-agent\nrules:\n  - tool: a\n    action: block\n");
  await expect(other.locator(".policy-status")).toContainText("coding-agent");
  await expect(page.locator(".policy-status")).toContainText("unnamed policy");
  await page.getByRole("button", { name: "Take over its text" }).click();
  await expect(page.locator(".policy-status")).toContainText("coding-agent");
  await page.getByRole("button", { name: "Bring the text before back" }).click();
  await expect(page.locator(".policy-status")).toContainText("unnamed policy");
});

test("pending calls come first, the soonest to expire at the top, then closed ones", async ({ page }) => {
  await open(page, "simulate");
  const addresses: string[] = [];
  for (const at of [1, 2, 3]) addresses.push(await queue(page, { tool: "file.write", args: { at } }));
  await openCard(page, addresses[2] ?? "");
  await rejectShown(page);
  await expect(outcome(page)).toContainText("rejected");
  await page.reload();
  const chips = page.locator(".queue .line-facts .chip:not(.risk)");
  await expect(chips).toHaveText(["pending", "pending"]);
  await page.getByText("Filter and sort").click();
  await page.getByLabel("Status").selectOption("Any");
  await expect(chips).toHaveText(["pending", "pending", "rejected"]);
  const order = await page
    .locator(".queue .line")
    .evaluateAll((links) => links.map((link) => link.getAttribute("href")));
  expect(order).toEqual([addresses[0], addresses[1], addresses[2]]);
});
