//! What a history says for and against rules that replace review, read entry by entry.
//!
//! For a rule speak the calls that people let run before it was in force, as far as the history is that of a checkpoint
//! kept elsewhere. Against it speak rejections, wherever they stand.

use super::escalation::Escalation;
use super::event::{Entry, Event, Held, UnixMs, Verdict};
use super::history::{Checkpoint, Head, Line};
use super::parts::Review;
use crate::decide::call::Call;
use crate::decide::compile::Stack;
use crate::decide::decide::{Decision, decide, matched};
use crate::decide::limit::Usage;
use crate::decide::relaxing::{DrawKey, Draws, Relaxing, claim_of};
use crate::policy::model::{Action, Rule};
use crate::policy::terms::Risk;
use crate::value::digest::{Digest, Subject, digest};
use crate::value::value::{Value, record};

/// So many different calls people must have let run before a rule is in force for calls like them.
pub const EVIDENCE_MIN: usize = 20;
/// So much evidence is kept for each rule; what would come after it is none.
const EVIDENCE_MAX: usize = 64 * EVIDENCE_MIN;
/// How many calls that wait are followed at once.
const OPEN_MAX: usize = 10_000;
/// An answer after less, or one that nobody timed, is one that perhaps nobody read for; in milliseconds.
const READING_MS_MIN: u64 = 1_500;

/// A rejection moves the score of a rule up by this: the logarithm of .02 / .002, which is 10.
const BAD: f64 = std::f64::consts::LN_10;
/// What was let run moves it down by this, not below 0: the logarithm of .998 / .98.
const GOOD: f64 = 0.018_200_704_646_846_37;
/// From this score on the rule is no longer in force.
///
/// A Bernoulli CUSUM (Reynolds and Stoumbos, “A CUSUM chart for monitoring a proportion when inspecting continuously”,
/// 1999) that accepts two bad calls of 1,000 and rejects 20: with so few it is raised once in 6,798 answers, with 20 within
/// 132, and with 50 within 44.
const ALARM: f64 = 4.0;

/// Why a rule is no longer in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tightening {
    /// A person rejected a call that it would have let run, and that call risks much or cannot be undone, or no guard had
    /// decided by the rule yet.
    Severe,
    /// People reject too many of the calls that it would have let run.
    TooMany,
}

impl Tightening {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Severe => "severe-rejection",
            Self::TooMany => "too-many-rejections",
        }
    }
}

/// A rule that is no longer in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tightened {
    /// Its id.
    pub rule: String,
    /// Why.
    pub why: Tightening,
    /// The escalation that showed it.
    pub escalation: String,
}

/// What an entry tells.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// Nothing that matters here.
    Nothing,
    /// What the rules of a policy that replace review claim, from here on.
    Claims(Vec<Digest>),
    /// What happened to its escalation.
    Event(Box<Event>),
    /// Nobody can tell.
    Unknown,
}

/// Follows a history from its first entry.
#[derive(Clone, Debug)]
pub struct Watch {
    stack: Stack,
    as_if: Stack,
    key: DrawKey,
    checkpoint: Option<Checkpoint>,
    head: Head,
    is_of_checkpoint: bool,
    problem: Option<&'static str>,
    claims: Vec<Claim>,
    /// Few, so that they are looked through.
    open: Vec<Open>,
}

/// What speaks for and against a rule that replaces review, by what it claims.
#[derive(Clone, Debug)]
struct Claim {
    claim: Digest,
    /// Id of the first rule that claims it.
    rule: String,
    /// Whether a guard has decided by it.
    has_begun: bool,
    /// Calls that people let run before that, each by its kind and what it does: at most [`EVIDENCE_MIN`] of each kind.
    evidence: Vec<(Digest, Digest)>,
    score: f64,
    tightened: Option<Tightening>,
}

/// A call that waits and that rules would have let run, by their places among the claims.
#[derive(Clone, Debug)]
struct Open {
    id: String,
    escalation: Box<Escalation>,
    claims: Vec<usize>,
}

