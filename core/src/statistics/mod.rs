//! Whether two series of durations can be told apart: what an attacker who times answers would compute, and how sure
//! one may be of the result.
//!
//! Three looks at the same samples, because each is blind to something:
//! - [`welch`] asks whether the means differ, also once the slowest are left out;
//! - [`medians`] says by how much the middle differs, and how far that figure can be trusted;
//! - [`classifier`] guesses the series of samples that it has not seen, from all their durations at once.
//!
//! [`Comparison`] holds all three. Nothing here depends on the unit of the samples.

pub mod classifier;
pub mod medians;
pub mod welch;

use classifier::Auc;
use medians::Difference;

/// Two series of samples of `N` durations each, compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<const N: usize> {
    /// How many samples each series has.
    pub samples: [usize; 2],
    /// What was found of each duration.
    pub durations: [Compared; N],
    /// How well a classifier tells the series apart by all durations together.
    pub auc: Auc,
}

/// One duration of two series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// Welch's t, the greatest of all croppings; see [`welch::cropped_t`].
    pub t: f64,
    /// Median of the second series less that of the first.
    pub medians: Difference,
}

/// By what two series are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// The means of the duration of this index.
    Mean(usize),
    /// Its medians.
    Median(usize),
    /// All durations together, to a classifier.
    Together,
}

/// What |t| reaches by chance in one of 100,000 comparisons of large equal series, and what leaking circuits are held
/// to (Goodwill, Jun, Jaffe, Rohatgi, "A testing methodology for side-channel resistance validation", NIST 2011).
pub const T_MAX: f64 = 4.5;

/// How far from 0.5 the area under a classifier's curve may lie: at 0.51 an attacker who asks once wins nothing worth
/// the question. It is widened where there are too few samples to measure so finely.
pub const AUC_DISTANCE_MAX: f64 = 0.01;

/// Below so many samples a series says nothing: the 99 % interval of a median needs room between its ranks.
pub const SAMPLES_MIN: usize = 30;

impl<const N: usize> Comparison<N> {
    /// Compares; `these` are what `those` are held against.
    #[must_use]
    pub fn of(these: &[[f64; N]], those: &[[f64; N]]) -> Self {
        let durations = std::array::from_fn(|at| {
            let [these, those] = [these, those].map(|samples| samples.iter().map(|sample| sample[at]).collect());
            let (these, those): (Vec<f64>, Vec<f64>) = (these, those);
            Compared { t: welch::cropped_t(&these, &those), medians: medians::difference(&these, &those) }
        });
        Self { samples: [these.len(), those.len()], durations, auc: classifier::auc(these, those) }
    }

    /// Everything that gives the series away. A difference of medians that is within `resolution`, in the unit of the
    /// samples, or within its own half-width, gives nothing away.
    #[must_use]
    pub fn tells(&self, resolution: f64) -> Vec<Tell> {
        let mut tells = Vec::new();
        for (at, Compared { t, medians }) in self.durations.iter().enumerate() {
            if t.abs() >= T_MAX {
                tells.push(Tell::Mean(at));
            }
            if medians.is_beyond(resolution) {
                tells.push(Tell::Median(at));
            }
        }
        if self.auc.distance() > AUC_DISTANCE_MAX.max(self.auc.half_width) {
            tells.push(Tell::Together);
        }
        tells
    }

    /// Within which distance the medians of all durations lie, as far as these samples can say: the greatest difference,
    /// its half-width added.
    #[must_use]
    pub fn within(&self) -> f64 {
        let of = |compared: &Compared| compared.medians.value.abs() + compared.medians.half_width;
        self.durations.iter().map(of).fold(0.0, f64::max)
    }

    /// A delay that must be seen in this many samples: four half-widths, and `least` at any rate.
    #[must_use]
    pub fn noticeable(&self, least: f64) -> f64 {
        let half_widths = self.durations.iter().map(|compared| compared.medians.half_width);
        least.max(4.0 * half_widths.fold(0.0, f64::max))
    }
}

/// The `share` of `sorted` that lies below the value handed back; the least if there is nothing below. None if there are
/// no samples.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    Some(sorted[((share * sorted.len() as f64) as usize).min(last)])
}

fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted
}

#[cfg(test)]
mod tests;
