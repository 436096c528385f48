/**
 * One held call as text, for a terminal.
 *
 * What the engine says comes first; the arguments stand there complete; what the agent says about its own call comes last.
 */
import type { Card, CardRow } from "../../card.js";
import { NO_GUARD } from "../../constants.js";
import type { EscalationRecord } from "../../escalations.js";
import type { Grant } from "../../lifecycle.js";
import type { Decision } from "../../types.js";
import { standingOf } from "./line.js";
import { drawn, marked, quoted, shown, timeText, wrapped } from "./text.js";

const COLUMNS_MIN = 40;
/** Flags that are told one by one. */
const FLAGS_MAX = 20;

/** The digits of the digest that are typed where the policy wants nothing else confirmed. */
export const DIGEST_DIGITS = 8;

/**
 * The card of `record`, as the engine makes it, in lines of at most `columns`.
 *
 * @param batchWaits How many others of its batch wait; `null` if it is in none.
 */
export function cardOf(record: EscalationRecord, card: Card, batchWaits: number | null, columns: number): string {
  const sections = [
    headline(record, card, batchWaits),
    why(record, card),
    earlier(card),
    argumentsOf(record, card),
    originalOf(record, card),
    answers(record, batchWaits),
    agentsWords(card),
  ];
  const lines = sections.filter((section) => section.length > 0).flatMap((section) => [...section, ""]);
  return `${lines.flatMap((line) => wrapped(line, Math.max(columns, COLUMNS_MIN))).join("\n")}`;
}

function headline(record: EscalationRecord, card: Card, batchWaits: number | null): readonly string[] {
  const { id, call, decision, status, openedAtMs, expiresAtMs, guard, approvalsMissing } = record;
  const { unapprovable } = card;
  const lines = [
    `${quoted(call.tool)} — ${riskOf(decision)} — ${standingOf(record)}`,
    ...warnings(record, card),
    does(card),
  ];
  lines.push(`escalation ${shown(id)}, held at ${timeText(openedAtMs)} by ${guardText(guard)}`);
  if (batchWaits !== null)
    lines.push(
      `in a batch, of which ${batchWaits === 0 ? "no other waits" : batchWaits === 1 ? "1 other waits" : `${batchWaits} others wait`}`,
    );
  if (status !== "pending") return lines;
  lines.push(`can be approved until ${timeText(expiresAtMs)}`);
  if (approvalsMissing > 1) lines.push(`${approvalsMissing} approvals are missing`);
  if (unapprovable === null)
    lines.push(
      `to approve it, ${typedFor(decision)
        .map(({ ask }) => `type ${ask}`)
        .join(", and ")}`,
    );
  return lines;
}

/** What is typed to approve: what stands in the fields that the policy names, or else the beginning of the digest. */
export function typedFor({ review }: Decision): readonly { readonly field: string | null; readonly ask: string }[] {
  const fields = review?.confirm ?? [];
  if (fields.length > 0) return fields.map((field) => ({ field, ask: `the value of ${shown(field)}` }));
  return [{ field: null, ask: `the first ${DIGEST_DIGITS} digits of the digest` }];
}

function does({ headline: { verb, object, destination } }: Card): string {
  const parts = [`what it does: ${drawn(verb)}`];
  if (object !== null) parts.push(` · ${marked(drawn(object))}`);
  if (destination !== null) parts.push(` → ${marked(drawn(destination))}`);
  return parts.join("");
}

function warnings({ status, links, original }: EscalationRecord, { flags, unapprovable }: Card): readonly string[] {
  const { rejected, unknown } = links;
  const lines: string[] = [];
  if (unknown.length > 0) {
    lines.push(`! A call like this was let run, and nobody knows what became of it: ${unknown.map(shown).join(", ")}`);
  }
  if (rejected.length > 0) {
    const times = rejected.length === 1 ? "once" : `${rejected.length} times`;
    lines.push(`! Calls like this were rejected ${times}: ${rejected.map(shown).join(", ")}`);
  }
  for (const { field, message } of flags.slice(0, FLAGS_MAX)) lines.push(`! ${drawn(field)}: ${drawn(message)}`);
  if (flags.length > FLAGS_MAX) lines.push(`! and ${flags.length - FLAGS_MAX} more`);
  if (original !== null) lines.push("! A reviewer has edited it; it would run as it stands under “Arguments”");
  if (status === "pending" && unapprovable !== null) lines.push(`! It can only be rejected: ${unapprovable}`);
  return lines;
}

