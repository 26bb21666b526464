//! The plot: for each duration, which share of the answers had come by when, a line for each class. Lines that lie on
//! each other cannot be told apart. It brings its own ground, and changes to dark where the reader's system is.

use super::{TIMED, Times};
use regain_core::statistics::medians::median;
use std::fmt::Write;

/// Draws two classes of samples under a title.
#[must_use]
pub fn draw(title: &str, names: [&str; 2], samples: [&[Times]; 2]) -> String {
    let mut panels = String::new();
    for at in 0..TIMED.len() {
        let columns = samples.map(|samples| sorted(samples.iter().map(|times| times[at])));
        panel(&mut panels, at, names, &columns);
    }
    let height = TOP + PANEL * TIMED.len();
    let title = title.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\">\n{STYLE}\n<rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
         <text class=\"title\" x=\"{LEFT}\" y=\"28\">{title}</text>\n{panels}</svg>\n"
    )
}

fn panel(out: &mut String, at: usize, names: [&str; 2], columns: &[Vec<f64>; 2]) {
    let (top, bottom) = (TOP + at * PANEL + 34, TOP + (at + 1) * PANEL - 34);
    let both = sorted(columns.iter().flatten().copied());
    let [least, most] = [SHOWN.0, SHOWN.1].map(|share| at_share(&both, share).unwrap_or(0.0));
    let span = (most - least).max(f64::MIN_POSITIVE);
    let x = |value: f64| LEFT as f64 + (value - least) / span * (WIDTH - LEFT - RIGHT) as f64;
    let y = |share: f64| bottom as f64 - share * (bottom - top) as f64;
    let _ = writeln!(out, r#"<text class="measure" x="{LEFT}" y="{}">{}</text>"#, top - 10, TIMED[at]);
    for share in [0.0, 0.5, 1.0] {
        let (left, right, level) = (LEFT, WIDTH - RIGHT, y(share));
        let _ = writeln!(out, r#"<path class="grid" d="M{left} {level:.1}H{right}"/>"#);
        let (edge, middle) = (LEFT - 8, level + 4.0);
        let _ = writeln!(out, r#"<text x="{edge}" y="{middle:.1}" text-anchor="end">{:.0} %</text>"#, share * 100.0);
    }
    for share in [0.0, 0.5, 1.0] {
        let value = least + share * (most - least);
        let place = x(value);
        let _ = writeln!(out, r#"<text x="{place:.1}" y="{}" text-anchor="middle">{value:.0} µs</text>"#, bottom + 18);
    }
    for (which, (column, name)) in columns.iter().zip(names).enumerate() {
        let points = (0..=STEPS).filter_map(|step| {
            let share = SHOWN.0 + (SHOWN.1 - SHOWN.0) * step as f64 / STEPS as f64;
            let value = at_share(column, share)?.clamp(least, most);
            Some(format!("{:.1},{:.1}", x(value), y(share)))
        });
        let points: Vec<_> = points.collect();
        let _ = writeln!(out, r#"<polyline class="class{which}" points="{}"/>"#, points.join(" "));
        let line = top + 8 + 18 * which;
        let middle = median(column).unwrap_or(f64::NAN);
        let _ = writeln!(
            out,
            r#"<text class="name{which}" x="{}" y="{line}">{name}, p50 {middle:.1} µs</text>"#,
            LEFT + 12
        );
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn at_share(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    Some(sorted[(share * last as f64).round() as usize])
}

/// The slowest are far out, and would leave no room for the others.
const SHOWN: (f64, f64) = (0.0, 0.98);
const STEPS: usize = 196;
const WIDTH: usize = 900;
const TOP: usize = 40;
const PANEL: usize = 230;
const LEFT: usize = 70;
const RIGHT: usize = 40;

const STYLE: &str = "<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-size: 16px; font-weight: 600; }
.measure { font-weight: 600; }
.ground { fill: #ffffff; }
.grid { stroke: #d0d7de; fill: none; }
polyline { fill: none; stroke-width: 2; }
.class0 { stroke: #0b66c2; } .name0 { fill: #0b66c2; }
.class1 { stroke: #c2410c; stroke-dasharray: 6 4; } .name1 { fill: #c2410c; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .ground { fill: #0d1117; }
  .grid { stroke: #30363d; }
  .class0 { stroke: #6cb6ff; } .name0 { fill: #6cb6ff; }
  .class1 { stroke: #ffab70; } .name1 { fill: #ffab70; }
}
</style>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_has_a_panel_with_a_line_for_each_class() {
        let samples: Vec<Times> = (1..=200).map(|n| [f64::from(n), f64::from(n) + 5.0, 80.0]).collect();
        let plot = draw("a < b", ["unknown", "known"], [&samples, &samples]);
        assert_eq!(plot.matches("<polyline").count(), 6);
        assert!(plot.contains("a &lt; b") && plot.contains("known, p50 100.5 µs"), "{plot}");
        assert!(!plot.contains("NaN"), "{plot}");
    }

    #[test]
    fn nothing_measured_is_an_empty_plot() {
        assert!(draw("none", ["a", "b"], [&[], &[]]).ends_with("</svg>\n"));
    }
}
