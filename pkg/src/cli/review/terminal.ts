/** Reviewing in a terminal: `list`, `show`, `approve`, `reject` and `undo`. */
import { createInterface, type Interface } from "node:readline/promises";
import type { Card } from "../../card.js";
import { EscalationError } from "../../errors.js";
import type { EscalationRecord, Escalations } from "../../escalations.js";
import { cardContext, presentCard } from "../../presenting.js";
import type { Status } from "../../types.js";
import { undoMsOf } from "../../undo.js";
import type { Output } from "../output.js";
import { EXIT_FAILED, EXIT_FOUND, EXIT_OK, Problem, render, usageProblem } from "../problem.js";
import { cardOf, DIGEST_DIGITS, maskedIn, typedFor } from "./card.js";
import { lineOf } from "./line.js";
import { shown, wrapped } from "./text.js";

/** Fewer characters of an id are too easily those of another. */
const PREFIX_MIN = 6;
const PAGE = 200;

/** Prints which calls are held. */
export async function list(
  escalations: Escalations,
  status: Status | undefined,
  isJson: boolean,
  output: Output,
): Promise<number> {
  let next: string | null = null;
  let isDamaged = false;
  do {
    const page = await escalations.list({
      limit: PAGE,
      ...(status && { status }),
      ...(next !== null && { after: next }),
    });
    const lines = page.items.map((item) => (isJson ? JSON.stringify(item) : lineOf(item)));
    for (const { id, code, message } of page.damaged) {
      isDamaged = true;
      if (isJson) lines.push(JSON.stringify({ id, error: { code, message } }));
      else process.stderr.write(render(new EscalationError("broken-history", `\`${shown(id)}\`: ${message}`)));
    }
    if (!(await output.write(lines.map((line) => `${line}\n`).join("")))) return EXIT_OK;
    next = page.next;
  } while (next !== null);
  return isDamaged ? EXIT_FOUND : EXIT_OK;
}

/** Prints the card. */
export async function show(escalations: Escalations, id: string, isJson: boolean, output: Output): Promise<number> {
  const record = await find(escalations, id);
  await output.write(
    isJson
      ? `${JSON.stringify(record, null, 2)}\n`
      : await drawnCard(escalations, record, await card(escalations, record)),
  );
  return EXIT_OK;
}

async function card(escalations: Escalations, record: EscalationRecord): Promise<Card> {
  return presentCard(record, await cardContext(escalations, record));
}

async function drawnCard(escalations: Escalations, record: EscalationRecord, card: Card): Promise<string> {
  return `${cardOf(record, card, await batchWaits(escalations, record), columns())}\n`;
}

/** How many others of the batch of a call wait; `null` if it is in none. */
async function batchWaits(escalations: Escalations, { id, batch }: EscalationRecord): Promise<number | null> {
  if (batch === null) return null;
  let count = 0;
  for await (const items of pages(escalations, "pending")) {
    count += items.filter((item) => item.batch === batch && item.id !== id).length;
  }
  return count;
}

async function* pages(escalations: Escalations, status?: Status): AsyncGenerator<readonly EscalationRecord[]> {
  let next: string | null = null;
  do {
    const query = { limit: PAGE, ...(status && { status }), ...(next !== null && { after: next }) };
    const page = await escalations.list(query);
    yield page.items;
    next = page.next;
  } while (next !== null);
}

/** What goes with an answer. */
export interface AnswerOptions {
  readonly note: string | undefined;
  readonly by: string | undefined;
  /** Where the store is, for what is to be typed next. */
  readonly file: string;
}

/** Rejects; nobody needs to be asked for that. */
export async function reject(
  escalations: Escalations,
  id: string,
  options: AnswerOptions,
  output: Output,
): Promise<number> {
  const record = await find(escalations, id);
  checkPending(record, options);
  await escalations.review(record.id, { verdict: "reject", digest: record.digest, ...said(options) });
  await output.write(`rejected ${shown(record.id)}: ${shown(record.call.tool)}\n`);
  return EXIT_OK;
}

/** Takes an approval back that was not used yet. */
export async function undo(
  escalations: Escalations,
  id: string,
  options: AnswerOptions,
  output: Output,
): Promise<number> {
  const record = await find(escalations, id);
  await escalations.revoke(record.id, said(options));
  await output.write(`undone ${shown(record.id)}: ${shown(record.call.tool)} does not run\n`);
  return EXIT_OK;
}

/** @throws {@link Problem} `already-closed` if it was answered, with how to take an approval back. */
function checkPending(record: EscalationRecord, options: AnswerOptions): void {
  const { status, grant } = record;
  if (status === "pending") return;
  const canUndo = grant?.state === "waiting" || grant?.state === "ready";
  const help = canUndo ? `to take the approval back, run \`${undoCommand(record, options)}\`` : null;
  throw new Problem("already-closed", `this call was ${status} already`, help);
}

function undoCommand({ id }: EscalationRecord, { file }: AnswerOptions): string {
  return `countersign review undo ${shown(id)} --store ${/^[\w./\\:-]+$/.test(file) ? file : "FILE"}`;
}

/**
 * Shows the card, then each masked value of it to whoever wants to see it, asks to type what the policy wants confirmed, or
 * else the beginning of the digest, and approves. What was masked and not looked at was not read, and is not approved.
 *
 * @throws {@link Problem} `usage` if this is no terminal: a person must see and type, and a pipe does neither.
 */
