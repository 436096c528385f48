/** The editor's looks. Colours are the page's own variables, so that dark and light follow the page. */

import { EditorView } from "@codemirror/view";

export const editorTheme = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "0.875rem" },
  // The frame around the editor shows the focus.
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--text)", padding: "0.5rem 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { color: "var(--muted)", backgroundColor: "var(--sunken)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--active-line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-specialChar": { color: "var(--block)", fontWeight: "bold" },

  ".cm-token-comment": { color: "var(--token-comment)", fontStyle: "italic" },
  ".cm-token-key": { color: "var(--token-key)" },
  ".cm-token-string": { color: "var(--token-string)" },
  ".cm-token-number, .cm-token-boolean, .cm-token-null": { color: "var(--token-scalar)" },
  ".cm-token-alias": { color: "var(--token-alias)", fontWeight: "bold" },

  ".cm-lintRange": { backgroundImage: "none", paddingBottom: "0", textDecorationSkipInk: "none" },
  ".cm-lintRange-error": { textDecoration: "underline wavy var(--block)" },
  ".cm-lintRange-warning": { textDecoration: "underline wavy var(--escalate)" },
  ".cm-lintRange-active": { backgroundColor: "var(--selection)" },
  ".cm-lintPoint-error:after": { borderBottomColor: "var(--block)" },
  ".cm-lintPoint-warning:after": { borderBottomColor: "var(--escalate)" },

  ".cm-tooltip": {
    zIndex: "20",
    borderRadius: "6px",
    color: "var(--text)",
    backgroundColor: "var(--raised)",
    border: "1px solid var(--line-strong)",
  },
  ".cm-tooltip-lint": { maxWidth: "min(34rem, 90vw)", fontFamily: "var(--sans)" },
  ".cm-diagnostic": { padding: "0.4rem 0.6rem", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--block)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--escalate)" },
  ".cm-diagnosticAction": { color: "var(--on-accent)", backgroundColor: "var(--accent)", padding: "0.15rem 0.5rem" },

  ".cm-marks": { minWidth: "1.6em", textAlign: "center" },
  ".cm-mark": { fontSize: "0.85rem", cursor: "default" },
  ".cm-mark-passed": { color: "var(--allow)", fontWeight: "bold" },
  ".cm-mark-failed": { color: "var(--block)", fontWeight: "bold" },
  ".cm-mark-hit, .cm-mark-matched": { color: "var(--accent)" },
  ".cm-mark-never": { color: "var(--muted)" },

  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    maxHeight: "14rem",
    maxWidth: "min(34rem, 92vw)",
    fontFamily: "var(--mono)",
    fontSize: "0.8125rem",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.15rem 0.6rem", lineHeight: "1.5" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--text)",
    backgroundColor: "var(--selection)",
    boxShadow: "inset 3px 0 0 var(--accent)",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "bold" },
  ".cm-completionDetail": { color: "var(--muted)", fontStyle: "normal", marginLeft: "1rem", fontFamily: "var(--sans)" },
  ".cm-tooltip.cm-completionInfo": { maxWidth: "min(22rem, 90vw)", padding: "0.4rem 0.6rem", borderRadius: "6px" },
  ".cm-explanation": { maxWidth: "min(32rem, 90vw)", padding: "0.5rem 0.7rem" },
  ".cm-explanation, .cm-completionInfo": { fontFamily: "var(--sans)", fontSize: "0.875rem", lineHeight: "1.45" },
  ".cm-explanation-title, .cm-explanation-text code": { fontFamily: "var(--mono)", fontSize: "0.8125rem" },
  ".cm-explanation-text": { margin: "0.15rem 0 0" },
  ".cm-completionInfo .cm-explanation-text": { margin: "0" },
  ".cm-explanation-text code": { padding: "0 0.2rem", backgroundColor: "var(--neutral-ground)", borderRadius: "3px" },
  ".cm-explanation-example": {
    margin: "0.4rem 0 0",
    padding: "0.35rem 0.5rem",
    fontFamily: "var(--mono)",
    fontSize: "0.8125rem",
    whiteSpace: "pre-wrap",
    backgroundColor: "var(--sunken)",
    borderRadius: "4px",
  },

  // CodeMirror's own are hard to read: 70% of the text.
  ".cm-textfield, .cm-button, .cm-panel.cm-search label": { fontSize: "0.8rem" },
  ".cm-panels": { color: "var(--text)", backgroundColor: "var(--sunken)" },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-textfield": { color: "var(--text)", backgroundColor: "var(--surface)", border: "1px solid var(--line-strong)" },
  ".cm-button": { color: "var(--text)", background: "var(--raised)", border: "1px solid var(--line-strong)" },
  ".cm-searchMatch": { backgroundColor: "var(--selection)" },
});
