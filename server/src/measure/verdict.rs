//! What a series says: told apart or not, by what, and whether the measurement can be trusted.

use super::series::Series;
use super::{INJECTED_MIN, RESOLUTION, TIMED, Times};
use regain_core::statistics::{Comparison, SAMPLES_MIN, Tell};

/// One class of a series, held against the first.
#[derive(Debug)]
pub struct Judged {
    /// The class, and the first one.
    pub names: [&'static str; 2],
    /// The durations.
    pub comparison: Comparison<3>,
    /// What they give away.
    pub tells: Vec<Tell>,
    /// What the answers themselves give away, in words.
    pub answers: Vec<String>,
}

/// Whether a measurement finds what is there, and nothing else: one half of the first class against the other.
#[derive(Debug)]
pub struct Control {
    /// The halves as they are.
    pub comparison: Comparison<3>,
    /// What gives them away; nothing may.
    pub tells: Vec<Tell>,
    /// What was added to every answer of one half, in microseconds.
    pub delay: f64,
    /// Whether that was found.
    pub is_caught: bool,
}

/// What an operator wants to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Not told apart: whatever difference there is lies within so many microseconds.
    Alike(f64),
    /// Told apart, by this.
    Apart(Vec<String>),
    /// The measurement cannot say, for this reason.
    Unclear(String),
}

/// Holds class number `class` of `series` against the first.
#[must_use]
pub fn judge(series: &Series, class: usize) -> Judged {
    let comparison = Comparison::of(&series.samples[0], &series.samples[class]);
    let names = [series.names[class], series.names[0]];
    let answers = series.answers.tells([0, class], [series.names[0], series.names[class]]);
    let tells = comparison.tells(RESOLUTION);
    Judged { names, comparison, tells, answers }
}

/// Compares two series of one class: nothing may be found; and then with a delay in one of them: that must be.
#[must_use]
pub fn control(these: &[Times], those: &[Times]) -> Control {
    let comparison = Comparison::of(these, those);
    let tells = comparison.tells(RESOLUTION);
    let delay = comparison.noticeable(INJECTED_MIN);
    let delayed: Vec<Times> = those.iter().map(|[first, last, next]| [first + delay, last + delay, *next]).collect();
    let found = Comparison::of(these, &delayed).tells(RESOLUTION);
    let is_caught = [Tell::Median(0), Tell::Median(1)].iter().all(|tell| found.contains(tell));
    Control { comparison, tells, delay, is_caught }
}

/// [`control`], of every other sample of a class and the rest of them.
#[must_use]
pub fn control_of_halves(samples: &[Times]) -> Control {
    let [these, those] = [0, 1].map(|first| samples.iter().skip(first).step_by(2).copied().collect::<Vec<_>>());
    control(&these, &those)
}

impl Judged {
    /// Whether anything gives the class away.
    #[must_use]
    pub fn is_alike(&self) -> bool {
        self.tells.is_empty() && self.answers.is_empty()
    }

    /// Whether too few requests were answered to say anything.
    #[must_use]
    pub fn is_too_short(&self) -> bool {
        self.comparison.samples.iter().any(|count| *count < 2 * SAMPLES_MIN)
    }

    /// In words, with what to look at.
    #[must_use]
    pub fn verdict(&self, control: &Control) -> Verdict {
        let [class, _] = self.names;
        if !self.answers.is_empty() {
            return Verdict::Apart(self.answers.clone());
        }
        if self.is_too_short() {
            let [unknown, known] = self.comparison.samples;
            return Verdict::Unclear(format!(
                "too few requests were answered to say anything: {known} for {class} addresses, {unknown} for others"
            ));
        }
        if !self.tells.is_empty() {
            return Verdict::Apart(self.tells.iter().map(|tell| self.said_of(*tell)).collect());
        }
        if !control.tells.is_empty() || !control.is_caught {
            let why =
                "addresses of one kind seem to differ from each other, so something else disturbs the measurement";
            return Verdict::Unclear(why.to_owned());
        }
        Verdict::Alike(self.comparison.within())
    }

    fn said_of(&self, tell: Tell) -> String {
        let [class, other] = self.names;
        let longer = |by: f64| if by > 0.0 { "longer" } else { "shorter" };
        match tell {
            Tell::Mean(at) => {
                let t = self.comparison.durations[at].t;
                format!(
                    "{}: on average {} for {class} than for {other} addresses, |t| {:.1}",
                    TIMED[at],
                    longer(t),
                    t.abs()
                )
            }
            Tell::Median(at) => {
                let medians = self.comparison.durations[at].medians;
                format!(
                    "{}: {:.1} ± {:.1} µs {} for {class} than for {other} addresses",
                    TIMED[at],
                    medians.value.abs(),
                    medians.half_width,
                    longer(medians.value)
                )
            }
            Tell::Together => {
                let auc = self.comparison.auc;
                format!(
                    "all durations together: a classifier guesses better than chance, AUC {:.3} (guessing: 0.500 ± {:.3})",
                    auc.value, auc.half_width
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::answers::Answers;

    /// Steps of the golden ratio: spread evenly, and in no order.
    fn series(shifts: [f64; 2], count: usize) -> Series {
        let times = |n: usize| 100.0 + 20.0 * ((n as f64 * 0.618_034) % 1.0);
        let samples =
            shifts.map(|shift| (0..count).map(|n| [times(n) + shift, times(n) + shift, times(n + 7)]).collect());
        Series {
            names: vec!["unknown", "known"],
            samples: samples.to_vec(),
            answers: Answers::of(2),
            requests: 2 * count,
            refused: 0,
        }
    }

    fn verdict(series: &Series) -> Verdict {
        judge(series, 1).verdict(&control_of_halves(&series.samples[0]))
    }

    #[test]
    fn alike_is_said_with_how_finely_it_was_measured() {
        let Verdict::Alike(within) = verdict(&series([0.0, 0.0], 1_000)) else { panic!() };
        assert!(within > 0.0 && within < 5.0, "{within}");
    }

    #[test]
    fn a_difference_is_named_by_what_shows_it() {
        let Verdict::Apart(why) = verdict(&series([0.0, 30.0], 1_000)) else { panic!() };
        assert!(
            why.iter().any(|line| line.starts_with("first byte: 30.0 ±") && line.contains("longer for known")),
            "{why:?}"
        );
        assert!(why.iter().any(|line| line.starts_with("all durations together")), "{why:?}");
        assert!(!why.iter().any(|line| line.starts_with("next request")), "{why:?}");
    }

    #[test]
    fn few_answers_are_no_verdict() {
        assert!(matches!(verdict(&series([0.0, 500.0], 20)), Verdict::Unclear(_)));
        assert!(matches!(verdict(&series([0.0, 0.0], 0)), Verdict::Unclear(_)));
    }

    #[test]
    fn what_the_control_finds_spoils_the_verdict() {
        let mut drifting = series([0.0, 0.0], 1_000);
        for samples in &mut drifting.samples {
            samples.iter_mut().step_by(2).for_each(|times| times[0] += 40.0);
        }
        assert!(matches!(verdict(&drifting), Verdict::Unclear(_)));
        assert!(control_of_halves(&series([0.0, 0.0], 500).samples[0]).is_caught);
    }
}
