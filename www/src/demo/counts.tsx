/** What people said to each rule that asks them, and what is missing until it could be relaxed. */

import type { RuleCount } from "../engine/demo/api.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { count, counts } from "./state.ts";

export function Counts() {
  const rows = counts.value;
  if (rows === null) return null;
  return (
    <section class="demo-counts" aria-label="Counted answers">
      <h2>Could a rule ask less?</h2>
      <p class="hint">
        Counted from the history of this demonstration. Approvals count once for each call and day; those of a batch,
        and those given faster than anybody reads, do not. How many are needed follows from a test that stays honest
        when it is looked at every day: of low risk 95 % must be right, of medium 99 %, of high 99.9 %.
      </p>
      <div class="demo-table">
        <table>
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Risk</th>
              <th scope="col" class="number">
                Approved
              </th>
              <th scope="col" class="number">
                Against
              </th>
              <th scope="col" class="number">
                Needed
              </th>
              <th scope="col">What is missing</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.rule} row={row} />
            ))}
          </tbody>
        </table>
      </div>
      <div class="toolbar">
        <button type="button" onClick={count}>
          Count again
        </button>
        <button
          type="button"
          onClick={() => {
            counts.value = null;
          }}
        >
          Close
        </button>
      </div>
    </section>
  );
}

function Row({ row }: { readonly row: RuleCount }) {
  const { rule, risk, approvals, against, uncounted, needed, missing, days, sessions } = row;
  return (
    <tr>
      <th scope="row">
        <VisibleText text={rule} />
      </th>
      <td>{risk}</td>
      <td class="number">
        {approvals}
        {uncounted > 0 && <span class="quiet"> +{uncounted} uncounted</span>}
      </td>
      <td class="number">{against}</td>
      <td class="number">{needed ?? "–"}</td>
      <td>
        {missing.length > 0 && `${missing.join("; ")}.`}
        {missing.length === 0 && (
          <>
            <span class="chip allow">enough</span> Over {days} days and {sessions} sessions: a narrower rule that allows
            what was always approved could be proposed. Nothing changes by itself; a person writes it in the policy.
          </>
        )}
      </td>
    </tr>
  );
}
