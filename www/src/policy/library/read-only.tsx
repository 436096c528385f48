/** A policy text to look at: as in the editor, with colours and problems, but not to be changed. */

import { defaultKeymap } from "@codemirror/commands";
import { linter } from "@codemirror/lint";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import type { Span } from "countersign";
import { useEffect, useRef } from "preact/hooks";
import type { Looked } from "../../engine/library/api.ts";
import { underlined } from "../editor-diagnostics.ts";
import { editorTheme } from "../editor-theme.ts";
import { coloured, tokenColours } from "../editor-tokens.ts";

/** What every text that is only looked at has, here and in a difference. */
export const readOnly: Extension = [
  lineNumbers(),
  highlightSpecialChars(),
  drawSelection(),
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  tokenColours,
  editorTheme,
];

/** The text scrolls in its place, so that the lines out of sight are not drawn. */
export const scrolls: Extension = EditorView.theme({
  "&": { height: "auto", maxHeight: "28rem" },
  ".cm-scroller": { overflow: "auto" },
});

interface Props {
  readonly text: string;
  readonly label: string;
  readonly looked: Looked | null;
  /** A place that somebody wants to see. */
  readonly wanted: Span | null;
}

export function ReadOnly({ text, label, looked, wanted }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const shown = useRef<EditorView | null>(null);
  useEffect(() => {
    if (host.current === null) return;
    // In a shadow root CodeMirror adopts its style sheet; in the page it would add a <style>, which the page's policy refuses.
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const extensions = [
      readOnly,
      scrolls,
      linter(null),
      search(),
      keymap.of([...searchKeymap, ...defaultKeymap]),
      EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
    ];
    const view = new EditorView({ state: EditorState.create({ doc: text, extensions }), parent: root, root });
    shown.current = view;
    return () => {
      shown.current = null;
      view.destroy();
    };
  }, [text, label]);
  useEffect(() => {
    const view = shown.current;
    if (view === null || looked === null) return;
    view.dispatch(coloured(view.state, looked.tokens));
    view.dispatch(underlined(view.state, looked.diagnostics));
  }, [text, label, looked]);
  useEffect(() => {
    const view = shown.current;
    if (view === null || wanted === null) return;
    const anchor = Math.min(wanted.start, view.state.doc.length);
    const head = Math.min(wanted.end, view.state.doc.length);
    view.dispatch({ selection: { anchor, head }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
    view.focus();
  }, [wanted]);
  return <div class="editor read-only" ref={host} />;
}
