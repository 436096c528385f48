/** One call: forms from a tool catalogue, the rule's text beside the trace, and calls that become tests. */

import { expect, go, open, type Page, picture, simulate, test, writePolicy } from "./app.ts";

const POLICY = `# Refunds of the shop.
name: shop
rules:
  - id: large
    tool: refund
    when:
      args.amount: { above: 100 }
    action: escalate
    reason: Large refunds
  - { tool: refund, action: allow } # small
  - { tool: mail.*, action: escalate, review: { quorum: 2 } }
`;

const CATALOGUE = {
  tools: [
    {
      name: "refund",
      description: "Pays money back\u202e.",
      inputSchema: {
        type: "object",
        properties: {
          order: { type: "string", description: "Number of the order" },
          amount: { type: "number", minimum: 0, maximum: 500 },
          why: { enum: ["late", "lost", "broken"] },
          express: { type: "boolean", default: true },
          lines: {
            type: "array",
            items: {
              type: "object",
              properties: { sku: { type: "string" }, count: { type: "integer", minimum: 1 } },
              required: ["sku", "count"],
            },
          },
          extra: { type: "object" },
        },
        required: ["order", "amount", "why"],
        additionalProperties: false,
      },
    },
    { name: "mail.send", inputSchema: { type: "object", properties: { to: { type: "string" } }, required: ["to"] } },
  ],
};

async function importTools(page: Page, text: string, name = "shop-tools.json"): Promise<void> {
  const opened = page.locator("details.catalogue[open]");
  if ((await opened.count()) === 0) await page.locator("details.catalogue > summary").click();
  // As such a character gets past whoever looks at the file.
  const file = { name, mimeType: "application/json", buffer: Buffer.from(text.replace("\u202e", "\\u202e")) };
  await page.getByLabel("Open catalogue…").setInputFiles(file);
}

async function begin(page: Page): Promise<void> {
  await open(page, "policy");
  await writePolicy(page, POLICY);
  await go(page, "simulate");
}

const decide = (page: Page) => page.getByRole("button", { name: "Decide", exact: true });
const decision = (page: Page) => page.locator(".decision");

test("a form from the catalogue has a control of each type, and the call that it writes is decided", async ({
  page,
}) => {
  await begin(page);
  await importTools(page, JSON.stringify(CATALOGUE));
  await expect(page.locator("details.catalogue > summary")).toContainText("shop-tools.json, 2 tools");
  await page.getByLabel("Tool", { exact: true }).fill("refund");
  await expect(page.getByRole("group", { name: "Arguments of refund" })).toBeVisible();
  // What the tool's author wrote is shown for what it is.
  await expect(page.locator(".panel").first()).toContainText("Pays money back‹U+202E›.");
  await expect(page.getByLabel("path")).toHaveCount(0);

  await decide(page).click();
  await expect(page.getByText("A value is missing.")).toBeVisible();
  await page.getByRole("textbox", { name: "order" }).fill('A "quoted" one');
  await page.getByRole("textbox", { name: "amount" }).fill("12x");
  await expect(page.getByText("This is not a number.")).toBeVisible();
  await page.getByRole("textbox", { name: "amount" }).fill("120.50");
  await page.getByRole("combobox", { name: "why" }).selectOption("lost");
  await page.getByRole("button", { name: "Set express" }).click();
  await expect(page.getByRole("combobox", { name: "express" })).toHaveValue("true");
  await page.getByRole("button", { name: "Set lines" }).click();
  await page.getByRole("button", { name: "Add an item to lines" }).click();
  await page.getByRole("textbox", { name: "sku" }).fill("s-1");
  await page.getByRole("textbox", { name: "count" }).fill("2");
  await page.getByRole("button", { name: "Set extra" }).click();
  await page.getByRole("textbox", { name: "extra" }).fill('{"a":[1]}');
  await decide(page).click();
  await expect(decision(page).locator(".facts")).toContainText("escalate");
  await expect(decision(page).locator(".facts")).toContainText("large");
  await picture(page, "simulate-form");

  await page.getByRole("button", { name: "Write the whole call as JSON" }).click();
  const written = await page.getByLabel("Call tool, args").inputValue();
  expect(written).toContain("120.50");
  expect(JSON.parse(written)).toEqual({
    tool: "refund",
    args: {
      order: 'A "quoted" one',
      amount: 120.5,
      why: "lost",
      express: true,
      lines: [{ sku: "s-1", count: 2 }],
      extra: { a: [1] },
    },
  });
  await page.getByRole("button", { name: "Back to the form" }).click();
  await page.getByRole("button", { name: "Leave out lines" }).click();
  await page.getByRole("button", { name: "amount as JSON" }).click();
  await page.getByRole("textbox", { name: "amount" }).fill('"much"');
  await decide(page).click();
  await expect(decision(page).locator(".facts")).toContainText("undecidable");
});

