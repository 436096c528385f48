/**
 * The policy text, what the engine says about it, and which policy is in force.
 *
 * In force is the text of the active policy as it stands, once the engine has checked it and found no error.
 * While it has errors, or is being checked, no policy is in force and nothing is decided: never by an older text.
 */

import { batch, computed, effect, signal } from "@preact/signals";
import type { Fix, Span } from "countersign";
import { ask, engine } from "../engine/client.ts";
import type { Checked, InForce } from "../engine/policy/api.ts";
import { route } from "../route.ts";
import { FIRST } from "./first-policy.ts";
import { keepText, keptText, onKeptElsewhere } from "./kept-text.ts";
import { checkWithTools, tools } from "./tools.ts";

/** Checking waits until nobody has typed for this long. */
const CHECK_AFTER_MS = 120;
const KEEP_AFTER_MS = 300;

/** What this browser had kept when the page was loaded. */
export const found = keptText();

/** The text of the active policy, as it stands in the editor. */
export const text = signal(found?.text ?? FIRST.text);

/** Which policy of the library `text` is the text of: the active one. `null` until the library knows it. */
export const activeId = signal<string | null>(found?.policy ?? null);

/** `false` while only the library can say what the text is. Nothing is checked or decided until then. */
export const settled = signal(found !== null);

/** The engine's last word, possibly about an earlier text. */
export const checked = signal<Checked | null>(null);

/** `false` if the text could not be kept for the next visit. */
export const kept = signal(true);

/** The text that another tab has kept since, if it differs from ours. */
export const elsewhere = signal<string | null>(null);

/** What stood in the editor before a starter or a file replaced it. */
export const replaced = signal<string | null>(null);

/** A place in the text that somebody wants to see; the editor takes it. */
export const wanted = signal<Span | null>(null);

export type PolicyStatus =
  | { readonly state: "engine-failed" | "checking" }
  | { readonly state: "errors"; readonly errors: number }
  | { readonly state: "in-force"; readonly policy: InForce; readonly text: string };

export const policyStatus = computed<PolicyStatus>(() => {
  if (engine.value.state === "failed") return { state: "engine-failed" };
  const last = checked.value;
  if (last === null || last.text !== text.value || engine.value.state !== "ready" || !settled.value) {
    return { state: "checking" };
  }
  if (last.policy === null) {
    return { state: "errors", errors: last.diagnostics.filter((each) => each.severity === "error").length };
  }
  return { state: "in-force", policy: last.policy, text: last.text };
});

/** Replaces the whole text, keeping the one before at hand. The editor, and so every offset, knows `\n` line ends only. */
export function replaceText(next: string): void {
  const lines = next.replace(/\r\n?/g, "\n");
  if (lines === text.value) return;
  replaced.value = text.value;
  text.value = lines;
}

/** Makes another policy of the library the one that is edited and decides. */
export function showActive(id: string, next: string): void {
  batch(() => {
    activeId.value = id;
    text.value = next;
    replaced.value = null;
    elsewhere.value = null;
    settled.value = true;
  });
}

/** Applies a fix. Its span is of the checked text: once that was edited, the next check brings new fixes. */
export function mend({ span, replacement }: Fix): void {
  const current = text.value;
  if (checked.value?.text !== current) return;
  text.value = current.slice(0, span.start) + replacement + current.slice(span.end);
  wanted.value = { ...span, end: span.start + replacement.length };
}

/** Checks and keeps the text whenever it changes, and again when the engine was restarted. */
export function keepPolicyChecked(): void {
  effect(() => {
    const current = text.value;
    if (engine.value.state !== "ready" || !settled.value) {
      checked.value = null;
      return;
    }
    // Another tool catalogue is another answer.
    tools.value;
    const first = checked.peek() === null;
    const timer = setTimeout(() => check(current), first ? 0 : CHECK_AFTER_MS);
    return () => clearTimeout(timer);
  });

  let unkept: string | null = null;
  const keep = () => {
    if (unkept === null) return;
    kept.value = keepText(unkept, activeId.peek());
    unkept = null;
  };
  let first = true;
  effect(() => {
    const current = text.value;
    // The same text as that of another policy is kept anew.
    activeId.value;
    if (first) {
      first = false;
      return;
    }
    unkept = current;
    elsewhere.value = null;
    const timer = setTimeout(keep, KEEP_AFTER_MS);
    return () => clearTimeout(timer);
  });
  window.addEventListener("pagehide", keep);
  onKeptElsewhere((other) => {
    const isOurs = other.policy === activeId.value;
    elsewhere.value = !isOurs || other.text === text.value ? null : other.text;
  });
  startLibraryWhenNeeded();
}

/** Reviewers mostly need no library: its code is fetched for the other views, or if only it can say what the text is. */
function startLibraryWhenNeeded(): void {
  let asked = false;
  effect(() => {
    if (asked || (settled.value && route.value.view === "review")) return;
    asked = true;
    import("./library/state.ts").then(
      ({ startLibrary }) => startLibrary(),
      () => {
        settled.value = true;
      },
    );
  });
}

/** The text whose check the engine still owes, if any: one is checked at a time, and of those that wait only the last. */
let checking: { waiting: string | null } | null = null;

async function check(current: string): Promise<void> {
  if (checking !== null) {
    checking.waiting = current;
    return;
  }
  const mine: { waiting: string | null } = { waiting: null };
  checking = mine;
  const withTools = tools.value;
  try {
    const answer = await ask((api) => checkWithTools(api, current));
    // A slower answer about an older text, or with another catalogue, says nothing about the present one.
    if (answer.text === text.value && tools.value === withTools) checked.value = answer;
  } catch {
    checked.value = null;
  } finally {
    checking = null;
  }
  if (mine.waiting !== null && mine.waiting === text.value) void check(mine.waiting);
}
