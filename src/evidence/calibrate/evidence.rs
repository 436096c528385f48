//! What a history says of the rules of a stack: bounded, and the same in whichever order its parts are added.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Against, Answer, DAY_MS, Uncounted, answer, approvers, occasion};
use super::intake::Over;
use super::sample::{AGAINST_MAX, APPROVALS_MAX, REFUSED_MAX, STAGED_MAX};
use super::sample::{Observation, Sample, observed};
use crate::decide::call::{Call, call_digest};
use crate::decide::compile::Stack;
use crate::decide::decide::{Decision, decide};
use crate::decide::limit::Usage;
use crate::decide::relaxing::Relaxing;
use crate::evidence::bottleneck::{Hours, Load, waited_ms};
use crate::policy::model::{Action, Cause, Rule};
use crate::policy::terms::Risk;
use crate::review::event::{Held, UnixMs};
use crate::review::watch::{decide_unused, kind_of};
use crate::sorted::sorted_by;
use crate::value::digest::{Subject, digest};
use crate::value::value::{Value, record};

/// Which rule decides: its policy and id; an id of `None` is the policy's default.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleKey {
    /// Digest of the policy, in hexadecimal digits; `None` where every policy abstained.
    pub policy: Option<String>,
    /// The rule.
    pub rule: Option<String>,
}

impl RuleKey {
    pub(super) fn of(decision: &Decision) -> Self {
        Self { policy: decision.policy.map(|digest| digest.to_string()), rule: decision.rule.clone() }
    }
}

/// How much is kept, beside samples.
/// So many approvals of one session count a day: what an agent does in one go is much alike (REVIEW §4.6).
const OF_SESSION_MAX: usize = 5;
const SESSIONS_MAX: usize = 64;
const DAYS_MAX: usize = 400;
const REVIEWERS_MAX: usize = 64;
const USERS_MAX: usize = 64;
pub(super) const TOOLS_MAX: usize = 64;
pub(super) const LANES_MAX: usize = 10_000;
/// No count is told that is larger: 2^53 − 1, what every reader of JSON represents exactly.
const COUNT_MAX: u64 = (1 << 53) - 1;

/// What people answered to the calls that one rule holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RuleEvidence {
    /// How often each was answered, once for each escalation.
    pub answers: BTreeMap<Answer, u64>,
    /// Approvals that count, each occasion once.
    pub approvals: Sample,
    /// What counts against, each escalation once.
    pub against: Sample,
    /// How all of its calls waited.
    pub load: Load,
    /// The highest risk of its calls; `None`: not written, which counts as high.
    pub risk: Option<Option<Risk>>,
    /// Whether each of its calls can be undone.
    pub is_reversible: Option<bool>,
}

impl RuleEvidence {
    /// How many escalations counted against.
    #[must_use]
    pub fn against_all(&self) -> u64 {
        let against = self.answers.iter().filter(|(answer, _)| matches!(answer, Answer::Against(_)));
        against.fold(0, |sum, (_, count)| together(sum, *count))
    }

    /// How many escalations there were.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.answers.values().fold(0, |sum, count| together(sum, *count))
    }

    fn note_terms(&mut self, risk: Option<Risk>, is_reversible: bool) {
        // Of two that count the same, always the same one is told.
        let rank = |risk: Option<Risk>| (risk.unwrap_or(Risk::High), risk.is_none());
        let highest = self.risk.filter(|before| rank(*before) >= rank(risk)).unwrap_or(risk);
        self.risk = Some(highest);
        self.is_reversible = Some(self.is_reversible.unwrap_or(true) && is_reversible);
    }

    fn merge(&mut self, other: Self) {
        for (answer, count) in other.answers {
            let mine = self.answers.entry(answer).or_default();
            *mine = together(*mine, count);
        }
        self.approvals.merge(other.approvals, APPROVALS_MAX);
        self.against.merge(other.against, AGAINST_MAX);
        self.load.add(other.load);
        if let (Some(risk), Some(is_reversible)) = (other.risk, other.is_reversible) {
            self.note_terms(risk, is_reversible);
        }
    }
}