test("another tool has none of the arguments that it does not have, and its own again when it is chosen again", async ({
  page,
}) => {
  await begin(page);
  const tool = page.getByLabel("Tool", { exact: true });
  const names = () =>
    page.getByLabel("Name", { exact: true }).evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value));
  expect(await names()).toEqual(["path", "text"]);
  // No policy or catalogue knows these: somebody is typing.
  await tool.fill("ref");
  expect(await names()).toEqual(["path", "text"]);
  await tool.fill("refund");
  await expect(page.getByText("none", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Add an argument" }).click();
  await page.getByLabel("Name", { exact: true }).fill("amount");
  await page.getByLabel("Value (JSON)").fill("120");
  await decide(page).click();
  await expect(decision(page).locator(".facts")).toContainText("large");
  await importTools(page, JSON.stringify(CATALOGUE));
  await expect(page.getByRole("textbox", { name: "amount" })).toHaveValue("120");
  await tool.fill("mail.send");
  await expect(page.getByRole("textbox", { name: "amount" })).toHaveCount(0);
  await page.getByRole("textbox", { name: "to" }).fill("ann@acme.com");
  await page.getByRole("button", { name: "Write the whole call as JSON" }).click();
  expect(JSON.parse(await page.getByLabel("Call tool, args").inputValue())).toEqual({
    tool: "mail.send",
    args: { to: "ann@acme.com" },
  });
  await page.getByRole("button", { name: "Back to the form" }).click();
  await tool.fill("refund");
  await expect(page.getByRole("textbox", { name: "amount" })).toHaveValue("120");
});

test("what is removed from a form leaves the focus beside where it was", async ({ page }) => {
  await begin(page);
  const names = page.getByLabel("Name", { exact: true });
  await page.getByRole("button", { name: "Add an argument" }).click();
  await names.nth(2).fill("third");
  // In the middle, at the end, and the last that there is.
  await page.getByRole("button", { name: "Remove argument text" }).press("Enter");
  await expect(names.nth(1)).toHaveValue("third");
  await expect(names.nth(1)).toBeFocused();
  await page.getByRole("button", { name: "Remove argument third" }).press("Enter");
  await expect(names.first()).toBeFocused();
  await page.getByRole("button", { name: "Remove argument path" }).press("Enter");
  await expect(page.getByRole("button", { name: "Add an argument" })).toBeFocused();

  await importTools(page, JSON.stringify(CATALOGUE));
  await expect(page.locator("details.catalogue > summary")).toContainText("2 tools");
  await page.getByLabel("Tool", { exact: true }).fill("refund");
  await page.getByRole("button", { name: "Set express" }).press("Enter");
  await expect(page.getByRole("combobox", { name: "express" })).toBeFocused();
  await page.getByRole("button", { name: "Leave out express" }).press("Enter");
  await expect(page.getByRole("button", { name: "Set express" })).toBeFocused();
  await page.getByRole("button", { name: "Set lines" }).press("Enter");
  const add = page.getByRole("button", { name: "Add an item to lines" });
  for (let at = 0; at < 2; at += 1) await add.click();
  await page.getByRole("textbox", { name: "sku" }).first().fill("one");
  await page.getByRole("textbox", { name: "sku" }).nth(1).fill("two");
  await page.getByRole("button", { name: "Leave out item 1" }).press("Enter");
  await expect(page.getByRole("textbox", { name: "sku" })).toHaveValue("two");
  await expect(page.getByRole("textbox", { name: "sku" })).toBeFocused();
  await page.getByRole("button", { name: "Leave out item 1" }).press("Enter");
  await expect(add).toBeFocused();
  await page.getByRole("button", { name: "Remove the catalogue" }).press("Enter");
  await expect(page.locator("details.catalogue > summary")).toBeFocused();
});

test("what the policy allows and does not fit the catalogue escalates, also after a reload, until the catalogue is removed", async ({
  page,
}) => {
  await begin(page);
  await importTools(page, JSON.stringify(CATALOGUE));
  await expect(page.locator("details.catalogue > summary")).toContainText("2 tools");
  const call = { tool: "refund", args: { order: "a", amount: 5, why: "boredom" } };
  await simulate(page, call);
  await expect(decision(page).locator(".facts")).toContainText("misfit");
  await expect(decision(page)).toContainText("does not fit the tool catalogue: args.why");
  await page.reload();
  await expect(page.getByRole("button", { name: "Write the whole call as JSON" })).toBeVisible();
  await simulate(page, call);
  await expect(decision(page).locator(".facts")).toContainText("misfit");
  await page.locator("details.catalogue > summary").click();
  await page.getByRole("button", { name: "Remove the catalogue" }).click();
  await simulate(page, call);
  await expect(decision(page).locator(".facts dd").first()).toHaveText("allow");
  await page.reload();
  await expect(page.getByRole("button", { name: "Write the whole call as JSON" })).toBeVisible();
  await simulate(page, call);
  await expect(decision(page).locator(".facts dd").first()).toHaveText("allow");
});

