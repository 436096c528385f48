//! How attentive reviewers are, on its way out.

use serde::Serialize;

use crate::evidence::attention::Attention;

/// Twin of [`Attention`].
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AttentionOut {
    shown: u64,
    caught: u64,
    interval: Option<IntervalOut>,
    missed_of_late: u64,
    d_prime: Option<f64>,
    criterion: Option<f64>,
    too_fast_share: Option<f64>,
    is_low: bool,
    light: &'static str,
    relaxing: &'static str,
}

#[derive(Serialize)]
struct IntervalOut {
    low: f64,
    high: f64,
}

impl From<&Attention> for AttentionOut {
    fn from(attention: &Attention) -> Self {
        Self {
            shown: attention.shown,
            caught: attention.caught,
            interval: attention.interval.map(|(low, high)| IntervalOut { low, high }),
            missed_of_late: attention.missed_of_late,
            d_prime: attention.detection.map(|found| found.d_prime),
            criterion: attention.detection.map(|found| found.criterion),
            too_fast_share: attention.too_fast_share,
            is_low: attention.is_low,
            light: attention.light.as_str(),
            relaxing: attention.light.relaxing().as_str(),
        }
    }
}
