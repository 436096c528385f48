/** Leads on after an answer. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { DeliberateButton } from "./answer/deliberate-button.tsx";
import { go, nextPending } from "./next.ts";

interface Props {
  /** The call that was answered. */
  readonly id: string;
  /** Whether the focus goes there. */
  readonly focus: boolean;
}

/** Nothing if nothing waits. A held key goes no further. */
export function NextCall({ id, focus }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const next = nextPending(id);
  useLayoutEffect(() => {
    if (focus) button.current?.focus({ preventScroll: true });
  }, []);
  if (next === null) return null;
  return (
    <p>
      <DeliberateButton armed class="primary" buttonRef={button} onPress={() => go(next)}>
        Next pending call
      </DeliberateButton>
    </p>
  );
}
