/**
 * One held call as text, for a terminal.
 *
 * What the engine says comes first; the arguments stand there complete; what the agent says about its own call comes last.
 */
import type { EscalationRecord } from "../../escalations.js";
import type { ConsequencePart, Decision } from "../../types.js";
import { hiddenCount, mixedWords, quoted, shown, wrapped } from "./text.js";

const COLUMNS_MIN = 40;
/** Words with letters of several alphabets that are told. */
const WORDS_MAX = 5;

/** The card of `record`, in lines of at most `columns`. */
export function cardOf(record: EscalationRecord, columns: number): string {
  const sections = [headline(record), why(record), argumentsOf(record), answers(record), agentsWords(record)];
  const lines = sections.filter((section) => section.length > 0).flatMap((section) => [...section, ""]);
  return `${lines.flatMap((line) => wrapped(line, Math.max(columns, COLUMNS_MIN))).join("\n")}`;
}

function headline({ id, call, decision, status, openedAtMs, expiresAtMs, guard, links, ...rest }: EscalationRecord) {
  const { rejected, unknown } = links;
  const lines = [`${quoted(call.tool)} — ${riskOf(decision)} — ${status}`];
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
  if (rest.original !== null) lines.push("! A reviewer has edited it; it would run as it stands here");
  if (status === "pending" && rest.unapprovable !== null) lines.push(`! It can only be rejected: ${rest.unapprovable}`);
  lines.push(`escalation ${shown(id)}, held at ${timeText(openedAtMs)} by ${guardText(guard)}`);
  if (status === "pending") lines.push(`can be approved until ${timeText(expiresAtMs)}`);
  if (rest.approvalsMissing > 1) lines.push(`${rest.approvalsMissing} approvals are missing`);
  return lines;
}

/** A guard is a digest of who it is; `-` is none, and then nothing runs the call. */
function guardText(guard: string): string {
  if (guard === "-") return "no guard, so nothing runs it";
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

/** A value stands in quotes, so that it cannot pass for the policy's words. */
function part(part: ConsequencePart): string {
  if ("text" in part) return shown(part.text);
  return "value" in part ? flat(part.value) : "(nothing)";
}

function argumentsOf({ call, digest }: EscalationRecord): readonly string[] {
  const { args, agent, user, session, context, tenant } = call;
  const lines = ["Arguments"];
  if (args === undefined) lines.push("  (the call has no args)");
  else lines.push(...tree(args, 1));
  const known = Object.entries({ agent, user, session, context, tenant }).filter(([, value]) => value !== undefined);
  if (known.length > 0) lines.push("Known about the call", ...tree(Object.fromEntries(known), 1));
  lines.push(`Digest ${digest}`);
  return lines;
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

function scalar(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  return Object.is(value, -0) ? "-0" : String(value);
}

function flat(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flat).join(", ")}]`;
  if (typeof value !== "object" || value === null) return scalar(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${quoted(key)}: ${flat(item)}`)
    .join(", ")}}`;
}

function answers({ reviews, questions, grant, run, closingNote }: EscalationRecord): readonly string[] {
  const lines = reviews.map(({ by, verified, verdict, note, atMs, counts }) => {
    const who = by === null ? "somebody" : `${shown(by)}${verified ? "" : " (not verified)"}`;
    return `  ${verdict === "approve" ? "approved" : "rejected"} by ${who} at ${timeText(atMs)}${counts ? "" : ", does not count"}${note === null ? "" : `: ${quoted(note)}`}`;
  });
  for (const { by, text, answer } of questions) {
    lines.push(`  ${by === null ? "somebody" : shown(by)} asked ${quoted(text)}`);
    lines.push(answer === null ? "    no answer yet" : `    the agent answered, not verified: ${quoted(answer)}`);
  }
  if (grant !== null) lines.push(`  the grant is ${grant.state}, until ${timeText(grant.expiresAtMs)}`);
  if (run !== null) {
    const became = run.outcome === null || run.outcome === "unknown" ? "nobody knows what became of it" : run.outcome;
    lines.push(`  let run at ${timeText(run.atMs)}: ${became}${run.note === null ? "" : `: ${quoted(run.note)}`}`);
  }
  if (closingNote !== null) lines.push(`  closed with the words ${quoted(closingNote)}`);
  return lines.length === 0 ? [] : ["What happened", ...lines];
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

/** `2026-11-27 12:00:00 UTC`. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
