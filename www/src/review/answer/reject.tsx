/** The second step of a rejection: why. */

import { useState } from "preact/hooks";
import { REJECT_REASONS } from "../../engine/review/notes.ts";
import { DeliberateButton } from "./deliberate-button.tsx";
import { isReason, NO_REASON, type Reason, ReasonField } from "./reason-field.tsx";

interface Props {
  readonly answering: boolean;
  readonly onBack: () => void;
  readonly onReject: (reason: Reason) => void;
}

export function RejectStep({ answering, onBack, onReject }: Props) {
  const [reason, setReason] = useState(NO_REASON);
  const ready = isReason(reason);
  return (
    <div class="step reject-step">
      <ReasonField title="Why do you reject it?" reasons={REJECT_REASONS} reason={reason} onReason={setReason} focus />
      <div class="answers">
        <DeliberateButton armed={!answering} onPress={onBack}>
          Back
        </DeliberateButton>
        <DeliberateButton armed={ready && !answering} class="reject" onPress={() => onReject(reason)}>
          Reject this call
        </DeliberateButton>
      </div>
      <p class="quiet" role="status">
        {answering ? "Recording the answer…" : ready ? "Ready." : "Choose a reason and say it in a few words."}
      </p>
    </div>
  );
}
