//! Random policies, calls and usage.

use serde_json::Value;

use super::calls;
use super::choices::Choices;
use super::conditions::{Kind, any_field, condition, field};
use super::policy::{Action, Duration, Field, Limit, Measure, Otherwise, Piece, Policy, Relaxed, Review, Rule};

/// Names that policies and calls use.
pub(crate) const TOOLS: [&str; 6] = ["t", "t", "t", "file.read", "srv/a", "file.write"];

/// Names that policies do not write: some of them could be taken for ones that they do, or fit a pattern if read kindly.
pub(crate) const FOLDING_TOOLS: [&str; 10] =
    ["file_read", "File.Read", "fileRead", "T", "fi1e.write", "srv/A", "file.read\u{200b}", "other", "ﬁle.read", "tt"];

const PATTERNS: [&str; 6] = ["*", "file.*", "srv/*", "**", "*t*", "f**e"];

/// A call, and what its guard knows of limits.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) call: Value,
    /// What was used of the limits, in the order in which they stand; `None`: not told.
    pub(crate) usage: Vec<Option<f64>>,
}

/// Policies that apply together.
pub(crate) fn stack(choices: &mut Choices) -> Vec<Policy> {
    choices.list(1, 3, policy)
}

/// Calls to decide by one stack; to read a policy takes longer than to decide.
pub(crate) fn calls(choices: &mut Choices) -> Vec<Asked> {
    choices.list(1, 7, |choices| Asked {
        call: calls::call(choices),
        usage: choices.list(0, 6, |choices| choices.maybe(80, usage)),
    })
}

fn usage(choices: &mut Choices) -> f64 {
    choices.pick(&[0.0, 1.0, 2.0, 3.0, 5.0, 10.0, 10.0, -1.0, f64::INFINITY, f64::NAN, 0.5])
}

pub(crate) fn policy(choices: &mut Choices) -> Policy {
    let rules = choices.list(1, 5, |choices| rule(choices, None));
    let default = match choices.below(8) {
        0 | 1 => None,
        2 => Some(Otherwise::Says(Action::Escalate)),
        3 | 4 => Some(Otherwise::Says(Action::Allow)),
        5 => Some(Otherwise::Says(Action::Block)),
        _ => Some(Otherwise::Abstains),
    };
    let mut policy = Policy {
        name: choices.maybe(50, |choices| choices.pick(&["office".to_owned(), "shop".to_owned()])),
        default,
        min_confidence: choices.maybe(20, |choices| choices.pick(&[0.8, 0.5, 1.0, 0.0])),
        ignores_missing_confidence: choices.chance(20),
        review: choices.maybe(30, review),
        rules,
    };
    for at in 0..policy.rules.len() {
        let id = policy.rules[at].id.clone();
        if id.is_some() && policy.rules[..at].iter().any(|other| other.id == id) {
            policy.rules[at].id = Some(format!("{}-{at}", id.unwrap_or_default()));
        }
    }
    policy
}

