/**
 * Recorded calls, as NDJSON bytes in chunks of 64 KiB, to decisions as NDJSON: through `policy.simulation()`, and as one
 * would write it by hand. `node replay.mjs '{"rules":100,…}'` prints its results as JSON.
 */
import { loadPolicy } from "countersign";
import { openEngine } from "./engines/index.mjs";
import { summary } from "./timing.mjs";
import { makeWorkload, policyText } from "./workload.mjs";

const chunkBytes = 64 * 1024;

const { rules: ruleCount, callCount, seed, rounds } = JSON.parse(process.argv[2]);
const { rules, calls } = makeWorkload({ rules: ruleCount, calls: callCount, seed });
const bytes = new TextEncoder().encode(calls.map((call) => `${JSON.stringify(call)}\n`).join(""));
const chunks = [];
for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes));

const policy = await loadPolicy(policyText(rules));
const { write, load } = await openEngine("handwritten");
const decide = await load(write(rules));

const ways = {
  "by hand": () => replayByHand(),
  "simulation, counts alone": () => {
    const simulation = policy.simulation();
    for (const chunk of chunks) simulation.count(chunk);
    simulation.finishCount();
    const { calls: count } = simulation.counts;
    simulation.dispose();
    return count;
  },
  "simulation, as NDJSON": () => {
    const simulation = policy.simulation();
    let written = 0;
    for (const chunk of chunks) written += simulation.pushNdjson(chunk).length;
    written += simulation.finishNdjson().length;
    const { calls: count } = simulation.counts;
    simulation.dispose();
    return written > 0 ? count : 0;
  },
  "simulation, as objects": () => {
    const simulation = policy.simulation();
    let count = 0;
    for (const chunk of chunks) count += simulation.push(chunk).length;
    count += simulation.finish().length;
    simulation.dispose();
    return count;
  },
};

const runs = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
// One round more, to warm up.
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, replay] of Object.entries(ways)) {
    globalThis.gc?.();
    const startMs = performance.now();
    const count = replay();
    const spentMs = performance.now() - startMs;
    if (count !== calls.length) throw new Error(`${name}: ${count} of ${calls.length} calls were decided`);
    if (round > 0) runs[name].push((count * 1_000) / spentMs);
  }
}
const callsPerSecond = Object.fromEntries(Object.entries(runs).map(([name, figures]) => [name, summary(figures)]));
process.stdout.write(JSON.stringify({ rules: ruleCount, calls: calls.length, bytes: bytes.length, callsPerSecond }));

/** Decides only: no check of the call, no rule, reason or digest in what it writes. */
function replayByHand() {
  const decoder = new TextDecoder();
  let rest = "";
  let line = 0;
  let written = 0;
  for (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop();
    let out = "";
    for (const text of lines) {
      line += 1;
      out += `${JSON.stringify({ line, action: decide(JSON.parse(text)) })}\n`;
    }
    written += out.length;
  }
  return written > 0 ? line : 0;
}
