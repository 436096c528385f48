//! The stages of a rule that replaces review: shadow, a tenth, half, all.

use super::evidence::{Evidence, RuleKey, counting, spread};
use super::gate::{Counted, Grounds, Proof, proof};
use crate::decide::compile::Stack;

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
    /// What was answered since to calls that it would have let run: those outside its share, and audits. Each stage must
    /// prove anew what the rule had to prove.
    pub proof: Proof,
    /// Its last day.
    pub until: String,
}

impl Stage {
    /// Whether the next stage may be thought of.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.next.is_some() && self.proof.counted.against == 0 && self.proof.missing.is_empty()
    }

    /// A sentence without a full stop.
    #[must_use]
    pub fn message(&self) -> String {
        let Self { share, next, proof, until, .. } = self;
        let now = if *share <= 0.0 {
            "it is only watched".to_owned()
        } else {
            format!("it applies to {} % of users and days", (share * 1_000.0).round() / 10.0)
        };
        let (approvals, against) = (proof.counted.approvals, proof.counted.against);
        let missing: Vec<String> = proof.missing.iter().map(|missing| missing.message()).collect();
        let then = match next {
            _ if proof.bar.is_none() => "its calls are of a kind that is never relaxed: take it back".to_owned(),
            _ if against > 0 => format!("{against} answers were against it: take it back, or narrow it"),
            None => format!("{approvals} calls that people looked at were right"),
            Some(next) if missing.is_empty() => {
                format!("{approvals} of its calls were right: `share: {next}` may follow")
            }
            Some(next) => format!("until `share: {next}` are missing: {}", missing.join("; ")),
        };
        format!("{now}, until {until}; {then}")
    }
}

/// How the rules of `stack` that replace review are doing, in their order.
pub(super) fn stages(stack: &Stack, evidence: &Evidence, grounds: Grounds) -> Vec<Stage> {
    let mut stages = Vec::new();
    for compiled in stack.policies.iter() {
        for rule in &compiled.policy.rules {
            let Some(relaxed) = &rule.relaxed else { continue };
            let key = RuleKey { policy: Some(compiled.policy.digest.to_string()), rule: Some(rule.id.clone()) };
            let staged = evidence.staged.get(&key);
            let approvals = staged.into_iter().flat_map(|staged| staged.approvals.iter());
            let approvals = counting(approvals.filter(|seen| evidence.is_current(seen)));
            let counted = Counted {
                approvals: approvals.len() as u64,
                against: staged.map_or(0, |staged| staged.against),
                spread: spread(approvals.iter().copied()),
            };
            stages.push(Stage {
                share: relaxed.share,
                next: STAGES.into_iter().find(|share| *share > relaxed.share),
                proof: proof(rule.risk, rule.reversible == Some(true), counted, 1, grounds),
                until: relaxed.until.clone(),
                rule: key,
            });
        }
    }
    stages
}
