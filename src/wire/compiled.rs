//! Policies that were compiled before: bytes that only the engine that wrote them reads.
//!
//! | Bytes | |
//! |---|---|
//! | 8 | [`MAGIC`] |
//! | 2 | version of this form, little-endian |
//! | 1, and so many | version of the engine that reads it |
//! | 4 | length of the rest, little-endian |
//! | 32 | SHA-256 over all of the other bytes |
//! | the rest | the policies and the catalogue, by `postcard` |
//!
//! The digest finds damage. It is no signature: who can write the bytes can write a digest that fits.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Failure;
use crate::catalogue::model::Catalogue;
use crate::decide::compile::{Stack, compile};
use crate::policy::model::Policy;

/// What every compiled policy begins with. The first byte is no text, and the last ones are changed by what takes it for
/// text.
pub const MAGIC: &[u8; 8] = b"\x89CSP\r\n\x1a\n";

/// Goes up with every change of what is written, or of what it means.
const VERSION: u16 = 1;

/// Within one version of the engine everything that is compiled in means the same.
const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// What is written.
#[derive(Deserialize)]
struct Payload {
    policies: Vec<Policy>,
    catalogue: Option<Catalogue>,
}

/// As [`Payload`], of a stack that others still use.
#[derive(Serialize)]
struct PayloadOut<'a> {
    policies: Vec<&'a Policy>,
    catalogue: Option<&'a Catalogue>,
}

/// `stack` as bytes.
///
/// # Errors
///
/// `damaged` if it is too large to be written, which no policy within the limits is.
///
/// ```
/// use countersign::decide::compile::compile;
/// use countersign::policy::parse::parse;
/// use countersign::wire::compiled::{read_compiled, write_compiled};
///
/// let (policy, _) = parse("rules: [{ tool: a, action: allow }]", Default::default());
/// let stack = compile(policy.into_iter().collect()).map_err(|_| "no digest")?;
/// let bytes = write_compiled(&stack).map_err(|failure| failure.code)?;
/// assert_eq!(read_compiled(&bytes).map(|read| read.digest).ok(), Some(stack.digest));
/// assert_eq!(read_compiled(b"rules: []").err().map(|failure| failure.code), Some("not-compiled"));
/// # Ok::<(), &str>(())
/// ```
pub fn write_compiled(stack: &Stack) -> Result<Vec<u8>, Failure> {
    let policies = stack.policies.iter().map(|compiled| &compiled.policy).collect();
    let payload = postcard::to_allocvec(&PayloadOut { policies, catalogue: stack.catalogue.as_deref() });
    let payload = payload.map_err(|_| damaged())?;
    let length = u32::try_from(payload.len()).map_err(|_| damaged())?;
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.push(u8::try_from(ENGINE.len()).map_err(|_| damaged())?);
    bytes.extend(ENGINE.as_bytes());
    bytes.extend(length.to_le_bytes());
    let checksum = checksum(&bytes, &payload);
    bytes.extend(checksum);
    bytes.extend(payload);
    Ok(bytes)
}

/// The stack that `bytes` hold.
///
/// # Errors
///
/// `not-compiled` if they are something else, `other-version` if another version of the engine wrote them, `cut-short`,
/// `trailing-bytes`, or `damaged`.
pub fn read_compiled(bytes: &[u8]) -> Result<Stack, Failure> {
    let mut rest = bytes.strip_prefix(MAGIC).ok_or_else(|| {
        let is_beginning = MAGIC.starts_with(bytes) && !bytes.is_empty();
        if is_beginning { cut_short() } else { Failure::new("not-compiled", "these bytes are no compiled policy") }
    })?;
    let version = u16::from_le_bytes(*take(&mut rest)?);
    if version != VERSION {
        return Err(other_version(format!("form {version}, and this engine reads form {VERSION}")));
    }
    let [length] = *take(&mut rest)?;
    let (engine, mut rest) = rest.split_at_checked(length.into()).ok_or_else(cut_short)?;
    if engine != ENGINE.as_bytes() {
        let engine = String::from_utf8_lossy(engine);
        return Err(other_version(format!("countersign {engine}, and this is countersign {ENGINE}")));
    }
    let length = u32::from_le_bytes(*take(&mut rest)?);
    let header = bytes.get(..bytes.len() - rest.len()).unwrap_or_default();
    let expected: &[u8; 32] = take(&mut rest)?;
    match rest.len().cmp(&usize::try_from(length).unwrap_or(usize::MAX)) {
        std::cmp::Ordering::Less => return Err(cut_short()),
        std::cmp::Ordering::Greater => return Err(Failure::new("trailing-bytes", "bytes follow the compiled policy")),
        std::cmp::Ordering::Equal => {}
    }
    if checksum(header, rest) != *expected {
        return Err(damaged());
    }
    let (Payload { policies, catalogue }, []) = postcard::take_from_bytes(rest).map_err(|_| damaged())? else {
        return Err(damaged());
    };
    let stack = compile(policies).map_err(|_| damaged())?;
    Ok(match catalogue {
        Some(catalogue) => stack.with_catalogue(catalogue),
        None => stack,
    })
}

/// The digest of what a compiled policy would hold of `catalogue`; `None` if it cannot be written.
#[cfg(feature = "full")]
pub(super) fn catalogue_digest(catalogue: &Catalogue) -> Option<crate::value::digest::Digest> {
    let written = postcard::to_allocvec(catalogue).ok()?;
    Some(crate::value::digest::Digest::of_bytes(checksum(b"countersign/catalogue/1\0", &written)))
}

fn checksum(header: &[u8], payload: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(header).chain_update(payload).finalize().into()
}

/// The first `N` of the bytes of `rest`, which then begins after them.
fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Result<&'a [u8; N], Failure> {
    let (taken, after) = rest.split_first_chunk().ok_or_else(cut_short)?;
    *rest = after;
    Ok(taken)
}

fn cut_short() -> Failure {
    Failure::new("cut-short", "the compiled policy is cut short")
}

fn other_version(which: String) -> Failure {
    Failure::new("other-version", format!("the policy was compiled for {which}: compile it again"))
}

fn damaged() -> Failure {
    Failure::new("damaged", "the compiled policy was damaged")
}
