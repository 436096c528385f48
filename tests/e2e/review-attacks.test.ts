/** What somebody tried against the review view: values approved that nobody has looked at. */

import {
  accessible,
  approve,
  approveShown,
  approveThis,
  askApproval,
  expect,
  FORMS,
  go,
  openCard,
  outcome,
  type Page,
  picture,
  queue,
  readThrough,
  reject,
  showAs,
  test,
} from "./app.ts";
import { held } from "./review-policy.ts";

const SECRET = "rm -rf /srv/prod # PRIVATE KEY-----";
/** An ordinary rule holds it, under which the call arms after a second. */
const file = (args: object) => ({ tool: "file.write", args });

async function openBatch(page: Page) {
  await go(page, "review");
  await page.getByRole("link", { name: /Batch of \d+ calls/ }).click();
  const rows = page.locator(".batch-table tbody tr");
  await expect(rows.first()).toBeVisible();
  return { rows, commit: page.locator(".decide .answers button") };
}

/** Longer than any button takes to arm. */
const armingIsOver = (page: Page) => page.waitForTimeout(2_500);

function row(page: Page, key: string) {
  return page.locator(".row", { has: page.locator(".key", { hasText: key }) });
}

test("a18_a_masked_value_that_nobody_looked_at locks approving, which says so", async ({ page }) => {
  const [address = ""] = await held(page, file({ path: "a", password: SECRET }));
  await openCard(page, address);
  await readThrough(page);
  await armingIsOver(page);
  await expect(page.locator(".approve-state")).toContainText("look at the masked value of args.password");
  await expect(approve(page)).toHaveAttribute("aria-disabled", "true");
  await page.keyboard.press("a");
  await expect(approveThis(page)).toHaveCount(0);
  await page.getByRole("button", { name: "Go there" }).click();
  await expect(page.locator(".masked")).toBeFocused();
  await page.getByRole("button", { name: /Look at the masked value/ }).click();
  await expect(row(page, "password")).toContainText("rm -rf /srv/prod");
  await approveShown(page);
  await expect(outcome(page)).toContainText("Note: looked at args.password");
});

test("a18_a_call_with_a_masked_value leaves its batch, is not told there, and is looked at alone", async ({ page }) => {
  const token = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
  const texts = ["one", "two", `TOKEN=${token}`];
  const addresses = await held(page, ...texts.map((text) => file({ path: "same", text })));
  // Of two that are alike and hold a secret at the same key, neither stays.
  await go(page, "simulate");
  for (const path of ["a", "b"]) await queue(page, file({ path, password: SECRET }));
  await go(page, "review");
  await expect(page.getByRole("link", { name: /Batch of \d+ calls/ })).toHaveCount(1);
  const { rows } = await openBatch(page);
  await expect(rows).toHaveCount(2);
  await expect(page.locator(".outliers")).toContainText("args.text holds what looks like a secret");
  await expect(page.locator(".batch")).not.toContainText(token.slice(4));
  await page.locator(".outliers a").click();
  await expect(page).toHaveURL(new RegExp(`${addresses[2]}$`));
});

async function openEdit(page: Page, address: string) {
  await openCard(page, address);
  await page.getByRole("button", { name: "Approve with edits…" }).click();
  const step = page.locator(".edit-step");
  await expect(step.getByRole("button", { name: "Back" })).toBeVisible();
  await expect(step.getByLabel("args.copies")).toBeVisible();
  return { step, decide: step.getByRole("button", { name: "Decide the changed call" }) };
}

test("a18_an_edit_shows_no_masked_value by itself, and the edited call is locked until it was looked at", async ({
  page,
}) => {
  const note = { tool: "note.write", args: { text: "a", copies: 2, password: SECRET } };
  const [address = ""] = await held(page, note);
  const { step, decide } = await openEdit(page, address);
  await expect(step.getByLabel("args.text")).toHaveValue("a");
  await expect(step.getByLabel("args.password")).toHaveCount(0);
  await expect(step).not.toContainText("rm -rf");
  await picture(page, "review-edit-masked");
  await accessible(page);
  await step.getByLabel("args.copies").fill("3");
  await decide.click();
  await expect(page.getByText("A reviewer has edited this call")).toBeVisible();
  await readThrough(page);
  await armingIsOver(page);
  await expect(page.locator(".approve-state")).toContainText("look at the masked value of args.password");
  await expect(approve(page)).toHaveAttribute("aria-disabled", "true");
  await expect(page.locator(".card")).not.toContainText("rm -rf");
  await page
    .getByRole("button", { name: /Look at the masked value/ })
    .first()
    .click();
  await approveShown(page);
  await expect(outcome(page)).toContainText("Note: looked at args.password");
});

