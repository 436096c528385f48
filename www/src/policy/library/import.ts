/** Takes files into the library. Nothing that is there is replaced: each file becomes a new policy, or nothing. */

import { signal } from "@preact/signals";
import { openPolicyFile } from "../open-file.ts";
import { replaceText } from "../state.ts";
import { addPolicy, livePolicies } from "./acts.ts";
import * as database from "./database.ts";
import { type FilePolicy, libraryFile, readLibraryFile } from "./files.ts";
import { show } from "./panel.ts";
import { library, lookAt, policies, trouble, withLibrary } from "./state.ts";

/** What became of one file. */
export interface Imported {
  readonly file: string;
  readonly ok: boolean;
  readonly message: string;
}

export const imported = signal<readonly Imported[]>([]);

/** How many files of how many are done; `null` while nothing is imported. */
export const importing = signal<{ readonly done: number; readonly total: number } | null>(null);

const FILES_MAX = 200;

/** Takes in policies and library files, one after the other. A single policy is then shown, and not made active. */
export async function importFiles(files: readonly File[]): Promise<void> {
  if (importing.peek() !== null || files.length === 0) return;
  if (files.length > FILES_MAX) {
    const message = `${files.length} files at once; at most ${FILES_MAX} are taken in: choose fewer.`;
    imported.value = [{ file: "All files", ok: false, message }];
    return;
  }
  imported.value = [];
  const added: string[] = [];
  try {
    for (const [at, file] of files.entries()) {
      importing.value = { done: at, total: files.length };
      const { ids, ...outcome } = await importFile(file);
      imported.value = [...imported.peek(), outcome];
      added.push(...ids);
    }
  } finally {
    importing.value = null;
  }
  const [first] = added;
  if (first !== undefined) show("policies", first);
}

/** All policies that are not deleted, with their versions, as one file. `null` if they could not be read. */
export async function wholeLibrary(): Promise<string | null> {
  return withLibrary(async (db) => {
    const whole = livePolicies().map(async ({ versions: _, ...policy }) => ({
      policy: (await database.readPolicy(db, policy.id)) ?? policy,
      versions: await database.readVersions(db, policy.id),
    }));
    return libraryFile(await Promise.all(whole), Date.now());
  });
}

type Outcome = Imported & { readonly ids: readonly string[] };

async function importFile(file: File): Promise<Outcome> {
  const opened = await openPolicyFile(file);
  if (!opened.ok) return refused(file, `cannot be opened as a policy: ${opened.message}`);
  const whole = readLibraryFile(opened.text);
  if (whole === null) return importText(file, opened.text);
  if (!whole.ok) return refused(file, `was not taken in: ${whole.message}.`);
  const ids: string[] = [];
  let same = 0;
  for (const policy of whole.policies) {
    if (isThere(policy.name, policy.text)) same += 1;
    else {
      const id = await importPolicy(policy);
      if (id === null) return { ...refused(file, `was taken in up to \`${policy.name}\`: ${trouble.peek()}`), ids };
      ids.push(id);
    }
  }
  const there = same === 0 ? "" : ` ${same} ${same === 1 ? "was" : "were"} there already.`;
  const count = `${ids.length} ${ids.length === 1 ? "policy" : "policies"}`;
  return {
    file: file.name,
    ok: true,
    message: `${count} of this library file were added with their versions.${there}`,
    ids,
  };
}

async function importText(file: File, text: string): Promise<Outcome> {
  if (library.peek().state !== "open") {
    replaceText(text);
    return { file: file.name, ok: true, message: "is the text now; the library cannot be used here.", ids: [] };
  }
  const looked = await lookAt(text);
  const name = looked?.policy?.policies[0]?.name ?? file.name.replace(/\.\w{1,5}$/, "");
  const there = policies
    .peek()
    .find((each) => each.deletedMs === null && each.draft.text === text.replace(/\r\n?/g, "\n"));
  if (there !== undefined) {
    const message = `has the same text as “${there.name}”, so nothing was added.`;
    return { file: file.name, ok: true, message, ids: [there.id] };
  }
  const added = await addPolicy({ name, text, note: `From the file ${file.name}` });
  if (added === null) return refused(file, `was not taken in: ${trouble.peek()}`);
  return { file: file.name, ok: true, message: `was added as “${added.name}”. It is not active.`, ids: [added.id] };
}

async function importPolicy({ name, text, versions }: FilePolicy): Promise<string | null> {
  const along = versions.map(({ savedAtMs, kind, note, text: each }) => ({
    atMs: savedAtMs,
    kind,
    note,
    text: each,
    digest: null,
    rules: null,
  }));
  const added = await addPolicy({
    name,
    text,
    note: "From a library file",
    ...(along.length > 0 && { versions: along }),
  });
  return added?.id ?? null;
}

/** Also under the name that it got because its own was taken. */
function isThere(name: string, text: string): boolean {
  const names = (own: string) =>
    own === name || (own.startsWith(`${name} `) && /^\d+$/.test(own.slice(name.length + 1)));
  return livePolicies().some((each) => names(each.name) && each.draft.text === text);
}

function refused(file: File, message: string): Outcome {
  return { file: file.name, ok: false, message, ids: [] };
}
