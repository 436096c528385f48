/** What the agent says about its own call: framed, last, folded, and never believed. */

import type { Card } from "countersign";
import { Part } from "./part.tsx";
import { Written } from "./written.tsx";

export function AgentWords({ agent }: { readonly agent: Card["agent"] }) {
  const { reason, confidence, notes } = agent;
  if (reason === null && confidence === null) return null;
  return (
    <Part says={agent}>
      <details class="agent-words">
        <summary>Written by the agent, not verified</summary>
        {notes.map((note) => (
          <p key={note} class="agent-note">
            <span aria-hidden="true">⚑ </span>
            {note}
          </p>
        ))}
        {reason !== null && (
          <blockquote>
            <Written text={reason} />
          </blockquote>
        )}
        {confidence !== null && <p>Its own confidence: {confidence}</p>}
      </details>
    </Part>
  );
}
