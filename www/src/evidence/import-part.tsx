/** Takes an exported history into this browser, if that has none yet. */

import type { Checkpoint } from "countersign";
import { useState } from "preact/hooks";
import { ask } from "../engine/client.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { FilePicker } from "../ui/file-picker.tsx";
import { counted } from "./counted.ts";
import { count, isFailure, look, working } from "./state.ts";
import { WorkBar } from "./work-bar.tsx";

/** `checkpoint` is one that was kept elsewhere, against which the file is verified; `null` if there is none. */
export function ImportPart({ checkpoint }: { readonly checkpoint: Checkpoint | null }) {
  const [said, setSaid] = useState<string | null>(null);

  async function take(file: File) {
    setSaid(null);
    const answer = await working("import", (onProgress) =>
      ask((api) => api.importFile(file, checkpoint, onProgress), true),
    );
    if (answer === null) return;
    if (isFailure(answer)) {
      setSaid(answer.code === "stopped" ? "Stopped." : `${file.name} was not imported: ${answer.message}.`);
    } else if ("report" in answer) {
      const problems = answer.report.problems.length + answer.lines.length;
      setSaid(
        `${file.name} was not imported: it has ${counted(problems, "problem", "problems")}. Verify it to see them.`,
      );
    } else {
      setSaid(importedText(answer.entries, answer.closed, checkpoint !== null));
      await count();
      await look();
    }
  }

  return (
    <>
      <h3>Import a history</h3>
      <p class="hint">
        An exported, whole history goes into a browser that has none. It is verified first
        {checkpoint === null ? ", without a checkpoint" : " against the checkpoint that you opened"}; calls that are
        still open in it are closed, as they may have run where it comes from.
      </p>
      <div class="toolbar">
        <FilePicker label="Import an exported file…" accept=".ndjson,.jsonl,application/x-ndjson" onFile={take} />
      </div>
      <p role="status" class="quiet">
        {said !== null && <VisibleText text={said} />}
      </p>
      <WorkBar work="import" label="Importing" />
    </>
  );
}

function importedText(entries: number, closed: number, isAgainst: boolean): string {
  const open = closed === 0 ? "" : ` ${counted(closed, "call was", "calls were")} still open and closed.`;
  const trust = isAgainst ? "" : " Without a checkpoint that was kept elsewhere it is no evidence.";
  return `Imported ${counted(entries, "entry", "entries")}.${open}${trust}`;
}
