//! What becomes looser from one policy to another, told from the two alone: change by change, with calls as witnesses.

mod changes;
mod says;
mod stricter;
mod unknown;
mod proof;
mod place;
mod regex_text;
mod texts;
mod samples;
mod calls;
mod apart;
mod search;

use crate::decide::compile::{Stack, compile};
use crate::policy::model::{Policy, Rule};
use crate::sorted::sorted_by;
use changes::{changes, with_change};
use proof::never_looser;
use search::{Search, rank};

pub use changes::{Change, Kind};
pub use search::Witness;

/// What can be said of a change, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Some call is decided more loosely: there is a witness.
    Widens,
    /// No such call was found, but it is not proven either that there is none.
    Unknown,
    /// It is proven that no call is decided more loosely.
    Tightens,
    /// It is proven that no call is decided more loosely, nor more strictly.
    Same,
}

impl Verdict {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Widens => "widens",
            Self::Unknown => "unknown",
            Self::Tightens => "tightens",
            Self::Same => "same",
        }
    }
}

/// One change, and what it does on its own: made in the old policy while all else stays as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// Place of the policy in the stack, from 0.
    pub policy: usize,
    /// What changed.
    pub change: Change,
    /// What that does.
    pub verdict: Verdict,
    /// A call that it lets through more loosely; `None` unless it widens. The decision after is by the old policies with
    /// this change alone, and bears their digests.
    pub witness: Option<Witness>,
}

/// What becomes looser from one stack to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Widening {
    /// What all changes do together.
    pub verdict: Verdict,
    /// Calls that all changes together let through more loosely, the worst first; each between other rules, or in another
    /// way. Empty unless it widens.
    pub witnesses: Vec<Witness>,
    /// Each change: first what a policy says of all calls, then its rules in their order, then what is gone. Empty for
    /// stacks of different numbers of policies.
    pub changes: Vec<Judged>,
    /// How many calls were tried.
    pub tried: usize,
    /// Whether there were more changes or calls, or values and tools for these, than were tried.
    pub is_cut: bool,
}

/// The most calls that are tried for one change of several.
const TRIED_EACH_MAX: usize = 4_000;

/// The most calls that are tried for all changes together.
const TRIED_TOGETHER_MAX: usize = 20_000;

/// The most calls that are tried for single changes at all.
const TRIED_SINGLY_MAX: usize = 80_000;

/// The most changes that are looked at one by one.
const CHANGES_MAX: usize = 400;

/// The most witnesses that are told.
const WITNESSES_MAX: usize = 20;

/// Tells of each change from `before` to `after`, and of all together, whether it widens, tightens, or cannot be told.
///
/// What widens has a witness, which was decided by both. What tightens is proven by how the rules and their conditions
/// bind each other, for every call that does not take too long to decide, whatever was used of limits, and whichever rules
/// that replace review are in force; looser is what [`difference`](super::compare::difference) calls looser. All else cannot
/// be told: calls were searched for, and none found.
///
/// At most 100,000 calls are tried; how long each takes depends on how many rules are about its tool. The
/// same two stacks always get the same answer.
///
/// ```
/// use countersign::decide::compile::compile;
/// use countersign::evidence::widening::{Verdict, widening};
/// use countersign::policy::parse::parse;
///
/// let stack = |text| compile(parse(text, Default::default()).0.into_iter().collect()).map_err(|_| "no digest");
/// let small = stack("rules: [{ id: refund, tool: pay, when: { args.amount: { at_most: 50 } }, action: allow }]")?;
/// let large = stack("rules: [{ id: refund, tool: pay, when: { args.amount: { at_most: 80 } }, action: allow }]")?;
/// let found = widening(&small, &large);
/// let witness = found.witnesses.first().ok_or("no witness")?;
/// assert_eq!((found.verdict, witness.difference.change.as_str()), (Verdict::Widens, "escalate-to-allow"));
/// assert_eq!(found.changes.first().map(|judged| judged.change.keys.clone()), Some(vec!["when"]));
/// assert_eq!(widening(&large, &small).verdict, Verdict::Tightens);
/// assert_eq!(widening(&small, &small).verdict, Verdict::Same);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn widening(before: &Stack, after: &Stack) -> Widening {
    let mut task = Task { before, after, left: TRIED_SINGLY_MAX, tried: 0, is_cut: false };
    let mut all: Vec<(usize, Change)> = Vec::new();
    if before.policies.len() == after.policies.len() {
        for (policy, (old, new)) in before.policies.iter().zip(after.policies.iter()).enumerate() {
            all.extend(changes(&old.policy, &new.policy).into_iter().map(|change| (policy, change)));
        }
    }
    let is_one = all.len() == 1;
    // A digest covers all that is understood of a policy.
    let is_same = before.digest == after.digest && before.catalogue == after.catalogue;
    let proven = if is_same { Some(Verdict::Same) } else { task.proven(after) };
    let mut judged: Vec<Judged> = Vec::new();
    for (policy, change) in all {
        let (verdict, witness) = if is_one || judged.len() >= CHANGES_MAX {
            task.is_cut |= !is_one;
            (Verdict::Unknown, None)
        } else {
            task.judge(policy, &change)
        };
        judged.push(Judged { policy, change, verdict, witness });
    }
    let (verdict, witnesses) = match proven {
        Some(verdict) => (verdict, Vec::new()),
        None => task.witnesses(&judged),
    };
    // All there is to say of the one change is said of the whole.
    if let ([only], true) = (judged.as_mut_slice(), is_one) {
        (only.verdict, only.witness) = (verdict, witnesses.first().cloned());
    }
    Widening { verdict, witnesses, changes: judged, tried: task.tried, is_cut: task.is_cut }
}

