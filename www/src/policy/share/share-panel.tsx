/** Makes a link to the present policy. What goes into it is chosen part by part, and shown before the link is there. */

import { useEffect, useMemo, useState } from "preact/hooks";
import { VisibleText } from "../../text/visible-text.tsx";
import { text } from "../state.ts";
import { packed } from "./codec.ts";
import { type TestsPart, testsIn } from "./parts.ts";
import { type Finding, findSecrets } from "./secrets.ts";

interface Ready {
  readonly text: string;
  readonly tests: TestsPart;
}

export function SharePanel() {
  const current = text.value;
  const [ready, setReady] = useState<Ready | null>(null);
  const [withTests, setWithTests] = useState(false);
  const [call, setCall] = useState<string | null>(null);
  const [withCall, setWithCall] = useState(false);
  useEffect(() => {
    let isOver = false;
    void testsIn(current).then((tests) => {
      if (!isOver) setReady({ text: current, tests });
    });
    return () => {
      isOver = true;
    };
  }, [current]);
  useEffect(() => {
    void writtenCall().then(setCall);
  }, []);
  if (ready?.text !== current) return <p class="quiet">The engine is reading the text…</p>;
  const { tests } = ready;
  const policy = tests.state === "apart" && !withTests ? tests.without : current;
  const sent = { policy, ...(withCall && call !== null ? { call } : {}) };
  return (
    <>
      <p>
        The link itself carries what you choose here. It is sent to no server, but whoever has the link can read all of
        it. With whoever opens it, it is a preview until they keep it.
      </p>
      <fieldset class="share-parts">
        <legend>What goes into the link</legend>
        <label>
          <input type="checkbox" checked disabled /> The policy
        </label>
        <TestsChoice tests={tests} checked={withTests} onChange={setWithTests} />
        <label>
          <input
            type="checkbox"
            checked={withCall}
            disabled={call === null}
            onChange={(event) => setWithCall(event.currentTarget.checked)}
          />{" "}
          The call that is written in Simulate
        </label>
      </fieldset>
      <LinkOf key={JSON.stringify(sent)} sent={sent} />
    </>
  );
}

interface TestsChoiceProps {
  readonly tests: TestsPart;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function TestsChoice({ tests, checked, onChange }: TestsChoiceProps) {
  if (tests.state === "none") return null;
  if (tests.state === "inside") {
    return (
      <p class="notice">
        If the text has tests they go along, with the calls in them: they cannot be left out, because {tests.why}.
      </p>
    );
  }
  return (
    <label>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} /> Its tests,
      with the calls in them
    </label>
  );
}

function LinkOf({ sent }: { readonly sent: { readonly policy: string; readonly call?: string } }) {
  const all = sent.call === undefined ? sent.policy : `${sent.policy}\n${sent.call}`;
  const found = useMemo(() => findSecrets(all), [all]);
  const [isAgreed, setAgreed] = useState(false);
  const [link, setLink] = useState<string | null | undefined>(undefined);
  const [isCopied, setCopied] = useState<boolean | null>(null);
  const isClear = found.length === 0 || isAgreed;
  useEffect(() => {
    if (isClear) void packed(sent).then((part) => setLink(part === null ? null : addressOf(part)));
    else setLink(undefined);
  }, [isClear, sent]);
  return (
    <>
      {found.length > 0 && <Warning found={found} isAgreed={isAgreed} onAgreed={setAgreed} />}
      {link === null && (
        <p class="notice bad" role="alert">
          This is too large for a link. Export the policy as a file instead, or leave parts out.
        </p>
      )}
      {typeof link === "string" && (
        <div class="field">
          <label for="share-link">Link</label>
          <div class="share-link">
            <input
              id="share-link"
              class="mono share-address"
              readOnly
              value={link}
              onFocus={(event) => event.currentTarget.select()}
            />
            <button
              type="button"
              class="primary"
              onClick={() => {
                navigator.clipboard.writeText(link).then(
                  () => setCopied(true),
                  () => setCopied(false),
                );
              }}
            >
              Copy link
            </button>
          </div>
          <p class="hint" role="status">
            {isCopied === true && "Copied. "}
            {isCopied === false && "The browser did not let it be copied; select the link and copy it. "}
            {link.length.toLocaleString()} characters{link.length > 8_000 && "; some messengers cut links this long"}.
          </p>
        </div>
      )}
    </>
  );
}

interface WarningProps {
  readonly found: readonly Finding[];
  readonly isAgreed: boolean;
  readonly onAgreed: (agreed: boolean) => void;
}

function Warning({ found, isAgreed, onAgreed }: WarningProps) {
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>This looks as if it carries secrets.</strong> Whoever has the link can read them, and a link cannot be
        taken back.
      </p>
      <ul>
        {found.map(({ line, what, excerpt }, at) => (
          <li key={at}>
            Line {line}: {what}, <VisibleText text={excerpt} />
          </li>
        ))}
      </ul>
      <label>
        <input type="checkbox" checked={isAgreed} onChange={(event) => onAgreed(event.currentTarget.checked)} /> I have
        looked at these lines; all of it may be shared
      </label>
    </div>
  );
}

/** The address of this page without whatever else it carries, such as the demonstration. */
function addressOf(part: string): string {
  const { origin, pathname } = window.location;
  return `${origin}${pathname}#/share/${part}`;
}

/** The call that somebody writes in the other view, if it is JSON; that view is fetched only for this. */
async function writtenCall(): Promise<string | null> {
  try {
    const { callText } = await import("../../simulate/draft.ts");
    const written = callText();
    JSON.parse(written);
    return written;
  } catch {
    return null;
  }
}
