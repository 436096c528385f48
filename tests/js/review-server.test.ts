/** The server of `countersign review`, as a real process, asked by hand: what a browser would never send, too. */
import assert from "node:assert/strict";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { request as ask } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import {
  type Append,
  createEscalations,
  type Entry,
  type Event,
  loadPolicy,
  type Store,
  StoreError,
} from "countersign";
import { digestOf, rowOf } from "countersign/stores/contract";
import { httpStore } from "countersign/stores/http";
import { sqliteStore } from "countersign/stores/sqlite";
import { holding } from "../../pkg/dist/engines/full.js";
import { ended, inFolder, start } from "./command.ts";
import { hold, NOTE, POLICY } from "./held.ts";

interface Served {
  readonly port: number;
  readonly token: string;
  readonly file: string;
  readonly ids: readonly string[];
  readonly child: ChildProcessWithoutNullStreams;
  readonly printed: () => string;
}

/** Runs `use` with a server over a store that holds a call. */
async function served(use: (served: Served) => Promise<void>, args: readonly string[] = []): Promise<void> {
  await inFolder({ "p.yaml": POLICY }, async (folder) => {
    const file = join(folder, "store.db");
    const ids = await hold(file, [NOTE]);
    const child = start(["review", "--store", file, "--port", "0", ...args], { cwd: folder });
    let printed = "";
    const address = new Promise<RegExpExecArray>((resolve, reject) => {
      child.stderr.on("data", (chunk) => reject(new Error(String(chunk))));
      child.stdout.on("data", (chunk) => {
        printed += String(chunk);
        const found = /http:\/\/127\.0\.0\.1:(\d+)\/#token=([\w-]+)/.exec(printed);
        if (found) resolve(found);
      });
    });
    try {
      const [, port, token = ""] = await address;
      await use({ port: Number(port), token, file, ids, child, printed: () => printed });
    } finally {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await ended(child);
    }
  });
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  readonly code: string | undefined;
}

/** Asks exactly that, whatever a browser would make of it. */
function asked(
  { port }: Served,
  path: string,
  {
    method = "GET",
    headers = {},
    body = "",
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const own = { host: `127.0.0.1:${port}`, connection: "close", ...headers };
    const request = ask({ host: "127.0.0.1", port, path, method, headers: own }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        const isJson = response.headers["content-type"] === "application/json";
        const { error } = isJson && text !== "" ? (JSON.parse(text) as { error?: { code: string } }) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, code: error?.code });
      });
    });
    request.on("error", reject);
    request.end(body);
  });
}

const origin = ({ port }: Served) => `http://127.0.0.1:${port}`;

function exchange(served: Served, token: string, more: Record<string, string> = {}) {
  const headers = { "content-type": "application/json", origin: origin(served), ...more };
  return asked(served, "/api/session", { method: "POST", headers, body: JSON.stringify({ token }) });
}

/** The header of a new session. */
async function session(served: Served): Promise<{ readonly authorization: string }> {
  const { status, text } = await exchange(served, served.token);
  assert.equal(status, 200);
  return { authorization: `Bearer ${(JSON.parse(text) as { readonly secret: string }).secret}` };
}

test("it prints its address, what it serves and that whoever can write to the file can approve; Ctrl-C ends it cleanly", async () => {
  await served(async ({ printed, file, child, port }) => {
    assert.ok(printed().includes(file));
    assert.match(printed(), /Whoever can write to that file can approve too/);
    const end = ended(child);
    child.kill("SIGINT");
    assert.equal(await end, 0);
    await assert.rejects(
      new Promise((resolve, reject) => {
        connect(port, "127.0.0.1", () => resolve(undefined)).on("error", reject);
      }),
      { code: "ECONNREFUSED" },
    );
  });
});

