/** How every view looks and reads: light and dark, from 320 px to 4K, by the keyboard; and the checks of axe. */

import { deflateRawSync } from "node:zlib";
import {
  accessible,
  approve,
  approveShown,
  expect,
  FORMS,
  go,
  keyboardWalk,
  open,
  openCard,
  outcome,
  type Page,
  picture,
  queue,
  showAs,
  test,
  useStarter,
  type View,
  writePolicy,
} from "./app.ts";
import { keep, past } from "./past.ts";
import { held, PAYMENT } from "./review-policy.ts";

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

const MENDED = PROBLEMS.replace("escalte", "escalate")
  .replace("acton", "action")
  .replace("id: mail\n    tool: [", "id: web\n    tool: [");

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
      await page.evaluate(() => scrollTo(0, 0));
    },
  },
  {
    name: "review-batch",
    view: "policy",
    prepare: async (page) => {
      const payments = [10, 20, 40, 30].map((amount) => ({
        ...PAYMENT,
        args: { ...PAYMENT.args, amount: amount * 10 },
      }));
      await held(page, ...payments);
      await go(page, "review");
      await page.getByRole("link", { name: /Batch of 4 calls/ }).click();
      await page.locator(".batch-table tbody tr").first().getByRole("radio", { name: "Reject" }).check();
    },
  },
  {
    name: "evidence-empty",
    view: "evidence",
    prepare: async (page) => {
      await expect(page.getByText("The history is empty")).toBeVisible();
    },
  },
  {
    name: "evidence",
    view: "evidence",
    prepare: async (page) => {
      await expect(page.getByText("The history is empty")).toBeVisible();
      await keep(page, await past(9, Date.now()));
      await page.reload();
      await expect(page.locator(".rates tbody tr").first()).toBeVisible();
      await expect(page.locator(".history tbody tr").first()).toBeVisible();
    },
  },
  {
    name: "policy-first",
    view: "policy",
    prepare: async (page) => {
      await expect(page.getByText("Begin here.")).toBeVisible();
    },
  },
  {
    name: "policy-versions",
    view: "policy",
    prepare: async (page) => {
      await writePolicy(page, MENDED);
      await page.getByRole("button", { name: /^Versions/ }).click();
      await page.getByRole("button", { name: "Version 1" }).click();
      await expect(page.locator("#library-panel .cm-content").first()).toBeVisible();
    },
  },
  {
    name: "compare",
    view: "policy",
    prepare: async (page) => {
      await useStarter(page, "Office assistant");
      await go(page, "simulate");
      await page.getByLabel("Open file of calls…").setInputFiles({
        name: "calls.ndjson",
        mimeType: "text/plain",
        buffer: Buffer.from(CALLS),
      });
      await expect(page.locator(".file-progress")).toContainText("decided");
      await page.getByLabel("Compare with a policy file…").setInputFiles({
        name: "before.yaml",
        mimeType: "application/yaml",
        buffer: Buffer.from("rules:\n  - { id: all, tool: '*', action: allow }\n"),
      });
      await page.locator(".comparison .changes tbody tr").first().click();
    },
  },
  {
    name: "share",
    view: "policy",
    prepare: async (page) => {
      const shared = { policy: MENDED };
      await page.goto(`./#/share/1.${deflateRawSync(JSON.stringify(shared)).toString("base64url")}`);
      await expect(page.locator(".policy-counts")).toBeVisible();
    },
  },
];

for (const form of FORMS) {
  for (const scene of SCENES) {
    test(`${scene.name} is in order in ${form.name}`, async ({ page }) => {
      await showAs(page, form);
      await open(page, scene.view);
      await scene.prepare(page);
      await picture(page, `look-${scene.name}-${form.name}`);
      await accessible(page);
    });
  }
}

test("the confirm step, an outcome and an empty queue are in order", async ({ page }) => {
  await open(page, "review");
  await expect(page.getByText("No call waits here")).toBeVisible();
  await accessible(page);
  await go(page, "simulate");
  await openCard(page, await queue(page, { tool: "file.write", args: {} }));
  await approve(page).click();
  await accessible(page);
  await page.getByRole("button", { name: "Back" }).click();
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  await accessible(page);
});

for (const scene of SCENES) {
  test(`${scene.name} is walked by the keyboard: every control has its turn, where it can be seen`, async ({
    page,
  }) => {
    await open(page, scene.view);
    await scene.prepare(page);
    const stops = await keyboardWalk(page);
    expect(stops.filter(({ isMarked, isOnScreen }) => !isMarked || !isOnScreen)).toEqual([]);
    expect(stops.filter(({ element }) => element.endsWith("(again)"))).toEqual([]);
    expect(stops.length).toBeGreaterThan(5);
  });
}

for (const scene of SCENES) {
  test(`${scene.name} can still be read in the colours of the system, and at 200 % and 400 % in a small window`, async ({
    page,
  }) => {
    await page.emulateMedia({ forcedColors: "active", reducedMotion: "reduce" });
    await page.setViewportSize({ width: 640, height: 512 });
    await open(page, scene.view);
    await scene.prepare(page);
    await picture(page, `look-${scene.name}-forced-640`);
    expect(await cutOff(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 256 });
    expect(await cutOff(page)).toEqual([]);
    // An edge says what a ground says elsewhere, and nothing moves.
    for (const chip of await page.locator(".chip").all()) await expect(chip).toHaveCSS("border-top-style", "solid");
    const moving = () => document.getAnimations().filter(({ playState }) => playState === "running").length;
    expect(await page.evaluate(moving)).toBe(0);
  });
}

/** What is wider than its place and cannot be scrolled to; one that scrolls by itself is well. */
function cutOff(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (element: Element | null): boolean =>
      element !== null && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    return [...document.querySelectorAll("main *, header *, footer *")]
      .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > width + 1)
      .filter((element) => !scrolls(element))
      .map((element) => element.outerHTML.slice(0, 120));
  });
}
