//! Prometheus' text format, version 0.0.4: `# HELP`, `# TYPE`, and a line for each series.

use super::series::Histogram;
use std::fmt::{Display, Write};

/// How this format calls itself.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A page under construction.
#[derive(Default)]
pub(super) struct Page(String);

/// Of one family: its name, under which its series are written.
pub(super) struct Family<'a> {
    page: &'a mut String,
    name: &'static str,
}

/// A label's name and value. Values are words of ours, without anything that would have to be escaped.
pub(super) type Label<'a> = (&'static str, &'a str);

impl Page {
    pub(super) fn counter(&mut self, name: &'static str, help: &str) -> Family<'_> {
        self.family(name, "counter", help)
    }

    pub(super) fn gauge(&mut self, name: &'static str, help: &str) -> Family<'_> {
        self.family(name, "gauge", help)
    }

    pub(super) fn histogram(&mut self, name: &'static str, help: &str) -> Family<'_> {
        self.family(name, "histogram", help)
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    fn family(&mut self, name: &'static str, kind: &str, help: &str) -> Family<'_> {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
        Family { page: &mut self.0, name }
    }
}

impl Family<'_> {
    /// One series.
    pub(super) fn is(&mut self, labels: &[Label], value: impl Display) -> &mut Self {
        self.line("", labels, value);
        self
    }

    /// The series of a histogram; `unit` is what its sizes are counted in.
    pub(super) fn shows(&mut self, labels: &[Label], histogram: &Histogram, unit: Unit) -> &mut Self {
        let (cumulative, count, sum) = histogram.read();
        for (bound, seen) in cumulative {
            let bound = unit.in_base(bound).to_string();
            self.line("_bucket", &[labels, &[("le", &bound)]].concat(), seen);
        }
        self.line("_bucket", &[labels, &[("le", "+Inf")]].concat(), count);
        self.line("_sum", labels, unit.in_base(sum));
        self.line("_count", labels, count);
        self
    }

    fn line(&mut self, suffix: &str, labels: &[Label], value: impl Display) {
        let labels: Vec<_> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.page, "{}{suffix}{labels} {value}", self.name);
    }
}

/// What a histogram's sizes are counted in, against what the format asks to be shown: base units.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit {
    /// Shown as seconds.
    Microseconds,
    /// Shown as they are.
    Pieces,
}

impl Unit {
    #[expect(
        clippy::cast_precision_loss,
        reason = "beyond 2^53 microseconds, 285 years, the last digit does not matter"
    )]
    fn in_base(self, size: u64) -> f64 {
        match self {
            Self::Microseconds => size as f64 / 1e6,
            Self::Pieces => size as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_written_as_prometheus_reads_them() {
        let sizes = Histogram::new(&[500, 1_000_000]);
        sizes.saw(250);
        sizes.saw(2_000_000);
        let mut page = Page::default();
        page.counter("a_total", "How many.").is(&[("b", "c"), ("d", "e")], 3).is(&[], 4);
        page.histogram("f_seconds", "How long.").shows(&[("g", "h")], &sizes, Unit::Microseconds);
        let expected = r#"# HELP a_total How many.
# TYPE a_total counter
a_total{b="c",d="e"} 3
a_total 4
# HELP f_seconds How long.
# TYPE f_seconds histogram
f_seconds_bucket{g="h",le="0.0005"} 1
f_seconds_bucket{g="h",le="1"} 1
f_seconds_bucket{g="h",le="+Inf"} 2
f_seconds_sum{g="h"} 2.00025
f_seconds_count{g="h"} 2
"#;
        assert_eq!(page.into_text(), expected);
    }
}
