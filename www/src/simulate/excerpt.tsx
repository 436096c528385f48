/** The part of a policy's text that decided, in place: the rule, with what its condition asks marked by how it came out. */

import type { RuleTrace, Span, TraceOutcome } from "countersign";
import { VisibleText } from "../text/visible-text.tsx";

interface Props {
  /** The text that was decided by. */
  readonly text: string;
  readonly rule: RuleTrace;
  /** Begins the ids of the trace's lines. */
  readonly trace: string;
}

/** A longer rule is shown in part. */
const LINES_MAX = 60;

interface Piece {
  readonly text: string;
  /** Which of the rule's conditions it is; `null` if none. */
  readonly condition: number | null;
  readonly outcome: TraceOutcome | null;
}

interface Line {
  readonly number: number;
  readonly pieces: readonly Piece[];
}

export function Excerpt({ text, rule, trace }: Props) {
  const lines = linesOf(text, rule);
  return (
    <figure class="excerpt">
      <figcaption class="quiet">
        The rule in the policy’s text, line {rule.span.line}. Marked is what its condition asked.
      </figcaption>
      <ol class="excerpt-lines" start={rule.span.line}>
        {lines.slice(0, LINES_MAX).map(({ number, pieces }) => (
          <li key={number} value={number}>
            <code>
              {pieces.map((piece, at) => (
                <PieceOf key={at} piece={piece} rule={rule} trace={trace} />
              ))}
            </code>
          </li>
        ))}
      </ol>
      {lines.length > LINES_MAX && <p class="quiet">and {lines.length - LINES_MAX} more lines</p>}
    </figure>
  );
}

function PieceOf({ piece, rule, trace }: { readonly piece: Piece; readonly rule: RuleTrace; readonly trace: string }) {
  const shown = <VisibleText text={piece.text} />;
  const condition = piece.condition === null ? undefined : rule.conditions[piece.condition];
  if (condition === undefined) return shown;
  const words = { matched: "matched", "not-matched": "did not match", undecidable: "cannot be decided" };
  return (
    <button
      type="button"
      class={`marked ${condition.outcome}`}
      title={`${words[condition.outcome]}: show it in the trace`}
      onClick={() => document.getElementById(conditionId(trace, condition.span))?.focus()}
    >
      {shown}
    </button>
  );
}

/** The id of a condition's line in a trace. */
export function conditionId(trace: string, span: Span): string {
  return `${trace}-${span.start}`;
}

/** The lines on which the rule stands, whole, in pieces. */
function linesOf(text: string, rule: RuleTrace): readonly Line[] {
  const start = text.lastIndexOf("\n", rule.span.start - 1) + 1;
  const end = text.indexOf("\n", Math.max(rule.span.end - 1, rule.span.start));
  const marks = rule.conditions
    .map(({ span, outcome }, condition) => ({ span, outcome, condition }))
    .sort((a, b) => a.span.start - b.span.start);
  const lines: Line[] = [];
  let from = start;
  for (const written of text.slice(start, end < 0 ? text.length : end).split("\n")) {
    lines.push({ number: rule.span.line + lines.length, pieces: piecesOf(written.replace(/\r$/, ""), from, marks) });
    from += written.length + 1;
  }
  return lines;
}

interface Mark {
  readonly span: Span;
  readonly outcome: TraceOutcome;
  readonly condition: number;
}

function piecesOf(line: string, from: number, marks: readonly Mark[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const plain = (to: number) => {
    if (to > at) pieces.push({ text: line.slice(at, to), condition: null, outcome: null });
    at = Math.max(at, to);
  };
  for (const { span, outcome, condition } of marks) {
    const [start, end] = [Math.max(span.start - from, at), Math.min(span.end - from, line.length)];
    if (end <= start) continue;
    plain(start);
    pieces.push({ text: line.slice(start, end), condition, outcome });
    at = end;
  }
  plain(line.length);
  return pieces;
}
