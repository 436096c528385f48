/** A policy that came in a link: somebody else's, to be looked at. Nothing here comes into force. */

import { useEffect, useState } from "preact/hooks";
import { hashOf, route } from "../../route.ts";
import { VisibleText } from "../../text/visible-text.tsx";
import { addPolicy } from "../library/acts.ts";
import { show } from "../library/panel.ts";
import { PolicyLook } from "../library/policy-look.tsx";
import { library, lookAt, news, trouble } from "../library/state.ts";
import { type Opened, type Shared, unpacked } from "./codec.ts";

/** More lines of a call than this are counted and not drawn: each is an element, and a link can have very many. */
const LINES_MAX = 500;

export function ShareView() {
  const part = route.value.rest.join("/");
  const [opened, setOpened] = useState<{ readonly part: string; readonly result: Opened } | null>(null);
  useEffect(() => {
    let isOver = false;
    void unpacked(part).then((result) => {
      if (!isOver) setOpened({ part, result });
    });
    return () => {
      isOver = true;
    };
  }, [part]);
  const result = opened?.part === part ? opened.result : null;
  return (
    <>
      <h1>Shared policy</h1>
      {result === null && <p class="quiet">Unpacking the link…</p>}
      {result?.ok === false && (
        <div class="notice bad" role="alert">
          <p>{result.message}</p>
          <a href={hashOf("policy")}>Go to your own policy</a>
        </div>
      )}
      {result?.ok === true && <Preview shared={result.shared} />}
    </>
  );
}

function Preview({ shared }: { readonly shared: Shared }) {
  const status = library.value;
  return (
    <>
      <div class="notice shared-notice">
        <p>
          <strong>Somebody else's policy, out of a link.</strong> It is not in force and decides nothing here. Names,
          notes and reasons in it are its author's words: anybody can make such a link.
        </p>
        <div class="toolbar">
          <button type="button" disabled={status.state !== "open"} onClick={() => void keep(shared)}>
            Keep as a new policy
          </button>
          <a href={hashOf("policy")}>Leave it, go to your own policy</a>
          <span class="hint">Keeping does not make it active either.</span>
        </div>
        {status.state === "unavailable" && <p>It cannot be kept: {status.message}</p>}
        {trouble.value !== null && <p role="alert">{trouble.value}</p>}
      </div>
      <section class="panel" aria-labelledby="shared-policy">
        <h2 id="shared-policy">What it says</h2>
        <PolicyLook text={shared.policy} label="Text of the shared policy" />
      </section>
      {shared.call !== undefined && (
        <section class="panel" aria-labelledby="shared-call">
          <h2 id="shared-call">A call that came with it</h2>
          <p class="quiet">It was not made and is not decided. To try it, copy it into Simulate.</p>
          <CallText text={shared.call} />
        </section>
      )}
    </>
  );
}

function CallText({ text }: { readonly text: string }) {
  const lines = text.split("\n");
  const left = lines.length - LINES_MAX;
  return (
    <>
      <pre class="shared-call">
        {lines.slice(0, LINES_MAX).map((line, at) => (
          <div key={at}>
            <VisibleText text={line} />
          </div>
        ))}
      </pre>
      {left > 0 && (
        <p class="notice">
          The first {LINES_MAX} of {lines.length.toLocaleString()} lines are shown; {left.toLocaleString()} more are
          not.
        </p>
      )}
    </>
  );
}

/** Keeps it beside the others, and shows it there. */
async function keep({ policy }: Shared): Promise<void> {
  const looked = await lookAt(policy);
  const name = looked?.policy?.policies[0]?.name ?? "Shared policy";
  const added = await addPolicy({ name, text: policy, note: "Out of a link that somebody shared" });
  if (added === null) return;
  news.value = { message: `“${added.name}” is in your library. It is not active.` };
  show("policies", added.id);
  window.location.hash = hashOf("policy");
}
