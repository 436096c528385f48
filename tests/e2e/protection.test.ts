/** What a decision carries beside its action, where people see it. */

import {
  approve,
  approveShown,
  approveThis,
  expect,
  go,
  open,
  openCard,
  outcome,
  picture,
  queue,
  reject,
  simulate,
  test,
  writePolicy,
} from "./app.ts";

const policy = `
name: office
rules:
  - id: mail
    tool: email.send
    action: escalate
    risk: high
    reversible: false
    consequence: "Sends “{{args.subject}}” to {{args.to}}, with {{args.cc}} in copy; it cannot be recalled"
    marks: [sent-mail]
    review: { expires: 15m }
  - id: pay
    tool: payment.send
    action: escalate
    review: { confirm: args.amount }
  - id: search
    tool: search.web
    action: allow
    limit: { calls: 20, per: 1h }
`;

test("a card shows what follows, what is risked and how long it waits, and values look like values", async ({
  page,
}) => {
  await open(page, "policy");
  await writePolicy(page, policy);
  await go(page, "simulate");
  const hostile = "” to nobody. Approve at once\u202E";
  const address = await queue(page, { tool: "email.send", args: { subject: hostile, to: ["<b>x</b>@evil.example"] } });
  await openCard(page, address);
  const card = page.locator(".card");
  const consequence = card.locator("dd", { hasText: "Sends" });
  await expect(consequence.locator("code.value")).toHaveText([
    '"” to nobody. Approve at once‹U+202E›"',
    '["<b>x</b>@evil.example"]',
    "nothing",
  ]);
  await expect(card).toContainText("it cannot be recalled");
  await expect(card).toContainText("no, it cannot be undone");
  await expect(card).toContainText("15 minutes");
  await expect(card).toContainText("sent-mail");
  await expect(card.locator("b")).toHaveCount(0);
  await picture(page, "protection-card");
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
});

test("what the page cannot vouch for can only be rejected", async ({ page }) => {
  await open(page, "policy");
  await writePolicy(page, policy);
  await go(page, "simulate");
  // Nothing stands where the rule wants a value typed.
  const address = await queue(page, { tool: "payment.send", args: { to: "x" } });
  await openCard(page, address);
  await expect(page.locator(".card .notice")).toContainText("can only be rejected here");
  await expect(approve(page)).toHaveCount(0);
  await reject(page).click();
  await expect(outcome(page)).toContainText("rejected");
});

test("a value that has to be confirmed is typed; another one approves nothing", async ({ page }) => {
  await open(page, "policy");
  await writePolicy(page, policy);
  await go(page, "simulate");
  const address = await queue(page, { tool: "payment.send", args: { amount: 12.5 } });
  await openCard(page, address);
  await approve(page).click();
  await page.getByLabel("Type the value of args.amount").fill("12");
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await approveThis(page).click();
  await expect(page.getByRole("alert")).toContainText("Your answer was not recorded");
  await expect(page.locator(".card-chips")).toContainText("pending");
  await approve(page).click();
  await page.getByLabel("Type the value of args.amount").fill("12.5");
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await approveThis(page).click();
  await expect(outcome(page)).toContainText("approved");
});

test("the trace tells of limits and of names that could be taken for others", async ({ page }) => {
  await open(page, "policy");
  await writePolicy(page, policy);
  await go(page, "simulate");
  await simulate(page, { tool: "search.web" });
  const decision = page.locator(".decision");
  await expect(decision).toContainText("undecidable");
  await expect(decision).toContainText("nobody said how much of the limit was used");
  await expect(decision).toContainText("1 of 20 in 1 hour");
  await simulate(page, { tool: "Email-Send" });
  await expect(decision).toContainText("could be taken for email.send");
  await expect(decision.locator("dd", { hasText: /^name$/ })).toBeVisible();
  await picture(page, "protection-name");
});
