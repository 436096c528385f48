/** The evidence view: what it counts, finds, verifies and exports, over the history of this browser. */

import { AxeBuilder } from "@axe-core/playwright";
import { type Checkpoint, type Entry, verifyHistoryText } from "countersign";
import {
  approveShown,
  download,
  expect,
  go,
  open,
  openCard,
  outcome,
  type Page,
  picture,
  queue,
  simulate,
  test,
  writePolicy,
} from "./app.ts";
import { keep, past } from "./past.ts";

/** Opens the view with some days of history in this browser. */
async function withPast(page: Page, days: number): Promise<void> {
  await look(page);
  await expect(page.getByText("The history is empty")).toBeVisible();
  await keep(page, await past(days, Date.now()));
  await look(page);
}

async function look(page: Page): Promise<void> {
  await page.goto("./#/evidence");
  await page.reload();
  await expect(page.locator("h1")).toHaveText("Evidence");
  await expect(page.locator(".tiles")).toBeVisible();
}

function decided(page: Page) {
  return page.locator(".decision .facts .chip").first();
}

function panel(page: Page, title: string) {
  return page.locator("section.panel", { has: page.getByRole("heading", { name: title, level: 2 }) });
}

test("an empty history says so, and nothing is divided by nothing", async ({ page }) => {
  await look(page);
  await expect(page.getByText("No call was held yet")).toBeVisible();
  await expect(page.getByText("The history is empty")).toBeVisible();
  await expect(page.getByText("nothing to keep a checkpoint of")).toBeVisible();
  await expect(page.locator("main")).not.toContainText("NaN");
  expect(await violations(page)).toEqual([]);
});

test("rates, waiting times and throughput are those of the history, rule by rule", async ({ page }) => {
  await withPast(page, 10);
  const rates = page.getByRole("region", { name: "Approval rates by rule" });
  const row = rates.getByRole("row", { name: /^file-writes/ });
  // Ten days: of each rule twenty approved and ten rejected, and ten that nobody answered.
  await expect(row.getByRole("cell")).toHaveText([
    /67 %/,
    "30",
    "49 % to 81 %",
    "0",
    "10",
    /^(9|10)$/,
    "0",
    "0",
    /^[01]$/,
  ]);
  await expect(rates.getByRole("row", { name: /^all/ }).getByRole("cell").nth(1)).toHaveText("90");
  const waits = page.getByRole("region", { name: "Waiting time by rule" });
  await expect(waits.getByRole("row", { name: /^refunds/ })).toContainText("4 h");
  // Forty calls of each rule in ten days, and four seconds on screen for each that was answered.
  const cells = waits.getByRole("row", { name: /^refunds/ }).getByRole("cell");
  await expect(cells.nth(5)).toHaveText(/^0\.1[78]$/);
  await expect(cells.nth(6)).toHaveText("900");
  const waiting = panel(page, "Waiting time");
  await expect(waiting).toContainText("A reviewer who is never idle answers 900 an hour.");
  const needed = waiting.getByRole("region", { name: "Reviewers needed" });
  await expect(needed.getByRole("row", { name: /^5 min/ }).getByRole("cell")).toHaveText(["1", "1"]);
  await expect(page.locator(".tiles > div", { hasText: "calls held" })).toContainText("120");
  const chart = page.getByRole("img", { name: "Calls held and reviews given per day" });
  await expect(chart).toBeVisible();
  await page.getByText("The same as a table").click();
  await expect(page.getByRole("region", { name: "Throughput as a table" }).locator("tbody tr")).toHaveCount(30);
  await page.getByRole("combobox", { name: /^Per/ }).selectOption("hour");
  await expect(page.getByRole("region", { name: "Throughput as a table" }).locator("tbody tr")).toHaveCount(48);
});

test("what is answered meanwhile is counted, and what was counted is not read again", async ({ page }) => {
  await withPast(page, 2);
  const held = page.locator(".tiles > div", { hasText: "calls held" });
  await expect(held).toContainText("24");
  await go(page, "simulate");
  await openCard(page, await queue(page, { tool: "file.write", args: { path: "a" } }));
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  await page.getByRole("link", { name: "Evidence" }).click();
  await expect(held).toContainText("25");
  await expect(page.getByRole("row", { name: /^file\.write / }).first()).toContainText("100 %");
});