/// How a stage of a rule that replaces review goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Staged {
    /// Approvals that count, each occasion once.
    pub approvals: Sample,
    /// What counts against.
    pub against: u64,
}

/// How one rule was used, whatever it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleUse {
    /// How many calls it decides.
    pub calls: u64,
    /// Of which tools; of too many the first in their order.
    pub tools: BTreeSet<String>,
    /// Whether there were more tools.
    pub is_cut: bool,
}

/// What an agent and a tool are at a time: another model, version or description makes earlier answers old.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lane {
    /// When it was seen last, or later.
    pub at_ms: UnixMs,
    /// What tells it from what it was before.
    pub class: String,
}

/// What a history says of the rules of a stack.
///
/// Each call is decided once more by the stack, and counts for the rule that decides it now: what a rule is called, or
/// was, plays no part. Evidence of several histories adds up by [`merge`](Self::merge), in any order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// By rule: those of calls that are held by a rule or default.
    pub rules: BTreeMap<RuleKey, RuleEvidence>,
    /// By rule, for every call that was decided or held.
    pub used: BTreeMap<RuleKey, RuleUse>,
    /// By rule that replaces review: what people answered to calls that it would have let run, held under the very policies
    /// that say so. That is how its stage goes.
    pub staged: BTreeMap<RuleKey, Staged>,
    /// Calls that people rejected or a policy blocked, by tool.
    pub refused: BTreeMap<String, Sample>,
    /// Calls that were held and that the stack holds no more, or for another cause than a rule or default.
    pub elsewhere: u64,
    /// When calls were held that a rule or default holds.
    pub hours: Hours,
    /// Calls that no person was asked about: only a guard that records every decision tells them.
    pub unasked: u64,
    /// From when to when.
    pub span: Option<(UnixMs, UnixMs)>,
    /// By agent and tool, the newest class.
    pub lanes: BTreeMap<(String, String), Lane>,
}

impl Evidence {
    /// Takes an escalation that is over.
    pub fn take(&mut self, stack: &Stack, over: &Over) {
        let Over { id, escalation, was_seen, is_covered } = over;
        let answer = match answer(escalation, *was_seen) {
            None => return,
            // Whoever can write to the store can add to its end; what speaks against a rule counts all the same.
            Some(Answer::For) if !is_covered => Answer::Uncounted(Uncounted::Beyond),
            Some(answer) => answer,
        };
        // What the agent proposed, and not what a reviewer made of it.
        let held = escalation.original.as_ref().unwrap_or(&escalation.held);
        let at_ms = escalation.opened_at_ms;
        self.note(&held.call, at_ms);
        let decision = decide(stack, &held.call, &Usage::default());
        self.use_of(&decision, &held.call);
        if answer == Answer::Against(Against::Rejected) {
            self.refuse(&held.call, at_ms, answer);
        }
        let mut observation = observed(&held.call, at_ms, answer);
        if answer == Answer::For {
            observation.waited_ms = waited_ms(escalation);
            observation.reviewers = approvers(escalation).map(str::to_owned).collect();
            observation.reviewers.sort_unstable();
            observation.reviewers.dedup();
        }
        self.stage(stack, held, &observation);
        let is_asked = decision.action == Action::Escalate && matches!(decision.cause, Cause::Rule | Cause::Default);
        if !is_asked {
            self.elsewhere += 1;
            return;
        }
        let rule = self.rules.entry(RuleKey::of(&decision)).or_default();
        rule.note_terms(decision.risk, decision.reversible == Some(true));
        *rule.answers.entry(answer).or_default() += 1;
        rule.load.add(Load::of(escalation));
        self.hours.add(at_ms, 1);
        match answer {
            Answer::For => {
                if let Some(key) = occasion(&held.call, at_ms) {
                    rule.approvals.add(key.to_string(), observation, APPROVALS_MAX);
                }
            }
            Answer::Against(_) => {
                let key = record([
                    ("id", Some(Value::from(id.as_str()))),
                    ("guard", Some(Value::from(escalation.guard.as_str()))),
                ]);
                let key = digest(Subject::Key, &key).map(|digest| digest.to_string()).unwrap_or_else(|_| id.clone());
                rule.against.add(key, observation, AGAINST_MAX);
            }
            Answer::Uncounted(_) => {}
        }
    }

