import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { packageProgram, root, run } from "../../scripts/run.mjs";
import { installPacked, pack } from "./project.ts";

const wasmFiles = ["countersign", "countersign_guard", "countersign_compiled"].flatMap((name) =>
  [".d.ts", ".js", "_bg.wasm", "_bg.wasm.d.ts"].map((ending) => `${name}${ending}`),
);

test("the tarball holds the built package and nothing else", async () => {
  const { files } = await pack("--dry-run");
  const paths = files.map(({ path }) => path);
  for (const name of wasmFiles) assert.ok(paths.includes(`dist/wasm/${name}`), `${name} is missing`);
  const plain = ["LICENSE", "README.md", "package.json", "bin/countersign.js", "policy.schema.json"];
  const built = /^dist\/(?!wasm\/)[\w/-]+\.(js|d\.ts)$/;
  const isApp = (path: string) => path.startsWith("dist/app/");
  const surplus = paths.filter(
    (path) => !plain.includes(path) && !built.test(path) && !/^dist\/wasm\//.test(path) && !isApp(path),
  );
  assert.deepEqual(surplus, []);
  assert.deepEqual(
    plain.filter((path) => !paths.includes(path)),
    [],
  );
  assert.deepEqual(
    paths.filter((path) => path.startsWith("dist/wasm/")).sort(),
    wasmFiles.map((name) => `dist/wasm/${name}`).sort(),
  );
  // The app that `countersign review` serves is the one that was built.
  const app = readdirSync(join(root, "www/dist"), { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile())
    .map((item) => relative(join(root, "www/dist"), join(item.parentPath ?? item.path, item.name)));
  assert.ok(app.includes("index.html") && app.includes("_headers"));
  assert.deepEqual(paths.filter(isApp).sort(), app.map((name) => `dist/app/${name}`).sort());
  assert.deepEqual(
    files.filter(({ size }) => size === 0),
    [],
  );
});

test("every file that `exports` and `bin` name is in the tarball", async () => {
  const { files } = await pack("--dry-run");
  const paths = files.map(({ path }) => `./${path}`);
  const { exports, bin } = JSON.parse(readFileSync(join(root, "pkg/package.json"), "utf8")) as Record<string, unknown>;
  const named = leaves([exports, bin]).map((path) => (path.startsWith("./") ? path : `./${path}`));
  assert.ok(named.length > 5);
  assert.deepEqual(
    named.filter((path) => !paths.includes(path)),
    [],
  );
});

function leaves(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leaves) : [];
}

test("its types serve a strict project", async () => {
  const project = await installPacked();
  const file = project.write(
    "use.ts",
    `
import { type Decision, loadPolicy, PolicyError } from "countersign";
import { initialize } from "countersign/bytes";
import { loadCompiledPolicy } from "countersign/compiled";
import * as guard from "countersign/guard";
import * as review from "countersign/review";
import { storeContract } from "countersign/stores/contract";
import { memoryStore, type Store } from "countersign/stores/memory";

export async function use(): Promise<Decision> {
  await initialize(new Uint8Array());
  const policy = await loadPolicy([{ name: "a.yaml", text: "rules: []" }, "rules: []"], { limits: { depth: 9 } });
  // @ts-expect-error: a call needs a tool
  policy.decide({ args: {} });
  const { action } = policy.decide({ tool: "t", args: { deep: [1, { a: null }] } });
  const known: "allow" | "escalate" | "block" = action;
  return { ...policy.trace({ tool: known }).decision };
}
export const codes = (error: PolicyError): readonly string[] => error.diagnostics.map(({ code }) => code);
export const store: Store = memoryStore();
export const kept: readonly string[] = storeContract(() => store).map(({ name }) => name);
export const small = async (): Promise<readonly guard.DecidingPolicy[]> => [
  await guard.loadPolicy("rules: []"),
  await loadCompiledPolicy((await loadPolicy("rules: []")).compiled()),
];
export const held = guard.createEscalations({ store });
export const reviewed: review.Reviewing = review.createEscalations({ store });
`,
  );
  const strict = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--lib", "ES2022,DOM", "--target", "ES2022"];
  const commandLine = [...packageProgram("typescript", "tsc"), ...strict, "--module", "NodeNext", file];
  assert.equal(await run(commandLine, { cwd: project.folder }), "");
});
