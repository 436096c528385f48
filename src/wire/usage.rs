//! What was used of limits, on its way in.

use super::Failure;
use crate::decide::limit::Usage;
use crate::value::digest::Digest;

/// Notes in `usage` how much was `used` of the limit that is counted under `bucket`.
///
/// # Errors
///
/// `wrong-type` if `bucket` is none, or if `used` is `None`, where it was no number.
pub fn add_usage(usage: &mut Usage, bucket: &str, used: Option<f64>) -> Result<(), Failure> {
    let bucket = Digest::parse(bucket)
        .ok_or_else(|| Failure::new("wrong-type", "a key of `usage` must be the `bucket` of a charge"))?;
    usage.insert(bucket, used.ok_or_else(|| Failure::new("wrong-type", "`usage` must be numbers by bucket"))?);
    Ok(())
}
