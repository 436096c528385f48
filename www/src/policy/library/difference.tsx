/** What differs between a version and the present text: in one column, or side by side where there is room. */

import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef, useState } from "preact/hooks";
import { differenceTheme } from "./difference-theme.ts";
import { readOnly, scrolls } from "./read-only.tsx";

interface Props {
  readonly before: string;
  readonly after: string;
  /** What the two texts are, for whoever cannot see the columns. */
  readonly names: readonly [before: string, after: string];
}

/** Long stretches without a change are folded; beyond this time the difference is less exact. */
const FOLDED = { margin: 3, minSize: 6 } as const;
const PRECISE = { scanLimit: 2_000, timeout: 300 } as const;

/** Side by side needs so many pixels. */
const WIDE = "(min-width: 48rem)";

export function Difference({ before, after, names }: Props) {
  const [sideBySide, setSideBySide] = useState(false);
  const isWide = useMatches(WIDE);
  const host = useRef<HTMLDivElement>(null);
  const inColumns = sideBySide && isWide;
  const [nameBefore, nameAfter] = names;
  useEffect(() => {
    if (host.current === null || before === after) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    const show = inColumns ? columns : unified;
    const view = show(root, { before, after, names: [nameBefore, nameAfter] });
    return () => view.destroy();
  }, [before, after, inColumns, nameBefore, nameAfter]);
  if (before === after) return <p class="quiet">The present text is the same as this version.</p>;
  return (
    <section class="difference" aria-label={`From ${nameBefore} to ${nameAfter}`}>
      <div class="difference-head">
        <p class="quiet">
          From {nameBefore} <span class="removed">− removed</span> to {nameAfter} <span class="added">+ added</span>
        </p>
        {isWide && (
          <button type="button" aria-pressed={sideBySide} onClick={() => setSideBySide(!sideBySide)}>
            Side by side
          </button>
        )}
      </div>
      {/* An element keeps its shadow root, so each layout has its own. */}
      <div key={inColumns ? "columns" : "unified"} class="editor difference-text" ref={host} />
    </section>
  );
}

function unified(root: ShadowRoot, { before, after, names }: Props) {
  const extensions = [
    scrolls,
    looks(`Difference from ${names[0]} to ${names[1]}`),
    unifiedMergeView({
      original: before,
      mergeControls: false,
      collapseUnchanged: FOLDED,
      diffConfig: PRECISE,
      syntaxHighlightDeletions: false,
    }),
  ];
  return new EditorView({ state: EditorState.create({ doc: after, extensions }), parent: root, root });
}

function columns(root: ShadowRoot, { before, after, names }: Props) {
  return new MergeView({
    a: { doc: before, extensions: looks(names[0]) },
    b: { doc: after, extensions: looks(names[1]) },
    parent: root,
    root,
    collapseUnchanged: FOLDED,
    diffConfig: PRECISE,
  });
}

function looks(label: string): Extension {
  return [
    readOnly,
    differenceTheme,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
  ];
}

function useMatches(query: string): boolean {
  const [matches, setMatches] = useState(() => window.matchMedia(query).matches);
  useEffect(() => {
    const media = window.matchMedia(query);
    const changed = () => setMatches(media.matches);
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, [query]);
  return matches;
}
