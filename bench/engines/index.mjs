/**
 * The engines that are compared, each in a file of its own with the same interface.
 *
 * @typedef {object} Engine
 * @property {(rules: import("../workload.mjs").Rule[]) => string} write the rules as the text that the engine loads
 * @property {(source: string) => Promise<(call: object) => Action | Promise<Action>>} load what decides calls by them
 * @property {boolean} [isAsync] whether every decision is a promise
 * @property {boolean} [isFloor] decides nothing, and is there to be subtracted: it need not agree
 *
 * @typedef {"allow" | "escalate" | "block"} Action
 */
import { readFileSync } from "node:fs";
import { indexed } from "./indexed.mjs";

/**
 * V8 of Node 20 aborts the process when a call into WebAssembly that it has built into the calling code returns a
 * reference and that code is discarded meanwhile. Cedar's calls are such; so those are not built in where it runs.
 */
const callsNotInlined = ["--no-turbo-inline-js-wasm-calls"];

/** The package that an engine comes from, how it is used, and the flags that Node needs for it. */
const known = [
  {
    name: "map.get",
    how: "looks the tool up and decides nothing: the floor",
    open: () => import("./map-get.mjs"),
  },
  {
    name: "handwritten",
    how: "closures in a map by tool, written by hand: the reference",
    open: () => import("./handwritten.mjs"),
  },
  {
    name: "handwritten-careful",
    how: "the same, and it refuses what is not plain data, and paths that are not in their normal form",
    open: () => import("./handwritten-careful.mjs"),
  },
  {
    name: "countersign",
    package: "countersign",
    how: "`policy.decide(call).action`",
    open: () => import("./countersign.mjs"),
  },
  {
    name: "cel-js",
    package: "@marcbachmann/cel-js",
    how: "one parsed expression for each tool, behind a map by tool written by hand",
    isByTool: true,
    open: () => import("./cel.mjs"),
  },
  {
    name: "cedar",
    package: "@cedar-policy/cedar-wasm",
    how: "`statefulIsAuthorized` with a preparsed policy set, and only the fields that rules read",
    flags: callsNotInlined,
    asksAllRules: true,
    open: () => import("./cedar.mjs"),
  },
  {
    name: "casbin",
    package: "casbin",
    how: "`enforceExSync`, with conditions as a function",
    asksAllRules: true,
    open: () => import("./casbin.mjs"),
  },
  {
    name: "json-rules-engine",
    package: "json-rules-engine",
    how: "`engine.run` with flat facts, all rules of one priority",
    asksAllRules: true,
    open: () => import("./json-rules-engine.mjs"),
  },
  {
    name: "agent-governance",
    package: "@microsoft/agent-governance-sdk",
    how: "`PolicyEngine.evaluatePolicy`, with prefixes as facts made by hand",
    asksAllRules: true,
    open: () => import("./agent-governance.mjs"),
  },
].flatMap((engine) => (engine.asksAllRules ? [engine, behindIndex(engine)] : [engine]));

function behindIndex({ name, open, ...engine }) {
  const how = `as \`${name}\`, behind a map by tool written by hand`;
  return { ...engine, name: `${name}-by-tool`, how, isByTool: true, open: async () => indexed(await open()) };
}

/** The names of all engines, or of those that need no package of `bench/`. */
export function engineNames({ isQuick = false } = {}) {
  const ours = [undefined, "countersign"];
  return known.filter((engine) => !isQuick || ours.includes(engine.package)).map(({ name }) => name);
}

/** What the results say of an engine; one that is `isByTool` loads a tool's rules when it is first asked about it. */
export function describeEngine(name) {
  const { package: from = null, how, isByTool = false } = find(name);
  return { name, package: from, version: from && versionOf(from), how, isByTool };
}

/** What Node must be started with. */
export function flagsOf(name) {
  return find(name).flags ?? [];
}

/** @returns {Promise<Engine>} */
export function openEngine(name) {
  return find(name).open();
}

function find(name) {
  return known.find((engine) => engine.name === name);
}

function versionOf(from) {
  for (const folder of ["../node_modules/", "../../node_modules/"]) {
    try {
      return JSON.parse(readFileSync(new URL(`${folder}${from}/package.json`, import.meta.url), "utf8")).version;
    } catch {}
  }
  return null;
}
