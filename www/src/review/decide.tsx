/** Reject, or approve in two steps. */

import type { Digest, Verdict } from "countersign";
import { useEffect, useRef, useState } from "preact/hooks";
import { Confirm } from "./confirm.tsx";
import { DeliberateButton } from "./deliberate-button.tsx";
import { review } from "./state.ts";
import { useArmed } from "./use-armed.ts";

/** How long a card stands before it takes an answer. */
const ARM_MS = 700;

interface Props {
  readonly id: string;
  /** Digest of the call that is shown: the answer is about this call and no other. */
  readonly digest: Digest;
  readonly tool: string;
  readonly approvable: boolean;
  /** Fields whose value the reviewer types to approve. */
  readonly confirm: readonly string[];
}

export function Decide({ id, digest, tool, approvable, confirm }: Props) {
  const armed = useArmed(ARM_MS);
  const rejectButton = useRef<HTMLButtonElement>(null);
  const busy = useRef(false);
  const shownSince = useRef(performance.now());
  const [note, setNote] = useState("");
  const [confirming, setConfirming] = useState(false);
  const [answering, setAnswering] = useState(false);

  useEffect(() => {
    // The safe answer has the focus; the card stays where reading begins.
    if (!confirming) rejectButton.current?.focus({ preventScroll: true });
  }, [confirming]);

  async function answer(verdict: Verdict, confirmed: Readonly<Record<string, string>> = {}) {
    if (busy.current) return;
    busy.current = true;
    setAnswering(true);
    const shownMs = Math.round(performance.now() - shownSince.current);
    await review(id, { verdict, note: note.trim(), digest, confirmed, shownMs });
    busy.current = false;
    setAnswering(false);
    setConfirming(false);
  }

  return (
    <section class="decide" aria-label="Your answer">
      <div class="field">
        <label for="note">
          Note <span class="hint">kept with your answer</span>
        </label>
        <textarea id="note" rows={2} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </div>
      {confirming ? (
        <Confirm
          tool={tool}
          digest={digest}
          fields={confirm}
          answering={answering}
          onBack={() => setConfirming(false)}
          onApprove={(confirmed) => answer("approve", confirmed)}
        />
      ) : (
        <div class="answers">
          <DeliberateButton
            armed={armed && !answering}
            class="reject"
            describedBy="card-title"
            buttonRef={rejectButton}
            onPress={() => answer("reject")}
          >
            Reject
          </DeliberateButton>
          {approvable && (
            <DeliberateButton
              armed={armed && !answering}
              class="approve"
              describedBy="card-title"
              onPress={() => setConfirming(true)}
            >
              Approve…
            </DeliberateButton>
          )}
        </div>
      )}
    </section>
  );
}
