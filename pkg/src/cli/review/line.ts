/** One held call as one line, for a list. */
import type { EscalationRecord } from "../../escalations.js";
import { quoted, shown, timeText } from "./text.js";

/** Characters of the arguments; how many more there are is said. */
const SUMMARY_MAX = 80;

/** The line of `record`: which call, where it stands, and enough of it to tell two of the same tool apart. */
export function lineOf(record: EscalationRecord): string {
  const { id, call, decision, openedAtMs } = record;
  const risk = decision.risk === null ? "" : `  risk ${decision.risk}`;
  const agent = call.agent === undefined ? "" : `  by ${agentOf(call.agent)}`;
  // With spaces in it a name could pass for what stands after it.
  const tool = /^[\w.:/-]+$/.test(call.tool) ? call.tool : quoted(call.tool);
  const what = `${tool}${risk}${agent}  ${summaryOf(record)}`;
  return `${shown(id)}  ${standingOf(record).padEnd(9)}  ${timeText(openedAtMs)}  ${what}`;
}

/** Its status, and what became of an approval that is past. */
export function standingOf({ status, grant, run }: EscalationRecord): string {
  if (run !== null) return `${status} (${run.outcome ?? "unknown"})`;
  const isOver = grant?.state === "revoked" || grant?.state === "expired";
  return isOver ? `${status} (${grant.state === "revoked" ? "undone" : grant.state})` : status;
}

function agentOf(agent: NonNullable<EscalationRecord["call"]["agent"]>): string {
  if (typeof agent === "string") return shown(agent);
  return typeof agent.id === "string" ? shown(agent.id) : flat(agent);
}

/** What the reviewer has to confirm stands first: it tells most. */
function summaryOf({ call: { args }, decision }: EscalationRecord): string {
  const isConfirmed = ([key]: readonly [string, unknown]) => decision.review?.confirm.includes(`args.${key}`) ?? false;
  const entries = Object.entries(args ?? {}).sort((a, b) => Number(isConfirmed(b)) - Number(isConfirmed(a)));
  const pairs = entries.map(([key, value]) => {
    return `${/^\w+$/.test(key) ? key : quoted(key)}: ${flat(value)}`;
  });
  if (pairs.length === 0) return args === undefined ? "no args" : "{}";
  const characters = [...pairs.join(", ")];
  const more = characters.length - SUMMARY_MAX;
  return more > 0 ? `${characters.slice(0, SUMMARY_MAX).join("")}… (${more} more)` : characters.join("");
}

/** A value of a call in one line, as JSON, with what would not be seen as tokens. */
export function flat(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flat).join(", ")}]`;
  if (typeof value !== "object" || value === null) return scalar(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${quoted(key)}: ${flat(item)}`)
    .join(", ")}}`;
}

/** Text, a number, true, false or null. */
export function scalar(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  return Object.is(value, -0) ? "-0" : String(value);
}
