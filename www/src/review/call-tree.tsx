/** A value of a call, complete and typed: every key, every item, nothing elided. */

import { VisibleText } from "../text/visible-text.tsx";

export function CallTree({ value }: { readonly value: unknown }) {
  return (
    <div class="call-tree">
      <Value value={value} />
    </div>
  );
}

function Value({ value }: { readonly value: unknown }) {
  if (typeof value === "string") {
    return (
      <span class="value string">
        "<VisibleText text={value} form="string" />"
      </span>
    );
  }
  if (typeof value !== "object" || value === null) {
    return (
      <span class="value">
        {scalarText(value)} <span class="type">{value === null ? "" : typeof value}</span>
      </span>
    );
  }
  if (Array.isArray(value)) return <List items={value} />;
  return <Keys entries={Object.entries(value)} />;
}

function List({ items }: { readonly items: readonly unknown[] }) {
  if (items.length === 0) return <span class="type">empty list</span>;
  return (
    <>
      <span class="type">list of {items.length}</span>
      <ol start={0}>
        {items.map((item, at) => (
          <li key={at}>
            <Value value={item} />
          </li>
        ))}
      </ol>
    </>
  );
}

function Keys({ entries }: { readonly entries: readonly [string, unknown][] }) {
  if (entries.length === 0) return <span class="type">empty map</span>;
  return (
    <ul>
      {entries.map(([key, value]) => (
        <li key={key}>
          <span class="key">
            <VisibleText text={key} form="string" />
          </span>
          <span class="colon">: </span>
          <Value value={value} />
        </li>
      ))}
    </ul>
  );
}

/** As JSON writes it; minus zero is told apart, as it reads differently to some tools. */
function scalarText(value: unknown): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
