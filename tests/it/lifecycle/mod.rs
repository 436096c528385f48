//! The lifecycle of an escalation, against a model that derives everything anew from the list of what happened.
//!
//! `COUNTERSIGN_CASES=100000 cargo test --test it lifecycle` tries so many histories.

mod attacks;
mod digests;
mod edits;
mod model;
mod repeats;

use std::cell::Cell;

use countersign::check::load;
use countersign::decide::call::Call;
use countersign::decide::compile::{Stack, compile};
use countersign::decide::limit::Usage;
use countersign::review::error::EscalationError;
use countersign::review::escalation::fold;
use countersign::review::event::{Answered, Entry, Event, Outcome, Reviewer, Status, Verdict, Verified};
use countersign::review::grant::{Claimant, consume};
use countersign::review::next::{Holder, advance, open};
use countersign::review::parts::GrantState;
use countersign::value::digest::{Digest, Subject, digest};
use countersign::value::value::Value;
use countersign::wire::call_json::call_from_json;
use proptest::strategy::Strategy as _;
use proptest::test_runner::{TestCaseError, TestError};

use crate::naive::choices::{self, Choices};
use model::{Model, Step, Terms};

pub(crate) const MINUTE_MS: u64 = 60_000;
pub(crate) const START_MS: u64 = 1_000_000;
pub(crate) const GUARD: &str = "guard";

pub(crate) fn stack(policy: &str) -> Stack {
    let (policy, problems) = load(policy, Default::default());
    compile(policy.into_iter().collect()).unwrap_or_else(|_| panic!("{problems:?}"))
}

pub(crate) fn call(json: &str) -> Call {
    call_from_json(json).unwrap_or_else(|failure| panic!("{failure:?}"))
}

/// An `open` entry of `call`, held by [`GUARD`].
pub(crate) fn opened(stack: &Stack, call: Call, at_ms: u64) -> Entry {
    let holder = Holder { guard: GUARD.to_owned(), ..Holder::default() };
    Entry { at_ms, event: open(stack, call, &Usage::default(), holder).expect("it escalates") }
}

pub(crate) fn answer(verdict: Verdict, digest: Digest) -> Answered {
    Answered {
        by: None,
        verdict,
        note: None,
        digest,
        confirmed: Vec::new(),
        undo_ms: 0,
        shown_ms: None,
        in_batch: false,
        proof: None,
    }
}

const CALL: &str =
    r#"{"tool":"mail","args":{"to":"x@evil.example"},"user":"uma","session":{"id":"s","marks":["seen"]}}"#;

/// The policies under which a call is held and used, with what the model knows of their reviews; `None`: blocks or allows.
fn policies() -> Vec<(Stack, Option<Terms>)> {
    let held = |review: &str| stack(&format!("rules: [{{ tool: mail, action: escalate, review: {{ {review} }} }}]"));
    let terms = |expires_ms| Terms { expires_ms, quorum: 1, names: &[], confirm: false };
    vec![
        (held("expires: 30m"), Some(terms(30 * MINUTE_MS))),
        (held("expires: 5m"), Some(terms(5 * MINUTE_MS))),
        (
            held("expires: 30m, reviewers: [ana, sec], quorum: 2"),
            Some(Terms { quorum: 2, names: &["ana", "sec"], ..terms(30 * MINUTE_MS) }),
        ),
        (held("expires: 30m, confirm: args.to"), Some(Terms { confirm: true, ..terms(30 * MINUTE_MS) })),
        (stack("rules: [{ tool: mail, action: allow }]"), None),
        (stack("rules: [{ tool: mail, action: block }]"), None),
    ]
}

const REVIEWERS: [(&str, &[&str]); 4] = [("ana", &[]), ("bob", &["sec"]), ("eve", &["dev"]), ("uma", &["sec"])];

fn reviewer(choices: &mut Choices) -> (Option<String>, Option<Reviewer>) {
    let (id, roles) = choices.pick(&REVIEWERS);
    let roles = roles.iter().map(ToString::to_string).collect();
    match choices.below(3) {
        0 => (None, None),
        1 => (Some(id.to_owned()), None),
        _ => (Some(id.to_owned()), Some(Reviewer { id: id.to_owned(), roles })),
    }
}

