/** How the review view looks and reads in each of its states: light, dark, narrow; and the checks of axe. */

import {
  accessible,
  approve,
  approveShown,
  askApproval,
  expect,
  FORMS,
  giveReason,
  open,
  openCard,
  outcome,
  type Page,
  picture,
  readThrough,
  reject,
  rejectShown,
  showAs,
  test,
} from "./app.ts";
import { held, MAIL, NOTE, PAYMENT } from "./review-policy.ts";

const ODD = {
  tool: "file.write",
  args: {
    path: "../../etc/passwd",
    url: "https://bank.com@evil.io/x",
    text: `one\ntwo${"\n".repeat(200)}end\u202E`,
    to: "b\u043Eb@example.com",
    long: "lorem ipsum ".repeat(1_400),
    password: "hunter2hunter2",
    options: { depth: [1, 2, { deep: null }], amount: -40, empty: {} },
  },
  agent: "helper",
};

/** One after the other, so that each test shows several states of one page. */
const SCENES: Readonly<Record<string, (page: Page, look: (name: string) => Promise<void>) => Promise<void>>> = {
  async empty(page, look) {
    await open(page, "review");
    await expect(page.getByText("No call waits here")).toBeVisible();
    await look("empty");
  },
  async low(page, look) {
    const [first = "", second = ""] = await held(page, NOTE, { ...NOTE, args: { ...NOTE.args, text: "Buy bread" } });
    await openCard(page, first);
    await look("low");
    await page.getByRole("button", { name: "Approve with edits…" }).click();
    await page.getByLabel("args.copies").fill("three");
    await look("edit");
    await page.getByRole("button", { name: "Back" }).click();
    await approveShown(page);
    await expect(outcome(page)).toContainText("approved");
    await look("approved");
    await openCard(page, second);
    await look("similar");
    await page.getByRole("button", { name: "Ask for more…" }).click();
    await page.getByLabel("Ask the agent").fill("Which milk?");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await expect(page.getByText("No answer yet.")).toBeVisible();
    await rejectShown(page);
    await expect(outcome(page)).toContainText("rejected");
    await look("rejected");
  },
  async high(page, look) {
    const [mail = ""] = await held(page, MAIL, PAYMENT, ODD);
    await openCard(page, mail);
    await page.getByText("Written by the agent, not verified").click();
    await look("high");
    await askApproval(page);
    await page.getByLabel("Type the value of args.to").fill("bob@example.com");
    await giveReason(page, "I asked for it");
    await look("confirm");
    await page.getByRole("button", { name: "Back" }).click();
    await reject(page).click();
    await look("reject");
  },
  async critical(page, look) {
    const [payment = ""] = await held(page, PAYMENT);
    await openCard(page, payment);
    await look("critical");
    await page.getByRole("button", { name: "Pause agents" }).click();
    await look("pause");
    await page.getByRole("button", { name: "Pause every agent" }).click();
    await page.getByRole("button", { name: "End the pause" }).click();
    await look("paused");
  },
  async odd(page, look) {
    const [odd = ""] = await held(page, ODD);
    await openCard(page, odd);
    await look("odd");
    await readThrough(page);
    await page.getByRole("button", { name: /Look at the masked value/ }).click();
    // So much takes time to read.
    await expect(approve(page)).toHaveAttribute("aria-disabled", "false", { timeout: 25_000 });
    await page.keyboard.press("?");
    await look("odd-read");
  },
};

for (const form of FORMS) {
  for (const [name, scene] of Object.entries(SCENES)) {
    test(`c16_review_${name} is in order in ${form.name}`, async ({ page }) => {
      test.slow();
      await page.setViewportSize({ width: 1280, height: 900 });
      await scene(page, async (state) => {
        await showAs(page, form);
        await picture(page, `review-${state}-${form.name}`);
        await accessible(page);
      });
    });
  }
}
