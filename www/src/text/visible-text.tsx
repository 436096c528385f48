/** Text that somebody else wrote, as text: hidden characters are shown, its direction stays inside. */

import { segments, type TextForm } from "./visible.ts";

interface Props {
  readonly text: string;
  readonly form?: TextForm;
}

export function VisibleText({ text, form = "name" }: Props) {
  return (
    <bdi class="visible-text">
      {segments(text, form).map((segment, at) => {
        if (segment.kind === "text") return segment.text;
        return (
          <span key={at} class={segment.kind === "hidden" ? "hidden-character" : "escape"}>
            {segment.text}
            {segment.breaks && <br />}
          </span>
        );
      })}
    </bdi>
  );
}
