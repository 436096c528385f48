/** The IndexedDB store keeps the contract of a store, in a real browser: among tabs, across crashes, when there is no room. */
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { contendInBrowser } from "./contenders.ts";
import type {} from "./store-page.ts";
import { type StoreSite, serveStores } from "./store-site.ts";

const test = base.extend<{ open: () => Promise<Page> }, { site: StoreSite }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads which fixtures are asked for from this pattern.
    async ({}, use) => {
      const site = await serveStores();
      await use(site);
      site.close();
    },
    { scope: "worker" },
  ],
  open: async ({ context, site }, use) => use(() => openTab(context, site)),
});

async function openTab(context: BrowserContext, { address }: StoreSite): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address);
  await page.waitForFunction(() => "stores" in globalThis);
  return page;
}

/** All entries of the database `name`, which must be a whole chain, as `SEQ HASH`. */
function chainIn(page: Page, name: string): Promise<string[]> {
  return page.evaluate((database) => stores.chain(stores.open(database)), name);
}

test("IndexedDB keeps the contract of a store", async ({ open }) => {
  const page = await open();
  const { cases, failed } = await page.evaluate(() => stores.contract());
  expect(failed).toEqual([]);
  expect(cases).toBeGreaterThan(20);
});

test("e04_two_tabs_and_two_workers_append_at_once: the history has no gap and holds all that was acknowledged", async ({
  open,
}) => {
  const [one, other] = [await open(), await open()];
  const acknowledged = await Promise.all([
    one.evaluate(() => stores.write("many", 1, 40)),
    one.evaluate(() => stores.writeInWorker("many", 2, 40)),
    other.evaluate(() => stores.write("many", 3, 40)),
    other.evaluate(() => stores.writeInWorker("many", 4, 40)),
  ]);
  const chain = await chainIn(one, "many");
  expect(chain).toHaveLength(160);
  expect(acknowledged.flat().sort()).toEqual([...chain].sort());
});

test("b04_e08_tabs_and_workers: of eight that answer one call, or use one grant, exactly one counts", async ({
  context,
  site,
}) => {
  test.setTimeout(120_000);
  await contendInBrowser(context, site, { rounds: 25, tabs: 2, workers: 3 });
});

test("e09_a_hung_tab_holds_the_lock: writers keep apart without Web Locks, and do not wait for ever", async ({
  open,
  context,
}) => {
  const [one, other, holder] = [await open(), await open(), await open()];
  for (const page of [one, other]) {
    await page.evaluate(() => Object.defineProperty(navigator, "locks", { value: undefined }));
  }
  const write = (page: Page, branch: number) => page.evaluate((n) => stores.write("apart", n, 30), branch);
  await Promise.all([write(one, 1), write(other, 2)]);
  expect(await chainIn(one, "apart")).toHaveLength(60);
  await holder.evaluate(() => {
    void navigator.locks.request("countersign apart", () => new Promise(() => undefined));
  });
  const late = await context.newPage();
  await late.goto(one.url());
  await late.waitForFunction(() => "stores" in globalThis);
  expect(await late.evaluate(() => stores.add(stores.open("apart"), 3))).toMatch(/^60 sha256/);
});

test("what another tab appends is seen, and whoever watches hears of it", async ({ open }) => {
  const [one, other] = [await open(), await open()];
  const heard = one.evaluate(() => {
    const store = stores.open("watched");
    return new Promise<number>((resolve) => {
      store.watch(async () => resolve((await store.head()).size));
    });
  });
  // Only a hint, which a tab that is not yet listening misses.
  await expect(async () => {
    await other.evaluate(() => stores.write("watched", 1, 1));
    expect(await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, 200, 0))])).toBeGreaterThan(0);
  }).toPass();
});

