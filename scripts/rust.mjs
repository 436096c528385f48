/** The Rust side of the set-up: the toolchain of rust-toolchain.toml, and the two commands that make wasm packages. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { capture, findOnPath, Problem, root, run, say, seconds } from "./run.mjs";

const target = "wasm32-unknown-unknown";
const toolchain = "the toolchain of rust-toolchain.toml";
const wasmPackVersion = "0.15.1";

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

/** wasm-pack, and the wasm-bindgen command of exactly the version that Cargo.toml pins the library to. */
function wasmTools() {
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8");
  const pinned = /^wasm-bindgen = .*"=([\d.]+)"/m.exec(manifest);
  if (pinned === null) throw new Problem("Cargo.toml does not pin wasm-bindgen with `=`");
  return [
    { command: "wasm-pack", crate: "wasm-pack", version: wasmPackVersion },
    { command: "wasm-bindgen", crate: "wasm-bindgen-cli", version: pinned[1] },
  ];
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

/** Makes sure that wasm-pack and wasm-bindgen are there; compiles them where they are not. */
export async function setUpWasmTools() {
  for (const tool of wasmTools()) {
    if (findTool(tool) !== null) continue;
    say(`${tool.command} ${tool.version}: compiling it into ${toolsFolder()} (some minutes, once)`);
    const startMs = Date.now();
    const what = [tool.crate, "--version", `=${tool.version}`, "--locked", "--debug", "--force"];
    // Without debug information it compiles faster; the commands themselves are quick enough unoptimised.
    const env = { ...process.env, CARGO_PROFILE_DEV_DEBUG: "0" };
    await run(["cargo", "install", ...what, "--root", toolsFolder()], { env });
    if (findTool(tool) === null) throw new Problem(`${tool.command} was compiled but does not answer to --version`);
    say(`${tool.command} ${tool.version}: ready after ${seconds(startMs)}`);
  }
}

/**
 * The environment for wasm-pack: the pinned commands and the installed wasm-opt come first on PATH,
 * and the paths of this machine stay out of the wasm, which is then the same wherever it is built.
 */
function wasmEnv() {
  const folders = wasmTools().map((tool) => {
    const path = findTool(tool);
    if (path === null) throw new Problem(`${tool.command} ${tool.version} is missing: run \`npm run setup\``);
    return dirname(path);
  });
  folders.push(join(root, "node_modules", ".bin"));
  const cargoHome = process.env.CARGO_HOME || join(homedir(), ".cargo");
  const flags = [`--remap-path-prefix=${cargoHome}=/cargo`, `--remap-path-prefix=${root.slice(0, -1)}=/countersign`];
  return {
    ...process.env,
    CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR || join(root, "target"),
    PATH: [...new Set(folders), process.env.PATH].join(delimiter),
    CARGO_ENCODED_RUSTFLAGS: flags.join("\u001f"),
  };
}

/** wasm-pack builds without wasm-opt and says nothing: so look before building. */
function checkWasmOpt() {
  const found = capture("wasm-opt", ["--version"], { env: wasmEnv() });
  if (found === null) throw new Problem("wasm-opt is missing: `npm ci` installs it with the package binaryen");
}

/** Builds the engine with `feature` into `folder`, as `name.js`, `name_bg.wasm` and their types. */
export async function buildEngine(feature, name, folder) {
  checkWasmOpt();
  const options = ["--release", "--target", "web", "--mode", "no-install", "--out-dir", folder, "--out-name", name];
  const cargoOptions = ["--locked", "--no-default-features", "--features", feature];
  await run(["wasm-pack", "build", writeEngineCrate(), ...options, "--", ...cargoOptions], { env: wasmEnv() });
}

/**
 * The crate once more as nothing but a `cdylib`, which wasm-pack cannot ask cargo for: only then does cargo optimise it
 * as a whole, and it is a tenth smaller. Returns its folder.
 */
function writeEngineCrate() {
  const folder = join(root, "target", "engine");
  const manifest = readFileSync(join(root, "Cargo.toml"), "utf8")
    .replace(/^readme = .*\n/m, "")
    .replace(/^\[lib\]\ncrate-type = .*$/m, '[lib]\npath = "../../src/lib.rs"\ncrate-type = ["cdylib"]')
    // Tests, benchmarks and examples have paths too.
    .replace(/^\[\[\w+\]\]\n(?:.+\n)*/gm, "");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Cargo.toml"), manifest);
  copyFileSync(join(root, "Cargo.lock"), join(folder, "Cargo.lock"));
  return folder;
}
