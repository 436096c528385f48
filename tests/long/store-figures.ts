/** What a store does in a second, told by its contract alone, so that all stores can be measured alike. */

import { appendAfter, rowOf } from "countersign/stores/contract";
import type { Store } from "countersign/stores/memory";

export interface StoreFigures {
  /** Of one entry and one index row each, one after the other. */
  readonly appendsPerSecond: number;
  /** The first page of 50 of 2,000 pending escalations, in milliseconds. */
  readonly pageMs: number;
  /** The entries of one escalation, in milliseconds. */
  readonly readMs: number;
}

const APPENDS = 2_000;

/** Fills `store`, which must be empty, and measures it. */
export async function figuresOf(store: Store): Promise<StoreFigures> {
  let head = await store.head();
  const appendingMs = await perWork(APPENDS, async (n) => {
    const event = { type: "answer", text: "what somebody wrote about a call ".repeat(8) } as const;
    const append = appendAfter(head, [{ id: `id${n}`, event, atMs: n }], {
      index: [rowOf(`id${n}`, { openedAtMs: n })],
    });
    if (!(await store.append(append))) throw new Error("somebody else writes here");
    head = append.head;
  });
  const pageMs = await perWork(50, () => store.list({ filter: { status: "pending" }, limit: 50 }));
  const readMs = await perWork(500, (n) => store.read(`id${n * 3}`));
  return { appendsPerSecond: 1000 / appendingMs, pageMs, readMs };
}

/** How long `work` takes, in milliseconds; the mean of `times`. */
async function perWork(times: number, work: (n: number) => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  for (let n = 0; n < times; n += 1) await work(n);
  return (performance.now() - startMs) / times;
}
