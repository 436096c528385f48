//! URLs, read as the WHATWG standard reads them. Where a host name leads and what redirects to where cannot be seen.
//!
//! What two programs are known to read in two ways is undecidable: user names, odd ways to write an address, anything
//! that the standard calls a validation error, escapes where they could hide something.

use std::cell::Cell;

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{SyntaxViolation, Url};

use crate::matcher::path::{PathGlob, normalise, path_glob};
use crate::matcher::truth::Truth;

/// What is asked of a URL. An empty list is not asked; of one that is not empty, any entry will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern(Pattern);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Name(String),
    /// All that end in this, which begins with a dot.
    Below(String),
    Address(IpAddr),
}

/// A set of IP addresses. IPv4 addresses mapped into IPv6 count as the IPv4 addresses that they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressRange(Range);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Range {
    Private,
    Loopback,
    LinkLocal,
    Block(IpAddr, u8),
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

/// The addresses that `text` writes: `private`, `loopback`, `link-local`, a block such as `10.0.0.0/8`, or one address.
///
/// # Errors
///
/// Why it is none.
///
/// ```
/// use countersign::matcher::url::address_range;
///
/// assert!(address_range("private").is_ok());
/// assert!(address_range("2001:db8::/32").is_ok());
/// assert!(address_range("10.0.0.1/8").is_err());
/// ```
pub fn address_range(text: &str) -> Result<AddressRange, &'static str> {
    match text {
        "private" => return Ok(AddressRange(Range::Private)),
        "loopback" => return Ok(AddressRange(Range::Loopback)),
        "link-local" => return Ok(AddressRange(Range::LinkLocal)),
        _ => {}
    }
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else {
        return Err(
            "an address range is `private`, `loopback`, `link-local`, an IP address, or a block as `10.0.0.0/8`",
        );
    };
    let bits_max = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        None => bits_max,
        Some(bits) => decimal(bits)
            .and_then(|bits| u8::try_from(bits).ok())
            .filter(|bits| *bits <= bits_max)
            .ok_or("after `/` stands a number of bits, at most 32 for IPv4 and 128 for IPv6")?,
    };
    let (address, bits) = match address {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() && bits >= 96 => (unmapped(v6), bits - 96),
        IpAddr::V6(v6) if same_beginning(v6.to_bits(), Ipv4Addr::UNSPECIFIED.to_ipv6_mapped().to_bits(), bits) => {
            return Err("the block holds the IPv4 addresses mapped into IPv6, which count as IPv4");
        }
        address => (address, bits),
    };
    let host_bits_set = match address {
        IpAddr::V4(v4) => !same_beginning_rest_is_zero(u128::from(v4.to_bits()) << 96, bits),
        IpAddr::V6(v6) => !same_beginning_rest_is_zero(v6.to_bits(), bits),
    };
    if host_bits_set {
        return Err("the address of a block has no bits set after those that count");
    }
    Ok(AddressRange(Range::Block(address, bits)))
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
            any_asked(&self.addresses, |range| place.host.compare(|host| range.compare(host))),
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
fn decimal(text: &str) -> Option<u16> {
    let plain = text == "0" || !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

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
    // Old programs decode these to the plain text before the hyphen.
    if host.split('.').any(|label| label.starts_with("xn--") && label.ends_with('-')) {
        return Err("the host has an `xn--` label that encodes nothing");
    }
    match (host.parse::<Ipv4Addr>(), url::Host::parse(host)) {
        (Ok(address), Ok(url::Host::Ipv4(parsed))) if address == parsed => Ok(Host::Address(IpAddr::V4(address))),
        (Err(_), Ok(url::Host::Domain(parsed))) if parsed == host => Ok(Host::Name(parsed)),
        _ => Err("the host ends in a number, but is no plainly written IPv4 address"),
    }
}