    fn stage(&mut self, stack: &Stack, held: &Held, observation: &Observation) {
        if !stack.policies.iter().any(|compiled| Some(compiled.policy.digest) == held.decision.policy) {
            return;
        }
        // What was used of a limit then, nobody tells: it says nothing about whether the call was right.
        let (as_if, _) = decide_unused(&stack.with_relaxing(Relaxing::InForce), &held.call);
        if as_if.action != Action::Allow || rule_of(stack, &as_if).is_none_or(|rule| rule.relaxed.is_none()) {
            return;
        }
        let staged = self.staged.entry(RuleKey::of(&as_if)).or_default();
        match (observation.answer, occasion(&held.call, observation.at_ms)) {
            (Answer::For, Some(key)) => staged.approvals.add(key.to_string(), observation.clone(), STAGED_MAX),
            (Answer::Against(_), _) => staged.against += 1,
            (Answer::For | Answer::Uncounted(_), _) => {}
        }
    }

    /// Takes a call that no person was asked about, and what was decided then.
    pub fn take_decision(&mut self, stack: &Stack, call: &Call, action: Action, at_ms: UnixMs) {
        self.note(call, at_ms);
        self.unasked += 1;
        let decision = decide(stack, call, &Usage::default());
        self.use_of(&decision, call);
        if action == Action::Block {
            self.refuse(call, at_ms, Answer::Against(Against::Rejected));
        }
    }

    /// Adds what another history says of the rules of the same stack.
    pub fn merge(&mut self, other: Self) {
        for (key, evidence) in other.rules {
            self.rules.entry(key).or_default().merge(evidence);
        }
        for (key, RuleUse { calls, tools, is_cut }) in other.used {
            let mine = self.used.entry(key).or_default();
            mine.calls = together(mine.calls, calls);
            mine.is_cut |= is_cut;
            tools.into_iter().for_each(|tool| mine.add_tool(tool));
        }
        for (key, Staged { approvals, against }) in other.staged {
            let mine = self.staged.entry(key).or_default();
            mine.approvals.merge(approvals, STAGED_MAX);
            mine.against = together(mine.against, against);
        }
        for (tool, sample) in other.refused {
            self.refused.entry(tool).or_default().merge(sample, REFUSED_MAX);
        }
        self.elsewhere = together(self.elsewhere, other.elsewhere);
        self.unasked = together(self.unasked, other.unasked);
        self.hours.merge(other.hours);
        if let Some((from, to)) = other.span {
            self.spans(from);
            self.spans(to);
        }
        for (key, lane) in other.lanes {
            self.note_lane(key, lane);
        }
    }

    /// Whether `observation` is of the agent and tool as they were last: of the same model, version and description.
    #[must_use]
    pub fn is_current(&self, observation: &Observation) -> bool {
        let class = class_of(&observation.call);
        !class.is_empty() && self.lanes.get(&lane(&observation.call)).is_some_and(|newest| newest.class == class)
    }

    fn note(&mut self, call: &Call, at_ms: UnixMs) {
        self.spans(at_ms);
        self.note_lane(lane(call), Lane { at_ms, class: class_of(call) });
    }

    fn note_lane(&mut self, key: (String, String), lane: Lane) {
        match self.lanes.get(&key) {
            Some(newest) if *newest >= lane => {}
            _ => {
                self.lanes.insert(key, lane);
            }
        }
        if self.lanes.len() > LANES_MAX {
            self.lanes.pop_last();
        }
    }

    fn spans(&mut self, at_ms: UnixMs) {
        self.span = Some(self.span.map_or((at_ms, at_ms), |(from, to)| (from.min(at_ms), to.max(at_ms))));
    }

    fn use_of(&mut self, decision: &Decision, call: &Call) {
        let used = self.used.entry(RuleKey::of(decision)).or_default();
        used.calls += 1;
        used.add_tool(call.tool.clone());
    }

    fn refuse(&mut self, call: &Call, at_ms: UnixMs, answer: Answer) {
        let Ok(key) = call_digest(call, &[]) else { return };
        let sample = self.refused.entry(call.tool.clone()).or_default();
        sample.add(key.to_string(), observed(call, at_ms, answer), REFUSED_MAX);
    }
}

