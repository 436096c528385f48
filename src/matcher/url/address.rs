//! Sets of IP addresses.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::matcher::truth::Truth;

/// A set of IP addresses. IPv4 addresses mapped into IPv6 count as the IPv4 addresses that they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddressRange(Range);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Range {
    Private,
    Loopback,
    LinkLocal,
    Block(IpAddr, u8),
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

#[cfg(feature = "full")]
impl AddressRange {
    /// An address in it, as a URL writes it.
    #[must_use]
    pub fn example(&self) -> String {
        match &self.0 {
            Range::Private => "10.0.0.1".to_owned(),
            Range::Loopback => "127.0.0.1".to_owned(),
            Range::LinkLocal => "169.254.0.1".to_owned(),
            Range::Block(IpAddr::V4(address), _) => address.to_string(),
            Range::Block(IpAddr::V6(address), _) => format!("[{address}]"),
        }
    }
}

pub(super) fn decimal(text: &str) -> Option<u16> {
    let plain = text == "0" || !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

pub(super) const CARRIED: &str = "the URL's address carries another one, which it may lead to";

impl AddressRange {
    /// Whether `address` is one of them, or may lead to one.
    pub(super) fn compare(&self, address: IpAddr) -> Truth {
        match (self.holds(address), carried(address)) {
            (Truth::DoesNotHold, Some(carried)) if self.holds(IpAddr::V4(carried)) != Truth::DoesNotHold => {
                Truth::Undecidable(CARRIED)
            }
            (truth, _) => truth,
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

/// The IPv4 address that an IPv6 address of a transition mechanism carries: IPv4-compatible, IPv4-translated, NAT64, 6to4,
/// Teredo, ISATAP.
pub(super) fn carried(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(v6) = address else { return None };
    let (high, low) = match v6.segments() {
        [0, 0, 0, 0, 0, 0, high, low] if (high, low) != (0, 0) && (high, low) != (0, 1) => (high, low),
        [0, 0, 0, 0, 0xffff, 0, high, low] | [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => (high, low),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => (high, low),
        [0x2002, high, low, ..] => (high, low),
        [0x2001, 0, _, _, _, _, high, low] => (!high, !low),
        _ => return None,
    };
    Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
}

pub(super) fn unmapped(address: Ipv6Addr) -> IpAddr {
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

/// `::` and 0.0.0.0/8, which lead to this machine on some systems and nowhere on others.
pub(super) fn is_unspecified(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => matches!(v4.octets(), [0, ..]),
        IpAddr::V6(v6) => v6.is_unspecified(),
    }
}
