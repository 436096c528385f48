/** The second step of an approval: what exactly is approved, and a button that arms after a moment. */

import type { Digest } from "countersign";
import { useEffect, useRef } from "preact/hooks";
import { VisibleText } from "../text/visible-text.tsx";
import { ShortDigest } from "../ui/short-digest.tsx";
import { DeliberateButton } from "./deliberate-button.tsx";
import { useArmed } from "./use-armed.ts";

const ARM_MS = 1_000;

interface Props {
  readonly tool: string;
  readonly digest: Digest;
  readonly answering: boolean;
  readonly onBack: () => void;
  readonly onApprove: () => void;
}

export function Confirm({ tool, digest, answering, onBack, onApprove }: Props) {
  const armed = useArmed(ARM_MS);
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
      <div class="answers">
        <DeliberateButton armed={!answering} buttonRef={back} onPress={onBack}>
          Back
        </DeliberateButton>
        <DeliberateButton armed={armed && !answering} class="approve" describedBy="confirm-title" onPress={onApprove}>
          Approve this call
        </DeliberateButton>
      </div>
      <p class="quiet" role="status">
        {answering ? "Recording the answer…" : armed ? "Ready." : "Read it once more; the button works in a moment."}
      </p>
    </fieldset>
  );
}