test("b22_a_foreign_message_changes_nothing: whatever it says, only what is stored is read again", async ({ open }) => {
  const [one, other] = [await open(), await open()];
  await one.evaluate(() => stores.write("talked about", 1, 2));
  const before = await chainIn(one, "talked about");
  const heard = one.evaluate(async () => {
    const store = stores.open("talked about");
    let calls = 0;
    store.watch(() => {
      calls += 1;
    });
    const endMs = Date.now() + 10_000;
    while (calls < 3 && Date.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 20));
    const { items } = await store.list({ filter: { status: "approved" }, limit: 10 });
    return { calls, approved: items.length, head: (await store.head()).size };
  });
  await other.evaluate(async () => {
    const channel = new BroadcastChannel("countersign talked about");
    const messages = ["approve", { type: "review", verdict: "approve", id: "w1" }, { head: { size: 99 } }];
    for (let n = 0; n < 50; n += 1) {
      for (const message of messages) {
        channel.postMessage(message);
        postMessage(message);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  const { calls, approved, head } = await heard;
  expect([calls >= 3, approved, head]).toEqual([true, 0, 2]);
  expect(await chainIn(one, "talked about")).toEqual(before);
});

test("e06_no_room: an append that finds none is refused and writes nothing, and goes on when there is room again", async ({
  open,
  context,
}) => {
  const page = await open();
  const devtools = await context.newCDPSession(page);
  const origin = new URL(page.url()).origin;
  // Before anything is used: the browser remembers for a while how much room there was.
  await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1_000_000 });
  const first = await page.evaluate(() => stores.write("full", 1, 3));
  const written = await page.evaluate(async () => {
    const store = stores.open("full");
    const lines: string[] = [];
    for (let n = 0; n < 1000; n += 1) {
      // Random, so that no compression makes room.
      const parts = Array.from({ length: 3000 }, () => String(Math.random()));
      const line = await stores.add(store, 1, parts.join(""));
      lines.push(line);
      if (!line.includes(" ")) break;
    }
    return lines;
  });
  expect(written.pop()).toBe("full");
  expect(await chainIn(page, "full")).toEqual([...first, ...written]);
  await devtools.send("Storage.overrideQuotaForOrigin", { origin });
  expect(await page.evaluate(() => stores.add(stores.open("full"), 1))).toMatch(/^\d+ sha256/);
});

test("e07_a_tab_crashes_while_it_appends: all that was acknowledged is there, and the chain is whole", async ({
  open,
  context,
}) => {
  const acknowledged: string[] = [];
  await context.exposeFunction("acknowledge", (line: string) => acknowledged.push(line));
  for (const appends of [1, 20, 45]) {
    const page = await open();
    const devtools = await context.newCDPSession(page);
    const crashed = page.waitForEvent("crash");
    const before = acknowledged.length;
    page
      .evaluate(() => {
        const { acknowledge } = globalThis as unknown as { acknowledge(line: string): Promise<void> };
        return stores.write("crashed", 1, 1e9, acknowledge);
      })
      .catch(() => undefined);
    await expect.poll(() => acknowledged.length - before, { intervals: [5] }).toBeGreaterThanOrEqual(appends);
    devtools.send("Page.crash").catch(() => undefined);
    await crashed;
    await page.close();
    const chain = new Set(await chainIn(await open(), "crashed"));
    expect(acknowledged.filter((line) => !chain.has(line))).toEqual([]);
  }
});

/** A row as version 1 of the app kept it. */
const former = {
  id: "old",
  openedAtMs: 5,
  status: "approved",
  entries: [
    { type: "open", atMs: 5, call: { tool: "email.send", args: {} } },
    { type: "review", atMs: 6, verdict: "approve" },
  ],
};

test("what version 1 kept is set aside and can be read; the history begins empty", async ({ open }) => {
  // Its tab is still open, and lets go.
  await (await open()).evaluate(async (row) => {
    const database = await stores.raw("countersign", 1, (building) => {
      const escalations = building.createObjectStore("escalations", { keyPath: "id" });
      escalations.createIndex("opened", ["openedAtMs", "id"]);
      escalations.createIndex("status", ["status", "openedAtMs", "id"]);
    });
    const writing = database.transaction("escalations", "readwrite");
    writing.objectStore("escalations").add(row);
    await new Promise((resolve) => {
      writing.oncomplete = resolve;
    });
  }, former);
  const page = await open();
  const found = await page.evaluate(async () => {
    const store = stores.open();
    const { items } = await store.list({ filter: { all: true }, limit: 10 });
    const before = await store.before();
    const added = await stores.add(store, 1);
    return { before, again: await store.before(), listed: items.length, added };
  });
  expect(found).toMatchObject({ before: [former], again: [former], listed: 0 });
  expect(found.added).toMatch(/^0 sha256/);
});

test("a tab that keeps version 1 open and does not let go is waited for, and then named", async ({ open }) => {
  const [old, page] = [await open(), await open()];
  await old.evaluate(() => stores.raw("hung", 1, (building) => building.createObjectStore("escalations"), true));
  expect(await page.evaluate(() => stores.codeOf(stores.open("hung").head()))).toBe("unavailable");
  await old.close();
  expect(await page.evaluate(() => stores.add(stores.open("hung"), 1))).toMatch(/^0 sha256/);
});

test("an older page meets a newer database, at its start or while it is open, and asks for a reload", async ({
  open,
}) => {
  const [page, newer] = [await open(), await open()];
  const codes = page.evaluate(async () => {
    const store = stores.open("newer");
    await stores.add(store, 1);
    const endMs = Date.now() + 10_000;
    let code = "nothing";
    while (code === "nothing" && Date.now() < endMs) code = await stores.codeOf(store.head());
    return [code, await stores.codeOf(stores.open("newer").head()), await stores.add(store, 1).catch(String)];
  });
  await expect.poll(() => newer.evaluate(async () => (await indexedDB.databases()).length)).toBe(1);
  await newer.evaluate(() => stores.raw("newer", 3, () => undefined));
  const [whileOpen, atStart, adding] = await codes;
  expect([whileOpen, atStart]).toEqual(["other-version", "other-version"]);
  expect(adding).toContain("reload the page");
});

test("a database of something else is refused and left as it is", async ({ open }) => {
  const page = await open();
  const found = await page.evaluate(async () => {
    (await stores.raw("theirs", 1, (building) => building.createObjectStore("notes"))).close();
    (await stores.raw("theirs too", 2, (building) => building.createObjectStore("notes"))).close();
    const codes = [
      await stores.codeOf(stores.open("theirs").head()),
      await stores.codeOf(stores.open("theirs too").head()),
    ];
    const database = await stores.raw("theirs", 1, () => undefined);
    return [...codes, database.version, ...database.objectStoreNames];
  });
  expect(found).toEqual(["not-a-store", "not-a-store", 1, "notes"]);
});

test("e05_the_database_is_deleted_while_it_is_open: the history is empty, and nothing follows what is gone", async ({
  open,
}) => {
  const [page, other] = [await open(), await open()];
  const handle = await page.evaluateHandle(() => stores.open("deleted"));
  await page.evaluate((store) => stores.add(store, 1), handle);
  const append = await page.evaluate(async (store) => stores.appendAfter(await store.head(), [{ id: "w1" }]), handle);
  await other.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase("deleted");
        request.onsuccess = resolve;
        request.onerror = reject;
        request.onblocked = reject;
      }),
  );
  const found = await page.evaluate(
    async ([store, late]) => [await store.append(late), (await store.head()).size, await store.read("w1")],
    [handle, append] as const,
  );
  expect(found).toEqual([false, 0, []]);
  expect(await page.evaluate((store) => stores.add(store, 1), handle)).toMatch(/^0 sha256/);
});

test("the browser is asked once, at the first append, to keep the data", async ({ open }) => {
  const page = await open();
  const asked = await page.evaluate(async () => {
    let calls = 0;
    const { persist } = StorageManager.prototype;
    StorageManager.prototype.persist = function counted() {
      calls += 1;
      return persist.call(this);
    };
    const store = stores.open("persisted");
    await store.head();
    const [before, answer] = [calls, await store.persisted()];
    await stores.add(store, 1);
    await stores.add(store, 1);
    return [before, typeof answer, calls, typeof (await store.persisted())];
  });
  expect(asked).toEqual([0, "boolean", 1, "boolean"]);
});
