//! The beta distribution in logarithms, where a tail far out is still a number, and quantiles of it.
//!
//! `ln Γ` and the inverse of `erfc` are of the crate `statrs`. What crates have above that forms differences of `ln Γ` that
//! cancel (a relative error of 1e-9 at a million decisions) and underflows in the tail, so it is here.

use statrs::function::erf::erfc_inv;
use statrs::function::gamma::ln_gamma;

/// `ln √(2π)`.
const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_7;
/// From here on Stirling's series gives `ln Γ` to the last digit.
const STIRLING_MIN: f64 = 10.0;
/// A beta distribution whose smaller parameter is up to 10^10 takes fewer terms than this.
const TERMS_MAX: u32 = 200_000;
/// Instead of a denominator of nought (Lentz).
const TINY: f64 = 1e-300;

/// The `z` above which a standard normal variable is with probability `alpha`.
pub(super) fn normal_above(alpha: f64) -> f64 {
    std::f64::consts::SQRT_2 * erfc_inv(2.0 * alpha)
}

/// `ln B(a, b)` for positive `a` and `b`, without the cancellation of `ln Γ(a) + ln Γ(b) − ln Γ(a + b)`.
///
/// The corrections of Stirling's formula are subtracted instead (Didonato and Morris 1992, TOMS 708; DLMF 5.11.1).
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large < STIRLING_MIN {
        return ln_gamma(small) + ln_gamma(large) - ln_gamma(small + large);
    }
    let both = small + large;
    let rest = stirling_rest(large) - stirling_rest(both);
    if small < STIRLING_MIN {
        ln_gamma(small) + rest + small - small * both.ln() + (large - 0.5) * (-small / both).ln_1p()
    } else {
        LN_SQRT_2PI - 0.5 * large.ln()
            + (stirling_rest(small) + rest)
            + (small - 0.5) * (small / both).ln()
            + large * (-small / both).ln_1p()
    }
}

/// `ln Γ(x) − (x − ½) ln x + x − ln √(2π)`, for `x` of at least ten (DLMF 5.11.1).
fn stirling_rest(x: f64) -> f64 {
    let terms = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0, -691.0 / 360_360.0];
    let y = 1.0 / (x * x);
    terms.iter().rev().fold(0.0, |sum, term| sum * y + term) / x
}

/// A beta distribution; both parameters are positive.
#[derive(Clone, Copy)]
pub(super) struct Beta {
    pub(super) a: f64,
    pub(super) b: f64,
}

impl Beta {
    /// The logarithm of the probability up to `x`, the regularised incomplete beta function; `None` if it cannot be told.
    pub(super) fn ln_below(self, x: f64) -> Option<f64> {
        if x <= 0.0 {
            return Some(f64::NEG_INFINITY);
        }
        if x >= 1.0 {
            return Some(0.0);
        }
        let Self { a, b } = self;
        let ln_kernel = a * x.ln() + b * (-x).ln_1p() - ln_beta(a, b);
        if self.is_left(x) {
            return Some(ln_kernel - a.ln() + fraction(a, b, x)?.ln());
        }
        let above = (ln_kernel - b.ln() + fraction(b, a, 1.0 - x)?.ln()).exp();
        Some((-above).ln_1p())
    }

    /// The logarithm of the probability above `x`.
    pub(super) fn ln_above(self, x: f64) -> Option<f64> {
        let Self { a, b } = self;
        if x <= 0.0 || x >= 1.0 || self.is_left(x) {
            let below = self.ln_below(x)?.exp();
            return Some((-below).ln_1p());
        }
        let ln_kernel = a * x.ln() + b * (-x).ln_1p() - ln_beta(a, b);
        Some(ln_kernel - b.ln() + fraction(b, a, 1.0 - x)?.ln())
    }

    /// The point up to which the probability is `p`.
    pub(super) fn quantile_below(self, p: f64) -> Option<f64> {
        let wanted = p.ln();
        first(|x| Some(self.ln_below(x)? < wanted))
    }

    /// The point above which the probability is `p`.
    pub(super) fn quantile_above(self, p: f64) -> Option<f64> {
        let wanted = p.ln();
        first(|x| Some(self.ln_above(x)? > wanted))
    }

    /// Whether [`fraction`] converges fast for what is below `x`, and not for what is above.
    pub(super) fn is_left(self, x: f64) -> bool {
        x < (self.a + 1.0) / (self.a + self.b + 2.0)
    }
}

/// The continued fraction `F` of `I_x(a, b) = x^a (1 − x)^b / (a B(a, b)) · F` (DLMF 8.17.22), by Lentz's method.
///
/// It converges fast for `x` below `(a + 1) / (a + b + 2)`. `None` if it has not after many terms.
pub(super) fn fraction(a: f64, b: f64, x: f64) -> Option<f64> {
    let away = |d: f64| if d.abs() < TINY { TINY } else { d };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for m in (1..TERMS_MAX).map(f64::from) {
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut factor = 1.0;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            factor = c * d;
            product *= factor;
        }
        if (factor - 1.0).abs() <= f64::EPSILON {
            return Some(product);
        }
    }
    None
}

/// The first number from 0 to 1 of which `is_before` does not hold, by halving the numbers that there are.
fn first(is_before: impl Fn(f64) -> Option<bool>) -> Option<f64> {
    // Numbers from nought on are ordered as their bits are.
    let (mut before, mut after) = (0, 1.0_f64.to_bits());
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if is_before(f64::from_bits(middle))? {
            before = middle;
        } else {
            after = middle;
        }
    }
    Some(f64::from_bits(after))
}
