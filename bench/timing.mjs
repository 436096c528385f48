/** Timing: rounds in which every engine has its turn, and what is made of the figures. */

/** How long a turn takes, or at least one call. */
const turnMs = { full: 250, quick: 4 };

/**
 * Nanoseconds a decision, by engine: every engine is warmed, then has a turn in each of `rounds` rounds, one place
 * later in each next round, so that none always comes after the same one.
 *
 * @param {readonly { name: string, loop: object, decide: Function, isAsync: boolean, reference?: string }[]} engines
 *   `reference` is what the ratio is to, if not to what is written by hand
 * @param {(engine: object) => readonly object[]} callsOf what an engine decides
 */
export async function timeRounds(engines, callsOf, { rounds, isQuick }) {
  const budgetMs = isQuick ? turnMs.quick : turnMs.full;
  const turns = [];
  for (const engine of engines) turns.push(await warmed(engine, callsOf(engine), budgetMs));
  const runs = new Map(engines.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < turns.length; turn += 1) {
      const { engine, calls, count } = turns[(turn + round) % turns.length];
      // One's garbage is not collected in another's turn; what the collection itself cooled down is warmed again.
      globalThis.gc?.();
      await decideMany(engine, calls, Math.ceil(count / 20));
      const startMs = performance.now();
      await decideMany(engine, calls, count);
      runs.get(engine.name).push(((performance.now() - startMs) * 1e6) / count);
    }
  }
  const summed = engines.map(({ name, reference = "handwritten" }) => [
    name,
    summary(runs.get(name), runs.get(reference)),
  ]);
  return Object.fromEntries(summed);
}

/** Runs for at least a turn, and says how many calls fit in one. */
async function warmed(engine, calls, budgetMs) {
  let [done, spentMs] = [0, 0];
  let count = Math.min(calls.length, 20);
  while (spentMs < budgetMs) {
    const startMs = performance.now();
    await decideMany(engine, calls, count);
    spentMs += performance.now() - startMs;
    done += count;
    count *= 2;
  }
  // The last run was the warmest, and is half of all.
  const perTurn = Math.max(1, Math.round((budgetMs * done) / spentMs));
  // Whole passes, so that each round has the same mixture; of a slow engine the first calls of a pass.
  return { engine, calls, count: perTurn > calls.length ? perTurn - (perTurn % calls.length) : perTurn };
}

/** Decides `count` calls, from the beginning again after the last. */
async function decideMany({ loop, decide, isAsync }, calls, count) {
  for (let left = count; left > 0; left -= calls.length) {
    const end = Math.min(left, calls.length);
    if (isAsync) await loop.decideAllAsync(decide, calls, 0, end);
    else loop.decideAll(decide, calls, 0, end);
  }
}

export function median(figures) {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The median, the lowest and the highest figure, to four digits.
 *
 * Of `reference`, the figures of another engine in the same rounds, also the median of the ratios to those: what else
 * the machine did in a round was done to both.
 */
export function summary(figures, reference) {
  const short = (figure) => Number(figure.toPrecision(4));
  const made = { median: short(median(figures)), low: short(Math.min(...figures)), high: short(Math.max(...figures)) };
  if (!reference) return made;
  return { ...made, ratio: short(median(figures.map((figure, round) => figure / reference[round]))) };
}
