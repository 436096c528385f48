/** The marks beside the line numbers: tests that pass or fail, and rules that are hit or never hit. */

import {
  type ChangeDesc,
  type Extension,
  type Range,
  RangeSet,
  StateEffect,
  StateField,
  type TransactionSpec,
} from "@codemirror/state";
import { type EditorView, GutterMarker, gutter } from "@codemirror/view";

export type MarkKind = "passed" | "failed" | "hit" | "matched" | "never";

/** A mark, and the place in the text whose line it stands at. Lists beside the editor say the same to who cannot see it. */
export interface LineMark {
  readonly at: number;
  readonly kind: MarkKind;
  /** What it says when pointed at; asked only of marks that are drawn. */
  title(): string;
}

/** Told apart by shape, not only by colour. */
const SIGNS: Readonly<Record<MarkKind, string>> = { passed: "✓", failed: "✗", hit: "●", matched: "◐", never: "○" };

/** CodeMirror knows its markers by their class. */
class Mark extends GutterMarker {
  readonly kind: MarkKind;
  readonly title: string;

  constructor(kind: MarkKind, title: string) {
    super();
    this.kind = kind;
    this.title = title;
  }

  override eq(other: GutterMarker): boolean {
    return other instanceof Mark && other.kind === this.kind && other.title === this.title;
  }

  override toDOM(): Node {
    const sign = document.createElement("span");
    sign.className = `cm-mark cm-mark-${this.kind}`;
    sign.title = this.title;
    sign.textContent = SIGNS[this.kind];
    return sign;
  }
}

/** Marks, and what was changed since the text that they are of. */
interface Marks {
  /** In the order of the text. */
  readonly list: readonly LineMark[];
  readonly since: ChangeDesc | null;
}

const setMarks = StateEffect.define<readonly LineMark[]>();

const marksField = StateField.define<Marks>({
  create: () => ({ list: [], since: null }),
  update(marks, { effects, docChanged, changes }) {
    const fresh = effects.find((effect) => effect.is(setMarks));
    if (fresh !== undefined) return { list: fresh.value, since: null };
    if (!docChanged) return marks;
    return { ...marks, since: marks.since === null ? changes.desc : marks.since.composeDesc(changes.desc) };
  },
});

export const lineMarks: Extension = [marksField, gutter({ class: "cm-marks", markers: visibleMarks })];

/** A transaction that shows `marks`, which must be about the text of the editor. */
export function marked(marks: readonly LineMark[]): TransactionSpec {
  return { effects: setMarks.of(marks.toSorted((a, b) => a.at - b.at)) };
}

/** The marks of the lines that are drawn: with thousands of rules the others would be made and compared for nobody. */
function visibleMarks(view: EditorView): RangeSet<GutterMarker> {
  const { list, since } = view.state.field(marksField);
  const { doc } = view.state;
  const { from, to } = view.viewport;
  const back = since?.invertedDesc;
  const [first, end] = back === undefined ? [from, to] : [back.mapPos(from, -1), back.mapPos(to, 1)];
  const ranges: Range<GutterMarker>[] = [];
  for (let at = firstFrom(list, first); at < list.length; at += 1) {
    const mark = list[at];
    if (mark === undefined || mark.at > end) break;
    const shown = Math.min(since === null ? mark.at : since.mapPos(mark.at, 1), doc.length);
    ranges.push(new Mark(mark.kind, mark.title()).range(doc.lineAt(shown).from));
  }
  return RangeSet.of(ranges, true);
}

/** The place of the first mark at `offset` or after it. */
function firstFrom(list: readonly LineMark[], offset: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.at ?? 0) >= offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
