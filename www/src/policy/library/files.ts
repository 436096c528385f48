/** The whole library as one file: what it looks like, and reading one that may hold anything. */

import { NAME_LENGTH_MAX, NOTE_LENGTH_MAX, type PolicyRecord, tidyName, type VersionRecord } from "./records.ts";

export const FORMAT = "countersign-library";
export const FORMAT_VERSION = 1;

const POLICIES_MAX = 1_000;
const VERSIONS_MAX = 10_000;

/** A version as a file has it. Digests are not taken from files: the engine says them. */
export interface FileVersion {
  readonly savedAtMs: number;
  readonly kind: VersionRecord["kind"];
  readonly note: string;
  readonly text: string;
}

export interface FilePolicy {
  readonly name: string;
  readonly text: string;
  /** The oldest first. */
  readonly versions: readonly FileVersion[];
}

export type ReadLibrary =
  | { readonly ok: true; readonly policies: readonly FilePolicy[] }
  /** `message` says what is wrong, where in the file, and what to do. */
  | { readonly ok: false; readonly message: string };

/** The file of these policies, as JSON text. `nowMs` in Unix milliseconds. */
export function libraryFile(
  policies: readonly { readonly policy: PolicyRecord; readonly versions: readonly VersionRecord[] }[],
  nowMs: number,
): string {
  const file = {
    format: FORMAT,
    version: FORMAT_VERSION,
    exportedAt: new Date(nowMs).toISOString(),
    policies: policies.map(({ policy, versions }) => ({
      name: policy.name,
      text: policy.draft.text,
      versions: [...versions]
        .sort((a, b) => a.number - b.number)
        .map(({ atMs, kind, note, text }) => ({ savedAt: new Date(atMs).toISOString(), kind, note, text })),
    })),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** Reads a library file; `null` if `text` is none, and so perhaps a policy. */
export function readLibraryFile(text: string): ReadLibrary | null {
  const file = mapOf(parsed(text));
  if (file === null || file.get("format") !== FORMAT) return null;
  const version = file.get("version");
  if (version !== FORMAT_VERSION) {
    const found = typeof version === "number" ? `version ${version}` : "no version number";
    return wrong(
      `this library file has ${found}; this page reads version ${FORMAT_VERSION}: load the page again to get its newest version`,
    );
  }
  const list = file.get("policies");
  if (!Array.isArray(list)) return wrong("`policies` is not a list; export the library again");
  if (list.length > POLICIES_MAX) {
    return wrong(`\`policies\` has ${list.length} entries; at most ${POLICIES_MAX} are read: split the file`);
  }
  const policies: FilePolicy[] = [];
  let versions = 0;
  for (const [at, value] of list.entries()) {
    const policy = policyOf(value, `policies[${at}]`);
    if (typeof policy === "string") return wrong(policy);
    versions += policy.versions.length;
    if (versions > VERSIONS_MAX) return wrong(`the file has more than ${VERSIONS_MAX} versions: split the file`);
    policies.push(policy);
  }
  return { ok: true, policies };
}

function policyOf(value: unknown, where: string): FilePolicy | string {
  const policy = mapOf(value);
  if (policy === null) return `\`${where}\` is not a policy with \`name\`, \`text\` and \`versions\``;
  const [name, text, list = []] = [policy.get("name"), policy.get("text"), policy.get("versions")];
  if (typeof name !== "string") return `\`${where}.name\` is not a text`;
  if (typeof text !== "string") return `\`${where}.text\` is not a text`;
  if (!Array.isArray(list)) return `\`${where}.versions\` is not a list`;
  const versions: FileVersion[] = [];
  for (const [at, each] of list.entries()) {
    const version = versionOf(each, `${where}.versions[${at}]`);
    if (typeof version === "string") return version;
    versions.push(version);
  }
  return { name: tidyName(name.slice(0, NAME_LENGTH_MAX * 4)), text: plain(text), versions };
}

function versionOf(value: unknown, where: string): FileVersion | string {
  const version = mapOf(value);
  if (version === null) return `\`${where}\` is not a version with \`savedAt\` and \`text\``;
  const [text, savedAt, kind = "saved", note = ""] = ["text", "savedAt", "kind", "note"].map((key) => version.get(key));
  if (typeof text !== "string") return `\`${where}.text\` is not a text`;
  const savedAtMs = typeof savedAt === "string" ? Date.parse(savedAt) : Number.NaN;
  if (Number.isNaN(savedAtMs)) return `\`${where}.savedAt\` is not a date such as "2030-05-01T12:00:00Z"`;
  if (kind !== "saved" && kind !== "kept") return `\`${where}.kind\` is neither "saved" nor "kept"`;
  if (typeof note !== "string") return `\`${where}.note\` is not a text`;
  return { savedAtMs, kind, note: note.slice(0, NOTE_LENGTH_MAX), text: plain(text) };
}

function parsed(text: string): unknown {
  // A policy in YAML is not tried as JSON.
  if (!text.trimStart().startsWith("{")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Own properties only, so that a name such as `__proto__` means nothing. */
function mapOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  return new Map(Object.entries(value));
}

function plain(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

function wrong(message: string): ReadLibrary {
  return { ok: false, message };
}
