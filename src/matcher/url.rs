//! URLs, read as the WHATWG standard reads them. Where a host name leads and what redirects to where cannot be seen.
//!
//! What two programs are known to read in two ways is undecidable: user names, odd ways to write an address, anything
//! that the standard calls a validation error, escapes where they could hide something.

mod address;

use std::cell::Cell;

use serde::{Deserialize, Serialize};

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{SyntaxViolation, Url};

use self::address::{CARRIED, carried, decimal, is_unspecified, unmapped};

use crate::matcher::path::{PathGlob, normalise, path_glob};
use crate::matcher::truth::Truth;

pub use self::address::{AddressRange, address_range};

/// What is asked of a URL. An empty list is not asked; of one that is not empty, any entry will do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UrlMatcher {
    /// As [`scheme`] gives them. If empty, `http` and `https`.
    pub schemes: Vec<String>,
    /// The host as the URL writes it: a name is never an address, though it may lead to one.
    pub hosts: Vec<HostPattern>,
    /// The port, also where the scheme implies it.
    pub ports: Vec<u16>,
    /// As [`path_pattern`] gives them.
    pub paths: Vec<PathGlob>,
    /// Where a connection goes. Undecidable for a name, which may lead anywhere.
    pub addresses: Vec<AddressRange>,
}

/// A pattern for hosts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostPattern(Pattern);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Pattern {
    Name(String),
    /// All that end in this, which begins with a dot.
    Below(String),
    Address(IpAddr),
}

/// The scheme that `text` writes, in lower case and without a colon.
///
/// # Errors
///
/// Why it is none.
pub fn scheme(text: &str) -> Result<String, &'static str> {
    if text.ends_with(':') || text.contains("//") {
        return Err("a scheme is written without `:` and `//`");
    }
    if !is_scheme(text) {
        return Err("a scheme is a letter and then letters, digits, `+`, `-` and `.`");
    }
    Ok(text.to_ascii_lowercase())
}

/// The pattern for hosts that `text` writes: a name, `*.` and a name for one or more labels before it, or an IP
/// address.
///
/// # Errors
///
/// Why it is none, or why no URL that can be decided would have such a host.
///
/// ```
/// use countersign::matcher::url::host_pattern;
///
/// assert!(host_pattern("*.example.com").is_ok());
/// assert!(host_pattern("[::1]").is_ok());
/// assert!(host_pattern("https://example.com").is_err());
/// ```
pub fn host_pattern(text: &str) -> Result<HostPattern, &'static str> {
    let address = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if address.contains(':') {
        let Ok(address) = address.parse::<Ipv6Addr>() else {
            return Err("a host is written without scheme and port, and an IPv6 address as in `[::1]`");
        };
        return Ok(HostPattern(Pattern::Address(unmapped(address))));
    }
    if text.contains(['/', '@', '?', '#']) {
        return Err("a host is written alone: no scheme, user, path or query");
    }
    if text == "*" {
        return Err("for any host, `host` is left out");
    }
    let below = text.strip_prefix("*.");
    let name = below.unwrap_or(text).to_ascii_lowercase();
    if name.contains('*') {
        return Err("in a host `*` stands only for the first labels, as in `*.example.com`");
    }
    if name.ends_with('.') {
        return Err("a host is written without a dot at its end");
    }
    match (plain_host(&name)?, below) {
        (Host::Address(address), None) => Ok(HostPattern(Pattern::Address(address))),
        (Host::Address(_), Some(_)) => Err("an address has no labels before it"),
        (Host::Name(name), None) => Ok(HostPattern(Pattern::Name(name))),
        (Host::Name(name), Some(_)) => Ok(HostPattern(Pattern::Below(format!(".{name}")))),
    }
}

/// The pattern for paths of URLs that `text` writes: as in [`path_glob`], beginning with `/`.
///
/// # Errors
///
/// Why it is none.
pub fn path_pattern(text: &str) -> Result<PathGlob, &'static str> {
    let pattern = path_glob(text)?;
    if !pattern.is_absolute() {
        return Err("the path of a URL begins with `/`");
    }
    if text.contains(';') {
        return Err("the path holds `;`, which many servers cut off");
    }
    Ok(pattern)
}

