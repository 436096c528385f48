/** The decisions that differ, the worst first, a page at a time. */

import type { ComparisonCounts } from "countersign";
import type { ChangedRow, ChangeQuery } from "../engine/simulate/api.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { CHANGE_WORDS, termWords } from "./change-words.ts";
import { choose, opened, openRow, PAGE_ROWS, page, query, rows } from "./comparison-state.ts";
import { Pages } from "./pages.tsx";
import { Said } from "./said.tsx";

export function ComparisonTable({ counts }: { readonly counts: ComparisonCounts }) {
  const { total } = rows.value;
  const { change, search } = query.value;
  const all = counts.errors + counts.changes.reduce((sum, { calls }) => sum + calls, 0);
  if (all === 0) return null;
  return (
    <>
      <div class="toolbar">
        <label class="field-inline">
          Show change{" "}
          <select
            value={change}
            onChange={(event) => choose({ change: event.currentTarget.value as ChangeQuery["change"] })}
          >
            <option value="all">all changes</option>
            {counts.changes.map(({ change: each }) => (
              <option key={each} value={each}>
                {CHANGE_WORDS[each]}
              </option>
            ))}
            <option value="error">lines that are no calls</option>
          </select>
        </label>
        <label class="field-inline">
          Changed tool or rule{" "}
          <input
            type="search"
            spellcheck={false}
            value={search}
            onInput={(event) => choose({ search: event.currentTarget.value })}
          />
        </label>
        <span class="spacer" />
        <Pages
          label="Pages of changes"
          at={page.value}
          rows={PAGE_ROWS}
          total={total}
          onGo={(to) => {
            page.value = to;
            opened.value = null;
          }}
        />
      </div>
      {change === "all" && search === "" && total < all && (
        <p class="notice">The table holds the first 100,000 lines of each change; the counts are of all.</p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="table-scroll" aria-label="Changed decisions" tabIndex={0}>
        <table class="decisions changes">
          <thead>
            <tr>
              <th scope="col" class="number">
                Line
              </th>
              <th scope="col">Tool</th>
              <th scope="col">Change</th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {rows.value.rows.map((row) => (
              <Row key={row.index} row={row} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

function Row({ row }: { readonly row: ChangedRow }) {
  const { change, terms, before, after, error } = row;
  return (
    <tr class={opened.value?.row.index === row.index ? "chosen" : undefined} onClick={() => openRow(row)}>
      <td class="number">
        <button type="button" class="link" aria-label={`Show change of line ${row.line}`}>
          {row.line.toLocaleString()}
        </button>
      </td>
      <td class="name">{row.tool !== null && <VisibleText text={row.tool} />}</td>
      <td>
        {change === null ? <span class="chip error">no call</span> : CHANGE_WORDS[change]}
        {terms.length > 0 && <div class="quiet">{termWords(terms)}</div>}
      </td>
      {error === null ? (
        <>
          <td>{before !== null && <Said decision={before} />}</td>
          <td>{after !== null && <Said decision={after} />}</td>
        </>
      ) : (
        <td colSpan={2}>
          <VisibleText text={error.message} />
        </td>
      )}
    </tr>
  );
}