test("a catalogue with an error says what and where, and changes nothing", async ({ page }) => {
  await begin(page);
  await importTools(page, JSON.stringify(CATALOGUE));
  await expect(page.locator("details.catalogue > summary")).toContainText("2 tools");
  await importTools(page, '[\n  {"name": "a", "inputSchema": {"type": "strnig"}}\n]', "bad.json");
  const trouble = page.locator(".catalogue .notice.bad");
  await expect(trouble).toContainText("unknown type `strnig`");
  await expect(trouble).toContainText("bad.json:2:");
  await expect(page.locator("details.catalogue > summary")).toContainText("shop-tools.json, 2 tools");
  await page.getByText("Paste one").click();
  await page.getByLabel("Catalogue as JSON or YAML").fill("- name: only\n");
  await page.getByRole("button", { name: "Use this catalogue" }).click();
  await expect(page.locator("details.catalogue > summary")).toContainText("pasted, 1 tool");
  await expect(trouble).toHaveCount(0);
});

test("the decision shows the rule's text in place; each condition leads to its line of the trace and back to the policy", async ({
  page,
}) => {
  await begin(page);
  await simulate(page, { tool: "refund", args: { amount: 500 } });
  const excerpt = decision(page).locator(".excerpt");
  await expect(excerpt.locator("li")).toHaveCount(6);
  await expect(excerpt.locator("li").first()).toHaveText("- id: large".padStart(13));
  await expect(excerpt.locator("li").first()).toHaveAttribute("value", "4");
  await excerpt.getByRole("button").first().click();
  await expect(decision(page).locator(".conditions li").first()).toBeFocused();
  await decision(page).locator(".trace").getByRole("link", { name: "args.amount" }).click();
  await expect(page.locator("h1")).toHaveText("Policy");
  await expect(page.locator(".cm-content")).toBeFocused();
  const selected = await page.evaluate(() => {
    const root = document.querySelector(".editor")?.shadowRoot as (ShadowRoot & { getSelection?(): Selection }) | null;
    return (root?.getSelection?.() ?? getSelection())?.toString();
  });
  expect(selected).toContain("args.amount");
});

test("a call that escalates says what would be allowed instead, and one that is allowed does not", async ({ page }) => {
  await begin(page);
  await simulate(page, { tool: "refund", args: { amount: 500 } });
  await expect(decision(page).locator(".instead")).toHaveText([
    "It would be allowed for example if args.amount were 100.",
  ]);
  await simulate(page, { tool: "refund", args: { amount: 100 } });
  await expect(decision(page).locator(".facts dd").first()).toHaveText("allow");
  await expect(decision(page).locator(".instead")).toHaveCount(0);
});

test("a call becomes a test of the policy: the text gains it and nothing else, and the decision stands", async ({
  page,
}) => {
  await begin(page);
  await simulate(page, { tool: "refund", args: { amount: 500, note: "no: \u202e#" }, agent: "bot" });
  await page.getByRole("button", { name: "Make this call a test" }).click();
  await page.getByLabel("Name of the test").fill("large ones wait");
  await expect(page.locator(".make-test")).toContainText("It expects escalate by the rule large");
  await page.getByRole("button", { name: "Add to the policy" }).click();
  await expect(page.locator(".queued")).toContainText("The policy has the test “large ones wait”. Line 12");
  await expect(page.locator(".decision .notice")).toHaveCount(0);
  await picture(page, "simulate-test-added");
  await page.getByRole("link", { name: "Line 12" }).click();
  await expect(page.locator(".policy-status")).not.toContainText("Checking");
  await expect(page.locator(".policy-status")).toHaveClass(/good/);
  const kept = await page.evaluate(() =>
    Object.values(localStorage).find((value) => value.includes("large ones wait")),
  );
  const added = `tests:
  - name: "large ones wait"
    call: { tool: refund, args: { amount: 500, note: "no: \\u202E#" }, agent: bot }
    expect: { action: escalate, rule: large }
`;
  expect(kept).toContain(JSON.stringify(added).slice(1, -1).slice(0, 20));
  await expect(page.locator(".cm-content")).toContainText("expect: { action: escalate, rule: large }");
});

test("the form and the decision fit a narrow window", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 800 });
  await begin(page);
  await importTools(page, JSON.stringify(CATALOGUE));
  await expect(page.locator("details.catalogue > summary")).toContainText("2 tools");
  await page.getByLabel("Tool", { exact: true }).fill("refund");
  await page.getByRole("button", { name: "Set lines" }).click();
  await page.getByRole("button", { name: "Add an item to lines" }).click();
  await page.getByRole("textbox", { name: "amount" }).fill("500");
  await page.getByRole("textbox", { name: "count" }).fill("1");
  await decide(page).click();
  await expect(decision(page).locator(".excerpt")).toBeVisible();
  const right = await page.evaluate(() =>
    Math.max(...[...document.querySelectorAll("main *")].map((each) => each.getBoundingClientRect().right)),
  );
  expect(right).toBeLessThanOrEqual(320);
  await page.emulateMedia({ colorScheme: "dark" });
  await picture(page, "simulate-narrow");
});
