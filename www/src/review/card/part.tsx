/** A part of a card that has to be on screen before the call can be approved. */

import type { ComponentChildren } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { SeenContext } from "./seen.ts";

interface Props {
  readonly children: ComponentChildren;
  readonly class?: string;
  /** `li` within lists. */
  readonly as?: "div" | "li";
}

export function Part({ children, class: looks, as: Tag = "div" }: Props) {
  const seen = useContext(SeenContext);
  const part = useRef<HTMLElement>(null);
  useEffect(() => {
    if (part.current !== null) return seen?.follow(part.current);
    return undefined;
  }, [seen]);
  return (
    <Tag ref={part as never} class={looks} tabIndex={-1}>
      {children}
    </Tag>
  );
}
