/**
 * The library as the page knows it: the policies, the versions of the active one, and what was saved last.
 *
 * What is typed is kept here a little after the draft of `kept-text.ts`, which is there at once; so each makes up for the other.
 */

import { batch, computed, effect, signal } from "@preact/signals";
import { ask } from "../../engine/client.ts";
import type { Looked } from "../../engine/library/api.ts";
import { tokensOf } from "../../engine/policy/tokens.ts";
import { SPACE } from "../../place.ts";
import { FIRST } from "../first-policy.ts";
import { TAB } from "../kept-text.ts";
import { activeId, checked, found, settled, showActive, text } from "../state.ts";
import * as database from "./database.ts";
import { freeName, lastSaved, newestFirst, type PolicyRecord, tidyName, type VersionRecord } from "./records.ts";
import { reasonOf } from "./trouble.ts";

/** The draft is written when nobody has typed for this long. */
const KEEP_AFTER_MS = 500;

export type LibraryStatus =
  | { readonly state: "opening" | "open" }
  /** `message` says why, for the reader. The text is still kept as a draft. */
  | { readonly state: "unavailable"; readonly message: string };

export interface Listed extends PolicyRecord {
  /** How many versions it has. */
  readonly versions: number;
}

/** The text that the active policy was last saved with. */
export interface Saved {
  readonly text: string;
  /** `null` while the engine has not said, or if that text has errors. */
  readonly digest: string | null;
  /** Of the policy, in the library. */
  readonly name: string;
}

export const library = signal<LibraryStatus>({ state: "opening" });

/** All policies, deleted ones too, the one changed last first. */
export const policies = signal<readonly Listed[]>([]);

/** Of the active policy, the newest first. */
export const versions = signal<readonly VersionRecord[]>([]);

/** The policy that is edited, and that decides in this page. */
export const active = computed(() => policies.value.find(({ id }) => id === activeId.value) ?? null);

export const savedVersion = computed(() => lastSaved(versions.value));

/** What the edited policy is compared with; `null` if nothing was saved, or the library is not there. */
export const saved = computed<Saved | null>(() => {
  const last = savedVersion.value;
  if (last === null || active.value === null) return null;
  return { text: last.text, digest: last.digest, name: active.value.name };
});

/** Whether the text differs from what was saved last. */
export const isEdited = computed(() => saved.value === null || saved.value.text !== text.value);

/** What could not be done, for the reader. */
export const trouble = signal<string | null>(null);

/** What has happened, and what can be done about it. */
export interface News {
  readonly message: string;
  readonly act?: { readonly label: string; readonly run: () => void };
  /** It says nothing any more once the text changes. */
  readonly brief?: boolean;
}
export const news = signal<News | null>(null);

let opened: database.Database | null = null;
let channel: BroadcastChannel | null = null;
/** The text that this tab has last seen in the library, of `activeId`. */
let seen: string | null = null;
/** Changes of the draft go one after another. */
let writing: Promise<boolean> = Promise.resolve(true);
let following = false;

/** Opens the library and finds the active policy in it; safe to call again. */
export async function startLibrary(): Promise<void> {
  if (opened !== null) return;
  library.value = { state: "opening" };
  try {
    const db = await database.openDatabase(onGone);
    opened = db;
    await database.clearDeleted(db, Date.now());
    // Two tabs that begin at once find one first policy.
    if (navigator.locks === undefined) await findActive(db);
    else await navigator.locks.request(`${SPACE}-policies`, () => findActive(db));
    library.value = { state: "open" };
    follow();
    await refresh();
  } catch (error) {
    opened = null;
    library.value = { state: "unavailable", message: reasonOf(error) };
  } finally {
    settled.value = true;
  }
}

/** The open database. Throws if there is none. */
export function theDatabase(): database.Database {
  if (opened === null) throw new Error("the library is not open");
  return opened;
}

/** Reads the lists anew, here and in the other tabs if `tell`. */
export async function refresh(tell = false): Promise<void> {
  const db = theDatabase();
  const { policies: all, counts } = await database.readContents(db);
  const id = activeId.peek();
  const ofActive = id === null ? [] : await database.readVersions(db, id);
  if (id !== activeId.peek()) return refresh(tell);
  batch(() => {
    const listed = all.map((each) => ({ ...each, versions: counts.get(each.id) ?? 0 }));
    policies.value = listed.sort((a, b) => b.changedMs - a.changedMs);
    versions.value = newestFirst(ofActive);
  });
  if (tell) channel?.postMessage("changed");
}

/** Does `work` with the library; if that fails, says why and answers `null`. */
export async function withLibrary<T>(work: (db: database.Database) => Promise<T>): Promise<T | null> {
  try {
    const result = await work(theDatabase());
    await refresh(true);
    trouble.value = null;
    return result;
  } catch (error) {
    trouble.value = reasonOf(error);
    return null;
  }
}

/** Keeps the present text in the library now. `false` if that failed; the reader has been told. */
export function keepDraft(): Promise<boolean> {
  writing = writing.then(writeNow, writeNow);
  return writing;
}

/** The engine's word about a text, from the last check if it was about this one. `null` if the engine is gone. */
export async function lookAt(looked: string): Promise<Looked | null> {
  const last = checked.peek();
  if (last?.text === looked) return { ...last, tokens: tokensOf(last.tokens) };
  try {
    return await ask((api) => api.look(looked));
  } catch {
    return null;
  }
}

/** Shows a policy of the library as the active one, with its text. */
export function showPolicy({ id, draft }: PolicyRecord): void {
  seen = draft.text;
  showActive(id, draft.text);
}

