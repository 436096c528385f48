/** What became of what each rule escalated, and how long it waited. */

import type { Evidence, RuleFacts } from "../engine/evidence/api.ts";
import { VisibleText } from "../text/visible-text.tsx";
import { BottleneckPart } from "./bottleneck-part.tsx";
import { counted } from "./counted.ts";
import { duration, minutes, percent, rate } from "./numbers.ts";
import { RateMark } from "./rate-mark.tsx";

export function RulesPanel({ evidence }: { readonly evidence: Evidence }) {
  const { rules, all, damaged } = evidence;
  return (
    <section class="panel" aria-labelledby="rules-title">
      <h2 id="rules-title">Approval rates</h2>
      {rules.length === 0 ? (
        <p class="quiet">No call was held yet. What people answer is counted here, rule by rule.</p>
      ) : (
        <>
          <p class="hint">
            Of the calls that people answered, how many they approved as proposed; an edited call counts against, and
            what expired or was withdrawn was not answered. The line is the 95 % interval (Wilson): where the true share
            may be.
          </p>
          {damaged > 0 && (
            <p class="notice bad">
              {counted(damaged, "escalation makes", "escalations make")} no sense and {damaged === 1 ? "is" : "are"}{" "}
              left out. Verify the history.
            </p>
          )}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <section class="table-scroll" aria-label="Approval rates by rule" tabIndex={0}>
            <table class="rates">
              <thead>
                <tr>
                  <th scope="col">Rule</th>
                  <th scope="col">Approved as proposed</th>
                  <th scope="col" class="number">
                    of
                  </th>
                  <th scope="col">95 % interval</th>
                  <th scope="col" class="number">
                    Edited
                  </th>
                  <th scope="col" class="number">
                    Rejected
                  </th>
                  <th scope="col" class="number">
                    Expired
                  </th>
                  <th scope="col" class="number">
                    Withdrawn
                  </th>
                  <th scope="col" class="number">
                    Undone
                  </th>
                  <th scope="col" class="number">
                    Waiting
                  </th>
                </tr>
              </thead>
              <tbody>
                {rules.map((rule) => (
                  <Rates key={rule.rule ?? ""} facts={rule} />
                ))}
              </tbody>
              {rules.length > 1 && (
                <tfoot>
                  <Rates facts={all} isAll />
                </tfoot>
              )}
            </table>
          </section>
        </>
      )}
    </section>
  );
}

function Rates({ facts, isAll = false }: { readonly facts: RuleFacts; readonly isAll?: boolean }) {
  const { answered, asProposed, interval, edited, rejected, expired, withdrawn, revoked, pending } = facts;
  return (
    <tr>
      <th scope="row" class="name">
        <RuleName facts={facts} isAll={isAll} />
      </th>
      <td>
        {interval === null ? (
          <span class="quiet">none answered</span>
        ) : (
          <RateMark share={asProposed / answered} interval={interval} />
        )}
        {interval !== null && <span class="rate">{percent(asProposed / answered)}</span>}
      </td>
      <td class="number">{answered.toLocaleString()}</td>
      <td class="interval-text">{interval !== null && `${percent(interval.low)} to ${percent(interval.high)}`}</td>
      {[edited, rejected, expired, withdrawn, revoked, pending].map((count, at) => (
        // The columns never change their order.
        <td key={at} class="number">
          {count.toLocaleString()}
        </td>
      ))}
    </tr>
  );
}

function RuleName({ facts, isAll }: { readonly facts: RuleFacts; readonly isAll: boolean }) {
  if (isAll) return <>all</>;
  return facts.rule === null ? <>the default</> : <VisibleText text={facts.rule} />;
}

export function WaitingPanel({ evidence }: { readonly evidence: Evidence }) {
  const waited = evidence.rules
    .filter(({ waits }) => waits.count > 0)
    .sort((a, b) => b.waits.totalMs - a.waits.totalMs);
  if (waited.length === 0) return null;
  const [bottleneck] = evidence.bottlenecks;
  const ratesOf = (id: string | null) => bottleneck?.rules.find(({ rule }) => rule === id);
  const longest = Math.max(...waited.map(({ waits }) => waits.totalMs), 1);
  return (
    <section class="panel" aria-labelledby="waiting-title">
      <h2 id="waiting-title">Waiting time</h2>
      <p class="hint">
        From the moment a call was held until it was answered, expired or withdrawn. Agent-minutes are what all calls of
        a rule waited together: the first rule here is the bottleneck.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="table-scroll" aria-label="Waiting time by rule" tabIndex={0}>
        <table class="waits">
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Agent-minutes</th>
              <th scope="col" class="number">
                Calls
              </th>
              <th scope="col" class="number">
                Median
              </th>
              <th scope="col" class="number">
                9 of 10 within
              </th>
              <th scope="col" class="number">
                Longest
              </th>
              <th scope="col" class="number">
                Held an hour
              </th>
              <th scope="col" class="number">
                A reviewer’s answers an hour
              </th>
            </tr>
          </thead>
          <tbody>
            {waited.map((rule) => (
              <tr key={rule.rule ?? ""}>
                <th scope="row" class="name">
                  <RuleName facts={rule} isAll={false} />
                </th>
                <td>
                  <svg class="wait-mark" viewBox="0 0 100 10" width={100} height={10} aria-hidden="true">
                    <rect class="ground" x={0} y={0} width={100} height={10} rx={2} />
                    <rect
                      class="part"
                      x={0}
                      y={0}
                      width={Math.max(1, (100 * rule.waits.totalMs) / longest)}
                      height={10}
                      rx={2}
                    />
                  </svg>
                  <span class="rate">{minutes(rule.waits.totalMs)}</span>
                </td>
                <td class="number">{rule.waits.count.toLocaleString()}</td>
                <td class="number">{duration(rule.waits.medianMs)}</td>
                <td class="number">{duration(rule.waits.p90Ms)}</td>
                <td class="number">{duration(rule.waits.longestMs)}</td>
                <td class="number">{rate(ratesOf(rule.rule)?.arrivalsPerHour ?? null)}</td>
                <td class="number">{rate(ratesOf(rule.rule)?.answersPerHour ?? null)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <BottleneckPart bottlenecks={evidence.bottlenecks} />
    </section>
  );
}
