/** Texts that are no policy get a clear message, and the page stays alive. */

import { expect, go, open, type Page, picture, test, useStarter, writePolicy } from "./app.ts";

/** After whatever came before, a good policy is in force again. */
async function alive(page: Page): Promise<void> {
  await useStarter(page, "Starter");
  await expect(page.locator(".policy-status")).toContainText("In force");
}

/** Opens a file, and makes what came of it the active policy. */
async function openActive(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.getByLabel("Open file…").setInputFiles(file(name, buffer));
  await page.getByRole("button", { name: "Make it active" }).click();
  await page.getByRole("region", { name: "Policies" }).getByRole("button", { name: "Close" }).click();
}

const BOMB = [
  "a: &a [x, x, x, x, x, x, x, x, x, x]",
  ..."bcdefghij".split("").map((name, at) => {
    const before = String.fromCharCode("a".charCodeAt(0) + at);
    return `${name}: &${name} [${Array(10).fill(`*${before}`).join(", ")}]`;
  }),
  "rules: [{ tool: x, action: allow }]",
].join("\n");

for (const [name, text, message] of [
  ["an empty text", "", /empty/i],
  ["a comment only", "# nothing here\n", /empty|rules/i],
  ["no rules", "name: nothing\n", /rules/],
  ["an empty list of rules", "rules: []\n", /rules/],
  ["broken YAML", "rules:\n  - tool: [a\n    action: allow\n", /./],
  ["a tab as indentation", "rules:\n\t- tool: a\n", /tab/i],
  ["the same id twice", "rules:\n  - {id: a, tool: a, action: allow}\n  - {id: a, tool: b, action: allow}\n", /`a`/],
  ["a key twice", "rules:\n  - {tool: a, tool: b, action: allow}\n", /tool/],
  ["an unknown key", "rules:\n  - {tool: a, acton: allow}\n", /acton/],
  ["an alias bomb", BOMB, /node|alias|large/i],
] as const) {
  test(`${name} is told clearly`, async ({ page }) => {
    await open(page, "policy");
    await page.locator(".cm-content").click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.press("Delete");
    if (text !== "") await page.keyboard.insertText(text);
    await expect(page.locator(".policy-status")).toContainText("No policy is in force");
    await expect(page.locator(".problem.error").filter({ hasText: message }).first()).toBeVisible();
    await go(page, "simulate");
    await expect(page.getByRole("button", { name: "Decide" })).toBeDisabled();
    await go(page, "policy");
    await alive(page);
  });
}

function file(name: string, buffer: Buffer) {
  return { name, mimeType: "application/octet-stream", buffer };
}

test("a binary file is refused and the text stays", async ({ page }) => {
  await open(page, "policy");
  const bytes = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 31 + (at >> 3)) % 256));
  await page.getByLabel("Open file…").setInputFiles(file("picture.yaml", bytes));
  await expect(page.getByRole("alert")).toContainText("cannot be opened as a policy");
  await expect(page.getByRole("alert")).toContainText(/UTF-8/i);
  await picture(page, "bad-binary");
  await expect(page.locator(".policy-status")).toContainText("In force");
  await expect(page.locator(".cm-content")).toContainText("Low-risk: automatic");
});

test("a text with NUL bytes is told clearly", async ({ page }) => {
  await open(page, "policy");
  await openActive(page, "nul.yaml", Buffer.from("rules:\0\0\0"));
  await expect(page.locator(".problem.error").first()).toBeVisible();
  await alive(page);
});

test("a file of 5 MB is told clearly", async ({ page }) => {
  await open(page, "policy");
  const line = "  - { tool: file.read, action: allow }\n";
  const text = `rules:\n${line.repeat(Math.ceil((5 * 1024 * 1024) / line.length))}`;
  await openActive(page, "large.yaml", Buffer.from(text));
  await expect(page.locator(".problem.error").first()).toContainText(/large|bytes|limit/i);
  await expect(page.locator(".policy-status")).toContainText("No policy is in force");
  await picture(page, "bad-large");
  await page.getByRole("button", { name: "Back to “Starter”" }).click();
  await expect(page.locator(".policy-status")).toContainText("In force");
});

test("a file beyond what the editor takes is refused", async ({ page }) => {
  await open(page, "policy");
  await page.getByLabel("Open file…").setInputFiles(file("huge.yaml", Buffer.alloc(9 * 1024 * 1024, "a")));
  await expect(page.getByRole("alert")).toContainText("takes at most");
  await expect(page.locator(".policy-status")).toContainText("In force");
});

test("every starter policy is without a problem", async ({ page }) => {
  await open(page, "policy");
  await page.getByRole("button", { name: "Starters", exact: true }).click();
  const list = page.getByRole("list", { name: "Starter policies" });
  const titles = await list.locator(".library-name").allTextContents();
  expect(titles.length).toBeGreaterThan(10);
  await page.getByRole("button", { name: "Close" }).click();
  for (const title of titles) {
    await useStarter(page, title);
    await expect(page.locator(".policy-status"), title).toContainText("In force");
    await expect(page.locator(".problem"), title).toHaveCount(0);
  }
});

test("the text outlives the page, and what was downloaded is the text", async ({ page }) => {
  await open(page, "policy");
  const text = "name: kept policy\nrules:\n  - tool: a # ünïcode\n    action: block\n";
  await writePolicy(page, text);
  await expect(page.locator(".policy-status")).toContainText("kept policy");
  const started = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe("kept-policy.yaml");
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString("utf8")).toBe(text);
  await page.reload();
  await expect(page.locator(".policy-status")).toContainText("kept policy");
  await expect(page.locator(".cm-content")).toContainText("ünïcode");
});
