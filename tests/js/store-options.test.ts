/** What a store is told wrongly is said at once and in plain words, and so is a package that is not there. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { storeApi } from "countersign/store-api";
import { httpStore } from "countersign/stores/http";
import { indexedDbStore } from "countersign/stores/indexeddb";
import { memoryStore } from "countersign/stores/memory";
import { sqliteStore } from "countersign/stores/sqlite";

const folder = mkdtempSync(join(tmpdir(), "countersign-options-"));
after(() => rmSync(folder, { recursive: true }));

/** As a caller without types has it. */
function untyped(make: unknown): (...args: readonly unknown[]) => unknown {
  return make as (...args: readonly unknown[]) => unknown;
}

test("options that a store does not have are refused by name, and what is required is asked for", () => {
  const path = join(folder, "a.db");
  const store = memoryStore();
  const { append: _, close: __, ...half } = store;
  for (const [make, options, name, message] of [
    [sqliteStore, path, "TypeError", /takes an object of options: `file`, `waitMs`/],
    [sqliteStore, pathToFileURL(path), "TypeError", /takes an object of options/],
    [sqliteStore, undefined, "TypeError", /takes an object of options/],
    [sqliteStore, { path }, "TypeError", /has no option `path`; the options are `file`/],
    [sqliteStore, {}, "TypeError", /`file` must be the path of a file/],
    [sqliteStore, { file: "" }, "TypeError", /`file` must be the path of a file/],
    [sqliteStore, { file: pathToFileURL(path) }, "TypeError", /fileURLToPath/],
    [sqliteStore, { file: ":memory:" }, "TypeError", /memoryStore\(\)/],
    [sqliteStore, { file: path, waitMs: "1" }, "RangeError", /`waitMs` must be milliseconds/],
    [indexedDbStore, "calls", "TypeError", /takes an object of options: `name`/],
    [indexedDbStore, { database: "calls" }, "TypeError", /has no option `database`/],
    [httpStore, { uri: "https://review.example/api" }, "TypeError", /has no option `uri`; the options are `url`/],
    [httpStore, "https://review.example/api", "TypeError", /takes an object of options/],
    [httpStore, {}, "TypeError", /`url` must be the address/],
    [storeApi, {}, "TypeError", /`store` of `storeApi` must be a store.*is none/],
    [storeApi, store, "TypeError", /has no option `head`; the options are `store`/],
    [storeApi, { store: half }, "TypeError", /lacks `append`, `close`/],
    [storeApi, { store, root: "/api" }, "TypeError", /has no option `root`/],
  ] as const) {
    assert.throws(() => untyped(make)(options), { name, message });
  }
  assert.ok(!existsSync(path) && !existsSync(":memory:"));
});

test("a file in a folder that is not there says which folder to create", async () => {
  const store = sqliteStore({ file: join(folder, "none", "a.db") });
  const message = `there is no folder \`${join(folder, "none")}\` for the file: create the folder`;
  await assert.rejects(store.head(), { name: "StoreError", code: "unavailable", message });
});

/** What `code` prints where the package is installed without what it could need. */
function alone(code: string): string {
  const installed = join(folder, "node_modules", "countersign");
  if (!existsSync(installed)) {
    writeFileSync(join(folder, "package.json"), "{}");
    const source = fileURLToPath(new URL("../../pkg/", import.meta.url));
    const isApp = (path: string) => path.startsWith(join(source, "dist", "app"));
    for (const part of ["package.json", "dist", "bin"]) {
      cpSync(join(source, part), join(installed, part), { recursive: true, filter: (path) => !isApp(path) });
    }
  }
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
    cwd: folder,
    encoding: "utf8",
  });
  return stdout + stderr;
}

test("a store whose package is not installed says which one to install, when it is first used", () => {
  for (const [name, make, options] of [
    ["libsql", "sqliteStore", { file: "a.db" }],
    ["idb", "indexedDbStore", {}],
  ] as const) {
    const printed = alone(`
      import { ${make} } from "countersign/stores/${name === "idb" ? "indexeddb" : "sqlite"}";
      const store = ${make}(${JSON.stringify(options)});
      globalThis.navigator ??= {};
      await store.head().catch(({ name, code, message }) => console.log(name, code, message));
      await store.close();
    `);
    assert.match(
      printed,
      new RegExp(`^StoreError unavailable the package \`${name}\`.*run \`npm install ${name}\`\n$`),
    );
  }
  assert.ok(!existsSync(join(folder, "a.db")));
});

test("the API of a store says what is missing where nothing brings the engine", () => {
  const printed = alone(`
    import { storeApi } from "countersign/store-api";
    import { appendAfter, EMPTY_HEAD } from "countersign/stores/contract";
    import { memoryStore } from "countersign/stores/memory";
    const api = storeApi({ store: memoryStore(), now: () => 1 });
    const body = JSON.stringify(appendAfter(EMPTY_HEAD, [{}]));
    const headers = { "content-type": "application/json" };
    const response = await api(new Request("http://127.0.0.1/append", { method: "POST", headers, body }));
    console.log(response.status, await response.text());
  `);
  assert.match(
    printed,
    /^500 \{"error":\{"code":"not-loaded","message":"whoever serves this API must import `countersign`/,
  );
});

test("the public entry of the API has nothing but the API", async () => {
  assert.deepEqual(Object.keys(await import("countersign/store-api")), ["storeApi"]);
});
