/** The app as `countersign review` serves it, over a store in which a guard of a real process holds calls. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createEscalations, createGuard, loadPolicy } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";
import { hold } from "../js/held.ts";
import {
  approveShown,
  approveThis,
  askApproval,
  expect,
  giveReason,
  outcome,
  type Page,
  picture,
  reject,
  rejectShown,
  test,
} from "./app.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Holds the calls that it is told, and runs what is approved. */
const GUARD = `
import { createGuard, loadPolicy } from "countersign";
import { sqliteStore } from "countersign/stores/sqlite";
const [file, ...calls] = process.argv.slice(1);
const policy = await loadPolicy(\`
rules:
  - { id: note, tool: note.write, action: escalate, risk: low, reason: Notes are read by others }
  - { id: mail, tool: email.send, action: escalate, risk: high, review: { confirm: args.to } }
\`);
const guard = createGuard({ policy, store: sqliteStore({ file }), agent: "support", session: "s1", pollMs: 100 });
await Promise.allSettled(calls.map(async (text) => {
  const { tool, args } = JSON.parse(text);
  const run = guard.wrap(tool, async (ran) => { console.log("RAN " + JSON.stringify(ran)); return "done"; });
  console.log("ANSWER " + (await run(args).catch((error) => error.told?.code ?? error.message)));
}));
`;

interface Running {
  readonly child: ChildProcess;
  /** What it wrote. */
  readonly text: () => string;
  /** Waits until it wrote something like that. */
  writes(pattern: RegExp): Promise<RegExpExecArray>;
}

function run(args: readonly string[]): Running {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      text += String(chunk);
      for (const look of waiting) look();
    });
  }
  const writes = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(text);
        if (found === null) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      child.once("close", () => reject(new Error(`it ended without writing ${pattern}: ${text}`)));
      look();
    });
  return { child, text: () => text, writes };
}

let folder: string;
let started: Running[];

test.beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-e2e-"));
  started = [];
});

test.afterEach(async () => {
  for (const { child } of started) {
    const isOver = child.exitCode !== null || child.signalCode !== null;
    const over = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    if (!isOver) await over;
  }
  rmSync(folder, { recursive: true });
});

function guard(...calls: readonly object[]): Running {
  const file = join(folder, "store.db");
  const running = run(["--input-type=module", "-e", GUARD, file, ...calls.map((call) => JSON.stringify(call))]);
  started.push(running);
  return running;
}

/** Starts the server and answers the address that it printed. */
async function serve(watch: { readonly expected: RegExp[] }, port = "0", ...more: readonly string[]): Promise<string> {
  const file = join(folder, "store.db");
  const running = run([
    "pkg/bin/countersign.js",
    "review",
    "--store",
    file,
    "--port",
    port,
    "--as",
    "ana",
    "--no-open",
    ...more,
  ]);
  started.push(running);
  const [address] = await running.writes(/http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/);
  // Not the server of the other tests.
  watch.expected.push(new RegExp(`^foreign request: ${new URL(address).origin}/`));
  return address;
}

/** Waits until the card takes an answer. */
async function armed(page: Page): Promise<void> {
  await expect(reject(page)).toHaveAttribute("aria-disabled", "false");
}

test("a call that a guard holds is read and approved on the served page, and the guard runs it once", async ({
  page,
  watch,
}) => {
  const agent = guard({ tool: "note.write", args: { text: "hello\u202E", to: ["b@example.com"] } });
  await agent.child.stdout?.resume();
  const store = join(folder, "store.db");
  await expect
    .poll(async () => (await listed(store)).length, { message: "the guard holds the call", timeout: 20_000 })
    .toBe(1);
  const address = await serve(watch);
  await page.goto(address);
  // The token is gone from the address before anybody reads it.
  await expect(page).toHaveURL(new RegExp(`^${new URL(address).origin}/#/review$`));
  await page.locator(".queue .line").click();
  await armed(page);
  const card = page.locator(".card");
  await expect(card.getByRole("heading", { level: 2 })).toContainText("Write note");
  await expect(card.locator(".facts")).toContainText("Notes are read by others");
  await expect(card.locator(".rows").first()).toContainText("hello‹U+202E›");
  await picture(page, "review-server-card");
  await approveShown(page);
  await expect(outcome(page)).toContainText("approved");
  await agent.writes(/ANSWER done/);
  expect(agent.text()).toBe('RAN {"text":"hello\u202E","to":["b@example.com"]}\nANSWER done\n');
  // The page hears of it by itself.
  await expect(outcome(page)).toContainText("The call ran.");
  await expect(outcome(page)).toContainText("Approved by ana (not verified)");
  await picture(page, "review-server-outcome");
});