impl UrlMatcher {
    /// Whether `text` is one URL of which all that is asked holds.
    ///
    /// ```
    /// use countersign::matcher::{truth::Truth, url::{UrlMatcher, host_pattern}};
    ///
    /// let example = UrlMatcher { hosts: vec![host_pattern("example.com")?], ..UrlMatcher::default() };
    /// assert_eq!(example.matches("https://EXAMPLE.com./"), Truth::Holds);
    /// assert_eq!(example.matches("https://example.com.evil.example/"), Truth::DoesNotHold);
    /// assert!(matches!(example.matches("https://example.com@evil.example/"), Truth::Undecidable(_)));
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn matches(&self, text: &str) -> Truth {
        match read(text) {
            Ok(url) => self.compare(&url),
            Err(why) => Truth::Undecidable(why),
        }
    }

    fn compare(&self, url: &ReadUrl<'_>) -> Truth {
        let Some(place) = &url.place else {
            let more_asked =
                !(self.hosts.is_empty() && self.ports.is_empty() && self.paths.is_empty() && self.addresses.is_empty());
            return if more_asked || !self.schemes.contains(&url.scheme) {
                Truth::Undecidable("without `//` the URL may begin with a host")
            } else {
                Truth::Holds
            };
        };
        Truth::all([
            self.compare_scheme(&url.scheme),
            any_asked(&self.hosts, |pattern| place.host.compare(|host| pattern.compare(host))),
            any_asked(&self.ports, |port| match place.port {
                Some(found) => Truth::from(found == *port),
                None => Truth::Undecidable("the URL writes no port, and its scheme implies none"),
            }),
            any_asked(&self.paths, |pattern| compare_path(place.path, pattern)),
            any_asked(&self.addresses, |range| place.host.compare(|host| compare_address(range, host))),
        ])
    }

    fn compare_scheme(&self, found: &str) -> Truth {
        if !self.schemes.is_empty() {
            return self.schemes.iter().any(|scheme| scheme == found).into();
        }
        match found {
            "http" | "https" => Truth::Holds,
            _ => Truth::Undecidable("the scheme is neither `http` nor `https`, and no `scheme` is asked"),
        }
    }
}

/// Whether `test` holds for any of `entries`; of none, nothing is asked.
fn any_asked<T>(entries: &[T], test: impl Fn(&T) -> Truth) -> Truth {
    if entries.is_empty() { Truth::Holds } else { Truth::any(entries.iter().map(test)) }
}

/// A URL that every program reads alike, as far as is known.
struct ReadUrl<'a> {
    scheme: String,
    /// What stands after `//`, if that is there.
    place: Option<Place<'a>>,
}

struct Place<'a> {
    host: HostPart,
    port: Option<u16>,
    /// As written.
    path: &'a str,
}

