/** `npm run build`: the engine to wasm, the package to JavaScript, the app to static files. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isProgram, packageProgram, program, root, run, say, seconds } from "./run.mjs";
import { checkWasmOpt, wasmEnv } from "./rust.mjs";
import { setup } from "./setup.mjs";

const generated = join(root, "pkg", "src", "wasm");
const wasmFiles = ["countersign.js", "countersign.d.ts", "countersign_bg.wasm", "countersign_bg.wasm.d.ts"];

/** Builds everything, in the order in which one needs the other. */
export async function build() {
  await step("engine (wasm)", buildWasm);
  await step("package", buildPackage);
  await step("app", buildApp);
}

async function step(name, body) {
  const startMs = Date.now();
  const note = await body();
  say(`built the ${name} in ${seconds(startMs)}${note ? `: ${note}` : ""}`);
}

async function buildWasm() {
  const sources = ["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "src"].map((name) => join(root, name));
  const outputs = wasmFiles.map((name) => join(generated, name));
  if (outputs.every(existsSync) && newest(sources) < Math.min(...outputs.map(modifiedMs))) {
    return "nothing to do, its sources have not changed";
  }
  checkWasmOpt();
  const options = ["--release", "--target", "web", "--mode", "no-install"];
  const out = ["--out-dir", generated, "--out-name", "countersign"];
  await run(["wasm-pack", "build", ...options, ...out], { env: wasmEnv() });
  // wasm-pack writes a whole package: its `.gitignore` of `*` would empty our tarball.
  for (const name of readdirSync(generated)) {
    if (!wasmFiles.includes(name)) rmSync(join(generated, name));
  }
  return "";
}

function newest(paths) {
  return Math.max(...paths.map((path) => (statSync(path).isDirectory() ? newest(within(path)) : modifiedMs(path))));
}

function within(folder) {
  return readdirSync(folder).map((name) => join(folder, name));
}

function modifiedMs(path) {
  return statSync(path).mtimeMs;
}

async function buildPackage() {
  const dist = join(root, "pkg", "dist");
  rmSync(dist, { recursive: true, force: true });
  await run([...packageProgram("typescript", "tsc"), "-p", "pkg"]);
  mkdirSync(join(dist, "wasm"), { recursive: true });
  for (const name of wasmFiles) copyFileSync(join(generated, name), join(dist, "wasm", name));
}

async function buildApp() {
  await run([...packageProgram("vite"), "build", "--logLevel", "warn"], { cwd: join(root, "www") });
}

if (isProgram(import.meta.url)) {
  await program(async () => {
    await setup();
    await build();
  });
}
