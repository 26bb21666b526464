//! What was measured, for people and for programs.

use crate::measure::series::Series;
use crate::measure::target::Target;
use crate::measure::verdict::{Control, Judged, Verdict, control_of_halves, judge};
use crate::measure::{TIMED, Times};
use regain_core::statistics::medians::median;
use serde_json::json;
use std::io::Write;

/// A run, and what it says.
pub(super) struct Found {
    pub(super) series: Series,
    pub(super) judged: Judged,
    pub(super) control: Control,
    pub(super) verdict: Verdict,
    /// Whether an earlier run gave reason for this one.
    pub(super) is_second: bool,
}

impl Found {
    pub(super) fn of(series: Series) -> Self {
        let (judged, control) = (judge(&series, 1), control_of_halves(&series.samples[0]));
        let verdict = judged.verdict(&control);
        Self { series, judged, control, verdict, is_second: false }
    }

    pub(super) fn print(&self, target: &Target, out: &mut dyn Write) -> std::io::Result<()> {
        let Self { series, judged, control, .. } = self;
        let run = if self.is_second { "A second run, since the first one left doubts: " } else { "" };
        let refused = match series.refused {
            0 => String::new(),
            refused => format!(", {refused} of them refused for now"),
        };
        writeln!(out, "{run}{} requests{refused}.\n", series.requests)?;
        if series.samples.iter().all(|samples| !samples.is_empty()) {
            self.print_times(out)?;
            let auc = judged.comparison.auc;
            writeln!(
                out,
                "\nClassifier, AUC on samples held out: {:.3} (guessing: 0.500 ± {:.3})",
                auc.value, auc.half_width
            )?;
            let unknown = if control.tells.is_empty() { "alike" } else { "NOT ALIKE" };
            let caught = if control.is_caught { "caught" } else { "NOT CAUGHT" };
            writeln!(
                out,
                "Control: unknown against unknown {unknown}; a delay of {:.0} µs in one half {caught}.\n",
                control.delay
            )?;
        }
        match &self.verdict {
            Verdict::Alike(within) => {
                writeln!(out, "Known and unknown addresses CANNOT BE TOLD APART, within ±{within:.1} µs.")
            }
            Verdict::Apart(why) => {
                writeln!(out, "Known and unknown addresses CAN BE TOLD APART:")?;
                why.iter().try_for_each(|line| writeln!(out, "- {line}"))?;
                self.advice(target).iter().try_for_each(|line| writeln!(out, "{line}"))
            }
            Verdict::Unclear(why) => writeln!(
                out,
                "NO VERDICT: {why}.\nMeasure again with more --samples and --seconds, from nearer by, or at a quieter time."
            ),
        }
    }

    fn print_times(&self, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(out, "{:<22}{:>12}{:>12}{:>24}{:>8}", "median, µs", "unknown", "known", "difference (99 %)", "|t|")?;
        for (at, name) in TIMED.iter().enumerate() {
            let [unknown, known] = self.medians(at);
            let compared = self.judged.comparison.durations[at];
            let difference = format!("{:+.1} ± {:.1}", compared.medians.value, compared.medians.half_width);
            let name = if at == 2 { "last byte of the next" } else { name };
            writeln!(out, "{name:<22}{unknown:>12.1}{known:>12.1}{difference:>24}{:>8.1}", compared.t.abs())?;
        }
        Ok(())
    }

    fn medians(&self, at: usize) -> [f64; 2] {
        [0, 1].map(|class| {
            let samples: &[Times] = &self.series.samples[class];
            let mut column: Vec<f64> = samples.iter().map(|times| times[at]).collect();
            column.sort_unstable_by(f64::total_cmp);
            median(&column).unwrap_or(f64::NAN)
        })
    }

    /// What to look at.
    fn advice(&self, target: &Target) -> &'static [&'static str] {
        if !self.judged.answers.is_empty() && target.may_tell() {
            return &[
                "So it should be: with an API token the Unleash dialect tells who has an account (200 or 404), and who was",
                "asked for too recently (429). That ends with api.unleash.access = \"public\". What everybody else is told is",
                "measured with --dialect chaser.",
            ];
        }
        if !self.judged.answers.is_empty() {
            return &["Look at what answers: a proxy, a cache or a filter may know addresses."];
        }
        &[
            "Look at what stands between: measure the server itself, without proxies; if that is alike, one of them knows",
            "addresses (a filter, a cache, a limit keyed on accounts). If it is not, please report it: see SECURITY.md.",
        ]
    }

    pub(super) fn print_json(&self, target: &Target, out: &mut dyn Write) -> std::io::Result<()> {
        let Self { series, judged, control, .. } = self;
        let finite = |value: f64| value.is_finite().then_some(value);
        let durations = TIMED.iter().enumerate().map(|(at, name)| {
            let (compared, [unknown, known]) = (judged.comparison.durations[at], self.medians(at));
            json!({
                "name": name,
                "unknown_median_us": finite(unknown),
                "known_median_us": finite(known),
                "difference_us": compared.medians.value,
                "half_width_us": finite(compared.medians.half_width),
                "t": finite(compared.t),
            })
        });
        let (verdict, within, why) = match &self.verdict {
            Verdict::Alike(within) => ("alike", Some(*within), Vec::new()),
            Verdict::Apart(why) => ("apart", None, why.clone()),
            Verdict::Unclear(why) => ("unclear", None, vec![why.clone()]),
        };
        let found = json!({
            "url": target.to_string(),
            "requests": series.requests,
            "refused": series.refused,
            "samples": { "unknown": series.samples[0].len(), "known": series.samples[1].len() },
            "durations": durations.collect::<Vec<_>>(),
            "auc": { "value": judged.comparison.auc.value, "half_width": finite(judged.comparison.auc.half_width) },
            "control": {
                "alike": control.tells.is_empty(),
                "delay_us": finite(control.delay),
                "delay_caught": control.is_caught,
            },
            "is_second_run": self.is_second,
            "verdict": verdict,
            "within_us": within,
            "why": why,
        });
        writeln!(out, "{found}")
    }
}
