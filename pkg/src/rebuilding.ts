/**
 * What a store keeps beside its entries, made of them anew: index rows, marks and what was used of limits.
 *
 * For whoever writes a history into an empty store, or doubts what a store keeps.
 */
import type { Holding } from "./core.js";
import { EscalationError } from "./errors.js";
import { type Entry, type Head, PAUSE_ID } from "./lifecycle.js";
import { sameJson } from "./same.js";
import type { Append, IndexRow, Store, Used } from "./stores/store.js";
import type { Call, Charge } from "./types.js";
import { rowOf, usedOf } from "./writing.js";

/** Writes a history into a store that was empty. */
export interface Rebuilding {
  /**
   * Takes the next entries, in order, and appends them sooner or later.
   *
   * @throws {@link EscalationError} `broken-history` if the engine does not seal an entry like that.
   */
  push(entries: readonly Entry[]): Promise<void>;
  /** Appends the rest, and answers the end of the history. */
  finish(): Promise<Head>;
}

/** What one entry leaves behind beside itself. */
interface Traces {
  readonly marks: Append["marks"];
  readonly used: readonly Used[];
}

const NO_TRACES: Traces = { marks: null, used: [] };
/** Entries of one append. */
const BATCH_MAX = 200;

/** Writes a history into `store`, whose end is `head`. The engine must be ready. */
export function rebuildingIn(holding: Holding, store: Store, head: Head): Rebuilding {
  let end = head;
  let entries: Entry[] = [];
  let marks: Append["marks"] = null;
  let used: Used[] = [];
  const tracesOf = tracing(holding);

  async function flush(): Promise<void> {
    const last = entries.at(-1);
    if (last === undefined) return;
    const index = await rows(last.atMs);
    if (!(await store.append({ entries, head: end, index, marks, used }))) {
      throw new EscalationError("broken-history", "somebody else writes to the store too");
    }
    [entries, marks, used] = [[], null, []];
  }

  async function rows(nowMs: number): Promise<readonly IndexRow[]> {
    const found: IndexRow[] = [];
    for (const id of new Set(entries.map((entry) => entry.id))) {
      if (id === null || id === PAUSE_ID) continue;
      const all = [...(await store.read(id)), ...entries.filter((entry) => entry.id === id)];
      found.push(rowOf(holding, { id, ...holding.fold(all, null, nowMs) }));
    }
    return found;
  }

  async function take(entry: Entry): Promise<void> {
    const { id, event, salt, atMs } = entry;
    const traces = tracesOf(entry);
    // One append marks one session.
    const isOther = marks !== null && traces.marks !== null && marks.session !== traces.marks.session;
    if (entries.length >= BATCH_MAX || isOther) await flush();
    const sealed = holding.seal(end, [{ id, event, salt }], atMs);
    if (!sameJson(sealed.entries, [entry])) {
      throw new EscalationError("broken-history", `the entry ${entry.seq} is not sealed as one that follows`);
    }
    entries.push(entry);
    end = sealed.head;
    used.push(...traces.used);
    if (traces.marks !== null) {
      marks = { ...traces.marks, marks: [...new Set([...(marks?.marks ?? []), ...traces.marks.marks])].sort() };
    }
  }

  return {
    async push(next) {
      for (const entry of next) await take(entry);
    },
    async finish() {
      await flush();
      return end;
    },
  };
}

/** What each entry of a history, one after the other, leaves behind: marks and use, of decisions and of used grants. */
function tracing(holding: Holding): (entry: Entry) => Traces {
  const calls = new Map<string, Call>();
  return ({ id, event, atMs }) => {
    switch (event.type) {
      case "open":
      case "edit":
        if (id !== null) calls.set(id, event.call);
        return NO_TRACES;
      case "consume": {
        const call = id === null ? undefined : calls.get(id);
        if (id !== null) calls.delete(id);
        return call ? tracesOf(holding, call, event.marks, event.charge, atMs) : NO_TRACES;
      }
      case "decision": {
        const { action, marks, charge } = event.decision;
        // What was blocked has used and marked nothing.
        return action === "block" ? NO_TRACES : tracesOf(holding, event.call, marks, charge, atMs);
      }
      default:
        return NO_TRACES;
    }
  };
}

function tracesOf(
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
