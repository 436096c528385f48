/** What a decision carries beside its action: what follows, what is risked, and how it is reviewed. Rows of a list of facts. */

import type { ConsequencePart, Decision } from "countersign";
import type { ComponentChildren } from "preact";
import { VisibleText } from "../text/visible-text.tsx";

export function ProtectionFacts({ decision }: { readonly decision: Decision }) {
  const { consequence, risk, reversible, review, marks, charge, undecidable } = decision;
  return (
    <>
      {undecidable.map(({ policy, rule, field, why }) => (
        <Fact key={`${policy} ${rule}`} name="In doubt">
          <VisibleText text={rule} />, for <VisibleText text={field} />: {why}
        </Fact>
      ))}
      {consequence !== null && (
        <Fact name="Consequence">
          {consequence.map((part, index) => (
            // The parts of one decision never change their order.
            <Part key={index} part={part} />
          ))}
        </Fact>
      )}
      {risk !== null && <Fact name="Risk">{risk}</Fact>}
      {reversible !== null && <Fact name="Reversible">{reversible ? "yes" : "no, it cannot be undone"}</Fact>}
      {marks.length > 0 && <Fact name="Marks the session">{texts(marks)}</Fact>}
      {charge.map(({ bucket, rule, amount, atMost, perMs }) => (
        <Fact key={bucket} name="Uses">
          {amount} of {atMost} in {duration(perMs)}, by the limit of <VisibleText text={rule} />
        </Fact>
      ))}
      {review !== null && (
        <>
          <Fact name="Waits">{duration(review.expiresMs)}</Fact>
          {review.reviewers.map((set) => (
            <Fact key={set.join(" ")} name="Reviewers">
              {texts(set)}
            </Fact>
          ))}
          {review.quorum > 1 && <Fact name="Quorum">{review.quorum}</Fact>}
          {review.confirm.length > 0 && <Fact name="To be typed">{texts(review.confirm)}</Fact>}
        </>
      )}
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Part({ part }: { readonly part: ConsequencePart }) {
  if ("text" in part) return <VisibleText text={part.text} />;
  return (
    <code class="value" title={part.field}>
      {"value" in part ? <VisibleText text={shown(part.value)} /> : "nothing"}
    </code>
  );
}

/** A value of the call as JSON, so that text never looks like anything else. */
function shown(value: unknown): string {
  return JSON.stringify(value) ?? "";
}

function texts(list: readonly string[]) {
  return <VisibleText text={list.join(", ")} />;
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/** `ms` in its largest whole unit. */
function duration(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, unitMs]) => ms % unitMs === 0) ?? ["second", 1_000];
  const count = ms / unitMs;
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
