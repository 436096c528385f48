//! Email addresses: one plain address, `local@domain`, and nothing else.
//!
//! Mail systems differ in all that goes beyond: names beside the address, lists, quotes, comments, routes. That is
//! undecidable. Where mail to a domain ends up cannot be seen.

use serde::{Deserialize, Serialize};

use crate::matcher::truth::Truth;

/// A pattern for the domains of addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainPattern(Pattern);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Pattern {
    Exact(String),
    /// All that end in this, which begins with a dot.
    Below(String),
}

/// One plain address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

#[cfg(feature = "full")]
impl std::fmt::Display for Address {
    /// The address, with its domain in lower case.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

#[cfg(feature = "full")]
impl Address {
    /// The domain, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }
}

#[cfg(feature = "full")]
impl DomainPattern {
    /// An address that has such a domain.
    #[must_use]
    pub fn example(&self) -> String {
        match &self.0 {
            Pattern::Exact(domain) => format!("someone@{domain}"),
            Pattern::Below(domain) => format!("someone@a{domain}"),
        }
    }
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
            // No domain begins with a dot, as what is wanted does, so there is a label before it.
            Pattern::Below(wanted) => domain.ends_with(wanted),
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
mod tests;
