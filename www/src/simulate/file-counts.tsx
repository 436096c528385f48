/** What the decisions of a file come to, in all and per rule. */

import type { Counts, RuleCount } from "countersign";
import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";
import { choose, query } from "./file-state.ts";

/** The rules that decided most; the rest is summed up. */
const SHOWN_MAX = 200;

export function FileCounts({ counts }: { readonly counts: Counts }) {
  const rules = counts.rules.toSorted((a, b) => b.calls - a.calls);
  return (
    <>
      <dl class="counts" aria-label="Counts">
        <Count name="calls" value={counts.calls} />
        <Count name="allow" value={counts.allow} />
        <Count name="escalate" value={counts.escalate} />
        <Count name="block" value={counts.block} />
        <Count name="errors" value={counts.errors} />
      </dl>
      <details>
        <summary>
          Per rule <span class="count">{rules.length}</span>
        </summary>
        <table class="per-rule">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Action</th>
              <th scope="col" class="number">
                Calls
              </th>
            </tr>
          </thead>
          <tbody>
            {rules.slice(0, SHOWN_MAX).map((each) => (
              <tr key={`${each.policy} ${each.action} ${each.rule}`}>
                <td>
                  <button
                    type="button"
                    class="link"
                    aria-pressed={query.value.rule === each}
                    onClick={() => choose({ rule: query.value.rule === each ? null : each, filter: "all", search: "" })}
                  >
                    <RuleName of={each} />
                  </button>
                </td>
                <td>
                  <ActionChip action={each.action} />
                </td>
                <td class="number">{each.calls.toLocaleString()}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {rules.length > SHOWN_MAX && <p class="quiet">and {rules.length - SHOWN_MAX} more rules</p>}
      </details>
    </>
  );
}

/** Who decided: a rule, the default, or the tool catalogue. */
export function RuleName({ of }: { readonly of: RuleCount }) {
  if (of.misfit) return <>does not fit the catalogue</>;
  return of.rule === null ? <>none: the default</> : <VisibleText text={of.rule} />;
}

function Count({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div class={`tally ${name}`}>
      <dt>{name}</dt>
      <dd>{value.toLocaleString()}</dd>
    </div>
  );
}
