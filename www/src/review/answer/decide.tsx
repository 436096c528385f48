/** Reject, ask, change, or approve in two steps. */

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Shown } from "../../engine/review/api.ts";
import { noteOf } from "../../engine/review/notes.ts";
import { isServed } from "../../place.ts";
import { fetched } from "../../ui/fetched.tsx";
import type { Seen } from "../card/seen.ts";
import { commands, revealed, step } from "../card/view.ts";
import { askAgent, edit, review } from "../state.ts";
import { ApproveStep } from "./approve.tsx";
import { AskStep } from "./ask.tsx";
import { DeliberateButton } from "./deliberate-button.tsx";
import { editableRows } from "./editable.ts";
import { isLocked, LockState, showNextOf } from "./lock.tsx";
import type { Reason } from "./reason-field.tsx";
import { RejectStep } from "./reject.tsx";
import { useArmed } from "./use-armed.ts";
import { useRead } from "./use-read.ts";
import { useShownMs } from "./use-shown-ms.ts";

/** How long a card stands before it takes a rejection or a question: a press meant for the card before does nothing. */
const REJECT_ARM_MS = 700;

/** Few policies let reviewers change anything. */
const { Part: EditStep } = fetched(async () => (await import("./edit.tsx")).EditStep, {
  meanwhile: ({ onBack }) => (
    <DeliberateButton armed onPress={onBack}>
      Back
    </DeliberateButton>
  ),
});

interface Props {
  readonly shown: Shown;
  readonly seen: Seen;
}

export function Decide({ shown, seen }: Props) {
  const { id } = shown.escalation;
  const { digest } = shown.card;
  const busy = useRef(false);
  const shownMs = useShownMs();
  const section = useRef<HTMLElement>(null);
  const isRead = useRead(shown.card, shownMs, section, seen.grown.value);
  const [answering, setAnswering] = useState(false);

  async function once(work: () => Promise<void>) {
    if (busy.current) return;
    busy.current = true;
    setAnswering(true);
    await work();
    busy.current = false;
    setAnswering(false);
    step.value = "choose";
  }
  const answer = (verdict: "approve" | "reject", confirmed: Readonly<Record<string, string>>, reason: Reason) =>
    once(() => {
      const { code, words } = reason;
      const note = noteOf({ reason: code, words, revealed: revealed.value });
      return review(id, { verdict, note, digest, confirmed, shownMs: shownMs() });
    });
  const back = () => {
    step.value = "choose";
  };

  return (
    <section class="decide" ref={section} aria-label="Your answer">
      {step.value === "choose" && <Choose shown={shown} seen={seen} isRead={isRead} answering={answering} />}
      {step.value === "reject" && (
        <RejectStep answering={answering} onBack={back} onReject={(reason) => answer("reject", {}, reason)} />
      )}
      {step.value === "ask" && (
        <AskStep answering={answering} onBack={back} onAsk={(text) => once(() => askAgent(id, text))} />
      )}
      {step.value === "edit" && (
        <EditStep
          shown={shown}
          answering={answering}
          onBack={back}
          onEdit={(args) => once(() => edit(id, args, noteOf({ reason: null, words: "", revealed: revealed.value })))}
        />
      )}
      {step.value === "approve" && (
        <ApproveStep
          card={shown.card}
          digest={digest}
          seen={seen}
          isRead={isRead}
          answering={answering}
          onBack={back}
          onApprove={(confirmed, reason) => answer("approve", confirmed, reason)}
        />
      )}
    </section>
  );
}

interface ChooseProps extends Props {
  readonly isRead: boolean;
  readonly answering: boolean;
}

function Choose({ shown, seen, isRead, answering }: ChooseProps) {
  const { card, editedUnder } = shown;
  const armed = useArmed(REJECT_ARM_MS) && !answering;
  const approvable = card.unapprovable === null;
  const isArmed = useArmed(card.armMs, seen.grown.value);
  const approveArmed = isArmed && !isLocked({ seen, isRead }) && approvable && !answering;
  const rejectButton = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    // The safe answer has the focus; the card stays where reading begins.
    rejectButton.current?.focus({ preventScroll: true });
  }, []);
  const go = (next: typeof step.value, may: boolean) => () => {
    if (may) step.value = next;
    return may;
  };
  const showNext = () => showNextOf(seen);
  useEffect(() => {
    commands.current = {
      approve: go("approve", approveArmed),
      reject: go("reject", armed),
      ask: go("ask", armed),
      showNext,
    };
    return () => {
      commands.current = {};
    };
  });
  const canEdit = editableRows(shown).length > 0;
  return (
    <>
      <div class="answers">
        <DeliberateButton
          armed={armed}
          class="reject"
          describedBy="card-title"
          buttonRef={rejectButton}
          onPress={go("reject", armed)}
        >
          Reject…
        </DeliberateButton>
        <DeliberateButton armed={armed} describedBy="card-title" onPress={go("ask", armed)}>
          Ask for more…
        </DeliberateButton>
        {canEdit && editedUnder !== null && (
          <DeliberateButton armed={armed} describedBy="card-title" onPress={go("edit", armed)}>
            Approve with edits…
          </DeliberateButton>
        )}
        {approvable && (
          <DeliberateButton
            armed={approveArmed}
            class="approve"
            describedBy="card-title approve-state"
            onPress={go("approve", approveArmed)}
          >
            Approve…
          </DeliberateButton>
        )}
      </div>
      {approvable && (
        <p id="approve-state" class="approve-state">
          <LockState
            seen={seen}
            isRead={isRead}
            otherwise={approveArmed ? "Every part was on screen." : "Approving works in a moment."}
          />
        </p>
      )}
      {canEdit && editedUnder === null && (
        <p class="quiet">
          The policy lets reviewers change parts of this call, but there is no policy here by which the changed call
          could be decided: {isServed ? "start the server with --policy" : "mend the one in Policy"}. Or reject it, and
          say what to change.
        </p>
      )}
    </>
  );
}
