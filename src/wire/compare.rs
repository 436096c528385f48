//! Recorded calls decided by two stacks as their bytes arrive, and how the decisions differ.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde::Serialize;

use super::Failure;
use super::counts::RuleCountOut;
use super::decision::DecisionOut;
use super::entries::{HistoryReader, Told, entry_in};
use super::lines::{Lines, Place};
use super::replay::{Made, Replay};
use super::unrelaxed::Unrelaxed;
use crate::decide::call::Call;
use crate::decide::compile::Stack;
use crate::decide::relaxing::Relaxing;
use crate::evidence::compare::{Change, Difference, FailOn, PairCount, Tally, TermChange, relaxed_change};
use crate::evidence::people::Said;
use crate::policy::model::Action;
use crate::review::event::{Entry, Event, Held};

/// Decides lines of recorded calls by two stacks.
///
/// A line that one of the stacks cannot read as a call is an error, whatever the other makes of it.
///
/// ```
/// use std::rc::Rc;
/// use countersign::decide::compile::compile;
/// use countersign::policy::parse::parse;
/// use countersign::wire::compare::Comparison;
///
/// let stack = |text| compile(parse(text, Default::default()).0.into_iter().collect()).map(Rc::new);
/// let before = stack("rules: [{ tool: a, action: block }]").map_err(|_| "no digest")?;
/// let after = stack("rules: [{ tool: a, action: allow }]").map_err(|_| "no digest")?;
/// let mut comparison = Comparison::new(before, after);
/// let mut changes = Vec::new();
/// for chunk in [&br#"{"tool":"a"}"#[..], b"\n{\"to", b"ol\":\"b\"}\nnonsense\n"] {
///     comparison.push(chunk, &mut |line| changes.extend(line.result.map(|changed| changed.difference.change.as_str())));
/// }
/// assert_eq!(changes, ["block-to-allow"]);
/// assert_eq!((comparison.tally().calls(), comparison.tally().errors()), (2, 1));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Comparison {
    lines: Lines,
    sides: Sides,
    history: Option<HistoryReader<Compared>>,
    worst: Worst,
}

/// Both stacks, and what was found so far.
#[derive(Debug)]
struct Sides {
    before: Replay,
    after: Replay,
    /// If rules replace review before: both stacks, where none of those is in force.
    unrelaxed: Option<[Unrelaxed; 2]>,
    tally: Tally,
    input: u64,
}

/// A line whose decision changed, or that is no call.
#[derive(Clone, Debug)]
pub struct ComparedLine {
    /// Which input it is of, from 0.
    pub input: u64,
    /// Where it stands there.
    pub place: Place,
    /// The call's tool, if there was a call.
    pub tool: Option<Rc<str>>,
    /// What changed, or why nothing was decided.
    pub result: Result<Changed, Failure>,
}

/// A decision that changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// How it differs.
    pub difference: Difference,
    /// The decision by the first stack.
    pub before: Rc<Made>,
    /// The decision by the second stack.
    pub after: Rc<Made>,
    /// What people said of the call, if it is of a history and they did.
    pub said: Option<Said>,
}

/// A call that was decided by both.
#[derive(Debug)]
struct Compared {
    input: u64,
    place: Place,
    tool: Rc<str>,
    before: Rc<Made>,
    after: Rc<Made>,
    difference: Option<Difference>,
}

impl Comparison {
    /// Compares decisions by `before` with those by `after`; rules that replace review count as in force in both. What
    /// ran before only by such a rule, and would now run without any, is compared with what it was without.
    #[must_use]
    pub fn new(before: Rc<Stack>, after: Rc<Stack>) -> Self {
        let in_force = |stack: Rc<Stack>| Replay::new(stack.with_relaxing(Relaxing::InForce).into());
        let replaces = before.policies.iter().flat_map(|each| &each.policy.rules).any(|rule| rule.relaxed.is_some());
        let unrelaxed = replaces.then(|| [Unrelaxed::new(&before), Unrelaxed::new(&after)]);
        let (before, after) = (in_force(before), in_force(after));
        let sides = Sides { before, after, unrelaxed, tally: Tally::default(), input: 0 };
        Self { lines: Lines::default(), sides, history: None, worst: Worst::default() }
    }

    /// The same, which also reads exported histories: of each held call it finds what people said.
    #[must_use]
    pub fn with_histories(self) -> Self {
        Self { history: Some(HistoryReader::default()), ..self }
    }

