/** Files of recorded calls. */

import { expect, open, picture, test, useStarter } from "./app.ts";

const PICKER = "Open file of calls…";

function ndjson(lines: readonly string[]): { name: string; mimeType: string; buffer: Buffer } {
  return { name: "calls.ndjson", mimeType: "application/x-ndjson", buffer: Buffer.from(lines.join("\n")) };
}

const LINES = [
  '{"tool":"search.web","args":{"q":"rain"}}',
  "",
  '{"tool":"file.read","args":{"path":"a"}}',
  "{broken",
  '{"args":{"path":"a"}}',
  '{"tool":"file.write","args":{"path":"b","text":"<b>bold</b>"},"suite":"ignored"}',
  '{"tool":"__proto__"}',
  '{"tool":"shell.execute","args":{"command":"ls"}}',
  '{"tool":"email.send","args":{"__proto__":{"x":1}}}',
  '{"tool":"email.send","args":{"to":"x"}}',
];

test("every line gets its decision or its error, and the counts are right", async ({ page }) => {
  await open(page, "simulate");
  await page.getByLabel(PICKER).setInputFiles(ndjson(LINES));
  await expect(page.locator(".file-progress")).toContainText("decided");
  const tally = page.locator(".counts");
  await expect(tally).toHaveText("calls6allow2escalate3block1errors3");

  const rows = page.locator(".decisions tbody tr");
  await expect(rows).toHaveCount(9);
  await expect(rows.nth(0)).toContainText("1search.weballow");
  await expect(rows.nth(1)).toContainText("3file.readallow");
  await expect(rows.nth(5)).toContainText("7__proto__escalatedefault");

  await page.getByRole("combobox", { name: "Show" }).selectOption("error");
  await expect(rows).toHaveCount(3);
  await expect(rows.locator("td:first-child")).toHaveText(["4", "5", "9"]);
  await expect(page.locator(".pages")).toContainText("1–3 of 3");
  await rows.first().click();
  await expect(page.locator("pre.line")).toHaveText("{broken");
  await expect(page.locator(".panel.sunken")).toContainText("Not decided");

  await page.getByRole("combobox", { name: "Show" }).selectOption("escalate");
  await page.getByRole("button", { name: "Show line 6" }).click();
  await expect(page.locator("pre.line")).toHaveText(LINES[5] ?? "");
  await expect(page.locator(".panel.sunken .trace")).toContainText("file.write matched");
  await page.getByText("Per rule").click();
  await expect(page.locator(".per-rule tbody tr")).toHaveCount(6);
  await picture(page, "file-table");

  await page.getByRole("button", { name: "Put in the review queue" }).click();
  await page.getByRole("link", { name: "Open it in Review" }).click();
  await expect(page.locator(".card h2")).toHaveText("Write file “b”");
  await expect(page.locator(".card .rows").first()).toContainText('text: "<b>bold</b>"');
});

test("a large file is decided in parts and can be stopped", async ({ page }) => {
  const lines = 2_000_000;
  await open(page, "simulate");
  // The file is made in the page: too large to be handed over as bytes.
  const handle = await page.evaluateHandle((count) => {
    const line = (at: number) => `{"tool":"${at % 2 ? "file.read" : "file.write"}","args":{"path":"/srv/${at}"}}\n`;
    const part = Array.from({ length: 10_000 }, (_, at) => line(at)).join("");
    const transfer = new DataTransfer();
    transfer.items.add(new File(new Array(count / 10_000).fill(part), "large.ndjson"));
    return transfer;
  }, lines);
  const drop = () => page.getByText("NDJSON: one call a line").dispatchEvent("drop", { dataTransfer: handle });

  await drop();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.locator(".file-progress")).toContainText("cancelled");
  const calls = await page.locator(".tally.calls dd").textContent();
  expect(Number(calls?.replaceAll(",", ""))).toBeLessThan(lines);
  await picture(page, "file-cancelled");

  // The page answers while a file is being decided.
  await drop();
  await expect(page.getByRole("progressbar")).toBeVisible();
  await page.getByRole("button", { name: "Decide", exact: true }).click();
  await expect(page.locator(".decision .facts")).toContainText("escalate");

  await expect(page.locator(".file-progress")).toContainText("large.ndjson: decided", { timeout: 50_000 });
  await expect(page.locator(".counts")).toHaveText("calls2,000,000allow1,000,000escalate1,000,000block0errors0");
  await page.getByRole("combobox", { name: "Show" }).selectOption("allow");
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.locator(".pages")).toContainText("101–200 of 500,000");
  await expect(page.locator(".decisions tbody tr").first()).toContainText("202file.read");
});

test("a file that several workers decide has the counts and rows of one that is read from its first line to its last", async ({
  page,
}) => {
  const rounds = 400;
  await open(page, "simulate");
  const workers: string[] = [];
  page.on("worker", (worker) => workers.push(worker.url()));
  const handle = await page.evaluateHandle(
    ([lines, count]) => {
      const transfer = new DataTransfer();
      const numbered = (at: number) => lines.join("\n").replace("rain", `rain ${at} ${"🌧".repeat(7_000)}`);
      const text = Array.from({ length: count }, (_, at) => numbered(at)).join("\r\n");
      transfer.items.add(new File(["\ufeff", text], "several.ndjson"));
      return transfer;
    },
    [LINES, rounds] as const,
  );
  await page.getByText("NDJSON: one call a line").dispatchEvent("drop", { dataTransfer: handle });
  await expect(page.locator(".file-progress")).toContainText("several.ndjson: decided", { timeout: 50_000 });
  await expect(page.locator(".file-progress")).toContainText("4,000 lines");
  await expect(page.locator(".counts")).toHaveText("calls2,400allow800escalate1,200block400errors1,200");
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  if (cores > 1) expect(workers.length).toBe(Math.min(cores, 6));
  await page.getByText("Per rule").click();
  await expect(page.locator(".per-rule tbody tr")).toHaveCount(6);

  // A part ends wherever it does: what stands there is neither lost nor told twice, and has its number in the file.
  await page.getByRole("combobox", { name: "Show" }).selectOption("allow");
  const expected = Array.from({ length: rounds }, (_, at) => [10 * at + 1, 10 * at + 3]).flat();
  for (let from = 0; from < expected.length; from += 100) {
    if (from > 0) await page.getByRole("button", { name: "Next" }).click();
    const numbers = expected.slice(from, from + 100).map((number) => number.toLocaleString("en-GB"));
    await expect(page.locator(".decisions tbody tr td:first-child")).toHaveText(numbers);
  }
  await page.getByRole("button", { name: "Show line 3991", exact: true }).click();
  await expect(page.locator("pre.line")).toContainText('{"tool":"search.web","args":{"q":"rain 399 🌧');
});

test("the rows of a file belong to the policy that decided it", async ({ page }) => {
  await open(page, "simulate");
  await page.getByLabel(PICKER).setInputFiles(ndjson(LINES));
  await expect(page.locator(".file-progress")).toContainText("decided");
  await page.evaluate(() => {
    location.hash = "#/policy";
  });
  await useStarter(page, "Data analyst");
  await expect(page.locator(".policy-status")).toContainText("data-analyst");
  await page.evaluate(() => {
    location.hash = "#/simulate";
  });
  await expect(page.getByText("these decisions are of the policy before")).toBeVisible();
});
