/** The whole way of a call: edit, simulate, escalate, reload, review. */

import {
  approve,
  approveShown,
  askApproval,
  expect,
  go,
  open,
  openCard,
  outcome,
  picture,
  queue,
  reject,
  rejectShown,
  simulate,
  test,
  writePolicy,
} from "./app.ts";

const MISSPELT = `rules:
  - tool: search.web
    action: allow
  - tool: "email.send"
    action: escalte
    reason: "Outbound email requires review"
`;

test("from a misspelt policy to an approval that outlives the page", async ({ page }) => {
  await open(page, "policy");
  await page.locator(".cm-content").click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.insertText(MISSPELT);

  await expect(page.locator(".cm-lintRange-error")).toHaveText("escalte");
  await expect(page.locator(".policy-status")).toContainText("Nothing is decided until");
  await expect(page.locator(".problem")).toContainText("line 5, column 13");
  await picture(page, "flow-1-problem");

  await go(page, "simulate");
  await expect(page.getByRole("button", { name: "Decide" })).toBeDisabled();

  await go(page, "policy");
  await page.locator(".problem .jump").click();
  await expect(page.locator(".cm-content")).toBeFocused();
  await expect(page.locator(".cm-activeLine")).toContainText("escalte");
  await page.locator(".problem").getByRole("button", { name: "Fix:" }).click();
  await expect(page.locator(".problem")).toHaveCount(0);
  await expect(page.locator(".cm-content")).toContainText("action: escalate");
  await expect(page.locator(".policy-status")).toContainText("In force");

  await go(page, "simulate");
  await simulate(page, { tool: "search.web", args: { q: "weather" } });
  await expect(page.locator(".decision .facts")).toContainText("allow");
  await expect(page.getByRole("button", { name: "Put in the review queue" })).toHaveCount(0);

  const address = await queue(page, {
    tool: "email.send",
    args: { to: ["bob@example.com"], subject: "Hello", urgent: false, copies: 2, bcc: null },
    reason: "The user asked me to",
  });
  await expect(page.locator(".trace > ol > li")).toHaveText([/search\.web did not match/, /email\.send matched/]);
  await picture(page, "flow-2-decision");

  await page.reload();
  await go(page, "review");
  await expect(page.locator(".queue li")).toHaveCount(1);
  await page.locator(".queue li a").click();
  const card = page.locator(".card");
  await expect(card.getByRole("heading", { level: 2 })).toContainText("Send email");
  await expect(card.locator(".facts")).toContainText("Outbound email requires review");
  await expect(card.locator(".rows").first()).toContainText(/to:\s+list of 1.*"bob@example.com"/);
  await expect(card.locator(".rows").first()).toContainText("urgent: false boolean");
  await expect(card.locator(".rows").first()).toContainText("bcc: null");
  await expect(card.locator(".agent-words")).toContainText("Written by the agent, not verified");
  await expect(reject(page)).toBeFocused();
  await picture(page, "flow-3-card");

  await askApproval(page);
  await picture(page, "flow-4-confirm");
  await page.getByRole("button", { name: "Back" }).click();
  await expect(reject(page)).toBeFocused();
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");

  await page.reload();
  await expect(page).toHaveURL(new RegExp(`${address}$`));
  await expect(outcome(page)).toContainText("approved");
  // What was answered before this sitting is asked for.
  await expect(page.locator(".queue li")).toHaveCount(0);
  await page.getByRole("button", { name: "Show closed calls" }).click();
  await expect(page.locator(".queue li")).toContainText("approved");
  await picture(page, "flow-5-outcome");
});

test("a fix is offered where the problem is underlined", async ({ page }) => {
  await open(page, "policy");
  await writePolicy(page, MISSPELT);
  await page.locator(".cm-lintRange-error").hover();
  await expect(page.locator(".cm-tooltip-lint")).toContainText("unknown action");
  await picture(page, "flow-tooltip");
  // A picture of the whole page changes the window for a moment, which may close the tooltip.
  await page.locator(".cm-lintRange-error").hover();
  await page.locator(".cm-diagnosticAction").click();
  await expect(page.locator(".policy-status")).toContainText("In force");

  await page.locator(".outline").getByRole("button", { name: "email.send" }).click();
  await expect(page.locator(".cm-content")).toBeFocused();
  await page.keyboard.press("ControlOrMeta+F");
  await expect(page.locator(".cm-search")).toBeVisible();
  await picture(page, "flow-search");
});

