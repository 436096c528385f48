//! How far a share that was counted can be from the true one.

/// The standard normal quantile of 0.975: two sides of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// The Wilson interval of 95 % for a true share, of which `hits` of `all` were seen; for display, and no gate.
///
/// `None` if nothing was counted, or more hits than all.
///
/// ```
/// use countersign::evidence::statistics::wilson;
///
/// let (low, high) = wilson(99, 100).ok_or("nothing was counted")?;
/// assert!((low - 0.945_514).abs() < 1e-6 && (high - 0.998_233).abs() < 1e-6);
/// # Ok::<(), &str>(())
/// ```
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of people's answers are far below 2^53")]
pub fn wilson(hits: u64, all: u64) -> Option<(f64, f64)> {
    if all == 0 || hits > all {
        return None;
    }
    let (n, share) = (all as f64, hits as f64 / all as f64);
    let z2 = Z * Z / n;
    let middle = share + z2 / 2.0;
    let half = Z * (share * (1.0 - share) / n + z2 / (4.0 * n)).sqrt();
    let low = if hits == 0 { 0.0 } else { (middle - half) / (1.0 + z2) };
    let high = if hits == all { 1.0 } else { (middle + half) / (1.0 + z2) };
    Some((low, high))
}
