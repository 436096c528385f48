/**
 * One held call as text, for a terminal.
 *
 * What the engine says comes first; the arguments stand there complete; what the agent says about its own call comes last.
 */
import { NO_GUARD } from "../../constants.js";
import type { EscalationRecord } from "../../escalations.js";
import type { Grant } from "../../lifecycle.js";
import type { ConsequencePart, Decision } from "../../types.js";
import { flat, scalar, standingOf } from "./line.js";
import { hiddenCount, marked, mixedWords, quoted, shown, timeText, wrapped } from "./text.js";

const COLUMNS_MIN = 40;
/** Words with letters of several alphabets that are told. */
const WORDS_MAX = 5;

/** The digits of the digest that are typed where the policy wants nothing else confirmed. */
export const DIGEST_DIGITS = 8;

/**
 * The card of `record`, in lines of at most `columns`.
 *
 * @param batchWaits How many others of its batch wait; `null` if it is in none.
 */
export function cardOf(record: EscalationRecord, batchWaits: number | null, columns: number): string {
  const sections = [
    headline(record, batchWaits),
    why(record),
    argumentsOf(record),
    originalOf(record),
    answers(record, batchWaits),
    agentsWords(record),
  ];
  const lines = sections.filter((section) => section.length > 0).flatMap((section) => [...section, ""]);
  return `${lines.flatMap((line) => wrapped(line, Math.max(columns, COLUMNS_MIN))).join("\n")}`;
}

function headline(record: EscalationRecord, batchWaits: number | null): readonly string[] {
  const { id, call, decision, status, openedAtMs, expiresAtMs, guard, unapprovable, approvalsMissing } = record;
  const lines = [`${quoted(call.tool)} — ${riskOf(decision)} — ${standingOf(record)}`, ...warnings(record)];
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

function warnings({ call, status, links, original, unapprovable }: EscalationRecord): readonly string[] {
  const { rejected, unknown } = links;
  const lines: string[] = [];
  if (unknown.length > 0) {
    lines.push(`! A call like this was let run, and nobody knows what became of it: ${unknown.map(shown).join(", ")}`);
  }
  if (rejected.length > 0) {
    const times = rejected.length === 1 ? "once" : `${rejected.length} times`;
    lines.push(`! Calls like this were rejected ${times}: ${rejected.map(shown).join(", ")}`);
  }
  const hidden = textsIn(call).reduce((sum, text) => sum + hiddenCount(text), 0);
  if (hidden > 0)
    lines.push(`! It holds ${hidden} hidden ${hidden === 1 ? "character" : "characters"}, shown as ‹U+…›`);
  const mixed = [...new Set(textsIn(call).flatMap(mixedWords))];
  if (mixed.length > 0) {
    const more = mixed.length > WORDS_MAX ? `, and ${mixed.length - WORDS_MAX} more` : "";
    lines.push(`! Letters of other alphabets stand among Latin ones: ${mixed.slice(0, WORDS_MAX).join(", ")}${more}`);
  }
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

function why({ decision }: EscalationRecord): readonly string[] {
  const { rule, cause, reason, undecidable, consequence, marks, charge } = decision;
  const lines = [
    "Why it was held",
    `  rule ${rule === null ? "(none matched: the default)" : shown(rule)}, cause ${cause}`,
  ];
  if (reason !== null) lines.push(`  ${shown(reason)}`);
  for (const doubt of undecidable)
    lines.push(`  in doubt: ${shown(doubt.rule)}, for ${shown(doubt.field)}: ${doubt.why}`);
  if (consequence !== null) lines.push("Consequence", `  ${consequence.map(part).join("")}`);
  if (marks.length > 0) lines.push(`  marks its session: ${marks.map(shown).join(", ")}`);
  for (const { rule, amount, atMost } of charge)
    lines.push(`  uses ${amount} of ${atMost} of the limit of ${shown(rule)}`);
  return lines;
}

/** A value stands between marks, so that it cannot pass for the policy's words. */
function part(part: ConsequencePart): string {
  if ("text" in part) return shown(part.text);
  if (!("value" in part)) return "(nothing)";
  // Text without its quotes, as the policy's words may have some around it.
  return marked(typeof part.value === "string" ? quoted(part.value).slice(1, -1) : flat(part.value));
}

function argumentsOf({ call, digest }: EscalationRecord): readonly string[] {
  const { agent, user, session, context, tenant, toolDigest } = call;
  const lines = ["Arguments", ...argsTree(call)];
  const known = Object.entries({ agent, user, session, context, tenant, toolDigest }).filter(
    ([, value]) => value !== undefined,
  );
  if (known.length > 0) lines.push("Known about the call", ...tree(Object.fromEntries(known), 1));
  lines.push(`Digest ${digest}`);
  return lines;
}

/** The call as it was held, complete too, so that what the edit has changed can be compared. */
function originalOf({ original }: EscalationRecord): readonly string[] {
  if (original === null) return [];
  const { call, digest, decision } = original;
  const rule = decision.rule === null ? "the default" : `rule ${shown(decision.rule)}`;
  return [`As it was held, by ${rule}, before it was edited`, ...argsTree(call), `Digest then ${digest}`];
}

function argsTree({ args }: EscalationRecord["call"]): readonly string[] {
  return args === undefined ? ["  (the call has no args)"] : tree(args, 1);
}

/** A value, complete and typed: every key, every item, nothing elided. */
function tree(value: unknown, depth: number): readonly string[] {
  const indent = "  ".repeat(depth);
  const entries = Array.isArray(value)
    ? value.map((item: unknown, at) => [String(at), item] as const)
    : Object.entries(value as object).map(([key, item]) => [quoted(key), item as unknown] as const);
  if (entries.length === 0) return [`${indent}${Array.isArray(value) ? "(empty list)" : "(empty map)"}`];
  return entries.flatMap(([key, item]) => {
    if (typeof item !== "object" || item === null) return [`${indent}${key}: ${scalar(item)}`];
    const what = Array.isArray(item) ? `list of ${item.length}` : "map";
    return [`${indent}${key}: (${what})`, ...tree(item, depth + 1)];
  });
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
      return "the approval was taken back";
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

function agentsWords({ call: { reason, confidence } }: EscalationRecord): readonly string[] {
  if (reason === undefined && confidence === undefined) return [];
  const lines = ["Written by the agent, not verified"];
  if (reason !== undefined) lines.push(`  | ${quoted(reason)}`);
  if (confidence !== undefined) lines.push(`  | its own confidence: ${confidence}`);
  return lines;
}

/** Every text in `value`, keys too. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsIn(item)]);
}
