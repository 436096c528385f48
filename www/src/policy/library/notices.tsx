/** What the library has to say: what was done, what could not be, and what another tab did. */

import { VisibleText } from "../../text/visible-text.tsx";
import { elsewhere, kept, replaced, replaceText, text } from "../state.ts";
import { imported, importing } from "./import.ts";
import { library, news, startLibrary, trouble } from "./state.ts";

export function LibraryNotices() {
  return (
    <>
      <Imports />
      <Trouble />
      <News />
      <OtherTexts />
    </>
  );
}

function Imports() {
  const list = imported.value;
  const now = importing.value;
  const refused = list.filter(({ ok }) => !ok);
  if (now !== null && now.total > 1) {
    return (
      <p class="notice" role="status">
        Taking in file {now.done + 1} of {now.total}…
      </p>
    );
  }
  if (list.length === 0) return null;
  return (
    <div class={`notice ${refused.length > 0 ? "bad" : "done"}`} role={refused.length > 0 ? "alert" : "status"}>
      <ul class="notice-list">
        {list.map(({ file, message }, at) => (
          <li key={at}>
            <VisibleText text={file} /> <VisibleText text={message} />
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => clear(imported, [])}>
        Dismiss
      </button>
    </div>
  );
}

function Trouble() {
  const status = library.value;
  return (
    <>
      {status.state === "unavailable" && (
        <div class="notice bad" role="alert">
          <p>
            <VisibleText text={status.message} /> Policies and versions cannot be kept now.{" "}
            {kept.value ? "The text below is kept as a draft." : "The text below is not kept either: download it."}
          </p>
          <button type="button" onClick={() => void startLibrary()}>
            Open the library again
          </button>
        </div>
      )}
      {trouble.value !== null && (
        <div class="notice bad" role="alert">
          <p>
            <VisibleText text={trouble.value} />
          </p>
          <button type="button" onClick={() => clear(trouble, null)}>
            Dismiss
          </button>
        </div>
      )}
      {!kept.value && status.state === "open" && trouble.value === null && (
        <p class="notice" role="status">
          The text is too large for this browser's quick draft; it is kept in the library, half a second after the last
          key.
        </p>
      )}
    </>
  );
}

function News() {
  const now = news.value;
  if (now === null) return null;
  return (
    <div class="notice done notice-row" role="status">
      <p>
        <VisibleText text={now.message} />
      </p>
      {now.act !== undefined && (
        <button
          type="button"
          onClick={() => {
            clear(news, null);
            now.act?.run();
          }}
        >
          <VisibleText text={now.act.label} />
        </button>
      )}
      <button type="button" onClick={() => clear(news, null)}>
        Dismiss
      </button>
    </div>
  );
}

function OtherTexts() {
  const before = replaced.value;
  const other = elsewhere.value;
  return (
    <>
      {before !== null && (
        <p class="notice">
          The text was replaced.{" "}
          <button
            type="button"
            onClick={() => {
              text.value = before;
              clear(replaced, null);
            }}
          >
            Bring the text before back
          </button>
        </p>
      )}
      {other !== null && (
        <p class="notice">
          Another tab has changed this policy since. If you go on here, both texts are kept.{" "}
          <button type="button" onClick={() => replaceText(other)}>
            Take over its text
          </button>
        </p>
      )}
    </>
  );
}

function clear<T>(signal: { value: T }, value: T): void {
  signal.value = value;
}
