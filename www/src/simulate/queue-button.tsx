/** Puts an escalated call into the review queue, once. Into that of a server only guards put calls. */

import { useState } from "preact/hooks";
import type { EngineApi, Failure } from "../engine/api.ts";
import { ask } from "../engine/client.ts";
import type { Opened } from "../engine/simulate/api.ts";
import { isServed } from "../place.ts";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";

interface Props {
  readonly open: (api: EngineApi) => Promise<Opened | Failure>;
}

export function QueueButton({ open }: Props) {
  const [answer, setAnswer] = useState<Opened | Failure | "waiting" | null>(null);

  async function press() {
    setAnswer("waiting");
    try {
      setAnswer(await ask(open));
    } catch {
      setAnswer({ ok: false, code: "engine", message: "the engine stopped; see whether Review shows the call" });
    }
  }

  if (isServed) return null;
  if (answer !== null && answer !== "waiting" && answer.ok) {
    return (
      <p class="queued" role="status">
        The call waits for a person. <a href={hashOf("review", answer.id)}>Open it in Review</a>
      </p>
    );
  }
  return (
    <div class="queue-button">
      <button type="button" class="primary" disabled={answer === "waiting"} onClick={press}>
        Put in the review queue
      </button>
      {answer !== null && answer !== "waiting" && (
        <p class="field-problem" role="alert">
          It is not in the queue: <VisibleText text={answer.message} />
        </p>
      )}
    </div>
  );
}