test("b22_no_cookie_is_set: another server of this machine gets none to replay; the token works once, and then another", async () => {
  await served(async (server) => {
    assert.match(server.token, /^[\w-]{43}$/);
    const wrong = await exchange(server, "x".repeat(43));
    assert.deepEqual([wrong.status, wrong.code], [403, "wrong-token"]);
    const first = await exchange(server, server.token);
    assert.deepEqual([first.status, first.headers["set-cookie"]], [200, undefined]);
    assert.match(first.text, /^\{"secret":"[\w-]{43}"\}$/);
    const second = await exchange(server, server.token);
    assert.deepEqual([second.status, second.code], [410, "token-used"]);
    assert.match(second.text, /open the address that `countersign review` printed last/);
    const next = [...server.printed().matchAll(/#token=([\w-]+)/g)].map(([, token]) => token);
    assert.deepEqual([next.length, next[0]], [2, server.token]);
    const other = await exchange(server, next[1] ?? "");
    assert.equal(other.status, 200);
    // Both stay open.
    for (const { text } of [first, other]) {
      const { secret } = JSON.parse(text) as { readonly secret: string };
      const headers = { authorization: `Bearer ${secret}` };
      assert.equal((await asked(server, "/api/head", { headers })).status, 200);
      const cookie = `countersign-${server.port}=${secret}`;
      assert.equal((await asked(server, "/api/head", { headers: { cookie } })).status, 401);
    }
  });
});

test("without the session nothing of the store is answered", async () => {
  await served(async (server) => {
    const own = await session(server);
    const others = [{}, { authorization: `Bearer ${"x".repeat(43)}` }, { authorization: "Bearer " }, { cookie: "a=1" }];
    for (const path of ["/api/head", "/api/session", "/api/watch", "/api/history?from=0&limit=9", "/api/nothing"]) {
      for (const headers of others as readonly Record<string, string>[]) {
        const { status, code } = await asked(server, path, { headers });
        assert.deepEqual([status, code], [401, "no-session"], path);
      }
    }
    const { status, text } = await asked(server, "/api/history?from=0&limit=9", { headers: own });
    assert.equal(status, 200);
    assert.match(text, /note\.write/);
  });
});

test("another host is refused, whoever it names: a name of somebody else that leads here", async () => {
  await served(async (server) => {
    const own = await session(server);
    for (const host of [
      "evil.example",
      `evil.example:${server.port}`,
      "127.0.0.1",
      "localhost:1",
      `[::1]:${server.port}`,
    ]) {
      for (const path of ["/", "/api/head", "/index.html"]) {
        const { status, code } = await asked(server, path, { headers: { host, ...own } });
        assert.deepEqual([status, code], [421, "wrong-host"], `${host} ${path}`);
      }
    }
    const headers = { host: `localhost:${server.port}`, ...own };
    assert.equal((await asked(server, "/api/head", { headers })).status, 200);
  });
});

test("b22_requests_of_foreign_pages_are_refused, with the session too, of another port as of another site", async () => {
  await served(async (server) => {
    const own = await session(server);
    const foreign: readonly Record<string, string>[] = [
      { origin: "http://evil.example" },
      { origin: "null" },
      { origin: `http://127.0.0.1:${server.port + 1}` },
      { origin: `https://127.0.0.1:${server.port}` },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "none" },
    ];
    for (const headers of foreign) {
      for (const [path, method] of [
        ["/api/head", "GET"],
        ["/api/append", "POST"],
        ["/api/session", "POST"],
      ] as const) {
        const all = { ...own, "content-type": "application/json", ...headers };
        const { status, code } = await asked(server, path, {
          method,
          headers: all,
          body: method === "POST" ? "{}" : "",
        });
        assert.deepEqual([status, code], [403, "foreign"], `${JSON.stringify(headers)} ${path}`);
      }
    }
    const unsaid = await asked(server, "/api/append", { method: "POST", headers: own, body: "{}" });
    assert.deepEqual([unsaid.status, unsaid.code], [403, "foreign"]);
    const plain = { ...own, origin: origin(server), "content-type": "text/plain" };
    const form = await asked(server, "/api/append", { method: "POST", headers: plain, body: "{}" });
    assert.equal(form.status, 415);
    const { "access-control-allow-origin": allowed } = (
      await asked(server, "/api/head", { method: "OPTIONS", headers: { origin: "http://evil.example" } })
    ).headers;
    assert.equal(allowed, undefined);
  });
});

test("only the files of the app are served, whatever the path says, and the page knows that it is served", async () => {
  await served(async (server) => {
    for (const path of [
      "/../package.json",
      "/..%2fpackage.json",
      "/%2e%2e/package.json",
      "/assets/",
      "/assets",
      "/_headers",
      "//etc/passwd",
      "/./index.html",
      "/assets/../index.html",
      "/index.html%00",
      "/__proto__",
    ]) {
      assert.equal((await asked(server, path)).status, 404, path);
    }
    for (const method of ["POST", "PUT", "DELETE", "OPTIONS"])
      assert.equal((await asked(server, "/", { method })).status, 405);
    const page = await asked(server, "/");
    assert.equal(page.status, 200);
    assert.match(page.text, /<meta name="countersign-store" content="api" \/>\s*<title>/);
    assert.equal((await asked(server, "/", { method: "HEAD" })).text, "");
    const [, script = ""] = /src="\.(\/assets\/[^"]+\.js)"/.exec(page.text) ?? [];
    assert.equal((await asked(server, script)).headers["content-type"], "text/javascript; charset=utf-8");
  });
});

