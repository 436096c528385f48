/** Where a policy text comes from and goes to: a starter, a file to open, a download. */

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { FilePicker } from "../ui/file-picker.tsx";
import { openPolicyFile } from "./open-file.ts";
import { FIRST, STARTERS } from "./starters.ts";
import { elsewhere, kept, policyStatus, replaced, replaceText, text } from "./state.ts";

/** What went wrong with the last file. */
const trouble = signal<string | null>(null);

export function Toolbar() {
  const [title, setTitle] = useState(FIRST.title);
  const chosen = STARTERS.find((each) => each.title === title) ?? FIRST;
  return (
    <>
      <div class="toolbar">
        <label class="field-inline">
          Starter policy{" "}
          <select value={title} onChange={(event) => setTitle(event.currentTarget.value)}>
            {STARTERS.map((each) => (
              <option key={each.title}>{each.title}</option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => replaceText(chosen.text)}>
          Use it
        </button>
        <span class="spacer" />
        <FilePicker label="Open file…" accept=".yaml,.yml,.json,.txt" onFile={(file) => open(file)} />
        <button type="button" onClick={download}>
          Download
        </button>
      </div>
      <Notices />
    </>
  );
}

function Notices() {
  const before = replaced.value;
  const other = elsewhere.value;
  return (
    <>
      {trouble.value !== null && (
        <div class="notice bad" role="alert">
          <p>This file cannot be opened as a policy; the text below is unchanged.</p>
          <pre>{trouble.value}</pre>
          <button type="button" onClick={() => dismissTrouble()}>
            Dismiss
          </button>
        </div>
      )}
      {before !== null && (
        <p class="notice">
          The text was replaced.{" "}
          <button
            type="button"
            onClick={() => {
              text.value = before;
              replaced.value = null;
            }}
          >
            Bring the text before back
          </button>
        </p>
      )}
      {other !== null && (
        <p class="notice">
          Another tab has changed the policy since.{" "}
          <button type="button" onClick={() => replaceText(other)}>
            Take over its text
          </button>
        </p>
      )}
      {!kept.value && (
        <p class="notice bad" role="alert">
          This browser could not keep the text for the next visit (it is too large, or keeping is switched off).
          Download it.
        </p>
      )}
    </>
  );
}

async function open(file: File): Promise<void> {
  const opened = await openPolicyFile(file);
  trouble.value = opened.ok ? null : opened.message;
  if (opened.ok) replaceText(opened.text);
}

function dismissTrouble(): void {
  trouble.value = null;
}

function download(): void {
  const status = policyStatus.value;
  const name = status.state === "in-force" ? status.policy.policies[0]?.name : null;
  const address = URL.createObjectURL(new Blob([text.value], { type: "application/yaml" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${(name ?? "policy").replace(/[^\w.-]+/g, "-")}.yaml`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
