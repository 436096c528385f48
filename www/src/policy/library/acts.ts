/** What a person does with the library. Each says in `news` or `trouble` what came of it. */

import { TAB } from "../kept-text.ts";
import { replaceText, text } from "../state.ts";
import * as database from "./database.ts";
import {
  freeName,
  type NewVersion,
  NOTE_LENGTH_MAX,
  type PolicyRecord,
  tidyName,
  type VersionRecord,
} from "./records.ts";
import {
  active,
  factsOf,
  keepDraft,
  type Listed,
  library,
  lookAt,
  news,
  policies,
  refresh,
  savedVersion,
  showPolicy,
  theDatabase,
  trouble,
  versions,
  withLibrary,
} from "./state.ts";

/** Saves the present text as a version. `null` if it could not be saved, or nothing has changed since the last one. */
export async function saveVersion(note: string): Promise<VersionRecord | null> {
  const policy = active.peek();
  const current = text.peek();
  if (policy === null) {
    trouble.value = unavailable();
    return null;
  }
  const last = savedVersion.peek();
  if (last?.text === current && note.trim() === "") {
    news.value = {
      message: `Nothing has changed since version ${last.number}, so there is nothing to save.`,
      brief: true,
    };
    return null;
  }
  const added = await withLibrary(async (db) => {
    await keepOrThrow();
    return database.addVersion(db, policy.id, { ...(await versionOf("saved", note, current)), atMs: Date.now() });
  });
  if (added !== null) news.value = { message: `Saved as version ${added.number}.`, brief: true };
  askToStay();
  return added;
}

/** Brings the text of a version back as the present text. The text before is kept as a version unless one has it. */
export async function restore(version: VersionRecord): Promise<void> {
  const current = text.peek();
  const policy = active.peek();
  if (policy === null || policy.id !== version.policy || current === version.text) return;
  const done = await withLibrary(async (db) => {
    if (!versions.peek().some((each) => each.text === current)) {
      const before = await versionOf("kept", `Before version ${version.number} was brought back`, current);
      await database.addVersion(db, policy.id, { ...before, atMs: Date.now() });
    }
    return true;
  });
  // The text changes only once the one before is safe.
  if (done === null) return;
  text.value = version.text;
  news.value = {
    message: `The text is that of version ${version.number} again. It is not saved as a version yet.`,
    act: { label: "Bring the text before back", run: () => bringTextBack(current) },
  };
}

/** Makes another policy the active one: from now on it is edited, and decides in this page. */
export async function activate(id: string): Promise<boolean> {
  const before = active.peek();
  if (before?.id === id) return true;
  const next = await withLibrary(async (db) => {
    await keepOrThrow();
    const policy = await database.readPolicy(db, id);
    if (policy === undefined || policy.deletedMs !== null) throw new Error("this policy is there no more");
    await database.setActive(db, id);
    return policy;
  });
  if (next === null) return false;
  showPolicy(next);
  await refresh(true);
  const back =
    before === null ? {} : { act: { label: `Back to “${before.name}”`, run: () => void activate(before.id) } };
  news.value = {
    message: `“${next.name}” is the active policy now: it is edited here, and it decides in this page.`,
    ...back,
  };
  return true;
}

export interface NewPolicy {
  readonly name: string;
  readonly text: string;
  /** Of its first version. */
  readonly note: string;
  /** Versions that come along, the oldest first; without them the text is the first version. */
  readonly versions?: readonly (NewVersion & { readonly atMs: number })[];
}

/** Keeps a new policy; the active one stays active. `null` if it could not be kept. */
export async function addPolicy({
  name,
  text: wanted,
  note,
  versions: along,
}: NewPolicy): Promise<PolicyRecord | null> {
  const lines = plainLines(wanted);
  return withLibrary(async (db) => {
    const now = Date.now();
    const record: PolicyRecord = {
      id: database.newId(),
      name: freeName(
        tidyName(name),
        livePolicies().map((each) => each.name),
      ),
      createdMs: now,
      changedMs: now,
      deletedMs: null,
      draft: { text: lines, atMs: now, tab: TAB },
    };
    const first = along ?? [{ ...(await versionOf("saved", note, lines)), atMs: now }];
    await database.addPolicy(db, record, first);
    return record;
  });
}

