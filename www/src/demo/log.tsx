/** What the agent does, the latest first. What it read or was told may be anybody's words. */

import type { LogLine } from "../engine/demo/api.ts";
import { hashOf } from "../route.ts";
import { VisibleText } from "../text/visible-text.tsx";

const TITLES: Readonly<Record<LogLine["kind"], string>> = {
  allow: "allow",
  escalate: "escalate",
  block: "block",
  approved: "approved",
  rejected: "rejected",
  told: "told",
  note: "note",
};

export function Log({ lines }: { readonly lines: readonly LogLine[] }) {
  return (
    <section class="demo-log" aria-label="What the agent does">
      <h2>The agent</h2>
      {lines.length === 0 && <p class="quiet">It has not begun.</p>}
      {/* It scrolls, so the keyboard must come to it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <ol tabIndex={0} aria-label="Log, the latest first">
        {[...lines].reverse().map((line) => (
          <li key={line.index}>
            <span class="demo-clock">{line.clock}</span> <span class={`chip ${line.kind}`}>{TITLES[line.kind]}</span>{" "}
            {line.id === null ? line.text : <a href={hashOf("review", line.id)}>{line.text}</a>}
            {line.detail !== null && (
              <span class="demo-detail">
                <VisibleText text={line.detail} />
              </span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
