//! Calibration: what people's answers prove about the rules that ask them, and which of them could ask less.
//!
//! It proposes, and changes nothing by itself. What it proves covers the traffic that was seen, not what an adversary
//! could send: so a proposal allows values and ranges that were seen, and what lies outside asks as before.

pub mod answer;
pub mod intake;
pub mod sample;
pub mod evidence;
pub mod kept;
pub mod gate;
mod texts;
mod support;
mod common;
mod mine;
mod replay;
mod example;
pub mod proposal;
pub mod tighten;
pub mod stage;

use self::answer::Answer;
use self::evidence::{Evidence, RuleKey, counting, spread};
use self::gate::{Counted, Grounds, Proof, proof};
use self::proposal::{Asking, Declined, Proposal, Source, proposals};
use self::stage::{Stage, stages};
use self::tighten::{Tightening, tightenings};
use crate::decide::compile::Stack;
use crate::evidence::bottleneck::{Bottleneck, Goal, Load, Waited, bottleneck};
use crate::policy::terms::Risk;
use crate::review::event::UnixMs;

/// What a history says of one rule that asks people.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleReport {
    /// Which.
    pub key: RuleKey,
    /// The highest risk of its calls; `None`: not written, which counts as high.
    pub risk: Option<Risk>,
    /// Whether it says that what its calls do can be undone.
    pub is_reversible: bool,
    /// How often each was answered, once for each escalation.
    pub answers: Vec<(Answer, u64)>,
    /// What its answers would prove of all of its calls together.
    pub proof: Proof,
    /// Narrower rules that could stand in front of it.
    pub proposals: Vec<Proposal>,
    /// What was tried without success, by tool; nothing unless its answers are enough as a whole.
    pub declined: Vec<Declined>,
}

/// What a history says of a stack.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Those with most escalations first.
    pub rules: Vec<RuleReport>,
    /// How the rules that replace review are doing.
    pub stages: Vec<Stage>,
    /// What could be stricter.
    pub tightenings: Vec<Tightening>,
    /// Where agents wait for people.
    pub bottleneck: Bottleneck<RuleKey>,
}

/// What `evidence` says of the rules of `stack` at `now_ms`, by what its answers are worth.
///
/// `sources` are the texts of the policies of `stack`, in its order; `goal` is for how long calls should wait.
#[must_use]
pub fn report(
    stack: &Stack,
    sources: &[Source<'_>],
    evidence: &Evidence,
    grounds: Grounds,
    goal: Goal,
    now_ms: UnixMs,
) -> Report {
    let mut rules: Vec<RuleReport> = Vec::new();
    for (key, rule) in &evidence.rules {
        let approvals = counting(rule.approvals.iter().filter(|seen| evidence.is_current(seen)));
        let counted = Counted {
            approvals: approvals.len() as u64,
            against: rule.against_all(),
            spread: spread(approvals.iter().copied()),
        };
        let (risk, is_reversible) = (rule.risk.flatten(), rule.is_reversible == Some(true));
        let proof = proof(risk, is_reversible, counted, 1, grounds);
        let asking = Asking { stack, sources, evidence, key, rule, grounds, now_ms, taken: Vec::new() };
        // Rejections stand against the rule as a whole, and a narrower one may leave them out.
        let is_worth_mining = proof.bar.is_some() && !approvals.is_empty();
        let (proposals, declined) = if is_worth_mining { proposals(&asking) } else { (Vec::new(), Vec::new()) };
        let answers = rule.answers.iter().map(|(answer, count)| (*answer, *count)).collect();
        rules.push(RuleReport { key: key.clone(), risk, is_reversible, answers, proof, proposals, declined });
    }
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.answers.iter().map(|(_, count)| count).sum::<u64>()));
    let loads: Vec<(RuleKey, Load)> = evidence.rules.iter().map(|(key, rule)| (key.clone(), rule.load)).collect();
    let waited = Waited { loads: &loads, hours: &evidence.hours, span: evidence.span };
    Report {
        rules,
        stages: stages(stack, evidence, grounds),
        tightenings: tightenings(stack, evidence),
        bottleneck: bottleneck(waited, goal),
    }
}
