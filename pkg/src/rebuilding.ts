/**
 * What a store keeps beside its entries, made of them anew: index rows, marks and what was used of limits.
 *
 * For whoever writes a history into an empty store, or doubts what a store keeps.
 */
import type { Holding } from "./core.js";
import { EscalationError } from "./errors.js";
import { type Entry, type Head, PAUSE_ID } from "./lifecycle.js";
import { sameJson } from "./same.js";
import type { IndexRow, Store } from "./stores/store.js";
import { type Traces, together, tracesOf } from "./traces.js";
import { rowAfter } from "./writing.js";

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

/** Entries of one append. */
const BATCH_MAX = 200;

/** Writes a history into `store`, whose end is `head`. The engine must be ready. */
export function rebuildingIn(holding: Holding, store: Store, head: Head): Rebuilding {
  let end = head;
  let entries: Entry[] = [];
  let left: Traces = { marks: null, used: [] };

  async function flush(): Promise<void> {
    if (entries.length === 0) return;
    const index = await rows();
    if (!(await store.append({ entries, head: end, index, ...left }))) {
      throw new EscalationError("broken-history", "somebody else writes to the store too");
    }
    [entries, left] = [[], { marks: null, used: [] }];
  }

  async function rows(): Promise<readonly IndexRow[]> {
    const found: IndexRow[] = [];
    for (const id of new Set(entries.map((entry) => entry.id))) {
      if (id === null || id === PAUSE_ID) continue;
      found.push(rowAfter(holding, id, await about(id)));
    }
    return found;
  }

  async function about(id: string): Promise<readonly Entry[]> {
    return [...(await store.read(id)), ...entries.filter((entry) => entry.id === id)];
  }

  async function take(entry: Entry): Promise<void> {
    const { id, event, salt, atMs } = entry;
    const traces = await tracesOf(holding, entry, about);
    // A guard that enforces has marked and used nothing for what it blocked; whether one only observed, nobody can tell.
    const next = traces.isSure ? traces : { marks: null, used: [] };
    let both = together([left, next]);
    // One append marks one session.
    if (entries.length >= BATCH_MAX || both === null) {
      await flush();
      both = next;
    }
    const sealed = holding.seal(end, [{ id, event, salt }], atMs);
    if (!sameJson(sealed.entries, [entry])) {
      throw new EscalationError("broken-history", `the entry ${entry.seq} is not sealed as one that follows`);
    }
    entries.push(entry);
    end = sealed.head;
    left = both;
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