impl Watch {
    /// Follows a history for the rules of `stack`, against a checkpoint that was kept elsewhere, without which it proves
    /// nothing; `key` is that of draws.
    #[must_use]
    pub fn new(stack: &Stack, key: DrawKey, checkpoint: Option<Checkpoint>) -> Self {
        let mut claims: Vec<Claim> = Vec::new();
        for rule in stack.policies.iter().flat_map(|compiled| &compiled.policy.rules) {
            let claim = claim_of(rule).filter(|_| may_replace_review(rule));
            let Some(claim) = claim.filter(|claim| claims.iter().all(|known| known.claim != *claim)) else {
                continue;
            };
            let (rule, evidence) = (rule.id.clone(), Vec::new());
            claims.push(Claim { claim, rule, has_begun: false, evidence, score: 0.0, tightened: None });
        }
        Self {
            stack: stack.with_relaxing(Relaxing::Off),
            as_if: stack.with_relaxing(Relaxing::InForce),
            key,
            checkpoint,
            head: Head::default(),
            is_of_checkpoint: false,
            problem: None,
            claims,
            open: Vec::new(),
        }
    }

    /// What the rules claim, but for those that risk too much ever to replace review.
    pub fn claims(&self) -> impl Iterator<Item = Digest> {
        self.claims.iter().map(|claim| claim.claim)
    }

    /// Whether a rule that replaces review is about `tool`.
    #[must_use]
    pub fn concerns(&self, tool: &str) -> bool {
        let candidates = self.stack.candidates(tool);
        self.stack.policies.iter().zip(&candidates).any(|(compiled, candidates)| {
            let mut rules = candidates.hits.iter().filter_map(|hit| compiled.policy.rules.get(hit.rule));
            rules.any(|rule| rule.relaxed.is_some())
        })
    }

