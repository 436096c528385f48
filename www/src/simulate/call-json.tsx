/** A call as JSON text. */

import { useState } from "preact/hooks";
import { json, toForm } from "./draft.ts";

export function CallJson() {
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <>
      <div class="field">
        <label for="call-json">
          Call <span class="hint">tool, args, reason, agent, user, session, context, confidence</span>
        </label>
        <textarea
          id="call-json"
          class="mono"
          rows={14}
          spellcheck={false}
          value={json.value}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : "call-json-problem"}
          onInput={(event) => {
            json.value = event.currentTarget.value;
            setProblem(null);
          }}
        />
        {problem !== null && (
          <p id="call-json-problem" class="field-problem">
            {problem}
          </p>
        )}
      </div>
      <p class="switch">
        <button type="button" class="link" onClick={() => setProblem(toForm())}>
          Back to the form
        </button>
      </p>
    </>
  );
}
