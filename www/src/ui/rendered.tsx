/** What the engine says in several lines, with carets. */

import { VisibleText } from "../text/visible-text.tsx";

export function Rendered({ text }: { readonly text: string }) {
  return (
    <div class="notice bad" role="alert">
      {text.split("\n").map((line, at) => (
        <div key={at} class="rendered-line mono">
          <VisibleText text={line} />
        </div>
      ))}
    </div>
  );
}
