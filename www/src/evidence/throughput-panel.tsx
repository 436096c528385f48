/** How many calls were held and how many reviews were given in each hour or day. */

import { useState } from "preact/hooks";
import type { Evidence } from "../engine/evidence/api.ts";
import { type Bar, barsOf, labelOf, type Step, topOf } from "./throughput.ts";

const WIDTH = 720;
const HEIGHT = 180;
const LEFT = 44;
const BOTTOM = 24;
const TOP = 8;

export function ThroughputPanel({ evidence }: { readonly evidence: Evidence }) {
  const [step, setStep] = useState<Step>("day");
  const bars = barsOf(evidence.hours, step, Date.now());
  const held = bars.reduce((sum, { opened }) => sum + opened, 0);
  const reviews = bars.reduce((sum, bar) => sum + bar.reviews, 0);
  return (
    <section class="panel" aria-labelledby="throughput-title">
      <div class="toolbar">
        <h2 id="throughput-title">Throughput</h2>
        <span class="spacer" />
        <label class="field-inline">
          Per
          <select value={step} onChange={(event) => setStep(event.currentTarget.value === "hour" ? "hour" : "day")}>
            <option value="day">day, the last 30</option>
            <option value="hour">hour, the last 48</option>
          </select>
        </label>
      </div>
      <p class="legend">
        <span class="key held" aria-hidden="true" /> calls held ({held.toLocaleString()})
        <span class="key reviews" aria-hidden="true" /> reviews given ({reviews.toLocaleString()})
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section class="table-scroll" aria-label="Chart of throughput" tabIndex={0}>
        <Chart bars={bars} step={step} held={held} reviews={reviews} />
      </section>
      <details>
        <summary>The same as a table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section class="table-scroll low" aria-label="Throughput as a table" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">{step === "day" ? "Day" : "Hour"}</th>
                <th scope="col" class="number">
                  Calls held
                </th>
                <th scope="col" class="number">
                  Reviews given
                </th>
              </tr>
            </thead>
            <tbody>
              {[...bars].reverse().map((bar) => (
                <tr key={bar.atMs}>
                  <th scope="row">{labelOf(bar.atMs, step)}</th>
                  <td class="number">{bar.opened.toLocaleString()}</td>
                  <td class="number">{bar.reviews.toLocaleString()}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </section>
  );
}

interface ChartProps {
  readonly bars: readonly Bar[];
  readonly step: Step;
  readonly held: number;
  readonly reviews: number;
}

function Chart({ bars, step, held, reviews }: ChartProps) {
  const top = topOf(Math.max(...bars.flatMap((bar) => [bar.opened, bar.reviews])));
  const [plotWidth, plotHeight] = [WIDTH - LEFT, HEIGHT - TOP - BOTTOM];
  const slot = plotWidth / bars.length;
  const y = (count: number) => TOP + plotHeight * (1 - count / top);
  const labelEvery = Math.ceil(bars.length / 6);
  const ticks = top % 2 === 0 ? [0, top / 2, top] : [0, top];
  return (
    <svg class="throughput" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby="chart-title chart-about">
      <title id="chart-title">
        {step === "day" ? "Calls held and reviews given per day" : "Calls held and reviews given per hour"}
      </title>
      <desc id="chart-about">
        {`In the last ${bars.length} ${step}s ${held} calls were held and ${reviews} reviews given; the table below has the numbers.`}
      </desc>
      {ticks.map((count) => (
        <g key={count}>
          <line class="grid" x1={LEFT} x2={WIDTH} y1={y(count)} y2={y(count)} />
          <text x={LEFT - 6} y={y(count) + 4} text-anchor="end">
            {count.toLocaleString()}
          </text>
        </g>
      ))}
      {bars.map((bar, at) => {
        const x = LEFT + at * slot;
        return (
          <g key={bar.atMs}>
            <title>{`${labelOf(bar.atMs, step)}: ${bar.opened} held, ${bar.reviews} reviews`}</title>
            <rect
              class="held"
              x={x + slot * 0.1}
              y={y(bar.opened)}
              width={slot * 0.38}
              height={TOP + plotHeight - y(bar.opened)}
            />
            <rect
              class="reviews"
              x={x + slot * 0.52}
              y={y(bar.reviews)}
              width={slot * 0.38}
              height={TOP + plotHeight - y(bar.reviews)}
            />
            {(bars.length - 1 - at) % labelEvery === 0 && (
              <text x={x + slot / 2} y={HEIGHT - 6} text-anchor={at === bars.length - 1 ? "end" : "middle"}>
                {labelOf(bar.atMs, step)}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
