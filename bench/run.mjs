/**
 * Compares engines that decide tool calls: `npm run bench`, or
 * `npm run bench -- --rules 10,100 --rounds 5 --engines handwritten,countersign --out FILE`.
 *
 * A whole run writes `bench/results/latest.json` and what is made of it; one of some sizes or engines writes FILE only.
 * `--quick` is for tests: few calls, and no engine that has to be installed.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { capture, npm, Problem, program, root, run, say, seconds } from "../scripts/run.mjs";
import { coldStarts } from "./cold.mjs";
import { describeEngine, engineNames, flagsOf } from "./engines/index.mjs";
import { latest, report } from "./report.mjs";
import { terminalTables } from "./tables.mjs";

const folder = join(root, "bench");
const seed = 1;
const wholeSizes = [10, 100, 1_000, 10_000, 100_000];
/** Where one size is enough. */
const usualSize = 100;
/** Those that take so little that more can be told of them. */
const fast = ["map.get", "handwritten", "handwritten-careful", "countersign"];
/** So large that no collection falls into a measurement. */
const memoryFlags = ["--expose-gc", "--min-semi-space-size=256", "--max-semi-space-size=256"];

const known = {
  rules: { type: "string" },
  rounds: { type: "string" },
  engines: { type: "string" },
  out: { type: "string" },
  quick: { type: "boolean", default: false },
};

function given() {
  try {
    return parseArgs({ options: known }).values;
  } catch (error) {
    throw new Problem(error.message);
  }
}

function readOptions() {
  const values = given();
  const isQuick = values.quick;
  const all = engineNames({ isQuick });
  const sizes = values.rules?.split(",").map(wholeNumber) ?? (isQuick ? [10, 100] : wholeSizes);
  const engines = values.engines?.split(",") ?? all;
  const unknown = engines.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Problem(`no engine is called ${unknown.join(", ")}; there are ${all.join(", ")}`);
  const isWhole = !isQuick && values.rules === undefined && values.engines === undefined;
  return {
    sizes: sizes.toSorted((a, b) => a - b),
    engines: all.filter((name) => engines.includes(name)),
    rounds: values.rounds === undefined ? (isQuick ? 1 : 5) : wholeNumber(values.rounds),
    out: values.out === undefined ? (isWhole ? latest : null) : resolve(values.out),
    callCount: isQuick ? 500 : 10_000,
    isQuick,
  };
}

function wholeNumber(text) {
  if (!/^[1-9]\d*$/.test(text)) throw new Problem(`a number from 1 is needed instead of ${text}`);
  return Number(text);
}

async function install(engines) {
  const { dependencies } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const missing = engines.map(describeEngine).filter((engine) => {
    const pinned = dependencies[engine.package];
    return pinned !== undefined && pinned !== engine.version;
  });
  if (missing.length === 0) return;
  say("installing the other engines into bench/node_modules …");
  await run([...npm(), "ci", "--prefix", folder], { cwd: folder });
}

/** Runs a module of this folder in a process of its own; what it prints is JSON. */
async function child(file, given, flags) {
  const output = await run([process.execPath, ...flags, join(folder, file), JSON.stringify(given)]);
  // Beside it there may be warnings of Node and of engines.
  return JSON.parse(output.split("\n").findLast((line) => line.startsWith("{")));
}

/**
 * One size. Engines that need flags of Node are measured in a process of their own, beside the same reference: what
 * counts is the ratio to that.
 */
async function measureSize(rules, engines, options) {
  const groups = new Map();
  for (const name of engines) {
    const flags = flagsOf(name).join(" ");
    groups.set(flags, [...(groups.get(flags) ?? []), name]);
  }
  const results = {};
  let measured;
  for (const [flags, names] of [...groups].sort(([a], [b]) => a.length - b.length)) {
    const beside = engines.filter((name) => names.includes(name) || name === "handwritten");
    const known = flags.split(" ").filter((flag) => flag !== "" && nodeKnows(flag));
    const one = await child("measure.mjs", { ...options, rules, engines: beside }, ["--expose-gc", ...known]);
    measured ??= one;
    for (const name of names) results[name] = one.engines[name];
  }
  return { ...measured, engines: results };
}

/** Flags of V8 come and go. */
function nodeKnows(flag) {
  return capture(process.execPath, [flag, "--eval", "0"]) !== null;
}

function machine() {
  const [{ model }] = cpus();
  const memoryGb = Math.round(totalmem() / 2 ** 30);
  // The version of the system's kernel without the name of its build.
  const os = `${type()} ${release().split(".").slice(0, 2).join(".")}`;
  return { cpu: model.trim(), cores: cpus().length, memoryGb, node: process.versions.node, os };
}

async function measureSizes(sizes, engines, options) {
  const made = [];
  const leftOut = new Set();
  for (const rules of sizes) {
    say(`${rules.toLocaleString("en")} rules …`);
    // What is too slow here is slower with more rules.
    const left = engines.filter((name) => !leftOut.has(name));
    const measured = await measureSize(rules, left, options);
    for (const [name, figures] of Object.entries(measured.engines)) if (figures.leftOut) leftOut.add(name);
    made.push(measured);
  }
  return made;
}

/** What is measured of few engines and at one size. */
async function measureRest(engines, options) {
  const given = { ...options, rules: usualSize, engines: engines.filter((name) => fast.includes(name)) };
  say("garbage, replay and cold start …");
  const memory = await child("memory.mjs", given, memoryFlags);
  const replay = engines.includes("countersign") ? await child("replay.mjs", given, ["--expose-gc"]) : null;
  const started = engines.filter((name) => ["handwritten", "countersign", "cedar"].includes(name));
  // Its smaller entries decide in the same way, and start sooner.
  if (engines.includes("countersign")) started.push("countersign-guard", "countersign-compiled");
  const cold = await coldStarts(started, { rules: usualSize, seed, times: options.isQuick ? 1 : 21 });
  return { memory, replay, cold };
}

await program(async () => {
  const startMs = Date.now();
  const { sizes, engines, out, ...chosen } = readOptions();
  if (!existsSync(join(root, "pkg", "dist"))) throw new Problem("the package is not built yet: npm run build");
  await install(engines);
  const options = { ...chosen, seed };
  const bySize = () => measureSizes(sizes, engines, options);
  const atOneSize = () => measureRest(engines, options);
  const [measured, rest] = options.isQuick
    ? await Promise.all([bySize(), atOneSize()])
    : [await bySize(), await atOneSize()];
  const date = new Date().toISOString().slice(0, 10);
  const described = engines.map(describeEngine);
  const results = { date, machine: machine(), ...options, engines: described, sizes: measured, ...rest };

  say(`\n${terminalTables(results)}\n`);
  if (out !== null) {
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, `${JSON.stringify(results, null, 2)}\n`);
    say(`written to ${out}`);
    if (out === latest) report();
  }
  say(`all engines agree; ${seconds(startMs)}`);
});
