//! The plot: a panel for each measure, a bar for each target, and a dot for each round. It brings its own ground, and
//! changes to dark where the reader's system is.

use super::table::number;
use super::{Report, median};
use std::fmt::Write;

pub(super) fn of(report: &Report) -> String {
    let mut panels = String::new();
    let mut y = MARGIN + LINE;
    let _ = writeln!(panels, r#"<text class="title" x="{MARGIN}" y="{y}">{}</text>"#, escaped(&report.name));
    y += LINE;
    let _ = writeln!(panels, r#"<text x="{MARGIN}" y="{y}">{}</text>"#, escaped(&report.machine.summary()));
    y += LINE;
    let mut measures: Vec<&str> = Vec::new();
    for figures in report.rows.iter().flat_map(|row| &row.figures) {
        if !measures.contains(&figures.measure) {
            measures.push(figures.measure);
        }
    }
    for measure in measures {
        y = panel(&mut panels, report, measure, y);
    }
    let height = y + MARGIN;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\">\n{STYLE}\n<rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n{panels}</svg>\n"
    )
}

/// Draws from `y` down, and hands back where it ends.
fn panel(out: &mut String, report: &Report, measure: &str, y: u32) -> u32 {
    let rows = report.rows.iter().map(|row| (&row.target, report.rounds(&row.target, measure)));
    let rows: Vec<_> = rows.filter(|(_, rounds)| !rounds.is_empty()).collect();
    let figures = rows.iter().flat_map(|(_, rounds)| *rounds).copied().filter(|figure| figure.is_finite());
    let (least, greatest) = figures
        .fold((0.0, f64::MIN_POSITIVE), |(least, greatest), figure: f64| (figure.min(least), figure.max(greatest)));
    let x = |figure: f64| f64::from(LEFT) + (figure - least) / (greatest - least) * f64::from(WIDTH - LEFT - RIGHT);
    let mut y = y + LINE;
    let _ = writeln!(out, r#"<text class="measure" x="{MARGIN}" y="{y}">{}</text>"#, escaped(measure));
    for (target, rounds) in rows {
        let middle = median(rounds);
        let (top, text_y) = (y + 8, y + 8 + BAR - 5);
        let (bar_begins, bar_ends) = (x(middle.min(0.0)), x(middle.max(0.0)));
        let end = rounds.iter().copied().map(x).fold(bar_ends, f64::max) + 8.0;
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{text_y}\" text-anchor=\"end\">{}</text>\n\
             <rect class=\"bar\" x=\"{bar_begins:.1}\" y=\"{top}\" width=\"{:.1}\" height=\"{BAR}\"/>",
            LEFT - 8,
            escaped(target),
            bar_ends - bar_begins,
        );
        for round in rounds.iter().filter(|round| round.is_finite()) {
            let _ = writeln!(out, r#"<circle cx="{:.1}" cy="{}" r="3"/>"#, x(*round), top + BAR / 2);
        }
        let _ = writeln!(out, r#"<text x="{end:.1}" y="{text_y}">{}</text>"#, number(middle));
        y = top + BAR;
    }
    y + LINE / 2
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

const WIDTH: u32 = 900;
const MARGIN: u32 = 20;
/// Where bars begin: right of the targets' names.
const LEFT: u32 = 260;
/// For the figure behind the longest bar.
const RIGHT: u32 = 100;
const LINE: u32 = 24;
const BAR: u32 = 18;

const STYLE: &str = "<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328; }
.title { font-size: 18px; font-weight: 600; }
.measure { font-weight: 600; }
.ground { fill: #ffffff; }
.bar { fill: #7fb2e5; }
circle { fill: #0b4a8f; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .ground { fill: #0d1117; }
  .bar { fill: #2f6db3; }
  circle { fill: #cfe4ff; }
}
</style>";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;

    #[test]
    fn every_target_has_a_bar_and_every_round_a_dot() {
        let mut report = Report::new("accept", Machine::default());
        for (target, figure) in [("L1", 60_000.0), ("Regain", 40_000.0), ("L1", 62_000.0)] {
            report.add(target, "requests/s", figure);
        }
        let plot = of(&report);
        assert_eq!((plot.matches("class=\"bar\"").count(), plot.matches("<circle").count()), (2, 3));
        assert!(plot.contains(">61,000</text>"), "{plot}");
    }

    #[test]
    fn a_bar_of_less_than_nothing_ends_where_the_others_begin() {
        let mut report = Report::new("told-apart", Machine::default());
        report.add("one", "µs", -1.0);
        report.add("other", "µs", 1.0);
        let plot = of(&report);
        let middle = f64::from(LEFT + (WIDTH - LEFT - RIGHT) / 2);
        assert!(plot.contains(&format!("x=\"{:.1}\" y", f64::from(LEFT))), "{plot}");
        assert!(plot.contains(&format!("x=\"{middle:.1}\" y")), "{plot}");
    }

    #[test]
    fn what_a_target_is_called_cannot_break_the_picture() {
        assert_eq!(escaped("a < b & c"), "a &lt; b &amp; c");
    }
}
