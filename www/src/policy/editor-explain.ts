/** What a word means: beside the pointer, and at the cursor by keyboard. */

import { type Extension, StateEffect, StateField } from "@codemirror/state";
import {
  closeHoverTooltips,
  EditorView,
  hasHoverTooltips,
  hoverTooltip,
  keymap,
  showTooltip,
  type Tooltip,
  type TooltipView,
} from "@codemirror/view";
import type { Description } from "countersign";
import { ask } from "../engine/client.ts";
import { segments } from "../text/visible.ts";

const HOVER_AFTER_MS = 350;

const setExplained = StateEffect.define<Tooltip | null>();

/** The explanation that was asked for by keyboard; it goes when one goes on. */
const explained = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, { effects, docChanged, selection }) {
    const fresh = effects.find((effect) => effect.is(setExplained));
    if (fresh !== undefined) return fresh.value;
    return docChanged || selection !== undefined ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

export const explanations: Extension = [
  explained,
  hoverTooltip(async (view, pos) => tooltipOf(await describe(view, pos)), { hoverTime: HOVER_AFTER_MS }),
  keymap.of([
    { key: "F1", run: explainAtCursor },
    { key: "Escape", run: closeExplanation },
  ]),
];

function explainAtCursor(view: EditorView): boolean {
  const { head } = view.state.selection.main;
  void describe(view, head).then((description) => {
    if (view.state.selection.main.head !== head) return;
    const said =
      description === null ? "Nothing is known about this word." : `${description.title}: ${description.text}`;
    view.dispatch({
      effects: [setExplained.of(tooltipOf(description)), EditorView.announce.of(said)],
    });
  });
  return true;
}

function closeExplanation(view: EditorView): boolean {
  if (view.state.field(explained) === null && !hasHoverTooltips(view.state)) return false;
  view.dispatch({ effects: [setExplained.of(null), closeHoverTooltips] });
  return true;
}

/** What the engine says of the word at `pos`, unless the text was changed meanwhile. */
async function describe(view: EditorView, pos: number): Promise<Description | null> {
  const { doc } = view.state;
  try {
    const description = await ask((api) => api.describe(doc.toString(), pos));
    return view.state.doc === doc ? description : null;
  } catch {
    // The engine is gone; the notice above the view says so.
    return null;
  }
}

function tooltipOf(description: Description | null): Tooltip | null {
  if (description === null) return null;
  const { start, end } = description.span;
  const create = (): TooltipView => ({ dom: explanation(description) });
  return { pos: start, end, above: true, create };
}

function explanation({ title, text, example }: Pick<Description, "title" | "text" | "example">): HTMLElement {
  const box = element("div", "cm-explanation");
  box.setAttribute("role", "tooltip");
  const heading = element("strong", "cm-explanation-title");
  heading.append(visible(title));
  box.append(heading, prose(text));
  if (example !== null) {
    const code = element("pre", "cm-explanation-example");
    code.textContent = example;
    box.append(code);
  }
  return box;
}

/** Text with its code spans; hidden characters are shown. */
export function prose(text: string): HTMLElement {
  const paragraph = element("p", "cm-explanation-text");
  for (const [at, part] of text.split("`").entries()) {
    if (part === "") continue;
    const piece = element(at % 2 === 1 ? "code" : "span", "");
    piece.append(visible(part));
    paragraph.append(piece);
  }
  return paragraph;
}

function visible(text: string): string {
  return segments(text, "name")
    .map((segment) => segment.text)
    .join("");
}

function element(name: string, className: string): HTMLElement {
  const made = document.createElement(name);
  if (className !== "") made.className = className;
  return made;
}
