/** The simulate view: one call, or a file of recorded calls, under the policy in force. */

import { useEffect } from "preact/hooks";
import { PolicyStatus } from "../policy/policy-status.tsx";
import { policyStatus } from "../policy/state.ts";
import { CallForm } from "./call-form.tsx";
import { CallJson } from "./call-json.tsx";
import { CataloguePanel } from "./catalogue-panel.tsx";
import { ComparisonPanel } from "./comparison-panel.tsx";
import { DecisionCard } from "./decision-card.tsx";
import { mode } from "./draft.ts";
import { FilePanel } from "./file-panel.tsx";
import { followPolicy, simulate } from "./state.ts";
import { WideningPanel } from "./widening-panel.tsx";

export function SimulateView() {
  useEffect(followPolicy, []);
  return (
    <>
      <h1>Simulate</h1>
      <PolicyStatus />
      <div class="columns">
        <section class="panel" aria-labelledby="call-title">
          <h2 id="call-title">One call</h2>
          <CataloguePanel />
          <form
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              simulate();
            }}
          >
            {mode.value === "form" ? <CallForm /> : <CallJson />}
            <button type="submit" class="primary" disabled={policyStatus.value.state !== "in-force"}>
              Decide
            </button>
          </form>
        </section>
        <DecisionCard />
      </div>
      <FilePanel />
      <ComparisonPanel />
      <WideningPanel />
    </>
  );
}
