//! Comparing how two stacks decide the same calls: what becomes looser, what stricter, and how bad that is.

use super::simulate::{Counts, Place, RuleCount};
use crate::decide::decide::Decision;
use crate::decide::limit::Charge;
use crate::decide::protection::Review;
use crate::names::NameMap;
use crate::policy::model::Action;
use crate::policy::terms::Risk;
use crate::sorted::sorted_by;

/// What became of one call's decision, the worst first: what looks at less comes before what looks at more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// What did not run now runs, and nobody looks at it.
    BlockToAllow,
    /// What somebody looked at now runs without that.
    EscalateToAllow,
    /// What did not run now runs if somebody approves.
    BlockToEscalate,
    /// The same action on looser terms, such as a lower quorum.
    Loosened,
    /// What ran now does not.
    AllowToBlock,
    /// What ran now waits for somebody.
    AllowToEscalate,
    /// What could be approved now does not run.
    EscalateToBlock,
    /// The same action on stricter terms, and on none that are looser.
    Tightened,
    /// The same action on the same terms, but by another rule, for another cause or in other words.
    Moved,
}

impl Change {
    /// Every change, the worst first.
    pub const ALL: [Self; 9] = [
        Self::BlockToAllow,
        Self::EscalateToAllow,
        Self::BlockToEscalate,
        Self::Loosened,
        Self::AllowToBlock,
        Self::AllowToEscalate,
        Self::EscalateToBlock,
        Self::Tightened,
        Self::Moved,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BlockToAllow => "block-to-allow",
            Self::EscalateToAllow => "escalate-to-allow",
            Self::BlockToEscalate => "block-to-escalate",
            Self::Loosened => "loosened",
            Self::AllowToBlock => "allow-to-block",
            Self::AllowToEscalate => "allow-to-escalate",
            Self::EscalateToBlock => "escalate-to-block",
            Self::Tightened => "tightened",
            Self::Moved => "moved",
        }
    }
}

/// A term of a decision that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermChange {
    /// Its key in a decision or in the terms of its review.
    pub term: &'static str,
    /// Whether it is looser now; what differs without being laxer than before counts as stricter.
    pub is_looser: bool,
}

/// How the decision on one call differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What kind of change it is.
    pub change: Change,
    /// Which terms differ, where the action is the same.
    pub terms: Vec<TermChange>,
}

/// How `after` differs from `before`, both about the same call; `None` if nothing does that anybody would notice.
///
/// ```
/// use countersign::decide::{call::Call, compile::compile, decide::decide, limit::Usage};
/// use countersign::evidence::compare::{Change, difference};
/// use countersign::policy::parse::parse;
///
/// let stack = |text| compile(parse(text, Default::default()).0.into_iter().collect()).map_err(|_| "no digest");
/// let two = stack("rules: [{ tool: a, action: escalate, review: { quorum: 2 } }]")?;
/// let one = stack("rules: [{ tool: a, action: escalate }]")?;
/// let call = Call { tool: "a".to_owned(), ..Call::default() };
/// let decision = |stack| decide(stack, &call, &Usage::default());
/// let found = difference(&decision(&two), &decision(&one)).ok_or("no difference")?;
/// assert_eq!((found.change, found.terms.first().map(|term| term.term)), (Change::Loosened, Some("quorum")));
/// assert_eq!(difference(&decision(&one), &decision(&two)).map(|found| found.change), Some(Change::Tightened));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn difference(before: &Decision, after: &Decision) -> Option<Difference> {
    let change = match (before.action, after.action) {
        (Action::Block, Action::Allow) => Change::BlockToAllow,
        (Action::Escalate, Action::Allow) => Change::EscalateToAllow,
        (Action::Block, Action::Escalate) => Change::BlockToEscalate,
        (Action::Allow, Action::Block) => Change::AllowToBlock,
        (Action::Allow, Action::Escalate) => Change::AllowToEscalate,
        (Action::Escalate, Action::Block) => Change::EscalateToBlock,
        (Action::Allow, Action::Allow) | (Action::Escalate, Action::Escalate) | (Action::Block, Action::Block) => {
            return same_action(before, after);
        }
    };
    Some(Difference { change, terms: Vec::new() })
}

fn same_action(before: &Decision, after: &Decision) -> Option<Difference> {
    let terms = terms(before, after);
    let change = if terms.iter().any(|term| term.is_looser) {
        Change::Loosened
    } else if !terms.is_empty() {
        Change::Tightened
    } else if before.rule != after.rule
        || before.cause != after.cause
        || before.reason != after.reason
        || before.consequence != after.consequence
    {
        Change::Moved
    } else {
        return None;
    };
    Some(Difference { change, terms })
}

/// The terms that differ between decisions of the same action.
fn terms(before: &Decision, after: &Decision) -> Vec<TermChange> {
    let mut found = Vec::new();
    let mut note = |term, looser: Option<bool>| {
        if let Some(is_looser) = looser {
            found.push(TermChange { term, is_looser });
        }
    };
    if before.action != Action::Block {
        note("risk", fell(risk_rank(before.risk), risk_rank(after.risk)));
        note("reversible", fell(irreversibility(before.reversible), irreversibility(after.reversible)));
        note("marks", lost(&before.marks, &after.marks));
        note("charge", uncharged(&before.charge, &after.charge));
    }
    if let (Some(before), Some(after)) = (&before.review, &after.review) {
        note("reviewers", fewer_demands(before, after));
        note("quorum", fell(before.quorum, after.quorum));
        // A longer wait is one in which more can go wrong unnoticed.
        note("expiresMs", fell(after.expires_ms, before.expires_ms));
        note("confirm", lost(&before.confirm, &after.confirm));
        note("editable", lost(&after.editable, &before.editable));
    }
    found
}

