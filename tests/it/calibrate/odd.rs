//! What only a few calls have opens nothing, however well they were reviewed.

use countersign::policy::model::Action;
use serde_json::{Value, json};

use super::support::{BOOKINGS, booking, of};
use super::{ATTENTIVE, Past, REFUNDS, Says, action_in_force, declined, proposed, refund};

/// A booking of which something is odd.
type Odd = Box<dyn Fn(&mut Value)>;

/// That `value` stands at `way` of the arguments.
fn set(way: &'static str, value: Value) -> Odd {
    Box::new(move |call| {
        let (map, key) = way.rsplit_once('/').unwrap();
        call["args"].pointer_mut(map).unwrap()[key] = value.clone();
    })
}

fn plain(nth: u64) -> Value {
    let mut args = booking(nth);
    args["amount"] = json!(5 + nth % 10);
    args
}

fn odd(nth: u64, session: &str, change: &Odd) -> String {
    let mut call: Value = serde_json::from_str(&of("book", nth, &plain(nth))).unwrap();
    call["session"]["id"] = json!(session);
    change(&mut call);
    call.to_string()
}

/// Bookings over 20 days, and early among them `odd` ones, by session; all approved.
fn bookings(change: &Odd, odd_of: &[&str]) -> Past {
    let mut past = Past::new(BOOKINGS);
    let held_by = past.stack.clone();
    for nth in 0..300 {
        past.say(&held_by, &of("book", nth, &plain(nth)), nth / 15, "ana", Says::Approve);
        let place = nth as usize / 8;
        if nth % 8 == 5
            && let Some(session) = odd_of.get(place)
        {
            past.say(&held_by, &odd(400 + nth, session, change), nth / 15, "ana", Says::Approve);
        }
    }
    past
}

#[test]
fn d01_what_a_few_calls_had_opens_nothing_and_what_many_had_does() {
    let oddities: Vec<(&str, Odd)> = vec![
        ("a large number", set("/amount", json!(9_000))),
        ("a small number", set("/amount", json!(-3))),
        ("a value", set("/room", json!("green"))),
        ("another truth", set("/urgent", json!(true))),
        ("a longer id", set("/guest/id", json!("g-12345678"))),
        ("an id of another form", set("/guest/id", json!("adm_7"))),
        ("a value beside null", set("/guest/seat", json!("window"))),
        ("null", set("/floor", Value::Null)),
        ("a longer list", set("/parts", json!([{ "sku": "A1", "count": 1 }, { "sku": "A1", "count": 1 }]))),
        ("a value in a list", set("/parts", json!([{ "sku": "B2", "count": 1 }]))),
        ("a number in a list", set("/parts", json!([{ "sku": "A1", "count": 70 }]))),
        ("a key in a list", set("/parts", json!([{ "sku": "A1", "count": 1, "free": true }]))),
        ("no key in a list", set("/parts", json!([{ "sku": "A1" }]))),
        ("an empty list", set("/parts", json!([]))),
        ("another type", set("/mixed", json!(true))),
        ("a value of an optional key", set("/coupon", json!("SUMMER"))),
        ("an optional key", set("/gift", json!("card"))),
        ("a folder", set("/file", json!("/srv/keys/m.pdf"))),
        ("an extension", set("/file", json!("/srv/menus/m.sh"))),
        ("a hidden file", set("/file", json!("/srv/menus/.m.pdf"))),
        ("a host", set("/link", json!("https://evil.example/v1/rooms/7"))),
        ("a port", set("/link", json!("https://api.acme.com:8443/v1/rooms/7"))),
        ("a query", set("/link", json!("https://api.acme.com/v1/rooms/7?all=1"))),
        ("long free text", set("/note", json!("x".repeat(500)))),
        ("no floor", Box::new(|call| drop(call["args"].as_object_mut().unwrap().remove("floor")))),
        ("an agent", Box::new(|call| call["agent"] = json!("intern"))),
        ("a mark", Box::new(|call| call["session"]["marks"] = json!(["untrusted-input"]))),
    ];
    let plain = proposed(&bookings(&oddities[0].1, &[]).report(BOOKINGS, ATTENTIVE)).clone();
    assert_eq!((plain.saves, plain.of), (300, 300));
    for (what, change) in &oddities {
        let found = |odd_of: &[&str]| {
            let report = bookings(change, odd_of).report(BOOKINGS, ATTENTIVE);
            let proposal = proposed(&report).clone();
            let action = action_in_force(&proposal.text)(&odd(504, "new", change));
            (action, proposal)
        };
        // A few, and many of one session.
        for odd_of in [vec!["a", "b", "c"], vec!["a"; 12]] {
            let (action, proposal) = found(&odd_of);
            assert_eq!(action, Action::Escalate, "{what}, {}", odd_of.len());
            assert_eq!(proposal.when, plain.when, "{what}, {}", odd_of.len());
            assert_eq!((proposal.saves, proposal.of), (300, 300 + odd_of.len() as u64), "{what}");
        }
        let (action, proposal) = found(&["a", "b", "c"].repeat(4));
        assert_eq!(action, Action::Allow, "{what}: {}", proposal.written);
        assert_eq!(proposal.saves, 312, "{what}");
    }
}

