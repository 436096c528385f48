/** A store over HTTP, with a real server before a real store. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createEscalations, type Head, loadPolicy, StoreError } from "countersign";
import { storeApi } from "countersign/store-api";
import { appendAfter, storeContract } from "countersign/stores/contract";
import { httpStore } from "countersign/stores/http";
import { memoryStore, type Store } from "countersign/stores/memory";
import { sqliteStore } from "countersign/stores/sqlite";
import { holding } from "../../pkg/dist/engines/full.js";
import { type ApiServer, serveApi } from "./api-server.ts";

const EMPTY_HEAD: Head = { size: 0, origin: null, hash: null, atMs: 0, peaks: [] };
const policy = "rules: [{ tool: email.send, action: escalate }]";
const call = { tool: "email.send", args: { to: ["ann@acme.com"], text: "a\u0000\u2028<b>" } };

interface Served {
  readonly store: Store;
  readonly api: ApiServer;
}

const open: Served[] = [];

/** A store over HTTP before an empty store, whose entries may be made up. */
async function overHttp(behind: Store): Promise<Store> {
  const api = await serveApi(storeApi({ store: behind, path: "/api", seals: false }));
  const store = httpStore({ url: `${api.url}/api` });
  open.push({ store, api });
  return store;
}

test.afterEach(async () => {
  for (const { store, api } of open.splice(0)) {
    await store.close();
    await api.close();
  }
});

for (const { name, run } of storeContract(() => overHttp(memoryStore()))) test(`over memory: ${name}`, run);

const folder = mkdtempSync(join(tmpdir(), "countersign-http-"));
let files = 0;

function freshSqlite(): Store {
  files += 1;
  return sqliteStore({ file: join(folder, `${files}.db`) });
}

test.after(() => rmSync(folder, { recursive: true }));

for (const { name, run } of storeContract(() => overHttp(freshSqlite()))) test(`over SQLite: ${name}`, run);

/** Runs `use` with a served store that checks what is appended. */
async function served(use: (url: string, behind: Store) => Promise<void>): Promise<void> {
  const behind = memoryStore();
  const api = await serveApi(storeApi({ store: behind, path: "/api" }));
  try {
    await use(`${api.url}/api`, behind);
  } finally {
    await api.close();
  }
}

test("a call is held, read and reviewed through HTTP, and the history behind is the same", async () => {
  await served(async (url, behind) => {
    const escalations = createEscalations({ store: httpStore({ url }) });
    const held = await escalations.open(await loadPolicy(policy), call);
    assert.deepEqual(held.call, call);
    const { status } = await escalations.review(held.id, { verdict: "reject", digest: held.digest, note: "no" });
    assert.equal(status, "rejected");
    const near = createEscalations({ store: behind });
    assert.deepEqual(await near.read(held.id), await escalations.read(held.id));
    assert.deepEqual(await near.checkpoint(), await escalations.checkpoint());
  });
});

test("an entry that the engine does not seal like that is refused, and nothing is written", async () => {
  await served(async (url, behind) => {
    const made: Store = memoryStore();
    await createEscalations({ store: made }).open(await loadPolicy(policy), call);
    const [entry] = await made.history({ from: 0, limit: 1 });
    const head = await made.head();
    assert.ok(entry);
    const { items } = await made.list({ filter: { all: true }, limit: 1 });
    assert.equal(items.length, 1);
    const index = [
      {
        id: entry.id ?? "",
        status: "pending" as const,
        openedAtMs: entry.atMs,
        unfinished: false,
        lane: entry.hash,
        agent: entry.hash,
      },
    ];
    const good = { entries: [entry], head, index, marks: null, used: [] };
    const edited = { ...entry, event: { ...entry.event, guard: "another" } } as typeof entry;
    const store = httpStore({ url });
    const invented = appendAfter(EMPTY_HEAD, [{ id: "a" }]);
    for (const [what, append] of Object.entries({
      edited: { ...good, entries: [edited] },
      otherTime: { ...good, entries: [{ ...entry, atMs: entry.atMs + 1 }] },
      otherHead: { ...good, head: { ...head, peaks: [] } },
      noRow: { ...good, index: [] },
      invented,
    })) {
      await assert.rejects(store.append(append), { name: "StoreError", code: "not-an-append" }, what);
    }
    assert.deepEqual(await behind.head(), EMPTY_HEAD);
    assert.equal(await store.append(good), true);
    assert.equal(await store.append(good), false);
  });
});

test("an entry that its escalation cannot have is refused, though it is sealed well", async () => {
  await served(async (url, behind) => {
    const store = httpStore({ url });
    const escalations = createEscalations({ store });
    const held = await escalations.open(await loadPolicy(policy), call);
    await escalations.review(held.id, { verdict: "reject", digest: held.digest });
    const head = await store.head();
    // Its last entry once more.
    const { id, event } = (await store.history({ from: 1, limit: 1 }))[0] ?? assert.fail();
    const sealed = holding.seal(head, [{ id, event, salt: "0".repeat(32) }], head.atMs);
    const { lane, agent } = holding.keys(held.call);
    const { id: about, openedAtMs } = held;
    const row = { id: about, status: "approved", openedAtMs, unfinished: true, lane, agent } as const;
    const append = { ...sealed, index: [row], marks: null, used: [] };
    await assert.rejects(store.append(append), { code: "not-an-append", message: /broken-history/ });
    assert.deepEqual(await behind.head(), head);
  });
});

