/** What the agent says about its own call: framed, last, and never believed. */

import { VisibleText } from "../text/visible-text.tsx";

interface Props {
  readonly reason: string | undefined;
  readonly confidence: number | undefined;
}

export function AgentWords({ reason, confidence }: Props) {
  if (reason === undefined && confidence === undefined) return null;
  return (
    <details class="agent-words">
      <summary>Written by the agent, not verified</summary>
      {reason !== undefined && (
        <p>
          <VisibleText text={reason} form="string" />
        </p>
      )}
      {confidence !== undefined && <p>Its own confidence: {confidence}</p>}
    </details>
  );
}
