/** When the engine is gone nothing is decided, the page says so, and the engine can be started again. */

import { expect, go, open, openCard, outcome, queue, rejectShown, simulate, test } from "./app.ts";

test("an engine that cannot be loaded is told, and can be started again", async ({ page, watch }) => {
  watch.expected.push(/Failed to load resource/);
  await page.context().route("**/*.wasm", (route) => route.abort());
  await page.goto("./#/simulate");
  const notice = page.getByRole("alert");
  await expect(notice).toContainText("The engine has stopped");
  await expect(notice).toContainText("Nothing is decided, allowed or approved");
  await expect(page.locator(".policy-status")).toContainText("No policy is in force");
  await expect(page.getByRole("button", { name: "Decide" })).toBeDisabled();

  await page.context().unroute("**/*.wasm");
  await page.getByRole("button", { name: "Restart engine" }).click();
  await expect(notice).toHaveCount(0);
  await simulate(page, { tool: "file.read" });
  await expect(page.locator(".decision .facts")).toContainText("allow");
});

test("bytes that are no engine are told", async ({ page }) => {
  await page
    .context()
    .route("**/*.wasm", (route) => route.fulfill({ contentType: "application/wasm", body: "no wasm" }));
  await page.goto("./#/policy");
  await expect(page.getByRole("alert")).toContainText("The engine has stopped");
  await expect(page.locator(".policy-status")).toContainText("No policy is in force");
});

test("a worker that cannot be loaded is told", async ({ page, watch }) => {
  watch.expected.push(/Failed to load resource/);
  await page.context().route("**/worker-*.js", (route) => route.abort());
  await page.goto("./#/policy");
  await expect(page.getByRole("alert")).toContainText("The engine has stopped");
});

test("an engine that stops while a card is open approves nothing", async ({ page }) => {
  await open(page, "simulate");
  const address = await queue(page, { tool: "file.write" });
  await openCard(page, address);
  const [worker] = page.workers();
  await worker?.evaluate(() => {
    setTimeout(() => {
      throw new Error("the engine broke");
    });
  });
  await expect(page.getByRole("alert")).toContainText("the engine broke");
  await rejectShown(page);
  await expect(page.locator(".card").getByRole("alert")).toContainText("The engine stopped");
  await expect(page.locator(".card-chips")).toContainText("pending");
  await expect(outcome(page)).toHaveCount(0);

  await page.getByRole("button", { name: "Restart engine" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await go(page, "simulate");
  await expect(page.locator(".policy-status")).toContainText("In force");
});
