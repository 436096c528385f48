/** What attention keeps, and where: a database of its own, which knows nothing of escalations. */

import type { DBSchema, IDBPDatabase } from "idb";
import type { AttentionSettings, CheckOutcome, Given } from "./api.ts";
import type { Planted } from "./likeness.ts";

/** What attention remembers. Each method is one step, whatever other tabs do. */
export interface Kept {
  planted(): Promise<readonly Planted[]>;
  /** Keeps `planted` and when its template was used, unless another check card waits; answers whether it did. */
  plant(planted: Planted): Promise<boolean>;
  /** Ends a check card with its outcome, or with none if nobody answered it; answers whether it was there. */
  end(id: string, outcome: CheckOutcome | null): Promise<boolean>;
  /** In the order of time. */
  outcomes(): Promise<readonly CheckOutcome[]>;
  /** When each template was used last, in Unix milliseconds. */
  uses(): Promise<Readonly<Record<string, number>>>;
  /** Keeps an answer to a real call; of old ones only the last {@link GIVEN_MAX}. */
  give(given: Given): Promise<void>;
  /** In the order of time. */
  given(): Promise<readonly Given[]>;
  settings(): Promise<AttentionSettings>;
  set(settings: AttentionSettings): Promise<void>;
}

export const GIVEN_MAX = 500;

/** One check card among 33 answers. */
export const USUAL: AttentionSettings = { isOn: true, share: 0.03 };

interface Schema extends DBSchema {
  planted: { key: string; value: Planted };
  outcomes: { key: number; value: CheckOutcome };
  given: { key: number; value: Given };
  /** By template, when it was used last. */
  uses: { key: string; value: number };
  settings: { key: string; value: AttentionSettings };
}

const SETTINGS = "settings";

/** What attention keeps in the browser's database `${space}-attention`. */
export function keptIn(space: string): Kept {
  let opening: Promise<IDBPDatabase<Schema>> | null = null;
  const database = () => {
    const forget = () => {
      opening = null;
    };
    opening ??= connect(`${space}-attention`, forget);
    opening.catch(forget);
    return opening;
  };
  return {
    planted: async () => (await database()).getAll("planted"),
    async plant(planted) {
      const writing = (await database()).transaction(["planted", "uses"], "readwrite");
      const isFree = (await writing.objectStore("planted").count()) === 0;
      if (isFree) {
        await writing.objectStore("planted").add(planted);
        await writing.objectStore("uses").put(planted.openedAtMs, planted.template);
      }
      await writing.done;
      return isFree;
    },
    async end(id, outcome) {
      const writing = (await database()).transaction(["planted", "outcomes"], "readwrite");
      const isThere = (await writing.objectStore("planted").getKey(id)) !== undefined;
      if (isThere) {
        await writing.objectStore("planted").delete(id);
        if (outcome !== null) await writing.objectStore("outcomes").add(outcome);
      }
      await writing.done;
      return isThere;
    },
    outcomes: async () => (await database()).getAll("outcomes"),
    async uses() {
      const reading = (await database()).transaction("uses");
      const [templates, times] = await Promise.all([reading.store.getAllKeys(), reading.store.getAll()]);
      return Object.fromEntries(templates.map((template, at) => [template, times[at] ?? 0]));
    },
    async give(given) {
      const writing = (await database()).transaction("given", "readwrite");
      const key = await writing.store.add(given);
      await writing.store.delete(IDBKeyRange.upperBound(key - GIVEN_MAX));
      await writing.done;
    },
    given: async () => (await database()).getAll("given"),
    settings: async () => (await (await database()).get("settings", SETTINGS)) ?? USUAL,
    async set(settings) {
      await (await database()).put("settings", settings, SETTINGS);
    },
  };
}

async function connect(name: string, forget: () => void): Promise<IDBPDatabase<Schema>> {
  // Fetched when first needed, as the store does.
  const { openDB } = await import("idb");
  return openDB<Schema>(name, 1, {
    upgrade(database) {
      database.createObjectStore("planted", { keyPath: "id" });
      database.createObjectStore("outcomes", { autoIncrement: true });
      database.createObjectStore("given", { autoIncrement: true });
      database.createObjectStore("uses");
      database.createObjectStore("settings");
    },
    // Another tab has a newer version of this page: it must not wait for us.
    blocking: (_before, _blocked, event) => (event.target as IDBDatabase).close(),
    terminated: forget,
  });
}
