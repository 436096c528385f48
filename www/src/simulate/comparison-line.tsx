/** One call whose decision differs: both decisions with their traces, side by side. */

import type { Failure } from "../engine/api.ts";
import type { Traced } from "../engine/simulate/api.ts";
import { text } from "../policy/state.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { CHANGE_WORDS, termWords } from "./change-words.ts";
import { type ComparisonState, opened } from "./comparison-state.ts";
import { DecisionFacts } from "./decision-facts.tsx";
import { LineText } from "./file-line-panel.tsx";
import { MakeTest } from "./make-test.tsx";
import { TraceView } from "./trace.tsx";

export function ComparisonLine({ shown }: { readonly shown: ComparisonState }) {
  if (opened.value === null) return null;
  const { row, line } = opened.value;
  const isLinked = text.value === shown.afterText;
  return (
    <section class="panel sunken" aria-labelledby="change-title" aria-live="polite">
      <h3 id="change-title">
        Line {row.line.toLocaleString()}
        {row.change !== null && `: ${CHANGE_WORDS[row.change]}`}
      </h3>
      {row.terms.length > 0 && <p>{termWords(row.terms)}</p>}
      {line === null && <p class="quiet">Reading…</p>}
      {line !== null && !line.ok && <p class="notice bad">{line.message}</p>}
      {line?.ok && (
        <>
          <LineText text={line.text} />
          <div class="columns both">
            <Side title="Before" traced={line.before} policyText={shown.beforeText} linked={false} />
            <Side title="After" traced={line.after} policyText={shown.afterText} linked={isLinked}>
              {line.after.ok && (
                <MakeTest key={row.index} call={line.after.call} trace={line.after.trace} isOffered={isLinked} />
              )}
            </Side>
          </div>
        </>
      )}
    </section>
  );
}

interface SideProps {
  readonly title: string;
  readonly traced: Traced | Failure;
  readonly policyText: string;
  readonly linked: boolean;
  readonly children?: preact.ComponentChildren;
}

function Side({ title, traced, policyText, linked, children }: SideProps) {
  return (
    <div>
      <h4>{title}</h4>
      {traced.ok ? (
        <>
          <DecisionFacts trace={traced.trace} />
          {children}
          <TraceView trace={traced.trace} linked={linked} policyText={policyText} heading="h5" />
        </>
      ) : (
        <p class="notice bad">
          Not decided: <VisibleText text={traced.message} /> <code>{traced.code}</code>
        </p>
      )}
    </div>
  );
}
