/** A fault in one view stays in that view: it says so, and the others go on. */

import type { ComponentChildren } from "preact";
import { useErrorBoundary } from "preact/hooks";
import { VisibleText } from "../text/visible-text.tsx";

interface Props {
  readonly title: string;
  readonly children: ComponentChildren;
}

export function ViewBoundary({ title, children }: Props) {
  const [error, again] = useErrorBoundary((fault) => console.warn(`${title}:`, fault)) as [unknown, () => void];
  if (error === undefined) return <>{children}</>;
  return (
    <>
      <h1>{title}</h1>
      <div class="notice bad" role="alert">
        <p>
          This view has a fault and stopped:{" "}
          <VisibleText text={error instanceof Error ? error.message : String(error)} />. Nothing was approved or changed
          by it. The other views go on.
        </p>
        <button type="button" onClick={again}>
          Show it again
        </button>
      </div>
    </>
  );
}