enum HostPart {
    /// There is none.
    None,
    /// There may be one that cannot be seen.
    Unsure(&'static str),
    Known(Host),
}

/// A host that all programs read alike.
enum Host {
    /// In lower case, without a dot at the end.
    Name(String),
    /// Not an IPv4 address mapped into IPv6.
    Address(IpAddr),
}

impl HostPart {
    fn compare(&self, test: impl Fn(&Host) -> Truth) -> Truth {
        match self {
            Self::None => Truth::DoesNotHold,
            Self::Unsure(why) => Truth::Undecidable(why),
            Self::Known(host) => test(host),
        }
    }
}

impl Host {
    /// Whether it is, as far as can be seen, the machine that asks.
    fn is_this_machine(&self) -> bool {
        match self {
            Self::Name(name) => is_localhost(name),
            Self::Address(address) => is_this_machine(*address),
        }
    }
}

fn read(text: &str) -> Result<ReadUrl<'_>, &'static str> {
    for c in text.chars() {
        match c {
            c if c.is_whitespace() => return Err("the URL holds white space"),
            c if c.is_control() => return Err("the URL holds a control character"),
            '\\' => return Err("the URL holds a backslash"),
            _ => {}
        }
    }
    let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return Err("the URL has no scheme");
    };
    let scheme = scheme.to_ascii_lowercase();
    // The parser is lenient with the standard's own schemes; and its smallest Unicode back end, which is ours, is not
    // made for hosts that are not ASCII. It sees none.
    let slashes_matter = matches!(scheme.as_str(), "http" | "https" | "ws" | "wss" | "ftp" | "file");
    let place = rest.strip_prefix("//");
    let authority = place.and_then(|place| place.split(['/', '?', '#']).next());
    match authority {
        None if slashes_matter => return Err("the URL does not have `//` after its scheme"),
        Some("") if slashes_matter && scheme != "file" => return Err("the URL has no host"),
        None => {}
        Some(authority) => check_authority(authority)?,
    }

    let violation = Cell::new(None);
    let note = |found| violation.set(violation.get().or(Some(found)));
    let parsed = Url::options().syntax_violation_callback(Some(&note)).parse(text);
    if let Some(violation) = violation.get() {
        return Err(say_violation(violation));
    }
    let Ok(parsed) = parsed else { return Err("the text is no URL") };

    let place = match (place, authority) {
        (Some(place), Some(authority)) => Some(read_place(&parsed, place, authority)?),
        _ => None,
    };
    Ok(ReadUrl { scheme, place })
}

/// Refuses what could make another program see another host than the parser does.
fn check_authority(authority: &str) -> Result<(), &'static str> {
    // A name, brackets or a last dot, a colon and a port.
    if authority.len() > 262 {
        return Err("the URL's host is longer than a name can be");
    }
    if !authority.is_ascii() {
        return Err("the URL's host is not ASCII");
    }
    if authority.contains('@') {
        return Err("the URL names a user before its host");
    }
    if authority.contains('%') {
        return Err("the URL's host holds an escape");
    }
    Ok(())
}

fn say_violation(violation: SyntaxViolation) -> &'static str {
    match violation {
        SyntaxViolation::PercentDecode => "the URL holds `%` that begins no escape",
        SyntaxViolation::NonUrlCodePoint => "the URL holds a character that must be escaped",
        // The list is open.
        _ => "the URL is not well formed",
    }
}

/// Reads `place`, the text after `//`, of which `authority` is the beginning.
fn read_place<'a>(parsed: &Url, place: &'a str, authority: &str) -> Result<Place<'a>, &'static str> {
    let path = place.get(authority.len()..).and_then(|rest| rest.split(['?', '#']).next()).unwrap_or_default();
    let file = parsed.scheme() == "file";
    let (host, port) = split_port(authority)?;
    let host = match host {
        "" if path.starts_with("//") => HostPart::Unsure("the URL has no host, but its path may name a machine"),
        "" => HostPart::None,
        _ if file => HostPart::Unsure("the URL is of a file on a named machine"),
        host => HostPart::Known(read_host(parsed, host)?),
    };
    Ok(Place { host, port: port.or_else(|| parsed.port_or_known_default()), path })
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), &'static str> {
    let end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
    let after = authority.get(end..).unwrap_or_default();
    let Some((before_port, port)) = after.split_once(':') else { return Ok((authority, None)) };
    let host = authority.get(..end + before_port.len()).unwrap_or_default();
    let port = decimal(port).ok_or("the URL's port is not a plain number")?;
    Ok((host, Some(port)))
}