test("every answer carries the headers that the app asks for, and none may be framed or kept", async () => {
  await served(async (server) => {
    for (const path of ["/", "/nothing", "/api/head"]) {
      const { headers } = await asked(server, path);
      assert.match(
        String(headers["content-security-policy"]),
        /script-src 'self' 'wasm-unsafe-eval'.*frame-ancestors 'none'/,
      );
      assert.equal(headers["x-frame-options"], "DENY");
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["cross-origin-resource-policy"], "same-origin");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["cache-control"], "no-store");
    }
  });
});

test("it stands at the address of this machine alone", async () => {
  await served(async ({ port }) => {
    await assert.rejects(
      new Promise((resolve, reject) => {
        connect(port, "127.0.0.2", () => resolve(undefined)).on("error", reject);
      }),
      { code: "ECONNREFUSED" },
    );
  });
});

test("a body that is too large, no JSON or no token changes nothing, and the token still works", async () => {
  await served(async (server) => {
    const headers = { "content-type": "application/json", origin: origin(server) };
    for (const [body, status] of [
      ["x".repeat(10_000), 413],
      ["{", 400],
      ["null", 400],
      ['{"token":1}', 400],
      ['{"__proto__":{"token":"x"}}', 400],
    ] as const) {
      assert.equal(
        (await asked(server, "/api/session", { method: "POST", headers, body })).status,
        status,
        body.slice(0, 9),
      );
    }
    await session(server);
  });
});

/** The store of the server, as the page asks it. */
function pageStore(server: Served, own: Record<string, string>) {
  return httpStore({ url: `${origin(server)}/api`, headers: { ...own, origin: origin(server) } });
}

test("a person answers through it, and what only guards and agents record is refused", async () => {
  await served(
    async (server) => {
      const own = await session(server);
      const far = createEscalations({ store: pageStore(server, own) });
      const [id = ""] = server.ids;
      const { digest } = (await far.read(id)) ?? assert.fail();
      const isRefused = (error: unknown) => error instanceof StoreError && error.message.includes("403");
      await assert.rejects(far.review(id, { verdict: "approve", digest, by: "mallory" }), isRefused);
      await assert.rejects(far.review(id, { verdict: "approve", digest }), isRefused);
      // The agent takes its call back, and nobody for it.
      await assert.rejects(far.withdraw(id), isRefused);
      const store = pageStore(server, own);
      const before = await store.head();
      const { status, reviews } = await far.review(id, { verdict: "reject", digest, by: "ana", note: "no" });
      assert.deepEqual([status, reviews[0]?.by], ["rejected", "ana"]);
      assert.equal((await store.head()).size, before.size + 1);
      const near = sqliteStore({ file: server.file });
      assert.equal((await createEscalations({ store: near }).read(id))?.status, "rejected");
      await near.close();
      const info = await asked(server, "/api/session", { headers: own });
      const name = { store: "store.db", as: "ana", policies: [{ name: "p.yaml", text: POLICY }] };
      assert.deepEqual(JSON.parse(info.text), name);
    },
    ["--as", "ana", "--policy", "p.yaml"],
  );
});

test("b13_an_edit_from_a_page_is_decided_by_the_policies_of_the_server_and_by_no_other", async () => {
  const policy = await loadPolicy({ name: "p.yaml", text: POLICY });
  const laxer = await loadPolicy(POLICY.replace("risk: low", "risk: medium"));
  const edit = { args: { text: "mended" }, by: "ana" };
  await served(
    async (server) => {
      const far = createEscalations({ store: pageStore(server, await session(server)) });
      const [id = ""] = server.ids;
      await assert.rejects(far.edit(id, laxer, edit), /decide otherwise/);
      await assert.rejects(far.edit(id, policy, { ...edit, by: "mallory" }), /403/);
      await assert.rejects(far.edit(id, policy, { args: { other: 1 }, by: "ana" }), { code: "not-editable" });
      assert.equal((await far.read(id))?.original, null);
      const { call, original, digest } = await far.edit(id, policy, edit);
      assert.deepEqual([call.args, original?.call.args], [edit.args, NOTE.args]);
      assert.equal((await far.review(id, { verdict: "approve", digest, by: "ana" })).status, "approved");
    },
    ["--as", "ana", "--policy", "p.yaml"],
  );
  await served(
    async (server) => {
      const far = createEscalations({ store: pageStore(server, await session(server)) });
      await assert.rejects(far.edit(server.ids[0] ?? "", policy, edit), /without `--policy`/);
    },
    ["--as", "ana"],
  );
});

