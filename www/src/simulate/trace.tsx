/** The walk through the rules: each in order, with what its condition asks, up to the one that certainly matched. */

import type { ConditionTrace, PolicyTrace, RuleTrace, Span, Trace, TraceOutcome } from "countersign";
import { useId } from "preact/hooks";
import { wanted } from "../policy/state.ts";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";
import { conditionId, Excerpt } from "./excerpt.tsx";

/** A longer walk shows its end: the rule that matched is the last one. */
const SHOWN_MAX = 300;

interface Props {
  readonly trace: Trace;
  /** Whether the rules' places are those of the text in the editor. */
  readonly linked: boolean;
  /** The text that was decided by; `null` if there is more than one. */
  readonly policyText: string | null;
  readonly heading?: "h3" | "h4" | "h5";
}

export function TraceView({ trace, linked, policyText, heading: Heading = "h3" }: Props) {
  const id = useId();
  const { decision, misfit } = trace;
  const decided = trace.policies.find((policy) => policy.decides)?.rules.find((rule) => rule.id === decision.rule);
  return (
    <div class="trace">
      {decided !== undefined && policyText !== null && <Excerpt text={policyText} rule={decided} trace={id} />}
      <Heading>Trace</Heading>
      {trace.policies.map((policy) => (
        <Walk key={policy.source} id={id} policy={policy} linked={linked} />
      ))}
      {misfit !== null && (
        <p class={decision.cause === "misfit" ? "notice" : "quiet"}>
          The call does not fit the tool catalogue: <VisibleText text={misfit.field} />{" "}
          <VisibleText text={misfit.why} />
          {decision.cause === "misfit" ? ". What the policy would allow waits for a person then." : "."}
        </p>
      )}
    </div>
  );
}

interface WalkProps {
  /** Begins the ids of its lines. */
  readonly id: string;
  readonly policy: PolicyTrace;
  readonly linked: boolean;
}

function Walk({ id, policy, linked }: WalkProps) {
  const reached = policy.rules.filter((rule) => rule.reached);
  const unreached = policy.rules.length - reached.length;
  const hidden = Math.max(0, reached.length - SHOWN_MAX);
  return (
    <>
      {hidden > 0 && <p class="quiet">{hidden} rules before these did not match.</p>}
      <ol start={hidden + 1}>
        {reached.slice(hidden).map((rule) => (
          <li key={rule.span.start} class={rule.outcome}>
            <Step id={id} rule={rule} linked={linked} />
          </li>
        ))}
      </ol>
      {policy.knownName !== null && (
        <p>
          The tool’s name is not one that this policy knows, but could be taken for{" "}
          <Place span={policy.knownName.span} text={policy.knownName.text} linked={linked} />.
        </p>
      )}
      <p class="quiet">
        {policy.rule === null && (
          <>
            No rule matched, so the default applies:{" "}
            {policy.action === "abstain" ? "no say" : <ActionChip action={policy.action} />}
          </>
        )}
        {unreached > 0 && (
          <>
            {unreached} {unreached === 1 ? "rule" : "rules"} after it {unreached === 1 ? "was" : "were"} not reached.
          </>
        )}
      </p>
    </>
  );
}

const MET: Readonly<Record<TraceOutcome, string>> = {
  matched: "matched",
  "not-matched": "did not match",
  undecidable: "cannot be decided",
};

function Step({ id, rule, linked }: Omit<WalkProps, "policy"> & { readonly rule: RuleTrace }) {
  return (
    <>
      <Place span={rule.span} text={rule.id} linked={linked} /> <span class="met">{MET[rule.outcome]}</span>
      {rule.idle !== null && <> ({rule.idle})</>}
      {rule.pattern !== null && rule.pattern.text !== rule.id && (
        <>
          {" "}
          by <VisibleText text={rule.pattern.text} />
        </>
      )}{" "}
      {rule.outcome !== "not-matched" && <ActionChip action={rule.action} />}
      {rule.says !== null && rule.says.action !== rule.action && (
        <>
          , but for {rule.says.cause} <ActionChip action={rule.says.action} />
        </>
      )}
      {rule.conditions.length > 0 && (
        <ul class="conditions">
          {rule.conditions.map((condition) => (
            <li key={condition.span.start} id={conditionId(id, condition.span)} class={condition.outcome} tabIndex={-1}>
              <ConditionStep condition={condition} linked={linked} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function ConditionStep({ condition, linked }: { readonly condition: ConditionTrace; readonly linked: boolean }) {
  return (
    <>
      {condition.negated && "not: "}
      <Place span={condition.span} text={condition.field} linked={linked} /> is{" "}
      {condition.value === null ? "not there" : <VisibleText text={condition.value} />}:{" "}
      <span class="met">
        {condition.why === null ? MET[condition.outcome] : `${MET.undecidable}: ${condition.why}`}
      </span>
    </>
  );
}

/** A name that leads to its place in the policy's text. */
function Place({ span, text, linked }: { readonly span: Span; readonly text: string; readonly linked: boolean }) {
  const name = <VisibleText text={text} />;
  if (!linked) return name;
  return (
    <a
      href={hashOf("policy")}
      onClick={() => {
        wanted.value = span;
      }}
    >
      {name}
    </a>
  );
}
