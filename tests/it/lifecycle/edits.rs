//! A reviewer changes a call before approving it.

use countersign::decide::limit::Usage;
use countersign::review::edit::{Change, edit};
use countersign::review::error::EscalationError;
use countersign::review::escalation::fold;
use countersign::review::event::{Entry, Event, Status, Verdict};
use countersign::review::grant::{Claimant, consume};
use countersign::review::next::advance;

use super::{GUARD, MINUTE_MS, START_MS, answer, call, opened, stack};

const POLICY: &str = "
rules:
  - { id: rude, tool: mail, when: { args.body: { contains: rude } }, action: block }
  - id: short
    tool: mail
    when: { args.body: { length: { at_most: 3 } } }
    action: allow
  - id: secret
    tool: mail
    when: { args.body: { contains: secret } }
    action: escalate
    review: { confirm: args.to, editable: [args.body], expires: 5m }
  - id: mail
    tool: mail
    action: escalate
    review: { editable: [args.body, args.cc, 'args.tags[0]'], expires: 30m }
";
const CALL: &str = r#"{"tool":"mail","args":{"to":"x@evil.example","body":"hello","tags":["a","b"],"n":null}}"#;

fn edited(args: &str) -> Result<Event, EscalationError> {
    let stack = stack(POLICY);
    let entries = [opened(&stack, call(CALL), START_MS)];
    let args = call(&format!(r#"{{"tool":"mail","args":{args}}}"#)).args.expect("there are some");
    edit(&stack, &entries, None, Change { args, by: None, note: None }, &Usage::default(), START_MS + 1)
}

#[test]
fn only_what_the_rule_lists_may_change() {
    for args in [
        r#"{"to":"x@evil.example","body":"hi there","tags":["a","b"],"n":null}"#,
        r#"{"to":"x@evil.example","body":"{\"a\":1}","tags":["a","b"],"n":null}"#,
        r#"{"to":"x@evil.example","tags":["a","b"],"n":null}"#,
        r#"{"to":"x@evil.example","body":"hello","tags":["z","b"],"n":null,"cc":["me@acme.com"]}"#,
    ] {
        assert!(edited(args).is_ok(), "{args}: {:?}", edited(args));
    }
    for args in [
        r#"{"to":"x@evil.example","body":"hello","tags":["a","b"],"n":null}"#,
        r#"{"to":"y@evil.example","body":"hi there","tags":["a","b"],"n":null}"#,
        r#"{"to":"x@evil.example","body":"hi there","tags":["a","c"],"n":null}"#,
        r#"{"to":"x@evil.example","body":"hi there","tags":["a"],"n":null}"#,
        r#"{"to":"x@evil.example","body":"hi there","tags":["a","b"]}"#,
        r#"{"to":"x@evil.example","body":"hi there","tags":["a","b"],"n":null,"bcc":null}"#,
    ] {
        assert_eq!(edited(args), Err(EscalationError::NotEditable), "{args}");
    }
}

#[test]
fn b13_an_edit_that_hits_a_block_rule_is_refused() {
    let args = r#"{"to":"x@evil.example","body":"rude words","tags":["a","b"],"n":null}"#;
    assert_eq!(edited(args), Err(EscalationError::Blocked));
}

/// An edit voids approvals, keeps both versions, and asks for the review of its new decision.
#[test]
fn an_edited_call_is_reviewed_anew() {
    let stack = stack(POLICY);
    let open = opened(&stack, call(CALL), START_MS);
    let Event::Open { held: before, .. } = &open.event else { panic!("it is an open") };
    let args =
        call(r#"{"tool":"t","args":{"to":"x@evil.example","body":"the secret","tags":["a","b"],"n":null}}"#).args;
    let change = Change { args: args.expect("there are some"), by: Some("ana".to_owned()), note: None };
    let at_ms = START_MS + MINUTE_MS;
    let event = edit(&stack, std::slice::from_ref(&open), None, change, &Usage::default(), at_ms).expect("it may");
    let Event::Edit { held: after, .. } = &event else { panic!("it is an edit") };
    assert_ne!(before.digest, after.digest);
    assert_eq!(after.decision.rule.as_deref(), Some("secret"));
    let mut entries = vec![open.clone(), Entry { at_ms, event: event.clone() }];
    let escalation = fold(&entries, None, at_ms).expect("it is whole");
    assert_eq!(escalation.original.map(|held| held.digest), Some(before.digest));
    assert_eq!(escalation.expires_at_ms, at_ms + 5 * MINUTE_MS, "the new review is shorter");

    let approve = |entries: &[Entry], digest, typed: &[(&str, &str)]| {
        let confirmed = typed.iter().map(|(field, typed)| ((*field).to_owned(), (*typed).to_owned())).collect();
        let mut answered = answer(Verdict::Approve, digest);
        answered.confirmed = confirmed;
        advance(entries, None, Event::Review(answered), at_ms + 1)
    };
    assert_eq!(approve(&entries, before.digest, &[]), Err(EscalationError::DigestMismatch));
    assert_eq!(approve(&entries, after.digest, &[]), Err(EscalationError::NotConfirmed));
    let approval = approve(&entries, after.digest, &[("args.to", "x@evil.example")]).expect("it is confirmed");
    entries.push(Entry { at_ms: at_ms + 1, event: approval });
    assert_eq!(fold(&entries, None, at_ms + 1).map(|escalation| escalation.status), Ok(Status::Approved));
    let claim =
        |digest| Claimant { guard: GUARD.to_owned(), digest, marks: Vec::new(), holds_all: false, context: None };
    let used = |digest| consume(&stack, &entries, None, &claim(digest), &Usage::default(), at_ms + 2);
    assert_eq!(used(before.digest), Err(EscalationError::DigestMismatch));
    assert!(used(after.digest).is_ok());
}

#[test]
fn an_edit_to_what_would_be_allowed_still_needs_the_review_that_there_was() {
    let args = r#"{"to":"x@evil.example","body":"hi","tags":["a","b"],"n":null}"#;
    let Ok(Event::Edit { held, .. }) = edited(args) else { panic!("it may") };
    let review = held.decision.review.expect("it is held");
    assert_eq!((held.decision.cause.as_str(), review.expires_ms), ("hold", 30 * MINUTE_MS));
    assert_eq!(review.editable.len(), 3);
}
