//! What is measured of a load, under names that all measurements share.

use crate::load::Outcome;
use crate::report::Report;
use std::time::Duration;

pub(super) const RATE: &str = "requests/s";
pub(super) const P50: &str = "p50, ms";
pub(super) const P99: &str = "p99, ms";
pub(super) const FDATASYNC: &str = "fdatasync p50, µs";

/// Adds what a load came to.
pub(super) fn note(report: &mut Report, target: &str, outcome: &Outcome) {
    let all = outcome.all();
    report.add(target, RATE, outcome.rate());
    report.add(target, P50, milliseconds(all.percentile(0.5)));
    report.add(target, P99, milliseconds(all.percentile(0.99)));
    if !outcome.refused.is_empty() {
        report.note(format!("{target}: other answers, by status (0: a broken connection): {:?}", outcome.refused));
    }
}

pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

pub(super) fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