async function listed(file: string): Promise<readonly string[]> {
  const listing = run(["pkg/bin/countersign.js", "review", "list", "--store", file, "--json"]);
  await new Promise((resolve) => listing.child.once("close", resolve));
  return listing
    .text()
    .split("\n")
    .filter((line) => line.startsWith("{"));
}

async function waitHeld(count: number): Promise<void> {
  await expect.poll(async () => (await listed(join(folder, "store.db"))).length, { timeout: 20_000 }).toBe(count);
}

test("what has to be confirmed is typed, and the approval can be undone before the call runs", async ({
  page,
  watch,
}) => {
  const agent = guard({ tool: "email.send", args: { to: ["ann@example.com"], subject: "hi" } });
  await waitHeld(1);
  await page.goto(await serve(watch));
  await page.locator(".queue .line").click();
  await armed(page);
  await askApproval(page);
  const typed = page.getByLabel("Type the value of args.to");
  await expect(page.getByText("The button works once everything is typed.")).toBeVisible();
  await giveReason(page);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "true");
  expect(
    await page
      .locator(".rows")
      .first()
      .evaluate((tree) => getComputedStyle(tree).userSelect),
  ).toBe("none");
  await typed.fill("ann@example.org");
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await picture(page, "review-server-confirm");
  await approveThis(page).click();
  await expect(page.getByRole("alert")).toContainText("what was typed is not what stands in the call");
  await expect(page.locator(".card-chips")).toContainText("pending");

  await askApproval(page);
  await giveReason(page);
  await page.getByLabel("Type the value of args.to").fill(" ann@example.com ");
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  await approveThis(page).click();
  await expect(page.locator(".undo")).toContainText(/The call can run in (30|2\d) s/);
  await picture(page, "review-server-undo");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(outcome(page)).toContainText("The approval was undone; the call does not run.");
  await agent.writes(/ANSWER/);
  expect(agent.text()).not.toContain("RAN");
});

test("an address that was opened before opens no second browser, and says what to do", async ({
  page,
  browser,
  watch,
}) => {
  guard({ tool: "note.write", args: { text: "a" } });
  await waitHeld(1);
  const address = await serve(watch);
  await page.goto(address);
  await expect(page.locator(".queue .line")).toHaveCount(1);
  // The same browser keeps its session, with the old address too.
  await page.goto("about:blank");
  await page.goto(address);
  await expect(page.locator(".queue .line")).toHaveCount(1);
  watch.expected.push(/status of (401|410)/);
  const other = await browser.newContext();
  try {
    const stranger = await other.newPage();
    await stranger.goto(address);
    await expect(stranger.getByRole("alert")).toContainText("open the address that `countersign review` printed last");
    await expect(stranger.locator(".queue .line")).toHaveCount(0);
  } finally {
    await other.close();
  }
});

