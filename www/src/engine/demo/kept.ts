/** What of the demonstration's agent outlives the page: how its day stands, in a database of its own. */

import { type IDBPDatabase, openDB } from "idb";
import type { CheckState, DemoSpeed, LogLine, StepState } from "./api.ts";

/** The day as it stands. Plain data. */
export interface Day {
  /** Whether somebody has started it, and not paused it since. */
  readonly isOn: boolean;
  readonly speed: DemoSpeed;
  /** Which day of agents it is: the name of the session. */
  readonly session: string;
  /** How many of the calls before today are in the store. */
  readonly prepared: number;
  readonly check: CheckState;
  readonly clock: string;
  readonly steps: Readonly<Record<string, StepState>>;
  readonly log: readonly LogLine[];
}

export interface Kept {
  read(): Promise<Day | null>;
  write(day: Day): Promise<void>;
}

const STORE = "day";

export function keptDay(space: string): Kept {
  let opening: Promise<IDBPDatabase> | null = null;
  const database = () => {
    opening ??= openDB(`${space}-agent`, 1, {
      upgrade(created) {
        created.createObjectStore(STORE);
      },
      // Who starts the demonstration over deletes it; whoever has it open lets go.
      blocking(_current, _blocked, event) {
        (event.target as IDBDatabase).close();
        opening = null;
      },
    });
    return opening;
  };
  return {
    read: async () => ((await (await database()).get(STORE, STORE)) as Day | undefined) ?? null,
    write: async (day) => void (await (await database()).put(STORE, day, STORE)),
  };
}
