//! SHA-256 over canonical forms.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::canonical::{CanonicalError, canonical, canonical_finite};
use super::value::Value;

/// What a digest is about. The label is hashed in front of the canonical form, so that a digest of one kind is never
/// taken for one of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A policy.
    Policy,
    /// Several policies that apply together.
    Stack,
    /// What a rule of a policy means.
    Rule,
    /// On what evidence, and until when, a rule replaces review.
    Claim,
    /// A call.
    Call,
    /// What a limit counts together.
    Limit,
    /// What a tool says of itself.
    Tool,
    /// What belongs together in a store.
    Key,
    /// What happened, as an entry of a history has it.
    Event,
    /// An entry of a history.
    Entry,
    /// What histories say of the rules of a stack.
    Evidence,
}

impl Subject {
    const fn label(self) -> &'static str {
        match self {
            Self::Policy => "countersign/policy/1\0",
            Self::Stack => "countersign/stack/1\0",
            Self::Rule => "countersign/rule/1\0",
            Self::Claim => "countersign/claim/1\0",
            Self::Call => "countersign/call/1\0",
            Self::Limit => "countersign/limit/1\0",
            Self::Tool => "countersign/tool/1\0",
            Self::Key => "countersign/key/1\0",
            Self::Event => "countersign/event/1\0",
            Self::Entry => "countersign/entry/1\0",
            Self::Evidence => "countersign/evidence/1\0",
        }
    }
}

/// A SHA-256 digest. Printed as `sha256:` and 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Digest([u8; 32]);

/// The digest of `value` as a `subject`: SHA-256 over the subject's label and the canonical form (RFC 8785).
///
/// # Errors
///
/// [`CanonicalError`] if `value` has no canonical form.
///
/// ```
/// use countersign::value::{digest::{Subject, digest}, value::Value};
///
/// let call = digest(Subject::Call, &Value::Null);
/// assert_eq!(call, digest(Subject::Call, &Value::Null));
/// assert_ne!(call, digest(Subject::Policy, &Value::Null));
/// ```
pub fn digest(subject: Subject, value: &Value) -> Result<Digest, CanonicalError> {
    let mut text = String::from(subject.label());
    match subject {
        // Large numbers stand there too, and nobody runs them.
        Subject::Event | Subject::Tool | Subject::Evidence => canonical_finite(value, &mut text)?,
        Subject::Policy
        | Subject::Stack
        | Subject::Rule
        | Subject::Claim
        | Subject::Call
        | Subject::Limit
        | Subject::Key
        | Subject::Entry => {
            canonical(value, &mut text)?;
        }
    }
    Ok(Digest(Sha256::digest(text.as_bytes()).into()))
}

impl Digest {
    /// The digest with these bytes.
    #[must_use]
    pub const fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads what [`Display`](fmt::Display) prints; `None` for anything else.
    ///
    /// ```
    /// use countersign::value::digest::Digest;
    ///
    /// let text = format!("sha256:{}", "0f".repeat(32));
    /// assert_eq!(Digest::parse(&text).map(|digest| digest.to_string()), Some(text));
    /// assert_eq!(Digest::parse("sha256:0F"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha256:")?.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            for &digit in pair {
                *byte = *byte << 4 | hex_value(digit)?;
            }
        }
        Some(Self(bytes))
    }
}

const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