test("a18_a_secret_that_is_looked_at_in_an_edit can be changed, and its new value is masked and looked at too", async ({
  page,
}) => {
  const note = { tool: "note.write", args: { text: "a", copies: 2, password: SECRET } };
  const [address = ""] = await held(page, note);
  const { step, decide } = await openEdit(page, address);
  await step.getByRole("button", { name: /Look at the masked value/ }).click();
  await expect(step.getByLabel("args.password")).toHaveValue(SECRET);
  await step.getByLabel("args.password").fill("another secret");
  await decide.click();
  await expect(page.getByText("A reviewer has edited this call")).toBeVisible();
  await readThrough(page);
  await expect(page.locator(".approve-state")).toContainText("look at the masked value of args.password");
  await expect(page.locator(".card")).not.toContainText("another secret");
  await expect(page.locator(".card")).not.toContainText("rm -rf");
  await page
    .getByRole("button", { name: /Look at the masked value/ })
    .first()
    .click();
  await expect(row(page, "password").first()).toContainText("another secret");
  await approveShown(page);
  await expect(outcome(page)).toContainText("Note: looked at args.password");
});

test("a18_an_edit_shows_no_token_that_stands_in_a_text by itself, and a look at it is noted", async ({ page }) => {
  const text = "TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345 and more";
  const [address = ""] = await held(page, { tool: "note.write", args: { text, copies: 2 } });
  const { step } = await openEdit(page, address);
  await expect(step.getByLabel("args.text")).toHaveCount(0);
  await expect(page.locator("main")).not.toContainText("0123456789");
  await expect(step).toContainText("masked, as a part of it looks like a secret");
  await step.getByRole("button", { name: /Look at the masked value/ }).click();
  await expect(step.getByLabel("args.text")).toHaveValue(text);
  await step.getByRole("button", { name: "Back" }).click();
  await approveShown(page);
  await expect(outcome(page)).toContainText("Note: looked at args.text");
});

test("c01_a_batch_wider_than_the_window shows one call after the other, and each is read", async ({ page }) => {
  // Of eight columns, which is all that a batch has, the last are so long that what stands before them leaves the window.
  const args = (n: number) => ({
    ...Object.fromEntries(Array.from({ length: 5 }, (_, at) => [`k${at}${"_".repeat(30)}`, `v${n}`])),
    k5: n === 1 ? "friend" : "EVIL",
    k6: `${n} ${"word ".repeat(60)}end`,
    k7: `${n} ${"word ".repeat(60)}end`,
  });
  await page.setViewportSize({ width: 400, height: 420 });
  await held(page, file(args(1)), file(args(2)));
  const { rows, commit } = await openBatch(page);
  await expect(rows).toHaveCount(2);
  await page.evaluate(() => {
    const look = () => {
      const cell = [...document.querySelectorAll(".batch-table td")].find(({ textContent }) => textContent === "EVIL");
      const { left = -1, right = -1, top = -1, bottom = -1 } = cell?.getBoundingClientRect() ?? {};
      const isIn = left >= 0 && right <= innerWidth && top >= 0 && bottom <= innerHeight;
      if (isIn) document.body.setAttribute("data-evil", "seen");
      requestAnimationFrame(look);
    };
    look();
  });
  const sideways = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(await sideways()).toBeLessThanOrEqual(0);
  for (const at of [0, 1]) await rows.nth(at).getByRole("radio", { name: "Approve" }).check();
  await armingIsOver(page);
  await expect(page.locator("#commit-state")).toContainText("not been wholly on screen");
  await expect(commit).toHaveAttribute("aria-disabled", "true");
  await expect(page.locator("body")).not.toHaveAttribute("data-evil");
  await commit.click({ force: true });
  await expect(page.getByText("answers were recorded")).toHaveCount(0);
  await readThrough(page);
  await expect(page.locator("body")).toHaveAttribute("data-evil", "seen");
  await expect(commit).toHaveAttribute("aria-disabled", "false", { timeout: 25_000 });
});

