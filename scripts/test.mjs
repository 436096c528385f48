/**
 * `npm test`: sets up and checks everything, part by part; a red part does not stop the others.
 * `npm test -- PART…` runs only the parts named.
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setUpBrowser } from "./browser.mjs";
import { build } from "./build.mjs";
import { Problem, packageProgram, program, root, run, say, seconds } from "./run.mjs";
import { setup } from "./setup.mjs";
import { reportSizes } from "./size.mjs";

const cargo = (...args) => run(["cargo", ...args], { env: { ...process.env, RUSTDOCFLAGS: "-D warnings" } });
const tsc = (folder) => run([...packageProgram("typescript", "tsc"), "-p", folder, "--noEmit"]);

/** What is run, in order. `shows` picks the lines of a part's output that are worth reading when all is well. */
const parts = [
  { name: "format", title: "Rust is formatted", run: () => cargo("fmt", "--check") },
  { name: "clippy", title: "Rust lints, this machine", run: () => clippy("--all-targets") },
  { name: "clippy-wasm", title: "Rust lints, wasm32", run: clippyWasm },
  { name: "rust", title: "Rust tests", run: () => cargo("test", "--locked"), shows: /^test result:/ },
  { name: "doc", title: "Rust documentation", run: () => cargo("doc", "--no-deps", "--locked") },
  { name: "vectors", title: "test vectors as JSON", run: () => cargo("run", "--locked", "--example", "vectors") },
  { name: "build", title: "engine, package and app are built", run: build },
  { name: "types", title: "TypeScript types", run: types },
  { name: "biome", title: "TypeScript lints and format", run: biome, shows: /^Checked/ },
  { name: "node", title: "package and command line", run: () => nodeTests("tests/js"), shows: /^ℹ (tests|pass|fail)/ },
  { name: "packed", title: "packed package, each runtime", run: packedTests, shows: /^(✔|ℹ (tests|pass|fail))/ },
  {
    name: "browser",
    title: "the app, in Chromium",
    run: browserTests,
    shows: /^ +(\d+ (passed|failed|flaky)|\[\w+\] › )/,
  },
  { name: "size", title: "sizes are within their limits", run: reportSizes },
];

async function clippy(...where) {
  return cargo("clippy", "--locked", ...where, "--", "-D", "warnings");
}

/** Each build of the engine: what one of them does not use must not be in it. */
async function clippyWasm() {
  for (const feature of ["full", "guard", "compiled"]) {
    await clippy("--lib", "--target", "wasm32-unknown-unknown", "--no-default-features", "--features", feature);
  }
}

async function types() {
  for (const folder of ["pkg", "www", "tests"]) await tsc(folder);
}

async function biome() {
  return run([...packageProgram("@biomejs/biome", "biome"), "ci", "--colors=off", "."]);
}

async function nodeTests(folder, env = process.env) {
  const files = readdirSync(join(root, folder)).filter((name) => name.endsWith(".test.ts"));
  const paths = files.sort().map((name) => join(folder, name));
  return run([process.execPath, "--import", "tsx", "--test", "--test-reporter=spec", ...paths], { env });
}

async function packedTests() {
  return nodeTests("tests/packed", await browserEnv());
}

async function browserTests() {
  const playwright = packageProgram("@playwright/test", "playwright");
  return run([...playwright, "test", "--config", "tests/e2e"], { env: await browserEnv() });
}

async function browserEnv() {
  return { ...process.env, CHROMIUM_PATH: await setUpBrowser() };
}

/** Runs one part; tells what it found and whether it is well. */
async function runPart(part) {
  const startMs = Date.now();
  say(`\n── ${part.name}: ${part.title}`);
  let ok = true;
  try {
    const output = (await part.run()) ?? "";
    writeFileSync(join(root, "target", "test-logs", `${part.name}.log`), output);
    const shown = output.split("\n").filter((line) => part.shows?.test(line));
    if (shown.length > 0) say(shown.join("\n"));
  } catch (error) {
    ok = false;
    say(error instanceof Problem ? error.message : error.stack);
  }
  say(`   ${ok ? "ok" : "FAILED"} in ${seconds(startMs)}`);
  return { name: part.name, ok, time: seconds(startMs) };
}

function partsToRun(names) {
  const unknown = names.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length === 0) return names.length === 0 ? parts : parts.filter((part) => names.includes(part.name));
  const known = parts.map((part) => `  ${part.name.padEnd(12)} ${part.title}`).join("\n");
  throw new Problem(`no part of the tests is called ${unknown.join(", ")}; there are:\n${known}`);
}

await program(async () => {
  const chosen = partsToRun(process.argv.slice(2));
  const startMs = Date.now();
  await setup();
  mkdirSync(join(root, "target", "test-logs"), { recursive: true });
  const results = [{ name: "set-up", ok: true, time: seconds(startMs) }];
  for (const part of chosen) results.push(await runPart(part));

  say("\n── summary");
  for (const { name, ok, time } of results)
    say(`   ${name.padEnd(12)} ${ok ? "ok    " : "FAILED"} ${time.padStart(9)}`);
  const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
  if (failed.length > 0) throw new Problem(`FAILED after ${seconds(startMs)}: ${failed.join(", ")}`);
  say(`\nall is well, after ${seconds(startMs)}`);
});
