/** The list of problems under the editor. */

import type { Diagnostic } from "countersign";
import { VisibleText } from "../text/visible-text.tsx";
import { CodeHelp } from "./code-help.tsx";
import { checked, mend, wanted } from "./state.ts";

/** The list stays readable; the first problems are usually the cause of the later ones. */
const SHOWN_MAX = 100;

export function Problems() {
  const last = checked.value;
  if (last === null) return null;
  const { diagnostics } = last;
  return (
    <section class="panel problems" aria-labelledby="problems-title">
      <h2 id="problems-title">
        Problems <span class="count">{diagnostics.length}</span>
      </h2>
      {diagnostics.length === 0 && <p class="quiet">The engine sees no problem in this text.</p>}
      <ul>
        {diagnostics.slice(0, SHOWN_MAX).map((diagnostic, at) => (
          <Problem key={`${at}:${diagnostic.code}`} diagnostic={diagnostic} />
        ))}
      </ul>
      {diagnostics.length > SHOWN_MAX && <p class="quiet">and {diagnostics.length - SHOWN_MAX} more</p>}
    </section>
  );
}

function Problem({ diagnostic }: { readonly diagnostic: Diagnostic }) {
  const { code, severity, span, message, label, help, related, fixes } = diagnostic;
  return (
    <li class={`problem ${severity}`}>
      <button type="button" class="jump" onClick={() => show(span)}>
        <span class="severity">{severity}</span> <VisibleText text={message} />
        <span class="place">
          line {span.line}, column {span.column}
        </span>
      </button>
      {label !== null && (
        <p>
          <VisibleText text={label} />
        </p>
      )}
      {related.map((each) => (
        <p key={`${each.span.start}`}>
          <button type="button" class="link" onClick={() => show(each.span)}>
            Line {each.span.line}
          </button>
          : <VisibleText text={each.message} />
        </p>
      ))}
      {help !== null && (
        <p>
          <VisibleText text={help} />
        </p>
      )}
      <p class="problem-foot">
        <CodeHelp code={code} />
        {fixes.map((fix) => (
          <button key={fix.title} type="button" onClick={() => mend(fix)}>
            Fix: <VisibleText text={fix.title} />
          </button>
        ))}
      </p>
    </li>
  );
}

function show(span: Diagnostic["span"]): void {
  wanted.value = span;
}
