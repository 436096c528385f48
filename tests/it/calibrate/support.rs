//! What a proposal lets through: values that were seen, and what lies between; and nothing that somebody who fed the
//! history would like to slip in later.

use countersign::matcher::email::domain_pattern;
use countersign::matcher::truth::Truth;
use countersign::matcher::url::{UrlMatcher, host_pattern};
use countersign::policy::model::Action;
use countersign::wire::call_json::call_from_json;
use serde_json::{Value, json};

use super::{ATTENTIVE, Past, action_in_force, declined, proposed};

pub(super) const BOOKINGS: &str =
    "rules:\n  - { id: book, tool: \"*\", action: escalate, risk: low, reversible: true }\n";

/// The `nth` call of `tool` with `args`.
pub(super) fn of(tool: &str, nth: u64, args: &Value) -> String {
    json!({ "tool": tool, "args": args, "agent": "desk", "session": { "id": format!("s{}", nth % 9), "marks": [] } })
        .to_string()
}

/// One of many calls that were approved.
pub(super) fn booking(nth: u64) -> Value {
    let mut args = json!({
        "amount": 5 + nth % 20,
        "floor": nth % 3,
        "room": if nth.is_multiple_of(2) { "blue" } else { "red" },
        "urgent": false,
        "guest": { "id": format!("g-{}", 1000 + nth), "seat": if nth.is_multiple_of(2) { json!("aisle") } else { Value::Null }, "not": "smoking", "all": 1 },
        "parts": [{ "sku": "A1", "count": 1 + nth % 3 }],
        "mixed": if nth.is_multiple_of(2) { json!(5) } else { json!("5") },
        "file": format!("/srv/menus/m{nth}.pdf"),
        "link": format!("https://api.acme.com/v1/rooms/{nth}"),
        "extra": {},
        "tags": if nth.is_multiple_of(2) { json!([]) } else { json!(["a"]) },
        "note": format!("as you like, {nth:03}"),
    });
    if nth.is_multiple_of(3) {
        args["coupon"] = json!("SPRING");
    }
    args
}

/// What stands at a way of a booking is something else; `null` in place of a value takes it out.
fn changed(way: &str, value: Option<Value>) -> Value {
    let mut args = booking(4);
    let (map, key) = way.rsplit_once('/').unwrap_or(("", way));
    let map = args.pointer_mut(map).unwrap_or_else(|| panic!("{way}")).as_object_mut().unwrap();
    match value {
        Some(value) => map.insert(key.to_owned(), value),
        None => map.remove(key),
    };
    args
}