test("the history is searched by id, tool, reviewer and text, and shown in parts", async ({ page }) => {
  await withPast(page, 10);
  const history = panel(page, "History");
  const rows = history.getByRole("region", { name: "Entries" }).locator("tbody tr");
  await expect(rows).toHaveCount(50);
  await history.getByRole("button", { name: "Show older entries" }).click();
  await expect(rows).toHaveCount(100);
  const search = history.getByRole("searchbox");
  await search.fill("person-3@acme.com");
  await search.press("Enter");
  await expect(rows).toHaveCount(12);
  await expect(rows.first()).toContainText("open");
  await search.fill("BEN");
  await history.getByLabel("Type").selectOption("review");
  await expect(rows).toHaveCount(40);
  await expect(rows.first()).toContainText("ben");
  await history.getByLabel("Type").selectOption("");
  const id = await rows.first().getByRole("link").getAttribute("aria-label");
  await search.fill((id ?? "").replace("Escalation ", ""));
  await search.press("Enter");
  await expect(rows).toHaveCount(2);
  await rows.first().getByRole("button").press("Enter");
  await expect(history.locator(".whole pre")).toContainText('"previous": "sha256:');
  await search.fill("no such thing");
  await search.press("Enter");
  await expect(history.getByText("No entry has that in it")).toBeVisible();
});

test("what agents and reviewers wrote is text, with every hidden character shown", async ({ page }) => {
  await open(page, "simulate");
  await queue(page, { tool: "file.write<img src=x>", args: { note: "<script>alert(1)</script>\u202Eabc" } });
  await look(page);
  const history = panel(page, "History");
  await expect(history.locator("tr", { hasText: "open" }).locator(".name").nth(1)).toContainText(
    "file.write<img src=x>",
  );
  await history.getByRole("button", { name: "Entry 0" }).click();
  await expect(history.locator(".whole .hidden-character")).toHaveText("‹U+202E›");
  await expect(page.locator("main img, main script")).toHaveCount(0);
});

test("an entry that somebody changed is found, and nothing in it counts", async ({ page }) => {
  await withPast(page, 3);
  const verification = panel(page, "Verification");
  await verification.getByRole("button", { name: "Verify the history" }).click();
  await expect(verification).toContainText("no problem in 63 entries");
  await expect(verification).toContainText("Not trusted");
  const whole = await past(3, Date.now());
  const changed = whole.entries.map((entry): Entry => {
    const { event } = entry;
    return entry.seq === 5 && event.type === "review" ? { ...entry, event: { ...event, verdict: "reject" } } : entry;
  });
  await keep(page, { ...whole, entries: changed.filter(({ seq }) => seq !== 9) });
  await verification.getByRole("button", { name: "Verify the history" }).click();
  await expect(verification).toContainText("entry 5: edited");
  await expect(verification).toContainText("missing");
  await expect(verification).toContainText("Nothing in it counts as evidence");
});

