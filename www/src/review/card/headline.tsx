/** What the call does, in the engine's words; nothing of what the agent says of it. */

import type { Card } from "countersign";
import type { Shown } from "../../engine/review/api.ts";
import { hashOf } from "../../route.ts";
import { StatusChip } from "../../ui/status-chip.tsx";
import { Time } from "../../ui/time.tsx";
import { Countdown } from "../countdown.tsx";
import { isRisky, RiskChip } from "../risk-chip.tsx";
import { Links } from "./links.tsx";
import { Part } from "./part.tsx";
import { Person } from "./talk.tsx";
import { othersWait } from "./waits.ts";
import { Written } from "./written.tsx";

export function Headline({ shown }: { readonly shown: Shown }) {
  const { card, escalation, waits } = shown;
  const { headline } = card;
  const { status, openedAtMs, expiresAtMs } = escalation;
  return (
    <Part class={isRisky(headline.risk) ? "card-head risky" : "card-head"} says={headline}>
      <header>
        <p class="card-chips">
          <RiskChip risk={headline.risk} />
          {headline.reversible !== null && (
            <span class={headline.reversible ? "chip" : "chip irreversible"}>
              {headline.reversible ? "can be undone" : "cannot be undone"}
            </span>
          )}
          <StatusChip status={status} grant={escalation.grant} />
          {status === "pending" && <Countdown untilMs={expiresAtMs} />}
        </p>
        <h2 id="card-title">
          <HeadlineText headline={headline} />
        </h2>
        <p class="quiet">
          <code>
            <Written text={headline.tool} />
          </code>
          , held since <Time ms={openedAtMs} />
          {waits !== null && waits.batch !== null && `, in a batch of which ${othersWait(waits.batch)}`}
        </p>
      </header>
      {isRisky(headline.risk) && <Targets headline={headline} />}
      <Looking shown={shown} />
      <Alike shown={shown} />
    </Part>
  );
}

/** `Send email · Figures → bob@example.com` */
export function HeadlineText({ headline: { verb, object, destination } }: { readonly headline: Card["headline"] }) {
  return (
    <>
      <span class="verb">
        <Written text={verb} />
      </span>
      {object !== null && (
        <>
          {" "}
          <span class="object">
            <Written text={object} />
          </span>
        </>
      )}
      {destination !== null && (
        <>
          <span aria-hidden="true"> → </span>
          <span class="visually-hidden"> to </span>
          <span class="destination">
            <Written text={destination} />
          </span>
        </>
      )}
    </>
  );
}

/** A risky call is read in another form than a routine one: its target stands large, by itself. */
function Targets({ headline: { object, destination } }: { readonly headline: Card["headline"] }) {
  if (object === null && destination === null) return null;
  return (
    <dl class="targets">
      {destination !== null && (
        <div>
          <dt>Goes to</dt>
          <dd>
            <Written text={destination} />
          </dd>
        </div>
      )}
      {object !== null && (
        <div>
          <dt>Acts on</dt>
          <dd>
            <Written text={object} />
          </dd>
        </div>
      )}
    </dl>
  );
}

export function Warnings({ shown: { card, escalation } }: { readonly shown: Shown }) {
  const { warnings } = card.headline;
  const { rejected, unknown } = escalation.links;
  if (warnings.length === 0 && rejected.length + unknown.length === 0) return null;
  return (
    <Part says={[warnings, rejected, unknown]}>
      {warnings.map((warning) => (
        <p key={warning} class="notice bad">
          {warning}
        </p>
      ))}
      <Links links={escalation.links} />
    </Part>
  );
}

/** Who else has the call open, as far as they say. */
function Looking({ shown: { escalation, claimedUntilMs } }: { readonly shown: Shown }) {
  const { claim, status } = escalation;
  if (status !== "pending" || claim === null) return null;
  if (claim.untilMs === claimedUntilMs) {
    return <p class="quiet looking">Others are told that you look at it.</p>;
  }
  return (
    <p class="notice looking">
      <Person by={claim.by} /> has this call open too, until <Time ms={claim.untilMs} />.
    </p>
  );
}

function Alike({ shown: { alike, batch } }: { readonly shown: Shown }) {
  return (
    <>
      {alike.length > 0 && (
        <p class="quiet">
          The very same call waits {alike.length === 1 ? "once" : `${alike.length} times`} more; each needs an answer of
          its own.
        </p>
      )}
      {batch !== null && batch.count > 1 && (
        <p class="quiet">
          <a href={hashOf("review", "batch", batch.key)}>
            Review it beside {batch.count - 1} {batch.count === 2 ? "other" : "others"} like it
          </a>
        </p>
      )}
    </>
  );
}
