/**
 * `npm run test:long`: what takes minutes. `npm run test:long -- PART…` runs only the parts named.
 *
 * - `oracle`: the engine against the naive one of `tests/it/naive/`, a million calls, optimised.
 *   `COUNTERSIGN_CASES` asks for another number of calls, `COUNTERSIGN_SEED` for others than those of the seed 0.
 * - `widening`: what is told of two policies without calls, against calls, for 5,000 pairs of two kinds, optimised;
 *   `COUNTERSIGN_PAIRS` asks for another number of pairs, `COUNTERSIGN_SEED` for others.
 * - `contenders`: eight processes contend for a thousand grants and a thousand answers in one SQLite file.
 * - `browser-contenders`: the same for two and for eight tabs and workers of a real browser, in IndexedDB.
 * - `indexeddb`: a million entries in IndexedDB, in a real browser; `COUNTERSIGN_ENTRIES` asks for fewer.
 * - `interaction`: how long a press of a key takes with 10,000 held calls and with a policy of 2,000 rules.
 * - `stores`: what the three stores do in a second.
 */
import { setUpBrowser } from "./browser.mjs";
import { Problem, packageProgram, program, run, say } from "./run.mjs";
import { setUpRust } from "./rust.mjs";

const ORACLE = ["properties::the_engine_and_the_naive_one_agree"];
const WIDENING = [
  "widening::what_is_told_of_two_policies_holds_for_every_call_of_a_small_world",
  "widening::no_call_contradicts_what_is_proven_of_policies_of_every_kind",
];

const parts = {
  oracle,
  widening,
  contenders: () => script("tests/long/contenders.ts"),
  "browser-contenders": () => script("tests/long/browser-contenders.ts"),
  indexeddb: () => script("tests/long/indexeddb-load.ts"),
  interaction,
  stores: () => script("tests/long/stores.ts"),
};

async function oracle() {
  const { COUNTERSIGN_CASES = "1000000", COUNTERSIGN_SEED = "0" } = process.env;
  say(`${COUNTERSIGN_CASES} calls, seed ${COUNTERSIGN_SEED}`);
  await rustTests(ORACLE, { COUNTERSIGN_CASES, COUNTERSIGN_SEED });
}

async function widening() {
  const { COUNTERSIGN_PAIRS = "5000" } = process.env;
  say(`${COUNTERSIGN_PAIRS} pairs of each kind`);
  await rustTests(WIDENING, { COUNTERSIGN_PAIRS });
}

/** Runs these tests, optimised. */
async function rustTests(names, variables) {
  await setUpRust();
  const env = { ...process.env, ...variables };
  const options = ["--", "--exact", "--nocapture", ...names];
  const output = await run(["cargo", "test", "--release", "--locked", "--test", "it", ...options], { env });
  // A name that no test has would run none, and be well.
  if (!output.includes(`test result: ok. ${names.length} passed`)) throw new Error(`not all of them ran:\n${output}`);
  say(
    output
      .split("\n")
      .filter((line) => /^(test |\d+ of \d+ )/.test(line))
      .join("\n"),
  );
}

/** Needs what `npm run build` makes. */
async function interaction() {
  const env = { ...process.env, CHROMIUM_PATH: await setUpBrowser() };
  const playwright = [...packageProgram("@playwright/test", "playwright"), "test", "--config", "tests/e2e"];
  const output = await run([...playwright, "--workers", "1", "large"], { env });
  say(
    output
      .split("\n")
      .filter((line) => / presses, median /.test(line))
      .join("\n"),
  );
}

/** Needs what `npm run build` makes. */
async function script(path) {
  say((await run([process.execPath, "--import", "tsx", path])).trim());
}

await program(async () => {
  const named = process.argv.slice(2);
  const unknown = named.filter((name) => !(name in parts));
  if (unknown.length > 0) {
    throw new Problem(`no long test is called ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}`);
  }
  for (const name of named.length === 0 ? Object.keys(parts) : named) {
    say(`\n── ${name}`);
    await parts[name]();
  }
});
