//! The least count that is enough.

/// Beyond this, a count is no longer a number of its own in JavaScript and in the formulas.
const COUNT_MAX: u64 = 1 << 53;

/// The least count from 1 that is enough, where every larger one is enough too; `None` if none is that can be counted.
pub(in crate::evidence) fn least(is_enough: impl Fn(u64) -> Option<bool>) -> Option<u64> {
    let mut high = 1;
    while !is_enough(high)? {
        high *= 2;
        if high > COUNT_MAX {
            return None;
        }
    }
    let mut low = high / 2;
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if is_enough(middle)? {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}

/// A share of which neither nought nor all makes sense.
pub(super) fn is_inner(share: f64) -> bool {
    share > 0.0 && share < 1.0
}