/// A rule with this action, or with any.
pub(crate) fn rule(choices: &mut Choices, action: Option<Action>) -> Rule {
    let tools = choices.list(1, 2, |choices| {
        if choices.chance(25) { choices.pick(&PATTERNS) } else { choices.pick(&TOOLS) }.to_owned()
    });
    let tools = if tools.first() == tools.get(1) { tools[..1].to_vec() } else { tools };
    let any = choices.pick(&[Action::Allow, Action::Allow, Action::Escalate, Action::Block]);
    let action = action.unwrap_or(any);
    let allows = action == Action::Allow;
    let doubt_escalates = action == Action::Block && choices.chance(25);
    let asks_somebody = action != Action::Block || doubt_escalates;
    let limit = choices.maybe(35, limit).filter(|_| allows);
    let relaxed = choices.maybe(5, relaxed).filter(|_| allows);
    let id = choices.maybe(50, |choices| choices.pick(&["one", "two", "t#2", "rule"]).to_owned());
    let id = if limit.is_some() || relaxed.is_some() { Some(id.unwrap_or_else(|| "limited".to_owned())) } else { id };
    Rule {
        id,
        tools,
        when: choices.maybe(75, |choices| condition(choices, 0)),
        action,
        doubt_escalates,
        min_confidence: choices.maybe(15, |choices| choices.pick(&[0.8, 0.5, 0.0])).filter(|_| allows),
        reason: choices.maybe(50, |choices| choices.pick(&["Mail leaves", "Too large", "\"quoted\": yes"]).to_owned()),
        consequence: choices.maybe(30, consequence),
        risk: choices.maybe(50, |choices| choices.pick(&["low", "medium", "high", "critical"])),
        reversible: choices.maybe(60, |choices| !choices.chance(35)),
        limit,
        marks: if asks_somebody {
            choices.some_of(15, &["b", "a", "m"]).into_iter().map(str::to_owned).collect()
        } else {
            vec![]
        },
        review: choices.maybe(40, review).filter(|_| asks_somebody),
        relaxed,
    }
}

/// Terms on which a rule replaces review, and as yet does not.
pub(crate) fn relaxed(choices: &mut Choices) -> Relaxed {
    Relaxed {
        until: choices.pick(&["2027-06-30", "2026-01-31"]),
        evidence: choices.pick(&["412 of 412 approved", "sha256:0"]),
        share: choices.maybe(70, |choices| choices.pick(&[0.5, 0.1, 0.9, 0.0, 1.0])),
        audit: choices.maybe(60, |choices| choices.pick(&[0.5, 0.2, 1.0, 0.01])),
        is_in_force: false,
    }
}

fn consequence(choices: &mut Choices) -> Vec<Piece> {
    choices.list(1, 4, |choices| {
        if choices.chance(50) {
            Piece::Field(any_field(choices))
        } else {
            Piece::Text(choices.pick(&["Sends ", " to { ", "}} x", "é: "]))
        }
    })
}

fn limit(choices: &mut Choices) -> Limit {
    let measure = if choices.chance(50) {
        Measure::Sum { field: field(choices, Kind::Number), at_most: choices.pick(&[10.0, 2.0, 0.0, 5.5]) }
    } else {
        Measure::Calls(choices.pick(&[1, 3, 2, 11]))
    };
    Limit {
        measure,
        per: duration(choices),
        by: choices.some_of(25, &["agent", "user", "session"]),
        then_blocks: choices.chance(35),
    }
}

fn duration(choices: &mut Choices) -> Duration {
    let durations = [("1h", 3_600_000), ("30m", 1_800_000), ("90s", 90_000), ("2d", 172_800_000), ("1s", 1_000)];
    let (text, ms) = choices.pick(&durations);
    Duration { text, ms }
}

fn review(choices: &mut Choices) -> Review {
    let fields = |choices: &mut Choices| {
        let fields = choices.some_of(40, &["args.a", "args.b", "args.m.t"]);
        if fields.is_empty() { vec![Field::new("args.a")] } else { fields.into_iter().map(Field::new).collect() }
    };
    let mut review = Review {
        expires: choices.maybe(50, duration),
        reviewers: choices.some_of(25, &["bob", "ann", "eve"]),
        quorum: choices.maybe(30, |choices| choices.pick(&[1, 2, 3])),
        confirm: choices.maybe(30, fields).unwrap_or_default(),
        editable: choices.maybe(55, fields),
    };
    if !review.reviewers.is_empty() {
        review.quorum = review.quorum.filter(|quorum| *quorum <= review.reviewers.len() as u64);
    }
    if choices.chance(10) {
        review.reviewers.reverse();
    }
    let says_nothing = review.expires.is_none()
        && review.reviewers.is_empty()
        && review.quorum.is_none()
        && review.confirm.is_empty()
        && review.editable.is_none();
    if says_nothing {
        review.expires = Some(Duration { text: "1h", ms: 3_600_000 });
    }
    review
}
