/** What the text in the editor widens, told from two policies alone, without calls. */

import type { PolicyChange, Widening, WideningVerdict, WideningWitness } from "countersign";
import { policyStatus } from "../policy/state.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { Rendered } from "../ui/rendered.tsx";
import { CHANGE_WORDS, termWords } from "./change-words.ts";
import { json, mode } from "./draft.ts";
import { LineText } from "./file-line-panel.tsx";
import { OtherPolicyPicker } from "./other-policy.tsx";
import { Said } from "./said.tsx";
import { cancelWidening, tellWidening, type WideningState, widening } from "./widening-state.ts";

/** So many changes, and so many calls of all of them together, are shown. */
const SHOWN_MAX = 100;

export function WideningPanel() {
  const shown = widening.value;
  return (
    <section class="panel widening" aria-labelledby="widening-title">
      <h2 id="widening-title">What an edit widens</h2>
      <p class="quiet">
        Whether each change from another policy to the text in the editor lets more through, told from the two alone. A
        widening comes with a call that both decided. “Tightens” is proven, and where nothing was found nor proven, it
        cannot be told.
      </p>
      <OtherPolicyPicker
        verb="Check"
        disabled={policyStatus.value.state !== "in-force"}
        onPolicy={(before) => void tellWidening(before)}
      />
      {shown !== null && <Shown shown={shown} />}
    </section>
  );
}

function Shown({ shown }: { readonly shown: WideningState }) {
  const { before, stage, message, found, digest } = shown;
  const status = policyStatus.value;
  const isOf = status.state === "in-force" && status.policy.digest === digest;
  return (
    <>
      <p role="status" class="widening-said">
        From <VisibleText text={before} />:{" "}
        {found === null ? STAGES[stage] : <strong class={found.verdict}>{endText(found)}</strong>}
      </p>
      {stage === "running" && (
        <p class="bar">
          <progress aria-label="Looking for what it widens" />
          <button type="button" onClick={() => void cancelWidening()}>
            Cancel check
          </button>
        </p>
      )}
      {message !== null && <Rendered text={message} />}
      {status.state === "in-force" && !isOf && (
        <p class="notice">The policy has changed since; check again for the present one.</p>
      )}
      {found !== null && <Found found={found} />}
    </>
  );
}

const STAGES: Readonly<Record<WideningState["stage"], string>> = {
  running: "looking; of large policies this takes some seconds",
  told: "told",
  cancelled: "cancelled",
  failed: "failed",
};

const VERDICT_WORDS: Readonly<Record<WideningVerdict, string>> = {
  widens: "widens",
  unknown: "cannot be told",
  tightens: "tightens",
  same: "decides alike",
};

const TOGETHER: Readonly<Record<WideningVerdict, string>> = {
  widens: "together they widen",
  unknown: "what they do together cannot be told",
  tightens: "together they tighten",
  same: "together they decide alike",
};

const ORDER: readonly WideningVerdict[] = ["widens", "unknown", "tightens", "same"];

function endText({ changes, verdict }: Widening): string {
  if (changes.length === 0 && verdict === "same") return "no change";
  if (changes.length <= 1) return VERDICT_WORDS[verdict];
  return `${changes.length.toLocaleString()} changes; ${TOGETHER[verdict]}`;
}

function Found({ found }: { readonly found: Widening }) {
  const changes = ORDER.flatMap((verdict) => found.changes.filter((change) => change.verdict === verdict));
  const own = new Set(changes.map(({ witness }) => witness && JSON.stringify(witness.call)));
  const others = found.witnesses.filter(({ call }) => !own.has(JSON.stringify(call)));
  return (
    <>
      <ul class="widenings" aria-label="Changes">
        {changes.slice(0, SHOWN_MAX).map((change, at) => (
          <li key={at} class={change.verdict}>
            <strong>{VERDICT_WORDS[change.verdict]}</strong>: <What change={change} />
            {change.witness !== null && <Witness witness={change.witness} />}
          </li>
        ))}
      </ul>
      {changes.length > SHOWN_MAX && <p class="quiet">and {(changes.length - SHOWN_MAX).toLocaleString()} more</p>}
      {others.length > 0 && (
        <details>
          <summary>
            Calls that all changes together let through <span class="count">{others.length}</span>
          </summary>
          <ul class="widenings">
            {others.map((witness, at) => (
              <li key={at} class="widens">
                <Witness witness={witness} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {found.cut && <p class="notice">There was more to try than is tried.</p>}
    </>
  );
}

function What({ change: { kind, rule, keys } }: { readonly change: PolicyChange }) {
  const of = rule === null ? "the policy" : <VisibleText text={rule} />;
  if (kind === "changed" || kind === "policy") {
    return (
      <>
        <code>{keys.join(", ")}</code> of {of}
      </>
    );
  }
  return (
    <>
      {of} {kind}
    </>
  );
}

function Witness({
  witness: { call, usage, relaxing, change, terms, before, after },
}: {
  readonly witness: WideningWitness;
}) {
  const used = Object.values(usage).filter((amount) => amount > 0);
  return (
    <div class="witness">
      <p>
        <Said decision={before} /> → <Said decision={after} />{" "}
        <span class="quiet">
          {terms.length > 0 ? termWords(terms) : before.action === after.action && CHANGE_WORDS[change]}
          {used.length > 0 && `; with ${used.map((amount) => amount.toLocaleString()).join(", ")} used of its limit`}
          {relaxing !== null && `; with rules that replace review ${relaxing ? "in force" : "not in force"}`}
        </span>
      </p>
      <LineText text={JSON.stringify(call)} />
      <button
        type="button"
        onClick={() => {
          json.value = JSON.stringify(call, null, 2);
          mode.value = "json";
          document.getElementById("call-title")?.scrollIntoView();
        }}
      >
        Look at this call
      </button>
    </div>
  );
}
