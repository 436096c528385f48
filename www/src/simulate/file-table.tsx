/** The decisions of a file, a page at a time. */

import type { FileProgress, FileRow, RowFilter } from "../engine/simulate/api.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { ActionChip } from "../ui/action-chip.tsx";
import { choose, opened, openRow, PAGE_ROWS, page, query, rows } from "./file-state.ts";
import { Pages } from "./pages.tsx";

const FILTERS: readonly { readonly value: RowFilter; readonly title: string }[] = [
  { value: "all", title: "all lines" },
  { value: "allow", title: "allow" },
  { value: "escalate", title: "escalate" },
  { value: "block", title: "block" },
  { value: "error", title: "errors" },
];

export function FileTable({ progress }: { readonly progress: FileProgress }) {
  const { total } = rows.value;
  const { calls, errors } = progress.counts;
  return (
    <>
      <div class="toolbar">
        <label class="field-inline">
          Show{" "}
          <select
            value={query.value.filter}
            onChange={(event) => choose({ filter: event.currentTarget.value as RowFilter })}
          >
            {FILTERS.map(({ value, title }) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </select>
        </label>
        <label class="field-inline">
          Tool or rule{" "}
          <input
            type="search"
            spellcheck={false}
            value={query.value.search}
            onInput={(event) => choose({ search: event.currentTarget.value })}
          />
        </label>
        {query.value.rule !== null && (
          <button type="button" onClick={() => choose({ rule: null })}>
            Only {query.value.rule.rule ?? (query.value.rule.misfit ? "misfits" : "the default")} ×
          </button>
        )}
        <span class="spacer" />
        <Pages
          label="Pages"
          at={page.value}
          rows={PAGE_ROWS}
          total={total}
          onGo={(to) => {
            page.value = to;
            opened.value = null;
          }}
        />
      </div>
      {progress.rows < calls + errors && (
        <p class="notice">The table holds the first {progress.rows.toLocaleString()} lines; the counts are of all.</p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="table-scroll" aria-label="Decisions" tabIndex={0}>
        <table class="decisions">
          <thead>
            <tr>
              <th scope="col" class="number">
                Line
              </th>
              <th scope="col">Tool</th>
              <th scope="col">Action</th>
              <th scope="col">Rule</th>
              <th scope="col">Reason or error</th>
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

function Row({ row }: { readonly row: FileRow }) {
  const { decision, error } = row;
  return (
    <tr class={opened.value?.index === row.index ? "chosen" : undefined} onClick={() => openRow(row.index)}>
      <td class="number">
        <button type="button" class="link" aria-label={`Show line ${row.line}`}>
          {row.line.toLocaleString()}
        </button>
      </td>
      <td class="name">{row.tool !== null && <VisibleText text={row.tool} />}</td>
      <td>{decision === null ? <span class="chip error">error</span> : <ActionChip action={decision.action} />}</td>
      <td class="name">
        {decision !== null && (decision.rule === null ? "default" : <VisibleText text={decision.rule} />)}
      </td>
      <td>
        <VisibleText text={decision?.reason ?? error?.message ?? ""} />
      </td>
    </tr>
  );
}
