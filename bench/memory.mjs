/**
 * How many bytes the heap grows by a decision, in a process of its own with `--expose-gc` and a young generation so
 * large that nothing is collected meanwhile: `node … memory.mjs '{"rules":100,…}'`. Prints its results as JSON.
 */
import { openEngine } from "./engines/index.mjs";
import { makeWorkload } from "./workload.mjs";

const decisions = 2_000;
const samples = 5;

const { rules: ruleCount, seed, isQuick, engines } = JSON.parse(process.argv[2]);
const { rules, calls } = makeWorkload({ rules: ruleCount, calls: decisions, seed });
const results = {};
for (const name of engines) {
  const { write, load } = await openEngine(name);
  const decide = await load(write(rules));
  const { decideAll } = await import(`./loop.mjs?${encodeURIComponent(name)}`);
  // Long enough for V8 to have optimized everything, which allocates less.
  const warmMs = isQuick ? 10 : 2_000;
  for (const startMs = performance.now(); performance.now() - startMs < warmMs; )
    decideAll(decide, calls, 0, decisions);
  const grown = [];
  for (let sample = 0; sample < samples; sample += 1) {
    globalThis.gc();
    // The first pass after a collection allocates what the collection has dropped of V8's own.
    decideAll(decide, calls, 0, decisions);
    const before = process.memoryUsage().heapUsed;
    decideAll(decide, calls, 0, decisions);
    grown.push(process.memoryUsage().heapUsed - before);
  }
  // What asking for the figure allocates, and V8's own, only adds to it.
  results[name] = Math.max(0, Math.round(Math.min(...grown) / decisions));
}
process.stdout.write(JSON.stringify({ rules: ruleCount, bytesPerDecision: results }));
