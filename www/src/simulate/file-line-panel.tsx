/** One line of the file, whole, with its decision and trace. */

import { VisibleText } from "../text/visible-text.tsx";
import { DecisionFacts } from "./decision-facts.tsx";
import { opened, rows } from "./file-state.ts";
import { QueueButton } from "./queue-button.tsx";
import { TraceView } from "./trace.tsx";

/** Beyond this many characters a line is shown in part, and it says so. */
const SHOWN_MAX = 100_000;

export function FileLinePanel({ linked }: { readonly linked: boolean }) {
  const shown = opened.value;
  if (shown === null) return null;
  const { index, line } = shown;
  const number = rows.value.rows.find((row) => row.index === index)?.line;
  return (
    <section class="panel sunken" aria-labelledby="line-title" aria-live="polite">
      <h3 id="line-title">Line {number?.toLocaleString()}</h3>
      {line === null && <p class="quiet">Reading…</p>}
      {line !== null && !line.ok && <p class="notice bad">{line.message}</p>}
      {line?.ok && (
        <>
          <pre class="line">
            <VisibleText text={line.text.slice(0, SHOWN_MAX)} />
          </pre>
          {line.text.length > SHOWN_MAX && (
            <p class="notice">
              These are the first {SHOWN_MAX.toLocaleString()} of {line.text.length.toLocaleString()} characters.
            </p>
          )}
          {line.traced.ok ? (
            <>
              <DecisionFacts trace={line.traced.trace} />
              {line.traced.trace.decision.action === "escalate" && (
                <QueueButton key={index} open={(api) => api.escalateLine(index)} />
              )}
              <TraceView trace={line.traced.trace} linked={linked} />
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
