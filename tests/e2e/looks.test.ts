/** How every view looks and reads: light, dark, narrow; and the checks of axe. */

import { AxeBuilder } from "@axe-core/playwright";
import {
  approve,
  approveShown,
  expect,
  go,
  open,
  openCard,
  outcome,
  type Page,
  picture,
  queue,
  test,
  useStarter,
  type View,
  writePolicy,
} from "./app.ts";

const PROBLEMS = `name: office
rules:
  - id: mail
    tool: email.send
    action: escalte
    reason: Outbound email requires review
  - id: mail
    tool: [web.search, "browser.*"]
    acton: allow
`;

const CALLS = [
  '{"tool":"search.web","args":{"q":"rain"}}',
  '{"tool":"file.write","args":{"path":"b"}}',
  "{broken",
  '{"tool":"shell.execute","args":{"command":"ls"}}',
].join("\n");

interface Scene {
  readonly name: string;
  readonly view: View;
  /** Brings the view into a state worth seeing. */
  prepare(page: Page): Promise<void>;
}

const SCENES: readonly Scene[] = [
  {
    name: "policy",
    view: "policy",
    prepare: async (page) => {
      await useStarter(page, "Office assistant");
      await expect(page.locator(".policy-status")).toContainText("office-assistant");
    },
  },
  {
    name: "policy-problems",
    view: "policy",
    prepare: async (page) => {
      await writePolicy(page, PROBLEMS);
      await expect(page.locator(".problem").first()).toBeVisible();
    },
  },
  {
    name: "simulate",
    view: "simulate",
    prepare: async (page) => {
      await page.getByRole("button", { name: "Decide", exact: true }).click();
      await expect(page.locator(".decision .facts")).toBeVisible();
      await page.getByLabel("Open file of calls…").setInputFiles({
        name: "calls.ndjson",
        mimeType: "text/plain",
        buffer: Buffer.from(CALLS),
      });
      await page.locator(".decisions tbody tr").nth(1).click();
      await expect(page.locator("pre.line")).toBeVisible();
    },
  },
  {
    name: "review",
    view: "simulate",
    prepare: async (page) => {
      const first = await queue(page, { tool: "file.write", args: { path: "notes.txt", text: "one\ntwo" } });
      const second = await queue(page, {
        tool: "mail-server/send_message",
        args: {
          to: ["bob@example.com", "ann@example.com"],
          subject: "Figures",
          body: "Hello Bob,\n\nhere are the figures\u200B.\n",
          options: { urgent: false, copies: 2, attach: [], bcc: null },
        },
        user: "carol",
        reason: "The user asked me to send the figures, which is quite safe.",
        confidence: 0.93,
      });
      await openCard(page, first);
      await approveShown(page);
      await expect(outcome(page)).toContainText("approved");
      await openCard(page, second);
      await page.getByText("Written by the agent, not verified").click();
      await page.getByLabel("Note").fill("Is Bob expecting this?");
      await page.evaluate(() => scrollTo(0, 0));
    },
  },
];

const FORMS = [
  { name: "light", colorScheme: "light", width: 1280, height: 900 },
  { name: "dark", colorScheme: "dark", width: 1280, height: 900 },
  { name: "narrow", colorScheme: "light", width: 320, height: 640 },
] as const;

for (const { name: form, colorScheme, width, height } of FORMS) {
  for (const scene of SCENES) {
    test(`${scene.name} is in order in ${form}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height });
      await open(page, scene.view);
      await scene.prepare(page);
      await picture(page, `look-${scene.name}-${form}`);
      expect(await sidewaysScroll(page)).toBe(0);
      expect(await violations(page)).toEqual([]);
    });
  }
}

test("the confirm step, an outcome and an empty queue are in order", async ({ page }) => {
  await open(page, "review");
  await expect(page.getByText("No call waits here")).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await go(page, "simulate");
  await openCard(page, await queue(page, { tool: "file.write", args: {} }));
  await approve(page).click();
  expect(await violations(page)).toEqual([]);
  await page.getByRole("button", { name: "Back" }).click();
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  expect(await violations(page)).toEqual([]);
});

/** How far the page can be scrolled sideways, in pixels. */
function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

async function violations(page: Page): Promise<readonly string[]> {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}
