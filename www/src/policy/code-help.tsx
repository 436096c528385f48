/** The code of a problem, and on demand what the documentation says about it, in the same words. */

import { useState } from "preact/hooks";

/** The text under each heading of docs/diagnostics.md, by its code. It is fetched when somebody first asks. */
let explained: Promise<ReadonlyMap<string, string>> | null = null;

export function CodeHelp({ code }: { readonly code: string }) {
  const [text, setText] = useState<string | null>(null);
  const read = async () => {
    explained ??= import("../../../docs/diagnostics.md?raw").then(({ default: markdown }) => byCode(markdown));
    try {
      setText((await explained).get(code) ?? "Nothing more is known about it.");
    } catch {
      explained = null;
      setText("The explanation could not be fetched.");
    }
  };
  return (
    <details class="code-help" onToggle={(event) => event.currentTarget.open && text === null && void read()}>
      <summary>
        <code>{code}</code>
      </summary>
      {(text ?? "").split("\n").map((line) => (line === "" ? null : <p key={line}>{inline(line)}</p>))}
    </details>
  );
}

function byCode(markdown: string): ReadonlyMap<string, string> {
  const sections = markdown.split(/^## /m).slice(1);
  const entries = sections.map((section): [string, string] => {
    const [heading = "", ...lines] = section.split("\n");
    return [heading.replaceAll("`", "").trim(), lines.join("\n").trim()];
  });
  return new Map(entries);
}

/** A line of the documentation: its code spans, and its links as their words. */
function inline(line: string) {
  const words = line.replace(/^- /, "• ").replace(/\[([^\]]+)\]\([^)]+\)/g, "$1");
  return words.split("`").map((part, at) => (at % 2 === 1 ? <code key={`${at}`}>{part}</code> : part));
}
