/** Whether the history is whole; to take it along; and whether a file of one is what it says. */

import { useState } from "preact/hooks";
import { ask } from "../engine/client.ts";
import type { Verified } from "../engine/evidence/api.ts";
import { isServed } from "../place.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { FilePicker } from "../ui/file-picker.tsx";
import { Against, against, CheckpointPicker, opened } from "./against.tsx";
import { CheckpointPanel } from "./checkpoint-panel.tsx";
import { counted } from "./counted.ts";
import { ImportPart } from "./import-part.tsx";
import { rememberExport } from "./remembered.ts";
import { dayName, save } from "./save.ts";
import { isFailure, working } from "./state.ts";
import { WorkBar } from "./work-bar.tsx";

/** What was found, and of what. */
interface Result {
  readonly of: string;
  readonly found: Verified | string;
}

export function VerifyPanel() {
  const [result, setResult] = useState<Result | null>(null);

  async function verify() {
    setResult(null);
    const answer = await working("verify", (onProgress) =>
      ask((api) => api.verifyStore(against.peek(), onProgress), true),
    );
    if (answer !== null) setResult({ of: "The history here", found: isFailure(answer) ? answer.message : answer });
  }

  async function verifyFile(file: File) {
    setResult(null);
    const checkpoint = opened.peek()?.checkpoint ?? null;
    const answer = await working("file", (onProgress) =>
      ask((api) => api.verifyFile(file, checkpoint, onProgress), true),
    );
    if (answer !== null) setResult({ of: file.name, found: isFailure(answer) ? answer.message : answer });
  }

  return (
    <div class="columns">
      <section class="panel" aria-labelledby="verify-title">
        <h2 id="verify-title">Verification</h2>
        <p class="hint">
          Verifying tells entries that were edited, are missing, were moved or repeated; against a checkpoint that was
          kept elsewhere also a history that was cut short or written anew.
        </p>
        <Against />
        <div class="toolbar">
          <button type="button" class="primary" onClick={verify}>
            Verify the history
          </button>
          <CheckpointPicker />
          <FilePicker
            label="Verify an exported file…"
            accept=".ndjson,.jsonl,application/x-ndjson"
            onFile={verifyFile}
          />
        </div>
        <WorkBar work="verify" label="Verifying the history" />
        <WorkBar work="file" label="Verifying the file" />
        <div role="status">{result !== null && <Found result={result} />}</div>
      </section>
      <section class="panel" aria-labelledby="keep-title">
        <h2 id="keep-title">Checkpoint and export</h2>
        <CheckpointPanel />
        <ExportPart />
        {!isServed && <ImportPart checkpoint={opened.value?.checkpoint ?? null} />}
      </section>
    </div>
  );
}

function Found({ result: { of, found } }: { readonly result: Result }) {
  if (typeof found === "string") {
    return (
      <p class="notice bad">
        <VisibleText text={of} /> was not verified: <VisibleText text={found} />.
      </p>
    );
  }
  const { report, lines, isRedacted } = found;
  const count = report.problems.length + lines.length;
  if (count > 0) {
    return (
      <div class="notice bad">
        <p>
          <strong>
            <VisibleText text={of} />: {counted(count, "problem", "problems")} in{" "}
            {counted(report.entries, "entry", "entries")}.
          </strong>{" "}
          Nothing in it counts as evidence.
        </p>
        <ul class="problems-found">
          {report.problems.slice(0, 20).map(({ kind, seq, message }) => (
            <li key={`${kind} ${seq}`}>
              entry {seq.toLocaleString()}: <strong>{kind}</strong>, <VisibleText text={message} />
            </li>
          ))}
          {lines.slice(0, 20).map((line) => (
            <li key={line}>
              <VisibleText text={line} />
            </li>
          ))}
        </ul>
        {count > 20 && <p>and more.</p>}
      </div>
    );
  }
  return (
    <div class={`notice ${report.against === null ? "" : "good"}`}>
      <p>
        <strong>
          <VisibleText text={of} />: no problem in {counted(report.entries, "entry", "entries")}.
        </strong>{" "}
        {report.against === null
          ? "Not trusted: without a checkpoint that was kept elsewhere nobody can tell whether it was cut short, or made up as a whole."
          : "It goes on from the checkpoint."}
        {isRedacted && " What happened is left out, so only the hashes were checked."}
      </p>
    </div>
  );
}

function ExportPart() {
  const [redact, setRedact] = useState(true);
  const [said, setSaid] = useState<string | null>(null);

  async function download() {
    setSaid(null);
    const answer = await working("export", (onProgress) => ask((api) => api.exportHistory(redact, onProgress), true));
    if (answer === null) return;
    if (isFailure(answer)) {
      setSaid(answer.code === "stopped" ? "Stopped; nothing was saved." : `Nothing was saved: ${answer.message}.`);
      return;
    }
    save(answer.file, `countersign-history-${redact ? "redacted-" : ""}${dayName()}.ndjson`);
    if (answer.checkpoint !== null) rememberExport(answer.checkpoint);
    setSaid(`Saved. The last line is the checkpoint.`);
  }

  return (
    <>
      <h3>Export the history</h3>
      <fieldset class="export-choices">
        <legend class="hint">One entry a line (NDJSON)</legend>
        <label>
          <input type="radio" name="redact" checked={redact} onChange={() => setRedact(true)} /> Redacted: what calls
          hold is left out, and the rest can still be verified
        </label>
        <label>
          <input type="radio" name="redact" checked={!redact} onChange={() => setRedact(false)} /> Whole: every call
          with its arguments, secrets among them
        </label>
      </fieldset>
      <div class="toolbar">
        <button type="button" onClick={download}>
          Export
        </button>
        <span role="status" class="quiet">
          {said !== null && <VisibleText text={said} />}
        </span>
      </div>
      <WorkBar work="export" label="Exporting" />
    </>
  );
}
