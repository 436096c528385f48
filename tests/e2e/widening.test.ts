/** What a change of a policy widens, told in Simulate from two policies alone. */

import { accessible, expect, FORMS, go, open, type Page, picture, showAs, simulate, test, writePolicy } from "./app.ts";

const BEFORE = `name: desk
rules:
  - { id: pay, tool: pay, when: { args.amount: { at_most: 50 } }, action: allow }
  - { id: pay-rest, tool: pay, action: escalate }
  - { id: delete, tool: "*.delete", action: block }
  - { id: read, tool: file.read, action: allow }
`;
const AFTER = `name: desk
rules:
  - { id: pay, tool: pay, when: { args.amount: { at_most: 80 } }, action: allow }
  - { id: pay-rest, tool: pay, action: escalate }
  - { id: delete, tool: "*.delete", action: block }
  - { id: read, tool: file.read, action: escalate }
`;

const panel = (page: Page) => page.locator(".widening");
const said = (page: Page) => panel(page).getByRole("status");
const changes = (page: Page) => panel(page).getByRole("list", { name: "Changes" }).locator("> li");

async function begin(page: Page, policy = AFTER): Promise<void> {
  await open(page, "policy");
  await writePolicy(page, policy);
  await go(page, "simulate");
}

async function checkWith(page: Page, text: string, name = "before.yaml"): Promise<void> {
  const file = { name, mimeType: "application/yaml", buffer: Buffer.from(text) };
  await panel(page).getByLabel("Check with a policy file…").setInputFiles(file);
}

test("each change is told, the worst first, and a widening with a call that can be decided", async ({ page }) => {
  await begin(page);
  await checkWith(page, BEFORE);
  await expect(said(page)).toHaveText("From before.yaml: 2 changes; together they widen");
  await expect(changes(page)).toHaveCount(2);
  await expect(changes(page).nth(0)).toContainText("widens: when of pay");
  await expect(changes(page).nth(0).locator(".witness p")).toContainText("escalate pay-rest → allow pay");
  await expect(changes(page).nth(1)).toHaveText("tightens: action of read");
  await changes(page).nth(0).getByRole("button", { name: "Look at this call" }).click();
  const text = await page.getByLabel("Call tool, args").inputValue();
  expect(JSON.parse(text)).toMatchObject({ tool: "pay" });
  await simulate(page, text);
  await expect(page.locator(".decision .facts dd").first()).toHaveText("allow");
  for (const form of FORMS) {
    await showAs(page, form);
    await accessible(page);
    await panel(page).scrollIntoViewIfNeeded();
    await picture(page, `widening-${form.name}`);
  }
  await go(page, "policy");
  await writePolicy(page, BEFORE);
  await go(page, "simulate");
  await expect(panel(page)).toContainText("The policy has changed since");
  await checkWith(page, BEFORE);
  await expect(said(page)).toHaveText("From before.yaml: no change");
});

test("the text is checked with what was saved last, and hidden characters of a file's name are shown", async ({
  page,
}) => {
  await begin(page, BEFORE);
  await go(page, "policy");
  await page.locator(".library-bar").getByRole("button", { name: "Save version" }).click();
  await page.locator("#library-panel").getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.locator("#library-panel")).toHaveCount(0);
  await writePolicy(page, AFTER.replace("at_most: 80", "at_most: 20"));
  await go(page, "simulate");
  await panel(page).getByRole("button", { name: "Check with the saved policy" }).click();
  await expect(said(page)).toHaveText("From Starter, saved: 2 changes; together they tighten");
  await checkWith(page, BEFORE, "a\u202eb.yaml");
  await expect(said(page)).toContainText("From a‹U+202E›b.yaml: 2 changes");
});

test("a policy file with an error says what and where, and nothing is told", async ({ page }) => {
  await begin(page);
  await checkWith(page, "rules:\n  - { tool: a, action: alow }\n");
  await expect(panel(page).getByRole("alert")).toContainText("unknown action `alow`");
  await expect(panel(page).getByRole("alert")).toContainText("before.yaml:2:");
  await expect(changes(page)).toHaveCount(0);
});

test("while large policies are gone through calls are decided, and it can be cancelled", async ({ page }) => {
  const large = (bound: number) => {
    const rule = (at: number) =>
      `  - { id: r${at}, tool: "t${at % 40}.*", when: { args.a${at % 7}: { at_most: ${at + bound} } }, action: allow }`;
    return `rules:\n${Array.from({ length: 3_000 }, (_, at) => rule(at)).join("\n")}\n`;
  };
  await begin(page, large(1));
  await checkWith(page, large(0));
  await expect(said(page)).toContainText("looking");
  await simulate(page, { tool: "t1.x", args: { a1: 0 } });
  await expect(page.locator(".decision .facts dd").first()).toHaveText("allow");
  await panel(page).getByRole("button", { name: "Cancel check" }).click();
  await expect(said(page)).toHaveText("From before.yaml: cancelled");
  await checkWith(page, AFTER);
  await expect(said(page)).toContainText("From before.yaml: 3,0", { timeout: 50_000 });
});
