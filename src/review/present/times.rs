//! How long reading takes, and how long a card stands before it can be approved, or an approval undone.

use crate::policy::terms::Risk;

/// How long reading `words` takes at least: half of what the fastest readers need, from 1.5 to 20 seconds.
#[must_use]
pub fn reading_floor_ms(words: usize) -> u64 {
    u64::try_from(words).unwrap_or(u64::MAX).saturating_mul(100).clamp(1_500, 20_000)
}

/// How long a card stands before approving arms. A risk that is not written counts as high.
#[must_use]
pub const fn arm_ms(risk: Option<Risk>) -> u64 {
    match risk {
        Some(Risk::Low) => 700,
        Some(Risk::Medium) => 1_000,
        Some(Risk::High | Risk::Critical) | None => 2_000,
    }
}

/// How long an approval can be undone: as `undoMsOf` says.
#[must_use]
pub const fn undo_ms(risk: Option<Risk>) -> u64 {
    match risk {
        Some(Risk::Low) => 0,
        Some(Risk::Medium) | None => 10_000,
        Some(Risk::High | Risk::Critical) => 30_000,
    }
}
