/** What the page asks about a policy text, and what comes back. */

import type { Diagnostic, Digest, PolicySummary, Token } from "countersign";

/** A policy that decides. */
export interface InForce {
  readonly digest: Digest;
  readonly policies: readonly PolicySummary[];
}

/** What the engine says about a policy text. */
export interface Checked {
  readonly text: string;
  readonly diagnostics: readonly Diagnostic[];
  readonly tokens: readonly Token[];
  /** `null` if the text has errors: then nothing is decided. */
  readonly policy: InForce | null;
}

export interface PolicyApi {
  /** Checks a text and puts its policy in force, or none if it has errors. */
  check(text: string): Promise<Checked>;
  /** Says what is wrong with a file that is no text; changes nothing. */
  checkFile(name: string, bytes: Uint8Array): Promise<string>;
}
