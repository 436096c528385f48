/** Groups of calls that can be read side by side. */

import type { BatchLine } from "../../engine/review/api.ts";
import { hashOf } from "../../route.ts";
import { plain, Written } from "../card/written.tsx";

const SHOWN_MAX = 5;

export function BatchLines({ batches }: { readonly batches: readonly BatchLine[] }) {
  const groups = batches.filter(({ count }) => count > 1);
  if (groups.length === 0) return null;
  return (
    <section class="batch-lines" aria-label="Batches">
      <h3>Alike, to be read side by side</h3>
      {groups.slice(0, SHOWN_MAX).map(({ key, headline, count, outliers }) => (
        <p key={key}>
          <a href={hashOf("review", "batch", key)} aria-label={`Batch of ${count} calls of ${plain(headline.tool)}`}>
            <strong>{count}×</strong> <Written text={headline.tool} />
            {outliers > 0 && <span class="quiet"> and {outliers} to be reviewed alone</span>}
          </a>
        </p>
      ))}
      {groups.length > SHOWN_MAX && <p class="quiet">and {groups.length - SHOWN_MAX} more groups</p>}
    </section>
  );
}
