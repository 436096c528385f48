/** Policies to start from: each is looked at before it is used, and none becomes active by being looked at. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Looked } from "../../engine/library/api.ts";
import { FIRST, STARTERS, type Starter } from "../starters.ts";
import { usePolicy } from "./acts.ts";
import { hide, lookedAt } from "./panel.ts";
import { PolicyLook, Summary } from "./policy-look.tsx";
import { lookAt } from "./state.ts";

/** What the engine says of each, once it was asked. */
const looks = signal<Readonly<Record<string, Looked | null>>>({});

export function StartersPanel() {
  const chosen = STARTERS.find(({ title }) => title === lookedAt.value) ?? FIRST;
  useEffect(() => {
    void lookAtAll();
  }, []);
  return (
    <div class="library-columns">
      <ul class="library-list" aria-label="Starter policies">
        {STARTERS.map((each) => (
          <li key={each.title}>
            <StarterRow starter={each} isChosen={each === chosen} />
          </li>
        ))}
      </ul>
      <div class="library-chosen" key={chosen.title}>
        <h3>{chosen.title}</h3>
        <p>{chosen.about}</p>
        <div class="toolbar">
          <button type="button" class="primary" onClick={() => void use(chosen)}>
            Use it
          </button>
          <span class="hint">It becomes a new policy and the active one. The one before stays in the library.</span>
        </div>
        <PolicyLook text={chosen.text} label={`Text of the starter policy ${chosen.title}`} />
      </div>
    </div>
  );
}

function StarterRow({ starter, isChosen }: { readonly starter: Starter; readonly isChosen: boolean }) {
  const { title, about } = starter;
  return (
    <button
      type="button"
      class="library-item"
      aria-current={isChosen ? "true" : undefined}
      onClick={() => {
        lookedAt.value = title;
      }}
    >
      <span class="library-name">{title}</span>
      <span class="library-note">{about}</span>
      <Summary looked={looks.value[title]} />
    </button>
  );
}

async function lookAtAll(): Promise<void> {
  for (const { title, text } of STARTERS) {
    if (looks.peek()[title] == null) looks.value = { ...looks.peek(), [title]: await lookAt(text) };
  }
}

async function use({ title, text }: Starter): Promise<void> {
  if (await usePolicy({ name: title, text, note: `From the starter policy “${title}”` })) hide();
}