/** A guard is a digest of who it is; `-` is none, and then nothing runs the call. */
function guardText(guard: string): string {
  if (guard === NO_GUARD) return "no guard, so nothing runs it";
  return `the guard ${shown(guard).replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, "$1…")}`;
}

function riskOf({ risk, reversible }: Decision): string {
  const undone = reversible === null ? "" : reversible ? ", can be undone" : ", CANNOT BE UNDONE";
  return `risk ${risk ?? "not written"}${undone}`;
}

function why({ decision: { marks, charge } }: EscalationRecord, { why, consequence }: Card): readonly string[] {
  const rule = why.rule === null ? "(none matched: the default)" : drawn(why.rule);
  const lines = ["Why it was held", `  rule ${rule}, cause ${why.cause}`];
  if (why.reason !== null) lines.push(`  ${drawn(why.reason)}`);
  lines.push(...why.doubts.map((doubt) => `  in doubt: ${drawn(doubt)}`));
  lines.push(...why.instead.map((sentence) => `  ${drawn(sentence)}`));
  // A value stands between marks, so that it cannot pass for the policy's words.
  const parts = consequence.map(({ isValue, segments }) => (isValue ? marked(drawn(segments)) : drawn(segments)));
  if (parts.length > 0) lines.push("Consequence", `  ${parts.join("")}`);
  if (marks.length > 0) lines.push(`  marks its session: ${marks.map(shown).join(", ")}`);
  for (const { rule, amount, atMost } of charge)
    lines.push(`  uses ${amount} of ${atMost} of the limit of ${shown(rule)}`);
  return lines;
}

function earlier({ facts }: Card): readonly string[] {
  return facts.length === 0 ? [] : ["What earlier calls say", ...facts.map((fact) => `  ${drawn(fact)}`)];
}

function argumentsOf({ call, digest }: EscalationRecord, { args, known, gone }: Card): readonly string[] {
  const lines = ["Arguments", ...argsTree(call.args, args)];
  if (gone.length > 0) {
    lines.push("What the most similar approved call had more");
    lines.push(...gone.map(({ field, before }) => `  ${drawn(field)}: ${drawn(before)}`));
  }
  if (known.length > 0) lines.push("Known about the call", ...tree(known));
  lines.push(`Digest ${digest}`);
  return lines;
}

/** The call as it was held, complete too, so that what the edit has changed can be compared. */
function originalOf({ original }: EscalationRecord, card: Card): readonly string[] {
  if (original === null) return [];
  const { call, digest, decision } = original;
  const rule = decision.rule === null ? "the default" : `rule ${shown(decision.rule)}`;
  const args = argsTree(call.args, card.original);
  return [`As it was held, by ${rule}, before it was edited`, ...args, `Digest then ${digest}`];
}

function argsTree(args: EscalationRecord["call"]["args"], rows: readonly CardRow[]): readonly string[] {
  if (args === undefined) return ["  (the call has no args)"];
  return rows.length === 0 ? ["  (empty map)"] : tree(rows);
}

/** Rows, complete and typed: every key, every item, nothing elided. */
function tree(rows: readonly CardRow[]): readonly string[] {
  return rows.map((row) => {
    const { field, depth, key, difference, before, reading } = row;
    const name = /\[\d+\]$/.test(field) ? drawn(key) : `"${drawn(key)}"`;
    const was = before === null ? "" : `, was ${marked(drawn(before))}`;
    const notes = [
      ...(reading === null ? [] : [drawn(reading)]),
      ...(difference === "added" ? ["not in the most similar approved call"] : []),
      ...(difference === "changed" ? [`changed${was}`] : []),
    ];
    const told = notes.length === 0 ? "" : `   (${notes.join("; ")})`;
    return `${"  ".repeat(depth + 1)}${name}: ${valueText(row)}${told}`;
  });
}

