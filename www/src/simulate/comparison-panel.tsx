/** Comparison: how the calls of the open file are decided by another policy, and by the one in force. */

import { useEffect } from "preact/hooks";
import { policyStatus } from "../policy/state.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { Rendered } from "../ui/rendered.tsx";
import { ComparisonCountsView } from "./comparison-counts.tsx";
import { ComparisonLine } from "./comparison-line.tsx";
import { type ComparisonState, cancelComparison, compareFile, comparison, followChanges } from "./comparison-state.ts";
import { ComparisonTable } from "./comparison-table.tsx";
import { file } from "./file-state.ts";
import { OtherPolicyPicker } from "./other-policy.tsx";

export function ComparisonPanel() {
  useEffect(followChanges, []);
  const shown = comparison.value;
  const calls = file.value;
  const status = policyStatus.value;
  const isReady = status.state === "in-force" && calls !== null;
  return (
    <section class="panel comparison" aria-labelledby="comparison-title">
      <h2 id="comparison-title">Comparison</h2>
      <p class="quiet">
        Which decisions on the calls of the open file differ between another policy, before, and the text in the editor,
        after; the worst first.
      </p>
      {calls === null && <p class="quiet">Open a file of recorded calls above first.</p>}
      <OtherPolicyPicker
        verb="Compare"
        disabled={!isReady}
        onPolicy={(before) => {
          if (calls !== null) void compareFile(calls.chosen, before);
        }}
      />
      {shown !== null && <Shown shown={shown} />}
    </section>
  );
}

function Shown({ shown }: { readonly shown: ComparisonState }) {
  const status = policyStatus.value;
  const isOf = status.state === "in-force" && status.policy.digest === shown.digest;
  return (
    <>
      <Progress shown={shown} />
      {status.state === "in-force" && !isOf && (
        <p class="notice">The policy has changed since; compare again for the present one.</p>
      )}
      {shown.progress !== null && (
        <>
          <ComparisonCountsView counts={shown.progress.counts} />
          <ComparisonTable counts={shown.progress.counts} />
          <ComparisonLine shown={shown} />
        </>
      )}
    </>
  );
}

const STAGES: Readonly<Record<ComparisonState["stage"], string>> = {
  running: "comparing",
  done: "compared",
  cancelled: "cancelled; what was compared so far is below",
  failed: "failed",
};

function Progress({ shown }: { readonly shown: ComparisonState }) {
  const { fileName, size, before, stage, message, progress } = shown;
  const bytes = progress?.bytes ?? 0;
  return (
    <div class="comparison-progress">
      <p role="status">
        <strong>
          <VisibleText text={fileName} />
        </strong>{" "}
        under <VisibleText text={before} />: {STAGES[stage]}
      </p>
      {message !== null && <Rendered text={message} />}
      {stage !== "failed" && (
        <p class="quiet">
          {(progress?.lines ?? 0).toLocaleString()} lines, {bytes.toLocaleString()} of {size.toLocaleString()} bytes
        </p>
      )}
      {stage === "running" && (
        <p class="bar">
          <progress max={Math.max(size, 1)} value={bytes} aria-label="Bytes compared" />
          <button type="button" onClick={cancelComparison}>
            Cancel comparison
          </button>
        </p>
      )}
    </div>
  );
}