fn step(choices: &mut Choices) -> Step {
    match choices.below(12) {
        0..=3 => {
            let (by, reviewer) = reviewer(choices);
            Step::Review {
                verdict: if choices.chance(15) { Verdict::Reject } else { Verdict::Approve },
                by,
                reviewer,
                is_of_call: !choices.chance(5),
                typed: choices.pick(&[Some(" x@evil.example "), Some("x@evil.example"), Some("x@evil"), None]),
                undo_ms: choices.pick(&[0, 30_000]),
            }
        }
        4..=6 => Step::Consume {
            guard: if choices.chance(10) { "other" } else { GUARD },
            is_of_call: !choices.chance(10),
            marks: choices.pick(&[&["seen"] as &[&str], &[], &["seen", "new"]]),
            policy: choices.below(6),
        },
        7 => Step::Withdraw,
        8 => Step::Revoke,
        9 => Step::Expire,
        10 => Step::Outcome(choices.pick(&[Outcome::Ran, Outcome::Failed, Outcome::Unknown])),
        _ => Step::Ask,
    }
}

/// What the engine says to `step`.
fn engine(
    stacks: &[(Stack, Option<Terms>)],
    entries: &[Entry],
    verified: &Verified,
    step: &Step,
    now_ms: u64,
) -> Result<Event, EscalationError> {
    let Event::Open { held, .. } = &entries[0].event else { panic!("it begins with an open") };
    let other = digest(Subject::Call, &Value::Null).expect("it has one");
    let of = |is_of_call: bool| if is_of_call { held.digest } else { other };
    let event = match step {
        Step::Review { verdict, by, is_of_call, typed, undo_ms, .. } => Event::Review(Answered {
            by: by.clone(),
            confirmed: typed.iter().map(|typed| ("args.to".to_owned(), (*typed).to_owned())).collect(),
            undo_ms: *undo_ms,
            ..answer(*verdict, of(*is_of_call))
        }),
        Step::Consume { guard, is_of_call, marks, policy } => {
            let marks = marks.iter().map(ToString::to_string).collect();
            let digest = of(*is_of_call);
            let claimant = Claimant { guard: (*guard).to_owned(), digest, marks, holds_all: false, context: None };
            return consume(&stacks[*policy].0, entries, Some(verified), &claimant, &Usage::default(), now_ms);
        }
        Step::Withdraw => Event::Withdraw { note: None },
        Step::Revoke => Event::Revoke { by: None, note: None },
        Step::Expire => Event::Expire,
        Step::Outcome(outcome) => Event::Outcome { outcome: *outcome, note: None },
        Step::Ask => Event::Ask { by: None, text: "why?".to_owned() },
    };
    advance(entries, Some(verified), event, now_ms)
}

#[derive(Default)]
struct Seen {
    statuses: [Cell<u32>; 5],
    grants: [Cell<u32>; 5],
    uses: Cell<u32>,
}

