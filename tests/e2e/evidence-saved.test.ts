/** Evidence that a browser saves says on another machine what it says here. */

import { AxeBuilder } from "@axe-core/playwright";
import { type Calibrator, createCalibrator, loadPolicy } from "countersign";
import { download, expect, open, type Page, test, writePolicy } from "./app.ts";
import { keep, POLICY, past } from "./past.ts";

async function look(page: Page): Promise<void> {
  await page.goto("./#/evidence");
  await page.reload();
  await expect(page.locator(".tiles")).toBeVisible();
}

test("evidence is saved for another machine, and counts there what counts here", async ({ page }) => {
  const { entries, head } = await past(2, Date.now());
  await look(page);
  await keep(page, { entries, head });
  await open(page, "policy");
  const policyText = POLICY.replaceAll("review:", "reversible: true, review:");
  await writePolicy(page, policyText);
  const panel = page.locator("section.panel", {
    has: page.getByRole("heading", { name: "Evidence for another machine" }),
  });
  const saveIt = () => download(page, () => panel.getByRole("button", { name: "Save evidence" }).click());
  await look(page);
  const { text: unproven } = await saveIt();
  await expect(panel).toContainText("Saved, but it proves nothing");
  await download(page, () => page.getByRole("button", { name: "Download checkpoint" }).click());
  const { text, name } = await saveIt();
  expect(name).toMatch(/^countersign-evidence-\d{4}-\d\d-\d\d\.json$/);
  await expect(panel).toContainText("Send its checkpoint another way than the file");
  const kept = await download(page, () => panel.getByRole("button", { name: "Download its checkpoint" }).click());
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);

  const policy = await loadPolicy(policyText);
  const report = (read: (calibrator: Calibrator) => void) => {
    const calibrator = createCalibrator(policy);
    read(calibrator);
    const grounds = { verified: true, checks: { caught: 40, missed: 0 }, light: "green" } as const;
    const report = calibrator.report(grounds, head.atMs);
    calibrator.dispose();
    return report;
  };
  const here = report((calibrator) => {
    calibrator.beginHistory(head.size);
    calibrator.push(entries);
    calibrator.endHistory(Date.now());
  });
  expect([here.entries, here.rules.length]).toEqual([42, 3]);
  const { evidence } = JSON.parse(kept.text);
  expect(report((calibrator) => calibrator.addEvidence(JSON.parse(text), evidence))).toEqual(here);
  // Nobody kept a checkpoint of the history, or of the evidence.
  for (const [saved, digest] of [
    [unproven, JSON.parse(unproven).digest],
    [text, null],
  ]) {
    const { rules } = report((calibrator) => calibrator.addEvidence(JSON.parse(saved), digest));
    expect(rules.every(({ proof }) => proof.missing.some(({ code }) => code === "verified"))).toBe(true);
    expect(here.rules.some(({ proof }) => proof.missing.some(({ code }) => code === "verified"))).toBe(false);
  }
});
