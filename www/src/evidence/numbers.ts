/** Numbers as people read them. */

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** `ms` in one unit with two digits that matter, such as `4.2 min`; `–` for `null`. */
export function duration(ms: number | null): string {
  if (ms === null) return "–";
  const [unit, unitMs] = UNITS.find(([, unitMs]) => ms >= unitMs) ?? (["s", 1_000] as const);
  const count = ms / unitMs;
  return `${count >= 10 ? Math.round(count).toLocaleString() : Number(count.toFixed(1)).toLocaleString()} ${unit}`;
}

/** `ms` as minutes, such as `1,204`. */
export function minutes(ms: number): string {
  const count = ms / 60_000;
  return count > 0 && count < 1 ? "< 1" : Math.round(count).toLocaleString();
}

/** How many an hour, with two digits that matter; `–` for `null`. */
export function rate(perHour: number | null): string {
  if (perHour === null) return "–";
  return (perHour >= 10 ? Math.round(perHour) : Number(perHour.toPrecision(2))).toLocaleString();
}

/** `share` of 1 in whole percent, and never 0 or 100 unless it is. */
export function percent(share: number): string {
  const rounded = Math.round(share * 100);
  if (rounded === 0 && share > 0) return "< 1 %";
  if (rounded === 100 && share < 1) return "> 99 %";
  return `${rounded} %`;
}

/** `share` of 1 in percent with one decimal, rounded up. */
export function tenths(share: number): string {
  // What is a tenth but for the last bit is that tenth.
  return `${(Math.ceil(share * 1_000 - 1e-6) / 10).toLocaleString()} %`;
}
