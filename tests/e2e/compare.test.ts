/** Comparison of two policies over a file of recorded calls. */

import { expect, go, open, type Page, picture, test, writePolicy } from "./app.ts";

const BEFORE = `name: before
rules:
  - { id: shell, tool: shell, action: block }
  - { id: write, tool: file.write, action: escalate, review: { quorum: 2 } }
  - { id: read, tool: file.read, action: allow }
  - { id: mail, tool: mail, action: allow }
  - { id: pay, tool: pay, action: escalate }
`;
const AFTER = `name: after
rules:
  - { id: shell, tool: shell, action: allow }
  - { id: write, tool: file.write, action: escalate }
  - { id: read, tool: file.read, action: allow }
  - { id: letters, tool: mail, action: block }
  - { id: pay, tool: pay, action: allow }
`;

const LINES = [
  '{"tool":"mail","args":{"to":"a"}}',
  '{"tool":"file.write","args":{"path":"b"}}',
  "nonsense",
  '{"tool":"file.read","args":{"path":"b"}}',
  '{"tool":"pay","args":{"amount":3}}',
  '{"tool":"shell","args":{"command":"ls"}}',
  '{"tool":"shell","args":{"command":"rm -rf /"}}',
];

const panel = (page: Page) => page.locator(".comparison");
const rows = (page: Page) => panel(page).locator(".changes tbody tr");

async function begin(page: Page, policy = AFTER): Promise<void> {
  await open(page, "policy");
  await writePolicy(page, policy);
  await go(page, "simulate");
}

async function openCalls(page: Page): Promise<void> {
  const buffer = Buffer.from(LINES.join("\n"));
  await page.getByLabel("Open file of calls…").setInputFiles({ name: "calls.ndjson", mimeType: "text/plain", buffer });
  await expect(page.locator(".file-progress")).toContainText("decided");
}

async function compareWith(page: Page, text: string): Promise<void> {
  const file = { name: "before.yaml", mimeType: "application/yaml", buffer: Buffer.from(text) };
  await page.getByLabel("Compare with a policy file…").setInputFiles(file);
}

test("a comparison tells what changes, the worst first, and each change by both traces", async ({ page }) => {
  await begin(page);
  await expect(page.getByLabel("Compare with a policy file…")).toBeDisabled();
  await openCalls(page);
  await compareWith(page, BEFORE);
  await expect(panel(page).locator(".comparison-progress")).toContainText("calls.ndjson under before.yaml: compared");
  await expect(panel(page).locator(".changed-sum")).toHaveText("5 of 6 decisions differ, and 1 lines are no calls.");
  await expect(panel(page).locator(".matrix tbody tr")).toHaveText(["allow101", "escalate110", "block200"]);
  await expect(panel(page).locator(".change-kinds li")).toHaveText([
    "block → allow looser2",
    "escalate → allow looser1",
    "looser terms looser1",
    "allow → block1",
  ]);
  await expect(rows(page)).toHaveCount(6);
  await expect(rows(page).locator("td:first-child")).toHaveText(["6", "7", "5", "2", "1", "3"]);
  await expect(rows(page).nth(3)).toContainText("quorum looser");
  await expect(rows(page).nth(5)).toContainText("no call");

  await panel(page).getByRole("button", { name: "Show change of line 7" }).click();
  const line = panel(page).locator(".panel.sunken").first();
  await expect(line.locator("pre.line")).toHaveText(LINES[6] ?? "");
  await expect(line.locator(".both > div").nth(0)).toContainText("shell matched block");
  await expect(line.locator(".both > div").nth(1)).toContainText("shell matched allow");
  await picture(page, "compare");

  await panel(page)
    .getByRole("button", { name: /^looser terms/ })
    .click();
  await expect(rows(page).locator("td:first-child")).toHaveText(["2"]);
  await panel(page).getByRole("combobox", { name: "Show change" }).selectOption("all");
  await panel(page).getByLabel("Changed tool or rule").fill("LETTERS");
  await expect(rows(page).locator("td:first-child")).toHaveText(["1"]);
  await panel(page).getByText("From rule to rule").click();
  await expect(panel(page).locator(".pairs tbody tr").first()).toHaveText("shellshellblock → allow2");
});

