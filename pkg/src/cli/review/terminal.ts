/** Reviewing in a terminal: `list`, `show`, `approve` and `reject`. */
import { createInterface } from "node:readline/promises";
import { EscalationError } from "../../errors.js";
import type { EscalationRecord, Escalations } from "../../escalations.js";
import type { Status } from "../../types.js";
import { undoMsOf } from "../../undo.js";
import type { Output } from "../output.js";
import { EXIT_FAILED, EXIT_FOUND, EXIT_OK, Problem, render, usageProblem } from "../problem.js";
import { cardOf, timeText } from "./card.js";
import { shown } from "./text.js";

/** Fewer characters of an id are too easily those of another. */
const PREFIX_MIN = 6;
const PAGE = 200;
const DIGEST_DIGITS = 8;

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

function lineOf({ id, status, call, decision, openedAtMs, run }: EscalationRecord): string {
  const became = run === null ? "" : ` (${run.outcome ?? "unknown"})`;
  const risk = decision.risk === null ? "" : `  risk ${decision.risk}`;
  return `${shown(id)}  ${`${status}${became}`.padEnd(9)}  ${timeText(openedAtMs)}  ${shown(call.tool)}${risk}`;
}

/** Prints the card. */
export async function show(escalations: Escalations, id: string, isJson: boolean, output: Output): Promise<number> {
  const record = await find(escalations, id);
  await output.write(isJson ? `${JSON.stringify(record, null, 2)}\n` : `${cardOf(record, columns())}\n`);
  return EXIT_OK;
}

/** What goes with an answer. */
export interface AnswerOptions {
  readonly note: string | undefined;
  readonly by: string | undefined;
}

/** Rejects; nobody needs to be asked for that. */
export async function reject(
  escalations: Escalations,
  id: string,
  options: AnswerOptions,
  output: Output,
): Promise<number> {
  const record = await find(escalations, id);
  await escalations.review(record.id, { verdict: "reject", digest: record.digest, ...said(options) });
  await output.write(`rejected ${shown(record.id)}: ${shown(record.call.tool)}\n`);
  return EXIT_OK;
}

/**
 * Shows the card, asks to type what the policy wants confirmed, or else the beginning of the digest, and approves.
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
  await output.write(`${cardOf(record, columns())}\n`);
  if (record.status !== "pending") throw new EscalationError("already-closed", `this call is ${record.status} already`);
  if (record.unapprovable !== null) throw new EscalationError("unapprovable", record.unapprovable);
  const confirmed = await ask(record);
  if (confirmed === null) {
    process.stderr.write("Not approved: that is not what stands there. The call still waits.\n");
    return EXIT_FAILED;
  }
  const undoMs = undoMsOf(record.decision.risk);
  const reviewed = await escalations.review(record.id, {
    verdict: "approve",
    digest: record.digest,
    confirmed,
    undoMs,
    shownMs: Math.round(performance.now() - shownSinceMs),
    ...said(options),
  });
  await output.write(`${outcomeOf(reviewed, undoMs)}\n`);
  return EXIT_OK;
}

function outcomeOf({ id, status, approvalsMissing }: EscalationRecord, undoMs: number): string {
  if (status !== "approved") return `recorded; ${approvalsMissing} more must approve ${shown(id)}`;
  const undo = undoMs === 0 ? "" : `, not before ${undoMs / 1_000} seconds have passed`;
  return `approved ${shown(id)}: it may run once${undo}`;
}

/** What was typed for each field, or `null` if it was not what it should be. The engine compares what fields hold. */
async function ask({ digest, decision }: EscalationRecord): Promise<Readonly<Record<string, string>> | null> {
  const fields = decision.review?.confirm ?? [];
  const line = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<null>((resolve) => {
    line.once("close", () => resolve(null));
  });
  const question = async (text: string) => Promise.race([line.question(text), closed]);
  try {
    const typed: Record<string, string> = {};
    for (const field of fields) {
      const answer = await question(`To approve, type the value of ${shown(field)}: `);
      if (answer === null) return null;
      typed[field] = answer.trim();
    }
    if (fields.length > 0) return typed;
    const digits = digest.slice("sha256:".length, "sha256:".length + DIGEST_DIGITS);
    const answer = await question(`To approve, type the first ${DIGEST_DIGITS} digits of the digest: `);
    return answer?.trim().toLowerCase() === digits ? {} : null;
  } finally {
    line.close();
  }
}

function said({ note, by }: AnswerOptions) {
  return { ...(note !== undefined && { note }), ...(by !== undefined && { by }) };
}

/** Ids as they are made here: nobody takes one for the beginning of another. */
const WHOLE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The escalation whose id is `id`, or begins with it, if there is only one. */
async function find(escalations: Escalations, id: string): Promise<EscalationRecord> {
  const exact = id === "" ? null : await escalations.read(id);
  if (exact !== null && WHOLE_ID.test(id)) return exact;
  if (exact !== null && id.length < PREFIX_MIN) return exact;
  if (id.length < PREFIX_MIN) {
    throw usageProblem(`an id can be cut short to ${PREFIX_MIN} characters, and \`${id}\` is shorter`, "review");
  }
  const found: EscalationRecord[] = [];
  let next: string | null = null;
  do {
    const page = await escalations.list({ limit: PAGE, ...(next !== null && { after: next }) });
    found.push(...page.items.filter((item) => item.id.startsWith(id)));
    next = page.next;
  } while (next !== null);
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