struct Task<'a> {
    before: &'a Stack,
    after: &'a Stack,
    left: usize,
    tried: usize,
    is_cut: bool,
}

impl Task<'_> {
    /// What is proven of `after` instead of the old stack.
    fn proven(&self, after: &Stack) -> Option<Verdict> {
        let is_strict = never_looser(self.before, after);
        is_strict.then(|| if never_looser(after, self.before) { Verdict::Same } else { Verdict::Tightens })
    }

    /// What `change` of the policy at this place does on its own.
    fn judge(&mut self, policy: usize, change: &Change) -> (Verdict, Option<Witness>) {
        let Some(after) = self.with(policy, change) else { return (Verdict::Unknown, None) };
        if let Some(verdict) = self.proven(&after) {
            return (verdict, None);
        }
        let rules = self.rules(policy, change);
        let focus = (!rules.is_empty()).then_some(rules.as_slice());
        let mut search = Search::new(self.before, &after, TRIED_EACH_MAX.min(self.left));
        search.run(focus, true);
        self.left = self.left.saturating_sub(search.tried);
        self.tried += search.tried;
        self.is_cut |= search.is_cut();
        let worst = sorted_by(search.found, |a, b| rank(a).cmp(&rank(b))).into_iter().next();
        (if worst.is_some() { Verdict::Widens } else { Verdict::Unknown }, worst)
    }

    /// The old stack with only this change.
    fn with(&self, place: usize, change: &Change) -> Option<Stack> {
        let (old, new) = (self.before.policies.get(place)?, self.after.policies.get(place)?);
        let changed = with_change(&old.policy, &new.policy, change);
        let policies = self.before.policies.iter().enumerate();
        let policies: Vec<Policy> = policies
            .map(|(at, compiled)| if at == place { changed.clone() } else { compiled.policy.clone() })
            .collect();
        let stack = compile(policies).ok()?;
        Some(Stack { catalogue: self.before.catalogue.clone(), ..stack })
    }

    /// The rules that `change` is about, old and new.
    fn rules(&self, policy: usize, change: &Change) -> Vec<&Rule> {
        let old = self.before.policies.get(policy).and_then(|it| it.policy.rules.get(change.before?));
        let new = self.after.policies.get(policy).and_then(|it| it.policy.rules.get(change.after?));
        old.into_iter().chain(new).collect()
    }

    /// What all changes do together, where nothing is proven of it.
    fn witnesses(&mut self, judged: &[Judged]) -> (Verdict, Vec<Witness>) {
        let mut search = Search::new(self.before, self.after, TRIED_TOGETHER_MAX);
        for witness in judged.iter().filter_map(|judged| judged.witness.as_ref()) {
            search.try_call(&witness.call);
        }
        let of_all = judged.iter().any(|judged| judged.change.kind == Kind::Policy) || judged.is_empty();
        let rules: Vec<&Rule> = judged.iter().flat_map(|judged| self.rules(judged.policy, &judged.change)).collect();
        search.run((!of_all).then_some(rules.as_slice()), false);
        self.tried += search.tried;
        self.is_cut |= search.is_cut();
        let mut witnesses = sorted_by(search.found, |a, b| rank(a).cmp(&rank(b)));
        witnesses.truncate(WITNESSES_MAX);
        (if witnesses.is_empty() { Verdict::Unknown } else { Verdict::Widens }, witnesses)
    }
}
