/** Writes what `bench/results/latest.json` says into the documents, and the plot: `node bench/report.mjs`. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isProgram, Problem, program, root, say } from "../scripts/run.mjs";
import { plot } from "./plot.mjs";
import { markdownTables, ratioTable } from "./tables.mjs";

/** The results that are in the repository. */
export const latest = join(root, "bench", "results", "latest.json");

export function report() {
  const made = Object.entries(documents());
  const changed = made.filter(([path, text]) => read(path) !== text);
  for (const [path, text] of changed) writeFileSync(join(root, path), text);
  say(changed.length > 0 ? `written to ${changed.map(([path]) => path).join(", ")}` : "the documents say so already");
}

/** What the files that show the results must hold, by path: the results stand between comments. */
export function documents() {
  const results = JSON.parse(readFileSync(latest, "utf8"));
  const texts = {
    machine: machineText(results),
    engines: enginesText(results),
    tables: markdownTables(results),
    ratios: ratioTable(results),
  };
  return {
    "docs/performance.md": filled("docs/performance.md", texts),
    "README.md": filled("README.md", texts),
    "docs/images/performance.svg": plot(results),
  };
}

function machineText({ date, machine, rounds }) {
  const { cpu, cores, memoryGb, node, os } = machine;
  return `Measured on ${date} in ${rounds} rounds, with Node ${node} on ${cores} cores of ${cpu}, ${memoryGb} GB, ${os}.`;
}

function enginesText({ engines }) {
  return engines
    .map(({ name, package: from, version, how }) => {
      const of = from === null ? "" : ` (${from === name ? version : `\`${from}\` ${version}`})`;
      return `- \`${name}\`${of}: ${how}`;
    })
    .join("\n");
}

/** A file of the repository; empty if it is not there yet. */
function read(path) {
  return existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "";
}

/** A document with those of `texts` that it has a place for. */
function filled(path, texts) {
  return read(path).replace(/(<!-- bench:(\w+) -->).*?(?=<!-- \/bench -->)/gs, (_, begin, name) => {
    if (texts[name] === undefined) throw new Problem(`${path} has a place for ${name}, which is none of the results`);
    return `${begin}\n\n${texts[name]}\n\n`;
  });
}

if (isProgram(import.meta.url)) await program(report);
