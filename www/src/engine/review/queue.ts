/** The review queue: escalations in this browser's IndexedDB, or in the store that is served beside this page. */

import {
  type Call,
  createEscalations,
  EscalationError,
  type EscalationRecord,
  type Escalations,
  NO_GUARD,
  type Policy,
  type Store,
  undoMsOf,
} from "countersign";
import { httpStore } from "countersign/stores/http";
import { indexedDbStore } from "countersign/stores/indexeddb";
import type { Place } from "../../place.ts";
import type { Opened } from "../simulate/api.ts";
import type { Answer, Damaged, QueueCursor, Queued, QueuePage, Shown } from "./api.ts";
import { noticingFetch, type OnServer } from "./server.ts";
import { waitsOf } from "./waits.ts";

const PAGE_LENGTH = 50;

export interface Queue {
  open(policy: Policy, call: Call): Promise<Opened>;
  read(id: string): Promise<Shown>;
  review(id: string, answer: Answer): Promise<Shown>;
  undo(id: string): Promise<Shown>;
  page(cursor: QueueCursor | null): Promise<QueuePage>;
}

/** The queue at `place`; `onServer` hears whenever the server there fails to answer, and when it answers again. */
export function createQueue(place: Place, onServer: OnServer): Queue {
  const store = storeAt(place, onServer);
  const escalations = createEscalations({ store });
  const by = place.kind === "api" && place.as !== null ? { by: place.as } : {};
  // Tells this page and other tabs that the queue changed. Only a hint: they read the store again.
  const changes = new BroadcastChannel(channelOf(place));
  const changed = () => changes.postMessage("changed");
  // Guards write to a served store too; to the one of this browser only its tabs do.
  if (place.kind === "api") store.watch(changed);

  async function done(work: Promise<EscalationRecord>): Promise<Shown> {
    const escalation = await work;
    changed();
    return shownOf(escalations, escalation);
  }

  return {
    async open(policy, call) {
      const { id } = await escalations.open(policy, call);
      changed();
      return { ok: true, id };
    },
    read: async (id) => shownOf(escalations, await recordOf(escalations, id)),
    review: (id, answer) => done(answered(escalations, id, answer, by)),
    undo: (id) => done(escalations.revoke(id, by)),
    page: (cursor) => pageOf(escalations, cursor),
  };
}

/** The name of the channel that tells of changes of the queue at `place`. */
export function channelOf(place: Place): string {
  return place.kind === "api" ? "countersign-queue" : `${place.space}-queue`;
}

function storeAt(place: Place, onServer: OnServer): Store {
  if (place.kind !== "api") return indexedDbStore({ name: place.space });
  const headers = { authorization: `Bearer ${place.secret}` };
  return httpStore({ url: place.url, headers, fetch: noticingFetch(onServer) });
}

async function shownOf(escalations: Escalations, escalation: EscalationRecord): Promise<Shown> {
  // What was recorded is recorded, whether the rest can be asked or not.
  const waits = await waitsOf(escalations, escalation).catch(() => null);
  return { ok: true, escalation, waits, isGuarded: escalation.guard !== NO_GUARD };
}

async function recordOf(escalations: Escalations, id: string): Promise<Queued> {
  const escalation = await escalations.read(id);
  if (escalation === null) throw new EscalationError("not-found", "there is no such escalation here");
  return escalation;
}

async function answered(
  escalations: Escalations,
  id: string,
  { verdict, note, digest, confirmed, shownMs }: Answer,
  by: { readonly by?: string },
): Promise<EscalationRecord> {
  const { decision } = await recordOf(escalations, id);
  return escalations.review(id, {
    verdict,
    digest,
    confirmed,
    shownMs,
    undoMs: verdict === "approve" ? undoMsOf(decision.risk) : 0,
    ...by,
    ...(note !== "" && { note }),
  });
}

async function pageOf(escalations: Escalations, cursor: QueueCursor | null): Promise<QueuePage> {
  const items: Queued[] = [];
  const damaged = new Map<string, Damaged>();
  let next: QueueCursor | null = cursor ?? { part: "pending", after: null };
  while (next !== null && items.length < PAGE_LENGTH) {
    const found = await partOf(escalations, next);
    items.push(...found.items);
    for (const each of found.damaged) damaged.set(each.id, each);
    next = found.next;
  }
  return { ok: true, items, damaged: [...damaged.values()], next };
}

/** The part of the queue that begins at a cursor; it may hold nothing of that part. */
async function partOf(escalations: Escalations, { part, after }: QueueCursor): Promise<Omit<QueuePage, "ok">> {
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
