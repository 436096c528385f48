//! Email addresses: one plain address, `local@domain`, and nothing else.
//!
//! Mail systems differ in all that goes beyond: names beside the address, lists, quotes, comments, routes. That is
//! undecidable. Where mail to a domain ends up cannot be seen.

use crate::matcher::truth::Truth;

/// A pattern for the domains of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainPattern(Pattern);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Exact(String),
    /// All that end in this, which begins with a dot.
    Below(String),
}

/// One plain address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// As written: only the system that receives the mail knows which spellings are one mailbox.
    local: String,
    /// In lower case.
    domain: String,
}

/// The pattern for domains that `text` writes: a domain, or `*.` and a domain for one or more labels before it.
///
/// # Errors
///
/// Why it is none.
///
/// ```
/// use countersign::matcher::email::domain_pattern;
///
/// assert!(domain_pattern("*.example.com").is_ok());
/// assert!(domain_pattern("@example.com").is_err());
/// ```
pub fn domain_pattern(text: &str) -> Result<DomainPattern, &'static str> {
    if text.contains('@') {
        return Err("a domain is written without `@`");
    }
    let below = text.strip_prefix("*.");
    let name = below.unwrap_or(text);
    if name.contains('*') {
        return Err("in a domain `*` stands only for the first labels, as in `*.example.com`");
    }
    if name.is_empty() {
        return Err("the domain is empty");
    }
    if !name.is_ascii() {
        return Err("the domain is not ASCII; it is written in its `xn--` form");
    }
    let name = plain_domain(name)?;
    Ok(DomainPattern(if below.is_some() { Pattern::Below(format!(".{name}")) } else { Pattern::Exact(name) }))
}

/// The address that `text` writes.
///
/// # Errors
///
/// Why it is not one plain address.
///
/// ```
/// use countersign::matcher::email::address;
///
/// assert!(address("ann.lee+lists@example.com").is_ok());
/// assert!(address("Ann <ann@example.com>").is_err());
/// ```
pub fn address(text: &str) -> Result<Address, &'static str> {
    if text.is_empty() {
        return Err("the address is empty");
    }
    if text.len() > 254 {
        return Err("the address is longer than 254 characters");
    }
    for c in text.chars() {
        match c {
            c if c.is_whitespace() => return Err("the address holds white space"),
            c if c.is_control() => return Err("the address holds a control character"),
            c if !c.is_ascii() => return Err("the address is not ASCII"),
            '<' | '>' => return Err("the text holds `<` or `>`: a name beside the address"),
            '"' => return Err("the address holds quotes"),
            '(' | ')' => return Err("the address holds a comment"),
            ',' | ';' => return Err("the text may be a list of addresses"),
            ':' => return Err("the text holds `:`: a group, a route or a scheme"),
            '\\' => return Err("the address holds a backslash"),
            '%' => return Err("the address holds `%`, which routes mail elsewhere"),
            '!' => return Err("the address holds `!`, which routes mail elsewhere"),
            '[' | ']' => return Err("the address has an IP address for its domain"),
            _ => {}
        }
    }
    let Some((local, domain)) = text.split_once('@') else { return Err("the text holds no `@`") };
    if domain.contains('@') {
        return Err("the text holds more than one `@`");
    }
    let local = plain_local(local)?;
    if domain.is_empty() {
        return Err("the address has no domain");
    }
    Ok(Address { local: local.to_owned(), domain: plain_domain(domain)? })
}

/// Whether `text` is one plain address with one of the `domains`, and one of the `addresses`; an empty list is not
/// asked.
///
/// Domains are compared without case. Of an address the part before `@` is compared as written; where only its case,
/// its dots or what follows its first `+` differ, that may be the same mailbox, which is undecidable.
///
/// ```
/// use countersign::matcher::{email::{domain_pattern, matches}, truth::Truth};
///
/// let ours = [domain_pattern("example.com")?];
/// assert_eq!(matches("ann@EXAMPLE.com", &ours, &[]), Truth::Holds);
/// assert_eq!(matches("ann@example.com.evil.example", &ours, &[]), Truth::DoesNotHold);
/// assert!(matches!(matches("ann@example.com, eve@evil.example", &ours, &[]), Truth::Undecidable(_)));
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn matches(text: &str, domains: &[DomainPattern], addresses: &[Address]) -> Truth {
    let found = match address(text) {
        Ok(found) => found,
        Err(why) => return Truth::Undecidable(why),
    };
    let domain = domains.is_empty() || domains.iter().any(|pattern| pattern.is(&found.domain));
    let address = addresses.is_empty().then_some(Truth::Holds);
    let address = address.unwrap_or_else(|| Truth::any(addresses.iter().map(|wanted| same_address(&found, wanted))));
    Truth::all([domain.into(), address])
}

impl DomainPattern {
    fn is(&self, domain: &str) -> bool {
        match &self.0 {
            Pattern::Exact(wanted) => domain == wanted,
            Pattern::Below(wanted) => domain.strip_suffix(wanted.as_str()).is_some_and(|before| !before.is_empty()),
        }
    }
}

fn same_address(found: &Address, wanted: &Address) -> Truth {
    if found.domain != wanted.domain {
        Truth::DoesNotHold
    } else if found.local == wanted.local {
        Truth::Holds
    } else if mailbox(&found.local).eq(mailbox(&wanted.local)) {
        Truth::Undecidable("the address may be another way to write the mailbox compared with")
    } else {
        Truth::DoesNotHold
    }
}

/// What the large mail systems leave of the part before `@`.
fn mailbox(local: &str) -> impl Iterator<Item = char> {
    local.chars().take_while(|c| *c != '+').filter(|c| *c != '.').map(|c| c.to_ascii_lowercase())
}

fn plain_local(local: &str) -> Result<&str, &'static str> {
    if local.is_empty() {
        return Err("nothing stands before `@`");
    }
    if local.len() > 64 {
        return Err("more than 64 characters stand before `@`");
    }
    if local.split('.').any(str::is_empty) {
        return Err("a dot stands at the edge of the part before `@`, or beside another");
    }
    if local.starts_with('-') {
        return Err("the address begins with `-`, as an option would");
    }
    if !local.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._+-'=&#~".contains(&byte)) {
        return Err("the part before `@` holds a character that some mail systems read in their own way");
    }
    Ok(local)
}

/// `domain`, which is not empty, in lower case.
fn plain_domain(domain: &str) -> Result<String, &'static str> {
    if domain.ends_with('.') {
        return Err("the domain ends in a dot");
    }
    if domain.split('.').any(str::is_empty) {
        return Err("the domain begins with a dot or has two in a row");
    }
    if domain.len() > 253 || domain.split('.').any(|label| label.len() > 63) {
        return Err("the domain is longer than a name can be");
    }
    if !domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')) {
        return Err("the domain holds a character that no domain has");
    }
    if domain.split('.').any(|label| label.starts_with('-') || label.ends_with('-')) {
        return Err("a label of the domain begins or ends with `-`");
    }
    if domain.split('.').next_back().is_some_and(|label| label.starts_with(|c: char| c.is_ascii_digit())) {
        return Err("the domain ends in a number, as an IP address does");
    }
    Ok(domain.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
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
            &[
                "a/b@acme.com",
                "|sh@acme.com",
                "a?b@acme.com",
                "a*@acme.com",
                "a`b@acme.com",
                "{a}@acme.com",
                "$a@acme.com",
            ],
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
}
