/** What check cards and decision times come to. */

import { wilsonInterval } from "countersign";
import type { AttentionReport } from "./api.ts";
import type { Kept } from "./kept.ts";
import { approvalsOf, isLow, lightOf } from "./light.ts";

const LAST_MAX = 20;

/** How attentive reviewers are, by what is kept. */
export async function reportOf(kept: Kept): Promise<AttentionReport> {
  const [settings, outcomes, given] = await Promise.all([kept.settings(), kept.outcomes(), kept.given()]);
  const caught = outcomes.filter((outcome) => outcome.caught).length;
  const interval = await wilsonInterval(caught, outcomes.length);
  const risks = [...new Set(outcomes.map(({ risk }) => risk))];
  return {
    settings,
    shown: outcomes.length,
    caught,
    interval,
    byRisk: risks.map((risk) => {
      const some = outcomes.filter((outcome) => outcome.risk === risk);
      return { risk, shown: some.length, caught: some.filter((outcome) => outcome.caught).length };
    }),
    last: outcomes.slice(-LAST_MAX).reverse(),
    approvals: approvalsOf(given),
    light: lightOf(outcomes, given, interval?.low ?? null),
    isRaised: settings.isOn && isLow(outcomes, given),
  };
}
