/** `countersign compare` without calls: what do the changes from one policy to another widen? */
import type { Policy } from "../policy.js";
import type { Call, Decision } from "../types.js";
import {
  type PolicyChange,
  WIDENING_VERDICTS,
  type Widening,
  type WideningVerdict,
  type WideningWitness,
  wideningOf,
} from "../widening.js";
import { counted, grouped } from "./counted.js";
import { byText, more, termsText } from "./decision-text.js";
import { STDIN_NAME } from "./input.js";
import type { Output } from "./output.js";
import { EXIT_FOUND, EXIT_OK, visible, visibleJson } from "./problem.js";

/** What ends with status 1. */
export const WIDENING_FAIL_ON = ["widen", "unknown", "change", "none"] as const;

/** Two policies, and how what is told of them is printed. */
export interface WideningAsked {
  readonly old: string;
  readonly next: string;
  readonly policies: readonly [Policy, Policy];
  readonly failOn: (typeof WIDENING_FAIL_ON)[number];
  /** The most changes, and the most calls of all changes together, that are listed. */
  readonly most: number;
  readonly json: boolean;
}

interface Told extends WideningAsked {
  readonly found: Widening;
  /** The worst first. */
  readonly changes: readonly PolicyChange[];
  readonly verdicts: Readonly<Record<WideningVerdict, number>>;
  readonly fails: boolean;
}

/** Prints what the changes widen, and returns the exit status. */
export async function tellWidening(asked: WideningAsked, output: Output): Promise<number> {
  const found = wideningOf(...asked.policies);
  const changes = WIDENING_VERDICTS.flatMap((verdict) => found.changes.filter((change) => change.verdict === verdict));
  const verdicts = Object.fromEntries(
    WIDENING_VERDICTS.map((verdict) => [verdict, changes.filter((change) => change.verdict === verdict).length]),
  ) as Told["verdicts"];
  const told = { ...asked, found, changes, verdicts, fails: FAILS[asked.failOn].includes(found.verdict) };
  await output.write(asked.json ? jsonOf(told) : textOf(told));
  return told.fails ? EXIT_FOUND : EXIT_OK;
}

const FAILS: Readonly<Record<WideningAsked["failOn"], readonly WideningVerdict[]>> = {
  widen: ["widens"],
  unknown: ["widens", "unknown"],
  change: ["widens", "unknown", "tightens"],
  none: [],
};

