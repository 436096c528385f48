/** What the API of a store refuses, and how it says so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEscalations, createGuard, type Digest, type Head, loadPolicy, type ReviewVerifier } from "countersign";
import { storeApi } from "countersign/store-api";
import { appendAfter } from "countersign/stores/contract";
import { httpStore } from "countersign/stores/http";
import { memoryStore } from "countersign/stores/memory";

const EMPTY_HEAD: Head = { size: 0, origin: null, hash: null, atMs: 0, peaks: [] };
const digest = `sha256:${"0".repeat(64)}`;
const append = appendAfter(EMPTY_HEAD, [{ id: "a" }]);

/** What the API before an empty store answers. */
async function answerTo(path: string, init: RequestInit = {}, bytesMax?: number) {
  const store = memoryStore();
  const api = storeApi({ store, path: "/api", seals: false, ...(bytesMax !== undefined && { bytesMax }) });
  const response = await api(new Request(`http://127.0.0.1${path}`, init));
  const text = await response.text();
  const { error } = JSON.parse(text) as { readonly error?: { readonly code: string; readonly message: string } };
  return { status: response.status, headers: response.headers, text, error, size: (await store.head()).size };
}

function posted(value: unknown, type = "application/json"): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": type },
    body: typeof value === "string" ? value : JSON.stringify(value),
  };
}

test("answers are JSON that nobody keeps and no browser takes for anything else", async () => {
  for (const [path, init] of [
    ["/api/head", {}],
    ["/api/nothing", {}],
    ["/api/append", posted(append)],
  ] as const) {
    const { headers } = await answerTo(path, init);
    assert.equal(headers.get("content-type"), "application/json");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  }
});

test("what is asked elsewhere or otherwise is refused", async () => {
  for (const [path, init, status] of [
    ["/api/", {}, 404],
    ["/api/__proto__", {}, 404],
    ["/api/constructor", {}, 404],
    ["/api/head/", {}, 404],
    ["/head", {}, 404],
    ["/api/head", posted({}), 405],
    ["/api/head", { method: "DELETE" }, 405],
    ["/api/append", {}, 405],
    ["/api/append", { method: "PUT", body: "{}" }, 405],
  ] as const) {
    assert.equal((await answerTo(path, init)).status, status, path);
  }
});

test("b22_a_form_or_text_posted_from_any_page_is_no_request: only JSON is read, which needs leave from us", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""]) {
    const { status, size } = await answerTo("/api/append", posted(append, type));
    assert.deepEqual([status, size], [415, 0], type);
  }
  const { status, size } = await answerTo("/api/append", posted(append, "application/json; charset=utf-8"));
  assert.deepEqual([status, size], [200, 1]);
});

test("a body that is too large is not read to its end", async () => {
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(1_000));
    },
  });
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: endless, duplex: "half" };
  const { status, error } = await answerTo("/api/append", init as RequestInit, 10_000);
  assert.deepEqual([status, error?.code], [413, "too-large"]);
  assert.ok(pulled < 100);
});

test("parameters that are missing, odd or there twice are refused", async () => {
  for (const query of [
    "history",
    "history?from=0",
    "history?from=-1&limit=1",
    "history?from=1e3&limit=1",
    "history?from=0&limit=0",
    "history?from=0&limit=1&limit=2",
    "history?from=99999999999999999&limit=1",
    "list?limit=1",
    "list?filter=__proto__&limit=1",
    "list?filter=status&value=open&limit=1",
    "list?filter=lane&value=x&limit=1",
  ]) {
    const { status, error } = await answerTo(`/api/${query}`);
    assert.deepEqual([status, error?.code], [400, "bad-request"], query);
  }
  const { status, error } = await answerTo("/api/list?filter=all&limit=1&after=nonsense");
  assert.deepEqual([status, error?.code], [400, "bad-cursor"]);
});

