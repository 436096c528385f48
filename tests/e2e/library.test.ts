/** The library: policies, versions, and nothing that was typed is lost. */

import { AxeBuilder } from "@axe-core/playwright";
import { expect, go, open, type Page, picture, test, useStarter, writePolicy } from "./app.ts";

const policy = (name: string, action = "block") => `name: ${name}\nrules:\n  - tool: a\n    action: ${action}\n`;

const status = (page: Page) => page.locator(".policy-status");
const activeName = (page: Page) => page.locator(".active-policy strong");
const chip = (page: Page) => page.locator(".active-policy .chip");
const panel = (page: Page) => page.locator("#library-panel");
const text = (page: Page) => page.locator(".policy-main .cm-content");

async function show(page: Page, name: string): Promise<void> {
  await page.locator(".library-bar").getByRole("button", { name }).click();
}

async function save(page: Page, note: string): Promise<void> {
  await show(page, "Save version");
  await page.getByLabel("Note, if you like").fill(note);
  await panel(page).getByRole("button", { name: "Save", exact: true }).click();
  await expect(panel(page)).toHaveCount(0);
}

/** The draft of the library is written half a second after the last key. */
async function keptInLibrary(page: Page, part: string): Promise<void> {
  await expect
    .poll(() =>
      page.evaluate(
        () =>
          new Promise<string>((resolve, reject) => {
            const opening = indexedDB.open("countersign-policies");
            opening.onerror = () => reject(opening.error);
            opening.onsuccess = () => {
              const all = opening.result.transaction("policies").objectStore("policies").getAll();
              all.onsuccess = () => {
                opening.result.close();
                resolve(JSON.stringify(all.result));
              };
            };
          }),
      ),
    )
    .toContain(part);
}

test("a version is saved with a note, compared with the text, and brought back", async ({ page }) => {
  await open(page, "policy");
  await expect(chip(page)).toHaveText("saved as version 1");
  await writePolicy(page, policy("first"));
  await expect(chip(page)).toHaveText("edited since version 1");
  await save(page, "the first of mine");
  await expect(chip(page)).toHaveText("saved as version 2");
  await writePolicy(page, policy("second", "allow"));
  await page.keyboard.press("ControlOrMeta+S");
  await expect(chip(page)).toHaveText("saved as version 3");
  await writePolicy(page, policy("third", "escalate"));

  await show(page, "Versions");
  const list = page.getByRole("list", { name: "Versions, the newest first" });
  await expect(list.locator("li")).toHaveCount(3);
  await expect(list.locator("li").nth(1)).toContainText("the first of mine");
  await expect(list.locator("li").nth(1)).toContainText("1 rule · ");
  await list.getByRole("button", { name: "Version 2" }).click();
  const difference = page.getByRole("region", { name: "From version 2 to the present text" });
  await expect(difference.locator(".cm-deletedChunk").first()).toContainText("name: first");
  await expect(difference.locator(".cm-content").last()).toContainText("name: third");
  await difference.getByRole("button", { name: "Side by side" }).click();
  await expect(difference.locator(".cm-merge-a .cm-content")).toContainText("name: first");
  await picture(page, "library-side-by-side");

  await page.getByRole("button", { name: "Bring this text back" }).click();
  await expect(status(page)).toContainText("first");
  await expect(chip(page)).toHaveText("edited since version 3");
  await expect(list.locator("li").first()).toContainText("Before version 2 was brought back");
  await list.locator("li").first().getByRole("button").click();
  await page.getByRole("button", { name: "Bring this text back" }).click();
  await expect(status(page)).toContainText("third");
});

test("looking at another policy does not make it active; making it active does, and undo stays within it", async ({
  page,
}) => {
  await open(page, "policy");
  await writePolicy(page, policy("mine"));
  await useStarter(page, "Coding agent");
  await expect(status(page)).toContainText("coding-agent");
  await expect(activeName(page)).toHaveText("Coding agent");

  await show(page, "Policies");
  await page.getByRole("list", { name: "Policies" }).getByRole("button", { name: "Starter" }).click();
  await expect(panel(page)).toContainText("it is not active and decides nothing");
  await expect(panel(page).locator(".cm-content")).toContainText("name: mine");
  await expect(status(page)).toContainText("coding-agent");
  await panel(page).getByRole("button", { name: "Make it active" }).click();
  await expect(status(page)).toContainText("mine");
  await expect(activeName(page)).toHaveText("Starter");
  await text(page).click();
  await page.keyboard.press("ControlOrMeta+Z");
  await expect(text(page)).toContainText("name: mine");
  await page.getByRole("button", { name: "Back to “Coding agent”" }).click();
  await expect(status(page)).toContainText("coding-agent");
  await page.reload();
  await expect(activeName(page)).toHaveText("Coding agent");
  await expect(status(page)).toContainText("coding-agent");
});

