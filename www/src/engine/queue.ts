/** The review queue: escalations in this browser's IndexedDB, or in the store that is served beside this page. */

import { type Call, createEscalations, EscalationError, type Policy, undoMsOf } from "countersign";
import { httpStore } from "countersign/stores/http";
import { indexedDbStore } from "countersign/stores/indexeddb";
import type { Place } from "../place.ts";
import type { Answer, Damaged, Opened, QueueCursor, Queued, QueuePage, Shown } from "./api.ts";

const PAGE_LENGTH = 50;

export interface Queue {
  open(policy: Policy, call: Call): Promise<Opened>;
  read(id: string): Promise<Shown>;
  review(id: string, answer: Answer): Promise<Shown>;
  undo(id: string): Promise<Shown>;
  page(cursor: QueueCursor | null): Promise<QueuePage>;
}

export function createQueue(place: Place): Queue {
  const store =
    place.kind === "api"
      ? httpStore({ url: place.url, headers: { authorization: `Bearer ${place.secret}` } })
      : indexedDbStore();
  const escalations = createEscalations({ store });
  const by = place.kind === "api" && place.as !== null ? { by: place.as } : {};
  // Tells this page and other tabs that the queue changed. Only a hint: they read the store again.
  const changes = new BroadcastChannel("countersign-queue");
  // Guards write to a served store too; to the one of this browser only its tabs do.
  if (place.kind === "api") store.watch(() => changes.postMessage("changed"));

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

  async function read(id: string): Promise<Queued> {
    const escalation = await escalations.read(id);
    if (escalation === null) throw new EscalationError("not-found", "there is no such escalation here");
    return escalation;
  }

  return {
    async open(policy, call) {
      const { id } = await escalations.open(policy, call);
      changes.postMessage("changed");
      return { ok: true, id };
    },

    async read(id) {
      return { ok: true, escalation: await read(id) };
    },

    async review(id, { verdict, note, digest, confirmed, shownMs }) {
      const { decision } = await read(id);
      const escalation = await escalations.review(id, {
        verdict,
        digest,
        confirmed,
        shownMs,
        undoMs: verdict === "approve" ? undoMsOf(decision.risk) : 0,
        ...by,
        ...(note !== "" && { note }),
      });
      changes.postMessage("changed");
      return { ok: true, escalation };
    },

    async undo(id) {
      const escalation = await escalations.revoke(id, by);
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
