/** The policy editor: CodeMirror around the text signal. */

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { linter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  type ViewUpdate,
} from "@codemirror/view";
import { effect, untracked } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { coverage, coverText, cursor, isHit } from "./coverage.ts";
import { completions } from "./editor-complete.ts";
import { underlined } from "./editor-diagnostics.ts";
import { enterInPolicy } from "./editor-enter.ts";
import { explanations } from "./editor-explain.ts";
import { type LineMark, lineMarks, marked } from "./editor-gutter.ts";
import { editorTheme } from "./editor-theme.ts";
import { coloured, tokenColours } from "./editor-tokens.ts";
import { activeId, checked, text, wanted } from "./state.ts";

const extensions: Extension = [
  lineMarks,
  lineNumbers(),
  highlightActiveLineGutter(),
  highlightActiveLine(),
  highlightSpecialChars(),
  drawSelection(),
  history(),
  search(),
  highlightSelectionMatches(),
  linter(null),
  tokenColours,
  completions,
  explanations,
  editorTheme,
  EditorView.contentAttributes.of({ "aria-label": "Policy text", spellcheck: "false", tabindex: "0" }),
  // Tab stays free to leave the editor; Ctrl-] and Ctrl-[ indent.
  keymap.of([{ key: "Enter", run: enterInPolicy }, ...lintKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
  EditorView.domEventHandlers({ beforeinput: typeOverSelection }),
  EditorView.updateListener.of((update) => {
    if (update.docChanged) text.value = textAfter(update);
    if (update.docChanged || update.selectionSet) cursor.value = update.state.selection.main.head;
  }),
];

/** The text of the editor that was asked for last: with a long one, making it anew for everybody takes its time. */
let spelled: { readonly doc: EditorState["doc"]; readonly text: string } | null = null;

function textOf({ doc }: EditorState): string {
  if (spelled?.doc !== doc) spelled = { doc, text: doc.toString() };
  return spelled.text;
}

/**
 * The text after an edit. Of a long one it shares what stayed with the text before, which takes no time; spelling out the whole
 * document with every press of a key would.
 */
function textAfter({ startState, state, changes }: ViewUpdate): string {
  if (spelled?.doc !== startState.doc) return textOf(state);
  const before = spelled.text;
  let [after, at] = ["", 0];
  changes.iterChanges((from, to, _fromAfter, _toAfter, inserted) => {
    after += before.slice(at, from) + inserted.toString();
    at = to;
  });
  spelled = { doc: state.doc, text: after + before.slice(at) };
  return spelled.text;
}

/** The editor as it was left, so that going to another view and back keeps the cursor and what can be undone. */
let left: EditorState | null = null;

/** Whose text it is: undoing must not bring back the text of another policy. */
let leftOf: string | null = null;

export function Editor() {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return;
    const state = (leftOf === activeId.peek() ? left : null) ?? EditorState.create({ doc: text.peek(), extensions });
    leftOf = activeId.peek();
    // In a shadow root CodeMirror adopts its style sheet; in the page it would add a <style>, which the page's policy refuses.
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const view = new EditorView({ state, parent: root, root });
    const stops = [
      effect(() => {
        const id = activeId.value;
        if (id !== leftOf && leftOf !== null) {
          view.setState(EditorState.create({ doc: text.value, extensions }));
          untracked(() => showChecked(view));
        }
        leftOf = id;
        showText(view, text.value);
      }),
      effect(() => showChecked(view)),
      effect(() => showMarks(view)),
      effect(() => showWanted(view)),
    ];
    return () => {
      for (const stop of stops) stop();
      left = view.state;
      view.destroy();
    };
  }, []);
  return <div class="editor" ref={host} />;
}

/**
 * Typing over selected text is done by CodeMirror instead of the browser.
 *
 * Chromium would keep the colours of what was selected as inline style, which the page's content security policy refuses.
 */
function typeOverSelection(event: InputEvent, view: EditorView): boolean {
  if (event.inputType !== "insertText" || event.data === null || event.isComposing) return false;
  if (view.state.selection.main.empty) return false;
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  return true;
}

/** Takes over a text that came from elsewhere (a fix, a starter, a file, another tab), changing only what differs. */
function showText(view: EditorView, next: string): void {
  const current = textOf(view.state);
  if (current === next) return;
  const shorter = Math.min(current.length, next.length);
  let start = 0;
  while (start < shorter && current.charCodeAt(start) === next.charCodeAt(start)) start += 1;
  let same = 0;
  while (same < shorter - start && current.at(-1 - same) === next.at(-1 - same)) same += 1;
  view.dispatch({
    changes: { from: start, to: current.length - same, insert: next.slice(start, next.length - same) },
    userEvent: "input.replace",
  });
}

function showChecked(view: EditorView): void {
  const last = checked.value;
  if (last === null || last.text !== textOf(view.state)) return;
  view.dispatch(coloured(view.state, last.tokens), underlined(view.state, last.diagnostics));
}

/** Shows which tests pass and which rules are hit. While the text is being checked the marks stay, as they were. */
function showMarks(view: EditorView): void {
  const last = checked.value;
  const covers = coverage.value ?? [];
  if (last === null || last.text !== textOf(view.state)) return;
  const marks: LineMark[] = [];
  for (const cover of covers) {
    const kind = isHit(cover) ? "hit" : cover.matches > 0 ? "matched" : "never";
    marks.push({ at: cover.rule.span.start, kind, title: () => `Rule ${cover.rule.id}: ${coverText(cover)}` });
  }
  for (const { name, span, passed, message } of last.tests?.tests ?? []) {
    const title = () => (passed ? `Test “${name}” passes` : `Test “${name}” fails: ${message ?? ""}`);
    marks.push({ at: span.start, kind: passed ? "passed" : "failed", title });
  }
  view.dispatch(marked(marks));
}

function showWanted(view: EditorView): void {
  const span = wanted.value;
  if (span === null) return;
  wanted.value = null;
  const { length } = view.state.doc;
  const anchor = Math.min(span.start, length);
  view.dispatch({
    selection: { anchor, head: Math.min(span.end, length) },
    effects: EditorView.scrollIntoView(anchor, { y: "center" }),
  });
  view.focus();
}