#[test]
fn d01_whatever_was_not_seen_asks_wherever_it_stands() {
    let mut past = Past::approved(BOOKINGS, 300, |nth| of("book", nth, &booking(nth)));
    let report = past.report(BOOKINGS, ATTENTIVE);
    let action = action_in_force(&proposed(&report).text);
    let ask = |args: &Value| {
        let json = of("book", 1, args);
        // What no guard takes, nobody is asked about.
        call_from_json(&json).map_or(Action::Escalate, |_| action(&json))
    };
    assert_eq!(ask(&booking(4)), Action::Allow);
    for (way, values) in [
        ("/amount", json!([4, 25, 4.999, -10, 1e300, "10", null, [10], { "v": 10 }, true])),
        ("/floor", json!([-1, "0", "-0", false, ""])),
        (
            "/room",
            json!([
                "Blue",
                "blue ",
                " blue",
                "b\u{142}ue",
                "bl\u{443}e",
                "blue\u{200b}",
                "\u{FEFF}blue",
                "",
                ["blue"],
                null,
                0
            ]),
        ),
        ("/urgent", json!([true, "false", 0, null, "", []])),
        (
            "/guest/id",
            json!([
                "x-1001",
                "g-10010",
                "g-1",
                "g-abcd",
                "g-10_1",
                "g-\u{663}\u{663}\u{663}\u{663}",
                "g-1001\n",
                "-g-1001",
                1001,
                "",
                null
            ]),
        ),
        ("/guest/seat", json!(["window", "Aisle", "", ["aisle"], {}])),
        ("/guest/not", json!(["drinking", 1, null, "", { "equals": "smoking" }])),
        ("/guest/all", json!([2, "1", null, []])),
        ("/guest", json!([null, [], "", "g-1001", {}, [{ "id": "g-1001" }]])),
        ("/guest/admin", json!([true, null, ""])),
        ("/guest/__proto__", json!([{ "admin": true }, null])),
        (
            "/parts",
            json!([
                [], [{ "sku": "B9", "count": 1 }], [{ "sku": "A1", "count": 4 }], [{ "sku": "A1", "count": "1" }],
                [{ "sku": "A1", "count": 1, "x": 1 }], [{ "count": 1 }], [[{ "sku": "A1", "count": 1 }]],
                [{ "sku": "A1", "count": 1 }, { "sku": "A1", "count": 1 }], { "sku": "A1", "count": 1 }, null, ""
            ]),
        ),
        ("/mixed", json!([6, "6", "5.0", null, true, [5]])),
        ("/coupon", json!(["WINTER", "spring", "", null, ["SPRING"], 1])),
        (
            "/file",
            json!([
                "/srv/menus/../keys/m.pdf",
                "/srv/menus/keys/m.pdf",
                "/srv/menus-evil/m.pdf",
                "/srv/menusevil/m.pdf",
                "/srv/menus/.m.pdf",
                "/srv/menus/x/../.m.pdf",
                "/srv/menus/run.sh",
                "/srv/menus/m",
                "srv/menus/m.pdf",
                "/srv/menus",
                "/srv/menus/",
                "/srv/menus/.pdf",
                "/srv/menus/m.PDF",
                "/srv/Menus/m.pdf",
                "/srv/menus/%2e%2e/m.pdf",
                "~/srv/menus/m.pdf",
                "/srv/menus/m.pdf\u{0}",
                "/srv/menus/*.pdf",
                "file:///srv/menus/m.pdf",
                ["/srv/menus/m1.pdf"],
                ""
            ]),
        ),
        (
            "/link",
            json!([
                "http://api.acme.com/v1/rooms/1",
                "https://evil.example/v1/rooms/1",
                "https://api.acme.com.evil.example/v1/rooms/1",
                "https://evilapi.acme.com/v1/rooms/1",
                "https://acme.com/v1/rooms/1",
                "https://api.acme.com:8443/v1/rooms/1",
                "https://api.acme.com@evil.example/v1/rooms/1",
                "https://api.acme.com/v1/admin/1",
                "https://api.acme.com/v1/rooms/1/delete",
                "https://api.acme.com/v1/rooms/../admin",
                "https://api.acme.com/v1/rooms",
                "https://api.acme.com/",
                "https://api.acme.com/v1/rooms/1?all=1",
                "//api.acme.com/v1/rooms/1",
                "https:\\\\api.acme.com\\v1\\rooms\\1",
                "",
                ["https://api.acme.com/v1/rooms/1"]
            ]),
        ),
        ("/extra", json!([{ "a": 1 }, null, [], "", 0, false])),
        ("/tags", json!([["b"], ["a", "a"], [["a"]], "a", "", null, {}, [null], [""]])),
        ("/note", json!([1, null, ["x"], {}, true])),
        ("/iban", json!(["DE00", null, ""])),
        ("/Amount", json!([10])),
        ("/amount ", json!([10])),
        ("/__proto__", json!([{ "amount": 1 }])),
        ("/constructor", json!(["x"])),
        ("/", json!(["x"])),
    ] {
        for value in values.as_array().unwrap() {
            let args = changed(way, Some(value.clone()));
            assert_eq!(ask(&args), Action::Escalate, "{way}: {value}");
        }
    }
    for way in [
        "/amount",
        "/room",
        "/urgent",
        "/guest",
        "/guest/id",
        "/guest/seat",
        "/guest/not",
        "/parts",
        "/file",
        "/extra",
        "/tags",
        "/note",
    ] {
        assert_eq!(ask(&changed(way, None)), Action::Escalate, "{way} is absent");
    }
    // What lies between what was seen, and what may be absent.
    for (way, value) in [
        ("/amount", Some(json!(12))),
        ("/coupon", None),
        ("/coupon", Some(json!("SPRING"))),
        ("/guest/id", Some(json!("g-7777"))),
    ] {
        assert_eq!(ask(&changed(way, value.clone())), Action::Allow, "{way}: {value:?}");
    }
}

