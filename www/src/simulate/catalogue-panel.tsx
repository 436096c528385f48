/** The tool catalogue: import it from a file or by pasting, see what is in it, remove it. */

import { useEffect, useState } from "preact/hooks";
import { tools } from "../policy/tools.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { FilePicker } from "../ui/file-picker.tsx";
import { useFocusAfter } from "../ui/focus-after.ts";
import { followTools, forms, importTools, importTrouble, toolsKept, useTools, warnings } from "./catalogue-state.ts";

/** A catalogue larger than this is none that the engine reads. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;

export function CataloguePanel() {
  useEffect(followTools, []);
  const now = tools.value;
  const count = forms.value?.length ?? null;
  const focus = useFocusAfter<HTMLDetailsElement>();
  const remove = () => {
    focus.next("summary");
    useTools(null);
  };
  return (
    <details class="catalogue" ref={focus.within}>
      <summary>
        Tool catalogue{" "}
        {now !== null && (
          <span class="quiet">
            <VisibleText text={now.name} />
            {count !== null && `, ${count} ${count === 1 ? "tool" : "tools"}`}
          </span>
        )}
      </summary>
      <p class="quiet">
        The answer of an MCP server to <code>tools/list</code>, or a list of tools with their schemas. With it, a call
        has a form, and what does not fit its schema is not allowed: it escalates.
      </p>
      <div class="toolbar">
        <FilePicker label="Open catalogue…" accept=".json,.yaml,.yml,.txt" onFile={openTools} />
        {now !== null && (
          <button type="button" onClick={remove}>
            Remove the catalogue
          </button>
        )}
      </div>
      <Paste />
      {importTrouble.value !== null && (
        <div class="notice bad" role="alert">
          <p>This catalogue cannot be used; what was in use before is unchanged.</p>
          <pre>
            <Lines text={importTrouble.value} />
          </pre>
        </div>
      )}
      {!toolsKept.value && (
        <p class="notice">This browser could not keep the catalogue for the next visit; it is too large.</p>
      )}
      {warnings.value !== "" && (
        <details>
          <summary>Warnings about the catalogue</summary>
          <pre>
            <Lines text={warnings.value} />
          </pre>
        </details>
      )}
    </details>
  );
}

function Paste() {
  const [text, setText] = useState("");
  return (
    <details>
      <summary>Paste one</summary>
      <div class="field">
        <label for="tools-text">Catalogue as JSON or YAML</label>
        <textarea
          id="tools-text"
          class="mono"
          rows={6}
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </div>
      <button type="button" disabled={text.trim() === ""} onClick={() => importTools("pasted", text)}>
        Use this catalogue
      </button>
    </details>
  );
}

/** Rendered problems quote the file, so every line is shown as foreign text. */
function Lines({ text }: { readonly text: string }) {
  return text
    .trimEnd()
    .split("\n")
    .map((line, at) => (
      <span key={at} class="rendered-line">
        <VisibleText text={line} />
        {"\n"}
      </span>
    ));
}

async function openTools(file: File): Promise<void> {
  if (file.size > FILE_BYTES_MAX) {
    importTrouble.value = `${file.name} has ${file.size.toLocaleString()} bytes, more than a catalogue may have`;
    return;
  }
  try {
    await importTools(file.name, new Uint8Array(await file.arrayBuffer()));
  } catch {
    importTrouble.value = `${file.name} could not be read`;
  }
}
