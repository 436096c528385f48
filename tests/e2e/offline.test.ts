/** Kept for offline use: whole builds only, never two of them mixed, and a newer one only when somebody asks for it. */

import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { memoryStore } from "countersign/stores/memory";
import {
  approveShown,
  approveThis,
  askApproval,
  expect,
  go,
  outcome,
  type Page,
  queue,
  reject,
  rejectShown,
  test,
  type Watch,
} from "./app.ts";
import { BUILT, buildOther, type Host, hostFiles } from "./host.ts";

test.use({ serviceWorkers: "allow" });
// One other version is built for all of them.
test.describe.configure({ mode: "default" });

const NEWER = "0123456789abcdef";
const CALL = { tool: "file.write", args: { path: "a.txt" } };

let newer = "";
const hosts: Host[] = [];

test.beforeAll(async () => {
  newer = await buildOther(NEWER);
});

test.afterAll(() => {
  rmSync(newer, { recursive: true, force: true });
});

test.afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()));
});

async function host(watch: Watch, path = "/some/where/"): Promise<Host> {
  const started = await hostFiles(BUILT, path);
  hosts.push(started);
  watch.origins.add(new URL(started.address).origin);
  return started;
}

function foot(page: Page) {
  return page.getByRole("contentinfo");
}

/** Opens the app and waits until it is kept. */
async function keep(page: Page, address: string): Promise<void> {
  await page.goto(`${address}#/review`);
  await expect(foot(page)).toContainText("Works offline");
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

function buildOf(page: Page): Promise<string | null> {
  return page.locator('meta[name="countersign-build"]').getAttribute("content");
}

function buildsKept(page: Page): Promise<readonly string[]> {
  return page.evaluate(async () => (await caches.keys()).map((name) => name.split(" ").at(-1) ?? ""));
}

function version(page: Page) {
  return page.locator(".notice.newer");
}

/** Goes to a hash as a link in the page would. */
async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
}

/** Opens a card of this page's own queue. */
async function openHere(page: Page): Promise<void> {
  await go(page, "simulate");
  await goTo(page, await queue(page, CALL));
  await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
}

/** Looks for a newer version; answers what became of it. */
function updated(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration("./");
    if (registration === undefined) return "nothing is kept";
    const { installing } = await registration.update();
    if (installing === null) return "nothing was found";
    return new Promise((resolve) => {
      installing.addEventListener("statechange", () => resolve(installing.state));
    });
  });
}

