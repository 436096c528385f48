/** How far the decisions of a file are, and a way to stop. */

import { VisibleText } from "../text/visible-text.tsx";
import { cancelFile, type FileState } from "./file-state.ts";

const STAGES: Readonly<Record<FileState["stage"], string>> = {
  running: "deciding",
  done: "decided",
  cancelled: "cancelled; what was decided so far is below",
  failed: "failed",
};

export function FileProgressBar({ shown }: { readonly shown: FileState }) {
  const { name, size, stage, message, progress } = shown;
  const bytes = progress?.bytes ?? 0;
  return (
    <div class="file-progress">
      <p role="status">
        <strong>
          <VisibleText text={name} />
        </strong>
        : {STAGES[stage]}
        {message !== null && (
          <>
            , <VisibleText text={message} />
          </>
        )}
      </p>
      <p class="quiet">
        {(progress?.lines ?? 0).toLocaleString()} lines, {bytes.toLocaleString()} of {size.toLocaleString()} bytes
      </p>
      {stage === "running" && (
        <p class="bar">
          <progress max={Math.max(size, 1)} value={bytes} aria-label="Bytes decided" />
          <button type="button" onClick={cancelFile}>
            Cancel
          </button>
        </p>
      )}
    </div>
  );
}
