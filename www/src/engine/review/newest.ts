/** The newest of many records, kept as they come: nobody looks through all of them for it. */

import type { EscalationRecord } from "countersign";

export interface Newest {
  put(record: EscalationRecord): void;
  remove(id: string): void;
  clear(): void;
  /** The newest first. */
  all(): readonly EscalationRecord[];
}

/** Keeps the `max` newest records for which `isMeant` holds. */
export function createNewest(max: number, isMeant: (record: EscalationRecord) => boolean): Newest {
  let kept: readonly EscalationRecord[] = [];
  const remove = (id: string) => {
    if (kept.some((each) => each.id === id)) kept = kept.filter((each) => each.id !== id);
  };
  return {
    put(record) {
      remove(record.id);
      const last = kept.length < max ? undefined : kept.at(-1);
      if (!isMeant(record) || (last !== undefined && last.openedAtMs >= record.openedAtMs)) return;
      kept = [...kept, record].sort((a, b) => b.openedAtMs - a.openedAtMs).slice(0, max);
    },
    remove,
    clear() {
      kept = [];
    },
    all: () => kept,
  };
}
