/**
 * What this page remembers of the history outside its store: the last end it saw, and what was exported.
 *
 * A browser may evict a store, and somebody may cut or replace it. Whoever does that can change this note as well: it
 * shows accidents; only a checkpoint kept elsewhere shows intent.
 */

import { effect, signal, untracked } from "@preact/signals";
import type { Checkpoint } from "countersign";
import { ask, engine } from "../engine/client.ts";
import { SPACE } from "../place.ts";

const KEY = `${SPACE}.checkpoint`;

export interface Remembered {
  /** The longest end that was seen. */
  readonly seen: Checkpoint | null;
  /** The last one that was downloaded or copied, and when, in Unix milliseconds. */
  readonly exported: { readonly checkpoint: Checkpoint; readonly atMs: number } | null;
}

export const remembered = signal<Remembered>(read());
/** What the history is now; `null` while it is empty, undefined until it was asked. */
export const checkpoint = signal<Checkpoint | null | undefined>(undefined);
/** The end that was seen before and is not there any more. */
export const lost = signal<Checkpoint | null>(null);

/** Compares the history with what was seen of it, now and whenever it changes. Call it once. */
export function watchStorage(): void {
  const changes = new BroadcastChannel(`${SPACE}-queue`);
  changes.addEventListener("message", () => void compare());
  effect(() => {
    if (engine.value.state === "ready") untracked(() => void compare());
  });
  window.addEventListener("storage", ({ key }) => {
    if (key === KEY) remembered.value = read();
  });
}

/** Compares the history with what was seen of it. */
export async function compare(): Promise<void> {
  if (engine.value.state !== "ready") return;
  const answer = await ask((api) => api.historyCheckpoint()).catch(() => null);
  if (answer === null || answer.ok === false) return;
  const now = answer.checkpoint;
  checkpoint.value = now;
  const { seen } = remembered.value;
  if (seen !== null && (now === null || now.origin !== seen.origin || now.size < seen.size)) {
    lost.value = seen;
    return;
  }
  lost.value = null;
  if (now !== null && now.size !== seen?.size) remember({ ...remembered.value, seen: now });
}

/** Keeps in mind that `kept` was downloaded or copied. */
export function rememberExport(kept: Checkpoint): void {
  remember({ ...remembered.value, exported: { checkpoint: kept, atMs: Date.now() } });
}

/** From now on, the history that is there is the one to remember. */
export function beginAnew(): void {
  remember({ seen: checkpoint.value ?? null, exported: null });
  lost.value = null;
}

function remember(next: Remembered): void {
  remembered.value = next;
  try {
    window.localStorage.setItem(KEY, JSON.stringify(next));
  } catch {
    // It cannot be kept, as in a private window: then nothing is missed later either.
  }
}

function read(): Remembered {
  try {
    const value: unknown = JSON.parse(window.localStorage.getItem(KEY) ?? "null");
    if (typeof value !== "object" || value === null) return { seen: null, exported: null };
    const { seen, exported } = value as { readonly seen?: unknown; readonly exported?: unknown };
    return { seen: isCheckpoint(seen) ? seen : null, exported: isExport(exported) ? exported : null };
  } catch {
    return { seen: null, exported: null };
  }
}

function isExport(value: unknown): value is NonNullable<Remembered["exported"]> {
  if (typeof value !== "object" || value === null) return false;
  const { checkpoint: kept, atMs } = value as { readonly checkpoint?: unknown; readonly atMs?: unknown };
  return typeof atMs === "number" && isCheckpoint(kept);
}

function isCheckpoint(value: unknown): value is Checkpoint {
  if (typeof value !== "object" || value === null) return false;
  const { origin, size, root, atMs } = value as Readonly<Record<string, unknown>>;
  return [origin, root].every((digest) => typeof digest === "string") && [size, atMs].every(Number.isSafeInteger);
}
