/**
 * `node scripts/evaluate.mjs FOLDER [PART…]`: how policies do on recorded calls. See docs/evaluation.md.
 *
 * FOLDER holds the corpora, which are other people's and no part of this repository.
 */
import { existsSync } from "node:fs";
import { evaluateAgentDojo } from "./evaluate/agentdojo.mjs";
import { evaluateAirline } from "./evaluate/airline.mjs";
import { evaluateBypass } from "./evaluate/bypass.mjs";
import { evaluateRampart } from "./evaluate/rampart.mjs";
import { isProgram, Problem, program, say } from "./run.mjs";

const parts = [
  { name: "bypass", title: "calls that slip past naively matched rules", run: evaluateBypass },
  { name: "agentdojo", title: "an assistant for mail, calendar and files, and one for chat", run: evaluateAgentDojo },
  { name: "airline", title: "a customer-service agent", run: evaluateAirline },
  { name: "rampart", title: "single calls with another firewall's expectation", run: evaluateRampart },
];

async function main(args) {
  const [folder, ...names] = args;
  const unknown = names.find((name) => !parts.some((part) => part.name === name));
  if (folder === undefined || unknown !== undefined) {
    const known = parts.map(({ name }) => name).join(" ");
    throw new Problem(`usage: node scripts/evaluate.mjs FOLDER [PART…]; parts: ${known}`);
  }
  if (!existsSync(folder)) throw new Problem(`there is no folder ${folder}`);
  for (const { name, title, run } of parts) {
    if (names.length > 0 && !names.includes(name)) continue;
    say(`\n${name}: ${title}\n`);
    say(await run(folder));
  }
}

if (isProgram(import.meta.url)) program(() => main(process.argv.slice(2)));
