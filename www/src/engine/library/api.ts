/** What the page asks about texts that are only looked at: versions, starters, files, and what others share. */

import type { Diagnostic, Token } from "countersign";
import type { InForce } from "../policy/api.ts";

/** What the engine says about a text that is not in force. */
export interface Looked {
  readonly diagnostics: readonly Diagnostic[];
  readonly tokens: readonly Token[];
  /** What it would be in force; `null` if the text has errors. */
  readonly policy: InForce | null;
}

export interface LibraryApi {
  /** Checks a text; whatever is in force stays so. */
  look(text: string): Promise<Looked>;
}