    /// The same, which keeps the `most` worst changes and the first `most` lines that are no calls.
    #[must_use]
    pub fn keeping(self, most: usize) -> Self {
        Self { worst: Worst::new(most), ..self }
    }

    /// Decides the lines that `chunk` completes; tells those whose decision changed, and those that are no calls.
    ///
    /// What people say of a held call comes later in a history, and with it its change.
    pub fn push(&mut self, chunk: &[u8], on_line: &mut impl FnMut(ComparedLine)) {
        let Self { lines, sides, history, worst } = self;
        lines.push(chunk, &mut |place, text| {
            sides.line(place, text, history.as_mut(), &mut |line| worst.hand_on(line, on_line));
        });
    }

    /// Decides a last line that has no end, and tells the changes of held calls of which more could have been said.
    pub fn finish(&mut self, on_line: &mut impl FnMut(ComparedLine)) {
        let Self { lines, sides, history, worst } = self;
        let mut on_line = |line| worst.hand_on(line, on_line);
        lines.finish(&mut |place, text| sides.line(place, text, history.as_mut(), &mut on_line));
        if let Some(history) = history {
            history.finish(&mut |compared, said| sides.tell(compared, said, &mut on_line));
        }
    }

    /// Finishes this input; what comes after it is another one, whose lines count from 1.
    pub fn next_input(&mut self, on_line: &mut impl FnMut(ComparedLine)) {
        self.finish(on_line);
        self.lines = Lines::default();
        self.sides.input += 1;
        self.history = self.history.take().map(|_| HistoryReader::default());
    }

    /// What was found so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.sides.tally
    }

    /// The worst changes so far, the worst first, and the first lines that are no calls.
    #[must_use]
    pub fn worst(&self) -> &Worst {
        &self.worst
    }

    /// The same on its way out.
    #[must_use]
    pub fn counts(&self) -> ComparisonOut {
        let Sides { before, after, tally, .. } = &self.sides;
        let row = |before| Action::ALL.map(|after| tally.from_to(before, after)).into();
        let change = |change: Change| ChangeCountOut {
            change: change.as_str(),
            calls: tally.of(change),
            said: Said::ALL.map(|said| tally.said(change, said)).into(),
        };
        ComparisonOut {
            calls: tally.calls(),
            errors: tally.errors(),
            matrix: ActionsOut::from(Action::ALL.map(row)),
            changes: Change::ALL.map(change),
            rules: tally.rules(before.counts(), after.counts()).into_iter().map(PairCountOut::from).collect(),
            refused_runs: tally.refused_runs(),
            refused_stays: tally.refused_stays(),
            fails_on: FailOn::ALL.into_iter().filter(|fail_on| tally.fails(*fail_on)).map(FailOn::as_str).collect(),
        }
    }
}

impl Sides {
    fn line(
        &mut self,
        place: Place,
        text: Result<&str, Failure>,
        history: Option<&mut HistoryReader<Compared>>,
        on_line: &mut impl FnMut(ComparedLine),
    ) {
        if let (Some(history), Ok(text)) = (history, &text)
            && let Some(entry) = entry_in(text)
        {
            let read = history.read(&entry);
            return self.entry(place, history, read, on_line);
        }
        match self.decided(place, text) {
            Ok(compared) => self.tell(compared, None, on_line),
            Err(failure) => self.tell_error(place, failure, on_line),
        }
    }

    /// Decides what `read` says that an entry holds, and hears what it says of a call that is held.
    fn entry(
        &mut self,
        place: Place,
        history: &mut HistoryReader<Compared>,
        read: Result<Told, Failure>,
        on_line: &mut impl FnMut(ComparedLine),
    ) {
        let (id, entry) = match read {
            Ok(Told::Nothing) => return,
            Ok(Told::Call(call)) => {
                let compared = self.compared(place, &call);
                return self.tell(compared, None, on_line);
            }
            Ok(Told::Event(id, entry)) => (id, entry),
            Err(failure) => return self.tell_error(place, failure, on_line),
        };
        let about = held_in(&entry).map(|held| self.compared(place, &held.call));
        let heard = history.hear(&id, &entry, about, &mut |compared, said| self.tell(compared, said, on_line));
        if let Err(failure) = heard {
            self.tell_error(place, failure, on_line);
        }
    }