impl HostPattern {
    fn compare(&self, host: &Host) -> Truth {
        let (same, this_machine) = match (&self.0, host) {
            (Pattern::Name(wanted), Host::Name(name)) => (wanted == name, is_localhost(wanted)),
            (Pattern::Below(wanted), Host::Name(name)) => (is_below(name, wanted), is_localhost(wanted)),
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

/// Whether `name` has one or more labels before `wanted`, which begins with a dot.
fn is_below(name: &str, wanted: &str) -> bool {
    name.strip_suffix(wanted).is_some_and(|before| !before.is_empty())
}

fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

fn is_this_machine(address: IpAddr) -> bool {
    address.is_loopback() || is_unspecified(address)
}

/// `::` and 0.0.0.0/8, which lead to this machine on some systems and nowhere on others.
fn is_unspecified(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => matches!(v4.octets(), [0, ..]),
        IpAddr::V6(v6) => v6.is_unspecified(),
    }
}

const CARRIED: &str = "the URL's address carries another one, which it may lead to";

impl AddressRange {
    fn compare(&self, host: &Host) -> Truth {
        match host {
            Host::Name(_) => Truth::Undecidable("the URL's host is a name, which may lead to any address"),
            Host::Address(address) => match (self.holds(*address), carried(*address)) {
                (Truth::DoesNotHold, Some(carried)) if self.holds(IpAddr::V4(carried)) != Truth::DoesNotHold => {
                    Truth::Undecidable(CARRIED)
                }
                (truth, _) => truth,
            },
        }
    }

    fn holds(&self, address: IpAddr) -> Truth {
        let named = match (&self.0, address) {
            (Range::Block(IpAddr::V4(block), bits), IpAddr::V4(v4)) => {
                let high = |v4: Ipv4Addr| u128::from(v4.to_bits()) << 96;
                return same_beginning(high(*block), high(v4), *bits).into();
            }
            (Range::Block(IpAddr::V6(block), bits), IpAddr::V6(v6)) => {
                return same_beginning(block.to_bits(), v6.to_bits(), *bits).into();
            }
            (Range::Block(IpAddr::V4(_), _), IpAddr::V6(_)) | (Range::Block(IpAddr::V6(_), _), IpAddr::V4(_)) => {
                return Truth::DoesNotHold;
            }
            (Range::Private, IpAddr::V4(v4)) => match v4.octets() {
                [100, 64..=127, ..] => {
                    return Truth::Undecidable("the URL's address is of 100.64.0.0/10, which is shared, not private");
                }
                _ => v4.is_private(),
            },
            (Range::Private, IpAddr::V6(v6)) => match v6.segments() {
                [0xfec0..=0xfeff, ..] => {
                    return Truth::Undecidable("the URL's address is of fec0::/10, which once was private");
                }
                _ => v6.is_unique_local(),
            },
            (Range::Loopback, address) => address.is_loopback(),
            (Range::LinkLocal, IpAddr::V4(v4)) => v4.is_link_local(),
            (Range::LinkLocal, IpAddr::V6(v6)) => v6.is_unicast_link_local(),
        };
        match named {
            false if is_unspecified(address) => {
                Truth::Undecidable("the URL's address leads to this machine on some systems")
            }
            named => named.into(),
        }
    }
}

/// The IPv4 address that an IPv6 address of a transition mechanism carries: IPv4-compatible, NAT64, 6to4, Teredo.
fn carried(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(v6) = address else { return None };
    let (high, low) = match v6.segments() {
        [0, 0, 0, 0, 0, 0, high, low] if (high, low) != (0, 0) && (high, low) != (0, 1) => (high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => (high, low),
        [0x2002, high, low, ..] => (high, low),
        [0x2001, 0, _, _, _, _, high, low] => (!high, !low),
        _ => return None,
    };
    Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
}

fn unmapped(address: Ipv6Addr) -> IpAddr {
    IpAddr::V6(address).to_canonical()
}

/// Whether the first `bits` bits of `a` and `b` are the same.
fn same_beginning(a: u128, b: u128, bits: u8) -> bool {
    // A shift by all 128 bits gives none: nothing is left to differ.
    (a ^ b).checked_shr(128 - u32::from(bits)).unwrap_or(0) == 0
}

fn same_beginning_rest_is_zero(address: u128, bits: u8) -> bool {
    address.checked_shl(u32::from(bits)).unwrap_or(0) == 0
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

#[cfg(test)]
mod tests {
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

    fn hosts(patterns: &str) -> UrlMatcher {
        let hosts = patterns.split(' ').map(|text| host_pattern(text).unwrap()).collect();
        UrlMatcher { hosts, ..UrlMatcher::default() }
    }

    #[test]
    fn hosts_of_urls() {
        let rows = [
            ("example.com", "https://example.com", YES),
            ("example.com", "http://example.com/", YES),
            ("example.com", "HTTPS://EXAMPLE.COM/", YES),
            ("EXAMPLE.com", "https://example.com/", YES),
            ("example.com", "https://example.com./", YES),
            ("example.com", "https://example.com:8443/x", YES),
            ("example.com", "https://example.com?x", YES),
            ("example.com", "https://example.com#@evil.example", YES),
            ("example.com", "https://example.com/@evil.example", YES),
            ("example.com", "https://example.com/?u=https://evil.example/", YES),
            ("example.com", "https://example.com/é?é", YES),
            ("example.com", "https://example.com.evil.example/", NO),
            ("example.com", "https://evil.example/example.com", NO),
            ("example.com", "https://evil.example?https://example.com/", NO),
            ("example.com", "https://evil.example#example.com", NO),
            ("example.com", "https://evil-example.com/", NO),
            ("example.com", "https://www.example.com/", NO),
            ("example.com", "https://example.co/", NO),
            ("example.com", "https://93.184.216.34/", NO),
            ("example.com", "https://[2001:db8::1]/", NO),
            ("a.example b.example", "https://b.example/", YES),
            ("a_b.example", "https://a_b.example/", YES),
            ("xn--bcher-kva.example", "https://xn--bcher-kva.example/", YES),
            ("example.com", "https://xn--bcher-kva.example/", NO),
            // Labels before a name.
            ("*.example.com", "https://a.example.com/", YES),
            ("*.example.com", "https://a.b.example.com/", YES),
            ("*.example.com", "https://A.Example.Com./", YES),
            ("*.example.com", "https://example.com/", NO),
            ("*.example.com", "https://evilexample.com/", NO),
            ("*.example.com", "https://a.example.com.evil.example/", NO),
            ("*.example.com", "https://.example.com/", MAYBE),
            ("*.example.com", "https://1.2.3.4/", NO),
            // Users.
            ("example.com", "https://example.com@evil.example/", MAYBE),
            ("example.com", "https://example.com:pw@evil.example/", MAYBE),
            ("example.com", "https://u@example.com/", MAYBE),
            ("example.com", "https://@example.com/", MAYBE),
            ("example.com", "https://:@example.com/", MAYBE),
            ("example.com", "https://a@b@example.com/", MAYBE),
            ("example.com", "https://evil.example%40example.com/", MAYBE),
            // Two readings.
            ("example.com", "https://evil.example\\@example.com/", MAYBE),
            ("example.com", "https:\\\\example.com/", MAYBE),
            ("example.com", "https://example.com\\.evil.example/", MAYBE),
            ("example.com", "https:/example.com/", MAYBE),
            ("example.com", "https:example.com/", MAYBE),
            ("example.com", "https:///example.com/", MAYBE),
            ("example.com", "https:////example.com/", MAYBE),
            // The parser must not see these: its Unicode back end asserts what no other host breaks.
            ("example.com", "https:EXAMPLEé.com/", MAYBE),
            ("example.com", "https:/EXAMPLEé.com/", MAYBE),
            ("example.com", "https:///EXAMPLEé.com/", MAYBE),
            ("example.com", "https://EXAMPLEé.com/", MAYBE),
            ("example.com", "https://EXAMPLE%C3%A9.com/", MAYBE),
            ("example.com", "ssh:EXAMPLEé.com/", MAYBE),
            ("example.com", " https://example.com/", MAYBE),
            ("example.com", "https://example.com/ ", MAYBE),
            ("example.com", "https://exam\tple.com/", MAYBE),
            ("example.com", "https://example.com/\n", MAYBE),
            ("example.com", "https://example.com/\u{1}", MAYBE),
            ("example.com", "https://example.com/\0", MAYBE),
            ("example.com", "https://example.com/a\u{a0}b", MAYBE),
            ("example.com", "https://ex%61mple.com/", MAYBE),
            ("example.com", "https://ｅxample.com/", MAYBE),
            ("example.com", "https://example。com/", MAYBE),
            ("example.com", "https://exa\u{ad}mple.com/", MAYBE),
            ("example.com", "https://bücher.example/", MAYBE),
            ("example.com", "https://xn--example-.com/", MAYBE),
            ("example.com", "https://example.com,evil.example/", MAYBE),
            ("example.com", "https://{example.com,evil.example}/", MAYBE),
            ("example.com", "https://example.com;evil.example/", MAYBE),
            ("example.com", "https://example.com&evil.example/", MAYBE),
            ("example.com", "https://example..com/", MAYBE),
            ("example.com", "https://example.com../", MAYBE),
            ("example.com", "https://example.com:/", MAYBE),
            ("example.com", "https://example.com:0443/", MAYBE),
            ("example.com", "https://example.com:99999/", MAYBE),
            ("example.com", "https://example.com:+80/", MAYBE),
            ("example.com", "https://example.com:80:90/", MAYBE),
            ("example.com", "https://example.com/%zz", MAYBE),
            ("example.com", "https://example.com/\"x\"", MAYBE),
            ("example.com", "https://example.com/{a,b}", MAYBE),
            ("example.com", "https://example.com/?a[]=1", MAYBE),
            // No URL, or none with a host.
            ("example.com", "", MAYBE),
            ("example.com", "example.com", MAYBE),
            ("example.com", "example.com/x", MAYBE),
            ("example.com", "example.com:443/x", MAYBE),
            ("example.com", "//example.com/", MAYBE),
            ("example.com", "/x", MAYBE),
            ("example.com", "https://", MAYBE),
            ("example.com", "https://?", MAYBE),
            ("example.com", "https://example.com https://evil.example", MAYBE),
            ("example.com", "mailto:a@example.com", MAYBE),
            ("example.com", "javascript:alert(1)", MAYBE),
            ("example.com", "view-source:https://example.com/", MAYBE),
            ("example.com", "blob:https://example.com/x", MAYBE),
            // Another scheme, when none is asked.
            ("example.com", "ftp://example.com/", MAYBE),
            ("example.com", "ftp://evil.example/", NO),
            ("example.com", "git+ssh://EXAMPLE.com/", MAYBE),
            ("example.com", "file:///etc/passwd", NO),
            ("example.com", "file:////example.com/x", MAYBE),
            ("example.com", "file://example.com/x", MAYBE),
        ];
        for (patterns, text, expected) in rows {
            assert_eq!(said(hosts(patterns).matches(text)), expected, "`{text}` with `{patterns}`");
        }
    }

    #[test]
    fn hosts_that_are_addresses() {
        let rows = [
            ("127.0.0.1", "http://127.0.0.1/", YES),
            ("127.0.0.1", "http://127.0.0.1./", YES),
            ("127.0.0.1", "http://127.0.0.1:8080/", YES),
            ("169.254.169.254", "http://169.254.169.254./latest", YES),
            ("127.0.0.1", "http://[::ffff:127.0.0.1]/", YES),
            ("127.0.0.1", "http://[::ffff:7f00:1]/", YES),
            ("::ffff:127.0.0.1", "http://127.0.0.1/", YES),
            ("[::1]", "http://[::1]/", YES),
            ("::1", "http://[0:0:0:0:0:0:0:1]:80/", YES),
            ("2001:DB8::1", "http://[2001:db8:0::1]/", YES),
            ("10.0.0.1", "http://10.0.0.2/", NO),
            ("10.0.0.1", "http://10.0.0.1.nip.example/", NO),
            ("10.0.0.1", "http://example.com/", NO),
            ("10.0.0.1", "http://[2001:db8::1]/", NO),
            ("127.0.0.1", "http://0x7f.1/", MAYBE),
            ("127.0.0.1", "http://2130706433/", MAYBE),
            ("127.0.0.1", "http://0177.0.0.1/", MAYBE),
            ("127.0.0.1", "http://127.1/", MAYBE),
            ("127.0.0.1", "http://127.0.0.01/", MAYBE),
            ("127.0.0.1", "http://0x7f000001./", MAYBE),
            ("127.0.0.1", "http://127.0.0.256/", MAYBE),
            ("127.0.0.1", "http://127.0.0.1.5/", MAYBE),
            ("127.0.0.1", "http://⑫7.0.0.1/", MAYBE),
            ("::1", "http://[::1%25eth0]/", MAYBE),
            ("::1", "http://[::1/", MAYBE),
            ("::1", "http://::1/", MAYBE),
            ("::1", "http://[::g]/", MAYBE),
            // Ways to name this machine.
            ("localhost", "http://LocalHost./admin", YES),
            ("localhost", "http://127.0.0.1/", MAYBE),
            ("localhost", "http://[::1]/", MAYBE),
            ("localhost", "http://0.0.0.0/", MAYBE),
            ("localhost", "http://a.localhost/", MAYBE),
            ("127.0.0.1", "http://localhost/", MAYBE),
            ("127.0.0.1", "http://127.0.0.2/", MAYBE),
            ("127.0.0.1", "http://[::]/", MAYBE),
            ("localhost", "http://localhost.example/", NO),
            ("localhost", "http://10.0.0.1/", NO),
            // Addresses that carry one.
            ("10.0.0.1", "http://[64:ff9b::10.0.0.1]/", MAYBE),
            ("10.0.0.1", "http://[2002:a00:1::]/", MAYBE),
            ("10.0.0.1", "http://[::10.0.0.1]/", MAYBE),
            ("10.0.0.1", "http://[2001::f5ff:fffe]/", MAYBE),
            ("10.0.0.1", "http://[64:ff9b::10.0.0.2]/", NO),
            // Under schemes that the standard does not know, addresses are text.
            ("127.0.0.1", "ssh://127.1/", MAYBE),
            ("127.0.0.1", "ssh://0x7f000001/", MAYBE),
            ("10.0.0.1", "ssh://10.0.0.2/", NO),
        ];
        for (patterns, text, expected) in rows {
            assert_eq!(said(hosts(patterns).matches(text)), expected, "`{text}` with `{patterns}`");
        }
    }

    #[test]
    fn addresses_of_urls() {
        let rows = [
            ("private", "http://10.1.2.3/", YES),
            ("private", "http://172.16.0.1/", YES),
            ("private", "http://172.31.255.255/", YES),
            ("private", "http://172.32.0.1/", NO),
            ("private", "http://192.168.0.1./", YES),
            ("private", "http://192.169.0.1/", NO),
            ("private", "http://[fd00:ec2::254]/", YES),
            ("private", "http://[fe00::1]/", NO),
            ("private", "http://[::ffff:10.0.0.1]/", YES),
            ("private", "http://8.8.8.8/", NO),
            ("private", "http://127.0.0.1/", NO),
            ("private", "http://100.100.100.200/", MAYBE),
            ("private", "http://100.128.0.1/", NO),
            ("private", "http://[fec0::1]/", MAYBE),
            ("private", "http://0.0.0.0/", MAYBE),
            ("private", "http://[64:ff9b::a00:1]/", MAYBE),
            ("private", "http://[64:ff9b::808:808]/", NO),
            ("private", "http://[64:ff9b:1::a00:1]/", MAYBE),
            ("private", "http://[2002:c0a8:1::1]/", MAYBE),
            ("private", "http://example.com/", MAYBE),
            ("private", "http://localhost/", MAYBE),
            ("private", "http://0xa.1/", MAYBE),
            ("loopback", "http://127.0.0.1/", YES),
            ("loopback", "http://127.255.0.1/", YES),
            ("loopback", "http://[::1]/", YES),
            ("loopback", "http://[::ffff:127.0.0.1]/", YES),
            ("loopback", "http://128.0.0.1/", NO),
            ("loopback", "http://[2001:db8::2]/", NO),
            ("loopback", "http://[::127.0.0.1]/", MAYBE),
            ("loopback", "http://0.0.0.0/", MAYBE),
            ("loopback", "http://[::]/", MAYBE),
            ("loopback", "http://localhost/", MAYBE),
            ("link-local", "http://169.254.169.254/", YES),
            ("link-local", "http://169.253.0.1/", NO),
            ("link-local", "http://[fe80::1]/", YES),
            ("link-local", "http://[febf::1]/", YES),
            ("link-local", "http://[ff02::1]/", NO),
            ("10.0.0.0/8", "http://10.255.0.1/", YES),
            ("10.0.0.0/8", "http://11.0.0.1/", NO),
            ("10.0.0.0/8", "http://[::ffff:10.0.0.1]/", YES),
            ("10.0.0.0/8", "http://[2001:db8::1]/", NO),
            ("1.2.3.4", "http://1.2.3.4/", YES),
            ("1.2.3.4/31", "http://1.2.3.5/", YES),
            ("1.2.3.4/31", "http://1.2.3.6/", NO),
            ("0.0.0.0/0", "http://255.255.255.255/", YES),
            ("0.0.0.0/8", "http://0.0.0.0/", YES),
            ("::ffff:10.0.0.0/104", "http://10.0.0.1/", YES),
            ("2001:db8::/32", "http://[2001:db8:ffff::1]/", YES),
            ("2001:db8::/32", "http://[2001:db9::1]/", NO),
            ("2001:db8::/32", "http://1.2.3.4/", NO),
            ("2001:db8::1", "http://[2001:db8::1]/", YES),
            ("64:ff9b::/96", "http://[64:ff9b::1.2.3.4]/", YES),
            ("1.2.3.0/24", "http://[64:ff9b::1.2.3.4]/", MAYBE),
            ("10.0.0.0/8", "file:///x", NO),
        ];
        for (range, text, expected) in rows {
            let matcher = UrlMatcher { addresses: vec![address_range(range).unwrap()], ..UrlMatcher::default() };
            assert_eq!(said(matcher.matches(text)), expected, "`{text}` with `{range}`");
        }
    }

    #[test]
    fn schemes_and_ports_of_urls() {
        let rows: &[(&[&str], &[u16], &str, &str)] = &[
            (&["https"], &[], "https://a.example/", YES),
            (&["https"], &[], "HTTPS://a.example/", YES),
            (&["HTTPS"], &[], "https://a.example/", YES),
            (&["https"], &[], "http://a.example/", NO),
            (&["https"], &[], "ftp://a.example/", NO),
            (&["http", "https"], &[], "http://a.example/", YES),
            (&["ftp"], &[], "ftp://a.example/", YES),
            (&["ws", "wss"], &[], "wss://a.example/", YES),
            (&["ssh"], &[], "ssh://a.example/", YES),
            (&["file"], &[], "file:///etc/passwd", YES),
            (&["file"], &[], "https://a.example/", NO),
            (&["data"], &[], "data:text/plain,x", YES),
            (&["data"], &[], "mailto:a@b.example", MAYBE),
            (&["https"], &[], "localhost:8080/x", MAYBE),
            (&["https"], &[], "https:a.example", MAYBE),
            (&["https"], &[], "1ttps://a.example", MAYBE),
            (&[], &[443], "https://a.example/", YES),
            (&[], &[443], "https://a.example:443/", YES),
            (&[], &[443], "http://a.example:443/", YES),
            (&[], &[443], "http://a.example/", NO),
            (&[], &[80, 8080], "http://a.example:8080/", YES),
            (&[], &[80], "https://a.example:8080/", NO),
            (&[], &[80], "http://[::1]:80/", YES),
            (&[], &[80], "http://[::1]/", YES),
            (&[], &[80], "http://[::1]:81/", NO),
            (&[], &[80], "http://a.example:080/", MAYBE),
            (&[], &[80], "http://a.example:/", MAYBE),
            (&[], &[0], "http://a.example:0/", YES),
            (&["ssh"], &[22], "ssh://a.example:22/", YES),
            (&["ssh"], &[22], "ssh://a.example/", MAYBE),
            (&["ftp"], &[21], "ftp://a.example/", YES),
        ];
        for (schemes, ports, text, expected) in rows {
            let schemes = schemes.iter().map(|text| scheme(text).unwrap()).collect();
            let matcher = UrlMatcher { schemes, ports: ports.to_vec(), ..UrlMatcher::default() };
            assert_eq!(said(matcher.matches(text)), *expected, "`{text}`");
        }
        assert!(["https:", "https://", "", "1a", "a b", "é"].iter().all(|text| scheme(text).is_err()));
    }

    #[test]
    fn paths_of_urls() {
        let rows = [
            ("/api/**", "https://a.example/api/x", YES),
            ("/api/**", "https://a.example/api", YES),
            ("/api/**", "https://a.example/api/", YES),
            ("/api/**", "https://a.example/api/x?y=/../z", YES),
            ("/api/**", "https://a.example/api#/../x", YES),
            ("/api/**", "https://a.example/apis", NO),
            ("/api/**", "https://a.example/x/api/y", NO),
            ("/api/**", "https://a.example?/api/x", NO),
            ("/", "https://a.example", YES),
            ("/", "https://a.example/", YES),
            ("/**", "https://a.example", YES),
            ("/api/*", "https://a.example/api/x", YES),
            ("/api/*", "https://a.example/api/x/y", NO),
            ("/api", "https://a.example/api/", MAYBE),
            ("/api/*", "https://a.example/api/", MAYBE),
            ("/api/**", "https://a.example/API/x", MAYBE),
            ("/api/**", "https://a.example/api/../x", MAYBE),
            ("/api/**", "https://a.example/x/../api", MAYBE),
            ("/api/**", "https://a.example/./api", MAYBE),
            ("/api/**", "https://a.example/api/%2e%2e/x", MAYBE),
            ("/api/**", "https://a.example/api/.%2E/x", MAYBE),
            ("/api/**", "https://a.example/api%2fx", MAYBE),
            ("/api/**", "https://a.example/%61pi/x", MAYBE),
            ("/api/**", "https://a.example/api/%252e%252e/x", MAYBE),
            ("/api/**", "https://a.example/api/%00", MAYBE),
            ("/api/**", "https://a.example/api/%c0%ae", MAYBE),
            ("/api/**", "https://a.example/api/%E2%88%95x", MAYBE),
            ("/api/**", "https://a.example/api/a%20b", YES),
            ("/api/**", "https://a.example/api/%C3%A9", YES),
            ("/api/**", "https://a.example/api/é", YES),
            ("/é", "https://a.example/%C3%A9", YES),
            ("/é", "https://a.example/e%CC%81", MAYBE),
            ("/api/**", "https://a.example//api/x", MAYBE),
            ("/api/**", "https://a.example/api//x", MAYBE),
            ("/api/**", "https://a.example/api/..;/x", MAYBE),
            ("/admin", "https://a.example/admin;x=1", MAYBE),
            ("/admin/**", "https://a.example/ad*", MAYBE),
            ("/x/**", "https://a.example/~user/x", NO),
            ("/api/**", "file:///api/x", MAYBE),
        ];
        for (pattern, text, expected) in rows {
            let matcher = UrlMatcher { paths: vec![path_pattern(pattern).unwrap()], ..UrlMatcher::default() };
            assert_eq!(said(matcher.matches(text)), expected, "`{text}` with `{pattern}`");
        }
        assert!(["api/**", "**", "", "/a;b", "/a?b", "/a/", "/%61"].iter().all(|text| path_pattern(text).is_err()));
    }

    #[test]
    fn all_that_is_asked_must_hold() {
        let matcher = UrlMatcher {
            schemes: vec!["https".to_owned()],
            ports: vec![443],
            paths: vec![path_pattern("/api/**").unwrap()],
            ..hosts("example.com")
        };
        let rows = [
            ("https://example.com/api/x", YES),
            ("http://example.com:443/api/x", NO),
            ("https://example.org/api/x", NO),
            ("https://example.com:444/api/x", NO),
            ("https://example.com/x", NO),
            ("https://example.com/api/../x", MAYBE),
            ("https://example.org/api/../x", NO),
        ];
        for (text, expected) in rows {
            assert_eq!(said(matcher.matches(text)), expected, "`{text}`");
        }
        let matcher = UrlMatcher { addresses: vec![address_range("private").unwrap()], ..hosts("example.com") };
        assert_eq!(said(matcher.matches("http://example.org/")), NO);
        assert_eq!(said(matcher.matches("http://example.com/")), MAYBE);
        assert_eq!(said(matcher.matches("http://10.0.0.1/")), NO);
    }

    #[test]
    fn patterns_that_are_none() {
        for text in [
            "",
            "*",
            "*.",
            "*.*.example",
            "a*.example",
            "a.*",
            "https://example.com",
            "example.com/",
            "example.com:80",
            "u@example.com",
            "example.com.",
            ".example.com",
            "a..b",
            "a b",
            "bücher.example",
            "ex%61mple.com",
            "0x7f.1",
            "127.1",
            "2130706433",
            "0177.0.0.1",
            "1.2.3.256",
            "foo.123",
            "*.1.2.3.4",
            "[::g]",
            "::1]",
            "[1.2.3.4]",
            "a,b",
            "xn--a-.example",
            "example.com?",
            "[::1]:80",
        ] {
            assert!(host_pattern(text).is_err(), "`{text}`");
        }
        assert!(host_pattern(&format!("{}.example", "a".repeat(64))).is_err());
        for text in [
            "",
            "public",
            "Private",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/08",
            "10.0.0.0/+8",
            "10.0.0.1/8",
            "10/8",
            "10.0.0.0/8/8",
            "::/129",
            "::/0",
            "::/80",
            "2001:db8::1/32",
            "example.com",
            "010.0.0.0/8",
            " 10.0.0.0/8",
            "::ffff:10.0.0.1/104",
        ] {
            assert!(address_range(text).is_err(), "`{text}`");
        }
        assert!(["2000::/3", "::/128", "::1", "64:ff9b::/96"].iter().all(|text| address_range(text).is_ok()));
    }

    #[test]
    fn long_urls_take_bounded_time() {
        let matcher = UrlMatcher { paths: vec![path_pattern("/a/**").unwrap()], ..hosts("example.com") };
        assert_eq!(said(matcher.matches(&format!("https://{}/", "a.".repeat(2_500_000)))), MAYBE);
        assert_eq!(said(matcher.matches(&format!("https://example.com/{}", "a/".repeat(2_500_000)))), MAYBE);
        assert_eq!(said(matcher.matches(&format!("https://example.com/a?{}", "%41".repeat(2_000_000)))), YES);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_trouble(text in any::<String>(), more in "(https?://)?[a-z0-9.:@/\\[\\]%?#;*-]{0,40}") {
            let matcher = UrlMatcher {
                paths: vec![path_pattern("/a/*").unwrap()],
                addresses: vec![AddressRange(Range::Private)],
                ..hosts("a *.b 10.0.0.1")
            };
            let _ = (matcher.matches(&text), matcher.matches(&more));
            let _ = (host_pattern(&text), host_pattern(&more), address_range(&text), path_pattern(&more));
        }

        #[test]
        fn a_host_holds_only_if_the_parser_reads_that_host(
            before in "(https?:/{1,3})?([a-z]{1,3}(:[a-z]{0,2})?@)?",
            host in "(example\\.com|evil\\.example)",
            after in "[.:/?#@\\\\;%]{0,3}",
            rest in "(example\\.com|evil\\.example|[0-9]{1,3})?[/?#.@]{0,2}",
        ) {
            let text = format!("{before}{host}{after}{rest}");
            let parsed = Url::parse(&text).ok();
            let found = parsed.as_ref().and_then(|url| url.host_str()).map(|host| host.trim_end_matches('.'));
            match hosts("example.com").matches(&text) {
                Truth::Holds => prop_assert_eq!(found, Some("example.com")),
                Truth::DoesNotHold => prop_assert!(found.is_some_and(|found| found != "example.com")),
                Truth::Undecidable(_) => {}
            }
        }
    }
}