test("c01_a_part_that_stands_beside_the_window was not on screen", async ({ page }) => {
  const [address = ""] = await held(page, file({ path: "a", text: "b" }));
  await page.addInitScript(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(".row { position: relative; left: 3000px } .row:last-child { width: 4000px }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  });
  await page.reload();
  await openCard(page, address);
  await armingIsOver(page);
  await expect(page.locator(".approve-state")).toContainText("2 parts have not been wholly on screen");
  await readThrough(page);
  await expect(approve(page)).toHaveAttribute("aria-disabled", "false");
});

test("b21_what_comes_to_a_card_in_the_last_step locks approving until it was read", async ({ page, context }) => {
  const [address = ""] = await held(page, file({ path: "a" }));
  await openCard(page, address);
  await askApproval(page);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  const other = await context.newPage();
  await openCard(other, address);
  await other.getByRole("button", { name: "Ask for more…" }).click();
  await other.getByLabel("Ask the agent").fill("who is this for? ".repeat(400));
  await other.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(other.locator(".agent-words")).toContainText("who is this for?");
  await other.close();
  await page.bringToFront();
  await expect(page.locator(".card")).toContainText("who is this for?");
  await expect(page.locator(".confirm-state")).toContainText("not been wholly on screen");
  await armingIsOver(page);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "true");
  await page.keyboard.press("y");
  await expect(outcome(page)).toHaveCount(0);
  await readThrough(page);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false", { timeout: 25_000 });
  await approveThis(page).click();
  await expect(outcome(page)).toContainText("approved");
});

test("b21_a_card_that_grows_while_it_is_on_screen arms anew", async ({ page, context }) => {
  const [address = ""] = await held(page, file({ path: "a" }));
  await openCard(page, address);
  await askApproval(page);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await page.evaluate(() => {
    const state = document.querySelector(".confirm .approve");
    new MutationObserver(() => {
      if (state?.getAttribute("aria-disabled") === "true") document.body.setAttribute("data-disarmed", "");
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ["aria-disabled"] });
  });
  const other = await context.newPage();
  await openCard(other, address);
  await other.getByRole("button", { name: "Ask for more…" }).click();
  await other.getByLabel("Ask the agent").fill("for whom?");
  await other.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(other.locator(".agent-words")).toContainText("for whom?");
  await other.close();
  await page.bringToFront();
  await expect(page.locator(".card")).toContainText("for whom?");
  await expect(page.locator("body")).toHaveAttribute("data-disarmed", "");
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
});

test("a17_a_value_deep_inside says in which field it stands, where rows share one indent", async ({ page }) => {
  const args = { mail: { to: { who: { email: "boss@evil.example" }, cc: { email: "friend@acme.com" } } } };
  const [address = ""] = await held(page, file(args));
  await openCard(page, address);
  const deep = page.locator(".row", { hasText: "boss@evil.example" });
  await expect(deep).toHaveText(/^args\.mail\.to\.who › email: /, { useInnerText: true });
  await expect(row(page, "to").first()).toHaveText(/^to: /, { useInnerText: true });
  for (const form of FORMS) {
    await showAs(page, form);
    await picture(page, `review-deep-${form.name}`);
    await accessible(page);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  await expect(row(page, "to").first()).toHaveText(/^args\.mail › to: /, { useInnerText: true });
});

test("c11_a_long_card_on_screen_at_once takes the time to read it", async ({ page }) => {
  const to = Array.from({ length: 500 }, (_, at) => (at === 499 ? "evil@evil.example" : `f${at}@acme.com`));
  const [address = ""] = await held(page, file({ to }));
  await page.setViewportSize({ width: 1280, height: 30_000 });
  await openCard(page, address);
  await expect(page.locator(".approve-state")).toContainText("Take the time to read it.");
  await armingIsOver(page);
  await expect(approve(page)).toHaveAttribute("aria-disabled", "true");
  await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
  await expect(approve(page)).toHaveAttribute("aria-disabled", "false", { timeout: 25_000 });
});

test("c01_the_button_of_a_batch never tells of other choices than it records, and arms anew with each", async ({
  page,
}) => {
  await held(page, ...[10, 11, 12].map((amount) => ({ tool: "file.pay", args: { amount, to: "ann" } })));
  const { rows, commit } = await openBatch(page);
  for (const at of [0, 1]) await rows.nth(at).getByRole("radio", { name: "Approve" }).check();
  await expect(commit).toContainText("Approve 2 ·");
  await expect(commit).toHaveAttribute("aria-disabled", "false");
  await picture(page, "review-batch-line");
  await page.evaluate(() => {
    const told: string[] = [];
    Object.assign(window, { told });
    new MutationObserver(() => {
      const button = document.querySelector(".decide .answers button");
      const chosen = document.querySelectorAll("tr.approve").length;
      told.push(`${chosen} ${button?.textContent} ${button?.getAttribute("aria-disabled")}`);
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await rows.nth(2).getByRole("radio", { name: "Approve" }).check();
  await expect(commit).toContainText("Approve 3 ·");
  await expect(commit).toHaveAttribute("aria-disabled", "false");
  const told = await page.evaluate(() => (window as unknown as { readonly told: readonly string[] }).told);
  expect(told.filter((each) => each.startsWith("3 ") && !each.startsWith("3 Approve 3"))).toEqual([]);
  // Between the choice and the last word it was locked.
  expect(told.filter((each) => each.startsWith("3 ") && each.endsWith("true"))).not.toEqual([]);
});

test("the answers of a batch stand in one line where there is room", async ({ page }) => {
  await held(page, ...[10, 11, 12].map((amount) => ({ tool: "file.pay", args: { amount, to: "ann" } })));
  const { rows } = await openBatch(page);
  const tops = () =>
    rows
      .first()
      .locator(".call-choices label")
      .evaluateAll((all) => [...new Set(all.map((label) => Math.round(label.getBoundingClientRect().top)))]);
  expect(await tops()).toHaveLength(1);
  for (const form of FORMS) {
    await showAs(page, form);
    await picture(page, `review-batch-${form.name}`);
    await accessible(page);
  }
});
