/** Links that carry a policy: a preview of somebody else's text, and nothing more. */

import { deflateRawSync } from "node:zlib";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, go, open, type Page, picture, test, writePolicy } from "./app.ts";

const linkOf = (value: unknown, version = "1") =>
  `./#/share/${version}.${deflateRawSync(JSON.stringify(value)).toString("base64url")}`;

const OPEN_POLICY = "name: open\nrules:\n  - id: everything\n    tool: '*'\n    action: allow\n";

const link = (page: Page) => page.getByLabel("Link", { exact: true });

async function openShare(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Share…" }).click();
  await expect(page.getByRole("region", { name: "Share a link" })).not.toContainText("is reading");
}

/** What a link carries, as whoever gets it sees it. */
async function lookInto(page: Page, address: string): Promise<string> {
  const other = await page.context().newPage();
  await other.goto(address);
  await expect(other.locator(".policy-counts")).toBeVisible();
  const seen = `${await other.locator("main").innerText()}${await other.locator(".cm-content").innerText()}`;
  await other.close();
  return seen;
}

test("e11_share_preview: a policy out of a link is shown, decides nothing, and is kept only on purpose", async ({
  page,
}) => {
  await open(page, "policy");
  await writePolicy(page, "name: mine\nrules:\n  - tool: '*'\n    action: block\n");
  await page.goto("about:blank");
  await page.goto(linkOf({ policy: OPEN_POLICY, call: '{"tool":"a"}' }));
  await expect(page.locator("h1")).toHaveText("Shared policy");
  await expect(page.getByText("Somebody else's policy, out of a link.")).toBeVisible();
  await expect(page.locator(".policy-counts")).toContainText("1 allow");
  await expect(page.locator(".shared-call")).toContainText('{"tool":"a"}');
  await page.getByText("Its rules").click();
  await expect(page.locator(".outline")).toContainText("everything");
  await page.locator(".cm-content").click();
  await page.keyboard.press("Delete");
  await page.keyboard.type("x");
  await expect(page.locator(".cm-content")).toHaveText(
    "name: openrules:  - id: everything    tool: '*'    action: allow",
  );
  await go(page, "simulate");
  await expect(page.locator(".policy-status")).toContainText("mine");
  await page.goBack();
  await page.getByRole("button", { name: "Keep as a new policy" }).click();
  await expect(page.locator("h1")).toHaveText("Policy");
  await expect(page.getByText("“open” is in your library. It is not active.")).toBeVisible();
  await expect(page.locator(".policy-status")).toContainText("mine");
  await expect(page.locator("#library-panel")).toContainText("it is not active and decides nothing");
});

test("e11_share_link_call_bomb: a call with very many lines is drawn in part, and one that is too large is not opened", async ({
  page,
}) => {
  await page.goto(linkOf({ policy: OPEN_POLICY, call: "\n".repeat(60_000) }));
  await expect(page.getByText("The first 500 of 60,001 lines are shown; 59,501 more are not.")).toBeVisible();
  await expect(page.locator(".shared-call > div")).toHaveCount(500);
  await page.goto("about:blank");
  await page.goto(linkOf({ policy: OPEN_POLICY, call: "\n".repeat(400_000) }));
  await expect(page.getByRole("alert")).toContainText("The call in this link has more than 65536 bytes");
  await expect(page.locator(".shared-call")).toHaveCount(0);
});

test("e11_share_html: hostile text in a link stays text", async ({ page }) => {
  const hostile = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
  const policy = `name: '${hostile}'\nrules:\n  - id: 'a b${hostile}'\n    tool: a\n    reason: '${hostile}'\n    action: allow\n`;
  await page.goto(linkOf({ policy, call: `${hostile}\u202e\u200b` }));
  await page.getByText("Its rules").click();
  await expect(page.locator(".outline .rule-id")).toContainText("a b<img");
  await expect(page.locator(".shared-call")).toContainText("<script>");
  await expect(page.locator(".shared-call .hidden-character")).toHaveCount(2);
  await expect(page.locator("main img, main script")).toHaveCount(0);
  await page.getByRole("button", { name: "Keep as a new policy" }).click();
  await expect(page.locator("#library-panel h3")).toContainText("<img");
  await expect(page.locator("main img, main script")).toHaveCount(0);
});

