/** Answers that do not close the call yet, and questions to the agent with what it says. */

import type { Queued } from "../../engine/review/api.ts";
import { VisibleText } from "../../text/visible-text.tsx";
import { Time } from "../../ui/time.tsx";
import { Part } from "./part.tsx";

export function Talk({ escalation }: { readonly escalation: Queued }) {
  const { status, reviews, approvalsMissing, questions } = escalation;
  const isWaiting = status === "pending" && reviews.length > 0;
  return (
    <>
      {isWaiting && (
        <Part says={reviews}>
          <h3>Answers so far</h3>
          <ul class="answers-so-far">
            {reviews.map(({ by, verified, verdict, atMs, counts }) => (
              <li key={atMs}>
                {verdict === "approve" ? "approved" : "rejected"} by <Person by={by} verified={verified} />,{" "}
                <Time ms={atMs} />
                {!counts && ", which does not count for the call as it is now"}
              </li>
            ))}
          </ul>
          {approvalsMissing > 0 && (
            <p class="quiet">
              {approvalsMissing} more {approvalsMissing === 1 ? "approval is" : "approvals are"} missing.
            </p>
          )}
        </Part>
      )}
      {questions.map(({ atMs, by, text, answer }) => (
        <Part key={atMs} says={[text, answer]}>
          <details class="agent-words" open>
            <summary>
              <Person by={by} /> asked: <VisibleText text={text} form="string" />
            </summary>
            <p>
              {answer === null ? (
                "No answer yet."
              ) : (
                <>
                  Written by the agent, not verified: <VisibleText text={answer} form="string" />
                </>
              )}
            </p>
          </details>
        </Part>
      ))}
    </>
  );
}

/** Who it was, by their own word unless that was verified. */
export function Person({ by, verified = true }: { readonly by: string | null; readonly verified?: boolean }) {
  if (by === null) return <>somebody</>;
  return (
    <>
      <VisibleText text={by} />
      {!verified && " (not verified)"}
    </>
  );
}