/** A value that stands masked on the card. */
export interface Masked {
  readonly field: string;
  /** Where it stands, for a question. */
  readonly where: string;
  /** The value as a line of the card, unmasked. */
  readonly line: string;
}

/** What the card masks, in its order. Nobody has seen it who has read the card only. */
export function maskedIn({ args, original, known }: Card): readonly Masked[] {
  const told = (rows: readonly CardRow[], when: string) =>
    rows
      .filter(({ masked }) => masked)
      .map((row) => ({
        field: row.field,
        where: `${shown(row.field)}${when}`,
        line: `${shown(row.field)}${when}: ${openText(row)}`,
      }));
  return [...told(args, ""), ...told(known, ""), ...told(original, ", as it was held")];
}

function valueText(row: CardRow): string {
  return row.masked ? `(masked: ${row.length} characters; \`--json\` prints them)` : openText(row);
}

function openText({ type, value, count }: CardRow): string {
  switch (type) {
    case "string":
      return `"${drawn(value)}"`;
    case "list":
      return count === 0 ? "(empty list)" : `(list of ${count})`;
    case "map":
      return count === 0 ? "(empty map)" : "(map)";
    default:
      return drawn(value);
  }
}

function answers(record: EscalationRecord, batchWaits: number | null): readonly string[] {
  const { reviews, questions, grant, run, closingNote } = record;
  const lines = reviews.map(({ by, verified, verdict, note, atMs, counts }) => {
    const who = by === null ? "somebody" : `${shown(by)}${verified ? "" : " (not verified)"}`;
    return `  ${verdict === "approve" ? "approved" : "rejected"} by ${who} at ${timeText(atMs)}${counts ? "" : ", does not count"}${note === null ? "" : `: ${quoted(note)}`}`;
  });
  for (const { by, text, answer } of questions) {
    lines.push(`  ${by === null ? "somebody" : shown(by)} asked ${quoted(text)}`);
    lines.push(answer === null ? "    no answer yet" : `    the agent answered, not verified: ${quoted(answer)}`);
  }
  if (grant !== null) lines.push(`  ${grantText(grant, batchWaits)}`);
  if (run !== null) {
    const became = run.outcome === null || run.outcome === "unknown" ? "nobody knows what became of it" : run.outcome;
    lines.push(`  let run at ${timeText(run.atMs)}: ${became}${run.note === null ? "" : `: ${quoted(run.note)}`}`);
  }
  if (closingNote !== null) lines.push(`  closed with the words ${quoted(closingNote)}`);
  return lines.length === 0 ? [] : ["What happened", ...lines];
}

function grantText({ state, notBeforeMs, expiresAtMs }: Grant, batchWaits: number | null): string {
  switch (state) {
    case "used":
      return "the approval was used";
    case "revoked":
      return "the approval was undone";
    case "expired":
      return `the approval was not used before ${timeText(expiresAtMs)}`;
    case "waiting":
      return `it may run from ${timeText(notBeforeMs)}, until when the approval can be undone`;
    case "ready":
      if (batchWaits !== null && batchWaits > 0)
        return "it does not run yet: others of its batch still wait for an answer";
      return `it may run until ${timeText(expiresAtMs)}, and runs as soon as its guard comes for it`;
  }
}

function agentsWords({ agent: { reason, confidence, notes } }: Card): readonly string[] {
  if (reason === null && confidence === null) return [];
  const lines = ["Written by the agent, not verified"];
  if (reason !== null) lines.push(`  | "${drawn(reason)}"`);
  if (confidence !== null) lines.push(`  | its own confidence: ${confidence}`);
  lines.push(...notes.map((note) => `  ! ${note}`));
  return lines;
}
