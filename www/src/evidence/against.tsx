/** The checkpoint that the history is read against: of a file that was kept elsewhere, or else the last one exported from here. */

import { computed, signal } from "@preact/signals";
import type { Checkpoint } from "countersign";
import { useState } from "preact/hooks";
import { ask } from "../engine/client.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { FilePicker } from "../ui/file-picker.tsx";
import { ShortDigest } from "../ui/short-digest.tsx";
import { counted } from "./counted.ts";
import { remembered } from "./remembered.ts";

/** A checkpoint is a line of some 200 characters. */
const FILE_BYTES_MAX = 4_096;

interface Opened {
  /** Of its file. */
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

/** The kept file that somebody opened; as long as the page is. */
export const opened = signal<Opened | null>(null);

export const against = computed<Checkpoint | null>(
  () => opened.value?.checkpoint ?? remembered.value.exported?.checkpoint ?? null,
);

export function Against() {
  const checkpoint = against.value;
  const name = opened.value?.name ?? null;
  return (
    <p>
      Against:{" "}
      {checkpoint === null ? (
        "no checkpoint"
      ) : (
        <>
          {name === null ? (
            "the last one exported from here, as this browser remembers it"
          ) : (
            <VisibleText text={name} />
          )}
          , of {counted(checkpoint.size, "entry", "entries")}, root <ShortDigest digest={checkpoint.root} />
        </>
      )}
    </p>
  );
}

/** Opens a kept file, for all that is read against a checkpoint. */
export function CheckpointPicker() {
  const [refused, setRefused] = useState<string | null>(null);

  async function open(file: File) {
    setRefused(null);
    const text = await file
      .slice(0, FILE_BYTES_MAX)
      .text()
      .catch(() => "");
    const checkpoint = await ask((api) => api.readCheckpoint(text.trim())).catch(() => null);
    if (checkpoint === null) setRefused(file.name);
    else opened.value = { name: file.name, checkpoint };
  }

  return (
    <>
      <FilePicker label="Open a kept checkpoint…" accept=".json,application/json" onFile={open} />
      {refused !== null && (
        <p class="notice bad" role="alert">
          <VisibleText text={refused} /> is no checkpoint.
        </p>
      )}
    </>
  );
}