test("from a folder of a host without headers everything works, and then without a network", async ({
  page,
  watch,
}) => {
  const { address, close } = await host(watch);
  const first = await page.goto(address);
  expect(first?.headers()["content-security-policy"]).toBeUndefined();
  await keep(page, address);
  await close();

  const kept = await page.reload();
  // What the host did not send stands in the copy.
  expect(kept?.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(kept?.headers()["cross-origin-opener-policy"]).toBe("same-origin");
  await go(page, "evidence");
  await go(page, "policy");
  await expect(page.locator(".policy-status")).toContainText("In force");
  await openHere(page);
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  await page.goto(`${address}index.html#/review`);
  await page.getByRole("button", { name: "Show closed calls" }).click();
  await expect(page.locator(".queue li")).toContainText("approved");
});

test("a newer version waits until somebody takes it, and nothing of the older one is left", async ({ page, watch }) => {
  const here = await host(watch);
  await keep(page, here.address);
  const older = await buildOf(page);
  here.deploy(newer);
  await page.reload();
  await expect(version(page)).toContainText("A new version is ready");
  expect(await buildOf(page)).toBe(older);
  await go(page, "policy");
  await openHere(page);
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");

  await version(page).getByRole("button", { name: "Reload" }).click();
  await expect.poll(() => buildOf(page).catch(() => "loading")).toBe(NEWER);
  await expect(foot(page)).toContainText(`Build ${NEWER.slice(0, 8)}`);
  await expect(version(page)).toHaveCount(0);
  await expect.poll(() => buildsKept(page)).toEqual([NEWER]);
  const files = await page.evaluate(
    async (names) => {
      const found = await Promise.all(names.map((name) => caches.match(new URL(name, document.baseURI).href)));
      return found.filter((response) => response !== undefined).length;
    },
    [...readdirSync(join(newer, "assets"))].map((name) => `assets/${name}`),
  );
  expect(files).toBe(readdirSync(join(newer, "assets")).length);
  await here.close();
  await page.reload();
  await openHere(page);
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
});

test("e17_older_page: once a newer version has taken over, a page of the older one keeps its own files, says so, and approves nothing", async ({
  page,
  context,
  watch,
}) => {
  const here = await host(watch);
  await keep(page, here.address);
  const older = await buildOf(page);
  await openHere(page);
  await askApproval(page);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");

  here.deploy(newer);
  const other = await context.newPage();
  await other.goto(`${here.address}#/review`);
  await version(other).getByRole("button", { name: "Reload" }).click();
  await expect.poll(() => buildOf(other).catch(() => "loading")).toBe(NEWER);
  await expect(version(page)).toContainText("it approves nothing until it is loaded again");

  await approveThis(page).click();
  await expect(page.getByRole("alert")).toContainText("a newer version of this app has taken over");
  await expect(page.locator(".card-chips")).toContainText("pending");
  // The host has only the newer files, and this view was not looked at before.
  await go(page, "policy");
  await expect(page.locator(".cm-content")).toBeVisible();
  expect(await buildOf(page)).toBe(older);
  await expect.poll(async () => (await buildsKept(page)).toSorted()).toEqual([NEWER, older].toSorted());

  await version(page).getByRole("button", { name: "Reload" }).click();
  await expect.poll(() => buildOf(page).catch(() => "loading")).toBe(NEWER);
  await go(page, "review");
  await page.locator(".queue li a").first().click();
  await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  await page.reload();
  await expect.poll(() => buildsKept(page)).toEqual([NEWER]);
});

test("e17_older_page_rejects: what keeps a page of the older version from approving does not keep it from rejecting", async ({
  page,
  context,
  watch,
}) => {
  const here = await host(watch);
  await keep(page, here.address);
  await openHere(page);
  here.deploy(newer);
  const other = await context.newPage();
  await other.goto(`${here.address}#/review`);
  await version(other).getByRole("button", { name: "Reload" }).click();
  await expect(version(page)).toContainText("it approves nothing");
  await rejectShown(page);
  await expect(outcome(page)).toContainText("rejected");
});

test("e17_half_deployed: a version whose files are not all there, or not its own, is not taken", async ({
  page,
  watch,
}) => {
  const here = await host(watch);
  await keep(page, here.address);
  const older = await buildOf(page);
  watch.expected.push(/Failed to find a valid digest|status of 404|Failed to update a ServiceWorker/);
  const paths = ["index.html", "service-worker.js"];
  // The page and the service worker are of the newer version, all else is not there yet.
  here.deploy(BUILT, Object.fromEntries(paths.map((path) => [path, join(newer, path)])));
  expect(await updated(page)).toBe("redundant");
  expect(await buildsKept(page)).toEqual([older]);
  await page.reload();
  await expect(foot(page)).toContainText("Works offline");
  expect(await buildOf(page)).toBe(older);
  await expect(version(page)).toHaveCount(0);

  // All files are there, and one is another one's.
  const [script = ""] = readdirSync(join(newer, "assets")).filter((name) => name.startsWith("worker-"));
  const [wrong = ""] = readdirSync(join(newer, "assets")).filter((name) => name.startsWith("start-"));
  here.deploy(newer, { [`assets/${script}`]: join(newer, "assets", wrong) });
  expect(await updated(page)).toBe("redundant");
  expect(await buildsKept(page)).toEqual([older]);
});

test("e17_engine_of_another_version: a worker that is not of the page's version decides and approves nothing", async ({
  page,
  watch,
}) => {
  const { address } = await host(watch);
  const scripts = readdirSync(join(newer, "assets"));
  const [worker = ""] = scripts.filter((each) => each.startsWith("worker-"));
  await page.route("**/assets/*.js", (route) => {
    const name = route.request().url().split("/").at(-1) ?? "";
    // The other version's worker, and what it imports.
    const other = name.startsWith("worker-") ? worker : name;
    const isOther = other === worker || !existsSync(join(BUILT, "assets", name));
    return isOther ? route.fulfill({ path: join(newer, "assets", other) }) : route.continue();
  });
  await page.goto(`${address}#/simulate`);
  await expect(page.getByRole("alert")).toContainText("it is of another version than the page");
  await expect(page.getByRole("button", { name: "Decide" })).toBeDisabled();
});

test("e10_a_neighbour_of_this_origin_cannot_change_the_page_that_is_kept: other bytes are fetched anew, or refused", async ({
  page,
  watch,
}) => {
  const here = await host(watch);
  await keep(page, here.address);
  watch.expected.push(/status of 404|ERR_FAILED|Failed to load resource/);
  const poison = async () => {
    await page.goto(`${new URL(here.address).origin}/neighbour/`);
    await page.evaluate(async () => {
      const [name = ""] = (await caches.keys()).filter((each) => each.startsWith("countersign-build /some/where/"));
      const cache = await caches.open(name);
      const html = "<!doctype html><title>taken over</title><script>document.title = 'owned'</script>";
      for (const { url } of await cache.keys()) {
        if (url.endsWith("/") || url.includes("/start-"))
          await cache.put(url, new Response(html, { headers: { "content-type": "text/html" } }));
      }
      await cache.put("/some/where/assets/page.html", new Response(html, { headers: { "content-type": "text/html" } }));
    });
  };
  await poison();
  const answer = await page.goto(`${here.address}#/review`);
  await expect(page).toHaveTitle(/Countersign/);
  expect(answer?.headers()["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(answer?.headers()["content-type"]).toContain("text/html");
  await expect(page.locator("h1")).toHaveText("Review");
  expect((await page.goto(`${here.address}assets/page.html`))?.status()).toBe(404);
  // What was fetched anew is kept in its place.
  await here.close();
  await page.goto(`${here.address}#/review`);
  await expect(page.locator("h1")).toHaveText("Review");

  // Without a network there is nothing to put in its place.
  const again = await hostFiles(BUILT, "/some/where/", here.port);
  hosts.push(again);
  await poison();
  await again.close();
  await expect(page.goto(`${here.address}#/review`)).rejects.toThrow(/ERR_FAILED/);
});

test("it can be switched off, and on again", async ({ page, watch }) => {
  const { address } = await host(watch);
  await keep(page, address);
  await foot(page).getByRole("button", { name: "Do not keep it" }).click();
  await expect(foot(page)).toContainText("Not kept for offline use");
  const kept = () =>
    page.evaluate(async () => [
      (await navigator.serviceWorker.getRegistrations()).length,
      (await caches.keys()).length,
      navigator.serviceWorker.controller !== null,
    ]);
  await page.reload();
  await expect(foot(page)).toContainText("Not kept for offline use");
  await expect.poll(kept).toEqual([0, 0, false]);
  await foot(page).getByRole("button", { name: "Keep it for offline use" }).click();
  await expect(foot(page)).toContainText("Works offline");
  await page.goto(`${address}?offline=off#/policy`);
  await expect(foot(page)).toContainText("Not kept for offline use");
  await expect.poll(async () => (await kept()).slice(0, 2)).toEqual([0, 0]);
});

test("two copies of the app in two folders of one host keep out of each other's way", async ({ page, watch }) => {
  const here = await host(watch, "/");
  await page.goto(`${here.address}#/review`);
  await expect(foot(page)).toContainText("Works offline");
  const scope = await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.scope);
  expect(scope).toBe(here.address);
  // What lies beside the app is not its business.
  watch.expected.push(/status of 404/);
  const beside = await page.goto(`${here.address}other.html`);
  expect(beside?.status()).toBe(404);
});

test("a copy that was kept at the address of a review server makes way for it", async ({ page, watch }) => {
  const here = await host(watch, "/");
  await keep(page, here.address);
  await here.close();
  const { startReviewServer } = (await import("../../pkg/dist/cli/review/server.js" as string)) as {
    startReviewServer(
      options: Readonly<Record<string, unknown>>,
      port: number,
    ): Promise<{ readonly address: string; close(): Promise<void> }>;
  };
  const store = memoryStore();
  const server = await startReviewServer({ store, name: "memory", as: null, policies: [] }, here.port);
  try {
    await page.goto("about:blank");
    await page.goto(server.address);
    await expect(page.locator('meta[name="countersign-store"]')).toHaveCount(1);
    await expect(page.locator("h1")).toHaveText("Review");
    await expect(page.getByText("No call waits here")).toBeVisible();
    expect(await page.evaluate(() => navigator.serviceWorker.getRegistrations().then((all) => all.length))).toBe(0);
    await expect(foot(page)).not.toContainText("offline");
  } finally {
    await server.close();
  }
});

test("opened as a file it says what to do, rather than nothing", async ({ page, watch }) => {
  watch.origins.add("null");
  watch.expected.push(/CORS policy|Failed to load resource|content security policy/i);
  await page.goto(pathToFileURL(join(BUILT, "index.html")).href);
  await expect(page.getByText("the page must come from a web server")).toBeVisible();
});