#[test]
fn d01_a_bound_is_one_that_a_twentieth_reach_or_pass() {
    // Among 128 calls six must: of amounts that are all different the six outermost at both ends stand for it.
    let amount = |nth: u64| nth * 37 % 128;
    let mut past = Past::approved(REFUNDS, 400, |nth| refund(1_000 + nth, amount(nth), &format!("s{}", nth % 10)));
    let report = past.report(REFUNDS, ATTENTIVE);
    let proposal = proposed(&report);
    assert!(proposal.written.contains("args.amount: { at_least: 5, at_most: 122 }"), "{}", proposal.written);
    let within = |nth: &u64| (5..=122).contains(&amount(*nth));
    assert_eq!(proposal.saves, (0..400).filter(within).count() as u64);
    assert_eq!(proposal.proof.counted.approvals, (128..400).filter(within).count() as u64);
}

#[test]
fn d01_what_is_written_into_files_is_no_free_text() {
    for (tool, key) in [("file.write", "content"), ("notes.save", "body"), ("page.set", "text"), ("page.set", "html")] {
        let mut past = Past::approved(BOOKINGS, 300, |nth| {
            of(tool, nth, &json!({ "path": format!("/srv/notes/n{nth}.md"), key: format!("line {nth}") }))
        });
        assert_eq!(
            declined(&past.report(BOOKINGS, ATTENTIVE)),
            format!("`args.{key}` is not the same few values, and nothing that they have in common bounds them"),
            "{tool}"
        );
    }
    // A remark beside it is, as long as it is no longer than those that were seen.
    let tagged =
        |nth: u64, note: &str| of("file.tag", nth, &json!({ "path": format!("/srv/notes/n{nth}.md"), "note": note }));
    let mut past = Past::approved(BOOKINGS, 300, |nth| tagged(nth, &format!("line {:03}", nth)));
    let report = past.report(BOOKINGS, ATTENTIVE);
    let proposal = proposed(&report);
    assert!(
        proposal.sentence.ends_with("; nobody reads any more what agents write at `args.note` (up to 8 characters)"),
        "{}",
        proposal.sentence
    );
    let action = action_in_force(&proposal.text);
    assert_eq!(action(&tagged(7, "\u{1F600}2345678")), Action::Allow);
    assert_eq!(action(&tagged(7, "123456789")), Action::Escalate);
}

/// 64 refunds on 8 days in 10 sessions, and 300 more.
fn older_and(newer: impl Fn(u64) -> (u64, String)) -> Past {
    let mut past = Past::new(REFUNDS);
    let held_by = past.stack.clone();
    for nth in 0..364 {
        let (day, session) = if nth < 64 { (nth / 8, format!("s{}", nth % 10)) } else { newer(nth - 64) };
        past.say(&held_by, &refund(1_000 + nth, 5 + nth % 8, &session), day, "ana", Says::Approve);
    }
    past
}

#[test]
fn d06_what_came_after_a_rule_was_found_must_be_spread_too() {
    let mut past = older_and(|nth| (9 + nth / 100, format!("n{}", nth % 50)));
    let report = past.report(REFUNDS, ATTENTIVE);
    assert_eq!(super::only(&report).proof.missing, []);
    let why = declined(&report);
    assert!(why.starts_with("since the narrower rule was found are missing: answers on "), "{why}");
    let mut past = older_and(|nth| (9 + nth / 10, format!("n{}", nth % 2)));
    let report = past.report(REFUNDS, ATTENTIVE);
    assert_eq!(super::only(&report).proof.missing, []);
    let why = declined(&report);
    assert!(why.starts_with("since the narrower rule was found are missing: answers in "), "{why}");
    let mut past = older_and(|nth| (9 + nth / 20, format!("n{}", nth % 9)));
    assert_eq!(proposed(&past.report(REFUNDS, ATTENTIVE)).saves, 364);
}

