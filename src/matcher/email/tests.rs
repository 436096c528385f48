//! What `email.rs` promises, row by row.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const YES: &str = "holds";
const NO: &str = "does not hold";
const MAYBE: &str = "undecidable";

fn said(truth: Truth) -> &'static str {
    match truth {
        Truth::Holds => YES,
        Truth::DoesNotHold => NO,
        Truth::Undecidable(_) => MAYBE,
    }
}

#[test]
fn domains_of_addresses() {
    let rows = [
        ("acme.com", "ann@acme.com", YES),
        ("acme.com", "ANN@ACME.COM", YES),
        ("ACME.com", "ann@acme.com", YES),
        ("acme.com", "ann.lee@acme.com", YES),
        ("acme.com", "ann+x@acme.com", YES),
        ("acme.com", "a@acme.com", YES),
        ("acme.com", "o'neil@acme.com", YES),
        ("acme.com", "a_b-c=d&e#f~g@acme.com", YES),
        ("acme.com", "1@acme.com", YES),
        ("localhost", "root@localhost", YES),
        ("xn--bcher-kva.example", "a@XN--bcher-kva.example", YES),
        ("acme.com", "ann@acme.com.evil.example", NO),
        ("acme.com", "ann@evil-acme.com", NO),
        ("acme.com", "ann@evilacme.com", NO),
        ("acme.com", "ann@acme.co", NO),
        ("acme.com", "ann@mail.acme.com", NO),
        ("acme.com", "acme.com@evil.example", NO),
        ("acme.com", "ann@xn--acme-xyz.com", NO),
        ("*.acme.com", "ann@mail.acme.com", YES),
        ("*.acme.com", "ann@a.b.acme.com", YES),
        ("*.acme.com", "ann@acme.com", NO),
        ("*.acme.com", "ann@evilacme.com", NO),
        ("*.acme.com", "ann@mail.acme.com.evil.example", NO),
    ];
    for (pattern, text, expected) in rows {
        let domains = [domain_pattern(pattern).unwrap()];
        assert_eq!(said(matches(text, &domains, &[])), expected, "`{text}` with `{pattern}`");
    }
}

#[test]
fn what_is_no_plain_address_says_why() {
    // Rows of one group have one reason, and no two groups the same.
    let long_local = format!("{}@acme.com", "a".repeat(65));
    let long_label = format!("a@{}.com", "a".repeat(64));
    let long = format!("a@{}", "a.".repeat(130));
    let groups: &[&[&str]] = &[
        &[""],
        &[&long],
        &[" ann@acme.com", "ann@acme.com ", "ann @acme.com", "ann@acme.com\n", "a\u{a0}b@acme.com", "Ann Lee"],
        &["ann@acme.com\0", "ann\u{7f}@acme.com", "\u{1}@acme.com"],
        &["änn@acme.com", "ann@äcme.com", "ann@acme\u{3002}com", "ann@\u{ff41}cme.com", "ann\u{200b}@acme.com"],
        &["<ann@acme.com>", "Ann<eve@evil.example>", "ann@acme.com<eve@evil.example>"],
        &["\"ann\"@acme.com", "\"eve@evil.example\"@acme.com", "\"Ann\"<a@b.c>"],
        &["ann(x)@acme.com", "ann@acme.com(x)", "(x)ann@acme.com"],
        &["ann@acme.com,eve@evil.example", "ann@acme.com;eve@evil.example", ",ann@acme.com"],
        &["mailto:ann@acme.com", "@relay.example:ann@acme.com", "team:ann@acme.com"],
        &["ann\\@acme.com", "ann@acme.com\\"],
        &["eve%evil.example@acme.com", "ann@acme.com%0aBcc"],
        &["evil.example!eve@acme.com", "ann@acme.com!"],
        &["ann@[127.0.0.1]", "ann@[IPv6"],
        &["ann", "acme.com"],
        &["ann@acme.com@evil.example", "a@@acme.com", "ann@@"],
        &["@acme.com"],
        &["ann@"],
        &[&long_local],
        &[".ann@acme.com", "ann.@acme.com", "an..n@acme.com", ".@acme.com"],
        &["-oQ@acme.com", "-@acme.com"],
        &["a/b@acme.com", "|sh@acme.com", "a?b@acme.com", "a*@acme.com", "a`b@acme.com", "{a}@acme.com", "$a@acme.com"],
        &["ann@acme.com.", "ann@."],
        &["ann@.acme.com", "ann@acme..com"],
        &[&long_label],
        &["ann@ac_me.com", "ann@acme.com/x", "ann@acme.com?cc", "ann@*.com"],
        &["ann@-acme.com", "ann@acme-.com", "ann@acme.-"],
        &["ann@127.0.0.1", "ann@2130706433", "ann@acme.0x7f"],
    ];
    let domains = [domain_pattern("acme.com").unwrap()];
    let mut seen = BTreeSet::new();
    for group in groups {
        let reasons: BTreeSet<&str> = group.iter().map(|text| address(text).err().unwrap_or_default()).collect();
        assert_eq!(reasons.len(), 1, "{group:?} gives {reasons:?}");
        for reason in reasons {
            assert!(!reason.is_empty() && seen.insert(reason), "{group:?} gives `{reason}`");
        }
        for text in *group {
            assert_eq!(said(matches(text, &domains, &[])), MAYBE, "`{text}`");
        }
    }
}

