/** Colours the text by the engine's own tokens: what the engine read is what is shown. Only what can be seen is coloured. */

import {
  type ChangeDesc,
  type EditorState,
  type Extension,
  RangeSetBuilder,
  StateEffect,
  StateField,
  type TransactionSpec,
} from "@codemirror/state";
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from "@codemirror/view";
import type { Token } from "countersign";
import { NO_TOKENS, TOKEN_KINDS, type TokenTable, tokenTable } from "../engine/policy/tokens.ts";

/** Tokens, and what was changed since the text that they are of. */
interface Colours {
  readonly table: TokenTable;
  readonly since: ChangeDesc | null;
}

const setColours = StateEffect.define<TokenTable>();

const coloursField = StateField.define<Colours>({
  create: () => ({ table: NO_TOKENS, since: null }),
  update(colours, { effects, docChanged, changes }) {
    const fresh = effects.find((effect) => effect.is(setColours));
    if (fresh !== undefined) return { table: fresh.value, since: null };
    if (!docChanged) return colours;
    return { ...colours, since: colours.since === null ? changes.desc : colours.since.composeDesc(changes.desc) };
  },
});

const MARKS = TOKEN_KINDS.map((kind) => Decoration.mark({ class: `cm-token-${kind}` }));

const painter = ViewPlugin.define(
  (view) => {
    const plugin = {
      decorations: painted(view),
      update(update: ViewUpdate) {
        const isFresh = update.startState.field(coloursField) !== update.state.field(coloursField);
        if (isFresh || update.viewportChanged) plugin.decorations = painted(update.view);
      },
    };
    return plugin;
  },
  { decorations: (plugin) => plugin.decorations },
);

export const tokenColours: Extension = [coloursField, painter];

/** A transaction that colours `state`, whose text the tokens must be of. */
export function coloured(_state: EditorState, tokens: readonly Token[] | TokenTable): TransactionSpec {
  return { effects: setColours.of("kinds" in tokens ? tokens : tokenTable(tokens)) };
}

function painted(view: EditorView): DecorationSet {
  const { table, since } = view.state.field(coloursField);
  const back = since?.invertedDesc;
  const builder = new RangeSetBuilder<Decoration>();
  let last = 0;
  for (const { from, to } of view.visibleRanges) {
    const [first, end] = back === undefined ? [from, to] : [back.mapPos(from, -1), back.mapPos(to, 1)];
    for (let at = firstEndingAfter(table, first); at < table.starts.length; at += 1) {
      const [start, stop] = [table.starts[at] ?? 0, table.ends[at] ?? 0];
      if (start >= end) break;
      const shown = since === null ? start : since.mapPos(start, 1);
      const shownEnd = Math.min(since === null ? stop : since.mapPos(stop, -1), view.state.doc.length);
      const mark = MARKS[table.kinds[at] ?? 0];
      if (mark === undefined || shown < last || shown >= shownEnd) continue;
      builder.add(shown, shownEnd, mark);
      last = shownEnd;
    }
  }
  return builder.finish();
}

/** The place of the first token that ends after `offset`. */
function firstEndingAfter({ ends }: TokenTable, offset: number): number {
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ends[middle] ?? 0) > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