/** The store over whatever `answer` answers. */
function answering(answer: () => Response | Promise<Response>): {
  readonly store: Store;
  readonly asked: () => number;
} {
  let asked = 0;
  const fetch = async () => {
    asked += 1;
    return answer();
  };
  return { store: httpStore({ url: "http://127.0.0.1/api", fetch }), asked: () => asked };
}

const anAppend = appendAfter(EMPTY_HEAD, [{ id: "a" }]);

for (const [what, answer] of [
  ["a page of somebody else", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
  ["success without JSON", () => new Response("true")],
  ["JSON that says something else", () => Response.json({ ok: true })],
  ["JSON that is cut off", () => new Response("{", { headers: { "content-type": "application/json" } })],
  ["an error of the server", () => Response.json({ error: { code: "boom", message: "no" } }, { status: 500 })],
  ["an error that says that all is well", () => Response.json({ appended: true }, { status: 502 })],
  ["no session any more", () => Response.json({ error: { code: "no-session", message: "no" } }, { status: 401 })],
  ["a connection that broke", () => Promise.reject(new TypeError("fetch failed"))],
] as const) {
  test(`${what} is no success: nobody knows whether it was written, and it is not sent again`, async () => {
    const { store, asked } = answering(answer);
    await assert.rejects(store.append(anAppend), { name: "StoreError", code: "unavailable" });
    assert.equal(asked(), 1);
    for (const reading of [
      store.head(),
      store.read("a"),
      store.list({ filter: { all: true }, limit: 1 }),
      store.history({ from: 0, limit: 1 }),
      store.marks(`sha256:${"0".repeat(64)}`),
      store.usage([{ bucket: `sha256:${"0".repeat(64)}`, sinceMs: 0 }]),
    ]) {
      await assert.rejects(reading, { code: "unavailable" });
    }
  });
}

test("an amount that is missing in an answer about limits is no amount of 0", async () => {
  const { store } = answering(() => Response.json([]));
  await assert.rejects(store.usage([{ bucket: `sha256:${"0".repeat(64)}`, sinceMs: 0 }]), StoreError);
});

test("an append that was written though its answer was lost is found by reading, and was written once", async () => {
  const behind = memoryStore();
  const api = storeApi({ store: behind, path: "/api", seals: false });
  const fetch = async (input: string, init?: RequestInit) => {
    await api(new Request(input, init));
    throw new TypeError("the connection was lost");
  };
  const store = httpStore({ url: "http://127.0.0.1/api", fetch });
  await assert.rejects(store.append(anAppend), { code: "unavailable" });
  assert.equal((await behind.head()).size, 1);
});

test("the reasons of the store behind come through", async () => {
  const behind: Store = { ...memoryStore(), append: () => Promise.reject(new StoreError("full", "no room")) };
  const store = await overHttp(behind);
  await assert.rejects(store.append(anAppend), { code: "full", message: "no room" });
  await assert.rejects(store.list({ filter: { all: true }, limit: 1, after: "nonsense" }), { code: "bad-cursor" });
});

for (const watch of ["events", "polling"] as const) {
  test(`by ${watch} a watcher hears of what others append, until it stops`, async () => {
    const behind = memoryStore();
    const api = await serveApi(storeApi({ store: behind, path: "/api", seals: false }));
    const store = httpStore({ url: `${api.url}/api`, watch });
    try {
      let heard: () => void = () => undefined;
      let hints = 0;
      const stop = store.watch(() => {
        hints += 1;
        heard();
      });
      const hint = () =>
        new Promise<void>((resolve) => {
          heard = resolve;
        });
      if (watch === "events") await hint();
      else await new Promise((resolve) => setTimeout(resolve, 100));
      const next = hint();
      await behind.append(anAppend);
      await next;
      stop();
      const before = hints;
      await behind.append(appendAfter(await behind.head(), [{ id: "b" }]));
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(hints, before);
    } finally {
      await store.close();
      await api.close();
    }
  });
}

test("where there are no events a watcher falls back to asking", async () => {
  const behind = memoryStore();
  const inner = storeApi({ store: behind, path: "/api", seals: false });
  const api = await serveApi(async (request) =>
    request.url.endsWith("/watch") ? new Response("no", { status: 404 }) : inner(request),
  );
  const store = httpStore({ url: `${api.url}/api`, watch: "events" });
  const append = async () => behind.append(appendAfter(await behind.head(), [{ id: "b" }]));
  // Until somebody has asked once, nobody can tell what is new.
  const timer = setInterval(append, 500);
  try {
    await new Promise<void>((resolve) => {
      store.watch(resolve);
    });
  } finally {
    clearInterval(timer);
    await store.close();
    await api.close();
  }
});
