/** What goes wrong around the page: storage, clock, engine, and whoever would like to listen. Nothing of it approves anything. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  approve,
  approveShown,
  approveThis,
  askApproval,
  expect,
  go,
  open,
  openCard,
  outcome,
  type Page,
  queue,
  reject,
  simulate,
  test,
} from "./app.ts";

const CALL = { tool: "file.write", args: { path: "a.txt" } };
const HOUR_MS = 3_600_000;

function status(page: Page) {
  return page.locator(".card-chips .chip:not(.risk)");
}

/** Opens a card and goes as far as the last press. */
async function almostApprove(page: Page): Promise<void> {
  await open(page, "simulate");
  await openCard(page, await queue(page, CALL));
  await askApproval(page);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
}

/** The clock of the engine's worker goes wrong by so much. */
async function shiftClock(page: Page, byMs: number): Promise<void> {
  for (const worker of page.workers()) {
    await worker.evaluate((by) => {
      const { now } = Date;
      Date.now = () => now() + by;
    }, byMs);
  }
}

test("e05_app_evicted: what the browser drops while a card is open is not approved, and nothing more is held until the page is loaded again", async ({
  page,
}) => {
  await almostApprove(page);
  const session = await page.context().newCDPSession(page);
  const origin = new URL(page.url()).origin;
  await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
  await approveThis(page).click();
  await expect(page.getByRole("alert").or(page.locator(".notice.bad")).first()).toBeVisible();
  await expect(outcome(page)).toHaveCount(0);

  // Neither are others taken, until somebody knows of it.
  await go(page, "simulate");
  await simulate(page, CALL);
  await expect(page.locator(".decision .facts .chip").first()).toHaveText("escalate");
  await page.getByRole("button", { name: "Put in the review queue" }).click();
  await expect(page.getByRole("alert")).toContainText("the store has lost entries");
  await page.reload();
  await openCard(page, await queue(page, CALL));
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
});

/** Takes all the room that the browser leaves this page. */
async function fillUp(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, rejected) => {
      const opening = indexedDB.open("filler");
      opening.onupgradeneeded = () => opening.result.createObjectStore("all", { autoIncrement: true });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => rejected(opening.error);
    });
    // Random, so that no compression makes room; smaller and smaller, so that none is left.
    for (const size of [60_000, 6_000, 600]) {
      for (let isRoom = true; isRoom; ) {
        const bytes = crypto.getRandomValues(new Uint8Array(size));
        isRoom = await new Promise<boolean>((resolve) => {
          const writing = database.transaction("all", "readwrite");
          writing.objectStore("all").add(bytes);
          writing.oncomplete = () => resolve(true);
          writing.onabort = () => resolve(false);
        });
      }
    }
  });
}

test("e06_app_quota: an answer for which there is no room is not taken, and can be given once there is", async ({
  page,
  baseURL,
}) => {
  // Before anything is used: the browser remembers for a while how much room there was.
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(baseURL ?? "");
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1_500_000 });
  await almostApprove(page);
  await fillUp(page);
  await approveThis(page).click();
  await expect(page.getByRole("alert")).toContainText("Your answer was not recorded");
  await expect(status(page)).toHaveText("pending");

  await session.send("Storage.overrideQuotaForOrigin", { origin });
  await page.reload();
  await expect(status(page)).toHaveText("pending");
  await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
});

