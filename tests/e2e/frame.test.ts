/** A page in a frame could be laid under somebody else's buttons: it renders nothing. */

import { expect, test } from "./app.ts";

const FRAMING = `<!doctype html><title>Framing</title><iframe src="./" width="800" height="600"></iframe>`;

test("c06_app_framed_with_headers: the headers refuse to be framed", async ({ page, watch }) => {
  watch.expected.push(/frame-ancestors|X-Frame-Options|Framing '/);
  await page.route("**/framing.html", (route) => route.fulfill({ contentType: "text/html", body: FRAMING }));
  await page.goto("./framing.html");
  await page.waitForLoadState("networkidle");
  // The browser says that it refused.
  await expect.poll(() => watch.problems.length).toBeGreaterThan(0);
  await expect(page.frameLocator("iframe").locator("#app, .page-header")).toHaveCount(0);
});

test("c06_app_framed: without headers the script renders nothing in a frame", async ({ page }) => {
  await page.route("**/framing.html", (route) => route.fulfill({ contentType: "text/html", body: FRAMING }));
  await page.route("**/", async (route) => {
    const { "content-security-policy": _, "x-frame-options": __, ...headers } = (await route.fetch()).headers();
    await route.fulfill({ response: await route.fetch(), headers });
  });
  const script = page.waitForResponse(/assets\/index-.*\.js/);
  await page.goto("./framing.html");
  await script;
  await page.waitForLoadState("networkidle");
  const frame = page.frames()[1];
  await expect(frame?.locator("#app > *") ?? page.locator("none")).toHaveCount(0);
  expect(page.workers()).toEqual([]);
});

test("the meta tag says what the headers say", async ({ page, request }) => {
  const headers = (await request.get("./")).headers();
  await page.goto("./");
  const meta = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
  expect(headers["content-security-policy"]).toBe(`${meta}; frame-ancestors 'none'`);
  expect(headers["x-content-type-options"]).toBe("nosniff");
});
