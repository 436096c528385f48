/**
 * The review queue as the page shows it.
 *
 * The list never moves by itself: what arrives is counted and shown when asked for; what was answered elsewhere changes in its place.
 */

import { computed, effect, signal, untracked } from "@preact/signals";
import type { Failure } from "../engine/api.ts";
import { ask, engine } from "../engine/client.ts";
import type { Answer, Damaged, QueueCursor, Queued, Shown } from "../engine/review/api.ts";
import { SPACE } from "../place.ts";
import { route } from "../route.ts";

export interface Listed {
  readonly items: readonly Queued[];
  readonly damaged: readonly Damaged[];
  readonly next: QueueCursor | null;
  /** Which were pending when they were read: of those the identical ones stand in one line, wherever they stand then. */
  readonly wasPending: ReadonlySet<string>;
}

/** `null` until the queue was read. */
export const listed = signal<Listed | null>(null);

/** How many pending ones arrived since the list was read. */
export const arrived = signal(0);

/** What went wrong with the queue. */
export const trouble = signal<string | null>(null);

/** The escalation that the address names: `null` if none, or if it could not be read; see `shownTrouble`. */
export const shown = signal<Shown | null>(null);
export const shownTrouble = signal<string | null>(null);

/** Why the last answer was not recorded, and for which escalation. */
export const refused = signal<{ readonly id: string; readonly message: string } | null>(null);

const view = computed(() => route.value.view);
/** The escalation that the address names. */
export const chosen = computed(() => (view.value === "review" ? (route.value.rest[0] ?? null) : null));

/** Reads the queue from its beginning. */
export async function readQueue(): Promise<void> {
  const page = await ask((api) => api.queuePage(null)).catch(() => null);
  if (page === null) return;
  trouble.value = page.ok ? null : page.message;
  if (!page.ok) return;
  listed.value = { ...page, wasPending: pendingOf(page.items) };
  arrived.value = 0;
}

/** Reads the next part of the queue and adds it below. */
export async function readMore(): Promise<void> {
  const before = listed.value;
  if (before?.next == null) return;
  const { next } = before;
  const page = await ask((api) => api.queuePage(next)).catch(() => null);
  if (page === null || listed.value !== before) return;
  trouble.value = page.ok ? null : page.message;
  if (!page.ok) return;
  const known = new Set(before.items.map(({ id }) => id));
  const items = [...before.items, ...page.items.filter(({ id }) => !known.has(id))];
  const wasPending = new Set([...before.wasPending, ...pendingOf(page.items)]);
  listed.value = { ...page, items, wasPending };
}

function pendingOf(items: readonly Queued[]): ReadonlySet<string> {
  return new Set(items.filter(({ status }) => status === "pending").map(({ id }) => id));
}

/** Takes back the approval of the escalation `id`, or says in `refused` why that was not possible. */
export async function undo(id: string): Promise<void> {
  refused.value = null;
  const result = await ask((api) => api.undo(id)).catch(() => null);
  if (result?.ok) {
    put(result);
    return;
  }
  const why = result === null ? "the engine stopped" : result.message;
  refused.value = { id, message: `The approval was not undone: ${why}` };
  await readShown(id);
}

/** Reads the shown escalation again. */
export async function readAgain(id: string): Promise<void> {
  if (chosen.value === id) await readShown(id);
}

/** Records the answer to the call with `answer.digest`, or says in `refused` why it was not recorded. */
export async function review(id: string, answer: Answer): Promise<void> {
  refused.value = null;
  const result = await ask((api) => api.review(id, answer)).catch(() => null);
  if (result?.ok) {
    put(result);
    return;
  }
  refused.value = { id, message: refusal(result) };
  await readShown(id);
}

function refusal(failure: Failure | null): string {
  if (failure === null) return "The engine stopped. Read the queue again to see whether your answer was recorded.";
  if (failure.code === "already-closed") return "This call was already answered; your answer does not count.";
  return `Your answer was not recorded: ${failure.message}`;
}

/** Follows the store, the address and the engine. */
export function followQueue(): void {
  const changes = new BroadcastChannel(`${SPACE}-queue`);
  changes.addEventListener("message", refresh);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") refresh();
  });
  effect(() => {
    if (engine.value.state === "ready" && view.value === "review") untracked(readQueue);
  });
  effect(() => {
    const id = chosen.value;
    refused.value = null;
    if (engine.value.state === "ready") untracked(() => readShown(id));
  });
}

/** Counts what is new and updates what is shown, moving nothing. */
async function refresh(): Promise<void> {
  if (engine.value.state !== "ready") return;
  if (listed.value === null) {
    // It could not be read before.
    if (trouble.value !== null) await readQueue();
    return;
  }
  const page = await ask((api) => api.queuePage(null)).catch(() => null);
  const before = listed.value;
  if (page === null || !page.ok || before === null) return;
  trouble.value = null;
  const now = new Map(page.items.map((item) => [item.id, item]));
  const known = new Set(before.items.map(({ id }) => id));
  listed.value = { ...before, items: before.items.map((item) => now.get(item.id) ?? item) };
  arrived.value = page.items.filter((item) => item.status === "pending" && !known.has(item.id)).length;
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
  if (found === null || chosen.value !== id) return;
  shownTrouble.value = found.ok ? null : found.message;
  if (found.ok) put(found);
  else shown.value = null;
}

/** Puts what the store has now in the place of what was shown. */
function put(found: Shown): void {
  const { escalation } = found;
  if (chosen.value === escalation.id) shown.value = found;
  const before = listed.value;
  if (before === null) return;
  listed.value = { ...before, items: before.items.map((item) => (item.id === escalation.id ? escalation : item)) };
}
