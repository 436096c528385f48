/** What attention keeps, and where: databases of its own, which know nothing of escalations. */

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
  /** Adds outcomes of check cards, and answers, that were given elsewhere, each in the order of time. */
  remember(outcomes: readonly CheckOutcome[], given: readonly Given[]): Promise<void>;
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

/** What belongs to a store that nobody opened for so long is removed. */
const ABSENT_MS_MAX = 30 * 24 * 3_600_000;

interface Schema extends DBSchema {
  planted: { key: string; value: Planted };
  outcomes: { key: number; value: CheckOutcome };
  given: { key: number; value: Given };
  /** By template, when it was used last. */
  uses: { key: string; value: number };
  /** Of the reviewers in this browser, whichever store they review. */
  settings: { key: string; value: AttentionSettings };
  /** When each served store was opened last, in Unix milliseconds, by the name of its database. */
  opened: { key: string; value: number };
}

const SETTINGS = "settings";

type Database = IDBPDatabase<Schema>;

/** Which history the calls are in, by the hash of its first entry; `null` while it is empty. */
export type HistoryOf = () => Promise<string | null>;

/**
 * What attention keeps in the browser's database `${space}-attention`.
 *
 * Several stores can be served at one address. With `history`, all but the settings stands in a database of that history; while
 * that is empty there is nothing to keep.
 */
export function keptIn(space: string, history: HistoryOf | null, nowMs: () => number = Date.now): Kept {
  const common = opened(`${space}-attention`);
  const served = new Map<string, () => Promise<Database>>();
  const database = async (): Promise<Database | null> => {
    const origin = history === null ? null : await history();
    if (origin === null) return history === null ? common() : null;
    const name = `${space}-attention ${origin}`;
    const before = served.get(name);
    if (before !== undefined) return before();
    const open = opened(name);
    served.set(name, open);
    await forgetAbsent(await common(), name, nowMs());
    return open();
  };
  return { ...planting(database), ...remembering(database), ...settingsIn(common) };
}

function planting(database: () => Promise<Database | null>): Pick<Kept, "planted" | "plant" | "end"> {
  return {
    planted: async () => (await database())?.getAll("planted") ?? [],
    async plant(planted) {
      const writing = (await database())?.transaction(["planted", "uses"], "readwrite");
      if (writing === undefined) return false;
      const isFree = (await writing.objectStore("planted").count()) === 0;
      if (isFree) {
        await writing.objectStore("planted").add(planted);
        await writing.objectStore("uses").put(planted.openedAtMs, planted.template);
      }
      await writing.done;
      return isFree;
    },
    async end(id, outcome) {
      const writing = (await database())?.transaction(["planted", "outcomes"], "readwrite");
      if (writing === undefined) return false;
      const isThere = (await writing.objectStore("planted").getKey(id)) !== undefined;
      if (isThere) {
        await writing.objectStore("planted").delete(id);
        if (outcome !== null) await writing.objectStore("outcomes").add(outcome);
      }
      await writing.done;
      return isThere;
    },
  };
}

function remembering(
  database: () => Promise<Database | null>,
): Pick<Kept, "outcomes" | "remember" | "uses" | "give" | "given"> {
  return {
    outcomes: async () => (await database())?.getAll("outcomes") ?? [],
    async remember(outcomes, given) {
      const writing = (await database())?.transaction(["outcomes", "given"], "readwrite");
      if (writing === undefined) return;
      for (const outcome of outcomes) await writing.objectStore("outcomes").add(outcome);
      for (const each of given.slice(-GIVEN_MAX)) await writing.objectStore("given").add(each);
      await writing.done;
    },
    async uses() {
      const reading = (await database())?.transaction("uses");
      if (reading === undefined) return {};
      const [templates, times] = await Promise.all([reading.store.getAllKeys(), reading.store.getAll()]);
      return Object.fromEntries(templates.map((template, at) => [template, times[at] ?? 0]));
    },
    async give(given) {
      const writing = (await database())?.transaction("given", "readwrite");
      if (writing === undefined) return;
      const key = await writing.store.add(given);
      await writing.store.delete(IDBKeyRange.upperBound(key - GIVEN_MAX));
      await writing.done;
    },
    given: async () => (await database())?.getAll("given") ?? [],
  };
}

function settingsIn(common: () => Promise<Database>): Pick<Kept, "settings" | "set"> {
  return {
    settings: async () => (await (await common()).get("settings", SETTINGS)) ?? USUAL,
    async set(settings) {
      await (await common()).put("settings", settings, SETTINGS);
    },
  };
}

/** Notes that `name` is opened, and removes what belongs to stores that nobody opened for long. */
async function forgetAbsent(common: Database, name: string, nowMs: number): Promise<void> {
  const writing = common.transaction("opened", "readwrite");
  await writing.store.put(nowMs, name);
  const [names, times] = await Promise.all([writing.store.getAllKeys(), writing.store.getAll()]);
  const absent = names.filter((_, at) => nowMs - (times[at] ?? 0) > ABSENT_MS_MAX);
  for (const each of absent) await writing.store.delete(each);
  await writing.done;
  const { deleteDB } = await import("idb");
  // A page that still has one of them lets it go. Nobody waits for that.
  for (const each of absent) void deleteDB(each).catch(() => undefined);
}

/** Opens the database `name` when it is first asked for, and anew if it was closed. */
function opened(name: string): () => Promise<Database> {
  let opening: Promise<Database> | null = null;
  const forget = () => {
    opening = null;
  };
  return () => {
    opening ??= connect(name, forget);
    opening.catch(forget);
    return opening;
  };
}

async function connect(name: string, forget: () => void): Promise<Database> {
  // Fetched when first needed, as the store does.
  const { openDB } = await import("idb");
  return openDB<Schema>(name, 2, {
    upgrade(database, before) {
      if (before < 1) {
        database.createObjectStore("planted", { keyPath: "id" });
        database.createObjectStore("outcomes", { autoIncrement: true });
        database.createObjectStore("given", { autoIncrement: true });
        database.createObjectStore("uses");
        database.createObjectStore("settings");
      }
      database.createObjectStore("opened");
    },
    // Another tab has a newer version of this page, or removes it: it must not wait for us.
    blocking(_before, _blocked, event) {
      forget();
      (event.target as IDBDatabase).close();
    },
    terminated: forget,
  });
}
