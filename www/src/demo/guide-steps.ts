/** The steps of the guide: what a newcomer sees in five minutes, and how each is known to have happened. */

import type { DemoNow, StepOutcome } from "../engine/demo/api.ts";
import { hashOf } from "../route.ts";

export interface GuideStep {
  readonly id: string;
  readonly title: string;
  readonly isDone: boolean;
  /** What to do or look at now. */
  readonly says: string;
  /** Where to look; `null` while there is nothing. */
  readonly link: { readonly hash: string; readonly text: string } | null;
}

const REFUNDS = ["5101", "5102", "5103", "5104", "5105", "5106", "5107"].map((order) => `refund-${order}`);
const ALLOWED_SEEN = 5;

export function guideOf(now: DemoNow, hasCalibrated: boolean): readonly GuideStep[] {
  return [
    watch(now),
    customer(now),
    trick(now),
    refunds(now),
    release(now),
    check(now),
    again(now),
    proposal(now, hasCalibrated),
  ];
}

function watch(now: DemoNow): GuideStep {
  return {
    id: "watch",
    title: "Allowed, blocked",
    isDone: now.allowed >= ALLOWED_SEEN && now.blocked >= 1,
    says:
      now.settled === 0
        ? "Start the day. The agent reads mails, files and web pages; the log shows what the policy says to each call."
        : "Reading needs nobody. Then a web page tells the agent to run a command: the policy blocks it.",
    // Before it has begun there is one thing to press, which begins it.
    link: now.settled === 0 ? null : { hash: hashOf("policy"), text: "The policy" },
  };
}

function customer(now: DemoNow): GuideStep {
  const id = heldId(now, "mail-customer");
  return {
    id: "customer",
    title: "Escalated",
    isDone: outcomeOf(now, "mail-customer") !== null,
    says:
      id === null
        ? "Soon a mail to a customer will wait: it leaves the company and cannot be recalled."
        : "A mail to a customer waits. Read the card: what will run, why it waits, what the agent says last. Approve it: you type the address.",
    link: id === null ? null : { hash: hashOf("review", id), text: "Open the mail" },
  };
}

function trick(now: DemoNow): GuideStep {
  const id = heldId(now, "trick");
  const outcome = outcomeOf(now, "trick");
  return {
    id: "trick",
    title: "Tricked",
    isDone: outcome !== null,
    says:
      outcome === "approved"
        ? "You approved it: the customer list would be gone now. Here nothing was sent."
        : id === null
          ? "A page will tell the agent to send the customer list away."
          : "The agent believes a web page. Look at the address, the bcc and the text: the card shows what hides there. Reject it, and say why.",
    link: id === null ? null : { hash: hashOf("review", id), text: "Open the mail" },
  };
}

function refunds(now: DemoNow): GuideStep {
  const waiting = REFUNDS.filter((id) => heldId(now, id) !== null).length;
  const answered = REFUNDS.filter((id) => outcomeOf(now, id) !== null).length;
  return {
    id: "batch",
    title: "Batch",
    isDone: answered === REFUNDS.length,
    says:
      waiting === 0
        ? "Seven refunds will come together."
        : "Seven refunds are alike, but for one. Review those that are alike side by side, and the one that leaves the group alone. None runs before all are answered.",
    link: waiting === 0 ? null : { hash: hashOf("review"), text: "The queue" },
  };
}

function release(now: DemoNow): GuideStep {
  const id = heldId(now, "deploy");
  return {
    id: "undo",
    title: "Type, undo",
    isDone: outcomeOf(now, "deploy") !== null,
    says:
      id === null
        ? "A release to production will wait."
        : "A release waits: approving it takes typing the version. For 30 seconds after that you can undo it, and the agent adapts.",
    link: id === null ? null : { hash: hashOf("review", id), text: "Open the release" },
  };
}

function check(now: DemoNow): GuideStep {
  const hasCome = now.check === "planted";
  return {
    id: "check",
    title: "Check card",
    isDone: now.check === "answered",
    says: hasCome
      ? "One of the calls that wait was planted, to see whether bad ones are noticed; no agent proposed it. Answer what waits: you are told at once."
      : "Later, one of the calls that wait will be a check card.",
    link: hasCome ? { hash: hashOf("review"), text: "The queue" } : null,
  };
}

function again(now: DemoNow): GuideStep {
  const held = ["trick-again", "trick-also"].find((id) => heldId(now, id) !== null);
  const id = held === undefined ? null : heldId(now, held);
  const isRejected = outcomeOf(now, "trick") === "rejected";
  const isSpared = outcomeOf(now, "trick") !== null && !isRejected;
  return {
    id: "again",
    title: "Third time",
    isDone: isSpared || outcomeOf(now, "trick-last") !== null,
    says:
      id !== null
        ? "It offers the rejected mail again, to other addresses. The card says so. Reject each: after the third rejection the guard blocks it by itself."
        : "After a rejection the agent must wait a minute before it may offer nearly the same again. It will.",
    link: id === null ? null : { hash: hashOf("review", id), text: "Open the mail" },
  };
}

function proposal(now: DemoNow, hasCalibrated: boolean): GuideStep {
  const isOver = now.state === "over";
  return {
    id: "proposal",
    title: "Proposal",
    isDone: hasCalibrated && isOver,
    says: isOver
      ? "The day is over. Booking rooms was always approved: calibrate, look at the rule that is proposed, and take it or leave it. Refunds are not proposed: the page says what is missing."
      : "In the evening: which rule asks people without need?",
    link: isOver ? { hash: hashOf("evidence"), text: "Could a rule ask less?" } : null,
  };
}

function heldId(now: DemoNow, step: string): string | null {
  const state = Object.hasOwn(now.steps, step) ? now.steps[step] : undefined;
  return state?.state === "held" ? state.id : null;
}

function outcomeOf(now: DemoNow, step: string): StepOutcome | null {
  const state = Object.hasOwn(now.steps, step) ? now.steps[step] : undefined;
  return state?.state === "done" ? state.outcome : null;
}