/// Two counts together; no more than can be told.
fn together(one: u64, other: u64) -> u64 {
    one.saturating_add(other).min(COUNT_MAX)
}

/// The rule that made `decision`.
pub(super) fn rule_of<'a>(stack: &'a Stack, decision: &Decision) -> Option<&'a Rule> {
    let compiled = stack.policies.iter().find(|compiled| Some(compiled.policy.digest) == decision.policy)?;
    compiled.policy.rules.iter().find(|rule| Some(&rule.id) == decision.rule.as_ref())
}

impl RuleUse {
    fn add_tool(&mut self, tool: String) {
        self.tools.insert(tool);
        if self.tools.len() > TOOLS_MAX {
            self.tools.pop_last();
            self.is_cut = true;
        }
    }
}

/// Whose calls of which tool `call` is one of.
fn lane(call: &Call) -> (String, String) {
    (id_of(call.agent.as_ref()).to_owned(), call.tool.clone())
}

/// The class of `call`: another model, version or description of the tool is another. Empty if nobody can tell.
fn class_of(call: &Call) -> String {
    kind_of(call).map(|kind| kind.to_string()).unwrap_or_default()
}

/// Those of `observations` that count, oldest first: of each session and day the first few.
pub(super) fn counting<'a>(observations: impl Iterator<Item = &'a Observation>) -> Vec<&'a Observation> {
    let mut sorted = sorted_by(observations.collect(), |a: &&Observation, b| a.at_ms.cmp(&b.at_ms));
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    sorted.retain(|seen| {
        let day = (seen.at_ms / DAY_MS).to_string();
        let times = times.entry([&day, " ", id_of(seen.call.session.as_ref())].concat()).or_default();
        *times += 1;
        *times <= OF_SESSION_MAX
    });
    sorted
}

/// On how many days, in how many sessions and by how many reviewers `observations` were made; each counted up to what
/// no rule asks for.
pub(super) fn spread<'a>(observations: impl Iterator<Item = &'a Observation>) -> Spread {
    let (mut days, mut sessions, mut reviewers) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for Observation { at_ms, call, reviewers: approved_by, .. } in observations {
        add_up_to(&mut days, at_ms / DAY_MS, DAYS_MAX);
        add_up_to(&mut sessions, id_of(call.session.as_ref()).to_owned(), SESSIONS_MAX);
        approved_by.iter().for_each(|by| add_up_to(&mut reviewers, by.clone(), REVIEWERS_MAX));
    }
    Spread { days: days.len() as u64, sessions: sessions.len() as u64, reviewers: reviewers.len() as u64 }
}

/// How widely observations are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Days, in UTC; at most 400 are counted.
    pub days: u64,
    /// Sessions; at most 64 are counted.
    pub sessions: u64,
    /// Reviewers who approved, by what was verified or else by their own word; at most 64 are counted.
    pub reviewers: u64,
}

/// Of whom calls are. Stages and audits of a rule that replaces review are drawn by user and day, and calls without a user
/// are drawn as those of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Users {
    /// How many users there are; at most 64 are counted.
    pub named: u64,
    /// How many calls carry no `user.id`.
    pub calls_without: u64,
}

/// Of whom `observations` are.
pub(super) fn users<'a>(observations: impl Iterator<Item = &'a Observation>) -> Users {
    let (mut named, mut calls_without) = (BTreeSet::new(), 0);
    for Observation { call, .. } in observations {
        match id_of(call.user.as_ref()) {
            "" => calls_without += 1,
            id => add_up_to(&mut named, id.to_owned(), USERS_MAX),
        }
    }
    Users { named: named.len() as u64, calls_without }
}

fn add_up_to<T: Ord>(set: &mut BTreeSet<T>, item: T, most: usize) {
    if set.len() < most {
        set.insert(item);
    }
}

/// The id of an agent, user or session; empty if it has none.
pub(super) fn id_of(of: Option<&Value>) -> &str {
    match of {
        Some(Value::Map(map)) => match map.get("id") {
            Some(Value::Text(id)) => id,
            _ => "",
        },
        _ => "",
    }
}
