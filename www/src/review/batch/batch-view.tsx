/** Calls that are alike on one screen: each with its own choice, answered by one deliberate commit. */

import { useEffect, useMemo } from "preact/hooks";
import { hashOf } from "../../route.ts";
import { VisibleText } from "../../text/visible-text.tsx";
import { Part } from "../card/part.tsx";
import { Rows } from "../card/rows.tsx";
import { createSeen, SeenContext } from "../card/seen.ts";
import { resetView } from "../card/view.ts";
import { plain, Written } from "../card/written.tsx";
import { isRisky, RiskChip } from "../risk-chip.tsx";
import { onChange } from "../state.ts";
import { BatchCommit } from "./batch-commit.tsx";
import { BatchTable } from "./batch-table.tsx";
import { batchTrouble, lookAgain, type Opened, openBatch, opened, results } from "./state.ts";

export function BatchView({ batchKey }: { readonly batchKey: string }) {
  useEffect(() => {
    void openBatch(batchKey);
    return onChange(() => void lookAgain(batchKey));
  }, [batchKey]);
  return (
    <>
      <p>
        <a href={hashOf("review")}>Back to the queue</a>
      </p>
      {batchTrouble.value !== null && (
        <p class="notice bad" role="alert">
          This batch cannot be shown: <VisibleText text={batchTrouble.value} />
        </p>
      )}
      {opened.value === null && batchTrouble.value === null && <p class="quiet">Reading the batch…</p>}
      {opened.value !== null && <OpenBatch opened={opened.value} batchKey={batchKey} />}
    </>
  );
}

function OpenBatch({
  opened: { shown, gone, late, more },
  batchKey,
}: {
  readonly opened: Opened;
  readonly batchKey: string;
}) {
  const { batch, risk } = shown;
  const seen = useMemo(() => {
    resetView();
    return createSeen();
  }, [shown]);
  useEffect(() => seen.stop, [seen]);
  return (
    <SeenContext.Provider value={seen}>
      <article class={isRisky(risk) ? "panel card batch risky" : "panel card batch"} aria-labelledby="batch-title">
        <Part class="card-head">
          <p class="card-chips">
            <RiskChip risk={risk} />
            <span class="chip pending">{batch.rows.length} calls</span>
          </p>
          <h2 id="batch-title">
            <Written text={batch.headline.verb} />: {batch.rows.length} calls of <Written text={batch.headline.tool} />
          </h2>
          <p class="quiet">
            Each gets an answer, and each approval lets one call run once. Calls that arrive later are not covered.
          </p>
        </Part>
        {more > 0 && (
          <p class="hint">
            {more} more {more === 1 ? "call like these waits" : "calls like these wait"}; this screen takes {shown.most}{" "}
            at a time.
          </p>
        )}
        {late > 0 && (
          <p class="notice" role="status">
            {late} more {late === 1 ? "call has" : "calls have"} come since and {late === 1 ? "is" : "are"} not covered.{" "}
            <button type="button" onClick={() => openBatch(batchKey)}>
              Open the batch anew
            </button>
          </p>
        )}
        {gone.size > 0 && results.value === null && (
          <p class="notice bad" role="alert">
            {gone.size} of these {gone.size === 1 ? "calls has" : "calls have"} been answered or changed elsewhere, and{" "}
            {gone.size === 1 ? "takes" : "take"} no answer here.
          </p>
        )}
        {batch.constant.length > 0 && (
          <section class="exact">
            <h3>The same in all</h3>
            <Rows rows={batch.constant} label="Values that are the same in all calls" />
          </section>
        )}
        <h3>What differs</h3>
        <BatchTable shown={shown} gone={gone} />
        <Outliers shown={shown} />
        <BatchCommit shown={shown} seen={seen} />
      </article>
    </SeenContext.Provider>
  );
}

function Outliers({ shown: { batch } }: { readonly shown: Opened["shown"] }) {
  if (batch.outliers.length === 0) return null;
  return (
    <Part class="outliers">
      <h3>Reviewed alone</h3>
      <p class="quiet">These look like the others and stand out; no answer here covers them.</p>
      <ul>
        {batch.outliers.map(({ id, why }) => (
          <li key={id}>
            <a href={hashOf("review", id)}>Review {id.slice(0, 8)}</a>
            {why.map((sentence) => (
              <span key={plain(sentence)}>
                {" "}
                · <Written text={sentence} />
              </span>
            ))}
          </li>
        ))}
      </ul>
    </Part>
  );
}