#[test]
fn whole_addresses() {
    let rows = [
        ("ann@acme.com", "ann@acme.com", YES),
        ("ann@acme.com", "ann@ACME.com", YES),
        ("ann@ACME.com", "ann@acme.com", YES),
        ("ann+x@acme.com", "ann+x@acme.com", YES),
        ("ann@acme.com", "Ann@acme.com", MAYBE),
        ("ann@acme.com", "ann+x@acme.com", MAYBE),
        ("ann+x@acme.com", "ann@acme.com", MAYBE),
        ("ann@acme.com", "a.n.n@acme.com", MAYBE),
        ("ann@acme.com", "A.nn+y@acme.com", MAYBE),
        ("ann@acme.com", "bob@acme.com", NO),
        ("ann@acme.com", "anna@acme.com", NO),
        ("ann@acme.com", "an@acme.com", NO),
        ("ann@acme.com", "ann@acme.org", NO),
        ("ann@acme.com", "Ann@acme.org", NO),
        ("ann@acme.com", "ann@mail.acme.com", NO),
        ("ann@acme.com", "bob+ann@acme.com", NO),
        ("ann@acme.com", "ann@acme.com.", MAYBE),
        ("ann@acme.com", "<ann@acme.com>", MAYBE),
    ];
    for (wanted, text, expected) in rows {
        let addresses = [address(wanted).unwrap()];
        assert_eq!(said(matches(text, &[], &addresses)), expected, "`{text}` with `{wanted}`");
    }
}

#[test]
fn all_that_is_asked_must_hold() {
    let domains = [domain_pattern("acme.com").unwrap(), domain_pattern("*.acme.io").unwrap()];
    let addresses = [address("ann@acme.com").unwrap(), address("bob@acme.io").unwrap()];
    let rows = [
        ("ann@acme.com", YES),
        ("bob@acme.com", NO),
        ("bob@acme.io", NO),
        ("Ann@acme.com", MAYBE),
        ("Bob@acme.io", NO),
        ("ann@a.acme.io", NO),
    ];
    for (text, expected) in rows {
        assert_eq!(said(matches(text, &domains, &addresses)), expected, "`{text}`");
    }
    assert_eq!(said(matches("eve@evil.example", &[], &[])), YES);
    assert_eq!(said(matches("eve", &[], &[])), MAYBE);
}

#[test]
fn patterns_that_are_none() {
    for text in [
        "",
        "*",
        "*.",
        "*@acme.com",
        "@acme.com",
        "ann@acme.com",
        "acme.com.",
        ".acme.com",
        "a..b",
        "a*.com",
        "*.*.com",
        "bücher.example",
        "a b",
        "1.2.3.4",
        "[1.2.3.4]",
        "-a.com",
        "a,b",
        "a_b.com",
    ] {
        assert!(domain_pattern(text).is_err(), "`{text}`");
    }
    assert!(domain_pattern(&("a.".repeat(126) + "a")).is_ok());
    assert!(domain_pattern(&("a.".repeat(127) + "a")).is_err());
}

#[test]
fn long_texts_are_refused_at_once() {
    assert_eq!(said(matches(&"a@".repeat(2_500_000), &[], &[])), MAYBE);
    let at_most = format!("{}@{}.{}.{}.com", "a".repeat(64), "b".repeat(63), "c".repeat(63), "d".repeat(57));
    assert_eq!(at_most.len(), 254);
    assert_eq!(said(matches(&at_most, &[], &[])), YES);
}

proptest! {
    #[test]
    fn any_text_is_read_without_trouble(text in any::<String>(), more in "[a-c.@+<>,\"% -]{0,20}") {
        let domains = [domain_pattern("a.b").unwrap()];
        let _ = (matches(&text, &domains, &[]), domain_pattern(&text), domain_pattern(&more));
        if matches(&more, &domains, &[]) == Truth::Holds {
            prop_assert!(more.ends_with("@a.b") && more.matches('@').count() == 1);
        }
    }

    #[test]
    fn an_address_is_itself(text in "[a-zA-Z0-9+_.-]{1,10}@[a-z0-9.-]{1,10}[a-z]") {
        if let Ok(wanted) = address(&text) {
            prop_assert_eq!(matches(&text, &[], std::slice::from_ref(&wanted)), Truth::Holds);
            prop_assert_ne!(matches(&text.to_uppercase(), &[], &[wanted]), Truth::DoesNotHold);
        }
    }
}
