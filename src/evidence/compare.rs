//! Comparing how two stacks decide the same calls: what becomes looser, what stricter, and how bad that is.

use super::people::Said;
use super::simulate::{Counts, Place, RuleCount};
use crate::decide::decide::Decision;
use crate::decide::limit::Charge;
use crate::decide::protection::Review;
use crate::names::NameMap;
use crate::policy::model::Action;
use crate::policy::terms::{Relaxed, Risk};
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

    /// Whether less is looked at than before.
    #[must_use]
    pub const fn is_looser(self) -> bool {
        match self {
            Self::BlockToAllow | Self::EscalateToAllow | Self::BlockToEscalate | Self::Loosened => true,
            Self::AllowToBlock | Self::AllowToEscalate | Self::EscalateToBlock | Self::Tightened | Self::Moved => false,
        }
    }

    /// Whether what did not run without somebody now does.
    #[must_use]
    pub const fn now_runs(self) -> bool {
        matches!(self, Self::BlockToAllow | Self::EscalateToAllow)
    }
}

/// For what a comparison fails. Each fails for what the ones after it fail for, too, and all for a call that people
/// refused and that would now run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// A decision that changed, however.
    Change,
    /// A looser one.
    Widen,
    /// A looser one of a call that nobody approved.
    Unapproved,
}

impl FailOn {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Change, Self::Widen, Self::Unapproved];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Widen => "widen",
            Self::Unapproved => "unapproved",
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

/// `found`, between decisions of the same action, with one more term that differs.
#[must_use]
pub fn with_term(found: Option<Difference>, term: Option<TermChange>) -> Option<Difference> {
    let Some(term) = term else { return found };
    let mut terms = found.map(|found| found.terms).unwrap_or_default();
    terms.push(term);
    let change = if terms.iter().any(|term| term.is_looser) { Change::Loosened } else { Change::Tightened };
    Some(Difference { change, terms })
}

/// How `after` differs from `before`, both of rules that allow the same call: looser is a larger share, a smaller audit or
/// a later last day.
#[must_use]
pub fn relaxed_change(before: &Relaxed, after: &Relaxed) -> Option<TermChange> {
    let is_looser = after.share > before.share || after.audit < before.audit || after.until > before.until;
    let is_stricter = after.share < before.share || after.audit > before.audit || after.until < before.until;
    (is_looser || is_stricter).then_some(TermChange { term: "relaxed", is_looser })
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
            // What cannot be added up uses all that is allowed, however little that is.
            (other.amount >= charge.amount || other.amount >= other.at_most)
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
    /// What people said of those calls, by the orders of [`Change::ALL`] and [`Said::ALL`].
    said: [[u64; 4]; 9],
    refused_stays: u64,
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
    /// Counts the decisions on one call, each with its place in the counts of its stack; says how they differ, if the
    /// `relaxed` of the rules that decided differs by `relaxed`.
    pub fn add(
        &mut self,
        before: (&Decision, Place),
        after: (&Decision, Place),
        relaxed: Option<TermChange>,
    ) -> Option<Difference> {
        let difference = with_term(difference(before.0, after.0), relaxed);
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

    /// Counts what people said of a call that was counted: `change` is how its decision differs, and `runs` whether it is
    /// allowed after.
    pub fn add_said(&mut self, change: Option<Change>, said: Said, runs: bool) {
        let Some(change) = change else {
            self.refused_stays += u64::from(said.is_refusal() && runs);
            return;
        };
        let row = Change::ALL.iter().zip(&mut self.said).find(|(kind, _)| **kind == change);
        let cell = row.and_then(|(_, row)| Said::ALL.iter().zip(row).find(|(other, _)| **other == said));
        if let Some((_, count)) = cell {
            *count += 1;
        }
    }

    /// How many calls, of which people said this, are decided so differently.
    #[must_use]
    pub fn said(&self, change: Change, said: Said) -> u64 {
        let row = Change::ALL.iter().position(|kind| *kind == change).and_then(|at| self.said.get(at));
        let at = Said::ALL.iter().position(|other| *other == said);
        row.zip(at).and_then(|(row, at)| row.get(at)).copied().unwrap_or_default()
    }

    /// How many calls that people refused would now run.
    #[must_use]
    pub fn refused_runs(&self) -> u64 {
        let refusals = Said::ALL.into_iter().filter(|said| said.is_refusal());
        let of = |said| {
            Change::ALL
                .into_iter()
                .filter(|change| change.now_runs())
                .map(|change| self.said(change, said))
                .sum::<u64>()
        };
        refusals.map(of).sum()
    }

    /// How many calls that people refused run by both stacks.
    #[must_use]
    pub fn refused_stays(&self) -> u64 {
        self.refused_stays
    }

    /// Whether something was found for which `fail_on` fails.
    #[must_use]
    pub fn fails(&self, fail_on: FailOn) -> bool {
        let counts = |change: Change| match fail_on {
            FailOn::Change => self.of(change),
            FailOn::Widen if change.is_looser() => self.of(change),
            FailOn::Unapproved if change.is_looser() => {
                self.of(change).saturating_sub(self.said(change, Said::Approved))
            }
            FailOn::Widen | FailOn::Unapproved => 0,
        };
        self.refused_runs() > 0 || Change::ALL.into_iter().any(|change| counts(change) > 0)
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
