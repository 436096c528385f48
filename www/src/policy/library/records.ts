/** What the library keeps: policies, each with its present text, and the versions of each. Plain data. */

/** The present text of a policy, saved or not. */
export interface Draft {
  readonly text: string;
  /** Unix milliseconds. */
  readonly atMs: number;
  /** The tab that wrote it; two tabs on one policy find out about each other by it. */
  readonly tab: string;
}

export interface PolicyRecord {
  readonly id: string;
  /** The name in the library. The `name` in the text is another: that one goes into decisions. */
  readonly name: string;
  readonly createdMs: number;
  readonly changedMs: number;
  /** When it was deleted; it can be brought back until it is cleared away. */
  readonly deletedMs: number | null;
  readonly draft: Draft;
}

export interface VersionRecord {
  readonly id: string;
  readonly policy: string;
  /** Counts up from 1 within its policy. */
  readonly number: number;
  readonly atMs: number;
  /** `saved` by a person; `kept` by the page, so that a text which had to make room is not lost. */
  readonly kind: "saved" | "kept";
  readonly note: string;
  readonly text: string;
  /** Of the policy that the text is; `null` while the engine has not said, or if the text has errors. */
  readonly digest: string | null;
  readonly rules: number | null;
}

/** What a version is made of, before it has a number and a place. */
export type NewVersion = Pick<VersionRecord, "kind" | "note" | "text" | "digest" | "rules">;

/** A deleted policy can be brought back this long. */
export const DELETED_KEPT_MS = 30 * 86_400_000;

/** Of the versions that the page kept by itself, the newest so many stay, for each policy. */
export const KEPT_MAX = 20;

export const NAME_LENGTH_MAX = 80;
export const NOTE_LENGTH_MAX = 200;

/** `name` in one line and not too long; `fallback` if nothing is left. */
export function tidyName(name: string, fallback = "Policy"): string {
  const tidy = Array.from(name.replace(/[\s\p{Cc}]+/gu, " ").trim());
  return tidy.length === 0 ? fallback : tidy.slice(0, NAME_LENGTH_MAX).join("");
}

/** `name`, or `name 2`, `name 3` … if others have it already. */
export function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  for (let at = 2; ; at += 1) {
    const next = `${name} ${at}`;
    if (!taken.includes(next)) return next;
  }
}

/** The newest version that a person saved. */
export function lastSaved(versions: readonly VersionRecord[]): VersionRecord | null {
  return newestFirst(versions).find(({ kind }) => kind === "saved") ?? null;
}

export function newestFirst(versions: readonly VersionRecord[]): readonly VersionRecord[] {
  return [...versions].sort((a, b) => b.number - a.number);
}