    fn decided(&mut self, place: Place, text: Result<&str, Failure>) -> Result<Compared, Failure> {
        let (before, after) = (self.before.decide_line(text.clone()), self.after.decide_line(text.clone()));
        let ((tool, before), (_, after)) = (before?, after?);
        let off = self.off(&before, &after, |replay| replay.decide_line(text.clone()).ok().map(|(_, made)| made));
        Ok(self.counted(place, tool, (before, after), off))
    }

    fn compared(&mut self, place: Place, call: &Call) -> Compared {
        let (before, after) = (self.before.decide_call(call), self.after.decide_call(call));
        let off = self.off(&before, &after, |replay| Some(replay.decide_call(call)));
        self.counted(place, call.tool.as_str().into(), (before, after), off)
    }

    /// What both stacks decide without rules that replace review, if both allow with them.
    fn off(
        &mut self,
        before: &Made,
        after: &Made,
        mut decide: impl FnMut(&mut Replay) -> Option<Rc<Made>>,
    ) -> Option<[Rc<Made>; 2]> {
        let both_allow = before.decision.action == Action::Allow && after.decision.action == Action::Allow;
        let [old, new] = self.unrelaxed.as_mut().filter(|_| both_allow)?;
        Some([decide(&mut old.replay)?, decide(&mut new.replay)?])
    }

    fn counted(
        &mut self,
        place: Place,
        tool: Rc<str>,
        (before, after): (Rc<Made>, Rc<Made>),
        off: Option<[Rc<Made>; 2]>,
    ) -> Compared {
        let before_place = before.place();
        let (mut before, mut relaxed) = (before, None);
        if let Some([old, new]) = off.filter(|[old, _]| old.decision.action != Action::Allow) {
            if new.decision.action == Action::Allow {
                before = old;
            } else if let Some([old, new]) = &self.unrelaxed {
                let both = old.relaxed_of(&before.decision).zip(new.relaxed_of(&after.decision));
                relaxed = both.and_then(|(before, after)| relaxed_change(before, after));
            }
        }
        let difference = self.tally.add((&before.decision, before_place), (&after.decision, after.place()), relaxed);
        Compared { input: self.input, place, tool, before, after, difference }
    }

    fn tell(&mut self, compared: Compared, said: Option<Said>, on_line: &mut impl FnMut(ComparedLine)) {
        let Compared { input, place, tool, before, after, difference } = compared;
        if let Some(said) = said {
            let change = difference.as_ref().map(|difference| difference.change);
            self.tally.add_said(change, said, after.decision.action == Action::Allow);
        }
        if let Some(difference) = difference {
            let result = Ok(Changed { difference, before, after, said });
            on_line(ComparedLine { input, place, tool: Some(tool), result });
        }
    }

    fn tell_error(&mut self, place: Place, failure: Failure, on_line: &mut impl FnMut(ComparedLine)) {
        self.tally.add_error();
        on_line(ComparedLine { input: self.input, place, tool: None, result: Err(failure) });
    }
}

/// The call that `entry` holds.
fn held_in(entry: &Entry) -> Option<&Held> {
    match &entry.event {
        Event::Open { held, .. } | Event::Edit { held, .. } => Some(held),
        Event::Claim { .. }
        | Event::Ask { .. }
        | Event::Answer { .. }
        | Event::Review(_)
        | Event::Expire
        | Event::Withdraw { .. }
        | Event::Consume { .. }
        | Event::Outcome { .. }
        | Event::Revoke { .. } => None,
    }
}

/// The worst changes that were told, and the first lines that are no calls.
#[derive(Debug, Default)]
pub struct Worst {
    most: usize,
    changed: BTreeMap<(Rank, u64, u64), ComparedLine>,
    /// The first lines that are no calls.
    pub unread: Vec<ComparedLine>,
}

/// How bad a change is: the less the worse.
type Rank = (bool, Change, bool);

impl Worst {
    fn new(most: usize) -> Self {
        Self { most, ..Self::default() }
    }

    /// The worst changes, the worst first: first what people refused and would now run, then by change; of each first
    /// what nobody approved; then in the order of the lines.
    pub fn changed(&self) -> impl Iterator<Item = &ComparedLine> {
        self.changed.values()
    }

