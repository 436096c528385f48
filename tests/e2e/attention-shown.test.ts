/** Check cards as they reach the page: among the calls of their own store only, and in batches as anything else. */

import { createEscalations, type EscalationRecord, loadPolicy, plantCall, type Store } from "countersign";
import { memoryStore } from "countersign/stores/memory";
import { expect, go, type Page, picture, test } from "./app.ts";
import { hostFiles } from "./host.ts";
import { held, POLICY } from "./review-policy.ts";

const CHECK = "f".repeat(32);

/** A check card like `like` with these arguments, which waits now. */
async function plantedLike(like: EscalationRecord, args: Readonly<Record<string, unknown>>) {
  const { covers, guard } = like;
  const nowMs = Date.now();
  const made = await plantCall(like, args);
  const times = { openedAtMs: nowMs - 1_000, expiresAtMs: nowMs + 600_000 };
  return {
    ...made,
    ...times,
    id: CHECK,
    covers,
    guard,
    template: "money-times-hundred",
    hazard: "An amount that is a hundred times larger",
    field: "args.amount",
  };
}

/** Puts a check card where attention keeps them, into a database that the page has made. */
async function plant(page: Page, name: string, planted: object): Promise<void> {
  await expect
    .poll(() => page.evaluate(async () => (await indexedDB.databases()).map((each) => each.name)))
    .toContain(name);
  await page.evaluate(
    async ([database, card]) => {
      const opened = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(database);
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
      const writing = opened.transaction("planted", "readwrite");
      writing.objectStore("planted").put(card);
      await new Promise<void>((resolve, reject) => {
        writing.oncomplete = () => resolve();
        writing.onabort = () => reject(writing.error);
      });
      opened.close();
    },
    [name, planted] as const,
  );
}

function lines(page: Page) {
  return page.locator(".queue .line");
}

interface Server {
  readonly address: string;
  close(): Promise<void>;
}

async function serve(store: Store, port: number): Promise<Server> {
  const { startReviewServer } = (await import("../../pkg/dist/cli/review/server.js" as string)) as {
    startReviewServer(options: Readonly<Record<string, unknown>>, port: number): Promise<Server>;
  };
  return startReviewServer({ store, name: "memory", as: null, policy: null, policies: [] }, port);
}

async function openAt(page: Page, { address }: Server): Promise<void> {
  await page.goto("about:blank");
  await page.goto(address);
  await expect(page.locator("h1")).toHaveText("Review");
}

test("c12_a_check_card_of_one_store_waits_in_no_other_that_is_served_at_the_same_address", async ({ page, watch }) => {
  const policy = await loadPolicy(POLICY);
  const opened = async (tool: string) => {
    const store = memoryStore();
    const record = await createEscalations({ store }).open(policy, { tool, args: { amount: 40, secret: tool } });
    return { store, record, name: `countersign-attention ${(await store.head()).origin}` };
  };
  const [a, b] = [await opened("file.of_a"), await opened("file.of_b")];
  // Any port that is free.
  const free = await hostFiles("/");
  await free.close();
  watch.origins.add(new URL(free.address).origin);
  watch.expected.push(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|Failed to load resource/);
  let server = await serve(a.store, free.port);
  try {
    await openAt(page, server);
    await expect(lines(page)).toHaveCount(1);
    await plant(page, a.name, await plantedLike(a.record, { amount: 4_000, secret: "file.of_a" }));
    await page.reload();
    await expect(lines(page)).toHaveCount(2);
    await server.close();

    server = await serve(b.store, free.port);
    await openAt(page, server);
    await expect(lines(page)).toHaveCount(1);
    await expect(lines(page)).toContainText("Of b");
    await expect
      .poll(() => page.evaluate(async () => (await indexedDB.databases()).map((each) => each.name)))
      .toContain(b.name);
    await page.goto(`${new URL(server.address).origin}/#/review/${CHECK}`);
    await expect(page.getByText("there is no such escalation here")).toBeVisible();
    await server.close();

    server = await serve(a.store, free.port);
    await openAt(page, server);
    await expect(lines(page)).toHaveCount(2);
  } finally {
    await server.close();
  }
});

test("c13_a_batch_tells_of_check_cards_only_when_they_are_answered: at once after the commit, and apart from what was recorded", async ({
  page,
}) => {
  const pay = (amount: number) => ({ tool: "file.pay", args: { amount, to: "ann" }, agent: "payer" });
  const policy = await loadPolicy(POLICY);
  const like = await createEscalations({ store: memoryStore() }).open(policy, pay(10));
  await held(page, pay(10), pay(20), pay(40), pay(30));
  await go(page, "review");
  await expect(page.getByRole("link", { name: /Batch of 4 calls/ })).toBeVisible();
  await plant(page, "countersign-attention", await plantedLike(like, { amount: 25, to: "ann" }));
  await page.reload();
  await page.getByRole("link", { name: /Batch of 5 calls/ }).click();
  const rows = page.locator(".batch-table tbody tr");
  await expect(rows).toHaveCount(5);
  await expect(page.locator(".batch")).not.toContainText(/check/i);
  const check = rows.filter({ has: page.locator(`a[href$="${CHECK}"]`) });
  const real = rows.filter({ hasNot: page.locator(`a[href$="${CHECK}"]`) });
  await check.getByRole("radio", { name: "Approve" }).check();
  await real.first().getByRole("radio", { name: "Approve" }).check();
  const commit = page.locator(".decide .answers button");
  await expect(commit).toContainText("Approve 2");
  // Every call has been on screen then.
  await rows.last().scrollIntoViewIfNeeded();
  await commit.scrollIntoViewIfNeeded();
  await expect(commit).toHaveAttribute("aria-disabled", "false", { timeout: 20_000 });
  await commit.click();
  await expect(page.getByRole("heading", { name: "This was a check card: you missed it" })).toBeVisible();
  await expect(page.locator(".check-result")).toContainText("An amount that is a hundred times larger");
  await expect(page.getByText("1 of 1 answers were recorded, each by itself.")).toBeVisible();
  await expect(check).toContainText("check card: you missed it");
  await expect(real.first()).toContainText("approved");
  await picture(page, "review-batch-check");
  await go(page, "review");
  await page.reload();
  await expect(page.getByRole("link", { name: /Batch of 3 calls/ })).toBeVisible();
});
