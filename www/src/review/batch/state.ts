/** The batch on screen: as it was when it was opened, and what the reviewer chooses for each of its calls. */

import { signal } from "@preact/signals";
import type { Verdict, Written } from "countersign";
import { ask } from "../../engine/client.ts";
import type { MemberResult, ShownBatch } from "../../engine/review/api.ts";

/** `leave`: it goes on waiting. */
export type Choice = Verdict | "leave";

export interface Opened {
  readonly shown: ShownBatch;
  readonly choices: ReadonlyMap<string, Choice>;
  /** What stood open when the batch was opened and no longer waits, by id. */
  readonly gone: ReadonlySet<string>;
  /** How many calls have come to the group since; they are not covered. */
  readonly late: number;
  /** How many waited already and have no room on this screen. */
  readonly more: number;
}

export const opened = signal<Opened | null>(null);
export const batchTrouble = signal<string | null>(null);
export const results = signal<readonly MemberResult[] | null>(null);
/** What approving the chosen ones comes to, in the engine's words. */
export const approving = signal<Written | null>(null);

export async function openBatch(key: string): Promise<void> {
  opened.value = null;
  batchTrouble.value = null;
  results.value = null;
  approving.value = null;
  const found = await ask((api) => api.readBatch(key)).catch(() => null);
  if (found === null) return;
  if (!found.ok) {
    batchTrouble.value = found.message;
    return;
  }
  opened.value = { shown: found, choices: new Map(), gone: new Set(), late: 0, more: found.more.length };
}

/** Looks which of the calls no longer wait, and how many have come. What is on screen stays. */
export async function lookAgain(key: string): Promise<void> {
  const before = opened.value;
  if (before === null || results.value !== null) return;
  const found = await ask((api) => api.readBatch(key)).catch(() => null);
  if (found === null || opened.value?.shown !== before.shown) return;
  const { rows } = before.shown.batch;
  const now = found.ok ? [...found.batch.rows, ...found.batch.outliers] : [];
  const waits = new Set(now.map(({ id, digest }) => `${id} ${digest}`));
  const like = found.ok ? [...now.map(({ id }) => id), ...found.more] : [];
  // What moves up from behind has not come since.
  const known = new Set([...[...rows, ...before.shown.batch.outliers].map(({ id }) => id), ...before.shown.more]);
  const more = before.shown.more.filter((id) => like.includes(id)).length;
  const gone = new Set(rows.filter(({ id, digest }) => !waits.has(`${id} ${digest}`)).map(({ id }) => id));
  const choices = new Map([...opened.value.choices].filter(([id]) => !gone.has(id)));
  const isSame = choices.size === opened.value.choices.size;
  opened.value = { ...opened.value, gone, choices, more, late: like.filter((id) => !known.has(id)).length };
  if (!isSame) await sumUp();
}

/** Calls that cannot be approved here, as something of them has to be looked at or typed, by id. */
export function aloneOf({ batch, alone }: ShownBatch): ReadonlySet<string> {
  const masked = batch.rows.filter(({ cells }) => cells.some((cell) => cell?.masked === true));
  return new Set([...alone, ...masked.map(({ id }) => id)]);
}

export async function choose(id: string, choice: Choice): Promise<void> {
  const before = opened.value;
  if (before === null || before.gone.has(id)) return;
  if (choice === "approve" && aloneOf(before.shown).has(id)) return;
  opened.value = { ...before, choices: new Map([...before.choices, [id, choice]]) };
  await sumUp();
}

/** Until the new summary is there is none: an old one tells of other calls. */
async function sumUp(): Promise<void> {
  approving.value = null;
  const ids = chosenFor("approve");
  const summary = ids.length === 0 ? null : await ask((api) => api.batchSummary(ids)).catch(() => null);
  if (chosenFor("approve").join() === ids.join()) approving.value = summary;
}

/** Ids of the calls for which `choice` is chosen. */
export function chosenFor(choice: Choice): readonly string[] {
  const choices = opened.value?.choices ?? new Map<string, Choice>();
  return [...choices].filter(([, made]) => made === choice).map(([id]) => id);
}
