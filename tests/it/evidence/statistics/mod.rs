//! Numbers of `evidence::statistics`: against reference values, at their edges, and as gates that are looked at every day.

mod edges;
mod gates;
mod vectors;

/// Whether two numbers agree to `digits` digits.
fn agree(found: f64, wanted: f64, digits: i32) -> bool {
    (found - wanted).abs() <= 10f64.powi(-digits) * wanted.abs()
}
