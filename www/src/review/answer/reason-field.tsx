/** Why: one of a few reasons, and words. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { saysSomething } from "../../engine/review/notes.ts";

export interface Reason {
  readonly code: string | null;
  readonly words: string;
}

export const NO_REASON: Reason = { code: null, words: "" };

/** Whether it says something: a blank or one letter does not. */
export function isReason({ code, words }: Reason): boolean {
  return code !== null && saysSomething(words);
}

interface Props {
  readonly title: string;
  readonly reasons: Readonly<Record<string, string>>;
  readonly reason: Reason;
  readonly onReason: (reason: Reason) => void;
  readonly focus: boolean;
}

export function ReasonField({ title, reasons, reason, onReason, focus }: Props) {
  const first = useRef<HTMLInputElement>(null);
  // Before the next key: whoever asks by a key goes on at once.
  useLayoutEffect(() => {
    if (focus) first.current?.focus({ preventScroll: true });
  }, [focus]);
  return (
    <fieldset class="reasons">
      <legend>{title}</legend>
      <div class="reason-codes">
        {Object.entries(reasons).map(([code, label], at) => (
          <label key={code}>
            <input
              ref={at === 0 ? first : null}
              type="radio"
              name="reason"
              value={code}
              checked={reason.code === code}
              onChange={() => onReason({ ...reason, code })}
            />{" "}
            {label}
          </label>
        ))}
      </div>
      <div class="field">
        <label for="reason-words">
          In your words <span class="hint">kept with your answer; the agent is told</span>
        </label>
        <textarea
          id="reason-words"
          rows={2}
          value={reason.words}
          onInput={(event) => onReason({ ...reason, words: event.currentTarget.value })}
        />
      </div>
    </fieldset>
  );
}
