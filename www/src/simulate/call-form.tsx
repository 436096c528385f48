/** A call as fields: the tool, its arguments one a row, and what else a call may carry. */

import { VisibleText } from "../text/visible-text.tsx";
import { ArgumentRows } from "./argument-rows.tsx";
import { chooseTool, formOfTool, knownTools } from "./catalogue-state.ts";
import { type FormDraft, form, jsonProblem, PARTS, type Part, toJson } from "./draft.ts";
import { JsonField } from "./json-field.tsx";
import { tried } from "./state.ts";
import { ToolFields } from "./tool-fields.tsx";

const PART_HINTS: Readonly<Record<Part, string>> = {
  reason: "the agent's own words, never believed",
  agent: "known by the guard",
  user: "known by the guard",
  session: 'known by the guard; with marks, such as { "id": "s1", "marks": ["tainted"] }',
  context: "known by the guard; a JSON object",
  confidence: "from 0 to 1, reported by the agent",
};

/** No list of names is read that is longer. */
const LISTED_MAX = 500;

export function CallForm() {
  const draft = form.value;
  const noTool = tried.value && draft.tool === "";
  const tool = formOfTool(draft.tool);
  const carried = PARTS.filter((part) => draft.parts[part] !== "").length;
  return (
    <>
      <div class="field">
        <label for="tool">Tool</label>
        <input
          id="tool"
          list="tools"
          autocomplete="off"
          spellcheck={false}
          value={draft.tool}
          aria-invalid={noTool}
          aria-describedby={noTool ? "tool-problem" : undefined}
          onInput={(event) => chooseTool(event.currentTarget.value)}
        />
        <datalist id="tools">
          {knownTools()
            .slice(0, LISTED_MAX)
            .map((tool) => (
              <option key={tool} value={tool} />
            ))}
        </datalist>
        {noTool && (
          <p id="tool-problem" class="field-problem">
            A call names its tool.
          </p>
        )}
      </div>
      {tool === null ? (
        <ArgumentRows rows={draft.rows} onChange={(rows) => change({ rows })} />
      ) : (
        <>
          {tool.description !== null && (
            <p class="quiet">
              <VisibleText text={tool.description} />
            </p>
          )}
          <ToolFields
            key={tool.name}
            title={`Arguments of ${tool.name}`}
            fields={tool.fields}
            rows={draft.rows}
            onChange={(rows) => change({ rows })}
          />
        </>
      )}
      <details>
        <summary>Reason, agent, user, session, context {carried > 0 && <span class="count">{carried}</span>}</summary>
        {PARTS.map((part) => (
          <JsonField
            key={part}
            label={part}
            hint={PART_HINTS[part]}
            value={draft.parts[part]}
            problem={draft.parts[part].trim() === "" ? null : jsonProblem(draft.parts[part])}
            onChange={(json) => change({ parts: { ...form.value.parts, [part]: json } })}
          />
        ))}
        {draft.others.length > 0 && (
          <p class="quiet">Further keys, which calls do not have: {draft.others.map(({ key }) => key).join(", ")}</p>
        )}
      </details>
      <p class="switch">
        <button type="button" class="link" onClick={toJson}>
          Write the whole call as JSON
        </button>
      </p>
    </>
  );
}

function change(part: Partial<FormDraft>): void {
  form.value = { ...form.value, ...part };
}
