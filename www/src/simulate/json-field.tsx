/** A field whose value is JSON. */

import { useId } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  /** What is wrong with the value, or `null`. */
  readonly problem: string | null;
  readonly onChange: (json: string) => void;
}

export function JsonField({ label, hint, value, problem, onChange }: Props) {
  const id = useId();
  const problemId = `${id}-problem`;
  return (
    <div class="field">
      <label for={id}>
        {label} {hint !== undefined && <span class="hint">{hint}</span>}
      </label>
      <input
        id={id}
        class="mono"
        autocomplete="off"
        spellcheck={false}
        value={value}
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : problemId}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {problem !== null && (
        <p id={problemId} class="field-problem">
          {problem}{" "}
          {value.trim() !== "" && (
            <button type="button" class="link" onClick={() => onChange(JSON.stringify(value))}>
              Take it as text
            </button>
          )}
        </p>
      )}
    </div>
  );
}