/// The number that `text` writes without sign and without leading zeros.
fn read_host(parsed: &Url, host: &str) -> Result<Host, &'static str> {
    let host = host.to_ascii_lowercase();
    let plain = match parsed.host() {
        Some(url::Host::Ipv6(address)) => return Ok(Host::Address(unmapped(address))),
        _ => plain_host(host.strip_suffix('.').unwrap_or(&host))?,
    };
    // The parser says the same, or nothing can be said.
    let agrees = match (&plain, parsed.host()) {
        (Host::Address(address), Some(url::Host::Ipv4(parsed))) => *address == IpAddr::V4(parsed),
        // Also an address, where the scheme is not one of the standard's own.
        (Host::Address(_) | Host::Name(_), Some(url::Host::Domain(parsed))) => parsed.eq_ignore_ascii_case(&host),
        _ => false,
    };
    if agrees { Ok(plain) } else { Err("the URL's host is not written as it is read") }
}

/// Reads a host that is no IPv6 address, is in lower case and has no dot at its end.
fn plain_host(host: &str) -> Result<Host, &'static str> {
    if host.is_empty() {
        return Err("the host is empty");
    }
    if host.len() > 253 || host.split('.').any(|label| label.len() > 63) {
        return Err("the host is longer than a name can be");
    }
    if !host.is_ascii() {
        return Err("the host is not ASCII; it is known only in its `xn--` form");
    }
    if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')) {
        return Err("the host holds a character that no host name has");
    }
    if host.split('.').any(str::is_empty) {
        return Err("the host has an empty label");
    }
    match (host.parse::<Ipv4Addr>(), url::Host::parse(host)) {
        (Ok(address), Ok(url::Host::Ipv4(parsed))) if address == parsed => Ok(Host::Address(IpAddr::V4(address))),
        (Err(_), Ok(url::Host::Domain(parsed))) if parsed == host => Ok(Host::Name(parsed)),
        // A number at the end; or an `xn--` label that encodes nothing, which old programs read as the text in it.
        _ => Err("the host is neither a name nor a plainly written IPv4 address"),
    }
}

fn compare_address(range: &AddressRange, host: &Host) -> Truth {
    match host {
        Host::Name(_) => Truth::Undecidable("the URL's host is a name, which may lead to any address"),
        Host::Address(address) => range.compare(*address),
    }
}

#[cfg(feature = "full")]
impl HostPattern {
    /// A host that it stands for, as a URL writes it.
    #[must_use]
    pub fn example(&self) -> String {
        match &self.0 {
            Pattern::Name(name) => name.clone(),
            Pattern::Below(name) => format!("a{name}"),
            Pattern::Address(IpAddr::V4(address)) => address.to_string(),
            Pattern::Address(IpAddr::V6(address)) => format!("[{address}]"),
        }
    }
}

