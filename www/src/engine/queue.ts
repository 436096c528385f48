/** The review queue: escalations kept in this browser's IndexedDB. */

import { type Call, createEscalations, EscalationError, type Policy } from "countersign";
import { indexedDbStore } from "countersign/stores/indexeddb";
import type { Answer, Damaged, Opened, QueueCursor, Queued, QueuePage, Shown } from "./api.ts";

const PAGE_LENGTH = 50;

export interface Queue {
  open(policy: Policy, call: Call): Promise<Opened>;
  read(id: string): Promise<Shown>;
  review(id: string, answer: Answer): Promise<Shown>;
  page(cursor: QueueCursor | null): Promise<QueuePage>;
}

export function createQueue(): Queue {
  const escalations = createEscalations({ store: indexedDbStore() });
  // Tells this page and other tabs that the queue changed. Only a hint: they read the store again.
  const changes = new BroadcastChannel("countersign-queue");

  /** The part of the queue that begins at `cursor`; it may hold nothing of that part. */
  async function part({ part, after }: QueueCursor): Promise<Omit<QueuePage, "ok">> {
    const listed = await escalations.list({
      limit: PAGE_LENGTH,
      ...(part === "pending" && { status: part }),
      ...(after !== null && { after }),
    });
    // The closed ones are the rest of all.
    const items = listed.items.filter((item) => (item.status === "pending") === (part === "pending"));
    if (listed.next !== null) return { items, damaged: listed.damaged, next: { part, after: listed.next } };
    return { items, damaged: listed.damaged, next: part === "pending" ? { part: "closed", after: null } : null };
  }

  return {
    async open(policy, call) {
      const { id } = await escalations.open(policy, call);
      changes.postMessage("changed");
      return { ok: true, id };
    },

    async read(id) {
      const escalation = await escalations.read(id);
      if (escalation === null) throw new EscalationError("not-found", "this browser holds no such escalation");
      return { ok: true, escalation };
    },

    async review(id, { verdict, note, digest }) {
      const escalation = await escalations.review(id, { verdict, digest, ...(note !== "" && { note }) });
      changes.postMessage("changed");
      return { ok: true, escalation };
    },

    async page(cursor) {
      const items: Queued[] = [];
      const damaged = new Map<string, Damaged>();
      let next: QueueCursor | null = cursor ?? { part: "pending", after: null };
      while (next !== null && items.length < PAGE_LENGTH) {
        const found = await part(next);
        items.push(...found.items);
        for (const each of found.damaged) damaged.set(each.id, each);
        next = found.next;
      }
      return { ok: true, items, damaged: [...damaged.values()], next };
    },
  };
}
