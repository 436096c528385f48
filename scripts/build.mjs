/** `npm run build`: the engine to wasm, the package to JavaScript, the app to static files. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { isProgram, packageProgram, program, root, run, say, seconds } from "./run.mjs";
import { buildEngine } from "./rust.mjs";
import { setup } from "./setup.mjs";

const generated = join(root, "pkg", "src", "wasm");
/** The builds of the engine, by the feature of the crate that makes each. */
const engines = { full: "countersign", guard: "countersign_guard", compiled: "countersign_compiled" };
const appInPackage = join(root, "pkg", "dist", "app");
const filesOf = (name) => [`${name}.js`, `${name}.d.ts`, `${name}_bg.wasm`, `${name}_bg.wasm.d.ts`];
const wasmFiles = Object.values(engines).flatMap(filesOf);

/** Builds everything, in the order in which one needs the other. */
export async function build() {
  for (const [feature, name] of Object.entries(engines)) {
    await step(`engine \`${feature}\` (wasm)`, () => buildWasm(feature, name));
  }
  await step("package", buildPackage);
  await step("app", buildApp);
}

async function step(name, body) {
  const startMs = Date.now();
  const note = await body();
  say(`built the ${name} in ${seconds(startMs)}${note ? `: ${note}` : ""}`);
}

async function buildWasm(feature, name) {
  if (wasmIsNewest(name)) return "nothing to do, its sources have not changed";
  await buildEngine(feature, name, generated);
  // wasm-pack writes a whole package: its `.gitignore` of `*` would empty our tarball.
  for (const file of readdirSync(generated)) {
    if (!wasmFiles.includes(file)) rmSync(join(generated, file));
  }
  return "";
}

function wasmIsNewest(name) {
  const sources = [
    "src",
    "pkg/policy.schema.json",
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "scripts/rust.mjs",
  ].flatMap((source) => filesIn(join(root, source)));
  const outputs = filesOf(name).map((file) => join(generated, file));
  return outputs.every(existsSync) && Math.max(...sources.map(modifiedMs)) < Math.min(...outputs.map(modifiedMs));
}

function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesIn(join(path, name)));
}

function modifiedMs(path) {
  return statSync(path).mtimeMs;
}

/** Compiles over what is there, so that the package keeps working meanwhile, then removes what no source makes any more. */
async function buildPackage() {
  const dist = join(root, "pkg", "dist");
  const output = await run([...packageProgram("typescript", "tsc"), "-p", "pkg", "--listEmittedFiles"]);
  const emitted = output.split("\n").map((line) => resolve(line.replace(/^TSFILE: /, "").trim()));
  const wasm = join(dist, "wasm");
  mkdirSync(wasm, { recursive: true });
  for (const name of wasmFiles) copyFileSync(join(generated, name), join(wasm, name));
  const wanted = new Set([...emitted, ...wasmFiles.map((name) => join(wasm, name))]);
  for (const path of filesIn(dist)) {
    if (!wanted.has(path) && !path.startsWith(appInPackage)) rmSync(path);
  }
}

/** The app lies in the package too, where `countersign review` serves it. */
async function buildApp() {
  await run([...packageProgram("vite"), "build", "--logLevel", "warn"], { cwd: join(root, "www") });
  rmSync(appInPackage, { recursive: true, force: true });
  cpSync(join(root, "www", "dist"), appInPackage, { recursive: true });
}

if (isProgram(import.meta.url)) {
  await program(async () => {
    await setup();
    await build();
  });
}
