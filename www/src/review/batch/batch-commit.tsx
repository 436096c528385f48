/** The one press that records all choices, and says what it does. */

import { useRef, useState } from "preact/hooks";
import { ask } from "../../engine/client.ts";
import type { MemberAnswer, ShownBatch } from "../../engine/review/api.ts";
import { APPROVE_REASONS, noteOf, REJECT_REASONS } from "../../engine/review/notes.ts";
import { hashOf } from "../../route.ts";
import { DeliberateButton } from "../answer/deliberate-button.tsx";
import { isLocked, LockState } from "../answer/lock.tsx";
import { isReason, NO_REASON, type Reason, ReasonField } from "../answer/reason-field.tsx";
import { useArmed } from "../answer/use-armed.ts";
import { useRead } from "../answer/use-read.ts";
import { useShownMs } from "../answer/use-shown-ms.ts";
import type { Seen } from "../card/seen.ts";
import { revealed } from "../card/view.ts";
import { plain, Written } from "../card/written.tsx";
import { CheckResult } from "../check-result.tsx";
import { isRisky } from "../risk-chip.tsx";
import { answeredHere } from "../state.ts";
import { noteAnswer } from "../working-time.ts";
import { approving, batchTrouble, chosenFor, results } from "./state.ts";

interface Props {
  readonly shown: ShownBatch;
  readonly seen: Seen;
}

export function BatchCommit({ shown, seen }: Props) {
  const { batch, risk } = shown;
  const [rejecting, setRejecting] = useState(NO_REASON);
  const [why, setWhy] = useState(NO_REASON);
  const [answering, setAnswering] = useState(false);
  const busy = useRef(false);
  const shownMs = useShownMs();
  const [approvals, rejections] = [chosenFor("approve"), chosenFor("reject")];
  const asksWhy = isRisky(risk) && approvals.length > 0;
  const isSummed = approvals.length === 0 || approving.value !== null;
  const summary = plain(approving.value ?? []);
  // Another choice is read once more: the button says something else.
  const about = `${approvals.join()} ${rejections.join()} ${summary} ${seen.grown.value}`;
  const armed = useArmed(batch.armMs, about) && isSummed;
  const section = useRef<HTMLElement>(null);
  const isRead = useRead(batch, shownMs, section, seen.grown.value);
  const isSeen = approvals.length === 0 || !isLocked({ seen, isRead });
  const isSaid = (rejections.length === 0 || isReason(rejecting)) && (!asksWhy || isReason(why));
  const isReady = armed && isSeen && isSaid && approvals.length + rejections.length > 0 && !answering;

  async function commit() {
    if (busy.current) return;
    busy.current = true;
    setAnswering(true);
    const answers = answersOf(shown, approvals, rejections, { rejecting, why }, shownMs());
    const result = await ask((api) => api.reviewBatch(answers), true).catch(() => null);
    if (result?.ok) {
      results.value = result.results;
      answeredHere.value = new Set([...answeredHere.value, ...answers.map(({ id }) => id)]);
      for (const { failure } of result.results) if (failure === null) noteAnswer();
    } else {
      batchTrouble.value = result === null ? "the engine stopped; read the queue again" : result.message;
    }
    busy.current = false;
    setAnswering(false);
  }

  if (results.value !== null) return <Done />;
  return (
    <section class="decide" ref={section} aria-label="Your answers">
      {rejections.length > 0 && (
        <ReasonField
          title={`Why do you reject ${rejections.length === 1 ? "it" : "them"}?`}
          reasons={REJECT_REASONS}
          reason={rejecting}
          onReason={setRejecting}
          focus={false}
        />
      )}
      {asksWhy && (
        <ReasonField
          title="Why are the approved ones right?"
          reasons={APPROVE_REASONS}
          reason={why}
          onReason={setWhy}
          focus={false}
        />
      )}
      <div class="answers">
        <DeliberateButton
          armed={isReady}
          class={approvals.length > 0 ? "approve" : "reject"}
          describedBy="commit-state"
          onPress={commit}
        >
          <CommitText approvals={approvals.length} rejections={rejections.length} />
        </DeliberateButton>
      </div>
      <p id="commit-state" class="quiet">
        {isSeen || answering ? (
          <span role="status">
            {stateText({ answering, armed, isSummed, isSaid, chosen: approvals.length + rejections.length })}
          </span>
        ) : (
          <LockState seen={seen} isRead={isRead} otherwise="" />
        )}
      </p>
    </section>
  );
}

function CommitText({ approvals, rejections }: { readonly approvals: number; readonly rejections: number }) {
  if (approvals + rejections === 0) return <>Nothing chosen</>;
  return (
    <>
      {approvals > 0 && (approving.value === null ? `Approve ${approvals} …` : <Written text={approving.value} />)}
      {approvals > 0 && rejections > 0 && " · "}
      {rejections > 0 && `Reject ${rejections}`}
    </>
  );
}

function Done() {
  const all = results.value ?? [];
  const failed = all.filter(({ failure }) => failure !== null).length;
  const checks = all.filter(({ check }) => check !== null).length;
  return (
    <>
      {all.map(
        ({ id, check, verdict }) => check !== null && <CheckResult key={id} checked={{ ok: true, check, verdict }} />,
      )}
      <section class="outcome" role="status">
        <p>
          {all.length - failed - checks} of {all.length - checks} answers were recorded, each by itself.
          {failed > 0 && ` ${failed} ${failed === 1 ? "was" : "were"} not; see above why.`}
        </p>
        <p>
          <a href={hashOf("review")}>Back to the queue</a>
        </p>
      </section>
    </>
  );
}

interface Reasons {
  readonly rejecting: Reason;
  readonly why: Reason;
}

function answersOf(
  { batch: { rows } }: ShownBatch,
  approvals: readonly string[],
  rejections: readonly string[],
  { rejecting, why }: Reasons,
  shownMs: number,
): readonly MemberAnswer[] {
  return rows.flatMap(({ id, digest }) => {
    const isApproved = approvals.includes(id);
    if (!isApproved && !rejections.includes(id)) return [];
    const { code, words } = isApproved ? why : rejecting;
    const note = noteOf({ reason: code, words, revealed: revealed.value });
    return [{ id, digest, verdict: isApproved ? "approve" : "reject", note, shownMs }];
  });
}

interface State {
  readonly answering: boolean;
  readonly armed: boolean;
  readonly isSummed: boolean;
  readonly isSaid: boolean;
  readonly chosen: number;
}

function stateText({ answering, armed, isSummed, isSaid, chosen }: State): string {
  if (answering) return "Recording the answers…";
  if (chosen === 0) return "Choose an answer for each call; what you leave goes on waiting.";
  if (!isSummed) return "Looking at what is chosen…";
  if (!isSaid) return "Choose a reason and say it in a few words.";
  return armed ? "Ready." : "Read it once more; the button works in a moment.";
}