test("e20_a_file_is_not_trusted_without_a_checkpoint_and_a_forged_one_not_with_it", async ({ page }) => {
  await withPast(page, 3);
  const kept = panel(page, "Checkpoint and export");
  const checkpoint = await download(page, () => kept.getByRole("button", { name: "Download checkpoint" }).click());
  await kept.getByRole("radio", { name: /Whole/ }).check();
  const whole = await download(page, () => kept.getByRole("button", { name: "Export", exact: true }).click());
  await expect(kept).toContainText("Saved");
  const own = (JSON.parse(checkpoint.text) as { readonly checkpoint: Checkpoint }).checkpoint;
  const told = await verifyHistoryText(bytes(whole.text), { checkpoint: own });
  expect([told.report.problems, told.lines, told.report.entries]).toEqual([[], [], 63]);

  const verification = panel(page, "Verification");
  const verifyFile = (text: string) =>
    verification
      .getByLabel("Verify an exported file…")
      .setInputFiles({ name: "other.ndjson", mimeType: "text/plain", buffer: Buffer.from(text) });
  await verifyFile(whole.text);
  await expect(verification.getByRole("status")).toContainText("no problem in 63 entries");
  await expect(verification.getByRole("status")).toContainText("Not trusted: without a checkpoint");

  await verification
    .getByLabel("Open a kept checkpoint…")
    .setInputFiles({ name: "kept.json", mimeType: "application/json", buffer: Buffer.from(checkpoint.text) });
  await expect(verification).toContainText("kept.json, of 63 entries");
  await verifyFile(whole.text);
  await expect(verification.getByRole("status")).toContainText("It goes on from the checkpoint");
  // Well formed, and made up as a whole.
  const forged = await past(3, Date.now(), "Forged");
  const end = { origin: forged.head.origin, size: 63, root: own.root, atMs: own.atMs };
  await verifyFile([...forged.entries, { checkpoint: end }].map((line) => JSON.stringify(line)).join("\n"));
  await expect(verification.getByRole("status")).toContainText("rewritten");
  await verifyFile(`${whole.text.split("\n").slice(0, 40).join("\n")}\n`);
  await expect(verification.getByRole("status")).toContainText("truncated");
  await verifyFile("{broken\n");
  await expect(verification.getByRole("status")).toContainText("it is not JSON");
});

test("e20_a_history_that_was_cut_short_proves_nothing_against_the_checkpoint_that_was_kept_elsewhere", async ({
  page,
}) => {
  await withPast(page, 3);
  const kept = panel(page, "Checkpoint and export");
  const { text } = await download(page, () => kept.getByRole("button", { name: "Download checkpoint" }).click());
  // Whoever cuts the history short also clears what this browser remembers of it.
  await keep(page, await past(2, Date.now()));
  await page.evaluate(() => localStorage.clear());
  await look(page);
  const calibration = panel(page, "Could a rule ask less?");
  await expect(calibration).toContainText("Against: no checkpoint");
  const openFile = (name: string, content: string) =>
    calibration
      .getByLabel("Open a kept checkpoint…")
      .setInputFiles({ name, mimeType: "application/json", buffer: Buffer.from(content) });
  await openFile("other.json", "{}");
  await expect(calibration.getByRole("alert")).toHaveText("other.json is no checkpoint.");
  await openFile("kept.json", text);
  await expect(calibration.getByRole("alert")).toHaveCount(0);
  await expect(calibration).toContainText("Against: kept.json, of 63 entries");
  await expect(panel(page, "Verification")).toContainText("Against: kept.json, of 63 entries");
  await calibration.getByRole("button", { name: "Calibrate" }).click();
  await expect(calibration.getByRole("status")).toContainText("The history is not whole");
});

test("a redacted export holds nothing of the calls, and can be verified", async ({ page }) => {
  await withPast(page, 2);
  const kept = panel(page, "Checkpoint and export");
  const { text, name } = await download(page, () => kept.getByRole("button", { name: "Export", exact: true }).click());
  expect(name).toMatch(/^countersign-history-redacted-\d{4}-\d\d-\d\d\.ndjson$/);
  expect(text).not.toContain("acme.com");
  expect(text).not.toContain("email.send");
  const { report, isRedacted } = await verifyHistoryText(bytes(text));
  expect([report.problems, report.entries, isRedacted]).toEqual([[], 42, true]);
});

test("a checkpoint is asked for when one is due, and not right after", async ({ page }) => {
  await withPast(page, 2);
  const kept = panel(page, "Checkpoint and export");
  await expect(kept.getByText("No checkpoint of 42")).toHaveCount(0);
  await keep(page, await past(6, Date.now()));
  await page.evaluate(() => localStorage.clear());
  await look(page);
  await expect(kept).toContainText("No checkpoint of 126 entries was ever kept elsewhere");
  await download(page, () => kept.getByRole("button", { name: "Download checkpoint" }).click());
  await expect(kept.locator(".notice")).toHaveCount(0);
  await look(page);
  await expect(kept.locator(".notice")).toHaveCount(0);
  await expect(kept).toContainText("when there were 126 entries");
});

