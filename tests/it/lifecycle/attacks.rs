//! What somebody may write into a history that an escalation cannot have, and what must not be lost by what others write.

use countersign::decide::call::Call;
use countersign::decide::limit::Usage;
use countersign::review::error::EscalationError;
use countersign::review::escalation::fold;
use countersign::review::event::{Answered, Entry, Event, Held, Reviewer, Status, Verdict, Verified};
use countersign::review::grant::{Claimant, consume};
use countersign::review::next::{HELD_TEXT_MAX, HELD_VALUES_MAX, Holder, advance, open};
use countersign::review::parts::GrantState;

use super::{GUARD, MINUTE_MS, START_MS, answer, call, opened, stack};

const PAY: &str = "
rules:
  - { tool: note, action: allow }
  - { tool: pay, action: escalate, review: { reviewers: [ana], editable: [args.memo] } }
";
const CALL: &str = r#"{"tool":"pay","args":{"amount":1,"memo":"x"},"user":"uma"}"#;

fn held(entry: &Entry) -> Held {
    let Event::Open { held, .. } = &entry.event else { panic!("it is an open") };
    Held::clone(held)
}

/// The call of `json` as an escalation of its own holds it.
fn held_as(policy: &str, json: &str) -> Held {
    held(&opened(&stack(policy), call(json), START_MS))
}