test("a policy is renamed, duplicated, deleted, and brought back", async ({ page }) => {
  await open(page, "policy");
  await show(page, "Policies");
  await panel(page).getByRole("button", { name: "Rename" }).click();
  await page.getByLabel("New name").fill("<b>Bank</b> \u202egnp");
  await panel(page).getByRole("button", { name: "Keep the name" }).click();
  await expect(activeName(page)).toHaveText("<b>Bank</b> ‹U+202E›gnp");
  await panel(page).getByRole("button", { name: "Duplicate" }).click();
  const list = page.getByRole("list", { name: "Policies" });
  await expect(list.locator("li")).toHaveCount(2);
  await expect(panel(page).getByRole("button", { name: "Delete" })).toHaveCount(0);
  await list.getByRole("button", { name: "Copy of" }).click();
  await panel(page).getByRole("button", { name: "Delete" }).click();
  await expect(list.locator("li")).toHaveCount(1);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(list.locator("li")).toHaveCount(2);
  await list.getByRole("button", { name: "Copy of" }).click();
  await panel(page).getByRole("button", { name: "Delete" }).click();
  await expect(list.locator("li")).toHaveCount(1);
  await page.reload();
  await show(page, "Policies");
  await page.getByText("Deleted", { exact: false }).locator("visible=true").first().click();
  await page.getByRole("button", { name: "Bring back Copy of" }).click();
  await expect(page.getByRole("list", { name: "Policies" }).locator("li")).toHaveCount(2);
});

test("what is typed right before a reload is there after it", async ({ page }) => {
  await open(page, "policy");
  await writePolicy(page, policy("typed"));
  await text(page).click();
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.insertText("# the last words");
  await page.reload();
  await expect(text(page)).toContainText("# the last words");
  await expect(activeName(page)).toHaveText("Starter");
  await show(page, "Versions");
  await expect(page.getByRole("list", { name: "Versions, the newest first" }).locator("li")).toHaveCount(1);
});

test("a text that is too large for the quick draft comes back from the library", async ({ page }) => {
  await page.addInitScript(() => {
    const set = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key: string, value: string) {
      if (value.length > 400 && this === localStorage) throw new DOMException("full", "QuotaExceededError");
      set.call(this, key, value);
    };
  });
  await open(page, "policy");
  await writePolicy(page, `${policy("large")}# ${"x".repeat(500)}\n`);
  await expect(page.getByText("too large for this browser's quick draft")).toBeVisible();
  await keptInLibrary(page, "name: large");
  await page.reload();
  await expect(status(page)).toContainText("large");
});

test("without room the text stays, and the page says what to do", async ({ page }) => {
  await open(page, "policy");
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
    IDBObjectStore.prototype.add = IDBObjectStore.prototype.put;
  });
  await writePolicy(page, policy("unkept"));
  await expect(page.getByRole("alert")).toContainText("no more room");
  await page.keyboard.press("ControlOrMeta+S");
  await expect(chip(page)).toHaveText("edited since version 1");
  await show(page, "Starters");
  await page.getByRole("button", { name: "Use it" }).click();
  // Nothing takes the place of a text that could not be kept.
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(text(page)).toContainText("name: unkept");
  await page.reload();
  await expect(status(page)).toContainText("unkept");
});

test("a browser without storage for the library still edits and decides", async ({ page }) => {
  await page.addInitScript(() => {
    const opened = IDBFactory.prototype.open;
    IDBFactory.prototype.open = function (name: string, version?: number) {
      if (name.endsWith("-policies")) throw new DOMException("denied", "SecurityError");
      return opened.call(this, name, version);
    };
  });
  await open(page, "policy");
  await expect(page.getByRole("alert")).toContainText("private browsing");
  await writePolicy(page, policy("alone"));
  await expect(status(page)).toContainText("alone");
  await useStarter(page, "Coding agent");
  await expect(status(page)).toContainText("coding-agent");
  await page.getByRole("button", { name: "Bring the text before back" }).click();
  await expect(status(page)).toContainText("alone");
  await page.reload();
  await expect(status(page)).toContainText("alone");
});

