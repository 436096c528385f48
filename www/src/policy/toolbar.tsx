/** The active policy, what became of its text, and the way to the others: versions, starters, files, links. */

import { useEffect, useState } from "preact/hooks";
import { isDemo, isServed } from "../place.ts";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { FIRST } from "./first-policy.ts";
import { saveVersion } from "./library/acts.ts";
import { FilesPicker } from "./library/files-picker.tsx";
import { importFiles } from "./library/import.ts";
import { LibraryNotices } from "./library/notices.tsx";
import { hide, type Panel, panel, toggle } from "./library/panel.ts";
import { PoliciesPanel } from "./library/policies-panel.tsx";
import { saveFile } from "./library/save-file.ts";
import { StartersPanel } from "./library/starters-panel.tsx";
import { active, isEdited, keepDraft, library, policies, savedVersion, trouble, versions } from "./library/state.ts";
import { VersionsPanel } from "./library/versions-panel.tsx";
import { SharePanel } from "./share/share-panel.tsx";
import { kept, policyStatus, text } from "./state.ts";

const TITLES: Readonly<Record<Panel, string>> = {
  save: "Save a version",
  policies: "Policies",
  versions: "Versions",
  starters: "Starter policies",
  share: "Share a link",
};

export function Toolbar() {
  useEffect(() => listen(), []);
  return (
    <>
      <div class="library-bar">
        <ActivePolicy />
        {/* biome-ignore lint/a11y/useSemanticElements: these are no fields of a form */}
        <div class="button-group" role="group" aria-label="The text of this policy">
          <PanelButton of="save" isMain={active.value !== null && isEdited.value}>
            Save version
          </PanelButton>
          <PanelButton of="versions" count={versions.value.length}>
            Versions
          </PanelButton>
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: these are no fields of a form */}
        <div class="button-group" role="group" aria-label="Other policies">
          <PanelButton of="policies" count={policies.value.filter(({ deletedMs }) => deletedMs === null).length}>
            Policies
          </PanelButton>
          <PanelButton of="starters">Starters</PanelButton>
        </div>
        {/* biome-ignore lint/a11y/useSemanticElements: these are no fields of a form */}
        <div class="button-group" role="group" aria-label="Files and links">
          <FilesPicker label="Open file…" onFiles={(files) => void importFiles(files)} />
          <button type="button" onClick={download}>
            Download
          </button>
          {!isServed && <PanelButton of="share">Share…</PanelButton>}
        </div>
      </div>
      <FirstSteps />
      <LibraryNotices />
      <OpenPanel />
    </>
  );
}

/** The name of the active policy, and whether its text is saved. */
function ActivePolicy() {
  const policy = active.value;
  const last = savedVersion.value;
  if (policy === null) {
    return (
      <p class="active-policy quiet">{library.value.state === "opening" ? "Opening the library…" : "No library"}</p>
    );
  }
  return (
    <p class="active-policy">
      <span class="quiet">Active policy</span>{" "}
      <strong>
        <VisibleText text={policy.name} />
      </strong>{" "}
      <span class="chip" role="status">
        {last === null && "never saved as a version"}
        {last !== null && (isEdited.value ? `edited since version ${last.number}` : `saved as version ${last.number}`)}
      </span>
    </p>
  );
}

/** What to do first, while nothing was done yet. */
function FirstSteps() {
  if (library.value.state !== "open" || policies.value.length !== 1 || versions.value.length !== 1) return null;
  if (text.value !== FIRST.text || panel.value !== null) return null;
  return (
    <div class="first-steps">
      <p>
        <strong>Begin here.</strong> A policy says what an agent may do alone, what waits for a person, and what never
        runs. This one is an example, in force already.
      </p>
      <ol>
        <li>
          <button type="button" class="link" onClick={() => toggle("starters")}>
            Choose a starter
          </button>{" "}
          that is near to your agent, or go on with this text.
        </li>
        <li>Change the rules. Problems and tests show below as you type.</li>
        <li>
          <a href={hashOf("simulate")}>Try calls</a>, and answer those that wait in{" "}
          <a href={hashOf("review")}>Review</a>.
        </li>
      </ol>
      {!isServed && !isDemo && (
        <p>
          Or look on first: <a href="?demo">the demonstration</a> has a made-up agent at work.
        </p>
      )}
    </div>
  );
}

interface PanelButtonProps {
  readonly of: Panel;
  readonly count?: number;
  /** Whether it is what should be done next. */
  readonly isMain?: boolean;
  readonly children: string;
}

function PanelButton({ of, count, isMain = false, children }: PanelButtonProps) {
  const isOpen = panel.value === of;
  return (
    <button
      type="button"
      class={isMain && !isOpen ? "primary" : undefined}
      id={`open-${of}`}
      aria-expanded={isOpen}
      aria-controls={isOpen ? "library-panel" : undefined}
      onClick={() => toggle(of)}
    >
      {children}
      {count !== undefined && (
        <>
          {" "}
          <span class="count">{count}</span>
        </>
      )}
    </button>
  );
}

function OpenPanel() {
  const open = panel.value;
  if (open === null) return null;
  return (
    <section
      id="library-panel"
      class="panel library-panel"
      aria-labelledby="library-panel-title"
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.defaultPrevented) close(open);
      }}
    >
      <div class="library-head">
        <h2 id="library-panel-title">{TITLES[open]}</h2>
        <button type="button" onClick={() => close(open)}>
          Close
        </button>
      </div>
      {open === "save" && <SaveForm />}
      {open === "policies" && <PoliciesPanel />}
      {open === "versions" && <VersionsPanel />}
      {open === "starters" && <StartersPanel />}
      {open === "share" && <SharePanel />}
    </section>
  );
}

function SaveForm() {
  const [note, setNote] = useState("");
  return (
    <form
      class="toolbar"
      onSubmit={(event) => {
        event.preventDefault();
        void saveVersion(note).then((added) => {
          if (added !== null) close("save");
        });
      }}
    >
      <label class="field-inline save-note">
        Note, if you like{" "}
        <input
          value={note}
          maxLength={200}
          placeholder="what has changed, and why"
          ref={(element) => element?.focus()}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary">
        Save
      </button>
      <span class="hint">Ctrl+S saves without a note. What is typed is kept as a draft anyway.</span>
    </form>
  );
}

/** Closes a panel, and goes back to the button that opened it. */
function close(of: Panel): void {
  hide();
  document.getElementById(`open-${of}`)?.focus();
}

/** Ctrl+S, and files that are dropped anywhere in this view. */
function listen(): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  window.addEventListener(
    "keydown",
    (event) => {
      const isSave =
        (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "s";
      if (!isSave) return;
      event.preventDefault();
      if (!event.repeat) void saveVersion("");
    },
    { signal },
  );
  window.addEventListener(
    "drop",
    (event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      // Before the editor, which would put the file into the text.
      event.preventDefault();
      event.stopPropagation();
      void importFiles(files);
    },
    { signal, capture: true },
  );
  document.addEventListener(
    "visibilitychange",
    () => {
      if (document.visibilityState === "hidden") void keepDraft();
    },
    { signal },
  );
  window.addEventListener(
    "beforeunload",
    (event) => {
      // Neither the draft nor the library could be written: the text is nowhere but here.
      if (!kept.peek() && (library.peek().state !== "open" || trouble.peek() !== null)) event.preventDefault();
    },
    { signal },
  );
  return () => stop.abort();
}

function download(): void {
  const status = policyStatus.value;
  const name = status.state === "in-force" ? status.policy.policies[0]?.name : null;
  saveFile(name ?? active.value?.name ?? "policy", "yaml", text.value);
}