test("an exported history goes into an empty browser, nothing that was open in it runs, and a forged one stays out", async ({
  page,
}) => {
  const whole = await past(3, Date.now());
  const lines = (entries: readonly Entry[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
  await look(page);
  const kept = panel(page, "Checkpoint and export");
  const take = (text: string) =>
    kept
      .getByLabel("Import an exported file…")
      .setInputFiles({ name: "other.ndjson", mimeType: "text/plain", buffer: Buffer.from(text) });
  // Its last line, the checkpoint, is missing.
  await take(lines(whole.entries));
  await expect(kept).toContainText("other.ndjson was not imported: it has 1 problem");
  await expect(page.getByText("The history is empty")).toBeVisible();
  const { report } = await verifyHistoryText(bytes(lines(whole.entries)));
  const text = `${lines(whole.entries)}${JSON.stringify({ checkpoint: report.checkpoint })}\n`;
  await take(text);
  await expect(kept).toContainText("Imported 63 entries.");
  await expect(kept).toContainText("Without a checkpoint that was kept elsewhere it is no evidence");
  await panel(page, "Verification").getByRole("button", { name: "Verify the history" }).click();
  await expect(panel(page, "Verification")).toContainText(/no problem in \d+ entries/);
  await take(text);
  await expect(kept).toContainText("a history goes into an empty one");
  await page.goto("./#/review");
  await page.reload();
  await expect(page.locator(".queue .line .chip.pending")).toHaveCount(0);
});

/** Of `file.write` a rule lets through what reviewers approved often enough, and another one holds the rest. */
const RELAXED = `
rules:
  - id: file-writes-relaxed
    tool: file.write
    action: allow
    relaxed: { until: "2099-12-31", evidence: "8 of 8 approved" }
  - { id: file-writes, tool: file.write, action: escalate, risk: low, reversible: true }
  - { id: reads, tool: file.read, action: allow }
`;

test("e05_an_evicted_history_is_told_on_every_view, and nothing of it relaxes a rule or counts", async ({
  page,
  watch,
}) => {
  // A picture alone has no page that names another icon.
  watch.expected.push(/status of 404/);
  await withPast(page, 2);
  await expect(panel(page, "Checkpoint and export")).toContainText("42");
  await expect(page.getByRole("row", { name: /^file-writes/ }).first()).toContainText("67 %");
  await open(page, "policy");
  await writePolicy(page, RELAXED);
  await page.goto("./favicon.svg");
  await page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase("countersign");
        request.onsuccess = () => resolve();
        request.onerror = () => reject(request.error);
      }),
  );
  for (const view of ["policy", "simulate", "review"] as const) {
    await open(page, view);
    await expect(page.getByRole("alert")).toContainText("The history that was here is not complete any more");
    await expect(page.getByRole("alert")).toContainText("It had 42 entries");
  }
  await open(page, "simulate");
  await simulate(page, { tool: "file.read", args: { path: "a" } });
  await expect(decided(page)).toHaveText("allow");
  const address = await queue(page, { tool: "file.write", args: { to: "person-1@acme.com", day: 1 } });
  await expect(decided(page)).toHaveText("escalate");
  await expect(page.locator(".decision .facts")).toContainText("file-writes");
  await openCard(page, address);
  await expect(page.locator(".card-chips")).toContainText("pending");
  // Eight like it were approved before.
  await expect(page.locator(".card")).toContainText("no call of this tool was approved before");
  await look(page);
  await expect(page.locator(".tiles > div", { hasText: "calls held" })).toContainText(/(^|\D)1(\D|$)/);
  await expect(page.getByRole("row", { name: /^file-writes/ }).first()).toBeVisible();
  await expect(page.getByRole("row", { name: /^file-writes/ }).first()).not.toContainText("%");
  await open(page, "review");
  await picture(page, "evidence-evicted");
  await page.reload();
  await expect(page.getByRole("alert")).toContainText("every call that a rule would hold waits for a person");
  await page.getByRole("button", { name: "Go on with what is there" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.reload();
  await expect(page.locator("h1")).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("a long history is verified and searched through", async ({ page }) => {
  await look(page);
  await expect(page.getByText("The history is empty")).toBeVisible();
  const some = await past(40, Date.now());
  await keep(page, some);
  await look(page);
  const verification = panel(page, "Verification");
  await verification.getByRole("button", { name: "Verify the history" }).click();
  await expect(verification).toContainText("no problem in 840 entries");
  const history = panel(page, "History");
  await history.getByRole("searchbox").fill("ana");
  await history.getByRole("searchbox").press("Enter");
  await expect(history.locator(".work")).toHaveCount(0);
  await expect(history.getByRole("region", { name: "Entries" }).locator("tbody tr").first()).toContainText("ana");
});

for (const { form, colorScheme, width } of [
  { form: "light", colorScheme: "light", width: 1280 },
  { form: "dark", colorScheme: "dark", width: 1280 },
  { form: "narrow", colorScheme: "light", width: 320 },
] as const) {
  test(`the evidence view is in order in ${form}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    await withPast(page, 14);
    await answeredChecks(page);
    await look(page);
    await panel(page, "Verification").getByRole("button", { name: "Verify the history" }).click();
    await expect(page.getByText("no problem in 294 entries")).toBeVisible();
    await page.getByText(/^The last \d+ check cards/).click();
    await panel(page, "History").getByRole("button", { name: "Entry 293" }).click();
    await picture(page, `look-evidence-${form}`);
    const sideways = () => (document.querySelector("main")?.scrollWidth ?? 0) - document.documentElement.clientWidth;
    expect(await page.evaluate(sideways)).toBeLessThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
  });
}

test("attention shows what was caught and what came too fast, and check cards can be switched off", async ({
  page,
}) => {
  await withPast(page, 2);
  const attention = panel(page, "Attention");
  await expect(attention).toContainText("no check card was answered yet");
  await answeredChecks(page);
  await look(page);
  await expect(attention).toContainText("10 of 12");
  await expect(attention).toContainText("83 %");
  await expect(attention.locator(".facts .chip")).toHaveText("amber");
  await expect(attention).toContainText(
    "1 of 6 older check cards missed, 1 of 6 newer ones: no sign that it has become worse",
  );
  await expect(attention).toContainText("2 of 6 older approvals too fast, 0 of 6 newer ones");
  await expect(attention).toContainText("2 of the last 12 approvals came before the card could be read");
  await attention.getByLabel("Check cards are on").uncheck();
  await expect(attention).toContainText("Reviewers are told that there are none");
  await page.reload();
  await expect(attention.getByLabel("Check cards are on")).not.toBeChecked();
});

/** Twelve check cards that were answered, two of them missed, and twelve approvals, two of them too fast. */
async function answeredChecks(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const opened = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open("countersign-attention");
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const writing = opened.transaction(["outcomes", "given"], "readwrite");
    for (let at = 0; at < 12; at += 1) {
      const atMs = Date.now() - (12 - at) * 3_600_000;
      const outcome = {
        caught: at !== 2 && at !== 8,
        template: `mail-bcc-${at}`,
        hazard: at % 2 === 0 ? "a hidden copy goes to a stranger" : "the amount is ten times as high",
        risk: at % 3 === 0 ? "high" : "low",
        atMs,
        shownMs: 4_000 + at * 500,
        tooFast: at === 8,
      };
      writing.objectStore("outcomes").add(outcome);
      const given = { verdict: "approve", shownMs: at < 2 ? 900 : 8_000, readingFloorMs: 2_000, inBatch: false, atMs };
      writing.objectStore("given").add(given);
    }
    await new Promise<void>((resolve, reject) => {
      writing.oncomplete = () => resolve();
      writing.onabort = () => reject(writing.error);
    });
    opened.close();
  });
}

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}