test("a library that the browser has cleared comes back with the text, and says so", async ({ page, watch }) => {
  // The browser looks for an icon of the empty page.
  watch.expected.push(/404/);
  await open(page, "policy");
  await writePolicy(page, policy("survivor"));
  await keptInLibrary(page, "survivor");
  await page.goto("about:blank");
  await page.goto("./favicon.svg");
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const deleting = indexedDB.deleteDatabase("countersign-policies");
        deleting.onsuccess = () => resolve();
        deleting.onerror = () => reject(deleting.error);
      }),
  );
  await open(page, "policy");
  await expect(status(page)).toContainText("survivor");
  await expect(page.getByText("has cleared its storage")).toBeVisible();
  await expect(activeName(page)).toHaveText("survivor");
});

test("a policy without its quick draft is found in the library", async ({ page }) => {
  await open(page, "policy");
  await writePolicy(page, policy("deep"));
  await keptInLibrary(page, "deep");
  await page.evaluate(() => {
    addEventListener("pagehide", () => localStorage.clear());
  });
  await page.reload();
  await expect(status(page)).toContainText("deep");
  await page.evaluate(() => {
    addEventListener("pagehide", () => localStorage.clear());
  });
  await page.goto("about:blank");
  await page.goto("./#/review");
  await go(page, "policy");
  await expect(status(page)).toContainText("deep");
});

test("two tabs that edit one policy lose nothing", async ({ page, context }) => {
  await open(page, "policy");
  await expect(chip(page)).toHaveText("saved as version 1");
  const other = await context.newPage();
  await open(other, "policy");
  await writePolicy(page, policy("from-the-first-tab"));
  await keptInLibrary(page, "from-the-first-tab");
  await expect(other.getByText("Another tab has changed this policy")).toBeVisible();
  await writePolicy(other, policy("from-the-second-tab"));
  await expect(other.getByText("Both texts are kept")).toBeVisible();
  await show(other, "Versions");
  const kept = other.getByRole("list", { name: "Versions, the newest first" }).locator("li").first();
  await expect(kept).toContainText("Written in another tab");
  await kept.getByRole("button").click();
  await other.getByRole("button", { name: "Whole text" }).click();
  await expect(panel(other).locator(".cm-content")).toContainText("from-the-first-tab");
  await expect(text(page)).toContainText("from-the-first-tab");
});

test("a policy that is deleted in another tab while it is edited comes back", async ({ page, context }) => {
  await open(page, "policy");
  await expect(chip(page)).toHaveText("saved as version 1");
  const other = await context.newPage();
  await open(other, "policy");
  await useStarter(other, "Coding agent");
  await show(other, "Policies");
  await other.getByRole("list", { name: "Policies" }).getByRole("button", { name: "Starter" }).click();
  await panel(other).getByRole("button", { name: "Delete" }).click();
  await expect(other.getByRole("list", { name: "Policies" }).locator("li")).toHaveCount(1);
  await writePolicy(page, policy("still-here"));
  await expect(page.getByText("It is back, with this text")).toBeVisible();
  await expect(other.getByRole("list", { name: "Policies" }).locator("li")).toHaveCount(2);
});

const yaml = (name: string, content: string | Buffer) => ({
  name,
  mimeType: "text/plain",
  buffer: Buffer.from(content),
});

test("several files are taken in at once, bad ones are named, and nothing is overwritten or made active", async ({
  page,
}) => {
  await open(page, "policy");
  await page
    .getByLabel("Open file…")
    .setInputFiles([
      yaml("shop.yaml", policy("shop")),
      yaml("again.yaml", policy("shop", "allow")),
      yaml("picture.yaml", Buffer.from([0xff, 0xfe, 0x00, 0x01])),
      yaml("same.yaml", policy("shop")),
      yaml("broken.yaml", "rules: ["),
      yaml("old.json", '{"format":"countersign-library","version":9,"policies":[]}'),
      yaml(
        "bent.json",
        '{"format":"countersign-library","version":1,"policies":[{"name":"a","text":"x","versions":[{}]}]}',
      ),
    ]);
  const notice = page.getByRole("alert");
  await expect(notice).toContainText("“shop”");
  await expect(notice).toContainText("“shop 2”");
  await expect(notice).toContainText("picture.yaml cannot be opened as a policy");
  await expect(notice).toContainText("same text as “shop”");
  await expect(notice).toContainText("version 9; this page reads version 1");
  await expect(notice).toContainText("`policies[0].versions[0].text` is not a text");
  await expect(activeName(page)).toHaveText("Starter");
  await expect(page.getByRole("list", { name: "Policies" }).locator("li")).toHaveCount(4);
  await expect(panel(page).getByRole("heading", { level: 3 })).toHaveText("shop");
});

