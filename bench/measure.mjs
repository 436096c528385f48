/**
 * Measures all engines at one number of rules, in a process of its own: `node measure.mjs '{"rules":100,…}'`.
 *
 * First all must agree on what becomes of the calls; a disagreement ends the benchmark. Prints its results as JSON.
 */
import { Problem } from "../scripts/run.mjs";
import { decideAlike } from "./agreement.mjs";
import { rulesByTool } from "./by-tool.mjs";
import { openEngine } from "./engines/index.mjs";
import { median, timeRounds } from "./timing.mjs";
import { makeWorkload } from "./workload.mjs";

/** An engine is left out where a decision takes longer. */
const decisionMsMax = 15;
/** How long an engine may take to show that it agrees; of a slow one fewer calls are compared. */
const agreementMsMax = 15_000;
const loadsMax = 5;
const loadingMsMax = 3_000;
/** What no rule reads, and where it is tried: a policy's size changes nothing about it. */
const bodyLength = 4_096;
const bodiesAt = 100;

const { rules: ruleCount, callCount, seed, rounds, isQuick, engines: names } = JSON.parse(process.argv[2]);
const { tools, rules, calls } = makeWorkload({ rules: ruleCount, calls: callCount, seed });

const engines = [];
const results = {};
for (const name of names) {
  const engine = await loaded(name);
  const firstMs = await firstOfTools(engine);
  const probeMs = await probe(engine);
  results[name] = { loadMs: engine.loadMs, firstOfToolMs: firstMs };
  if (probeMs > decisionMsMax) results[name].leftOut = `a decision takes about ${Math.round(probeMs)} ms`;
  else engines.push({ ...engine, checked: Math.min(calls.length, Math.ceil(agreementMsMax / probeMs)) });
}

const decided = await alike(calls);
for (const { name, checked, isFloor } of engines) if (!isFloor) results[name].checked = checked;
put("all", await timeRounds(engines, () => calls, { rounds, isQuick }));
const plain = calls.filter(isByToolAlone());
if (plain.length > 0) {
  const fast = engines.filter(({ name }) =>
    ["map.get", "handwritten", "handwritten-careful", "countersign"].includes(name),
  );
  put("toolAlone", await timeRounds(fast, () => plain, { rounds, isQuick }));
}
if (ruleCount === bodiesAt) {
  const pair = bodyPair(calls.slice(0, 2_000));
  await alike(pair.with);
  // Both in the same rounds, as if they were two engines.
  const twice = engines.flatMap(({ name, ...engine }) => {
    const [without, withIt] = [`${name} without`, `${name} with`];
    return [
      { ...engine, name: without, calls: pair.without },
      { ...engine, name: withIt, calls: pair.with, reference: without },
    ];
  });
  for (const one of twice) one.loop = await loopOf(one.name);
  const timed = await timeRounds(twice, (one) => one.calls, { rounds, isQuick });
  for (const { name } of engines) {
    results[name].body = { without: timed[`${name} without`], with: timed[`${name} with`] };
  }
}
const outcomes = {};
for (const action of decided) outcomes[action] = (outcomes[action] ?? 0) + 1;
const counts = { rules: ruleCount, tools: tools.length, calls: calls.length, callsByToolAlone: plain.length, outcomes };
// Some engines would keep the process alive.
process.stdout.write(JSON.stringify({ ...counts, engines: results }), () => process.exit());

async function alike(given) {
  try {
    return await decideAlike(engines, given);
  } catch (error) {
    // Not its stack, which says nothing here.
    process.stderr.write(`with ${ruleCount} rules ${error instanceof Problem ? error.message : error.stack}\n`);
    process.exit(1);
  }
}

/** An engine with the policy, and how long loading that took: the median of several, without the first. */
async function loaded(name) {
  const { write, load, isAsync = false, isFloor = false } = await openEngine(name);
  const source = write(rules);
  const times = [];
  let decide;
  let spentMs = 0;
  do {
    const startMs = performance.now();
    decide = await load(source);
    times.push(performance.now() - startMs);
    spentMs += times.at(-1);
  } while (!isQuick && times.length <= loadsMax && spentMs < loadingMsMax);
  // The first has to fetch and compile the engine itself, which is the matter of the cold start.
  const counted = times.length > 1 ? times.slice(1) : times;
  return { name, decide, isAsync, isFloor, loop: await loopOf(name), loadMs: Number(median(counted).toPrecision(3)) };
}

function loopOf(name) {
  return import(`./loop.mjs?${encodeURIComponent(name)}`);
}

/** How long the first decision about a tool takes that some rule names: the median of several tools. */
async function firstOfTools({ decide, isFloor }) {
  // Of fewer tools it would be what V8 needs to know the engine.
  if (isFloor || tools.length < 20) return undefined;
  const named = new Set(tools);
  const firsts = calls.filter(({ tool }) => named.delete(tool)).slice(0, 120);
  const times = [];
  for (const call of firsts) {
    const startMs = performance.now();
    await decide(call);
    times.push(performance.now() - startMs);
  }
  // The first half warms up.
  return Number(median(times.slice(times.length >> 1)).toPrecision(3));
}

/** How many milliseconds a decision takes, roughly. */
async function probe({ decide }) {
  for (const call of calls.slice(0, 3)) await decide(call);
  const startMs = performance.now();
  let count = 0;
  while (count < calls.length && (count < 3 || performance.now() - startMs < 200)) {
    await decide(calls[count]);
    count += 1;
  }
  return (performance.now() - startMs) / count;
}

/** Whether no rule of a call's tool has a condition. */
function isByToolAlone() {
  const rulesOf = rulesByTool(rules);
  const known = new Map();
  const know = (tool) => {
    const isPlain = rulesOf(tool).every(({ when }) => when.length === 0);
    known.set(tool, isPlain);
    return isPlain;
  };
  return ({ tool }) => known.get(tool) ?? know(tool);
}

/** The same calls without what no rule reads and with it, as JSON makes objects, so that all have the same making. */
function bodyPair(given) {
  const body = "a few words of a mail ".repeat(bodyLength / 16).slice(0, bodyLength);
  const made = (more) =>
    given.map(({ args: { body: _, ...args }, ...call }) =>
      JSON.parse(JSON.stringify({ ...call, args: { ...args, ...more } })),
    );
  return { without: made({}), with: made({ body }) };
}

function put(key, timed) {
  for (const [name, figures] of Object.entries(timed)) results[name][key] = figures;
}
