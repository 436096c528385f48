/** The evidence view: what reviewers did, how long they were waited for, and whether the history of it is whole. */

import { useEffect } from "preact/hooks";
import type { Evidence } from "../engine/evidence/api.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { AttentionPanel } from "./attention-panel.tsx";
import { CalibrationPanel } from "./calibration-panel.tsx";
import { HistoryPanel } from "./history-panel.tsx";
import { duration, percent } from "./numbers.ts";
import { compare } from "./remembered.ts";
import { RulesPanel, WaitingPanel } from "./rules-panel.tsx";
import { SavedPanel } from "./saved-panel.tsx";
import { evidence, evidenceTrouble, followEvidence } from "./state.ts";
import { StoragePanel } from "./storage-panel.tsx";
import { ThroughputPanel } from "./throughput-panel.tsx";
import { VerifyPanel } from "./verify-panel.tsx";
import { WorkBar } from "./work-bar.tsx";

export function EvidenceView() {
  useEffect(followEvidence, []);
  useEffect(() => {
    void compare();
  }, []);
  const facts = evidence.value;
  const trouble = evidenceTrouble.value;
  return (
    <div class="evidence">
      <h1>Evidence</h1>
      {trouble !== null && (
        <p class="notice bad" role="alert">
          The history cannot be counted: <VisibleText text={trouble} />.
        </p>
      )}
      <WorkBar work="evidence" label="Counting the history" />
      {facts !== null && (
        <>
          <Overview evidence={facts} />
          <RulesPanel evidence={facts} />
          <WaitingPanel evidence={facts} />
          {facts.hours.length > 0 && <ThroughputPanel evidence={facts} />}
        </>
      )}
      <AttentionPanel />
      <CalibrationPanel />
      <SavedPanel />
      <VerifyPanel />
      <HistoryPanel />
      <section class="panel" aria-labelledby="storage-title">
        <h2 id="storage-title">Storage</h2>
        <StoragePanel />
      </section>
    </div>
  );
}

function Overview({ evidence: { all } }: { readonly evidence: Evidence }) {
  const { opened, answered, asProposed, waits, pending } = all;
  const tiles = [
    { name: "calls held", value: opened.toLocaleString() },
    { name: "answered", value: answered.toLocaleString() },
    { name: "approved as proposed", value: answered === 0 ? "–" : percent(asProposed / answered) },
    { name: "median wait", value: duration(waits.medianMs) },
    { name: "waiting now", value: pending.toLocaleString() },
  ];
  return (
    <dl class="tiles">
      {tiles.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