    /// The end of what was read.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    /// Why the history proves nothing; `None` if what was read is whole, up to the checkpoint at least.
    #[must_use]
    pub const fn problem(&self) -> Option<&'static str> {
        match self.problem {
            None if self.checkpoint.is_none() => Some("there is no checkpoint of it that was kept elsewhere"),
            None if !self.is_of_checkpoint => Some("it ends before the checkpoint that was kept of it"),
            problem => problem,
        }
    }

    /// The stack for `call` at `now_ms`: those of its rules are in force that the history proves, for whom they are drawn.
    #[must_use]
    pub fn stack_for(&self, call: &Call, now_ms: UnixMs) -> Stack {
        if self.problem().is_some() {
            return self.stack.clone();
        }
        let kind = kind_of(call);
        let is_proven =
            |claim: &&Claim| claim.tightened.is_none() && kind.is_some_and(|kind| claim.calls_of(kind) >= EVIDENCE_MIN);
        let proven = self.claims.iter().filter(is_proven).map(|claim| claim.claim).collect();
        self.stack.with_relaxing(Relaxing::Drawn(Draws { key: self.key.clone(), now_ms, proven }))
    }

    /// Takes the next entry, whose hash is said to be `hash`; answers the rules that it ends.
    pub fn take(&mut self, line: &Line<'_>, hash: Digest, told: Told) -> Vec<Tightened> {
        if self.problem.is_some() {
            return Vec::new();
        }
        let follows = line.seq == self.head.size && line.previous == self.head.hash && line.at_ms >= self.head.at_ms;
        if !follows || line.hash() != Some(hash) {
            return self.fail("an entry is not what was sealed after the one before it");
        }
        self.head = self.head.with_entry(hash, line.at_ms);
        if let Some(kept) = self.checkpoint.filter(|kept| kept.size == self.head.size) {
            let is_same = |now: Checkpoint| now.root == kept.root && now.origin == kept.origin;
            if !self.head.checkpoint().is_some_and(is_same) {
                return self.fail("it is not the history of the checkpoint that was kept of it");
            }
            self.is_of_checkpoint = true;
        }
        match (line.id, told) {
            (_, Told::Nothing) => Vec::new(),
            (None, Told::Claims(begun)) => {
                for claim in self.claims.iter_mut().filter(|claim| begun.contains(&claim.claim)) {
                    claim.has_begun = true;
                }
                Vec::new()
            }
            (Some(id), Told::Event(event)) => self.happen(id, line.seq, &Entry { at_ms: line.at_ms, event: *event }),
            (_, Told::Claims(_) | Told::Event(_) | Told::Unknown) => self.fail("an entry does not tell what happened"),
        }
    }

    fn fail(&mut self, why: &'static str) -> Vec<Tightened> {
        self.problem = Some(why);
        Vec::new()
    }

    fn happen(&mut self, id: &str, seq: u64, entry: &Entry) -> Vec<Tightened> {
        const IMPOSSIBLE: &str = "something in it cannot have happened";
        if let Event::Open { held, .. } = &entry.event {
            return match self.open(id, held, entry) {
                Some(()) => Vec::new(),
                None => self.fail(IMPOSSIBLE),
            };
        }
        let Some(place) = self.open.iter().position(|open| open.id == id) else { return Vec::new() };
        let mut open = self.open.swap_remove(place);
        if open.escalation.take(entry, None).is_err() {
            return self.fail(IMPOSSIBLE);
        }
        let tightened = match &entry.event {
            Event::Review(answered) if answered.verdict == Verdict::Reject => {
                let is_severe = is_severe(first_held(&open.escalation));
                let why = if is_severe { Tightening::Severe } else { Tightening::TooMany };
                return self.speak_against(&open, why);
            }
            Event::Consume { .. } => {
                self.speak_for(seq, &open);
                return Vec::new();
            }
            Event::Expire | Event::Withdraw { .. } | Event::Revoke { .. } => return Vec::new(),
            // Whoever changes a call says that it should not have run as it was.
            Event::Edit { .. } => self.speak_against(&open, Tightening::TooMany),
            Event::Open { .. }
            | Event::Claim { .. }
            | Event::Ask { .. }
            | Event::Answer { .. }
            | Event::Review(_)
            | Event::Outcome { .. } => Vec::new(),
        };
        self.open.push(open);
        tightened
    }

    /// Follows what becomes of a call, if rules that replace review would have let it run; `None` if it cannot be.
    fn open(&mut self, id: &str, held: &Held, entry: &Entry) -> Option<()> {
        let claims = self.would_let_run(&held.call);
        if claims.is_empty() {
            return Some(());
        }
        let escalation = Box::new(Escalation::begun_by(entry).ok()?);
        if self.open.len() >= OPEN_MAX {
            // Nobody can reject any more what waited too long.
            self.open.retain(|open| entry.at_ms < open.escalation.expires_at_ms);
        }
        let is_known = self.open.iter().any(|open| open.id == id);
        if is_known || self.open.len() >= OPEN_MAX {
            return None;
        }
        self.open.push(Open { id: id.to_owned(), escalation, claims });
        Some(())
    }

    /// The rules that replace review without which `call` would not run if all of them were in force and no limit was
    /// used, by their places among the claims.
    fn would_let_run(&self, call: &Call) -> Vec<usize> {
        let (decision, usage) = decide_unused(&self.as_if, call);
        if decision.action != Action::Allow {
            return Vec::new();
        }
        let matched = matched(&self.as_if, call, &usage);
        let rules = self.as_if.policies.iter().zip(matched);
        let rules = rules.filter_map(|(compiled, rule)| claim_of(compiled.policy.rules.get(rule?)?));
        let mut places = Vec::new();
        for place in rules.filter_map(|claim| self.claims.iter().position(|known| known.claim == claim)) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    fn speak_against(&mut self, open: &Open, why: Tightening) -> Vec<Tightened> {
        let mut tightened = Vec::new();
        for &place in &open.claims {
            let Some(claim) = self.claims.get_mut(place) else { continue };
            // Nobody may begin to let run what somebody refused.
            let is_refused = !claim.has_begun && open.escalation.reviews.iter().any(is_rejection);
            let why = if is_refused { Tightening::Severe } else { why };
            claim.score += BAD;
            let ends = why == Tightening::Severe || claim.score >= ALARM;
            if ends && claim.tightened.is_none() {
                claim.tightened = Some(why);
                tightened.push(Tightened { rule: claim.rule.clone(), why, escalation: open.id.clone() });
            }
        }
        tightened
    }

    /// A person let a call run as it was; `seq` is where that stands.
    fn speak_for(&mut self, seq: u64, open: &Open) {
        let Open { escalation, claims, .. } = open;
        let is_read = |shown_ms: Option<u64>| shown_ms.is_some_and(|shown_ms| shown_ms >= READING_MS_MIN);
        let is_considered = escalation.reviews.iter().all(|review| {
            let answered = &review.answered;
            answered.verdict == Verdict::Reject || !answered.in_batch && is_read(answered.shown_ms)
        });
        if escalation.original.is_some() || !is_considered {
            return;
        }
        let Held { call, decision, .. } = &escalation.held;
        let is_grave = decision.risk == Some(Risk::Critical) || decision.reversible == Some(false);
        for &place in claims {
            let Some(claim) = self.claims.get_mut(place) else { continue };
            if claim.has_begun {
                claim.score = (claim.score - GOOD).max(0.0);
            } else if self.checkpoint.is_some_and(|kept| seq < kept.size)
                && !is_grave
                && let Some((kind, deed)) = kind_of(call).zip(deed_of(call))
            {
                claim.add_evidence(kind, deed);
            }
        }
    }
}

