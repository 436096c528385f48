/** A question to the agent, while the call goes on waiting. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { saysSomething } from "../../engine/review/notes.ts";
import { DeliberateButton } from "./deliberate-button.tsx";

interface Props {
  readonly answering: boolean;
  readonly onBack: () => void;
  readonly onAsk: (text: string) => void;
}

export function AskStep({ answering, onBack, onAsk }: Props) {
  const [text, setText] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    field.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div class="step">
      <div class="field">
        <label for="question">
          Ask the agent <span class="hint">the call goes on waiting; what it answers is not verified</span>
        </label>
        <textarea
          id="question"
          ref={field}
          rows={3}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <div class="answers">
        <DeliberateButton armed={!answering} onPress={onBack}>
          Back
        </DeliberateButton>
        <DeliberateButton armed={saysSomething(text) && !answering} class="primary" onPress={() => onAsk(text.trim())}>
          Ask
        </DeliberateButton>
      </div>
    </div>
  );
}
