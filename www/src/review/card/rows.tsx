/** A tree of values, line by line: complete, typed, with what a reader would miss. */

import type { Card, CardRow } from "countersign";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { Part } from "./part.tsx";
import { SeenContext } from "./seen.ts";
import { expanded, onlyDifferences, revealed } from "./view.ts";
import { beginning, plain, Written } from "./written.tsx";

/** Longer text is folded, and must be unfolded and passed over before the call can be approved. */
const FOLDED_FROM = 1_000;
const FOLDED_TO = 400;

interface Props {
  readonly rows: readonly CardRow[];
  readonly flags?: Card["flags"];
  /** Whether values can be looked at that look like secrets. */
  readonly label: string;
}

export function Rows({ rows, flags = [], label }: Props) {
  const shown = onlyDifferences.value ? rows.filter(({ difference }) => difference !== "same") : rows;
  return (
    <ul class="rows" aria-label={label}>
      {shown.map((row) => (
        <Row key={row.field} row={row} flags={flags} />
      ))}
      {shown.length < rows.length && (
        <li class="quiet">{rows.length - shown.length} values are the same as in the similar call, and not shown.</li>
      )}
    </ul>
  );
}

function Row({ row, flags }: { readonly row: CardRow; readonly flags: Card["flags"] }) {
  const { depth, key, type, difference, before, reading } = row;
  const own = row.flags.map((at) => flags[at]).filter((flag) => flag !== undefined);
  const looks = ["row", `depth-${Math.min(depth, 8)}`, own.length > 0 ? "flagged" : "", difference ?? ""];
  return (
    <Part as="li" class={looks.filter((look) => look !== "").join(" ")}>
      <span class="row-line">
        <span class="key">
          <Written text={key} />
        </span>
        <span class="colon">: </span>
        <Value row={row} /> <span class="type">{typeText(row)}</span>
        {difference === "added" && <span class="mark added"> new here</span>}
        {difference === "changed" && <span class="mark changed"> differs</span>}
        {own.some(({ code }) => code === "unknown-key") && <span class="mark unknown"> unknown key</span>}
      </span>
      {reading !== null && (
        <span class="reading">
          reads as <Written text={reading} />
        </span>
      )}
      {before !== null && (
        <span class="before">
          was{" "}
          <span class="value">
            <Written text={before} />
          </span>{" "}
          in the most similar approved call
        </span>
      )}
      {own
        .filter(({ code }) => code !== "unknown-key")
        .map((flag) => (
          <span key={`${flag.code} ${plain(flag.message)}`} class="row-flag">
            <span aria-hidden="true">⚑ </span>
            <Written text={flag.message} />
          </span>
        ))}
      {type === "string" && row.length !== null && row.length > FOLDED_FROM && (
        <span class="quiet row-count">{row.length.toLocaleString("en")} characters in all</span>
      )}
    </Part>
  );
}

function Value({ row }: { readonly row: CardRow }) {
  const { value, type, masked, field } = row;
  if (type === "list" || type === "map") return null;
  if (masked && !revealed.value.includes(field)) return <Masked row={row} />;
  if (type !== "string") {
    return (
      <span class="value">
        <Written text={value} />
      </span>
    );
  }
  return (
    <span class="value string">
      <span aria-hidden="true">"</span>
      {isLong(row) ? <LongText row={row} /> : <Written text={value} />}
      <span aria-hidden="true">"</span>
    </span>
  );
}

function isLong({ length, value }: CardRow): boolean {
  return (length ?? 0) > FOLDED_FROM || value.length > FOLDED_FROM;
}

/** Folded at first; what is folded has not been seen. */
function LongText({ row: { value, length } }: { readonly row: CardRow }) {
  const [isOpen, setOpen] = useState(false);
  const seen = useContext(SeenContext);
  const fold = useRef<HTMLSpanElement>(null);
  const open = isOpen || expanded.value;
  useEffect(() => {
    if (fold.current === null) return undefined;
    // The line was wholly on screen while it was folded; all of it has to be.
    return open ? seen?.follow(fold.current) : seen?.fold(fold.current);
  }, [open, seen]);
  if (open) {
    return (
      <span ref={fold} class="unfolded" tabIndex={-1}>
        <Written text={value} />
      </span>
    );
  }
  return (
    <span ref={fold} class="folded" tabIndex={-1}>
      <Written text={beginning(value, FOLDED_TO)} />
      <span class="fold">
        <strong>
          … about {Math.max(0, (length ?? 0) - FOLDED_TO).toLocaleString("en")} more characters are folded
        </strong>{" "}
        <button type="button" onClick={() => setOpen(true)}>
          Show all of it
        </button>
      </span>
    </span>
  );
}

function Masked({ row: { field, key, length } }: { readonly row: CardRow }) {
  return (
    <span class="masked">
      <span class="value" aria-hidden="true">
        ••••••••
      </span>{" "}
      <span>masked, as it looks like a secret{length !== null && ` of ${length} characters`}</span>{" "}
      <button
        type="button"
        aria-label={`Look at the masked value of ${plain(key)}; your answer's note will say so`}
        onClick={() => {
          revealed.value = [...revealed.value, field];
        }}
      >
        Look at it
      </button>
    </span>
  );
}

function typeText({ type, count, length }: CardRow): string {
  if (type === "list") return count === 0 ? "empty list" : `list of ${count}`;
  if (type === "map") return count === 0 ? "empty map" : `map of ${count}`;
  if (type === "null") return "";
  return type === "string" && length === 0 ? "empty string" : type;
}
