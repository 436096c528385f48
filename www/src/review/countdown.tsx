import { durationText, nowMs } from "./clock.ts";

/** Below this the time left is marked. */
const SOON_MS = 2 * 60_000;

/** How long a call can still be approved. */
export function Countdown({ untilMs }: { readonly untilMs: number }) {
  const leftMs = untilMs - nowMs.value;
  if (leftMs <= 0) return <span class="countdown soon">expired</span>;
  return (
    <span class={leftMs < SOON_MS ? "countdown soon" : "countdown"} title={new Date(untilMs).toLocaleString()}>
      {durationText(leftMs)} left
    </span>
  );
}