impl Claim {
    /// How many calls of `kind` speak for it.
    fn calls_of(&self, kind: Digest) -> usize {
        self.evidence.iter().filter(|(of, _)| *of == kind).count()
    }

    fn add_evidence(&mut self, kind: Digest, deed: Digest) {
        let has_room = self.evidence.len() < EVIDENCE_MAX && self.calls_of(kind) < EVIDENCE_MIN;
        if has_room && !self.evidence.contains(&(kind, deed)) {
            self.evidence.push((kind, deed));
        }
    }
}

/// What becomes of `call` if nothing was used of any limit, and the usage that says so.
#[must_use]
pub fn decide_unused(stack: &Stack, call: &Call) -> (Decision, Usage) {
    /// As often a guard asks what was used of limits.
    const ROUNDS: usize = 5;
    let mut usage = Usage::default();
    let mut decision = decide(stack, call, &usage);
    for _ in 1..ROUNDS {
        if decision.action == Action::Allow || decision.charge.is_empty() {
            break;
        }
        for charge in &decision.charge {
            usage.insert(charge.bucket, 0.0);
        }
        decision = decide(stack, call, &usage);
    }
    (decision, usage)
}

/// Whether `rule` may ever replace review: not where much is lost, nor where nobody wrote that it can be undone.
fn may_replace_review(rule: &Rule) -> bool {
    rule.risk != Some(Risk::Critical) && rule.reversible == Some(true)
}

fn is_rejection(review: &Review) -> bool {
    review.answered.verdict == Verdict::Reject
}

/// What a call does. In another session, or for another user, it is the same and no further evidence.
fn deed_of(call: &Call) -> Option<Digest> {
    let deed = record([("tool", Some(Value::from(call.tool.as_str()))), ("args", call.args.clone())]);
    digest(Subject::Key, &deed).ok()
}

/// The call as it was held at first.
fn first_held(escalation: &Escalation) -> &Held {
    escalation.original.as_ref().unwrap_or(&escalation.held)
}

/// Whether a call must not be let run by mistake: it risks much, or nobody wrote that it can be undone.
fn is_severe(held: &Held) -> bool {
    let risk = held.decision.risk.unwrap_or(Risk::High);
    risk >= Risk::High || held.decision.reversible != Some(true)
}

/// What evidence does not carry over from: how the tool described itself, and the model and version of the agent. `None`
/// if they have no canonical form.
#[must_use]
pub fn kind_of(call: &Call) -> Option<Digest> {
    let agent = |key: &str| match &call.agent {
        Some(Value::Map(agent)) => agent.get(key).cloned(),
        _ => None,
    };
    let kind = record([
        ("tool", call.tool_digest.map(|digest| Value::Text(digest.to_string()))),
        ("model", agent("model")),
        ("version", agent("version")),
    ]);
    digest(Subject::Key, &kind).ok()
}