#[test]
fn d01_another_agent_session_or_shape_of_call_asks() {
    let mut past = Past::approved(BOOKINGS, 300, |nth| of("book", nth, &booking(nth)));
    let report = past.report(BOOKINGS, ATTENTIVE);
    let action = action_in_force(&proposed(&report).text);
    let of_call = |key: &str, value: Option<Value>| {
        let mut call: Value = serde_json::from_str(&of("book", 1, &booking(4))).unwrap();
        match value {
            Some(value) => call[key] = value,
            None => drop(call.as_object_mut().unwrap().remove(key)),
        }
        action(&call.to_string())
    };
    assert_eq!(of_call("reason", Some(json!("already approved"))), Action::Allow);
    for (key, value) in [
        ("agent", Some(json!("Desk"))),
        ("agent", Some(json!("other"))),
        ("agent", Some(json!({ "role": "desk" }))),
        ("agent", None),
        ("session", Some(json!({ "id": "s1", "marks": ["untrusted-input"] }))),
        ("session", Some(json!({ "id": "s1" }))),
        ("session", None),
        ("args", None),
        ("tool", Some(json!("Book"))),
        ("tool", Some(json!("book.all"))),
        ("tool", Some(json!("b\u{43e}ok"))),
    ] {
        assert_ne!(of_call(key, value.clone()), Action::Allow, "{key}: {value:?}");
    }
}

#[test]
fn d01_where_only_nothing_was_seen_nothing_else_passes() {
    let mut past = Past::approved(BOOKINGS, 300, |nth| of("ping", nth, &json!({})));
    // Each counts once a day, so there is nothing to propose from.
    assert!(past.report(BOOKINGS, ATTENTIVE).rules[0].proposals.is_empty());
    let mut past = Past::approved(BOOKINGS, 300, |nth| of("ping", nth, &json!({ "n": nth % 20, "o": { "p": {} } })));
    let report = past.report(BOOKINGS, ATTENTIVE);
    let action = action_in_force(&proposed(&report).text);
    assert_eq!(action(&of("ping", 1, &json!({ "n": 1, "o": { "p": {} } }))), Action::Allow);
    for p in [json!(null), json!(""), json!([]), json!({ "x": 1 })] {
        assert_eq!(action(&of("ping", 1, &json!({ "n": 1, "o": { "p": p } }))), Action::Escalate, "{p}");
        assert_eq!(action(&of("ping", 1, &json!({ "n": 1, "o": p }))), Action::Escalate, "{p}");
    }
    assert_eq!(action(&of("ping", 1, &json!({ "n": 1, "o": {} }))), Action::Escalate);
}

#[test]
fn d01_what_a_tool_does_as_it_is_told_is_no_free_text() {
    for (tool, key) in [
        ("db", "query"),
        ("sql.run", "text"),
        ("terminal.send", "message"),
        ("http.post", "body"),
        ("python", "content"),
        ("ask", "prompt"),
    ] {
        let mut past =
            Past::approved(BOOKINGS, 300, |nth| of(tool, nth, &json!({ "n": nth, key: format!("select {nth}") })));
        let why = declined(&past.report(BOOKINGS, ATTENTIVE)).to_owned();
        assert_eq!(
            why,
            format!("`args.{key}` is not the same few values, and nothing that they have in common bounds them"),
            "{tool}"
        );
    }
    // Nor is text that is free for being long, or of many lines, under whatever key.
    for (key, fill) in [("plan", "x".repeat(300)), ("plan", "a\nb".to_owned()), ("message_to", String::new())] {
        let mut past =
            Past::approved(BOOKINGS, 300, |nth| of("deploy", nth, &json!({ "n": nth, key: format!("{fill} {nth}") })));
        assert!(declined(&past.report(BOOKINGS, ATTENTIVE)).contains("is not the same few values"), "{key}");
    }
}

