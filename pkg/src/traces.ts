/** What an entry leaves behind in a store beside itself: the marks of a session, and what was used of limits. */
import type { Holding } from "./core.js";
import type { Entry } from "./lifecycle.js";
import type { Append, Used } from "./stores/store.js";
import type { Call, Charge } from "./types.js";
import { usedOf } from "./writing.js";

/** Beside the entries of one append. */
export interface Traces {
  readonly marks: Append["marks"];
  readonly used: readonly Used[];
}

/** What one entry leaves behind. */
export interface EntryTraces extends Traces {
  /**
   * `false` of a call that was blocked: a guard that enforces has marked and used nothing then, and one that only observes
   * has let it run.
   */
  readonly isSure: boolean;
}

const NO_TRACES: EntryTraces = { marks: null, used: [], isSure: true };

/**
 * What `entry` leaves behind. `past` answers the entries of its escalation, perhaps with later ones; it is asked only for
 * the use of a grant. The engine must be ready.
 */
export async function tracesOf(
  holding: Holding,
  entry: Entry,
  past: (id: string) => Promise<readonly Entry[]>,
): Promise<EntryTraces> {
  const { id, event, atMs } = entry;
  switch (event.type) {
    case "consume": {
      const call = id === null ? undefined : callOf(await past(id), entry.seq);
      return call === undefined
        ? NO_TRACES
        : { ...traces(holding, call, event.marks, event.charge, atMs), isSure: true };
    }
    case "decision": {
      const { action, marks, charge } = event.decision;
      return { ...traces(holding, event.call, marks, charge, atMs), isSure: action !== "block" };
    }
    default:
      return NO_TRACES;
  }
}

/** The call as it was held or edited last before the entry `seq`. */
function callOf(entries: readonly Entry[], seq: number): Call | undefined {
  return entries
    .filter((entry) => entry.seq < seq)
    .flatMap(({ event }) => (event.type === "open" || event.type === "edit" ? [event.call] : []))
    .at(-1);
}

function traces(
  holding: Holding,
  call: Call,
  marks: readonly string[],
  charge: readonly Charge[],
  atMs: number,
): Traces {
  return {
    marks: marks.length === 0 ? null : { session: holding.keys(call).session, marks },
    used: usedOf(charge, atMs),
  };
}

/** What several entries leave behind together; `null` if they mark more than one session, as no append does. */
export function together(all: readonly Traces[]): Traces | null {
  const marks = all.flatMap((each) => (each.marks === null ? [] : [each.marks]));
  const [first] = marks;
  if (marks.some(({ session }) => session !== first?.session)) return null;
  const names = [...new Set(marks.flatMap((each) => each.marks))].sort();
  return {
    marks: first === undefined ? null : { session: first.session, marks: names },
    used: all.flatMap(({ used }) => used),
  };
}
