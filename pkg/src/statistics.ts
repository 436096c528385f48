/** Numbers about numbers, computed by the engine. */
import { wilson } from "./engines/evidence.js";
import { engine } from "./engines/full.js";

/** Where a true share is, with 95 % confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * The Wilson interval of 95 % for a true share of which `hits` of `all` were seen; `null` if nothing was counted.
 * For showing how little a few answers say; it is no gate for relaxing a rule.
 *
 * @throws RangeError unless both are integers with `0 <= hits <= all`.
 *
 * @example
 * ```ts
 * await wilsonInterval(99, 100); // { low: 0.9455…, high: 0.9982… }
 * ```
 */
export async function wilsonInterval(hits: number, all: number): Promise<Interval | null> {
  if (!Number.isSafeInteger(hits) || !Number.isSafeInteger(all) || hits < 0 || hits > all) {
    throw new RangeError("`hits` and `all` must be integers, and `hits` from 0 to `all`");
  }
  await engine.ready();
  return wilson(hits, all);
}