export async function approve(
  escalations: Escalations,
  id: string,
  options: AnswerOptions,
  output: Output,
): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw usageProblem("only a person at a terminal can approve, and this is none", "review");
  }
  const record = await find(escalations, id);
  const shownSinceMs = performance.now();
  const shownCard = await card(escalations, record);
  await output.write(await drawnCard(escalations, record, shownCard));
  checkPending(record, options);
  if (record.unapprovable !== null) throw new EscalationError("unapprovable", record.unapprovable);
  const answered = await ask(record, shownCard, output);
  if (typeof answered === "string") {
    process.stderr.write(`Not approved: ${answered}. The call still waits.\n`);
    return EXIT_FAILED;
  }
  const { confirmed, revealed } = answered;
  const undoMs = undoMsOf(record.decision.risk);
  const reviewed = await escalations.review(record.id, {
    verdict: "approve",
    digest: record.digest,
    confirmed,
    undoMs,
    shownMs: Math.round(performance.now() - shownSinceMs),
    ...said({ ...options, note: noted(options.note, revealed) }),
  });
  await output.write(`${outcomeOf(reviewed, undoMs, options)}\n`);
  return EXIT_OK;
}

function outcomeOf(record: EscalationRecord, undoMs: number, options: AnswerOptions): string {
  const { id, status, approvalsMissing } = record;
  if (status !== "approved") return `recorded; ${approvalsMissing} more must approve ${shown(id)}`;
  const later = undoMs === 0 ? "" : `, not before ${undoMs / 1_000} seconds have passed`;
  return `approved ${shown(id)}: it may run once${later}\nUntil it runs, this takes it back: ${undoCommand(record, options)}`;
}

interface Answered {
  /** What was typed for each field. The engine compares what fields hold. */
  readonly confirmed: Readonly<Record<string, string>>;
  /** Masked fields that were looked at. */
  readonly revealed: readonly string[];
}

/** Asks a question; `null` once nobody answers any more. */
type Question = (text: string) => Promise<string | null>;

/** What was looked at and typed, or why that is not enough. */
async function ask(record: EscalationRecord, card: Card, output: Output): Promise<Answered | string> {
  const line = createInterface({ input: process.stdin, output: process.stdout });
  const question = questionOf(line);
  try {
    const revealed = await reveal(card, question, output);
    if (revealed === null) return "a masked value was not looked at";
    const confirmed = await typedBy(record, question);
    return confirmed === null ? "that is not what stands there" : { confirmed, revealed };
  } finally {
    line.close();
  }
}

function questionOf(line: Interface): Question {
  const closed = new Promise<null>((resolve) => {
    line.once("close", () => resolve(null));
  });
  return async (text) => (await Promise.race([line.question(text), closed]))?.trim() ?? null;
}

/** Shows each masked value, upon a word that says so; `null` if somebody does not want to look at one. */
async function reveal(card: Card, question: Question, output: Output): Promise<readonly string[] | null> {
  const revealed = new Set<string>();
  for (const { field, where, line } of maskedIn(card)) {
    const answer = await question(`Look at the masked value of ${where} first: type show (the note will say so): `);
    if (answer?.toLowerCase() !== "show") return null;
    await output.write(`${wrapped(line, columns()).join("\n")}\n`);
    revealed.add(field);
  }
  return [...revealed];
}

/** What was typed for each field, or `null` if it was not what it should be. */
async function typedBy(
  { digest, decision }: EscalationRecord,
  question: Question,
): Promise<Readonly<Record<string, string>> | null> {
  const digits = digest.slice("sha256:".length, "sha256:".length + DIGEST_DIGITS);
  const typed: Record<string, string> = {};
  for (const { field, ask } of typedFor(decision)) {
    const answer = await question(`To approve, type ${ask}: `);
    if (answer === null) return null;
    if (field !== null) typed[field] = answer;
    else if (answer.toLowerCase() !== digits) return null;
  }
  return typed;
}

/** The note, with what was looked at behind it, as in the app. */
function noted(note: string | undefined, revealed: readonly string[]): string | undefined {
  if (revealed.length === 0) return note;
  return [note, `looked at ${revealed.join(", ")}`].filter((part) => part !== undefined && part !== "").join(" · ");
}

function said({ note, by }: AnswerOptions) {
  return { ...(note !== undefined && { note }), ...(by !== undefined && { by }) };
}

/** Ids as they are made here: nobody takes one for the beginning of another. */
const WHOLE_ID = /^[0-9a-f]{32}$/;

/** The escalation whose id is `id`, or begins with it, if there is only one. */
async function find(escalations: Escalations, id: string): Promise<EscalationRecord> {
  const exact = id === "" ? null : await escalations.read(id);
  if (exact !== null && WHOLE_ID.test(id)) return exact;
  if (exact !== null && id.length < PREFIX_MIN) return exact;
  if (id.length < PREFIX_MIN) {
    throw usageProblem(`an id can be cut short to ${PREFIX_MIN} characters, and \`${id}\` is shorter`, "review");
  }
  const found: EscalationRecord[] = [];
  for await (const items of pages(escalations)) found.push(...items.filter((item) => item.id.startsWith(id)));
  const [one] = found;
  if (one === undefined) throw new EscalationError("not-found", `there is no escalation with the id \`${shown(id)}\``);
  if (found.length > 1) {
    throw new Problem("usage", `\`${id}\` is the beginning of ${found.length} ids; write more of it`);
  }
  return one;
}

function columns(): number {
  return process.stdout.isTTY ? process.stdout.columns || 80 : 120;
}
