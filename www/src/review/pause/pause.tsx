/** Stops agents, from every screen; lets them go on only on purpose. */

import { useEffect, useState } from "preact/hooks";
import { VisibleText } from "../../text/visible-text.tsx";
import { DeliberateButton } from "../answer/deliberate-button.tsx";
import { useArmed } from "../answer/use-armed.ts";
import { followPauses, paused, pauseTrouble, readPauses, setPaused } from "./state.ts";

const RESUME_ARM_MS = 1_000;

/** Stands in the header of the page. */
export function PauseControl() {
  const [isOpen, setOpen] = useState(false);
  useEffect(followPauses, []);
  const stopped = paused.value?.paused ?? [];
  return (
    <div class="pause">
      <button
        type="button"
        class={stopped.length > 0 ? "pause-button stopped" : "pause-button"}
        aria-expanded={isOpen}
        aria-controls="pause-panel"
        onClick={() => {
          setOpen(!isOpen);
          void readPauses(true);
        }}
      >
        {buttonText(stopped)}
      </button>
      {isOpen && <Panel onClose={() => setOpen(false)} />}
    </div>
  );
}

function buttonText(stopped: readonly (string | null)[]): string {
  if (stopped.includes(null)) return "All agents are paused";
  if (stopped.length === 0) return "Pause agents";
  return stopped.length === 1 ? "1 agent is paused" : `${stopped.length} agents are paused`;
}

function Panel({ onClose }: { readonly onClose: () => void }) {
  const [other, setOther] = useState("");
  const { paused: stopped = [], agents = [] } = paused.value ?? {};
  const running = agents.filter((agent) => !stopped.includes(agent));
  return (
    <section
      id="pause-panel"
      class="panel pause-panel"
      aria-label="Pause agents"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <p class="quiet">
        While an agent is paused nothing of it runs and none of its calls is held, approved or not. It lasts until
        somebody ends it.
      </p>
      {pauseTrouble.value !== null && (
        <p class="notice bad" role="alert">
          <VisibleText text={pauseTrouble.value} />
        </p>
      )}
      <ul class="pause-list" aria-live="polite">
        {stopped.map((agent) => (
          <Stopped key={agent ?? ""} agent={agent} />
        ))}
      </ul>
      {!stopped.includes(null) && (
        <p>
          <button type="button" class="reject" onClick={() => setPaused(null, true)}>
            Pause every agent
          </button>
        </p>
      )}
      {running.length > 0 && (
        <ul class="pause-list">
          {running.map((agent) => (
            <li key={agent}>
              <VisibleText text={agent} />
              <button type="button" onClick={() => setPaused(agent, true)}>
                Pause <span class="visually-hidden">{agent}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="field">
        <label for="pause-other">Another agent’s id</label>
        <div class="toolbar">
          <input
            id="pause-other"
            type="text"
            autocomplete="off"
            value={other}
            onInput={(event) => setOther(event.currentTarget.value)}
          />
          <button
            type="button"
            disabled={other.trim() === ""}
            onClick={() => {
              void setPaused(other.trim(), true);
              setOther("");
            }}
          >
            Pause it
          </button>
        </div>
      </div>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </section>
  );
}

/** Ending a pause takes two presses, the second of which arms after a moment. */
function Stopped({ agent }: { readonly agent: string | null }) {
  const [isAsked, setAsked] = useState(false);
  const name = agent === null ? "Every agent" : <VisibleText text={agent} />;
  return (
    <li>
      <span>
        <strong>{name}</strong> is paused
      </span>
      {isAsked ? (
        <Resume agent={agent} onDone={() => setAsked(false)} />
      ) : (
        <DeliberateButton armed onPress={() => setAsked(true)}>
          End the pause… <span class="visually-hidden">{agent ?? "of every agent"}</span>
        </DeliberateButton>
      )}
    </li>
  );
}

function Resume({ agent, onDone }: { readonly agent: string | null; readonly onDone: () => void }) {
  const armed = useArmed(RESUME_ARM_MS);
  return (
    <span class="toolbar">
      <button type="button" onClick={onDone}>
        Keep it paused
      </button>
      <DeliberateButton
        armed={armed}
        class="approve"
        onPress={() => {
          void setPaused(agent, false);
          onDone();
        }}
      >
        Let {agent === null ? "every agent" : "it"} go on
      </DeliberateButton>
    </span>
  );
}