    fn hand_on(&mut self, line: ComparedLine, on_line: &mut impl FnMut(ComparedLine)) {
        match &line.result {
            Ok(changed) => {
                let key = (changed.rank(), line.input, line.place.number);
                let is_full = self.changed.len() >= self.most;
                let is_kept = !is_full || self.changed.last_key_value().is_some_and(|(last, _)| key < *last);
                if is_kept {
                    self.changed.insert(key, line.clone());
                }
                if self.changed.len() > self.most {
                    self.changed.pop_last();
                }
            }
            Err(_) if self.unread.len() < self.most => self.unread.push(line.clone()),
            Err(_) => {}
        }
        on_line(line);
    }
}

impl Changed {
    /// Whether people refused the call, and it would now run.
    #[must_use]
    pub fn is_refused_run(&self) -> bool {
        self.difference.change.now_runs() && self.said.is_some_and(Said::is_refusal)
    }

    fn rank(&self) -> Rank {
        (!self.is_refused_run(), self.difference.change, self.said == Some(Said::Approved))
    }
}

/// Something for each action.
#[derive(Serialize)]
struct ActionsOut<T> {
    allow: T,
    escalate: T,
    block: T,
}

impl<T> From<[T; 3]> for ActionsOut<T> {
    fn from([allow, escalate, block]: [T; 3]) -> Self {
        Self { allow, escalate, block }
    }
}

/// What a comparison found, on its way out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparisonOut {
    calls: u64,
    errors: u64,
    matrix: ActionsOut<ActionsOut<u64>>,
    changes: [ChangeCountOut; 9],
    rules: Vec<PairCountOut>,
    refused_runs: u64,
    refused_stays: u64,
    fails_on: Vec<&'static str>,
}

#[derive(Serialize)]
struct ChangeCountOut {
    change: &'static str,
    calls: u64,
    said: SaidOut,
}

#[derive(Serialize)]
struct SaidOut {
    approved: u64,
    rejected: u64,
    edited: u64,
    revoked: u64,
}

impl From<[u64; 4]> for SaidOut {
    fn from([approved, rejected, edited, revoked]: [u64; 4]) -> Self {
        Self { approved, rejected, edited, revoked }
    }
}

#[derive(Serialize)]
struct PairCountOut {
    before: RuleCountOut,
    after: RuleCountOut,
    change: &'static str,
    calls: u64,
}

impl From<PairCount> for PairCountOut {
    fn from(pair: PairCount) -> Self {
        let PairCount { before, after, change, calls } = pair;
        Self { before: before.into(), after: after.into(), change: change.as_str(), calls }
    }
}

/// Twin of [`ComparedLine`].
#[derive(Serialize)]
pub struct ComparedLineOut<'a> {
    input: u64,
    line: u64,
    offset: u64,
    length: u64,
    tool: Option<&'a str>,
    change: Option<&'static str>,
    terms: Vec<TermOut>,
    before: Option<DecisionOut<'a>>,
    after: Option<DecisionOut<'a>>,
    said: Option<&'static str>,
    error: Option<&'a Failure>,
}

/// Twin of [`TermChange`].
#[derive(Serialize)]
pub(super) struct TermOut {
    term: &'static str,
    looser: bool,
}

impl From<&TermChange> for TermOut {
    fn from(term: &TermChange) -> Self {
        Self { term: term.term, looser: term.is_looser }
    }
}

impl<'a> From<&'a ComparedLine> for ComparedLineOut<'a> {
    fn from(line: &'a ComparedLine) -> Self {
        let changed = line.result.as_ref().ok();
        let terms = changed.iter().flat_map(|changed| &changed.difference.terms);
        Self {
            input: line.input,
            line: line.place.number,
            offset: line.place.offset,
            length: line.place.length,
            tool: line.tool.as_deref(),
            change: changed.map(|changed| changed.difference.change.as_str()),
            terms: terms.map(TermOut::from).collect(),
            before: changed.map(|changed| DecisionOut::from(&changed.before.decision)),
            after: changed.map(|changed| DecisionOut::from(&changed.after.decision)),
            said: changed.and_then(|changed| changed.said).map(Said::as_str),
            error: line.result.as_ref().err(),
        }
    }
}

/// Twin of [`Worst`].
#[derive(Serialize)]
pub struct WorstOut<'a> {
    changed: Vec<ComparedLineOut<'a>>,
    unread: Vec<ComparedLineOut<'a>>,
}

impl<'a> From<&'a Worst> for WorstOut<'a> {
    fn from(worst: &'a Worst) -> Self {
        Self {
            changed: worst.changed().map(ComparedLineOut::from).collect(),
            unread: worst.unread.iter().map(ComparedLineOut::from).collect(),
        }
    }
}
