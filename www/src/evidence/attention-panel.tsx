/** How attentive reviewers are: check cards that were caught, approvals that came too fast, and how often check cards come. */

import type { AttentionDrift, AttentionLight } from "countersign";
import type { AttentionReport, CheckOutcome } from "../engine/attention/api.ts";
import { Time } from "../ui/time.tsx";
import { counted } from "./counted.ts";
import { percent } from "./numbers.ts";
import { RateMark } from "./rate-mark.tsx";
import { attention, setAttention } from "./state.ts";

const LIGHTS: Readonly<Record<AttentionLight, { readonly chip: string; readonly means: string }>> = {
  green: { chip: "allow", means: "Enough check cards were caught, and approvals are not too fast." },
  amber: {
    chip: "escalate",
    means:
      "Not shown yet that seven of ten bad calls are caught, more are missed than before, or more than one approval in ten " +
      "comes too fast. " +
      "No further rule should be relaxed.",
  },
  red: {
    chip: "block",
    means:
      "Two of the last five check cards were missed. No rule should be relaxed, and one that was should ask people again.",
  },
};

/** Shares of answers that a reviewer can choose from. */
const SHARES = [0.01, 0.02, 0.03, 0.05, 0.1] as const;

export function AttentionPanel() {
  const report = attention.value;
  if (report === null) return null;
  const { shown, caught, interval, approvals, byRisk, last, misses, haste } = report;
  const light = LIGHTS[report.light];
  return (
    <section class="panel" aria-labelledby="attention-title">
      <h2 id="attention-title">Attention</h2>
      <p class="hint">
        Now and then a check card stands among the calls that wait: made by this page from a real call, with one thing
        planted that a careful reader finds. No agent ever sees one. Whoever answers is told at once, and nobody is
        ranked.
      </p>
      <dl class="facts">
        <dt>Light</dt>
        <dd>
          <span class={`chip ${light.chip}`}>{report.light}</span> {light.means}
        </dd>
        <dt>Caught</dt>
        <dd>
          {interval === null ? (
            "no check card was answered yet"
          ) : (
            <>
              {caught.toLocaleString()} of {shown.toLocaleString()}{" "}
              <RateMark share={caught / shown} interval={interval} /> {percent(caught / shown)}, 95 % interval{" "}
              {percent(interval.low)} to {percent(interval.high)}
            </>
          )}
        </dd>
        {byRisk.length > 1 &&
          byRisk.map((each) => (
            <Fact key={each.risk ?? ""} name={`Risk ${each.risk ?? "not written"}`}>
              {each.caught} of {each.shown}
            </Fact>
          ))}
        <Fact name="Too fast">
          {approvals.all === 0
            ? "no approval was timed yet"
            : `${approvals.tooFast} of the last ${counted(approvals.all, "approval", "approvals")} came before the card could be read`}
        </Fact>
        {(isTold(misses) || isTold(haste)) && (
          <Fact name="Drift">
            {isTold(misses) && <div>{driftText(misses, "check cards", "missed")}</div>}
            {isTold(haste) && <div>{driftText(haste, "approvals", "too fast")}</div>}
          </Fact>
        )}
      </dl>
      {report.isRaised && (
        <p class="notice">Check cards were missed, or approvals were too fast: check cards come more often for now.</p>
      )}
      <Settings report={report} />
      {last.length > 0 && <Last outcomes={last} />}
    </section>
  );
}

/** One result has no older half. */
function isTold(drift: AttentionDrift | null): drift is AttentionDrift {
  return drift !== null && drift.before.all > 0;
}

function driftText({ before, lately, isWorse }: AttentionDrift, what: string, bad: string): string {
  const share = (part: AttentionDrift["before"]) => `${part.bad.toLocaleString()} of ${part.all.toLocaleString()}`;
  const told = isWorse ? "it has become worse" : "no sign that it has become worse";
  return `${share(before)} older ${what} ${bad}, ${share(lately)} newer ones: ${told}`;
}

function Fact({ name, children }: { readonly name: string; readonly children: preact.ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Settings({ report }: { readonly report: AttentionReport }) {
  const { settings } = report;
  const shares = [...new Set([...SHARES, settings.share])].sort((a, b) => a - b);
  return (
    <div class="toolbar">
      <label class="field-inline">
        <input
          type="checkbox"
          checked={settings.isOn}
          onChange={(event) => setAttention({ ...settings, isOn: event.currentTarget.checked })}
        />
        Check cards are on
      </label>
      <label class="field-inline">
        How many
        <select
          value={settings.share}
          disabled={!settings.isOn}
          onChange={(event) => setAttention({ ...settings, share: Number(event.currentTarget.value) })}
        >
          {shares.map((share) => (
            <option key={share} value={share}>
              about 1 among {Math.round(1 / share)} answers
            </option>
          ))}
        </select>
      </label>
      {!settings.isOn && <span class="quiet">Reviewers are told that there are none.</span>}
    </div>
  );
}

function Last({ outcomes }: { readonly outcomes: readonly CheckOutcome[] }) {
  return (
    <details>
      <summary>The last {counted(outcomes.length, "check card", "check cards")}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="table-scroll low" aria-label="The last check cards" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Answered</th>
              <th scope="col">Result</th>
              <th scope="col">What was planted</th>
              <th scope="col">Risk</th>
              <th scope="col" class="number">
                On screen
              </th>
            </tr>
          </thead>
          <tbody>
            {outcomes.map((outcome) => (
              <tr key={`${outcome.atMs} ${outcome.template}`}>
                <td>
                  <Time ms={outcome.atMs} />
                </td>
                <td>
                  <span class={`chip ${outcome.caught ? "allow" : "block"}`}>
                    {outcome.caught ? "caught" : "missed"}
                  </span>
                </td>
                <td>{outcome.hazard}</td>
                <td>{outcome.risk ?? "not written"}</td>
                <td class="number">
                  {(outcome.shownMs / 1000).toFixed(1)} s{outcome.tooFast && ", too fast"}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
