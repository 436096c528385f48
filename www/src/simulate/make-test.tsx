/** Makes the shown call a test of the policy that is edited, which expects what was decided. */

import type { Call, Fix, NewPolicyTest, Trace } from "countersign";
import { useId, useState } from "preact/hooks";
import { ask } from "../engine/client.ts";
import { text, wanted } from "../policy/state.ts";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";

interface Props {
  readonly call: Call;
  readonly trace: Trace;
  /** Whether the decision still is that of the policy; what was added stays told in any case. */
  readonly isOffered?: boolean;
}

type State =
  | { readonly stage: "offered" | "asked" | "waiting" }
  | { readonly stage: "failed"; readonly message: string }
  | { readonly stage: "added"; readonly name: string; readonly place: Fix["span"] };

export function MakeTest({ call, trace, isOffered = true }: Props) {
  const { decision } = trace;
  const [state, setState] = useState<State>({ stage: "offered" });
  const [name, setName] = useState(`${call.tool}: ${decision.action}`);
  const id = useId();

  async function add() {
    setState({ stage: "waiting" });
    setState(await addTest({ name: name.trim(), call, expect: expectationOf(trace) }));
  }

  if (!isOffered && state.stage !== "added" && state.stage !== "waiting") return null;
  if (state.stage === "offered") {
    return (
      <p class="make-test">
        <button type="button" onClick={() => setState({ stage: "asked" })}>
          Make this call a test
        </button>
      </p>
    );
  }
  if (state.stage === "added") {
    return (
      <p class="queued" role="status">
        The policy has the test “<VisibleText text={state.name} />
        ”.{" "}
        <a
          href={hashOf("policy")}
          onClick={() => {
            wanted.value = state.place;
          }}
        >
          Line {state.place.line}
        </a>
      </p>
    );
  }
  return (
    <div class="make-test panel sunken">
      <div class="field">
        <label for={id}>Name of the test</label>
        <input
          id={id}
          autocomplete="off"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            // In the form around it, Enter would decide.
            event.preventDefault();
            if (name.trim() !== "") add();
          }}
        />
      </div>
      <p>
        It expects <ActionChip action={decision.action} />{" "}
        {decision.rule === null ? (
          <>for the cause “{decision.cause}”</>
        ) : (
          <>
            by the rule <VisibleText text={decision.rule} />
          </>
        )}
        .
      </p>
      <p class="bar">
        <button type="button" class="primary" disabled={state.stage === "waiting" || name.trim() === ""} onClick={add}>
          Add to the policy
        </button>
        <button type="button" onClick={() => setState({ stage: "offered" })}>
          Cancel
        </button>
      </p>
      {state.stage === "failed" && (
        <p class="field-problem" role="alert">
          Not added: <VisibleText text={state.message} />
        </p>
      )}
    </div>
  );
}

/** The action, and who or what decided: so that another rule that comes to the same is noticed. */
function expectationOf({ decision: { action, rule, cause } }: Trace): NewPolicyTest["expect"] {
  return rule === null ? { action, cause } : { action, rule };
}

async function addTest(test: NewPolicyTest): Promise<State> {
  const before = text.value;
  try {
    const answer = await ask((api) => api.addTest(before, test));
    if (!answer.ok) return { stage: "failed", message: answer.message };
    if (text.value !== before) return { stage: "failed", message: "the policy was edited meanwhile; try again" };
    const { span, replacement } = answer.fix;
    text.value = before.slice(0, span.start) + replacement + before.slice(span.end);
    const { start, line } = testPlace(before, answer.fix);
    return { stage: "added", name: test.name, place: { start, end: span.start + replacement.length, line, column: 1 } };
  } catch {
    return { stage: "failed", message: "the engine stopped" };
  }
}

/** Where what was inserted begins to say something. */
function testPlace(before: string, { span, replacement }: Fix): { readonly start: number; readonly line: number } {
  const blank = replacement.length - replacement.trimStart().length;
  const until = before.slice(0, span.start) + replacement.slice(0, blank);
  return { start: until.length, line: until.split("\n").length };
}
