/** A policy that is only looked at: what it lets through, holds and blocks, its problems, its rules, its text. */

import type { Action, Span } from "countersign";
import { useEffect, useState } from "preact/hooks";
import type { Looked } from "../../engine/library/api.ts";
import type { InForce } from "../../engine/policy/api.ts";
import { VisibleText } from "../../text/visible-text.tsx";
import { ActionChip } from "../../ui/action-chip.tsx";
import { ReadOnly } from "./read-only.tsx";
import { lookAt } from "./state.ts";

/** More than these are not listed to the end. */
const RULES_MAX = 200;
const PROBLEMS_MAX = 20;

/** `undefined` while the engine looks, `null` if it is gone. */
export function useLooked(text: string): Looked | null | undefined {
  const [answer, setAnswer] = useState<{ readonly text: string; readonly looked: Looked | null }>();
  useEffect(() => {
    let isOver = false;
    void lookAt(text).then((looked) => {
      if (!isOver) setAnswer({ text, looked });
    });
    return () => {
      isOver = true;
    };
  }, [text]);
  return answer?.text === text ? answer.looked : undefined;
}

export function PolicyLook({ text, label }: { readonly text: string; readonly label: string }) {
  const looked = useLooked(text);
  const [wanted, setWanted] = useState<Span | null>(null);
  return (
    <div class="policy-look">
      <div role="status">
        <Summary looked={looked} />
      </div>
      {looked != null && <Problems looked={looked} onWanted={setWanted} />}
      <ReadOnly text={text} label={label} looked={looked ?? null} wanted={wanted} />
      {looked?.policy != null && <Rules policy={looked.policy} onWanted={setWanted} />}
    </div>
  );
}

/** In one line what the engine makes of a text. */
export function Summary({ looked }: { readonly looked: Looked | null | undefined }) {
  if (looked === undefined) return <p class="quiet">The engine is reading it…</p>;
  if (looked === null) return <p class="quiet">The engine is not running, so nobody has checked this text.</p>;
  if (looked.policy === null) {
    const errors = looked.diagnostics.filter(({ severity }) => severity === "error").length;
    return (
      <p>
        <span class="chip error">
          {errors} {errors === 1 ? "error" : "errors"}
        </span>{" "}
        With this text nothing would be decided.
      </p>
    );
  }
  return <Counts policy={looked.policy} />;
}

export function Counts({ policy }: { readonly policy: InForce }) {
  const rules = policy.policies.flatMap((each) => each.rules);
  const defaults = [...new Set(policy.policies.map((each) => each.default))];
  const count = (action: Action) => rules.filter((rule) => rule.action === action).length;
  return (
    <p class="policy-counts">
      <span class="chip allow">{count("allow")} allow</span> <span class="chip escalate">{count("escalate")} hold</span>{" "}
      <span class="chip block">{count("block")} block</span>{" "}
      <span class="quiet">
        any other call:{" "}
        {defaults.map((each) => (each === "abstain" ? "no say" : <ActionChip key={each} action={each} />))}
      </span>
    </p>
  );
}

interface Wanting {
  readonly onWanted: (span: Span) => void;
}

function Problems({ looked, onWanted }: { readonly looked: Looked } & Wanting) {
  const { diagnostics } = looked;
  if (diagnostics.length === 0) return null;
  return (
    <ul class="problem-lines" aria-label="Problems of this text">
      {diagnostics.slice(0, PROBLEMS_MAX).map(({ severity, code, message, span }, at) => (
        <li key={`${at}:${code}`} class={`problem ${severity}`}>
          <button type="button" class="jump" onClick={() => onWanted({ ...span })}>
            <span class="severity">{severity}</span> <VisibleText text={message} />
            <span class="place">line {span.line}</span>
          </button>
        </li>
      ))}
      {diagnostics.length > PROBLEMS_MAX && <li class="quiet">and {diagnostics.length - PROBLEMS_MAX} more</li>}
    </ul>
  );
}

function Rules({ policy, onWanted }: { readonly policy: InForce } & Wanting) {
  const rules = policy.policies.flatMap((each) => each.rules);
  return (
    <details class="outline">
      <summary>
        Its rules <span class="count">{rules.length}</span>
      </summary>
      <ol>
        {rules.slice(0, RULES_MAX).map((rule) => (
          <li key={rule.span.start}>
            <button type="button" class="jump" onClick={() => onWanted({ ...rule.span })}>
              <ActionChip action={rule.action} />
              <span class="rule-id">
                <VisibleText text={rule.id} />
              </span>
              {rule.tools.join(", ") !== rule.id && (
                <span class="tools">
                  <VisibleText text={rule.tools.join(", ")} />
                </span>
              )}
            </button>
          </li>
        ))}
      </ol>
      {rules.length > RULES_MAX && <p class="quiet">and {rules.length - RULES_MAX} more</p>}
    </details>
  );
}
