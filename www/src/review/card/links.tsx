/** Earlier calls that this one is like, to be opened. */

import type { Links as CallLinks } from "countersign";
import { hashOf } from "../../route.ts";

export function Links({ links: { rejected, unknown } }: { readonly links: CallLinks }) {
  if (rejected.length + unknown.length === 0) return null;
  return (
    <p class="quiet">
      {unknown.length > 0 && (
        <>
          Let run before, and nobody knows what became of it: <Escalations ids={unknown} />.{" "}
        </>
      )}
      {rejected.length > 0 && (
        <>
          Rejected before: <Escalations ids={rejected} />.
        </>
      )}
    </p>
  );
}

function Escalations({ ids }: { readonly ids: readonly string[] }) {
  return (
    <>
      {ids.map((id, at) => (
        <span key={id}>
          {at > 0 && ", "}
          <a href={hashOf("review", id)}>{id.slice(0, 8)}</a>
        </span>
      ))}
    </>
  );
}
