/**
 * The loops that are timed.
 *
 * Each engine gets a copy of this module (`import("./loop.mjs?name")`): in one loop for all, what V8 learnt of one
 * engine would slow down the next. What comes out is used, so that nothing is optimized away.
 */

/** Decides `calls` from `from` to before `to`. */
export function decideAll(decide, calls, from, to) {
  let letters = 0;
  for (let at = from; at < to; at += 1) letters += decide(calls[at]).length;
  return letters;
}

/** As {@link decideAll}, of an engine whose decisions are promises. */
export async function decideAllAsync(decide, calls, from, to) {
  let letters = 0;
  for (let at = from; at < to; at += 1) letters += (await decide(calls[at])).length;
  return letters;
}
