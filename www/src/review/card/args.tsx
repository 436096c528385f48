/** The arguments as they would run, and beside them as they were held, if a reviewer has edited them. */

import type { Card } from "countersign";
import type { Queued } from "../../engine/review/api.ts";
import { ShortDigest } from "../../ui/short-digest.tsx";
import { Part } from "./part.tsx";
import { Rows } from "./rows.tsx";
import { onlyDifferences } from "./view.ts";
import { plain, Written } from "./written.tsx";

interface Props {
  readonly card: Card;
  readonly escalation: Queued;
}

export function Args({ card, escalation: { call, original } }: Props) {
  const { args, gone, flags } = card;
  const hasLike = gone.length > 0 || args.some(({ difference }) => difference !== null);
  return (
    <section class="exact">
      <Part class="exact-head">
        <h3>{original === null ? "Exact arguments" : "Exact arguments, as edited"}</h3>
        {hasLike && (
          <button
            type="button"
            aria-pressed={onlyDifferences.value}
            onClick={() => {
              onlyDifferences.value = !onlyDifferences.value;
            }}
          >
            Only what differs
          </button>
        )}
      </Part>
      {original !== null && (
        <Part>
          <p class="notice bad">
            A reviewer has edited this call. What would run stands first, and what the agent proposed after it.
          </p>
        </Part>
      )}
      {args.length === 0 ? (
        <Part>
          <p class="quiet">{call.args === undefined ? "The call has no args." : "The args are empty."}</p>
        </Part>
      ) : (
        <Rows rows={args} flags={flags} label="Arguments" />
      )}
      {gone.length > 0 && (
        <Part class="gone" says={gone}>
          <h4>In the most similar approved call, and not here</h4>
          <ul class="rows">
            {gone.map(({ field, before }) => (
              <li key={plain(field)} class="row">
                <span class="key">
                  <Written text={field} />
                </span>
                : <Written text={before} />
              </li>
            ))}
          </ul>
        </Part>
      )}
      {original !== null && (
        <div class="original">
          <Part>
            <h3>As it was held</h3>
            <p class="quiet">
              Digest then <ShortDigest digest={original.digest} />
            </p>
          </Part>
          <Rows rows={card.original} label="Arguments as they were held" />
        </div>
      )}
    </section>
  );
}

export function Known({ card: { known } }: { readonly card: Card }) {
  if (known.length === 0) return null;
  return (
    <section class="known">
      <h3>What the guard knows of the call</h3>
      <Rows rows={known} label="What the guard knows" />
    </section>
  );
}
