/** A tree of values, line by line: complete, typed, with what a reader would miss. */

import type { Card, CardRow } from "countersign";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { VisibleText } from "../../text/visible-text.tsx";
import { Part } from "./part.tsx";
import { SeenContext } from "./seen.ts";
import { expanded, lookAt, onlyDifferences, revealed } from "./view.ts";
import { beginning, plain, Written } from "./written.tsx";

/** Longer text is folded, and must be unfolded and passed over before the call can be approved. */
const FOLDED_FROM = 1_000;
const FOLDED_TO = 400;
/** Rows this deep share an indent, or nearly. */
const SAME_INDENT_FROM = 3;

interface Props {
  readonly rows: readonly CardRow[];
  readonly flags?: Card["flags"];
  /** Whether values can be looked at that look like secrets. */
  readonly label: string;
}

export function Rows({ rows, flags = [], label }: Props) {
  const within = placesOf(rows);
  const shown = onlyDifferences.value ? rows.filter(({ difference }) => difference !== "same") : rows;
  return (
    <ul class="rows" aria-label={label}>
      {shown.map((row) => (
        <Row key={row.field} row={row} within={within.get(row.field) ?? null} flags={flags} />
      ))}
      {shown.length < rows.length && (
        <li class="quiet">{rows.length - shown.length} values are the same as in the similar call, and not shown.</li>
      )}
    </ul>
  );
}

/** In which field each nested row stands, by its own field. */
function placesOf(rows: readonly CardRow[]): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  const above: string[] = [];
  for (const { field, depth } of rows) {
    above[depth] = field;
    const place = depth === 0 ? undefined : above[depth - 1];
    if (place !== undefined) places.set(field, place);
  }
  return places;
}

interface RowProps {
  readonly row: CardRow;
  /** The field in which it stands; `null` at the top. */
  readonly within: string | null;
  readonly flags: Card["flags"];
}

function Row({ row, within, flags }: RowProps) {
  const { depth, key, type, difference, before, reading } = row;
  const own = row.flags.map((at) => flags[at]).filter((flag) => flag !== undefined);
  const looks = ["row", `depth-${Math.min(depth, 8)}`, own.length > 0 ? "flagged" : "", difference ?? ""];
  return (
    <Part as="li" class={looks.filter((look) => look !== "").join(" ")} says={row}>
      <span class="row-line">
        {within !== null && (
          // Where rows have one indent, only this tells in which map or list one stands.
          <span class={depth >= SAME_INDENT_FROM ? "path always" : "path"}>
            <VisibleText text={within} /> ›{" "}
          </span>
        )}
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
  const { type, masked, field } = row;
  if (type === "list" || type === "map") return null;
  if (masked && !revealed.value.includes(field)) return <Masked row={row} />;
  if (masked) return <Revealed row={row} />;
  return <Plain row={row} />;
}

/** Its line was on screen while it was masked; now all of it has to be. */
function Revealed({ row }: { readonly row: CardRow }) {
  const seen = useContext(SeenContext);
  const part = useRef<HTMLSpanElement>(null);
  useEffect(() => (part.current === null ? undefined : seen?.follow(part.current)), [seen]);
  return (
    <span ref={part} tabIndex={-1}>
      <Plain row={row} />
    </span>
  );
}

function Plain({ row }: { readonly row: CardRow }) {
  const { value, type } = row;
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

/** Nobody has seen it before they look at it; that they did is in the note of their answer. */
export function Masked({ row: { field, key, length, masked } }: { readonly row: CardRow }) {
  const seen = useContext(SeenContext);
  const part = useRef<HTMLSpanElement>(null);
  useEffect(() => (part.current === null ? undefined : seen?.mask(part.current, field)), [seen, field]);
  return (
    <span ref={part} class="masked" tabIndex={-1}>
      <span class="value" aria-hidden="true">
        ••••••••
      </span>{" "}
      <span>
        masked, as {masked ? "it looks" : "a part of it looks"} like a secret
        {masked && length !== null && ` of ${length} characters`}
      </span>{" "}
      <button
        type="button"
        aria-label={`Look at the masked value of ${plain(key)}; your answer's note will say so`}
        onClick={() => {
          lookAt(field);
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
