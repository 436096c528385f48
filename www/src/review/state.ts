/**
 * The review queue as the page shows it.
 *
 * The list never moves by itself: what arrives is counted and shown when asked for; what was answered elsewhere changes in its place.
 */

import { computed, effect, signal, untracked } from "@preact/signals";
import type { Failure } from "../engine/api.ts";
import { ask, engine } from "../engine/client.ts";
import type { Answer, Filters, ListPart, Recorded, Shown } from "../engine/review/api.ts";
import { SPACE } from "../place.ts";
import { policyStatus } from "../policy/state.ts";
import { route } from "../route.ts";
import { followWorking, noteAnswer } from "./working-time.ts";

/** What is listed until somebody asks for something else: what waits. */
export const START: Filters = { status: "pending", risk: "any", tool: "", agent: "", text: "", sort: "expiry" };

export const filters = signal<Filters>(START);

/** `null` until the queue was read. */
export const listed = signal<ListPart | null>(null);

/** Whether check cards come among the calls; `null` until that was read. */
export const hasChecks = signal<boolean | null>(null);

/** How many calls were read so far, while the queue is read for the first time. */
export const readSoFar = signal(0);

/** What went wrong with the queue. */
export const trouble = signal<string | null>(null);

/** The escalation that the address names: `null` if none, or if it could not be read; see `shownTrouble`. */
export const shown = signal<Shown | null>(null);
export const shownTrouble = signal<string | null>(null);

/** What became of the check card that was answered last. */
export const checked = signal<(Extract<Recorded, { readonly check: unknown }> & { readonly id: string }) | null>(null);

/** Why the last answer was not recorded, and for which escalation. */
export const refused = signal<{ readonly id: string; readonly message: string } | null>(null);

/** The escalation whose call was changed by somebody else while it was open. */
export const supersededId = signal<string | null>(null);

/** What was answered, or undone, in this page. */
export const answeredHere = signal<ReadonlySet<string>>(new Set());

const view = computed(() => route.value.view);
const isBatch = computed(
  () => view.value === "review" && route.value.rest[0] === "batch" && route.value.rest.length > 1,
);

/** The batch that the address names. */
export const chosenBatch = computed(() => (isBatch.value ? (route.value.rest[1] ?? null) : null));

/** The escalation that the address names. */
export const chosen = computed(() =>
  view.value === "review" && !isBatch.value ? (route.value.rest[0] ?? null) : null,
);

/** A call is claimed for its reader after it was open so long. */
const CLAIM_AFTER_MS = 2_000;
const CLAIM_AGAIN_MS = 4 * 60_000;
/** Changes within this time are read at once. */
const REFRESH_MS = 80;

/** Makes the list anew, from its beginning. */
export async function readQueue(): Promise<void> {
  const isFirst = listed.value === null;
  const timer = isFirst ? setInterval(tellProgress, 300) : 0;
  const [part] = await Promise.all([
    ask((api) => api.listCalls(filters.value), true).catch(() => null),
    // What stands above the list is there before it, so that it moves nothing.
    readChecks(),
  ]);
  clearInterval(timer);
  take(part);
}

async function readChecks(): Promise<void> {
  hasChecks.value = await ask((api) => api.hasChecks()).catch(() => hasChecks.value);
}

async function tellProgress(): Promise<void> {
  readSoFar.value = await ask((api) => api.readSoFar(), true).catch(() => readSoFar.value);
}

export async function changeFilters(change: Partial<Filters>): Promise<void> {
  filters.value = { ...filters.value, ...change };
  await readQueue();
}

/** Shows the part of the list that begins at `from`. */
export async function turnTo(from: number): Promise<void> {
  take(await ask((api) => api.listPart(from)).catch(() => null));
}

function take(part: ListPart | Failure | null): void {
  if (part === null) return;
  trouble.value = part.ok ? null : part.message;
  if (part.ok) listed.value = part;
}

/** Takes back the approval of the escalation `id`, or says in `refused` why that was not possible. */
export function undo(id: string): Promise<void> {
  return change(
    id,
    () => ask((api) => api.undo(id)),
    (why) => `The approval was not undone: ${why}`,
  );
}

/** Asks the agent of the escalation `id`. */
export function askAgent(id: string, text: string): Promise<void> {
  return change(
    id,
    () => ask((api) => api.askAgent(id, text)),
    (why) => `The question was not recorded: ${why}`,
  );
}

/** Changes the arguments of the escalation `id`. */
export function edit(id: string, args: Readonly<Record<string, unknown>>, note: string): Promise<void> {
  return change(
    id,
    () => ask((api) => api.edit(id, args, note)),
    (why) => `The call was not changed: ${why}`,
  );
}

