/** All policies of this browser: looking at one changes nothing; making it active is an act of its own. */

import { useState } from "preact/hooks";
import { VisibleText } from "../../text/visible-text.tsx";
import { Time } from "../../ui/time.tsx";
import { text } from "../state.ts";
import { activate, duplicate, remove, removeForGood, rename, unremove } from "./acts.ts";
import { FilesPicker } from "./files-picker.tsx";
import { importFiles, wholeLibrary } from "./import.ts";
import { lookedAt } from "./panel.ts";
import { PolicyLook } from "./policy-look.tsx";
import { saveFile } from "./save-file.ts";
import { active, type Listed, policies } from "./state.ts";

export function PoliciesPanel() {
  const live = policies.value.filter(({ deletedMs }) => deletedMs === null);
  const deleted = policies.value.filter(({ deletedMs }) => deletedMs !== null);
  const chosen = live.find(({ id }) => id === lookedAt.value) ?? active.value ?? live[0];
  return (
    <>
      <div class="library-columns">
        <div>
          <ul class="library-list" aria-label="Policies">
            {live.map((each) => (
              <li key={each.id}>
                <PolicyRow policy={each} isChosen={each.id === chosen?.id} />
              </li>
            ))}
          </ul>
          {deleted.length > 0 && <Deleted list={deleted} />}
        </div>
        {chosen !== undefined && <Chosen key={chosen.id} policy={chosen} />}
      </div>
      <div class="toolbar library-foot">
        <FilesPicker label="Import files…" onFiles={(files) => void importFiles(files)} />
        <button type="button" onClick={() => void exportAll()}>
          Export all as one file
        </button>
        <span class="hint">Policies as YAML or JSON, several at once, or a whole library. Nothing is overwritten.</span>
      </div>
    </>
  );
}

function PolicyRow({ policy, isChosen }: { readonly policy: Listed; readonly isChosen: boolean }) {
  return (
    <button
      type="button"
      class="library-item"
      aria-current={isChosen ? "true" : undefined}
      onClick={() => {
        lookedAt.value = policy.id;
      }}
    >
      <span class="library-name">
        <VisibleText text={policy.name} /> {policy.id === active.value?.id && <span class="chip allow">active</span>}
      </span>
      <span class="library-meta">
        {policy.versions} {policy.versions === 1 ? "version" : "versions"} · changed <Time ms={policy.changedMs} />
      </span>
    </button>
  );
}

function Chosen({ policy }: { readonly policy: Listed }) {
  const [name, setName] = useState<string | null>(null);
  const isActive = policy.id === active.value?.id;
  return (
    <div class="library-chosen">
      <h3>
        <VisibleText text={policy.name} />
      </h3>
      <p class="quiet">
        {isActive
          ? "This is the active policy: it is edited below, and it decides in this page."
          : "You only look at it here: it is not active and decides nothing."}
      </p>
      <div class="toolbar">
        {!isActive && (
          <button type="button" class="primary" onClick={() => void activate(policy.id)}>
            Make it active
          </button>
        )}
        <button type="button" aria-expanded={name !== null} onClick={() => setName(name === null ? policy.name : null)}>
          Rename
        </button>
        <button type="button" onClick={() => void duplicate(policy)}>
          Duplicate
        </button>
        <button type="button" onClick={() => saveFile(policy.name, "yaml", isActive ? text.peek() : policy.draft.text)}>
          Export as YAML
        </button>
        {!isActive && (
          <button type="button" onClick={() => void remove(policy)}>
            Delete
          </button>
        )}
      </div>
      {name !== null && (
        <form
          class="toolbar"
          onSubmit={(event) => {
            event.preventDefault();
            setName(null);
            void rename(policy.id, name);
          }}
        >
          <label class="field-inline">
            New name{" "}
            <input value={name} maxLength={80} required onInput={(event) => setName(event.currentTarget.value)} />
          </label>
          <button type="submit">Keep the name</button>
        </form>
      )}
      {!isActive && <PolicyLook text={policy.draft.text} label={`Text of ${policy.name}`} />}
    </div>
  );
}

function Deleted({ list }: { readonly list: readonly Listed[] }) {
  return (
    <details class="library-deleted">
      <summary>
        Deleted <span class="count">{list.length}</span>
      </summary>
      <p class="quiet">They are cleared away 30 days after they were deleted.</p>
      <ul>
        {list.map((each) => (
          <li key={each.id}>
            <VisibleText text={each.name} />
            <span class="library-acts">
              <button type="button" aria-label={`Bring back ${each.name}`} onClick={() => void unremove(each.id)}>
                Bring back
              </button>
              <button
                type="button"
                aria-label={`Delete for good ${each.name}`}
                onClick={() => void removeForGood(each.id)}
              >
                Delete for good
              </button>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

async function exportAll(): Promise<void> {
  const whole = await wholeLibrary();
  if (whole !== null) saveFile("countersign-library", "json", whole);
}
