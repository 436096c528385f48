/** Held calls: in this browser's IndexedDB, or in the store that is served beside this page. Check cards stand among them. */

import { type Call, type Checkpoint, createEscalations, NO_GUARD, type Policy, type Store } from "countersign/review";
import type { Place } from "../../place.ts";
import type { Attention } from "../attention/api.ts";
import type { Opened } from "../simulate/api.ts";
import { answerCall, askAgent, editCall } from "./answering.ts";
import type {
  Answer,
  Filters,
  ListPart,
  MemberAnswer,
  MemberResults,
  Pause,
  Paused,
  Recorded,
  Shown,
  ShownBatch,
} from "./api.ts";
import { type Cards, createCards, lineOf } from "./cards.ts";
import { createCheckCards } from "./check-cards.ts";
import { claimCall, type Desk, readCall, shownOf } from "./desk.ts";
import { createListing, nameOf } from "./listing.ts";
import { createShelf } from "./shelf.ts";

/** Makes attention for the calls of a store, which makes its cards as those of real calls are made. */
export type AttentionOf = (present: Cards["card"]) => Attention;

export interface Queue {
  open(policy: Policy, call: Call): Promise<Opened>;
  list(filters: Filters): Promise<ListPart>;
  part(from: number): Promise<ListPart>;
  readSoFar(): number;
  /** `policy` is the one in force, if there is one. */
  read(id: string, policy: Policy | null): Promise<Shown>;
  review(id: string, answer: Answer, policy: Policy | null): Promise<Recorded>;
  undo(id: string, policy: Policy | null): Promise<Shown>;
  claim(id: string, policy: Policy | null): Promise<Shown>;
  ask(id: string, text: string, policy: Policy | null): Promise<Shown>;
  edit(id: string, args: Readonly<Record<string, unknown>>, note: string, policy: Policy): Promise<Recorded>;
  batch(key: string): Promise<ShownBatch>;
  summary(ids: readonly string[]): ReturnType<Cards["summary"]>;
  reviewBatch(answers: readonly MemberAnswer[]): Promise<MemberResults>;
  paused(withAgents: boolean): Promise<Paused>;
  pause(pause: Pause): Promise<Paused>;
  /** What the history is now; `null` while it is empty. */
  checkpoint(): Promise<Checkpoint | null>;
}

/** The queue of `store` at `place`, in which check cards wait among the calls; `attentionOf` makes what plants them. */
export function createQueue(place: Place, store: Store, attentionOf: AttentionOf): Queue {
  const desk = createDesk(place, store, attentionOf);
  const { escalations, shelf, checks, cards, changed } = desk;
  const batches = () => cards.known().map(lineOf);
  const listing = createListing({
    shelf,
    extra: checks.pending,
    answered: checks.answered,
    isOfSitting: (id) => desk.sitting.has(id),
    isOwn: ({ id, claim }) => claim !== null && claim.untilMs === desk.claims.get(id),
    headline: cards.headline,
    batches,
  });

  async function part(from: number, make: (() => void) | null): Promise<ListPart> {
    await Promise.all([shelf.sync(), checks.sync()]);
    make?.();
    return listing.part(from);
  }

  async function paused(withAgents: boolean): Promise<Paused> {
    if (withAgents) await shelf.sync();
    const names = [...shelf.records().values()].map(({ call }) => nameOf(call.agent)).filter((name) => name !== null);
    return { ok: true, paused: await escalations.paused(), agents: [...new Set(names)].sort() };
  }

  return {
    async open(policy, call) {
      const { id } = await (await import("./opening.ts")).openIn(store, policy, call);
      changed();
      return { ok: true, id };
    },
    list: (filters) => part(0, () => listing.make(filters)),
    part: (from) => part(from, null),
    readSoFar: shelf.size,
    read: (id, policy) => readCall(desk, id, policy),
    review: (id, answer, policy) => answerCall(desk, id, answer, policy),
    async undo(id, policy) {
      const record = await escalations.revoke(id, desk.by);
      changed();
      return shownOf(desk, record, policy);
    },
    claim: (id, policy) => claimCall(desk, id, policy),
    ask: (id, text, policy) => askAgent(desk, id, text, policy),
    edit: (id, args, note, policy) => editCall(desk, id, args, note, policy),
    async batch(key) {
      const [{ readBatch }] = await Promise.all([import("./batches.ts"), shelf.sync(), checks.sync()]);
      return readBatch(desk, key);
    },
    summary: async (ids) => (await import("./batches.ts")).summaryOf(desk, ids),
    reviewBatch: async (answers) => (await import("./batches.ts")).answerBatch(desk, answers),
    paused,
    async pause({ agent, paused: isPaused, note }) {
      const whose = agent === null ? {} : { agent };
      await escalations.pause({ paused: isPaused, ...whose, ...desk.by, ...(note !== "" && { note }) });
      changed();
      return paused(false);
    },
    checkpoint: escalations.checkpoint,
  };
}

function createDesk(place: Place, store: Store, attentionOf: AttentionOf): Desk {
  const escalations = createEscalations({ store });
  // Tells this page and other tabs that the queue changed. Only a hint: they read the store again.
  const changes = new BroadcastChannel(channelOf(place));
  const changed = () => changes.postMessage("changed");
  // Guards write to a served store, and in this browser other pages may have one.
  store.watch(changed);
  const shelf = createShelf(store, escalations, changed);
  const cards = createCards(shelf, changed, () => checks.pending());
  const attention = attentionOf(cards.card);
  const checks = createCheckCards(attention, () => shelf.guard() ?? NO_GUARD);
  return {
    store,
    escalations,
    shelf,
    checks,
    cards,
    attention,
    by: place.kind === "api" && place.as !== null ? { by: place.as } : {},
    isServed: place.kind === "api",
    claims: new Map(),
    sitting: new Set(),
    changed,
  };
}

/** The name of the channel that tells of changes of the queue at `place`. */
export function channelOf(place: Place): string {
  return place.kind === "api" ? "countersign-queue" : `${place.space}-queue`;
}