/** Records the answer to the call with `answer.digest`, or says in `refused` why it was not recorded. */
export async function review(id: string, answer: Answer): Promise<void> {
  const record = () => ask((api) => api.review(id, answer));
  await change(id, record, (why) => `Your answer was not recorded: ${why}`);
  if (refused.value === null) noteAnswer();
}

async function change(
  id: string,
  work: () => Promise<Recorded | Failure>,
  refusal: (why: string) => string,
): Promise<void> {
  refused.value = null;
  const result = await work().catch(() => null);
  if (result?.ok) {
    answeredHere.value = new Set([...answeredHere.value, id]);
    took(id, result);
    return;
  }
  refused.value = { id, message: messageOf(result, refusal) };
  await readShown(id);
}

function messageOf(failure: Failure | null, refusal: (why: string) => string): string {
  if (failure === null) return "The engine stopped. Read the queue again to see whether your answer was recorded.";
  if (failure.code === "already-closed") return "This call was already answered; your answer does not count.";
  return refusal(failure.message);
}

function took(id: string, result: Recorded): void {
  if ("check" in result) {
    if (chosen.value === id) {
      shown.value = null;
      checked.value = { ...result, id };
    }
    return;
  }
  supersededId.value = null;
  put(result, true);
}

/** Tells others that somebody looks at the escalation `id`, once it was open for a moment, as long as it is. */
export function claimSoon(id: string): () => void {
  const claim = async () => {
    if (document.visibilityState !== "visible") return;
    const result = await ask((api) => api.claim(id)).catch(() => null);
    if (result?.ok && chosen.value === id) put(result);
  };
  const first = setTimeout(claim, CLAIM_AFTER_MS);
  const again = setInterval(claim, CLAIM_AGAIN_MS);
  return () => {
    clearTimeout(first);
    clearInterval(again);
  };
}

/** Reads the shown escalation again. */
export async function readAgain(id: string): Promise<void> {
  if (chosen.value === id) await readShown(id);
}

/** Calls `changed` whenever the queue may have changed; answers how to stop. What the hint says is never looked at. */
export function onChange(changed: () => void): () => void {
  const changes = new BroadcastChannel(`${SPACE}-queue`);
  const onVisible = () => {
    if (document.visibilityState === "visible") changed();
  };
  changes.addEventListener("message", changed);
  document.addEventListener("visibilitychange", onVisible);
  return () => {
    changes.close();
    document.removeEventListener("visibilitychange", onVisible);
  };
}

/** Follows the store, the address and the engine. */
export function followQueue(): void {
  followWorking(() => view.value === "review");
  let timer: ReturnType<typeof setTimeout> | undefined;
  onChange(() => {
    if (timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      void refresh();
    }, REFRESH_MS);
  });
  effect(() => {
    if (engine.value.state === "ready" && view.value === "review") untracked(readQueue);
  });
  effect(() => {
    const id = chosen.value;
    refused.value = null;
    checked.value = null;
    supersededId.value = null;
    if (engine.value.state === "ready") untracked(() => readShown(id));
  });
  effect(() => {
    // A card says where in the policy its rule stands, once that policy is in force.
    if (policyStatus.value.state === "in-force") untracked(() => readShown(chosen.value));
  });
}

/** Counts what is new and updates what is shown, moving nothing. */
async function refresh(): Promise<void> {
  if (engine.value.state !== "ready" || view.value !== "review") return;
  if (listed.value === null) {
    // It could not be read before.
    if (trouble.value !== null) await readQueue();
    return;
  }
  const { from } = listed.value;
  const part = await ask((api) => api.listPart(from)).catch(() => null);
  // Somebody has turned the page meanwhile.
  if (part === null || !part.ok || listed.value?.from !== from) return;
  // Where nothing is listed nothing can move.
  if (part.total === 0 && part.arrived > 0) await readQueue();
  else take(part);
  if (chosen.value !== null) await readShown(chosen.value);
}

async function readShown(id: string | null): Promise<void> {
  if (id === null) {
    shown.value = null;
    shownTrouble.value = null;
    return;
  }
  if (shown.value?.escalation.id !== id) shown.value = null;
  const found = await ask((api) => api.readEscalation(id)).catch(() => null);
  // A check card is gone once it was answered.
  if (found === null || chosen.value !== id || checked.value?.id === id) return;
  shownTrouble.value = found.ok ? null : found.message;
  if (found.ok) put(found);
  else shown.value = null;
}

/** Puts what the store has now in the place of what was shown. */
function put(found: Shown, isOwn = false): void {
  const { id, digest } = found.escalation;
  if (chosen.value !== id) return;
  const before = shown.value;
  const isOther = before !== null && before.escalation.id === id && before.escalation.digest !== digest;
  if (isOther && !isOwn) supersededId.value = id;
  shown.value = found;
}