/** Keeps a new policy and makes it active. Without a library the text replaces the present one, which stays at hand. */
export async function usePolicy(policy: NewPolicy): Promise<boolean> {
  if (library.peek().state !== "open") {
    replaceText(policy.text);
    return true;
  }
  const added = await addPolicy(policy);
  return added !== null && (await activate(added.id));
}

export async function rename(id: string, name: string): Promise<void> {
  const others = livePolicies().filter((each) => each.id !== id);
  await withLibrary((db) => {
    const next = freeName(
      tidyName(name),
      others.map((each) => each.name),
    );
    return database.changePolicy(db, id, { name: next });
  });
}

export async function duplicate({ id, name }: Listed): Promise<void> {
  const copied = await withLibrary(async (db) => {
    await keepOrThrow();
    const policy = await database.readPolicy(db, id);
    if (policy === undefined) throw new Error("this policy is there no more");
    return { text: policy.draft.text, versions: await database.readVersions(db, id) };
  });
  if (copied === null) return;
  const along = [...copied.versions].sort((a, b) => a.number - b.number);
  const added = await addPolicy({ name: `Copy of ${name}`, text: copied.text, note: "", versions: along });
  if (added !== null)
    news.value = { message: `“${added.name}” is in the library. “${active.peek()?.name}” stays active.` };
}

/** Deletes a policy that is not active. It can be brought back for 30 days. */
export async function remove({ id, name }: Listed): Promise<void> {
  if (active.peek()?.id === id) {
    trouble.value = "The active policy cannot be deleted. Make another one active first.";
    return;
  }
  const done = await withLibrary((db) => database.changePolicy(db, id, { deletedMs: Date.now() }));
  if (done !== null)
    news.value = { message: `“${name}” was deleted.`, act: { label: "Undo", run: () => void unremove(id) } };
}

export async function unremove(id: string): Promise<void> {
  const done = await withLibrary((db) => database.changePolicy(db, id, { deletedMs: null }));
  if (done !== null) news.value = { message: "The policy is back, with all its versions." };
}

export async function removeForGood(id: string): Promise<void> {
  await withLibrary((db) => database.removePolicy(db, id));
}

export async function changeNote(version: VersionRecord, note: string): Promise<void> {
  await withLibrary((db) => database.changeVersion(db, version.id, { note: tidyNote(note) }));
}

/** All policies that are not deleted. */
export function livePolicies(): readonly Listed[] {
  return policies.peek().filter(({ deletedMs }) => deletedMs === null);
}

/** What a text would record as a version. */
export async function versionOf(kind: NewVersion["kind"], note: string, current: string): Promise<NewVersion> {
  return { kind, note: tidyNote(note), text: current, ...factsOf(await lookAt(current)) };
}

/** The editor, and so every offset, knows `\n` line ends only. */
export function plainLines(wanted: string): string {
  return wanted.replace(/\r\n?/g, "\n");
}

function bringTextBack(before: string): void {
  text.value = before;
}

/** What is typed is safe before anything else happens. */
async function keepOrThrow(): Promise<void> {
  theDatabase();
  if (!(await keepDraft()))
    throw new Error("the present text could not be kept, so nothing was changed; download it first");
}

function tidyNote(note: string): string {
  return note.trim() === "" ? "" : Array.from(tidyName(note)).slice(0, NOTE_LENGTH_MAX).join("");
}

function unavailable(): string {
  const status = library.peek();
  const why = status.state === "unavailable" ? `: ${status.message}` : " yet";
  return `The library is not open${why}. The text was kept as a draft; download it to be safe.`;
}

/** Asks the browser not to clear this away by itself; it may say no. */
function askToStay(): void {
  navigator.storage?.persist?.().catch(() => undefined);
}
