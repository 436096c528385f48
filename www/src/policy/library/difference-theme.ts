/** The looks of a difference: the page's own colours, and a sign before each line, so that nothing is said by colour alone. */

import { EditorView } from "@codemirror/view";

const REMOVED = { backgroundColor: "var(--block-ground)" } as const;
const ADDED = { backgroundColor: "var(--allow-ground)" } as const;
const WORD_REMOVED = {
  background: "color-mix(in srgb, var(--block) 22%, transparent)",
  textDecoration: "none",
} as const;
const WORD_ADDED = { background: "color-mix(in srgb, var(--allow) 22%, transparent)", textDecoration: "none" } as const;

export const differenceTheme = EditorView.theme({
  ".cm-deletedChunk": { ...REMOVED, paddingLeft: "0" },
  ".cm-deletedLine": { ...REMOVED, padding: "0 2px 0 6px" },
  "&.cm-merge-b .cm-changedLine, .cm-insertedLine": ADDED,
  "&.cm-merge-a .cm-changedLine": REMOVED,
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText, .cm-deletedLine .cm-deletedText": WORD_REMOVED,
  "&.cm-merge-b .cm-changedText": WORD_ADDED,
  "&.cm-merge-b .cm-deletedText": WORD_REMOVED,
  "&:not(.cm-merge-a) .cm-deletedLine::before, &.cm-merge-a .cm-changedLine::before": {
    content: '"− "',
    color: "var(--block)",
    fontWeight: "bold",
  },
  "&.cm-merge-b .cm-changedLine::before": { content: '"+ "', color: "var(--allow)", fontWeight: "bold" },
  ".cm-deletedLine del": { textDecoration: "none" },
  "&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter": { background: "var(--block)" },
  "&.cm-merge-b .cm-changedLineGutter": { background: "var(--allow)" },
  ".cm-collapsedLines": {
    color: "var(--muted)",
    background: "var(--sunken)",
    fontFamily: "var(--sans)",
    fontSize: "0.8rem",
  },
});