#[test]
fn an_edit_that_no_reviewer_can_have_made_breaks_the_history() {
    let open = opened(&stack(PAY), call(CALL), START_MS);
    let lax = "rules: [{ tool: '*', action: escalate }]";
    for (json, is_possible) in [
        (r#"{"tool":"pay","args":{"amount":1,"memo":"y"},"user":"uma"}"#, true),
        (r#"{"tool":"pay","args":{"amount":9,"memo":"x"},"user":"uma"}"#, false),
        (r#"{"tool":"note","args":{"amount":1,"memo":"y"},"user":"uma"}"#, false),
        (r#"{"tool":"pay","args":{"amount":1,"memo":"y"},"user":"eve"}"#, false),
        (r#"{"tool":"pay","args":{"amount":1,"memo":"y"},"user":"uma","confidence":1}"#, false),
        (r#"{"tool":"pay","args":{"amount":1,"memo":"y"},"user":"uma","context":{"env":"test"}}"#, false),
        (r#"{"tool":"pay","args":{"amount":1,"memo":"y"},"user":"uma","tenant":"t"}"#, false),
    ] {
        let edit = Event::Edit { held: Box::new(held_as(lax, json)), by: None, note: None };
        let entries = [open.clone(), Entry { at_ms: START_MS + 1, event: edit }];
        assert_eq!(fold(&entries, None, START_MS + 2).is_ok(), is_possible, "{json}");
    }
}

fn claimant(held: &Held, holds_all: bool) -> Claimant {
    Claimant { guard: GUARD.to_owned(), digest: held.digest, marks: Vec::new(), holds_all, context: None }
}

#[test]
fn a_guard_that_holds_all_asks_for_the_review_of_the_policy_as_it_is_now() {
    let lax = stack("rules: [{ tool: pay, action: allow }]");
    let strict = stack("review: { reviewers: [ana] }\nrules: [{ tool: pay, action: allow }]");
    let holder = Holder { guard: GUARD.to_owned(), holds_all: true, ..Holder::default() };
    let open = Entry { at_ms: START_MS, event: open(&lax, call(CALL), &Usage::default(), holder).expect("it is held") };
    let held = held(&open);
    let approval = Event::Review(answer(Verdict::Approve, held.digest));
    let approval = advance(std::slice::from_ref(&open), None, approval, START_MS + 1).expect("anybody may");
    let entries = [open, Entry { at_ms: START_MS + 1, event: approval }];
    for holds_all in [true, false] {
        let used = |stack| consume(stack, &entries, None, &claimant(&held, holds_all), &Usage::default(), START_MS + 2);
        assert_eq!(used(&strict), Err(EscalationError::StricterReview), "it was held because all are");
        assert!(used(&lax).is_ok());
    }
}

/// Ana has approved; whoever cannot verify that takes the call for pending.
fn approved_by_ana() -> (Vec<Entry>, Verified) {
    let open = opened(&stack(PAY), call(CALL), START_MS);
    let ana = Reviewer { id: "ana".to_owned(), roles: Vec::new() };
    let verified = vec![(1, ana)];
    let proven = Answered {
        by: Some("ana".to_owned()),
        proof: Some("hers".to_owned()),
        ..answer(Verdict::Approve, held(&open).digest)
    };
    let entries = vec![open];
    let approval = advance(&entries, Some(&verified), Event::Review(proven), START_MS + 1).expect("she may");
    (vec![entries[0].clone(), Entry { at_ms: START_MS + 1, event: approval }], verified)
}

#[test]
fn who_cannot_verify_breaks_nothing_that_was_approved_and_can_end_it() {
    let (entries, verified) = approved_by_ana();
    let digest = held(&entries[0]).digest;
    let edited = held_as("rules: [{ tool: '*', action: escalate }]", &CALL.replace("\"x\"", "\"y\""));
    for (event, state) in [
        (Event::Claim { by: None, until_ms: START_MS + 9 }, GrantState::Ready),
        (Event::Ask { by: None, text: "why?".to_owned() }, GrantState::Ready),
        (
            Event::Review(Answered { proof: Some("junk".to_owned()), ..answer(Verdict::Approve, digest) }),
            GrantState::Ready,
        ),
        (Event::Review(answer(Verdict::Reject, digest)), GrantState::Revoked),
        (Event::Withdraw { note: None }, GrantState::Revoked),
        (Event::Expire, GrantState::Revoked),
        (Event::Edit { held: Box::new(edited), by: None, note: None }, GrantState::Revoked),
    ] {
        let later_ms = if event == Event::Expire { START_MS + 31 * MINUTE_MS } else { START_MS + 2 };
        let unverified = fold(&entries, Some(&Verified::new()), START_MS + 2).expect("it is whole");
        assert_eq!(unverified.status, Status::Pending);
        let entries = [entries.clone(), vec![Entry { at_ms: later_ms, event: event.clone() }]].concat();
        let escalation = fold(&entries, Some(&verified), later_ms).expect("it is not broken");
        let grant = escalation.grant.expect("ana has approved");
        assert_eq!((escalation.status, grant.state(later_ms)), (Status::Approved, state), "{event:?}");
        assert!(fold(&entries, None, later_ms).is_ok());
    }
}

#[test]
fn an_undo_by_who_cannot_verify_ends_what_is_half_approved_and_breaks_nothing() {
    let two = stack("rules: [{ tool: pay, action: escalate, review: { reviewers: [ana, ben], quorum: 2 } }]");
    let open = opened(&two, call(CALL), START_MS);
    let verified = vec![(1, Reviewer { id: "ana".to_owned(), roles: Vec::new() })];
    let proven = Answered { proof: Some("hers".to_owned()), ..answer(Verdict::Approve, held(&open).digest) };
    let mut entries = vec![open];
    let approval = advance(&entries, Some(&verified), Event::Review(proven), START_MS + 1).expect("she may");
    entries.push(Entry { at_ms: START_MS + 1, event: approval });
    let revoke = Event::Revoke { by: None, note: None };
    assert_eq!(advance(&entries, Some(&verified), revoke.clone(), START_MS + 2), Err(EscalationError::NotApproved));
    let revoke = advance(&entries, None, revoke, START_MS + 2).expect("as far as can be told here, it may be approved");
    entries.push(Entry { at_ms: START_MS + 2, event: revoke });
    let status = fold(&entries, Some(&verified), START_MS + 3).map(|escalation| escalation.status);
    assert_eq!(status, Ok(Status::Withdrawn));
}

#[test]
fn a_grant_is_decided_in_the_context_of_now_and_covers_what_it_was() {
    let held_under = stack(
        "rules: [{ tool: pay, when: { context.env: { exists: true } }, action: escalate }, { tool: pay, action: escalate }]",
    );
    let later =
        stack("rules: [{ tool: pay, when: { context.frozen: true }, action: block }, { tool: pay, action: escalate }]");
    let json = CALL.replace("\"user\"", "\"context\":{\"env\":\"a\",\"frozen\":false},\"user\"");
    let open = opened(&held_under, call(&json), START_MS);
    let held = held(&open);
    let approval =
        advance(std::slice::from_ref(&open), None, Event::Review(answer(Verdict::Approve, held.digest)), START_MS + 1);
    let entries = [open, Entry { at_ms: START_MS + 1, event: approval.expect("anybody may") }];
    let used = |stack, context: Option<&str>| {
        let context =
            context.map(|json| call(&format!(r#"{{"tool":"t","context":{json}}}"#)).context.expect("there is one"));
        let claimant = Claimant { context, ..claimant(&held, false) };
        consume(stack, &entries, None, &claimant, &Usage::default(), START_MS + 2).map(drop)
    };
    assert_eq!(used(&held_under, Some(r#"{"env":"a","frozen":true}"#)), Ok(()), "the approval does not cover it");
    assert_eq!(used(&later, Some(r#"{"env":"a","frozen":true}"#)), Err(EscalationError::Blocked));
    assert_eq!(used(&later, Some(r#"{"env":"a","frozen":false}"#)), Ok(()));
    for other in [None, Some("{}"), Some(r#"{"env":null}"#), Some(r#"{"env":"b"}"#)] {
        assert_eq!(used(&held_under, other), Err(EscalationError::DigestMismatch), "{other:?}");
    }
}

#[test]
fn a17_a_call_that_nobody_can_read_is_not_held() {
    let all = stack("rules: [{ tool: '*', action: escalate }]");
    let held = |args: &str, reason: &str| {
        let call = Call { reason: Some(reason.to_owned()), ..call(&format!(r#"{{"tool":"t","args":{args}}}"#)) };
        open(&all, call, &Usage::default(), Holder::default()).map(drop)
    };
    let text = |characters: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(characters));
    let list = |values: usize| format!(r#"{{"a":[{}]}}"#, vec!["1"; values].join(","));
    // The tool and the key are text too, and the arguments and the list values.
    assert_eq!(held(&text(HELD_TEXT_MAX - 2), ""), Ok(()));
    assert_eq!(held(&text(HELD_TEXT_MAX - 1), ""), Err(EscalationError::TooLarge));
    assert_eq!(held(&text(HELD_TEXT_MAX - 2), "y"), Err(EscalationError::TooLarge));
    assert_eq!(held(&list(HELD_VALUES_MAX - 2), ""), Ok(()));
    assert_eq!(held(&list(HELD_VALUES_MAX - 1), ""), Err(EscalationError::TooLarge));
}
