/** The rules of the policy in force, in order; each jumps to its place in the text. */

import { useMemo, useState } from "preact/hooks";
import type { RuleSummary } from "../engine/policy/api.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";
import { coverage, coverText, currentRule, isHit, type RuleCover, replay, rules } from "./coverage.ts";
import { checked, wanted } from "./state.ts";

/** Of more rules than this the part around the cursor is listed; the filter finds the others. */
const SHOWN_MAX = 100;

/** So few rules are found without a filter. */
const FILTER_FROM = 8;

export function Outline() {
  const [filter, setFilter] = useState("");
  const policies = checked.value?.policy?.policies ?? [];
  const all = rules.value;
  const covers = coverage.value;
  const current = currentRule.value;
  const found = useMemo(() => {
    const isMeant = filterOf(filter);
    return all.flatMap((rule, at) => (isMeant(rule) ? [{ rule, at }] : []));
  }, [all, filter]);
  const place = current < 0 ? 0 : found.findLastIndex(({ at }) => at <= current);
  const first = Math.max(0, place - (place % SHOWN_MAX));
  const shown = found.slice(first, first + SHOWN_MAX);
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
        {shown.map(({ rule, at }) => (
          <Rule key={at} at={at} rule={rule} cover={covers?.[at] ?? null} isCurrent={at === current} />
        ))}
      </ol>
      {found.length > SHOWN_MAX && (
        <p class="quiet outline-part">
          {(first + 1).toLocaleString()}–{(first + shown.length).toLocaleString()} of {found.length.toLocaleString()},
          around the cursor; the filter finds the others.
        </p>
      )}
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
  /** Its place among the rules of the text. */
  readonly at: number;
  readonly rule: RuleSummary;
  readonly cover: RuleCover | null;
  readonly isCurrent: boolean;
}

function Rule({ at, rule, cover, isCurrent }: RuleProps) {
  const { id, action } = rule;
  const tools = rule.tools.join(", ");
  const said = cover === null ? null : coverText(cover);
  const hit = cover !== null && isHit(cover);
  // Every check answers with new rules; those that say what they said before are not drawn again.
  return useMemo(
    () => (
      <li>
        <button
          type="button"
          class={`jump ${isCurrent ? "current" : ""}`}
          aria-current={isCurrent ? "true" : undefined}
          onClick={() => {
            wanted.value = rules.peek()[at]?.span ?? null;
          }}
        >
          <ActionChip action={action} />
          <span class="rule-id">
            <VisibleText text={id} />
          </span>
          {tools !== id && (
            <span class="tools">
              <VisibleText text={tools} />
            </span>
          )}
          {said !== null && (
            <span class={`cover ${hit ? "hit" : "never"}`}>
              <span aria-hidden="true">{hit ? "●" : "○"}</span> {said}
            </span>
          )}
        </button>
      </li>
    ),
    [at, id, action, tools, said, hit, isCurrent],
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

function filterOf(filter: string): (rule: RuleSummary) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return () => true;
  return ({ id, tools, action }) => {
    const text = `${id} ${tools.join(" ")} ${action}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}
