/** Why the call was held, what follows from it, and what stands out in it. */

import type { Card, Decision, Span } from "countersign";
import type { Shown } from "../../engine/review/api.ts";
import { isServed } from "../../place.ts";
import { wanted } from "../../policy/state.ts";
import { hashOf } from "../../route.ts";
import { VisibleText } from "../../text/visible-text.tsx";
import { ActionChip } from "../../ui/action-chip.tsx";
import { ShortDigest } from "../../ui/short-digest.tsx";
import { Part } from "./part.tsx";
import { plain, Written } from "./written.tsx";

const CAUSES: Readonly<Record<Decision["cause"], string>> = {
  rule: "a rule says so",
  default: "no rule matched, so the default applies",
  "low-confidence": "the agent is less sure of itself than the rule asks for",
  limit: "a limit is used up",
  undecidable: "it cannot be decided, so the strictest that could apply does",
  name: "the tool’s name is unknown and looks like a known one",
  misfit: "it does not fit what the tool’s catalogue says",
  hold: "the guard holds every call",
  repeat: "a call like it was held before",
};

export function Why({ shown }: { readonly shown: Shown }) {
  const { isLinked } = shown;
  const { why } = shown.card;
  return (
    <Part says={why}>
      <h3>Why it was held</h3>
      <dl class="facts">
        <dt>Action</dt>
        <dd>
          <ActionChip action={why.action} /> {CAUSES[why.cause]}
        </dd>
        <dt>Rule</dt>
        <dd>
          {why.rule === null ? "none matched, so the default applies" : <Written text={why.rule} />}{" "}
          {isLinked && why.span !== null && <ToPolicy span={why.span} label="show it in the policy" />}
        </dd>
        {why.reason !== null && (
          <>
            <dt>Reason</dt>
            <dd>
              <Written text={why.reason} />
            </dd>
          </>
        )}
        {why.doubts.length > 0 && (
          <>
            <dt>In doubt</dt>
            {why.doubts.map((doubt) => (
              <dd key={plain(doubt)}>
                <Written text={doubt} />
              </dd>
            ))}
          </>
        )}
        <Terms decision={shown.escalation.decision} />
        <dt>Policy</dt>
        <dd>
          {why.policy === null ? "none had a say" : <ShortDigest digest={why.policy} />}
          {why.policy !== null && <span class="quiet">{whose(shown)}</span>}
        </dd>
      </dl>
      <Conditions why={why} isLinked={isLinked} />
    </Part>
  );
}

/** Whose policy decided, as far as that is known here. */
function whose({ isSamePolicy }: Shown): string {
  if (!isServed) return isSamePolicy === true ? "" : " is not the one in force here";
  // Without a policy the server has nothing to compare it with.
  if (isSamePolicy === null) return "";
  return isSamePolicy ? " by the policy of the server" : " is not one of those that the server was started with";
}

/** Who may answer, and what the session carries from then on. */
function Terms({ decision: { review, marks } }: { readonly decision: Decision }) {
  const sets = review?.reviewers ?? [];
  return (
    <>
      {marks.length > 0 && (
        <>
          <dt>Marks the session</dt>
          <dd>
            <VisibleText text={marks.join(", ")} />
          </dd>
        </>
      )}
      {sets.length > 0 && (
        <>
          <dt>Reviewers</dt>
          {sets.map((set) => (
            <dd key={set.join(" ")}>
              <VisibleText text={set.join(", ")} />
            </dd>
          ))}
        </>
      )}
      {review !== null && review.quorum > 1 && (
        <>
          <dt>Approvals needed</dt>
          <dd>{review.quorum}</dd>
        </>
      )}
    </>
  );
}

const OUTCOMES = { matched: "holds", "not-matched": "does not hold", undecidable: "cannot be decided" } as const;

function Conditions({ why, isLinked }: { readonly why: Card["why"]; readonly isLinked: boolean }) {
  return (
    <>
      {why.conditions.length > 0 && (
        <ul class="conditions">
          {why.conditions.map(({ field, value, outcome, asks, span }) => (
            <li key={`${plain(field)} ${span.start}`} class={outcome}>
              <code>
                <Written text={field} />
              </code>{" "}
              is{" "}
              {value === null ? (
                "not there"
              ) : (
                <code class="value">
                  <Written text={value} />
                </code>
              )}
              ; asked for{" "}
              <code>
                <Written text={asks} />
              </code>
              : <strong>{OUTCOMES[outcome]}</strong> {isLinked && <ToPolicy span={span} label="show" />}
            </li>
          ))}
        </ul>
      )}
      {why.instead.map((sentence) => (
        <p key={plain(sentence)} class="instead">
          It <Written text={sentence} />.
        </p>
      ))}
    </>
  );
}

function ToPolicy({ span, label }: { readonly span: Span; readonly label: string }) {
  return (
    <a
      href={hashOf("policy")}
      onClick={() => {
        wanted.value = span;
      }}
    >
      {label}
    </a>
  );
}

export function Consequence({ card: { consequence } }: { readonly card: Card }) {
  if (consequence.length === 0) return null;
  return (
    <Part says={consequence}>
      <h3>What follows</h3>
      <p class="consequence">
        {consequence.map(({ isValue, segments }, at) =>
          isValue ? (
            <code key={at} class="value">
              <Written text={segments} />
            </code>
          ) : (
            <Written key={at} text={segments} />
          ),
        )}
      </p>
    </Part>
  );
}

export function Facts({ card: { facts } }: { readonly card: Card }) {
  if (facts.length === 0) return null;
  return (
    <Part says={facts}>
      <h3>From earlier calls</h3>
      <ul class="history-facts">
        {facts.map((fact) => (
          <li key={plain(fact)}>
            <Written text={fact} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

export function Flags({ card: { flags } }: { readonly card: Card }) {
  if (flags.length === 0) return null;
  return (
    <Part class="flags" says={flags}>
      <h3>
        Look twice <span class="count">{flags.length}</span>
      </h3>
      <ul>
        {flags.map(({ code, field, message }, at) => (
          <li key={at}>
            <span class="flag-code">{code.replaceAll("-", " ")}</span>{" "}
            <code>
              <Written text={field} />
            </code>{" "}
            <Written text={message} />
          </li>
        ))}
      </ul>
    </Part>
  );
}
