/** The second step of an approval: what exactly is approved, values to type, and a button that arms after a moment. */

import type { Digest } from "countersign";
import { useEffect, useRef, useState } from "preact/hooks";
import { VisibleText } from "../text/visible-text.tsx";
import { ShortDigest } from "../ui/short-digest.tsx";
import { DeliberateButton } from "./deliberate-button.tsx";
import { useArmed } from "./use-armed.ts";

const ARM_MS = 1_000;

interface Props {
  readonly tool: string;
  readonly digest: Digest;
  /** Fields whose value the reviewer types. */
  readonly fields: readonly string[];
  readonly answering: boolean;
  readonly onBack: () => void;
  readonly onApprove: (confirmed: Readonly<Record<string, string>>) => void;
}

export function Confirm({ tool, digest, fields, answering, onBack, onApprove }: Props) {
  const armed = useArmed(ARM_MS);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const isTyped = fields.every((field) => typedAt(typed, field) !== "");
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    back.current?.focus();
  }, []);
  return (
    <fieldset class="confirm" aria-labelledby="confirm-title">
      <p id="confirm-title">
        Approve{" "}
        <strong>
          <VisibleText text={tool} />
        </strong>{" "}
        with exactly the arguments above, once? <ShortDigest digest={digest} />
      </p>
      {fields.map((field, at) => (
        <div class="field" key={field}>
          <label for={`confirm-${at}`}>
            Type the value of{" "}
            <code>
              <VisibleText text={field} />
            </code>
          </label>
          <input
            id={`confirm-${at}`}
            type="text"
            autocomplete="off"
            spellcheck={false}
            value={typed[field] ?? ""}
            onInput={(event) => setTyped({ ...typed, [field]: event.currentTarget.value })}
          />
        </div>
      ))}
      <div class="answers">
        <DeliberateButton armed={!answering} buttonRef={back} onPress={onBack}>
          Back
        </DeliberateButton>
        <DeliberateButton
          armed={armed && isTyped && !answering}
          class="approve"
          describedBy="confirm-title"
          onPress={() => onApprove(Object.fromEntries(fields.map((field) => [field, typedAt(typed, field)])))}
        >
          Approve this call
        </DeliberateButton>
      </div>
      <p class="quiet" role="status">
        {stateText(answering, armed, isTyped)}
      </p>
    </fieldset>
  );
}

function typedAt(typed: Readonly<Record<string, string>>, field: string): string {
  return (typed[field] ?? "").trim();
}

function stateText(answering: boolean, armed: boolean, isTyped: boolean): string {
  if (answering) return "Recording the answer…";
  if (!armed) return "Read it once more; the button works in a moment.";
  return isTyped ? "Ready." : "The button works once everything is typed.";
}
