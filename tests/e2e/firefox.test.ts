/** The way of a call in Firefox: what the app needs of a browser is there too. */

import {
  approveShown,
  expect,
  go,
  open,
  openCard,
  outcome,
  queue,
  rejectShown,
  simulate,
  test,
  type View,
  writePolicy,
} from "./app.ts";

const POLICY = `rules:
  - tool: search.web
    action: allow
  - tool: email.send
    action: escalate
    reason: Outbound email requires review
`;

test("a policy is written, calls are decided, and an approval outlives the page", async ({ page }) => {
  await open(page, "policy");
  await writePolicy(page, POLICY.replace("escalate", "escalte"));
  await expect(page.locator(".policy-status")).toContainText("Nothing is decided until");
  await page.locator(".problem").getByRole("button", { name: "Fix:" }).click();
  await expect(page.locator(".policy-status")).toContainText("In force");

  await go(page, "simulate");
  await simulate(page, { tool: "search.web", args: { q: "rain" } });
  await expect(page.locator(".decision .facts")).toContainText("allow");
  const mail = await queue(page, { tool: "email.send", args: { to: "ann@example.com" } });
  const other = await queue(page, { tool: "email.send", args: { to: "eve@example.com" } });
  await openCard(page, mail);
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  await openCard(page, other);
  await rejectShown(page);
  await expect(outcome(page)).toContainText("rejected");
  await page.reload();
  await expect(outcome(page)).toContainText("rejected");
  await page.getByText("Filter and sort").click();
  await page.getByLabel("Status").selectOption("Any");
  await expect(page.locator(".queue .line-facts .chip:not(.risk)")).toHaveText(["rejected", "approved"]);
});

test("what one tab answers the other shows, and every view opens", async ({ page, context }) => {
  await open(page, "simulate");
  const address = await queue(page, { tool: "file.write", args: { path: "a" } });
  const second = await context.newPage();
  await openCard(second, address);
  // A card in a tab behind takes no answer.
  await page.bringToFront();
  await openCard(page, address);
  await approveShown(page);
  await expect(outcome(second)).toContainText("approved");
  for (const view of ["policy", "simulate", "evidence", "review"] satisfies View[]) {
    await go(page, view);
    await expect(page.locator("h1")).toBeFocused();
  }
});

test("a page in a frame renders nothing", async ({ page, watch }) => {
  watch.expected.push(/frame-ancestors|X-Frame-Options|denied|framed/i);
  await page.route("**/framing.html", (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><iframe src='./'></iframe>" }),
  );
  await page.goto("./framing.html");
  await expect.poll(() => watch.problems.length).toBeGreaterThan(0);
  await expect(page.frameLocator("iframe").locator(".page-header")).toHaveCount(0);
});