/** Has the engine say what it has not said yet about the versions of the active policy, as after an import. */
export async function lookUpDigests(): Promise<void> {
  for (const version of versions.peek().filter(({ digest }) => digest === null)) {
    const looked = await lookAt(version.text);
    if (looked?.policy != null) await fillIn([version], looked);
  }
}

function onGone(): void {
  opened = null;
  const message = "the browser has taken it away, or a newer page in another tab uses it";
  library.value = { state: "unavailable", message };
}

/** Which policy is active: that of the draft of this browser, the one that was active last, or a first one. */
async function findActive(db: database.Database): Promise<void> {
  const { policies: all, activeId: lastId } = await database.readContents(db);
  const live = all.filter(({ deletedMs }) => deletedMs === null);
  const id = activeId.peek();
  const ofDraft = id === null ? undefined : live.find((each) => each.id === id);
  if (ofDraft !== undefined) {
    // An older state of the same writing is no other text.
    const isSame = ofDraft.draft.tab === found?.tab || ofDraft.draft.tab === TAB;
    seen = isSame ? ofDraft.draft.text : null;
    return;
  }
  if (found === null && !settled.peek()) {
    const last = live.find((each) => each.id === lastId) ?? live[0];
    if (last !== undefined) {
      showPolicy(last);
      return;
    }
  }
  const same = id === null ? live.find(({ draft }) => draft.text === text.peek()) : undefined;
  if (same !== undefined) {
    seen = same.draft.text;
    activeId.value = same.id;
    return;
  }
  if (id !== null) {
    news.value = {
      message:
        "The policy that was written here is not in this browser's library any more: it was deleted, or the browser has cleared its storage. The text was kept as a draft and is a new policy now, without its earlier versions.",
    };
  }
  await addFirst(db, live);
}

async function addFirst(db: database.Database, live: readonly PolicyRecord[]): Promise<void> {
  const current = text.peek();
  const now = Date.now();
  // The text is known; only its place in the library is not.
  settled.value = true;
  const looked = await lookAt(current);
  const own = looked?.policy?.policies[0]?.name ?? (current === FIRST.text ? FIRST.title : null);
  const name = freeName(
    tidyName(own ?? "My policy"),
    live.map((each) => each.name),
  );
  const id = database.newId();
  const draft = { text: current, atMs: now, tab: TAB };
  const note = current === FIRST.text ? "The starter policy" : "As it was found in this browser";
  const first = { atMs: now, kind: "saved", note, text: current, ...factsOf(looked) } as const;
  await database.addPolicy(db, { id, name, createdMs: now, changedMs: now, deletedMs: null, draft }, [first]);
  await database.setActive(db, id);
  seen = current;
  if (text.peek() === current) showActive(id, current);
  else activeId.value = id;
}

/** What a version records of the engine's word. */
export function factsOf(looked: Pick<Looked, "policy"> | null): Pick<VersionRecord, "digest" | "rules"> {
  if (looked === null || looked.policy === null) return { digest: null, rules: null };
  const { digest, policies: parts } = looked.policy;
  return { digest, rules: parts.reduce((sum, { rules }) => sum + rules.length, 0) };
}

/** Keeps the text as it changes, fills in digests, and hears of other tabs. */
function follow(): void {
  if (following) return;
  following = true;
  effect(() => {
    text.value;
    if (news.peek()?.brief === true) news.value = null;
  });
  effect(() => {
    text.value;
    activeId.value;
    if (library.value.state !== "open") return;
    const timer = setTimeout(keepDraft, KEEP_AFTER_MS);
    return () => clearTimeout(timer);
  });
  effect(() => {
    const last = checked.value;
    if (last === null || last.policy === null) return;
    const lacking = versions.value.filter((each) => each.digest === null && each.text === last.text);
    if (lacking.length > 0) fillIn(lacking, last);
  });
  channel = new BroadcastChannel(`${SPACE}-policies`);
  channel.addEventListener("message", () => {
    if (opened !== null) refresh().catch(() => undefined);
  });
}

async function fillIn(lacking: readonly VersionRecord[], looked: Pick<Looked, "policy">): Promise<void> {
  try {
    for (const { id } of lacking) await database.changeVersion(theDatabase(), id, factsOf(looked));
    await refresh();
  } catch {
    // A digest that is missing is looked up again next time.
  }
}

async function writeNow(): Promise<boolean> {
  const id = activeId.peek();
  const current = text.peek();
  if (opened === null || id === null || current === seen) return true;
  const draft = { text: current, atMs: Date.now(), tab: TAB };
  try {
    const what = await database.writeDraft(opened, id, draft, seen);
    if (what === "gone") await bringBack(opened, id, draft);
    if (activeId.peek() === id) seen = current;
    if (what === "other-kept") {
      news.value = {
        message:
          "This policy is being edited in another tab too. Both texts are kept: this one is the policy's text now, the other one is among its versions.",
      };
    }
    await refresh(true);
    return true;
  } catch (error) {
    trouble.value = reasonOf(error);
    return false;
  }
}

/** It was deleted, or cleared away, while it was edited here: what is typed comes first. */
async function bringBack(db: database.Database, id: string, draft: PolicyRecord["draft"]): Promise<void> {
  const name = active.peek()?.name ?? "Policy";
  if (!(await database.changePolicy(db, id, { deletedMs: null, draft, changedMs: draft.atMs }))) {
    const now = draft.atMs;
    await database.addPolicy(db, { id, name, createdMs: now, changedMs: now, deletedMs: null, draft }, []);
  }
  news.value = {
    message: "This policy was deleted in another tab while it was edited here. It is back, with this text.",
  };
}
