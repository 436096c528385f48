/** Looks through a history from its end. */

import type { Entry, Event } from "countersign";
import type { HistoryPart, HistoryQuery, HistoryRow, OnProgress } from "./api.ts";
import type { ReadStore } from "./store.ts";

const PART = 500;
/** Characters of what others wrote that a row shows. */
const SAYS_MAX = 300;

/** The entries that `query` asks for, the newest first. Throws the reason of `signal` if that aborts. */
export async function search(
  store: ReadStore,
  query: HistoryQuery,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<HistoryPart> {
  const { size } = await store.head();
  const end = Math.min(query.before ?? size, size);
  const wanted = query.text.trim().toLowerCase();
  const rows: HistoryRow[] = [];
  let at = end;
  while (at > 0 && rows.length < query.limit) {
    signal.throwIfAborted();
    // Without anything to look for, no more is read than is shown.
    const count = wanted === "" && query.type === null ? query.limit : PART;
    const from = Math.max(0, at - count);
    const part = await store.history({ from, limit: at - from });
    if (part.length === 0) break;
    for (const entry of [...part].reverse()) {
      if (rows.length >= query.limit) break;
      at = entry.seq;
      if (isWanted(entry, query, wanted)) rows.push(rowOf(entry));
    }
    onProgress(end - at, end);
  }
  return { ok: true, rows, next: at > 0 ? at : null, all: size };
}

function isWanted({ id, event }: Entry, { type }: HistoryQuery, wanted: string): boolean {
  if (type !== null && event.type !== type) return false;
  if (wanted === "") return true;
  return (
    id?.toLowerCase().includes(wanted) === true || textsIn(event).some((text) => text.toLowerCase().includes(wanted))
  );
}

/** Every text in `value`, keys among them. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number" || typeof value === "boolean") return [String(value)];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...textsIn(each)]);
}

export function rowOf({ seq, atMs, id, event }: Entry): HistoryRow {
  const { type } = event;
  const tool = "call" in event ? event.call.tool : null;
  const by = "by" in event ? event.by : null;
  return { seq, atMs, id, type, tool, by, says: saysOf(event).slice(0, SAYS_MAX) };
}

function saysOf(event: Event): string {
  switch (event.type) {
    case "open":
      return `held by ${event.decision.rule ?? "the default"}`;
    case "decision":
      return `${event.decision.action} by ${event.decision.rule ?? "the default"}`;
    case "review":
      return [event.verdict, event.note].filter(Boolean).join(": ");
    case "edit":
      return ["edited", event.note].filter(Boolean).join(": ");
    case "ask":
    case "answer":
      return event.text;
    case "outcome":
      return [event.outcome, event.note].filter(Boolean).join(": ");
    case "pause":
      return `${event.paused ? "stops" : "lets go on"} ${event.agent ?? "every agent"}`;
    case "withdraw":
    case "revoke":
    case "policy":
      return event.note ?? "";
    case "claim":
    case "expire":
    case "consume":
      return "";
  }
}
