/** How fast calls come and are answered, and how many reviewers would keep up. */

import type { BottleneckReport } from "countersign";
import { Time } from "../ui/time.tsx";
import { counted } from "./counted.ts";
import { duration, percent, rate } from "./numbers.ts";

/** `bottlenecks` differ in the goal, the shortest wait first. */
export function BottleneckPart({ bottlenecks }: { readonly bottlenecks: readonly BottleneckReport<string | null>[] }) {
  const [first] = bottlenecks;
  if (first === undefined || first.busiest === null) return null;
  const { arrivalsPerHour, busiest, answersPerHour, goal } = first;
  return (
    <>
      <p>
        {rate(arrivalsPerHour)} calls are held an hour, day and night; {counted(busiest.calls, "call", "calls")} in the
        busiest hour, from <Time ms={busiest.atMs} />.{" "}
        {answersPerHour === null
          ? "No review was timed and given alone, so how many reviewers keep up is not known."
          : `A reviewer who is never idle answers ${rate(answersPerHour)} an hour.`}
      </p>
      {answersPerHour !== null && (
        <>
          <h3>Reviewers needed</h3>
          <p>For {percent(goal.share)} of the calls to be looked at in time, by Erlang’s formula C:</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
          <section class="table-scroll" aria-label="Reviewers needed" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Within</th>
                  <th scope="col" class="number">
                    On average
                  </th>
                  <th scope="col" class="number">
                    In the busiest hour
                  </th>
                </tr>
              </thead>
              <tbody>
                {bottlenecks.map(({ goal: { waitMs }, reviewers }) => (
                  <tr key={waitMs}>
                    <th scope="row">{duration(waitMs)}</th>
                    <td class="number">{reviewers?.usual.toLocaleString() ?? "–"}</td>
                    <td class="number">{reviewers?.busiest.toLocaleString() ?? "–"}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <p class="hint">
            That takes it that calls come independently of each other and that each waits. Bursts take more reviewers;
            calls that expire unseen, fewer.
          </p>
        </>
      )}
    </>
  );
}
