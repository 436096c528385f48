/** Enter in a policy: the next line begins where what belongs to this one would stand. */

import { EditorSelection, type EditorState, type StateCommand } from "@codemirror/state";

const STEP = 2;

/**
 * Keeps the indentation of the line; after `- key: …` it goes to the column of the key, and after a line that ends in `:`
 * one step further in. It only looks at the ends of the line; what they mean, the engine alone reads.
 */
export const enterInPolicy: StateCommand = ({ state, dispatch }) => {
  if (state.readOnly) return false;
  const change = state.changeByRange(({ from, to }) => {
    const insert = `${state.lineBreak}${" ".repeat(columnAfter(state, from))}`;
    return { changes: { from, to, insert }, range: EditorSelection.cursor(from + insert.length) };
  });
  dispatch(state.update(change, { scrollIntoView: true, userEvent: "input" }));
  return true;
};

/** Where the line after the one that is cut at `at` begins. */
function columnAfter(state: EditorState, at: number): number {
  const line = state.doc.lineAt(at);
  const before = line.text.slice(0, at - line.from);
  const [lead = "", dashes = ""] = /^ *((?:- +)*)/.exec(before) ?? [];
  // Within the lead there is nothing that the next line could belong to.
  if (before.length === lead.length) return lead.length - dashes.length;
  return lead.length + (/:\s*$/.test(before) ? STEP : 0);
}
