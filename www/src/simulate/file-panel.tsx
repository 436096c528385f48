/** A file of recorded calls: open or drop it, see how far it is, the counts, the decisions. */

import { useEffect } from "preact/hooks";
import { policyStatus } from "../policy/state.ts";
import { FilePicker } from "../ui/file-picker.tsx";
import { FileCounts } from "./file-counts.tsx";
import { FileLinePanel } from "./file-line-panel.tsx";
import { FileProgressBar } from "./file-progress-bar.tsx";
import { decideFile, file, followRows } from "./file-state.ts";
import { FileTable } from "./file-table.tsx";

export function FilePanel() {
  useEffect(followRows, []);
  const shown = file.value;
  const status = policyStatus.value;
  const ready = status.state === "in-force";
  return (
    <section class="panel" aria-labelledby="file-title" onDrop={drop}>
      <h2 id="file-title">A file of recorded calls</h2>
      <p class="quiet">
        NDJSON: one call a line, such as <code>{'{"tool": "file.read", "args": {"path": "a.txt"}}'}</code>. The file
        stays on this machine.
      </p>
      <FilePicker
        label="Open file of calls…"
        accept=".ndjson,.jsonl,.json,.txt"
        disabled={!ready}
        onFile={decideFile}
      />
      <span class="quiet"> or drop one here</span>
      {shown !== null && (
        <>
          <FileProgressBar shown={shown} />
          {ready && status.policy.digest !== shown.digest && (
            <p class="notice">
              The policy has changed since; these decisions are of the policy before. Open the file again for the
              present one.
            </p>
          )}
          {shown.progress !== null && (
            <>
              <FileCounts counts={shown.progress.counts} />
              <FileTable progress={shown.progress} />
              <FileLinePanel shown={shown} linked={ready && status.text === shown.policyText} />
            </>
          )}
        </>
      )}
    </section>
  );
}

function drop(event: DragEvent): void {
  const [dropped] = event.dataTransfer?.files ?? [];
  if (dropped === undefined) return;
  event.preventDefault();
  decideFile(dropped);
}