test("e11_share_hostile_policy: errors of a shared text are shown, and an engine bomb in it hurts nobody", async ({
  page,
}) => {
  const names = "abcdefghij".split("");
  const bomb = names.map((name, at) => {
    const items = at === 0 ? "x" : `*${names[at - 1]}`;
    return `${name}: &${name} [${Array(10).fill(items).join(", ")}]`;
  });
  await page.goto(linkOf({ policy: `${bomb.join("\n")}\nrules: [{ tool: x, action: allow }]` }));
  await expect(page.locator(".problem.error").first()).toBeVisible();
  await expect(page.getByText("nothing would be decided")).toBeVisible();
  await go(page, "policy");
  await expect(page.locator(".policy-status")).toContainText("In force");
});

const zeros = `1.${deflateRawSync(Buffer.alloc(40 * 1024 * 1024)).toString("base64url")}`;
for (const [name, address, message] of [
  ["bomb", `./#/share/${zeros}`, "unpacks to more than"],
  ["wrong_version", linkOf({ policy: "a" }, "7"), "version 7; this page reads version 1"],
  ["truncated", linkOf({ policy: OPEN_POLICY }).slice(0, -9), "damaged"],
  ["empty", "./#/share/", "not a link to a shared policy"],
  ["other_content", linkOf({ policy: "a", active: true }), "something else"],
  ["html", "./#/share/1.<img src=x onerror=alert(1)>", "damaged"],
] as const) {
  test(`e11_share_${name}: it is refused with a reason, and the page lives on`, async ({ page }) => {
    await page.goto(address);
    await expect(page.getByRole("alert")).toContainText(message);
    await expect(page.getByRole("button", { name: "Keep as a new policy" })).toHaveCount(0);
    await page.getByRole("link", { name: "Go to your own policy" }).click();
    await expect(page.locator(".policy-status")).toContainText("In force");
  });
}

test("e12_share_parts: tests and calls go along only if they are chosen", async ({ page }) => {
  await open(page, "policy");
  const rules = "rules:\n  - id: r\n    tool: a\n    action: block\n";
  const tests =
    "# about the tests\ntests:\n  - name: t\n    call: { tool: a, args: { who: ann } }\n    expect: block\n";
  await writePolicy(page, `name: shared\n${tests}# about the rules\n${rules}`);
  await openShare(page);
  const bare = await lookInto(page, await link(page).inputValue());
  expect(bare).not.toContain("ann");
  expect(bare).toContain("# about the rules");
  expect(bare).not.toContain("A call that came with it");
  await page.getByLabel("Its tests, with the calls in them").check();
  expect(await lookInto(page, await link(page).inputValue())).toContain("ann");
  await page.getByLabel("The call that is written in Simulate").check();
  const all = await lookInto(page, await link(page).inputValue());
  expect(all).toContain("A call that came with it");
  expect(all).toContain("notes/today.md");
});

test("e12_share_secrets: a text that looks like it carries secrets gets a link only after a warning", async ({
  page,
}) => {
  await open(page, "policy");
  await writePolicy(page, "rules:\n  - tool: a\n    action: block\n    reason: 'password: correct-horse-battery'\n");
  await openShare(page);
  await expect(page.getByRole("alert")).toContainText("looks as if it carries secrets");
  await expect(page.getByRole("alert")).toContainText("Line 4");
  await expect(page.getByRole("alert")).not.toContainText("correct-horse-battery");
  await expect(link(page)).toHaveCount(0);
  await picture(page, "share-secrets");
  await page.getByLabel("I have looked at these lines").check();
  await expect(link(page)).toHaveValue(/#\/share\/1\./);
});

for (const [form, colorScheme, width] of [
  ["light", "light", 1280],
  ["dark", "dark", 1280],
  ["narrow", "light", 320],
] as const) {
  test(`a shared policy is in order in ${form}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(linkOf({ policy: OPEN_POLICY, call: '{"tool":"a","args":{"text":"one"}}' }));
    await expect(page.locator(".policy-counts")).toBeVisible();
    await picture(page, `share-${form}`);
    const sideways = await page.locator("main").evaluate((main) => main.scrollWidth - main.clientWidth);
    expect(sideways).toBeLessThanOrEqual(0);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120))}`)).toEqual([]);
  });
}
