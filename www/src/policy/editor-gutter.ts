/** The marks beside the line numbers: tests that pass or fail, and rules that are hit or never hit. */

import {
  type EditorState,
  type Extension,
  RangeSet,
  StateEffect,
  StateField,
  type TransactionSpec,
} from "@codemirror/state";
import { GutterMarker, gutter } from "@codemirror/view";

export type MarkKind = "passed" | "failed" | "hit" | "matched" | "never";

/** A mark, and the place in the text whose line it stands at. Lists beside the editor say the same to who cannot see it. */
export interface LineMark {
  readonly at: number;
  readonly kind: MarkKind;
  /** What it says when pointed at. */
  readonly title: string;
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

const setMarks = StateEffect.define<RangeSet<GutterMarker>>();

const marksField = StateField.define<RangeSet<GutterMarker>>({
  create: () => RangeSet.empty,
  update(marks, { effects, changes }) {
    const fresh = effects.find((effect) => effect.is(setMarks));
    return fresh === undefined ? marks.map(changes) : fresh.value;
  },
});

export const lineMarks: Extension = [
  marksField,
  gutter({
    class: "cm-marks",
    markers: (view) => view.state.field(marksField),
  }),
];

/** A transaction that shows `marks`, which must be about the text of `state`. */
export function marked(state: EditorState, marks: readonly LineMark[]): TransactionSpec {
  const { doc } = state;
  const ranges = marks.map(({ at, kind, title }) => {
    const line = doc.lineAt(Math.min(at, doc.length));
    return new Mark(kind, title).range(line.from);
  });
  return { effects: setMarks.of(RangeSet.of(ranges, true)) };
}
