/** The second step of an approval: what exactly is approved, values to type, why, and a button that arms after a moment. */

import type { Card, Digest } from "countersign";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { APPROVE_REASONS } from "../../engine/review/notes.ts";
import { VisibleText } from "../../text/visible-text.tsx";
import { ShortDigest } from "../../ui/short-digest.tsx";
import { HeadlineText } from "../card/headline.tsx";
import type { Seen } from "../card/seen.ts";
import { commands } from "../card/view.ts";
import { isRisky } from "../risk-chip.tsx";
import { DeliberateButton } from "./deliberate-button.tsx";
import { isLocked, LockState, showNextOf } from "./lock.tsx";
import { isReason, NO_REASON, type Reason, ReasonField } from "./reason-field.tsx";
import { useArmed } from "./use-armed.ts";

interface Props {
  readonly card: Card;
  readonly digest: Digest;
  readonly seen: Seen;
  readonly isRead: boolean;
  readonly answering: boolean;
  readonly onBack: () => void;
  readonly onApprove: (confirmed: Readonly<Record<string, string>>, reason: Reason) => void;
}

export function ApproveStep({ card, digest, seen, isRead, answering, onBack, onApprove }: Props) {
  // What comes to the card meanwhile is looked at too, and then once more all of it.
  const armed = useArmed(card.armMs, seen.grown.value);
  const locked = isLocked({ seen, isRead });
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const [reason, setReason] = useState(NO_REASON);
  const fields = card.confirm;
  const asksWhy = isRisky(card.headline.risk);
  const isTyped = fields.every(({ field }) => typedAt(typed, field) !== "");
  const isSaid = !asksWhy || isReason(reason);
  const isReady = armed && !locked && isTyped && isSaid && !answering;
  const back = useRef<HTMLButtonElement>(null);
  const approveNow = () => {
    if (!isReady) return false;
    onApprove(Object.fromEntries(fields.map(({ field }) => [field, typedAt(typed, field)])), reason);
    return true;
  };
  useLayoutEffect(() => {
    // Where a reason is asked for, the focus is there.
    if (!asksWhy) back.current?.focus();
  }, []);
  useEffect(() => {
    commands.current = { confirm: approveNow, showNext: () => showNextOf(seen) };
    return () => {
      commands.current = {};
    };
  });
  return (
    <fieldset class="step confirm" aria-labelledby="confirm-title">
      <p id="confirm-title">
        Approve{" "}
        <strong>
          <HeadlineText headline={card.headline} />
        </strong>{" "}
        with exactly the arguments above, once? <ShortDigest digest={digest} />
      </p>
      {fields.map(({ field }, at) => (
        <ConfirmField
          key={field}
          id={`confirm-${at}`}
          field={field}
          text={typed[field] ?? ""}
          onText={(text) => setTyped({ ...typed, [field]: text })}
        />
      ))}
      {asksWhy && (
        <ReasonField title="Why is it right?" reasons={APPROVE_REASONS} reason={reason} onReason={setReason} focus />
      )}
      <div class="answers">
        <DeliberateButton armed={!answering} buttonRef={back} onPress={onBack}>
          Back
        </DeliberateButton>
        <DeliberateButton armed={isReady} class="approve" describedBy="confirm-title" onPress={approveNow}>
          Approve this call
        </DeliberateButton>
      </div>
      <p class="quiet confirm-state">
        <LockState seen={seen} isRead={isRead} otherwise={stateText({ answering, armed, isTyped, isSaid })} />
      </p>
    </fieldset>
  );
}

interface FieldProps {
  readonly id: string;
  readonly field: string;
  readonly text: string;
  readonly onText: (text: string) => void;
}

/** What is pasted or dropped was not read. */
function ConfirmField({ id, field, text, onText }: FieldProps) {
  const [wasPasted, setPasted] = useState(false);
  const refuse = (event: Event) => {
    event.preventDefault();
    setPasted(true);
  };
  return (
    <div class="field">
      <label for={id}>
        Type the value of{" "}
        <code>
          <VisibleText text={field} />
        </code>
      </label>
      <input
        id={id}
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onPaste={refuse}
        onDrop={refuse}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      {wasPasted && (
        <p class="field-problem" role="status">
          Read it above and type it: what is pasted was not read.
        </p>
      )}
    </div>
  );
}

function typedAt(typed: Readonly<Record<string, string>>, field: string): string {
  return (Object.hasOwn(typed, field) ? (typed[field] ?? "") : "").trim();
}

interface State {
  readonly answering: boolean;
  readonly armed: boolean;
  readonly isTyped: boolean;
  readonly isSaid: boolean;
}

function stateText({ answering, armed, isTyped, isSaid }: State): string {
  if (answering) return "Recording the answer…";
  if (!armed) return "Read it once more; the button works in a moment.";
  if (!isTyped) return "The button works once everything is typed.";
  return isSaid ? "Ready." : "Choose a reason and say it in a few words.";
}
