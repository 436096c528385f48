/** Earlier calls that this one is like: what a reviewer should know before all else. */

import type { Links as CallLinks } from "countersign";
import { hashOf } from "../route.ts";

export function Links({ links: { rejected, unknown } }: { readonly links: CallLinks }) {
  return (
    <>
      {unknown.length > 0 && (
        <p class="notice bad">
          A call like this was let run, and nobody knows what became of it: <Escalations ids={unknown} />
        </p>
      )}
      {rejected.length > 0 && (
        <p class="notice bad">
          Calls like this were rejected {rejected.length === 1 ? "once" : `${rejected.length} times`}:{" "}
          <Escalations ids={rejected} />
        </p>
      )}
    </>
  );
}

function Escalations({ ids }: { readonly ids: readonly string[] }) {
  return (
    <>
      {ids.map((id, at) => (
        <>
          {at > 0 && ", "}
          <a key={id} href={hashOf("review", id)}>
            {id.slice(0, 8)}
          </a>
        </>
      ))}
    </>
  );
}
