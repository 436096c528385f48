/** Colours the text by the engine's own tokens: what the engine read is what is shown. */

import { type EditorState, type Extension, StateEffect, StateField, type TransactionSpec } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { Token } from "countersign";

const setTokens = StateEffect.define<DecorationSet>();

const tokenField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    const fresh = transaction.effects.find((effect) => effect.is(setTokens));
    return fresh === undefined ? decorations.map(transaction.changes) : fresh.value;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export const tokenColours: Extension = tokenField;

const MARKS: Record<Token["kind"], Decoration> = {
  comment: mark("comment"),
  key: mark("key"),
  string: mark("string"),
  number: mark("number"),
  boolean: mark("boolean"),
  null: mark("null"),
  alias: mark("alias"),
};

/** A transaction that colours `state`, whose text the tokens must be of. */
export function coloured(state: EditorState, tokens: readonly Token[]): TransactionSpec {
  const ranges = tokens
    .filter(({ start, end }) => start < end && end <= state.doc.length)
    .map(({ kind, start, end }) => MARKS[kind].range(start, end));
  return { effects: setTokens.of(Decoration.set(ranges, true)) };
}

function mark(kind: Token["kind"]): Decoration {
  return Decoration.mark({ class: `cm-token-${kind}` });
}
