/** A share with its interval, as a mark on a line from 0 to 100 %. The numbers stand beside it. */

import type { Interval } from "countersign";

const WIDTH = 160;
const HEIGHT = 16;
const EDGE = 5;

export function RateMark({ share, interval }: { readonly share: number; readonly interval: Interval }) {
  const at = (part: number) => EDGE + part * (WIDTH - 2 * EDGE);
  const middle = HEIGHT / 2;
  return (
    <svg class="rate-mark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <line class="axis" x1={at(0)} x2={at(1)} y1={middle} y2={middle} />
      {[0, 0.5, 1].map((part) => (
        <line key={part} class="axis" x1={at(part)} x2={at(part)} y1={middle - 3} y2={middle + 3} />
      ))}
      <line class="interval" x1={at(interval.low)} x2={at(interval.high)} y1={middle} y2={middle} />
      {[interval.low, interval.high].map((end) => (
        <line key={end} class="end" x1={at(end)} x2={at(end)} y1={middle - 5} y2={middle + 5} />
      ))}
      <circle cx={at(share)} cy={middle} r={3.5} />
    </svg>
  );
}
