/** A part of a card that has to be on screen before the call can be approved. */

import type { ComponentChildren } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { SeenContext } from "./seen.ts";

interface Props {
  readonly children: ComponentChildren;
  readonly class?: string;
  /** `li` within lists. */
  readonly as?: "div" | "li";
  /** What it says, as plain data: once that is another, the part has to be on screen anew. */
  readonly says?: unknown;
}

export function Part({ children, class: looks, as: Tag = "div", says = null }: Props) {
  const seen = useContext(SeenContext);
  const part = useRef<HTMLElement>(null);
  const said = JSON.stringify(says);
  useEffect(() => {
    if (part.current !== null) return seen?.follow(part.current);
    return undefined;
  }, [seen, said]);
  return (
    <Tag ref={part as never} class={looks} tabIndex={-1}>
      {children}
    </Tag>
  );
}