test("a policy file with an error says what and where, and compares nothing", async ({ page }) => {
  await begin(page);
  await openCalls(page);
  await compareWith(page, "rules:\n  - { tool: a, action: alow }\n");
  await expect(panel(page).locator(".notice.bad")).toContainText("unknown action `alow`");
  await expect(panel(page).locator(".notice.bad")).toContainText("before.yaml:2:");
  await expect(rows(page)).toHaveCount(0);
});

test("a file's rows are found by tool and rule, and by a rule of the table per rule", async ({ page }) => {
  await begin(page);
  await openCalls(page);
  const decided = page.locator(".decisions:not(.changes) tbody tr td:first-child");
  await expect(decided).toHaveCount(7);
  await page.getByLabel("Tool or rule", { exact: true }).fill("FILE.");
  await expect(decided).toHaveText(["2", "4"]);
  await page.getByLabel("Tool or rule", { exact: true }).fill("letters");
  await expect(decided).toHaveText(["1"]);
  await page.getByText("Per rule").click();
  await page.locator(".per-rule").getByRole("button", { name: "shell" }).click();
  await expect(decided).toHaveText(["6", "7"]);
  await page.getByRole("button", { name: "Only shell" }).click();
  await expect(decided).toHaveCount(7);
});

test("a large comparison is made in parts by several workers and can be stopped", async ({ page }) => {
  const count = 400_000;
  await begin(page);
  const handle = await page.evaluateHandle((lines) => {
    const tools = ["shell", "file.read", "pay", "mail"];
    const line = (at: number) =>
      `{"tool":"${tools[at % 4]}","args":{"path":"/srv/${at}","text":"${"x".repeat(60)}"}}\n`;
    const part = Array.from({ length: 10_000 }, (_, at) => line(at)).join("");
    const transfer = new DataTransfer();
    transfer.items.add(new File(new Array(lines / 10_000).fill(part), "large.ndjson"));
    return transfer;
  }, count);
  await page.getByText("NDJSON: one call a line").dispatchEvent("drop", { dataTransfer: handle });
  await expect(page.locator(".file-progress")).toContainText("decided", { timeout: 50_000 });
  await compareWith(page, BEFORE);
  await panel(page).getByRole("button", { name: "Cancel comparison" }).click();
  await expect(panel(page).locator(".comparison-progress")).toContainText("cancelled");
  await compareWith(page, BEFORE);
  await expect(panel(page).locator(".comparison-progress")).toContainText(": compared", { timeout: 50_000 });
  await expect(panel(page).locator(".changed-sum")).toHaveText("300,000 of 400,000 decisions differ.");
  await panel(page)
    .getByRole("button", { name: /^allow → block/ })
    .click();
  await expect(panel(page).locator(".pages")).toContainText("1–100 of 100,000");
  // Of a later part, with its number in the whole file.
  await expect(rows(page).first().locator("td:first-child")).toHaveText("4");
  const next = panel(page).getByRole("button", { name: "Next" });
  await next.click();
  await expect(rows(page).first().locator("td:first-child")).toHaveText("404");
});

test("the edited policy is compared with the one that was saved", async ({ page }) => {
  await begin(page, BEFORE);
  await openCalls(page);
  const button = panel(page).getByRole("button", { name: "Compare with the saved policy" });
  await expect(button).toBeEnabled();
  await button.click();
  await expect(panel(page).locator(".comparison-progress")).toContainText("saved: compared");
  await expect(panel(page).locator(".changed-sum")).toContainText("of 6 decisions differ");
});
