/** The versions of the active policy: what differs from the present text, and the way back. */

import { useEffect, useState } from "preact/hooks";
import { VisibleText } from "../../text/visible-text.tsx";
import { Time } from "../../ui/time.tsx";
import { text } from "../state.ts";
import { changeNote, restore } from "./acts.ts";
import { Difference } from "./difference.tsx";
import { lookedAt } from "./panel.ts";
import { PolicyLook } from "./policy-look.tsx";
import type { VersionRecord } from "./records.ts";
import { active, lookUpDigests, savedVersion, versions } from "./state.ts";

export function VersionsPanel() {
  const list = versions.value;
  const id = active.value?.id;
  useEffect(() => {
    if (id !== undefined) void lookUpDigests();
  }, [id]);
  const chosen = list.find((each) => each.id === lookedAt.value) ?? list[0];
  if (chosen === undefined) {
    return <p class="quiet">This policy has no version yet. “Save version” makes one; what is typed is kept anyway.</p>;
  }
  return (
    <div class="library-columns">
      <ol class="library-list" aria-label="Versions, the newest first">
        {list.map((each) => (
          <li key={each.id}>
            <VersionRow version={each} isChosen={each === chosen} />
          </li>
        ))}
      </ol>
      <Chosen key={chosen.id} version={chosen} />
    </div>
  );
}

function VersionRow({ version, isChosen }: { readonly version: VersionRecord; readonly isChosen: boolean }) {
  const { number, atMs, kind, note, id } = version;
  return (
    <button
      type="button"
      class="library-item"
      aria-current={isChosen ? "true" : undefined}
      onClick={() => {
        lookedAt.value = id;
      }}
    >
      <span class="library-name">
        Version {number} {kind === "kept" && <span class="chip">kept by the page</span>}
        {savedVersion.value?.id === id && <span class="chip">last saved</span>}
      </span>
      {note !== "" && (
        <span class="library-note">
          <VisibleText text={note} />
        </span>
      )}
      <span class="library-meta">
        <Time ms={atMs} /> · {facts(version)}
      </span>
    </button>
  );
}

function facts({ rules, digest }: VersionRecord): string {
  if (rules === null || digest === null) return "not checked, or with errors";
  return `${rules} ${rules === 1 ? "rule" : "rules"} · ${digest.slice("sha256:".length, "sha256:".length + 12)}`;
}

function Chosen({ version }: { readonly version: VersionRecord }) {
  const [isWhole, setWhole] = useState(false);
  const [note, setNote] = useState<string | null>(null);
  const current = text.value;
  const isSame = version.text === current;
  const name = `version ${version.number}`;
  return (
    <div class="library-chosen">
      <h3>Version {version.number}</h3>
      <div class="toolbar">
        <button type="button" disabled={isSame} onClick={() => void restore(version)}>
          Bring this text back
        </button>
        <button type="button" aria-pressed={isWhole} onClick={() => setWhole(!isWhole)}>
          Whole text
        </button>
        <button
          type="button"
          aria-expanded={note !== null}
          onClick={() => setNote(note === null ? version.note : null)}
        >
          {version.note === "" ? "Add a note" : "Change the note"}
        </button>
      </div>
      {note !== null && (
        <form
          class="toolbar"
          onSubmit={(event) => {
            event.preventDefault();
            setNote(null);
            void changeNote(version, note);
          }}
        >
          <label class="field-inline">
            Note <input value={note} maxLength={200} onInput={(event) => setNote(event.currentTarget.value)} />
          </label>
          <button type="submit">Keep the note</button>
        </form>
      )}
      {isWhole ? (
        <PolicyLook text={version.text} label={`Text of ${name}`} />
      ) : (
        <Difference before={version.text} after={current} names={[name, "the present text"]} />
      )}
    </div>
  );
}