#[test]
fn d01_names_are_no_form_that_stands_for_others() {
    let proposal = |value: &dyn Fn(u64) -> String| {
        let mut past =
            Past::approved(BOOKINGS, 300, |nth| of("grant", nth, &json!({ "n": nth % 20, "whom": value(nth) })));
        past.report(BOOKINGS, ATTENTIVE).rules.remove(0).proposals.pop().map(|proposal| proposal.text)
    };
    let letters = |nth: u64| nth.to_string().bytes().map(|digit| char::from(digit - b'0' + b'p')).collect::<String>();
    // `root` would be a name like each of these.
    assert_eq!(proposal(&|nth| format!("{:q>4}", letters(nth))), None);
    assert_eq!(proposal(&|nth| format!("--{}", 1_000 + nth)).filter(|text| text.contains("[A-Za")), None);
    for (seen, passes, asks) in [
        (
            "usr_",
            &["usr_1500"] as &[&str],
            &["adm_1500", "usr_root", "usr_15000", "usr_", "1500", "usr_-150", "USR_1500"] as &[&str],
        ),
        ("", &["1500"], &["root", "15", "0x15", "-150", "1.50", "1e50"]),
        ("x", &["x1500", "y1500"], &["xroot", "--150", "-1500", "x 150", "x/150"]),
    ] {
        let text = proposal(&|nth| format!("{seen}{}", 1_000 + nth)).unwrap_or_else(|| panic!("{seen}"));
        let action = action_in_force(&text);
        let ask = |whom: &str| action(&of("grant", 1, &json!({ "n": 1, "whom": whom })));
        for whom in passes {
            assert_eq!(ask(whom), Action::Allow, "{seen}: {whom}");
        }
        for whom in asks {
            assert_eq!(ask(whom), Action::Escalate, "{seen}: {whom}");
        }
    }
}

#[test]
fn d01_no_longer_list_than_was_seen_passes() {
    let mut past = Past::approved(BOOKINGS, 300, |nth| {
        let ids: Vec<String> = (0..=nth % 3).map(|more| format!("{}", 1_000 + nth * 3 + more)).collect();
        of("close", nth, &json!({ "ids": ids }))
    });
    let report = past.report(BOOKINGS, ATTENTIVE);
    let action = action_in_force(&proposed(&report).text);
    assert_eq!(action(&of("close", 1, &json!({ "ids": ["1000", "1001", "1002"] }))), Action::Allow);
    assert_eq!(action(&of("close", 1, &json!({ "ids": ["1000", "1001", "1002", "1003"] }))), Action::Escalate);
    assert_eq!(action(&of("close", 1, &json!({ "ids": [] }))), Action::Escalate);
}

#[test]
fn d01_where_marks_were_not_always_told_nothing_is_proposed() {
    let mut past = Past::approved(BOOKINGS, 300, |nth| {
        let json = of("book", nth, &booking(nth));
        if nth == 7 { json.replace(",\"marks\":[]", "").replace("\"marks\":[]", "\"x\":1") } else { json }
    });
    let report = past.report(BOOKINGS, ATTENTIVE);
    assert_eq!(declined(&report), "nobody said which marks some of the sessions carry");
}

