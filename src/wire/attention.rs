//! How attentive reviewers are, on its way out.

use serde::Serialize;

use crate::evidence::attention::{Attention, Drift, Part};

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
    misses: Option<DriftOut>,
    haste: Option<DriftOut>,
    is_low: bool,
    light: &'static str,
    relaxing: &'static str,
}

#[derive(Serialize)]
struct IntervalOut {
    low: f64,
    high: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DriftOut {
    before: PartOut,
    lately: PartOut,
    score: f64,
    alarm: f64,
    is_worse: bool,
}

#[derive(Serialize)]
struct PartOut {
    all: u64,
    bad: u64,
}

impl From<Drift> for DriftOut {
    fn from(Drift { before, lately, score, alarm, is_worse }: Drift) -> Self {
        let part = |Part { all, bad }: Part| PartOut { all, bad };
        Self { before: part(before), lately: part(lately), score, alarm, is_worse }
    }
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
            misses: attention.misses.map(DriftOut::from),
            haste: attention.haste.map(DriftOut::from),
            is_low: attention.is_low,
            light: attention.light.as_str(),
            relaxing: attention.light.relaxing().as_str(),
        }
    }
}
