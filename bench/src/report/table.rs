//! The table that people read: medians, and the range of the rounds.

use super::{Bound, Report, median, range};
use std::fmt::Write;

pub(super) fn of(report: &Report) -> String {
    let mut text = format!("## {}\n\n{}\n\n", report.name, report.machine.summary());
    if let Some(stolen) = report.stolen_percent {
        let _ = write!(text, "The host gave {stolen:.0} % of the processors' time to others meanwhile.\n\n");
    }
    for other in &report.machine.others {
        let _ = write!(text, "With {other}.\n\n");
    }
    text += &figures(report);
    if !report.goals.is_empty() {
        text += "\n";
        text += &goals(report);
    }
    for note in &report.notes {
        let _ = write!(text, "\n{note}\n");
    }
    text
}

fn figures(report: &Report) -> String {
    let mut measures: Vec<&str> = Vec::new();
    for figures in report.rows.iter().flat_map(|row| &row.figures) {
        if !measures.contains(&figures.measure) {
            measures.push(figures.measure);
        }
    }
    let header = std::iter::once("").chain(measures.iter().copied()).map(str::to_owned).collect();
    let mut lines: Vec<Vec<String>> = vec![header];
    for row in &report.rows {
        let of = |measure: &&str| match report.rounds(&row.target, measure) {
            [] => String::new(),
            rounds => with_range(rounds),
        };
        lines.push(std::iter::once(row.target.clone()).chain(measures.iter().map(of)).collect());
    }
    aligned(&lines)
}

fn goals(report: &Report) -> String {
    let header = ["Goal", "wanted", "reached", ""].map(str::to_owned).to_vec();
    let mut lines = vec![header];
    for goal in &report.goals {
        let wanted = match goal.bound {
            Bound::AtLeast(bound) => format!("≥ {bound}"),
            Bound::AtMost(bound) => format!("≤ {bound}"),
            Bound::None => String::new(),
        };
        let met = match goal.bound.is_met(median(&goal.rounds)) {
            Some(true) => "met",
            Some(false) => "missed",
            None => "",
        };
        lines.push(vec![goal.what.clone(), wanted, with_range(&goal.rounds), met.to_owned()]);
    }
    aligned(&lines)
}

fn with_range(rounds: &[f64]) -> String {
    if rounds.is_empty() {
        return "not measured".to_owned();
    }
    let (least, most) = range(rounds);
    match rounds.len() {
        1 => number(least),
        _ => format!("{} ({} – {})", number(median(rounds)), number(least), number(most)),
    }
}

/// Three digits that count, thousands apart.
pub(crate) fn number(figure: f64) -> String {
    let size = figure.abs();
    if !figure.is_finite() {
        return "none".to_owned();
    }
    match size {
        1000.0.. => {
            let digits = format!("{size:.0}");
            let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
            format!("{}{}", if figure < 0.0 { "-" } else { "" }, groups.join(","))
        }
        100.0.. => format!("{figure:.0}"),
        10.0.. => format!("{figure:.1}"),
        1.0.. => format!("{figure:.2}"),
        0.1.. => format!("{figure:.3}"),
        _ => format!("{figure:.4}"),
    }
}

/// As Markdown that reads well unrendered too.
fn aligned(lines: &[Vec<String>]) -> String {
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or(0).max(3)).collect();
    let mut text = String::new();
    for (n, line) in lines.iter().enumerate() {
        for (cell, width) in line.iter().zip(&widths) {
            let _ = write!(text, "| {cell}{} ", " ".repeat(width - cell.chars().count()));
        }
        text += "|\n";
        if n == 0 {
            for width in &widths {
                let _ = write!(text, "|{}", "-".repeat(width + 2));
            }
            text += "|\n";
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits_that_count() {
        let written = [61_234.4, 999.6, 12.34, 1.234, 0.123, 0.0123, 0.001_23, -1234.0].map(number);
        assert_eq!(written, ["61,234", "1000", "12.3", "1.23", "0.123", "0.0123", "0.0012", "-1,234"]);
    }

    #[test]
    fn columns_stand_below_each_other() {
        let lines = [vec!["".into(), "rate".into()], vec!["bare".into(), "1 – 2".into()]];
        assert_eq!(aligned(&lines), "|      | rate  |\n|------|-------|\n| bare | 1 – 2 |\n");
    }
}
