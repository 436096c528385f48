/** The evidence of this history as a file, for whoever adds up those of many browsers. */

import { VisibleText } from "../text/visible-text.tsx";
import { against } from "./against.tsx";
import { savedEvidence, saveEvidence, savingTrouble } from "./calibration-state.ts";
import { dayName, save } from "./save.ts";
import { WorkBar } from "./work-bar.tsx";

export function SavedPanel() {
  const saved = savedEvidence.value;
  const trouble = savingTrouble.value;
  return (
    <section class="panel" aria-labelledby="saved-title">
      <h2 id="saved-title">Evidence for another machine</h2>
      <p class="hint">
        The evidence of many browsers adds up: save that of this one, and <code>countersign calibrate</code> takes it on
        another machine. It is read against the same checkpoint as above, and holds the calls that people answered, with
        their arguments.
      </p>
      <div class="toolbar">
        <button type="button" onClick={() => void saveEvidence(against.peek())}>
          Save evidence
        </button>
        {saved !== null && (
          <button
            type="button"
            onClick={() => {
              const file = new Blob([saved.checkpoint], { type: "application/json" });
              save(file, `countersign-evidence-checkpoint-${dayName()}.json`);
            }}
          >
            Download its checkpoint
          </button>
        )}
      </div>
      <WorkBar work="save" label="Reading the history for its evidence" />
      <div role="status">
        {trouble !== null && (
          <p class="notice bad">
            Nothing was saved: <VisibleText text={trouble} />.
          </p>
        )}
        {saved !== null && (
          <p class="quiet">
            {saved.isVerified
              ? "Saved. Send its checkpoint another way than the file: only with it does the file prove anything."
              : "Saved, but it proves nothing: the history was not read against a checkpoint that was kept elsewhere."}
          </p>
        )}
      </div>
    </section>
  );
}