#[test]
fn d01_what_is_written_to_a_path_is_no_free_text_whatever_its_key() {
    let mut past = Past::approved(BOOKINGS, 300, |nth| {
        of("report.make", nth, &json!({ "output": format!("/etc/cron.d/p{nth}"), "body": format!("prose {nth}") }))
    });
    assert_eq!(
        declined(&past.report(BOOKINGS, ATTENTIVE)),
        "`args.body` is not the same few values, and nothing that they have in common bounds them"
    );
}

/// A call of `tool` with `key`, in nine sessions, of which the twentieth is `odd`.
fn with_one_odd(tool: &str, key: &str, odd: &str, usual: impl Fn(u64) -> String) -> Past {
    Past::approved(BOOKINGS, 320, |nth| {
        let value = if nth == 20 { odd.to_owned() } else { usual(nth) };
        of(tool, nth, &json!({ key: value }))
    })
}

/// `nth` as an id with marks inside.
fn uuid(nth: u64) -> String {
    let part = |by: u64| nth.wrapping_mul(by) % 9_000 + 1_000;
    format!("{0:04x}{1}-{0}-{2}-{3}-{1}{2}{3}", part(7_919), part(104_729), part(1_299_709), part(15_485_863))
}

#[test]
fn d01_one_odd_start_opens_no_other_start_of_an_id() {
    let mut past =
        with_one_odd("account.close", "account", &format!("root-{}", uuid(20)), |nth| format!("cust-{}", uuid(nth)));
    let report = past.report(BOOKINGS, ATTENTIVE);
    let proposal = proposed(&report);
    assert!(proposal.written.contains("cust-[A-Za-z0-9]"), "{}", proposal.written);
    assert_eq!(proposal.saves, 319);
    let action = action_in_force(&proposal.text);
    let close = |account: &str| action(&of("account.close", 1, &json!({ "account": account })));
    assert_eq!(close(&format!("cust-{}", uuid(700))), Action::Allow);
    assert_eq!(close(&format!("root-{}", uuid(20))), Action::Escalate);
    assert_eq!(close(&format!("admi-{}", uuid(700))), Action::Escalate);
}

#[test]
fn d01_one_odd_slash_at_the_end_opens_no_folder() {
    let mut past = with_one_odd("page.open", "url", "https://acme.com/docs/", |nth| {
        format!("https://acme.com/docs/p{}", nth % 50)
    });
    let report = past.report(BOOKINGS, ATTENTIVE);
    let proposal = proposed(&report);
    assert!(!proposal.written.contains("**"), "{}", proposal.written);
    let action = action_in_force(&proposal.text);
    let open = |url: &str| action(&of("page.open", 1, &json!({ "url": url })));
    assert_eq!(open("https://acme.com/docs/p77"), Action::Allow);
    assert_eq!(open("https://acme.com/docs/deep/p7"), Action::Escalate);
}

#[test]
fn d01_a_value_seen_once_is_not_listed_when_few_are_left() {
    // Ten usual roles, 13 rare ones of calls with rare keys, and one that was seen once.
    let mut past = Past::approved(BOOKINGS, 320, |nth| {
        let letter = |nth: u64| char::from(b'a' + (nth % 26) as u8);
        let args = match nth {
            20 => json!({ "role": "admin7", "n": 50 }),
            _ if nth % 8 < 7 => json!({ "role": format!("team{}", letter(nth % 10)), "n": 10 + nth % 80 }),
            _ => json!({ "role": format!("x{}7", letter(nth / 8)), "n": 10 + nth % 80, format!("k{nth}"): 1 }),
        };
        of("role.give", nth, &args)
    });
    let report = past.report(BOOKINGS, ATTENTIVE);
    let proposal = proposed(&report);
    assert!(proposal.written.contains("teama") && !proposal.written.contains("admin"), "{}", proposal.written);
    let action = action_in_force(&proposal.text);
    assert_eq!(action(&of("role.give", 1, &json!({ "role": "admin7", "n": 50 }))), Action::Escalate);
    assert_eq!(action(&of("role.give", 1, &json!({ "role": "teama", "n": 50 }))), Action::Allow);
}

#[test]
fn d01_one_url_with_a_user_leaves_only_that_call_outside() {
    let mut past = with_one_odd("page.open", "url", "https://me@acme.com/docs/p7", |nth| {
        format!("https://acme.com/docs/p{}", nth % 50)
    });
    let report = past.report(BOOKINGS, ATTENTIVE);
    assert_eq!(proposed(&report).saves, 319);
}
