/**
 * `npm run test:long`: the engine against the naive one of `tests/it/naive/`, a million calls, optimised; some minutes.
 * `COUNTERSIGN_CASES` asks for another number of calls, `COUNTERSIGN_SEED` for others than those of the seed 0.
 */
import { program, run, say } from "./run.mjs";
import { setUpRust } from "./rust.mjs";

const TEST = "properties::the_engine_and_the_naive_one_agree";

await program(async () => {
  const { COUNTERSIGN_CASES = "1000000", COUNTERSIGN_SEED = "0" } = process.env;
  await setUpRust();
  const env = { ...process.env, COUNTERSIGN_CASES, COUNTERSIGN_SEED };
  say(`${COUNTERSIGN_CASES} calls, seed ${COUNTERSIGN_SEED}`);
  const output = await run(["cargo", "test", "--release", "--locked", "--test", "it", TEST], { env });
  const closing = output.split("\n").filter((line) => /^(test |running )/.test(line));
  // A name that no test has would run none, and be well.
  if (!closing.includes(`test ${TEST} ... ok`)) throw new Error(`${TEST} did not run:\n${output}`);
  say(closing.join("\n"));
});