test("a file that is dropped on the editor is taken in, and is not put into the text", async ({ page }) => {
  await open(page, "policy");
  await text(page).evaluate((element, content) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([content], "dropped.yaml"));
    const init = { dataTransfer, bubbles: true, cancelable: true, composed: true };
    element.dispatchEvent(new DragEvent("drop", init));
  }, policy("dropped"));
  await expect(panel(page).getByRole("heading", { level: 3 })).toHaveText("dropped");
  await expect(text(page)).not.toContainText("dropped");
  await expect(status(page)).toContainText("unnamed policy");
});

test("the whole library goes into one file and comes back in another browser", async ({ page, browser, baseURL }) => {
  await open(page, "policy");
  await writePolicy(page, policy("mine"));
  await save(page, "a note");
  await useStarter(page, "Coding agent");
  await show(page, "Policies");
  const started = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export all as one file" }).click();
  const download = await started;
  expect(download.suggestedFilename()).toBe("countersign-library.json");
  const chunks: Buffer[] = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
  const whole = Buffer.concat(chunks);
  expect(JSON.parse(whole.toString("utf8"))).toMatchObject({ format: "countersign-library", version: 1 });

  const elsewhere = await browser.newContext({ baseURL: baseURL ?? "" });
  const other = await elsewhere.newPage();
  await open(other, "policy");
  await other.getByLabel("Open file…").setInputFiles(yaml("library.json", whole));
  await expect(other.getByText("2 policies of this library file were added")).toBeVisible();
  await other.getByLabel("Open file…").setInputFiles(yaml("library.json", whole));
  await expect(other.getByText("2 were there already")).toBeVisible();
  await other.getByRole("list", { name: "Policies" }).getByRole("button", { name: "Starter 2" }).click();
  await panel(other).getByRole("button", { name: "Make it active" }).click();
  await expect(status(other)).toContainText("mine");
  await show(other, "Versions");
  await expect(other.getByRole("list", { name: "Versions, the newest first" })).toContainText("a note");
  await elsewhere.close();
});

test("the reviewer's view fetches neither the library nor the editor", async ({ page }) => {
  await open(page, "policy");
  await writePolicy(page, policy("known"));
  const asked: string[] = [];
  await page.goto("about:blank");
  page.on("response", (response) => asked.push(response.url()));
  await page.goto("./#/review");
  await expect(page.getByText("No call waits here")).toBeVisible();
  expect(asked.filter((url) => /policy-view|share-view|codec/.test(url))).toEqual([]);
});

for (const [form, colorScheme, width] of [
  ["light", "light", 1280],
  ["dark", "dark", 1280],
  ["narrow", "dark", 320],
] as const) {
  test(`the panels of the library are in order in ${form}`, async ({ page }) => {
    test.setTimeout(180_000);
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await open(page, "policy");
    await useStarter(page, "Email assistant");
    await writePolicy(page, policy("changed", "allow"));
    await save(page, "less, for a start");
    await writePolicy(page, policy("changed", "escalate"));
    for (const name of ["Versions", "Policies", "Starters", "Share…", "Save version"]) {
      await show(page, name);
      if (name === "Versions") await page.getByRole("button", { name: "Version 1" }).click();
      if (name === "Policies") await page.getByRole("list", { name: "Policies" }).locator("button").last().click();
      if (name === "Starters") await page.getByRole("button", { name: "Payments agent" }).click();
      await expect(panel(page)).toBeVisible();
      await expect(panel(page)).not.toContainText("is reading");
      await picture(page, `library-${name.replace(/\W/g, "").toLowerCase()}-${form}`);
      const sideways = await page.locator("main").evaluate((main) => main.scrollWidth - main.clientWidth);
      expect(sideways, name).toBeLessThanOrEqual(0);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120))}`)).toEqual([]);
    }
  });
}