test("b22_another_server_of_this_machine_gets_nothing_to_replay, whichever page of it the browser opens", async ({
  page,
  watch,
}) => {
  await hold(join(folder, "store.db"), [{ tool: "note.write", args: { text: "a" } }]);
  const address = await serve(watch);
  const heard: string[] = [];
  const other = createServer((request, response) => {
    const { cookie = "", authorization = "", referer = "" } = request.headers;
    heard.push(`${cookie}${authorization}${referer.replace(/^http:\/\/127\.0\.0\.1:\d+\/$/, "")}`);
    response.setHeader("content-type", "text/html");
    response.end(
      "<script>fetch('/x', { credentials: 'include' }).then(() => { document.title = sessionStorage.length; });</script>",
    );
  });
  await new Promise<void>((resolve) => {
    other.listen(0, "127.0.0.1", resolve);
  });
  const { port } = other.address() as AddressInfo;
  watch.expected.push(new RegExp(`^foreign request: http://127.0.0.1:${port}/`));
  try {
    await page.goto(address);
    await expect(page.locator(".queue .line")).toHaveCount(1);
    expect(await page.context().cookies()).toEqual([]);
    await page.goto(`http://127.0.0.1:${port}/`);
    await expect(page).toHaveTitle("0");
    expect(heard.join("")).toBe("");
    // Back in the tab, the session is still there.
    await page.goto(new URL("/", address).href);
    await page.getByRole("navigation").getByRole("link", { name: "Review" }).click();
    await expect(page.locator(".queue .line")).toHaveCount(1);
  } finally {
    other.close();
    other.closeAllConnections();
  }
});

test("identical calls stand in one line, each needs its answer, and a call like a rejected one says so", async ({
  page,
  watch,
}) => {
  const call = { tool: "note.write", args: { text: "a", tag: "x" } };
  guard(call, call);
  await waitHeld(2);
  await page.goto(await serve(watch));
  const lines = page.locator(".queue .line");
  await expect(lines).toHaveCount(1);
  await expect(lines).toContainText("×2");
  await lines.first().click();
  await armed(page);
  await picture(page, "review-server-identical");
  await rejectShown(page);
  await expect(outcome(page)).toContainText("rejected");
  await expect(lines.first()).toContainText("pending");
  await expect(lines.first()).not.toContainText("×");

  // Once the time to cool down is over.
  const [like = ""] = await hold(join(folder, "store.db"), [{ ...call, args: { ...call.args, tag: "y" } }], 300_000);
  await page.evaluate((id) => {
    location.hash = `#/review/${id}`;
  }, like);
  await expect(page.locator(".card")).toContainText("Rejected before:");
  await picture(page, "review-server-links");
});

test("b21_a_call_is_edited_while_it_is_open: it must be read anew, beside what was held, with tenant and batch", async ({
  page,
  watch,
}) => {
  const store = sqliteStore({ file: join(folder, "store.db") });
  const escalations = createEscalations({ store });
  const policy = await loadPolicy(`
rules: [{ id: note, tool: note.write, action: escalate, risk: low, review: { editable: args.text } }]`);
  const toolDigest = `sha256:${"a".repeat(64)}` as const;
  const call = { tool: "note.write", tenant: "acme", toolDigest, args: { text: "first\u202E", to: "ann" } };
  const { id } = await escalations.open(policy, call, { batch: "b1" });
  await escalations.open(policy, { ...call, args: { ...call.args, to: "bob" } }, { batch: "b1" });
  await escalations.open(policy, { ...call, args: { ...call.args, to: "eve" } });
  await page.goto(await serve(watch));
  await page.locator(".queue .line").first().click();
  await armed(page);
  const card = page.locator(".card");
  await expect(card.locator(".original")).toHaveCount(0);
  await expect(card.locator(".flags")).toContainText("direction");

  // Somebody else edits it just before it is approved.
  await askApproval(page);
  await expect(approveThis(page)).toHaveAttribute("aria-disabled", "false");
  const edited = await escalations.edit(id, policy, { args: { text: "second", to: "ann" } });
  await expect(card).toContainText("This call was changed while you had it open");
  await expect(card).toContainText("A reviewer has edited this call");
  await expect(approveThis(page)).toHaveCount(0);
  await armed(page);
  const [now, before] = [card.locator(".rows").first(), card.locator(".original .rows")];
  await expect(now).toContainText('text: "second"');
  await expect(before).toContainText('text: "first‹U+202E›"');
  await expect(card.locator("header")).toContainText("in a batch of which 1 other waits for an answer");
  await expect(card.locator(".known")).toContainText(/tenant: "acme"/);
  await picture(page, "review-server-edited");

  await escalations.review(id, { verdict: "approve", digest: edited.digest });
  await expect(outcome(page)).toContainText("No guard holds this call");
  await escalations.revoke(id);
  await expect(page.locator(".card-chips")).toContainText("approved (undone)");
  await expect(page.locator(".queue .chip", { hasText: "approved (undone)" })).toHaveCount(1);
  await store.close();
});