test("a body that is not the shape is refused, and says where", async () => {
  for (const [path, body, message] of [
    ["marks", "null", /object/],
    ["marks", "[]", /object/],
    ["marks", "{", /JSON/],
    ["marks", "\u00ff", /JSON/],
    ["marks", {}, /`session` is missing/],
    ["marks", { session: digest, more: 1 }, /only session/],
    ["marks", { session: "sha256:x" }, /`session` must be/],
    ["marks", '{"__proto__":{"session":1}}', /`session` is missing/],
    ["entries", { id: 1 }, /`id` must be text/],
    ["usage", { queries: {} }, /`queries` must be a list/],
    ["usage", { queries: [{ bucket: digest, sinceMs: "1" }] }, /`queries\[0\].sinceMs` must be a number/],
    ["append", { ...append, entries: [] }, /empty/],
    ["append", { ...append, extra: 1 }, /only entries, head/],
    ["append", { ...append, entries: [{ ...append.entries[0], seq: "0" }] }, /`entries\[0\].seq`/],
    ["append", { ...append, entries: [{ ...append.entries[0], salt: "" }] }, /`entries\[0\].salt`/],
    ["append", { ...append, entries: [{ ...append.entries[0], event: { type: "approve" } }] }, /event.type/],
    ["append", { ...append, index: [{ id: "a" }] }, /`index\[0\].status` is missing/],
    ["append", { ...append, marks: { session: digest, marks: [1] } }, /`marks.marks\[0\]`/],
    ["append", { ...append, used: [{ bucket: digest, amount: -1, atMs: 1, untilMs: 2 }] }, /must not be negative/],
  ] as const) {
    const { status, error, size } = await answerTo(`/api/${path}`, posted(body));
    assert.equal(status, 400, String(message));
    assert.match(error?.message ?? "", message);
    assert.equal(size, 0);
  }
});

test("an answer never repeats what was sent", async () => {
  const hostile = "<script>alert(1)</script>";
  for (const [path, init] of [
    [`/api/${hostile}`, {}],
    [`/api/list?filter=${hostile}&limit=1`, {}],
    [`/api/list?filter=all&limit=1&after=${hostile}`, {}],
    ["/api/marks", posted({ [hostile]: 1, session: digest })],
    ["/api/entries", posted({ id: [hostile] })],
    ["/api/append", posted(hostile)],
  ] as const) {
    const { text, status } = await answerTo(path, init);
    assert.ok(status >= 400, path);
    assert.ok(!text.includes("script"), text);
  }
});

test("whoever serves it can refuse entries", async () => {
  const store = memoryStore();
  const api = storeApi({ store, seals: false, refuses: ({ id }) => (id === "a" ? "not this one" : null) });
  const response = await api(new Request("http://127.0.0.1/append", posted(append)));
  assert.equal(response.status, 403);
  assert.equal((await store.head()).size, 0);
});

test("entries of a time far ahead are refused: every later one would be as late", async () => {
  const store = memoryStore();
  const api = storeApi({ store, now: () => 1_000_000 });
  const fetched: typeof fetch = (input, init) => api(new Request(input, init));
  const through = httpStore({ url: "http://127.0.0.1/", fetch: fetched });
  const policy = await loadPolicy("rules: [{ tool: '*', action: escalate }]");
  const opened = (nowMs: number) =>
    createEscalations({ store: through, now: () => nowMs }).open(policy, { tool: "mail", args: {} });
  await assert.rejects(opened(1_000_000 + 3_600_000), { code: "not-an-append" });
  assert.equal((await store.head()).size, 0);
  assert.equal((await opened(1_000_000 + 60_000)).openedAtMs, 1_060_000);
});

