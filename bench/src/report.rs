//! What a measurement came to: a figure a round, and what they say of the goals.

mod plot;
mod table;

pub(crate) use table::number;

use crate::machine::{Machine, load_average};
use crate::processor::ProcessorTime;
use anyhow::Result;
use serde::Serialize;
use std::path::Path;

#[derive(Default, Serialize)]
pub(crate) struct Report {
    name: String,
    machine: Machine,
    load_average_at_the_end: String,
    /// Of all processors, from the beginning to the end; none where that is not known.
    stolen_percent: Option<f64>,
    rows: Vec<Row>,
    goals: Vec<Goal>,
    notes: Vec<String>,
}

/// What was measured, under which conditions.
#[derive(Serialize)]
struct Row {
    target: String,
    figures: Vec<Figures>,
}

/// One measure, a figure a round.
#[derive(Serialize)]
struct Figures {
    measure: &'static str,
    rounds: Vec<f64>,
}

/// What is wanted of a figure.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    /// For the record.
    None,
}

/// What is wanted, and what was reached in each round.
#[derive(Serialize)]
struct Goal {
    what: String,
    bound: Bound,
    rounds: Vec<f64>,
}

impl Report {
    pub(crate) fn new(name: &str, machine: Machine) -> Self {
        Self { name: name.to_owned(), machine, ..Self::default() }
    }

    /// One more round's figure.
    pub(crate) fn add(&mut self, target: &str, measure: &'static str, figure: f64) {
        let row = match self.rows.iter().position(|row| row.target == target) {
            Some(found) => found,
            None => {
                self.rows.push(Row { target: target.to_owned(), figures: Vec::new() });
                self.rows.len() - 1
            }
        };
        let figures = &mut self.rows[row].figures;
        match figures.iter_mut().find(|figures| figures.measure == measure) {
            Some(found) => found.rounds.push(figure),
            None => figures.push(Figures { measure, rounds: vec![figure] }),
        }
    }

    /// The figures of all rounds so far; none if there are none.
    pub(crate) fn rounds(&self, target: &str, measure: &str) -> &[f64] {
        let row = self.rows.iter().find(|row| row.target == target);
        let figures = row.and_then(|row| row.figures.iter().find(|figures| figures.measure == measure));
        figures.map_or(&[], |figures| &figures.rounds)
    }

    /// Holds what was reached in each round to a bound.
    pub(crate) fn goal(&mut self, what: impl Into<String>, bound: Bound, rounds: Vec<f64>) {
        self.goals.push(Goal { what: what.into(), bound, rounds });
    }

    /// [`Self::goal`], of the ratio of two targets' figures in the same round.
    pub(crate) fn goal_of_ratio(&mut self, bound: Bound, measure: &str, [target, other]: [&str; 2]) {
        let rounds = ratios(self.rounds(target, measure), self.rounds(other, measure));
        self.goal(format!("{measure}: {target} / {other}"), bound, rounds);
    }

    /// Something that whoever reads the figures has to know.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Names a version of what else took part.
    pub(crate) fn took_part(&mut self, version: impl Into<String>) {
        self.machine.others.push(version.into());
    }

    /// Prints the table, and writes the raw figures and the plot into `folder`.
    pub(crate) fn publish(&mut self, folder: &Path) -> Result<()> {
        self.load_average_at_the_end = load_average();
        self.stolen_percent = self.machine.processors.and_then(ProcessorTime::stolen_since_then);
        println!("{}", table::of(self));
        std::fs::write(folder.join("figures.json"), serde_json::to_string_pretty(self)? + "\n")?;
        std::fs::write(folder.join("table.md"), table::of(self))?;
        std::fs::write(folder.join("plot.svg"), plot::of(self))?;
        println!("{}: figures.json, table.md and plot.svg\n", folder.display());
        Ok(())
    }
}

impl Bound {
    /// Whether `figure` is as wanted; nothing where nothing is.
    fn is_met(self, figure: f64) -> Option<bool> {
        match self {
            Self::AtLeast(bound) => Some(figure >= bound),
            Self::AtMost(bound) => Some(figure <= bound),
            Self::None => None,
        }
    }
}

/// Round by round.
fn ratios(these: &[f64], those: &[f64]) -> Vec<f64> {
    these.iter().zip(those).map(|(this, that)| this / that).collect()
}

/// The middle one, or the mean of the two in the middle; not a number if there is none.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// The least and the greatest.
fn range(figures: &[f64]) -> (f64, f64) {
    let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
    (least, figures.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn a_ratio_is_taken_round_by_round() {
        assert_eq!(ratios(&[1.0, 9.0], &[2.0, 3.0]), [0.5, 3.0]);
        assert_eq!(range(&[2.0, 1.0, 3.0]), (1.0, 3.0));
    }

    #[test]
    fn a_bound_is_met_or_not_or_none() {
        assert_eq!(Bound::AtLeast(0.9).is_met(0.9), Some(true));
        assert_eq!(Bound::AtMost(2.0).is_met(2.1), Some(false));
        assert_eq!(Bound::None.is_met(1.0), None);
    }
}
