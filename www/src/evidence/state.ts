/** What the evidence view shows: numbers, a part of the history, and long work on its way. */

import { effect, signal, untracked } from "@preact/signals";
import type { EventType } from "countersign";
import type { Failure } from "../engine/api.ts";
import type { AttentionReport, AttentionSettings } from "../engine/attention/api.ts";
import { ask, callback, engine } from "../engine/client.ts";
import type { Evidence, HistoryPart, OnProgress, Work } from "../engine/evidence/api.ts";
import { SPACE } from "../place.ts";
import { route } from "../route.ts";

/** How far some work is. */
export interface Progress {
  readonly done: number;
  readonly all: number;
}

export const ROWS = 50;

/** `null` until they were counted. */
export const evidence = signal<Evidence | null>(null);
export const evidenceTrouble = signal<string | null>(null);
export const attention = signal<AttentionReport | null>(null);
/** What is being done now, by kind. */
export const works = signal<Readonly<Partial<Record<Work, Progress>>>>({});

export interface Search {
  readonly text: string;
  readonly type: EventType | null;
}

export const search = signal<Search>({ text: "", type: null });
/** `null` until something was found or not. */
export const found = signal<HistoryPart | null>(null);
export const searchTrouble = signal<string | null>(null);

/** Does long `work` and shows how far it is; `null` if the engine is gone. */
export async function working<T>(
  work: Work,
  question: (onProgress: OnProgress) => Promise<T | Failure>,
): Promise<T | Failure | null> {
  const mine: Progress = { done: 0, all: 0 };
  let now = mine;
  works.value = { ...works.value, [work]: mine };
  const onProgress = callback((done: number, all: number) => {
    if (works.value[work] !== now) return;
    now = { done, all };
    works.value = { ...works.value, [work]: now };
  });
  const answer = await question(onProgress).catch(() => null);
  if (works.value[work] === now) {
    const { [work]: _over, ...rest } = works.value;
    works.value = rest;
  }
  return answer;
}

export async function stop(work: Work): Promise<void> {
  await ask((api) => api.stopWork(work)).catch(() => undefined);
}

export function isFailure(answer: object): answer is Failure {
  return "ok" in answer && answer.ok === false;
}

/** Counts what is new in the history. */
export async function count(): Promise<void> {
  const answer = await working("evidence", (onProgress) => ask((api) => api.evidence(onProgress), true));
  attention.value = await ask((api) => api.attentionReport()).catch(() => attention.value);
  if (answer === null || (isFailure(answer) && answer.code === "stopped")) return;
  evidenceTrouble.value = isFailure(answer) ? answer.message : null;
  if (!isFailure(answer)) evidence.value = answer;
}

/** Looks for entries from the end of the history, or, with `more`, goes on where the last part ended. */
export async function look(more = false): Promise<void> {
  const before = more ? found.value : null;
  const asked = search.value;
  const query = { ...asked, before: before?.next ?? null, limit: ROWS };
  const answer = await working("search", (onProgress) => ask((api) => api.searchHistory(query, onProgress), true));
  if (answer === null || search.value !== asked) return;
  if (isFailure(answer)) {
    if (answer.code !== "stopped") searchTrouble.value = answer.message;
    return;
  }
  searchTrouble.value = null;
  found.value = { ...answer, rows: [...(before?.rows ?? []), ...answer.rows] };
}

export async function setAttention(settings: AttentionSettings): Promise<void> {
  await ask((api) => api.setAttention(settings)).catch(() => undefined);
  attention.value = await ask((api) => api.attentionReport()).catch(() => attention.value);
}

/** Counts again whenever the view is looked at, and when calls were answered meanwhile. */
export function followEvidence(): () => void {
  const changes = new BroadcastChannel(`${SPACE}-queue`);
  let timer = 0;
  changes.addEventListener("message", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(refresh, 1_000);
  });
  const end = effect(() => {
    if (engine.value.state === "ready" && route.value.view === "evidence") untracked(refresh);
  });
  return () => {
    end();
    changes.close();
    window.clearTimeout(timer);
  };
}

function refresh(): void {
  void count();
  // A list that somebody reads does not move by itself.
  if (found.value === null) void look();
}