function jsonOf({ old, next, policies, failOn, most, found, changes, verdicts, fails }: Told): string {
  const report = {
    old: { file: old, digest: policies[0].digest },
    new: { file: next, digest: policies[1].digest },
    failOn,
    failed: fails,
    verdict: found.verdict,
    verdicts,
    tried: found.tried,
    cut: found.cut,
    changes: changes.slice(0, most).map(({ source: _, ...change }) => change),
    witnesses: found.witnesses.slice(0, most),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

function textOf(told: Told): string {
  const { found, changes, most } = told;
  const listed = changes.slice(0, most);
  const shown = new Set(listed.flatMap(({ witness }) => (witness === null ? [] : [keyOf(witness)])));
  const others = found.witnesses.filter((witness) => !shown.has(keyOf(witness)));
  const list = [
    ...listed.flatMap(changeText),
    ...more(changes.length - listed.length, changes.length, "change"),
    ...(most > 0 ? othersText(told, others) : []),
  ];
  return [...list, list.length > 0 ? "\n" : "", endText(told)].join("");
}

/** What else all changes together let through. */
function othersText({ found, changes, most }: Told, others: readonly WideningWitness[]): readonly string[] {
  if (others.length === 0) return [];
  const calls = others.length < found.witnesses.length ? "more calls" : "calls";
  return [
    `${changes.length > 1 ? "all changes together" : "the change"}: ${calls} that are decided more loosely\n`,
    ...others.slice(0, most).flatMap(witnessText),
    ...more(others.length - most, others.length, "call"),
  ];
}

/** What makes a witness worth a second look. */
function keyOf({ call, usage, relaxing, change }: WideningWitness): string {
  return JSON.stringify([call, usage, relaxing, change]);
}

const WORDS: Readonly<Record<WideningVerdict, string>> = {
  widens: "widens",
  unknown: "cannot be told",
  tightens: "tightens",
  same: "decides alike",
};

const REASONS: Readonly<Record<WideningVerdict, string>> = {
  widens: "",
  unknown: ": no call was found that is decided more loosely, nor is it proven that there is none",
  tightens: ": it is proven that no call is decided more loosely",
  same: ": it is proven that every call is decided as strictly as before",
};

function changeText(change: PolicyChange): readonly string[] {
  const { verdict, witness } = change;
  const head = `${WORDS[verdict]}: ${whatText(change)}${REASONS[verdict]}\n`;
  return [head, ...(witness === null ? [] : witnessText(witness))];
}

function whatText({ kind, rule, keys }: PolicyChange): string {
  const changed = keys.map((key) => `\`${key}\``).join(", ");
  if (kind === "policy") return `${changed} of the policy`;
  const of = `rule ${visible(rule ?? "")}`;
  return kind === "changed" ? `${changed} of ${of}` : `${of} ${kind}`;
}

function witnessText({ call, usage, relaxing, change, terms, before, after }: WideningWitness): readonly string[] {
  const how = termsText(terms);
  const used = Object.entries(usage).map(([bucket, amount]) => usedText(bucket, amount, [before, after]));
  return [
    `  ${change}: ${byText(before)} → ${byText(after)}${how === "" ? "" : ` (${how})`}\n`,
    `  call: ${callText(call)}\n`,
    ...used,
    ...(relaxing === null ? [] : [`  rules that replace review are ${relaxing ? "" : "not "}in force\n`]),
  ];
}

function usedText(bucket: string, amount: number, decisions: readonly Decision[]): string {
  const charge = decisions.flatMap((decision) => decision.charge).find((each) => each.bucket === bucket);
  const of = charge === undefined ? `limit ${bucket}` : `the limit of rule ${visible(charge.rule)}, ${charge.atMost}`;
  return `  used of ${of}: ${amount}\n`;
}

const CALL_TEXT_MAX = 2_000;

function callText(call: Call): string {
  const text = JSON.stringify(call);
  const left = text.length - CALL_TEXT_MAX;
  const cut = visibleJson(text.slice(0, CALL_TEXT_MAX));
  return left > 0 ? `${cut}… and ${counted(left, "more character")}, which \`--json\` prints` : cut;
}

const WORDS_OF_MANY: Readonly<Record<WideningVerdict, string>> = {
  widens: "widen",
  unknown: "cannot be told",
  tightens: "tighten",
  same: "decide alike",
};

function eachText(verdicts: Told["verdicts"], changes: number): string {
  const some = WIDENING_VERDICTS.filter((verdict) => verdicts[verdict] > 0);
  if (changes === 1) return some.map((verdict) => WORDS[verdict]).join("");
  const wordsFor = (count: number) => (count === 1 ? WORDS : WORDS_OF_MANY);
  return some.map((verdict) => `${grouped(verdicts[verdict])} ${wordsFor(verdicts[verdict])[verdict]}`).join(", ");
}

const TOGETHER: Readonly<Record<WideningVerdict, string>> = {
  widens: "together they widen",
  unknown: "what they do together cannot be told",
  tightens: "together they tighten",
  same: "together they decide alike",
};

function endText({ old, next, found, changes, verdicts, fails, failOn }: Told): string {
  const names = [old, next].map((file) => visible(file === "-" ? STDIN_NAME : file)).join(" → ");
  const parts = [
    changes.length === 0 ? "no change" : `${counted(changes.length, "change")}: ${eachText(verdicts, changes.length)}`,
    changes.length > 1 ? TOGETHER[found.verdict] : "",
    found.cut && (found.verdict === "unknown" || verdicts.unknown > 0) ? "not all that differs was tried" : "",
    fails ? `failed by \`--fail-on ${failOn}\`` : "",
  ];
  return `${names}: ${parts.filter(Boolean).join("; ")}\n`;
}