/// Whether a strictness fell; `None` if it stayed.
fn fell<T: Ord>(before: T, after: T) -> Option<bool> {
    (before != after).then(|| after < before)
}

/// Whether something of `before` is not in `after`; `None` if they hold the same.
fn lost<T: PartialEq>(before: &[T], after: &[T]) -> Option<bool> {
    let is_lost = !before.iter().all(|each| after.contains(each));
    (is_lost || !after.iter().all(|each| before.contains(each))).then_some(is_lost)
}

/// A risk that is not written counts as high.
fn risk_rank(risk: Option<Risk>) -> Risk {
    risk.unwrap_or(Risk::High)
}

fn irreversibility(reversible: Option<bool>) -> u8 {
    match reversible {
        Some(true) => 0,
        None => 1,
        Some(false) => 2,
    }
}

/// Whether somebody may review now who might not before: every set that was asked for must still be.
fn fewer_demands(before: &Review, after: &Review) -> Option<bool> {
    let demands = |sets: &[Vec<String>], set: &Vec<String>| {
        sets.iter().any(|narrower| narrower.iter().all(|reviewer| set.contains(reviewer)))
    };
    let is_looser = !before.reviewers.iter().all(|set| demands(&after.reviewers, set));
    let is_stricter = !after.reviewers.iter().all(|set| demands(&before.reviewers, set));
    (is_looser || is_stricter).then_some(is_looser)
}

/// Whether a limit went, or allows more. Its bucket is another in each policy: what counts is how much it lets through.
fn uncharged(before: &[Charge], after: &[Charge]) -> Option<bool> {
    let holds = |charges: &[Charge], charge: &Charge| {
        charges.iter().any(|other| {
            other.amount >= charge.amount
                && other.at_most <= charge.at_most
                && other.per_ms >= charge.per_ms
                && other.then >= charge.then
        })
    };
    let is_looser = !before.iter().all(|charge| holds(after, charge));
    let is_stricter = !after.iter().all(|charge| holds(before, charge));
    (is_looser || is_stricter).then_some(is_looser)
}

/// What a comparison has found so far.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pairs: NameMap<(Place, Place, Option<Change>), u64>,
    matrix: [[u64; 3]; 3],
    /// By the order of [`Change::ALL`].
    changes: [u64; 9],
    errors: u64,
}

/// How many calls one rule decided before and another, or the same, after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairCount {
    /// Who decided before, and how many calls of this row.
    pub before: RuleCount,
    /// Who decided after.
    pub after: RuleCount,
    /// What that changed.
    pub change: Change,
    /// How many calls.
    pub calls: u64,
}

/// The place of `action` in [`Action::ALL`].
const fn nth(action: Action) -> usize {
    match action {
        Action::Allow => 0,
        Action::Escalate => 1,
        Action::Block => 2,
    }
}

impl Tally {
    /// Counts the decisions on one call, each with its place in the counts of its stack; says how they differ.
    pub fn add(&mut self, before: (&Decision, Place), after: (&Decision, Place)) -> Option<Difference> {
        let difference = difference(before.0, after.0);
        let change = difference.as_ref().map(|found| found.change);
        *self.pairs.entry((before.1, after.1, change)).or_default() += 1;
        if let Some(cell) = self.matrix.get_mut(nth(before.0.action)).and_then(|row| row.get_mut(nth(after.0.action))) {
            *cell += 1;
        }
        for (kind, count) in Change::ALL.iter().zip(&mut self.changes) {
            *count += u64::from(change == Some(*kind));
        }
        difference
    }

    /// Counts a line that is no call to at least one of the stacks.
    pub fn add_error(&mut self) {
        self.errors += 1;
    }

    /// How many calls had the first action before and the second after.
    #[must_use]
    pub fn from_to(&self, before: Action, after: Action) -> u64 {
        self.matrix.get(nth(before)).and_then(|row| row.get(nth(after))).copied().unwrap_or_default()
    }

    /// How many calls were compared.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.matrix.iter().flatten().sum()
    }

    /// How many lines were no calls.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// How many decisions changed so.
    #[must_use]
    pub fn of(&self, change: Change) -> u64 {
        let at = Change::ALL.iter().position(|kind| *kind == change);
        at.and_then(|at| self.changes.get(at)).copied().unwrap_or_default()
    }

    /// Which rules' calls changed, and to which rules: the worst first, then the most calls, then by ids.
    ///
    /// `before` and `after` are the counts that gave the places.
    #[must_use]
    pub fn rules(&self, before: &Counts, after: &Counts) -> Vec<PairCount> {
        let pair = |(&(old, new, change), &calls): (&(Place, Place, Option<Change>), &u64)| {
            let counted = |counts: &Counts, place| counts.at(place).map(|count| RuleCount { calls, ..count });
            Some(PairCount { before: counted(before, old)?, after: counted(after, new)?, change: change?, calls })
        };
        let key = |pair: &PairCount| {
            let id = |count: &RuleCount| (count.rule.clone(), count.policy.map(|digest| digest.to_string()));
            (pair.change, std::cmp::Reverse(pair.calls), id(&pair.before), id(&pair.after))
        };
        let pairs = self.pairs.iter().filter_map(pair).map(|pair| (key(&pair), pair));
        let pairs = sorted_by(pairs.collect(), |a: &(_, _), b| a.0.cmp(&b.0));
        pairs.into_iter().map(|(_, pair)| pair).collect()
    }
}
