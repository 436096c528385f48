/** Underlines problems where the engine saw them, with fixes as actions. */

import { type Diagnostic as LintDiagnostic, setDiagnostics } from "@codemirror/lint";
import type { EditorState, TransactionSpec } from "@codemirror/state";
import type { Diagnostic } from "countersign";
import { mend } from "./state.ts";

/** More underlines than this help nobody; the list of problems gives the number of all. */
const UNDERLINES_MAX = 500;

/** A transaction that underlines `diagnostics`, which must be about the text of `state`. */
export function underlined(state: EditorState, diagnostics: readonly Diagnostic[]): TransactionSpec {
  const { doc } = state;
  const shown = diagnostics.slice(0, UNDERLINES_MAX).map((diagnostic): LintDiagnostic => {
    const from = Math.min(diagnostic.span.start, doc.length);
    return {
      from,
      to: Math.min(Math.max(diagnostic.span.end, from), doc.length),
      severity: diagnostic.severity,
      source: diagnostic.code,
      message: messageOf(diagnostic),
      actions: diagnostic.fixes.map((fix) => ({
        name: fix.title,
        apply: () => mend(fix),
      })),
    };
  });
  return setDiagnostics(state, shown);
}

function messageOf({ message, label, help }: Diagnostic): string {
  return [message, label, help].filter((part) => part !== null && part !== "").join("\n");
}
