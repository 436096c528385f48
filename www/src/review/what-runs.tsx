/** The call as it would run, complete, and beside it the call as it was held, if a reviewer has edited it. */

import type { Call } from "countersign";
import type { Queued } from "../engine/review/api.ts";
import { ShortDigest } from "../ui/short-digest.tsx";
import { CallTree } from "./call-tree.tsx";

export function WhatRuns({ escalation: { call, original } }: { readonly escalation: Queued }) {
  const { agent, user, session, context, tenant, toolDigest } = call;
  const known = Object.fromEntries(
    Object.entries({ agent, user, session, context, tenant, toolDigest }).filter(([, value]) => value !== undefined),
  );
  return (
    <>
      {original === null ? (
        <>
          <h3>Arguments</h3>
          <Args call={call} />
        </>
      ) : (
        <div class="versions">
          <section>
            <h3>Arguments, as edited</h3>
            <Args call={call} />
          </section>
          <section class="original">
            <h3>As it was held</h3>
            <Args call={original.call} />
            <p class="quiet">
              Digest then <ShortDigest digest={original.digest} />
            </p>
          </section>
        </div>
      )}
      {Object.keys(known).length > 0 && (
        <>
          <h3>Known about the call</h3>
          <CallTree value={known} />
        </>
      )}
    </>
  );
}

function Args({ call: { args } }: { readonly call: Call }) {
  return args === undefined ? <p class="quiet">The call has no args.</p> : <CallTree value={args} />;
}