test("e15_app_hangs: an engine that answers no more is ended, nothing is approved meanwhile, and another one can be started", async ({
  page,
}) => {
  await page.clock.install();
  await page.goto("./#/simulate");
  await expect(page.locator(".policy-status")).toContainText("In force");
  const [worker] = page.workers();
  void worker
    ?.evaluate(() => {
      for (;;);
    })
    .catch(() => undefined);
  await page.getByRole("button", { name: "Decide", exact: true }).click();
  await page.clock.fastForward(31_000);
  await expect(page.getByRole("alert")).toContainText("The engine has stopped: it does not answer");
  await expect(page.getByRole("alert")).toContainText("Nothing is decided, allowed or approved");
  await page.getByRole("button", { name: "Restart engine" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await page.clock.runFor(1_000);
  await simulate(page, CALL);
  await expect(page.locator(".decision .facts .chip").first()).toHaveText("escalate");
});

test("e16_app_trap: an engine that traps decides nothing, and a fresh one takes its place", async ({ page }) => {
  // Every answer to a simulation is a trap, as the engine's own code would raise it.
  const traps = `{
    const { instantiateStreaming } = WebAssembly;
    WebAssembly.instantiateStreaming = async (...given) => {
      const { instance, module } = await instantiateStreaming.apply(WebAssembly, given);
      const trap = () => { throw new WebAssembly.RuntimeError("unreachable executed"); };
      const exports = { ...instance.exports };
      for (const name of Object.keys(exports)) if (/trace/.test(name)) exports[name] = trap;
      return { instance: { exports }, module };
    };
  }\n`;
  await page.route("**/worker-*.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: traps + (await response.text()) });
  });
  await open(page, "simulate");
  await simulate(page, CALL);
  await expect(page.getByRole("alert")).toContainText("The engine has stopped");
  await expect(page.locator(".decision .facts")).toHaveCount(0);
  await expect(page.locator(".policy-status")).toContainText("No policy is in force");

  await page.unroute("**/worker-*.js");
  await page.getByRole("button", { name: "Restart engine" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await simulate(page, CALL);
  await expect(page.locator(".decision .facts .chip").first()).toHaveText("escalate");
});

test("e18_phone_home: whatever a script of the page or the worker would tell another host does not leave the browser", async ({
  page,
  watch,
}) => {
  const heard: string[] = [];
  const other = createServer((request, response) => {
    heard.push(request.url ?? "");
    response.writeHead(200, { "access-control-allow-origin": "*" }).end();
  });
  await new Promise<void>((resolve) => {
    other.listen(0, "127.0.0.1", resolve);
  });
  const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  // The browser says that it refused, and the test hears of each attempt.
  watch.expected.push(/content security policy|Content Security Policy|foreign request/i);
  try {
    await open(page, "simulate");
    const refused = await page.evaluate(async (to) => {
      const image = new Image();
      image.src = `${to}image`;
      const attempts = [
        fetch(`${to}fetch`, { mode: "no-cors" }).then(() => "sent"),
        import(/* @vite-ignore */ `${to}script.js`).then(() => "sent"),
        new Promise((resolve) => {
          const socket = new WebSocket(`${to.replace("http", "ws")}socket`);
          socket.onopen = () => resolve("sent");
          socket.onerror = () => resolve("refused");
        }),
        new Promise((resolve) => {
          image.onload = () => resolve("sent");
          image.onerror = () => resolve("refused");
        }),
      ];
      navigator.sendBeacon(`${to}beacon`, "calls");
      return Promise.all(attempts.map((attempt) => attempt.catch(() => "refused")));
    }, address);
    expect(refused).toEqual(["refused", "refused", "refused", "refused"]);
    const [worker] = page.workers();
    const fromWorker = await worker?.evaluate(
      (to) =>
        fetch(`${to}worker`, { mode: "no-cors" }).then(
          () => "sent",
          () => "refused",
        ),
      address,
    );
    expect(fromWorker).toBe("refused");
    expect(heard).toEqual([]);
  } finally {
    other.close();
    other.closeAllConnections();
  }
});

test("e22_app_clock_ahead: with a clock that jumps ahead a call has expired, and is not approved", async ({ page }) => {
  await almostApprove(page);
  await shiftClock(page, 2 * HOUR_MS);
  await approveThis(page).click();
  await expect(page.locator(".card").getByRole("alert").first()).toContainText("Your answer was not recorded");
  await expect(page.locator(".card")).not.toContainText("It runs as soon");
  await expect(status(page)).toHaveText("expired");
});

test("e22_app_clock_far_behind: with a clock that jumps far back nothing is recorded, and the page says which clock is wrong", async ({
  page,
}) => {
  await almostApprove(page);
  await shiftClock(page, -2 * HOUR_MS);
  await approveThis(page).click();
  await expect(page.getByRole("alert")).toContainText("the history is 120 minutes ahead of this clock");
  await expect(status(page)).toHaveText("pending");
  await shiftClock(page, 2 * HOUR_MS);
  await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
});

test("e22_app_clock_behind: with a clock that jumps back a little an answer is recorded after the call that it answers", async ({
  page,
}) => {
  await almostApprove(page);
  await shiftClock(page, -60_000);
  await approveThis(page).click();
  await expect(outcome(page)).toContainText("approved");
  const times = await page.evaluate(
    () =>
      new Promise<readonly number[]>((resolve, rejected) => {
        const opening = indexedDB.open("countersign");
        opening.onerror = () => rejected(opening.error);
        opening.onsuccess = () => {
          const all = opening.result.transaction("history").objectStore("history").getAll();
          all.onsuccess = () => resolve((all.result as { readonly atMs: number }[]).map(({ atMs }) => atMs));
        };
      }),
  );
  expect(times.length).toBeGreaterThan(1);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test("the page may be loaded again at every step: what was recorded stays, and what was begun begins anew", async ({
  page,
}) => {
  await open(page, "simulate");
  const address = await queue(page, CALL);
  await page.reload();
  await openCard(page, address);
  await reject(page).click();
  await page.getByLabel("In your words").fill("half a note");
  await page.reload();
  await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
  await expect(page.getByLabel("In your words")).toHaveCount(0);
  await askApproval(page);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await page.reload();
  await expect(approveThis(page)).toHaveCount(0);
  await expect(status(page)).toHaveText("pending");
  await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  await page.reload();
  await expect(outcome(page)).toContainText("approved");
  await expect(approve(page)).toHaveCount(0);
});
