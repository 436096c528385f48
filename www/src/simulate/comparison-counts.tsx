/** What a comparison comes to: the matrix of actions, the changes by kind, and from which rule to which. */

import type { Action, ComparisonCounts } from "countersign";
import { ActionChip } from "../ui/action-chip.tsx";
import { CHANGE_WORDS, LOOSER } from "./change-words.ts";
import { choose, query } from "./comparison-state.ts";
import { RuleName } from "./file-counts.tsx";

const ACTIONS: readonly Action[] = ["allow", "escalate", "block"];

/** The pairs of rules with the worst changes; the rest is summed up. */
const SHOWN_MAX = 200;

export function ComparisonCountsView({ counts }: { readonly counts: ComparisonCounts }) {
  const changed = counts.changes.filter(({ calls }) => calls > 0);
  const changes = changed.reduce((sum, { calls }) => sum + calls, 0);
  return (
    <>
      <p class="changed-sum">
        <strong>{changes.toLocaleString()}</strong> of {counts.calls.toLocaleString()} decisions differ
        {counts.errors > 0 && `, and ${counts.errors.toLocaleString()} lines are no calls`}.
      </p>
      <div class="columns">
        <Matrix counts={counts} />
        <div>
          <h3>Changes, the worst first</h3>
          {changed.length === 0 && <p class="quiet">none</p>}
          <ul class="change-kinds">
            {changed.map(({ change, calls }) => (
              <li key={change}>
                <button
                  type="button"
                  class={`change-kind ${LOOSER.has(change) ? "looser" : "stricter"}`}
                  aria-pressed={query.value.change === change}
                  onClick={() => choose({ change: query.value.change === change ? "all" : change, search: "" })}
                >
                  <span>
                    {CHANGE_WORDS[change]}
                    {LOOSER.has(change) && <span class="sense"> looser</span>}
                  </span>
                  <span class="number">{calls.toLocaleString()}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      </div>
      <Pairs counts={counts} />
    </>
  );
}

function Matrix({ counts }: { readonly counts: ComparisonCounts }) {
  return (
    <div>
      <h3>From action to action</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="matrix-scroll" aria-label="Matrix of actions" tabIndex={0}>
        <table class="matrix">
          <caption class="quiet">Calls by their action before, in rows, and after, in columns</caption>
          <thead>
            <tr>
              <th scope="col">before ↓ after →</th>
              {ACTIONS.map((after) => (
                <th key={after} scope="col" class="number">
                  <ActionChip action={after} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ACTIONS.map((before, row) => (
              <tr key={before}>
                <th scope="row">
                  <ActionChip action={before} />
                </th>
                {ACTIONS.map((after, column) => {
                  const calls = counts.matrix[before][after];
                  const sense = calls === 0 || row === column ? "" : column < row ? "looser" : "stricter";
                  return (
                    <td key={after} class={`number ${sense}`}>
                      {calls.toLocaleString()}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function Pairs({ counts }: { readonly counts: ComparisonCounts }) {
  const { rules } = counts;
  return (
    <details>
      <summary>
        From rule to rule <span class="count">{rules.length}</span>
      </summary>
      <div class="table-scroll">
        <table class="pairs">
          <thead>
            <tr>
              <th scope="col">Before</th>
              <th scope="col">After</th>
              <th scope="col">Change</th>
              <th scope="col" class="number">
                Calls
              </th>
            </tr>
          </thead>
          <tbody>
            {rules.slice(0, SHOWN_MAX).map((pair) => (
              <tr key={JSON.stringify([pair.before, pair.after, pair.change])}>
                <td>
                  <RuleName of={pair.before} />
                </td>
                <td>
                  <RuleName of={pair.after} />
                </td>
                <td>{CHANGE_WORDS[pair.change]}</td>
                <td class="number">{pair.calls.toLocaleString()}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rules.length > SHOWN_MAX && <p class="quiet">and {rules.length - SHOWN_MAX} more</p>}
    </details>
  );
}
