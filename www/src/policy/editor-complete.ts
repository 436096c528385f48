/** Completion while typing, by the engine: it knows every key, and the tools, rules and fields that the text names. */

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  pickedCompletion,
  startCompletion,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import type { CompletionOption } from "countersign";
import { ask } from "../engine/client.ts";
import { prose } from "./editor-explain.ts";

/** Where a list opens by itself: within a word, and where one is wanted. */
const OPENS = /[\w.*/-]$|(?:^|[\s[{,])["']$|[:,[{-] $/;

const BOOST_MAX = 99;

export const completions: Extension = autocompletion({
  override: [complete],
  icons: false,
  closeOnBlur: true,
  optionClass: ({ type }) => `cm-option-${type ?? "value"}`,
});

async function complete({ state, pos, explicit }: CompletionContext): Promise<CompletionResult | null> {
  const line = state.doc.lineAt(pos);
  if (!explicit && !OPENS.test(line.text.slice(0, pos - line.from))) return null;
  const text = state.doc.toString();
  let found: Awaited<ReturnType<typeof asked>>;
  try {
    found = await asked(text, pos);
  } catch {
    // The engine is gone; the notice above the view says so.
    return null;
  }
  if (found === null) return null;
  const { from, to, options } = found;
  const typed = text.slice(from, to);
  // What is written out needs no list, which would take the Enter that ends the line.
  if (!explicit && options.some(({ label, insert }) => label === typed || insert === typed)) return null;
  return { from, to, options: options.map(completion) };
}

function asked(text: string, pos: number) {
  return ask((api) => api.complete(text, pos));
}

function completion(option: CompletionOption, at: number): Completion {
  const { label, kind, detail, documentation } = option;
  return {
    label,
    type: kind,
    ...(detail !== null && { detail }),
    ...(documentation !== null && { info: () => prose(documentation) }),
    // The engine's order is one to choose from.
    boost: Math.max(BOOST_MAX - at, -BOOST_MAX),
    apply: (view, picked, from, to) => insert(view, option, picked, from, to),
  };
}

function insert(view: EditorView, option: CompletionOption, picked: Completion, from: number, to: number): void {
  view.dispatch({
    changes: { from, to, insert: option.insert },
    selection: { anchor: from + option.cursor },
    annotations: pickedCompletion.of(picked),
    userEvent: "input.complete",
    scrollIntoView: true,
  });
  // Behind a key one goes on with its value.
  if (/[:\n-] *$/.test(option.insert.slice(0, option.cursor))) startCompletion(view);
}