#[test]
fn d08_places_end_where_their_names_end() {
    let place = |tool: &str, key: &str, value: &dyn Fn(u64) -> String| {
        let mut past = Past::approved(BOOKINGS, 200, |nth| of(tool, nth, &json!({ key: value(nth) })));
        action_in_force(&proposed(&past.report(BOOKINGS, ATTENTIVE)).text)
    };
    let action = place("file.write", "path", &|nth| format!("/home/app/n{nth}.txt"));
    let write = |path: &str| action(&of("file.write", 1, &json!({ "path": path })));
    assert_eq!(write("/home/app/other.txt"), Action::Allow);
    for path in [
        "/home/app-evil/n1.txt",
        "/home/app.txt",
        "/home/app/../app-evil/n1.txt",
        "/home/app/.ssh/n1.txt",
        "/home/app/.bashrc",
        "/home/app/.bashrc.txt",
        "/home/app/deep/n1.txt",
        "/x/home/app/n1.txt",
    ] {
        assert_eq!(write(path), Action::Escalate, "{path}");
    }
    let action = place("mail", "to", &|nth| format!("a{nth}@acme.com"));
    let mail = |to: &str| action(&of("mail", 1, &json!({ "to": to })));
    assert_eq!(mail("someone@acme.com"), Action::Allow);
    for to in [
        "a1@evilacme.com",
        "a1@acme.com.evil.example",
        "a1@sub.acme.com",
        "a1@acme.co",
        "a1@acme.com, b@evil.example",
        "<a1@acme.com>",
    ] {
        assert_eq!(mail(to), Action::Escalate, "{to}");
    }
    let action = place("get", "link", &|nth| format!("https://a.example.com/d{}/{nth}", nth % 4));
    let get = |link: &str| action(&of("get", 1, &json!({ "link": link })));
    assert_eq!(get("https://a.example.com/d1/x"), Action::Allow);
    for link in [
        "https://evil-a.example.com/d1/x",
        "https://b.example.com/d1/x",
        "https://evilexample.com/d1/x",
        "https://a.example.com.evil.org/d1/x",
        "https://a.example.com/d1-evil/x",
        "https://a.example.com/d9/x",
    ] {
        assert_eq!(get(link), Action::Escalate, "{link}");
    }
    // What a person writes has the same boundaries.
    let below = UrlMatcher { hosts: vec![host_pattern("*.example.com").unwrap()], ..UrlMatcher::default() };
    assert_eq!(below.matches("https://a.example.com/"), Truth::Holds);
    assert_eq!(below.matches("https://evilexample.com/"), Truth::DoesNotHold);
    let domains = [domain_pattern("*.example.com").unwrap()];
    assert_eq!(countersign::matcher::email::matches("a@evilexample.com", &domains, &[]), Truth::DoesNotHold);
}

#[test]
fn d08_a_domain_where_anybody_gets_an_address_bounds_nothing() {
    let at = |domain: &'static str| move |nth| of("mail", nth, &json!({ "to": format!("a{nth}@{domain}") }));
    let mut past = Past::approved(BOOKINGS, 300, at("GMail.com"));
    assert!(declined(&past.report(BOOKINGS, ATTENTIVE)).contains("nothing that they have in common bounds them"));
    // Nor does it beside one that bounds.
    let mut past = Past::approved(BOOKINGS, 400, |nth| at(["acme.com", "GMail.com"][nth as usize % 2])(nth));
    let action = action_in_force(&proposed(&past.report(BOOKINGS, ATTENTIVE)).text);
    assert_eq!(action(&at("acme.com")(999)), Action::Allow);
    for nth in [1, 399, 999] {
        assert_eq!(action(&at("gmail.com")(nth)), Action::Escalate);
    }
    // The same few addresses of it do.
    let mut past = Past::approved(BOOKINGS, 300, |nth| {
        of("mail", nth, &json!({ "to": format!("a{}@gmail.com", nth % 7), "n": nth % 20 }))
    });
    let action = action_in_force(&proposed(&past.report(BOOKINGS, ATTENTIVE)).text);
    assert_eq!(action(&of("mail", 1, &json!({ "to": "a3@gmail.com", "n": 7 }))), Action::Allow);
    assert_eq!(action(&of("mail", 1, &json!({ "to": "a10@gmail.com", "n": 7 }))), Action::Escalate);
}

#[test]
fn a18_no_secret_is_written_into_a_policy() {
    let mut past = Past::approved(BOOKINGS, 300, |nth| of("book", nth, &booking(nth)));
    let held_by = past.stack.clone();
    let rejected = json!({ "room": "blue", "password": "hunter2hunter2" });
    past.say(&held_by, &of("book", 1, &rejected), 3, "ana", super::Says::Reject);
    let report = past.report(BOOKINGS, ATTENTIVE);
    let text = &proposed(&report).text;
    assert!(!text.contains("hunter2") && text.contains("allows what was always approved"), "{text}");
    let mut past = Past::approved(BOOKINGS, 300, |nth| of("book", nth, &json!({ "n": nth, "token": "abc123abc123" })));
    assert!(declined(&past.report(BOOKINGS, ATTENTIVE)).contains("is a secret"));
}