fn history(stacks: &[(Stack, Option<Terms>)], choices: &mut Choices, seen: &Seen) -> Result<(), String> {
    let begin = choices.below(4);
    let terms = stacks[begin].1.clone().expect("the first four hold the call");
    let mut model = Model::new(START_MS, terms);
    let mut entries = vec![opened(&stacks[begin].0, call(CALL), START_MS)];
    let mut verified: Verified = Vec::new();
    let mut now_ms = START_MS;
    let mut uses = 0;
    for step in
        choices.list(1, 14, |choices| (choices.pick(&[0, 1_000, 30_000, 5 * MINUTE_MS, 26 * MINUTE_MS]), step(choices)))
    {
        let (later_ms, step) = step;
        now_ms += later_ms;
        let mut with_this = verified.clone();
        if let Step::Review { reviewer: Some(reviewer), .. } = &step {
            with_this.push((entries.len(), reviewer.clone()));
        }
        let expected = model.allows(
            &step,
            now_ms,
            |policy| stacks[policy].1.as_ref().map_or(policy == 4, |_| true),
            |policy| stacks[policy].1.clone(),
        );
        let answered = engine(stacks, &entries, &with_this, &step, now_ms);
        if answered.is_ok() != expected {
            return Err(format!("{step:?} at {now_ms} after {entries:#?}: {answered:?}, the model says {expected}"));
        }
        if let Ok(event) = answered {
            uses += usize::from(matches!(event, Event::Consume { .. }));
            entries.push(Entry { at_ms: now_ms, event });
            verified = with_this;
            model.happened(step, now_ms);
        }
        let escalation =
            fold(&entries, Some(&verified), now_ms).map_err(|error| format!("{error:?} of {entries:#?}"))?;
        if escalation.status != model.status(now_ms) {
            return Err(format!(
                "{:?}, but the model says {:?}: {entries:#?}",
                escalation.status,
                model.status(now_ms)
            ));
        }
        let status = [Status::Pending, Status::Approved, Status::Rejected, Status::Expired, Status::Withdrawn];
        let at = status.iter().position(|status| *status == escalation.status).expect("it is one of them");
        seen.statuses[at].set(seen.statuses[at].get() + 1);
        if let Some(grant) = escalation.grant {
            use GrantState::{Expired, Ready, Revoked, Used, Waiting};
            let states = [Waiting, Ready, Used, Revoked, Expired];
            let at = states.iter().position(|state| *state == grant.state(now_ms)).expect("it is one of them");
            seen.grants[at].set(seen.grants[at].get() + 1);
        }
        let closed = [Status::Rejected, Status::Expired, Status::Withdrawn].contains(&escalation.status);
        if uses > 1 || (closed && (escalation.run.is_some() || escalation.grant.is_some())) {
            return Err(format!("it ran, and must not have: {entries:#?}"));
        }
    }
    seen.uses.set(seen.uses.get() + uses as u32);
    Ok(())
}

#[test]
fn whatever_happens_the_engine_and_the_model_agree_and_every_state_is_reached() {
    let stacks = policies();
    let seen = Seen::default();
    let cases = std::env::var("COUNTERSIGN_CASES").map_or(5_000, |cases| cases.parse().expect("a number"));
    let mut runner = choices::runner(1);
    for _ in 0..cases {
        let tree = choices::of_a_case().new_tree(&mut runner).expect("choices can always be made");
        let tried = runner
            .run_one(tree, |made| history(&stacks, &mut Choices::given(made), &seen).map_err(TestCaseError::fail));
        if let Err(TestError::Fail(why, _)) = tried {
            panic!("{why}");
        }
    }
    let reached = seen.statuses.iter().chain(&seen.grants).all(|count| count.get() > 50) && seen.uses.get() > 50;
    assert!(reached, "{:?} {:?} {:?}", seen.statuses, seen.grants, seen.uses);
}

#[test]
fn a_history_with_an_entry_left_out_doubled_or_moved_is_none() {
    let stack = stack("rules: [{ tool: mail, action: escalate, review: { quorum: 1 } }]");
    let open = opened(&stack, call(CALL), START_MS);
    let Event::Open { held, .. } = &open.event else { panic!("it is an open") };
    let entry = |at_ms, event| Entry { at_ms, event };
    let approval = entry(START_MS + 1, Event::Review(answer(Verdict::Approve, held.digest)));
    let consume = |at_ms| {
        let (digest, stack) = (held.digest, stack.digest);
        entry(at_ms, Event::Consume { digest, stack, marks: Vec::new(), charge: Vec::new() })
    };
    let status = |entries: &[Entry]| fold(entries, None, START_MS + 9).map(|escalation| escalation.status);
    assert_eq!(status(&[open.clone(), approval.clone(), consume(START_MS + 2)]), Ok(Status::Approved));
    let broken = Err(EscalationError::BrokenHistory);
    assert_eq!(status(&[]), broken);
    assert_eq!(status(std::slice::from_ref(&approval)), broken);
    assert_eq!(status(&[open.clone(), open.clone()]), broken);
    assert_eq!(status(&[open.clone(), consume(START_MS + 2)]), broken);
    assert_eq!(status(&[open.clone(), approval.clone(), consume(START_MS + 2), consume(START_MS + 3)]), broken);
    assert_eq!(status(&[open.clone(), approval.clone(), consume(START_MS)]), broken, "time does not go back");
    let rejection = entry(START_MS + 1, Event::Review(answer(Verdict::Reject, held.digest)));
    assert_eq!(status(&[open.clone(), rejection.clone(), approval.clone()]), broken);
    assert_eq!(status(&[open.clone(), rejection, consume(START_MS + 2)]), broken);
}