test("an approved call says that the rest of its batch, or a pause, keeps it from running", async ({ page, watch }) => {
  const store = sqliteStore({ file: join(folder, "store.db") });
  const policy = await loadPolicy("rules: [{ tool: note.write, action: escalate, risk: low }]");
  const guard = createGuard({ policy, store, agent: "support", collect: { forMs: 60_000, atMost: 2 } });
  for (const text of ["a", "b"]) await guard.check({ tool: "note.write", args: { text } });
  const escalations = createEscalations({ store });
  await page.goto(await serve(watch));
  await page.locator(".queue .line").first().click();
  await armed(page);
  await approveShown(page);
  await expect(outcome(page)).toContainText("It does not run yet: 1 other waits for an answer in its batch.");
  // Both were held in one millisecond perhaps, so either may stand first.
  const [other] = (await escalations.list({ status: "pending" })).items;
  if (other) await escalations.review(other.id, { verdict: "reject", digest: other.digest });
  await expect(outcome(page)).toContainText("It runs as soon as its guard comes for it.");
  await escalations.pause({ agent: "support", paused: true });
  await expect(outcome(page)).toContainText("It does not run yet: its agent is paused.");
  await picture(page, "review-server-paused");
  await store.close();
});

test("a server that stops is told at once, and no longer once it answers again", async ({ page, watch }) => {
  await hold(join(folder, "store.db"), [{ tool: "note.write", args: { text: "a" } }]);
  const address = await serve(watch);
  await page.goto(address);
  await expect(page.locator(".queue .line")).toHaveCount(1);
  const notice = page.getByRole("alert");
  await expect(notice).toHaveCount(0);

  watch.expected.push(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|status of 401/);
  const [server] = started;
  server?.child.kill("SIGINT");
  await expect(notice).toContainText("The server does not answer");
  await picture(page, "review-server-stopped");
  const again = await serve(watch, new URL(address).port);
  await expect(notice).toContainText("The server does not know this page");
  // The new address, opened in the same tab, makes it known again.
  await page.goto(again);
  await expect(page.locator(".queue .line")).toHaveCount(1);
  await expect(notice).toHaveCount(0);
  await hold(join(folder, "store.db"), [{ tool: "note.write", args: { text: "b" } }]);
  await expect(page.getByRole("button", { name: "Show 1 new" })).toBeVisible();
});

test("a card says whether the policy of the server decided it, and Policy says that guards have their own", async ({
  page,
  watch,
}) => {
  const [text, other] = ["escalate", "block"].map((action) => `rules: [{ tool: note.write, action: ${action} }]`);
  const store = sqliteStore({ file: join(folder, "store.db") });
  const policy = await loadPolicy("rules: [{ tool: note.write, action: escalate }]");
  const escalations = createEscalations({ store });
  const { id } = await escalations.open(policy, { tool: "note.write", args: { text: "a" } });
  for (const [written, says] of [
    [text, "by the policy of the server"],
    [other, "is not one of those that the server was started with"],
  ] as const) {
    const file = join(folder, "policy.yaml");
    writeFileSync(file, written ?? "");
    const address = await serve(watch, "0", "--policy", file);
    await page.goto(address);
    await page.locator(`.queue .line[href$="${id}"]`).click();
    await expect(page.locator(".card .facts").first()).toContainText(says);
    await expect(page.locator(".card")).not.toContainText("in force here");
  }
  await page.getByRole("link", { name: "Policy", exact: true }).click();
  await expect(page.getByText("This text decides only here; your guards have their own.")).toHaveCount(1);
  await store.close();
});