test("b19_a_clock_that_was_set_back_approves_nothing_that_has_expired: only what stops something is taken from it", async () => {
  const BEGIN_MS = 1_000_000_000;
  const LATER_MS = BEGIN_MS + 7_200_000;
  let serverMs = BEGIN_MS;
  let pageMs = BEGIN_MS;
  const store = memoryStore();
  const api = storeApi({ store, now: () => serverMs });
  const through = httpStore({ url: "http://127.0.0.1/", fetch: (input, init) => api(new Request(input, init)) });
  const policy = await loadPolicy("review: { expires: 1m }\nrules: [{ tool: '*', action: escalate }]");
  const server = createEscalations({ store, now: () => serverMs });
  const page = createEscalations({ store: through, now: () => pageMs });
  const opened = await Promise.all([1, 2].map((at) => server.open(policy, { tool: "pay", args: { at } })));
  const [first, second] = opened;
  assert.ok(first && second);
  serverMs = LATER_MS;
  const { size } = await store.head();
  for (const answer of [
    page.review(first.id, { verdict: "approve", digest: first.digest, undoMs: 0 }),
    page.claim(first.id, { forMs: 60_000 }),
    page.pause({ paused: false }),
  ]) {
    await assert.rejects(answer, {
      code: "not-an-append",
      message: /120 minutes behind the server's clock.*set it right/,
    });
  }
  assert.equal((await store.head()).size, size);
  assert.equal((await server.read(first.id))?.status, "expired");
  await page.review(second.id, { verdict: "reject", digest: second.digest });
  await page.pause({ paused: true });
  assert.equal((await store.head()).size, size + 2);
  // By so little nobody's clock is wrong, and so it is where the history itself is ahead of the server's.
  pageMs = LATER_MS - 240_000;
  const third = await page.open(policy, { tool: "pay", args: {} });
  serverMs = BEGIN_MS - 60_000;
  pageMs = BEGIN_MS;
  await assert.rejects(page.review(third.id, { verdict: "approve", digest: third.digest }), { code: "clock-behind" });
  serverMs = LATER_MS - 120_000;
  pageMs = LATER_MS - 240_000;
  assert.equal((await page.review(third.id, { verdict: "approve", digest: third.digest })).status, "approved");
});

test("b25_nobody_gives_back_what_was_used: a store takes no amount below 0, and none that is no number", async () => {
  for (const amount of [-1, -0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    const store = memoryStore();
    const used = [{ bucket: digest as Digest, amount, atMs: 1, untilMs: 2 }];
    await assert.rejects(store.append({ ...append, used }), { code: "not-an-append" }, String(amount));
    assert.equal((await store.head()).size, 0);
  }
});

test("a guard marks, charges and lists through the API as it does beside the store", async () => {
  const policy = await loadPolicy(`
rules:
  - { id: read, tool: file.read, action: allow, marks: [read], limit: { calls: 2, per: 1h, then: block } }
  - { id: pay, tool: pay, action: escalate, marks: [paid], review: { reviewers: [ana] } }
`);
  const store = memoryStore();
  const verify: ReviewVerifier = async (by) => ({ id: by, roles: [] });
  const api = storeApi({ store, verify });
  const through = httpStore({ url: "http://127.0.0.1/", fetch: (input, init) => api(new Request(input, init)) });
  const guard = createGuard({ policy, store: through, agent: "a", session: "s", verify });
  const read = async () => (await guard.check({ tool: "file.read", args: {} })).status;
  assert.deepEqual([await read(), await read(), await read()], ["allowed", "allowed", "blocked"]);
  const held = await guard.check({ tool: "pay", args: { amount: 5 } });
  assert.ok(held.status === "pending", JSON.stringify(held));
  const people = createEscalations({ store: through, verify, as: { id: "ana", sign: async () => "signed" } });
  await people.review(held.id, { verdict: "approve", digest: held.escalation.digest });
  assert.deepEqual((await people.list({ status: "approved" })).items.length, 1);
  assert.equal((await guard.unfinished()).length, 1);
  assert.equal((await guard.resume(held.id)).status, "ready");
});
