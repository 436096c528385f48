/** Engines are compared only if they do the same: every decision of every engine must be the first one's. */
import { Problem } from "../scripts/run.mjs";

/**
 * What the first of `engines` that decides at all says of `calls`.
 *
 * @param {readonly { name: string, decide: Function, isFloor?: boolean, checked: number }[]} engines each decides as many
 *   calls as its `checked` says: a slow one not all
 * @throws {Problem} with the first call of which another engine says something else
 */
export async function decideAlike(engines, calls) {
  const [first, ...others] = engines.filter(({ isFloor }) => !isFloor);
  if (!first) return [];
  const expected = [];
  for (const call of calls.slice(0, first.checked)) expected.push(await first.decide(call));
  for (const { name, decide, checked } of others) {
    for (const [at, call] of calls.slice(0, Math.min(checked, expected.length)).entries()) {
      const action = await decide(call);
      if (action === expected[at]) continue;
      throw new Problem(`${first.name} says ${expected[at]}, but ${name} says ${action} to\n${JSON.stringify(call)}`);
    }
  }
  return expected;
}