test("a rejected call stays rejected", async ({ page }) => {
  await open(page, "simulate");
  const address = await queue(page, { tool: "file.write", args: { path: "/etc/passwd" } });
  await openCard(page, address);
  await rejectShown(page, "not there");
  await expect(outcome(page)).toContainText("rejected");

  await page.reload();
  await expect(outcome(page)).toContainText("rejected");
  await expect(outcome(page)).toContainText("Note: not there");
  await expect(reject(page)).toHaveCount(0);
  await expect(approve(page)).toHaveCount(0);
});

test("the trace leads to the rule in the text", async ({ page }) => {
  await open(page, "simulate");
  await simulate(page, { tool: "shell.execute" });
  await page.locator(".trace").getByRole("link", { name: "shell.execute" }).click();
  await expect(page.locator("h1")).toHaveText("Policy");
  await expect(page.locator(".cm-content")).toBeFocused();
  await expect(page.locator(".cm-activeLine")).toContainText("action: block");
  await expect(page.locator(".cm-selectionBackground")).toHaveCount(2);
});

test("the form and the JSON hold the same call, whichever is written", async ({ page }) => {
  await open(page, "simulate");
  // A name that neither policy nor catalogue knows: the arguments stay.
  await page.getByLabel("Tool").fill("notes.keep");
  await page.getByLabel("Value (JSON)").first().fill("hello");
  await expect(page.locator(".field-problem")).toContainText("This is not JSON");
  await page.getByRole("button", { name: "Take it as text" }).click();
  await expect(page.getByLabel("Value (JSON)").first()).toHaveValue('"hello"');
  await page.getByLabel("Value (JSON)").nth(1).fill("1.50");
  await page.getByRole("button", { name: "Write the whole call as JSON" }).click();
  const json = page.getByLabel("Call tool, args");
  await expect(json).toHaveValue(/"tool": "notes.keep"[\s\S]*"path": "hello",\s*"text": 1\.50/);
  await page.getByRole("button", { name: "Back to the form" }).click();
  await expect(page.getByLabel("Value (JSON)").nth(1)).toHaveValue("1.50");

  await page.getByRole("button", { name: "Write the whole call as JSON" }).click();
  await json.fill('{"tool": "email.send", "args": {"to": ["a", 1]}, "user": "ann", "extra": {"kept": true}}');
  await page.getByRole("button", { name: "Back to the form" }).click();
  await expect(page.getByLabel("Value (JSON)")).toHaveValue('["a",1]');
  await page.getByRole("button", { name: "Write the whole call as JSON" }).click();
  await expect(json).toHaveValue(/"user": "ann",\s*"extra": \{"kept":true\}/);

  await json.fill('{"tool": "email.send", "args": ');
  await page.getByRole("button", { name: "Back to the form" }).click();
  await expect(page.locator(".field-problem")).toContainText("once it is valid JSON");
  await expect(json).toHaveValue('{"tool": "email.send", "args": ');
});

for (const [name, call, message] of [
  ["no JSON", "{tool: x}", "not-json"],
  ["no tool", '{"args": {}}', "tool"],
  ["__proto__ as a key", '{"tool": "search.web", "args": {"__proto__": {"a": 1}}}', "__proto__"],
  ["a key written twice", '{"tool": "shell.execute", "tool": "search.web"}', "tool"],
  ["a key written twice deep inside", '{"tool": "search.web", "args": {"m": {"twice": 1, "twice": 2}}}', "twice"],
  ["a list", "[1]", "object"],
] as const) {
  test(`a call that is ${name} is refused, not decided`, async ({ page }) => {
    await open(page, "simulate");
    await simulate(page, call);
    await expect(page.locator(".decision")).toContainText("Nothing was decided");
    await expect(page.locator(".decision .notice")).toContainText(message);
    await expect(page.locator(".decision .chip")).toHaveCount(0);
  });
}

test("a tool named __proto__ or constructor gets the default", async ({ page }) => {
  await open(page, "simulate");
  for (const tool of ["__proto__", "constructor"]) {
    await simulate(page, { tool });
    await expect(page.locator(".decision .facts")).toContainText("none matched");
    await expect(page.locator(".decision .facts .chip")).toHaveText("escalate");
  }
});
