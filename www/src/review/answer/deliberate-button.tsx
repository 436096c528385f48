/** A button that only a person works, once and on purpose: no held key, no double click, no script, nothing before it is armed. */

import type { ComponentChildren, Ref } from "preact";
import { useRef } from "preact/hooks";

interface Props {
  readonly armed: boolean;
  readonly onPress: () => void;
  readonly class?: string;
  readonly describedBy?: string;
  readonly buttonRef?: Ref<HTMLButtonElement> | undefined;
  readonly children: ComponentChildren;
}

export function DeliberateButton({ armed, onPress, class: looks, describedBy, buttonRef, children }: Props) {
  /** The press began too early; its end, which makes the click, may come later. */
  const early = useRef(false);
  return (
    <button
      type="button"
      ref={buttonRef ?? null}
      class={looks}
      // Not `disabled`: a disabled button loses the focus, and a press would go elsewhere.
      aria-disabled={!armed}
      aria-describedby={describedBy}
      onPointerDown={() => {
        early.current = !armed;
      }}
      onKeyDown={(event) => {
        // A held key repeats; only its first press may count.
        if (event.repeat) event.preventDefault();
        else early.current = !armed;
      }}
      onClick={(event) => {
        const begunEarly = early.current;
        early.current = false;
        // `detail` counts the clicks in a row: the second of a double click is not a second decision.
        if (armed && !begunEarly && event.isTrusted && event.detail <= 1) onPress();
      }}
    >
      {children}
    </button>
  );
}