test("b22_a_page_records_what_its_reviewer_does_and_nothing_else: no openings, edits, withdrawals, marks, amounts or other names", async () => {
  await served(
    async (server) => {
      const store = pageStore(server, await session(server));
      const [id = ""] = server.ids;
      const [{ event: open }] = (await store.read(id)) as readonly [Entry];
      assert.ok(open.type === "open");
      const { call, digest, covers, decision } = open;
      const by = "ana";
      const pause = { type: "pause", agent: "x", paused: false, by, note: null } as const;
      const review = { type: "review", verdict: "approve", note: null, digest, confirmed: {}, undoMs: 0 } as const;
      const { unnamed, ...used } = {
        unnamed: { ...review, shownMs: null, inBatch: false, proof: null },
        bucket: digest,
        atMs: 1,
      };
      const others = [
        [id, { type: "edit", by, note: null, call, digest, covers, decision }],
        ["new", open],
        ["new", { ...open, guard: "-" }],
        ["pause", open],
        [id, { type: "withdraw", note: null }],
        [id, unnamed],
        [id, { ...unnamed, by: null }],
        ["pause", { ...pause, by: null }],
        [id, pause],
        [null, pause],
        ["pause", { type: "claim", by, untilMs: 1 }],
        [null, { type: "decision", call, digest: null, decision }],
      ] as readonly (readonly [string | null, Event])[];
      const size = (await store.head()).size;
      for (const [under, event] of others) {
        const refused = /403|not-an-append|id that is not its/;
        await assert.rejects(store.append(await appendOf(store, under, event)), refused, JSON.stringify(event));
      }
      const plain = await appendOf(store, "pause", pause);
      for (const rest of [
        { marks: { session: digest, marks: ["x"] } },
        { used: [{ ...used, amount: 2, untilMs: 1e15 }] },
        { used: [{ ...used, amount: -2, untilMs: 1e15 }] },
      ]) {
        await assert.rejects(store.append({ ...plain, ...rest }), { code: "not-an-append" });
      }
      assert.equal((await store.head()).size, size);
      assert.equal(await store.append(plain), true);
    },
    ["--as", "ana"],
  );
});

test("b24_a_page_cannot_hide_a_rejection: index rows are made by the server, whatever the page says", async () => {
  await served(async (server) => {
    const store = pageStore(server, await session(server));
    const [id = ""] = server.ids;
    const lying: Store = {
      ...store,
      append: (append) =>
        store.append({
          ...append,
          index: append.index.map((row) => ({ ...row, status: "withdrawn", lane: null, agent: digestOf(7) })),
        }),
    };
    const { digest } = (await createEscalations({ store }).read(id)) ?? assert.fail();
    await createEscalations({ store: lying }).review(id, { verdict: "reject", digest });
    const { items } = await store.list({ filter: { status: "rejected" }, limit: 9 });
    assert.deepEqual(
      items.map((item) => item.id),
      [id],
    );
    assert.deepEqual((await store.list({ filter: { status: "withdrawn" }, limit: 9 })).items, []);
    assert.deepEqual(await hold(server.file, [{ ...NOTE }]), []);
  });
});

/** `event` sealed as what follows, with the row that it needs. */
async function appendOf(store: Store, id: string | null, event: Event): Promise<Append> {
  await holding.ready();
  const head = await store.head();
  const sealed = holding.seal(head, [{ id, event, salt: "0".repeat(32) }], head.atMs);
  const isOfNone = id === null || event.type === "pause";
  return { ...sealed, index: isOfNone ? [] : [rowOf(id)], marks: null, used: [] };
}

test("the page hears of what a guard holds meanwhile", async () => {
  await served(async (server) => {
    const own = await session(server);
    const headers = { ...own, origin: origin(server) };
    const store = httpStore({ url: `${origin(server)}/api`, headers, watch: "events" });
    let heard: () => void = () => undefined;
    const hint = () =>
      new Promise<void>((resolve) => {
        heard = resolve;
      });
    const first = hint();
    const stop = store.watch(() => heard());
    await first;
    const next = hint();
    await hold(server.file, [{ ...NOTE, args: { text: "other" } }]);
    await next;
    stop();
  });
});
