/** The Rust side of the set-up: the toolchain of rust-toolchain.toml, and what makes WebAssembly of it. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { capture, findOnPath, Problem, packageProgram, root, run, say, seconds } from "./run.mjs";

const target = "wasm32-unknown-unknown";
const toolchain = "the toolchain of rust-toolchain.toml";

/** Makes sure that cargo, clippy, rustfmt and the wasm32 target are there. */
export async function setUpRust() {
  if (findOnPath("cargo") === null && findOnPath("rustup") === null) {
    throw new Problem(
      "Rust is missing. Get rustup from https://rustup.rs (or your system's packages), then run this again.",
    );
  }
  const missing = missingRustParts();
  if (missing.length === 0) return;
  if (findOnPath("rustup") === null) {
    throw new Problem(
      `Rust lacks ${missing.join(", ")}, and there is no rustup to add it. Get it from https://rustup.rs.`,
    );
  }
  if (missing.includes(toolchain)) {
    const channel = /^channel = "(.+)"$/m.exec(readFileSync(join(root, "rust-toolchain.toml"), "utf8"))[1];
    say(`rust: installing the toolchain ${channel} with rustup`);
    const parts = ["--component", "clippy", "--component", "rustfmt", "--target", target];
    return void (await run(["rustup", "toolchain", "install", channel, "--profile", "minimal", ...parts]));
  }
  // Only what is missing: installing the toolchain anew would also bring it up to date.
  for (const part of missing) {
    say(`rust: adding ${part} with rustup`);
    await run(part === target ? ["rustup", "target", "add", target] : ["rustup", "component", "add", part]);
  }
}

function missingRustParts() {
  if (capture("cargo", ["--version"]) === null) return [toolchain];
  const components = { clippy: "clippy", rustfmt: "fmt" };
  const missing = Object.keys(components).filter((name) => capture("cargo", [components[name], "--version"]) === null);
  const library = capture("rustc", ["--print", "target-libdir", "--target", target]);
  return library !== null && existsSync(library) ? missing : [...missing, target];
}

/** The wasm-bindgen command, of exactly the version that Cargo.toml pins the library to. */
function wasmBindgen() {
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
  const pinned = /^wasm-bindgen = .*"=([\d.]+)"/m.exec(manifest);
  if (pinned === null) throw new Problem("Cargo.toml does not pin wasm-bindgen with `=`");
  return { command: "wasm-bindgen", crate: "wasm-bindgen-cli", version: pinned[1] };
}

function toolsFolder() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(cache, "countersign", "tools");
}

/** Where `tool` lies in the version wanted: on PATH, or where an earlier set-up put it; else `null`. */
function findTool({ command, version }) {
  const candidates = [findOnPath(command), join(toolsFolder(), "bin", command)];
  return candidates.find((path) => path !== null && capture(path, ["--version"]) === `${command} ${version}`) ?? null;
}

/** Makes sure that wasm-bindgen is there; compiles it where it is not. */
export async function setUpWasmTools() {
  const tool = wasmBindgen();
  if (findTool(tool) !== null) return;
  say(`${tool.command} ${tool.version}: compiling it into ${toolsFolder()} (some minutes, once)`);
  const startMs = Date.now();
  const what = [tool.crate, "--version", `=${tool.version}`, "--locked", "--debug", "--force"];
  // Without debug information it compiles faster; the command itself is quick enough unoptimised.
  const env = { ...process.env, CARGO_PROFILE_DEV_DEBUG: "0" };
  await run(["cargo", "install", ...what, "--root", toolsFolder()], { env });
  if (findTool(tool) === null) throw new Problem(`${tool.command} was compiled but does not answer to --version`);
  say(`${tool.command} ${tool.version}: ready after ${seconds(startMs)}`);
}

/**
 * Builds the engine with `feature` into `folder`, as `name.js`, `name_bg.wasm` and their types.
 *
 * Only where the library is made as nothing but a `cdylib` does cargo optimise it as a whole; that makes it a tenth
 * smaller.
 */
export async function buildEngine(feature, name, folder) {
  const profile = ["--lib", "--release", "--locked", "--target", target, "--crate-type", "cdylib"];
  await run(["cargo", "rustc", ...profile, "--no-default-features", "--features", feature], { env: cargoEnv() });
  const made = join(targetFolder(), target, "release", "countersign.wasm");
  const tool = wasmBindgen();
  const command = findTool(tool);
  if (command === null) throw new Problem(`${tool.command} ${tool.version} is missing: run \`npm run setup\``);
  await run([command, "--target", "web", "--out-dir", folder, "--out-name", name, made]);
  const wasm = join(folder, `${name}_bg.wasm`);
  await run([...packageProgram("binaryen", "wasm-opt"), "-Os", "--strip-producers", ...wasmFeatures, wasm, "-o", wasm]);
}

/** What every runtime that the package names has had for years. */
const wasmFeatures = [
  "--enable-bulk-memory",
  "--enable-nontrapping-float-to-int",
  "--enable-sign-ext",
  "--enable-mutable-globals",
  "--enable-reference-types",
  "--enable-multivalue",
];

function targetFolder() {
  return process.env.CARGO_TARGET_DIR || join(root, "target");
}

/** The paths of this machine stay out of the wasm, which is then the same wherever it is built. */
function cargoEnv() {
  const cargoHome = process.env.CARGO_HOME || join(homedir(), ".cargo");
  const flags = [`--remap-path-prefix=${cargoHome}=/cargo`, `--remap-path-prefix=${root.slice(0, -1)}=/countersign`];
  return { ...process.env, CARGO_ENCODED_RUSTFLAGS: flags.join("\u001f") };
}
