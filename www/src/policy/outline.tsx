/** The rules of the policy in force, in order; each jumps to its place in the text. */

import { useState } from "preact/hooks";
import type { RuleSummary } from "../engine/policy/api.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";
import { coverage, coverText, currentRule, isHit, type RuleCover, replay, rules } from "./coverage.ts";
import { checked, wanted } from "./state.ts";

/** A policy of more rules than this is not listed to the end; the filter finds the others. */
const SHOWN_MAX = 300;

/** So few rules are found without a filter. */
const FILTER_FROM = 8;

export function Outline() {
  const [filter, setFilter] = useState("");
  const policies = checked.value?.policy?.policies ?? [];
  const all = rules.value;
  const covers = coverage.value;
  const current = currentRule.value;
  const found = all.flatMap((rule, at) => (fits(rule, filter) ? [{ rule, at }] : []));
  return (
    <section class="panel outline" aria-labelledby="outline-title">
      <h2 id="outline-title">
        Rules <span class="count">{all.length}</span>
      </h2>
      {checked.value?.policy === null && <p class="quiet">The rules appear here once the text has no errors.</p>}
      {all.length >= FILTER_FROM && (
        <Filter filter={filter} setFilter={setFilter} found={found.length} all={all.length} />
      )}
      <ol>
        {found.slice(0, SHOWN_MAX).map(({ rule, at }) => (
          <Rule key={rule.span.start} rule={rule} cover={covers?.[at] ?? null} isCurrent={at === current} />
        ))}
      </ol>
      {found.length > SHOWN_MAX && <p class="quiet">and {found.length - SHOWN_MAX} more; the filter finds them</p>}
      {policies.map((policy) => (
        <p key={policy.digest} class="quiet default">
          Any other call: {policy.default === "abstain" ? "no say" : <ActionChip action={policy.default} />}
        </p>
      ))}
      <Replayed />
    </section>
  );
}

interface FilterProps {
  readonly filter: string;
  readonly setFilter: (filter: string) => void;
  readonly found: number;
  readonly all: number;
}

function Filter({ filter, setFilter, found, all }: FilterProps) {
  return (
    <div class="field outline-filter">
      <label for="outline-filter">Filter by id, tool or action</label>
      <input
        id="outline-filter"
        type="search"
        value={filter}
        autocomplete="off"
        onInput={(event) => setFilter(event.currentTarget.value)}
      />
      <p class="hint" role="status">
        {filter.trim() !== "" && `${found} of ${all} rules`}
      </p>
    </div>
  );
}

interface RuleProps {
  readonly rule: RuleSummary;
  readonly cover: RuleCover | null;
  readonly isCurrent: boolean;
}

function Rule({ rule, cover, isCurrent }: RuleProps) {
  const tools = rule.tools.join(", ");
  return (
    <li>
      <button
        type="button"
        class={`jump ${isCurrent ? "current" : ""}`}
        aria-current={isCurrent ? "true" : undefined}
        onClick={() => {
          wanted.value = rule.span;
        }}
      >
        <ActionChip action={rule.action} />
        <span class="rule-id">
          <VisibleText text={rule.id} />
        </span>
        {tools !== rule.id && (
          <span class="tools">
            <VisibleText text={tools} />
          </span>
        )}
        {cover !== null && (
          <span class={`cover ${isHit(cover) ? "hit" : "never"}`}>
            <span aria-hidden="true">{isHit(cover) ? "●" : "○"}</span> {coverText(cover)}
          </span>
        )}
      </button>
    </li>
  );
}

function Replayed() {
  const last = replay.value;
  if (last === null) return null;
  return (
    <p class="quiet">
      Replayed calls: <VisibleText text={last.name} />
      {last.isOld && ", before the latest edits"}
    </p>
  );
}

function fits({ id, tools, action }: RuleSummary, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${id} ${tools.join(" ")} ${action}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
