//! The stages of a rule that replaces review: shadow, a tenth, half, all.

use super::evidence::{Evidence, RuleKey};
use super::gate::{ALPHA, bar};
use crate::decide::compile::Stack;
use crate::evidence::statistics::interval::{Method, least_decisions};

/// Shares of users and days, the smallest first; with none it is only watched (REVIEW §4.8).
pub const STAGES: [f64; 4] = [0.0, 0.1, 0.5, 1.0];

/// How far a rule that replaces review is.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Which.
    pub rule: RuleKey,
    /// The share of users and days that it applies to.
    pub share: f64,
    /// The next one; `None` if it applies to all.
    pub next: Option<f64>,
    /// Approvals since, of calls that it would have let run: those outside its share, and audits.
    pub approvals: u64,
    /// What speaks against it, since.
    pub against: u64,
    /// So many approvals, with nothing against, are enough for the next stage; `None` if it should not stand at all.
    pub needed: Option<u64>,
    /// Its last day.
    pub until: String,
}

impl Stage {
    /// Whether the next stage may be thought of.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.next.is_some() && self.against == 0 && self.needed.is_some_and(|needed| self.approvals >= needed)
    }

    /// A sentence without a full stop.
    #[must_use]
    pub fn message(&self) -> String {
        let Self { share, next, approvals, against, needed, until, .. } = self;
        let now = match share {
            share if *share <= 0.0 => "it is only watched".to_owned(),
            share => format!("it applies to {} % of users and days", percent(*share)),
        };
        let then = match (next, needed) {
            (_, None) => "its calls are of a kind that is never relaxed: take it back".to_owned(),
            _ if *against > 0 => format!("{against} answers were against it: take it back, or narrow it"),
            (None, _) => format!("{approvals} audited calls were right"),
            (Some(next), Some(needed)) if approvals >= needed => {
                format!("{approvals} of its calls were right: `share: {next}` may follow")
            }
            (Some(next), Some(needed)) => {
                format!("{} more approvals of its calls until `share: {next}`", needed - approvals)
            }
        };
        format!("{now}, until {until}; {then}")
    }
}

fn percent(share: f64) -> f64 {
    (share * 1_000.0).round() / 10.0
}

/// How the rules of `stack` that replace review are doing, in their order.
///
/// A stage is passed once the exact bound (Clopper and Pearson, one-sided 95 %) of so many approvals with nothing against
/// reaches the bar of their risk: 59 of low, 299 of medium, 2,995 of high.
pub(super) fn stages(stack: &Stack, evidence: &Evidence) -> Vec<Stage> {
    let mut stages = Vec::new();
    for compiled in stack.policies.iter() {
        for rule in &compiled.policy.rules {
            let Some(relaxed) = &rule.relaxed else { continue };
            let key = RuleKey { policy: Some(compiled.policy.digest.to_string()), rule: Some(rule.id.clone()) };
            let staged = evidence.staged.get(&key);
            let bar = bar(rule.risk, rule.reversible == Some(true));
            stages.push(Stage {
                share: relaxed.share,
                next: STAGES.into_iter().find(|share| *share > relaxed.share),
                approvals: staged.map_or(0, |staged| staged.approvals.iter().len() as u64),
                against: staged.map_or(0, |staged| staged.against),
                needed: bar.and_then(|bar| least_decisions(Method::ClopperPearson, 0, bar.right, ALPHA)),
                until: relaxed.until.clone(),
                rule: key,
            });
        }
    }
    stages
}