impl HostPattern {
    fn compare(&self, host: &Host) -> Truth {
        let (same, this_machine) = match (&self.0, host) {
            (Pattern::Name(wanted), Host::Name(name)) => (wanted == name, is_localhost(wanted)),
            // No name begins with a dot, as what is wanted does, so there is a label before it.
            (Pattern::Below(wanted), Host::Name(name)) => match name.strip_suffix(wanted.as_str()) {
                Some(labels) if labels.split('.').any(|label| label.starts_with("xn--")) => {
                    return Truth::Undecidable("the host has a label in `xn--` form, which only some programs take");
                }
                below => (below.is_some(), is_localhost(wanted)),
            },
            (Pattern::Name(wanted) | Pattern::Below(wanted), Host::Address(_)) => (false, is_localhost(wanted)),
            (Pattern::Address(wanted), Host::Name(_)) => (false, is_this_machine(*wanted)),
            (Pattern::Address(wanted), Host::Address(address)) => {
                if carried(*address).is_some_and(|carried| *wanted == IpAddr::V4(carried)) {
                    return Truth::Undecidable(CARRIED);
                }
                (wanted == address, is_this_machine(*wanted))
            }
        };
        if !same && this_machine && host.is_this_machine() {
            return Truth::Undecidable("the URL's host is another way to name this machine");
        }
        same.into()
    }
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

fn is_this_machine(address: IpAddr) -> bool {
    address.is_loopback() || is_unspecified(address)
}

/// Whether `path`, of a URL, is one that `pattern` stands for. Servers differ in what they fold, cut off and decode.
fn compare_path(path: &str, pattern: &PathGlob) -> Truth {
    let decoded = match decode_path(if path.is_empty() { "/" } else { path }) {
        Ok(decoded) => decoded,
        Err(why) => return Truth::Undecidable(why),
    };
    let names = match normalise(&decoded) {
        Ok(normal) => normal.names().to_vec(),
        Err(why) => return Truth::Undecidable(why),
    };
    let truth = pattern.matches_names(&names, false);
    if !decoded.ends_with('/') || names.is_empty() {
        return truth;
    }
    let with_slash: Vec<&str> = names.into_iter().chain([""]).collect();
    if pattern.matches_names(&with_slash, false) == truth {
        truth
    } else {
        Truth::Undecidable("the URL's path ends in `/`, which only some servers ignore")
    }
}

/// `path` with escapes decoded that can mean nothing but themselves: spaces and non-ASCII characters.
fn decode_path(path: &str) -> Result<String, &'static str> {
    if path.contains(';') {
        return Err("the URL's path holds `;`, after which some servers read no further");
    }
    if path.contains("//") {
        return Err("the URL's path holds `//`, which only some servers read as `/`");
    }
    if path.split('/').any(|name| matches!(name, "." | "..")) {
        return Err("the URL's path holds `.` or `..`");
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut pieces = path.split('%');
    bytes.extend(pieces.next().unwrap_or_default().bytes());
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).ok_or("the URL holds `%` that begins no escape")?;
        match u8::from_str_radix(digits, 16) {
            Ok(byte @ (b' ' | 0x80..)) => bytes.push(byte),
            _ => return Err("the URL's path holds an escape of an ASCII character"),
        }
        bytes.extend(rest.bytes());
    }
    String::from_utf8(bytes).map_err(|_| "the URL's path holds escapes that are not UTF-8")
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// What a URL is to a reader, and to the tools that open it.
#[cfg(feature = "full")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Where it leads, as the standard reads it; `None` if it names none or nobody can tell.
    pub host: Option<String>,
    /// What stands before `@` in front of the host, and is no host.
    pub user: Option<String>,
    /// Why no condition can be decided for it.
    pub refused: Option<&'static str>,
}

/// What `text` is to a reader, if it is meant to be a URL: it begins with a scheme and something that tools open.
///
/// Where conditions can be decided it is read as they read it.
///
/// ```
/// use countersign::matcher::url::told;
///
/// let told = told("https://bank.example@evil.example/").ok_or("no URL")?;
/// assert_eq!((told.host.as_deref(), told.user.as_deref()), (Some("evil.example"), Some("bank.example")));
/// assert!(told.refused.is_some());
/// # Ok::<(), &str>(())
/// ```
#[cfg(feature = "full")]
#[must_use]
pub fn told(text: &str) -> Option<Told> {
    let (scheme, rest) = text.trim().split_once(':').filter(|(scheme, _)| is_scheme(scheme))?;
    let is_special =
        ["http", "https", "ws", "wss", "ftp", "file"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let begins = rest.chars().next()?;
    if !rest.starts_with("//") && (!is_special || begins.is_whitespace()) {
        return None;
    }
    match read(text) {
        Ok(url) => {
            let host = url.place.and_then(|place| match place.host {
                HostPart::Known(Host::Name(name)) => Some(name),
                HostPart::Known(Host::Address(address)) => Some(address.to_string()),
                HostPart::None | HostPart::Unsure(_) => None,
            });
            Some(Told { host, user: None, refused: None })
        }
        Err(why) => {
            let parsed = Url::parse(text).ok();
            let host = parsed.as_ref().and_then(|url| url.host_str().map(str::to_owned));
            let user = parsed.as_ref().map(|url| match url.password() {
                Some(password) => format!("{}:{password}", url.username()),
                None => url.username().to_owned(),
            });
            Some(Told { host, user: user.filter(|user| !user.is_empty()), refused: Some(why) })
        }
    }
}

#[cfg(test)]
mod tests;
