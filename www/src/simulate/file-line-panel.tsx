/** One line of the file, whole, with its decision and trace. */

import { VisibleText } from "../text/visible-text.tsx";
import { DecisionFacts } from "./decision-facts.tsx";
import { type FileState, opened, rows } from "./file-state.ts";
import { MakeTest } from "./make-test.tsx";
import { QueueButton } from "./queue-button.tsx";
import { TraceView } from "./trace.tsx";

/** Beyond this many characters a line is shown in part, and it says so. */
const SHOWN_MAX = 100_000;

interface Props {
  /** The file. */
  readonly shown: FileState;
  /** Whether the policy that decided it is the text in the editor. */
  readonly linked: boolean;
}

export function FileLinePanel({ shown, linked }: Props) {
  if (opened.value === null) return null;
  const { index, line } = opened.value;
  const number = rows.value.rows.find((row) => row.index === index)?.line;
  return (
    <section class="panel sunken" aria-labelledby="line-title" aria-live="polite">
      <h3 id="line-title">Line {number?.toLocaleString()}</h3>
      {line === null && <p class="quiet">Reading…</p>}
      {line !== null && !line.ok && <p class="notice bad">{line.message}</p>}
      {line?.ok && (
        <>
          <LineText text={line.text} />
          {line.traced.ok ? (
            <>
              <DecisionFacts trace={line.traced.trace} />
              {line.traced.trace.decision.action === "escalate" && (
                <QueueButton key={index} open={(api) => api.escalateLine(index)} />
              )}
              <MakeTest key={`${index} test`} call={line.traced.call} trace={line.traced.trace} />
              <TraceView trace={line.traced.trace} linked={linked} policyText={shown.policyText} heading="h4" />
            </>
          ) : (
            <p class="notice bad">
              Not decided: <VisibleText text={line.traced.message} /> <code>{line.traced.code}</code>
            </p>
          )}
        </>
      )}
    </section>
  );
}

/** A line of a file as it stands there. */
export function LineText({ text }: { readonly text: string }) {
  return (
    <>
      <pre class="line">
        <VisibleText text={text.slice(0, SHOWN_MAX)} />
      </pre>
      {text.length > SHOWN_MAX && (
        <p class="notice">
          These are the first {SHOWN_MAX.toLocaleString()} of {text.length.toLocaleString()} characters.
        </p>
      )}
    </>
  );
}
