/** What check cards and decision times come to. */

import type { AttentionReport } from "./api.ts";
import type { Kept } from "./kept.ts";
import { approvalsOf, foundIn } from "./observed.ts";

const LAST_MAX = 20;

/** How attentive reviewers are, by what is kept. */
export async function reportOf(kept: Kept): Promise<AttentionReport> {
  const [settings, outcomes, given] = await Promise.all([kept.settings(), kept.outcomes(), kept.given()]);
  const found = await foundIn(outcomes, given);
  const risks = [...new Set(outcomes.map(({ risk }) => risk))];
  return {
    ...found,
    settings,
    byRisk: risks.map((risk) => {
      const some = outcomes.filter((outcome) => outcome.risk === risk);
      return { risk, shown: some.length, caught: some.filter((outcome) => outcome.caught).length };
    }),
    last: outcomes.slice(-LAST_MAX).reverse(),
    approvals: approvalsOf(given),
    isRaised: settings.isOn && found.isLow,
  };
}
