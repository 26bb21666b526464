//! Welch's t over cropped percentiles: the method of dudect (Reparaz, Balasch, Verbauwhede, "Dude, is my code constant
//! time?", DATE 2017).
//!
//! Durations have a long upper tail: whatever else the machine did. One slow answer in a thousand hides a difference that
//! all the others have. So besides all samples, those below each of a hundred thresholds are compared, and the greatest t
//! counts. The thresholds are percentiles of both series together, so that they crop both alike.

use super::{quantile, sorted};

/// Of both series; the shares lie ever closer together towards the slowest: 1 − 2^(−10 i / 100).
const CROPPINGS: u32 = 100;
/// A cropping that leaves fewer of either says nothing.
const LEFT_MIN: usize = 50;

/// The t of the greatest magnitude among that of all samples and those of the croppings; positive if `those` take longer.
#[must_use]
pub fn cropped_t(these: &[f64], those: &[f64]) -> f64 {
    let (these, those) = (sorted(these), sorted(those));
    let both = sorted(&[these.as_slice(), &those].concat());
    let [these, those] =
        [these, those].map(|sorted| Sums::of(sorted, both.get(both.len() / 2).copied().unwrap_or(0.0)));
    let thresholds = (1..=CROPPINGS).filter_map(|n| {
        let share = 1.0 - 0.5_f64.powf(10.0 * f64::from(n) / f64::from(CROPPINGS));
        quantile(&both, share)
    });
    let cropped = thresholds.filter_map(|threshold| {
        let [these, those] = [&these, &those].map(|sums| sums.below(threshold));
        (these.count.min(those.count) >= LEFT_MIN as f64).then(|| t(these, those))
    });
    let whole = t(these.all(), those.all());
    cropped.fold(whole, |greatest, t| if t.abs() > greatest.abs() { t } else { greatest })
}

/// Welch's t of all samples, which need not have equal variances (Welch 1947). Zero where there is too little to say.
#[must_use]
pub fn plain_t(these: &[f64], those: &[f64]) -> f64 {
    let centre = these.first().copied().unwrap_or(0.0);
    let [these, those] = [these, those].map(|samples| Sums::of(samples.to_vec(), centre));
    t(these.all(), those.all())
}

#[derive(Clone, Copy)]
struct Moments {
    count: f64,
    mean: f64,
    /// Of the sample, by Bessel.
    variance: f64,
}

fn t(these: Moments, those: Moments) -> f64 {
    let difference = those.mean - these.mean;
    if these.count < 2.0 || those.count < 2.0 || difference == 0.0 {
        return 0.0;
    }
    // No variance at all, and a difference: as sure as can be.
    difference / (these.variance / these.count + those.variance / those.count).sqrt()
}

/// Samples with what their first 1, 2, 3 … come to, so that any cropping costs a search.
struct Sums {
    samples: Vec<f64>,
    centre: f64,
    sums: Vec<(f64, f64)>,
}

impl Sums {
    /// Around `centre`, a value among the samples, lest the squares swallow the differences.
    fn of(samples: Vec<f64>, centre: f64) -> Self {
        let mut sum = (0.0, 0.0);
        let add = |sample: &f64| {
            let distance = sample - centre;
            sum = (sum.0 + distance, sum.1 + distance * distance);
            sum
        };
        let sums = samples.iter().map(add).collect();
        Self { samples, centre, sums }
    }

    fn all(&self) -> Moments {
        self.first(self.samples.len())
    }

    /// Of those below `threshold`; they must be sorted.
    fn below(&self, threshold: f64) -> Moments {
        self.first(self.samples.partition_point(|sample| *sample < threshold))
    }

    fn first(&self, count: usize) -> Moments {
        let Some((sum, squares)) = count.checked_sub(1).and_then(|last| self.sums.get(last)) else {
            return Moments { count: 0.0, mean: 0.0, variance: 0.0 };
        };
        let count = count as f64;
        let variance = (squares - sum * sum / count).max(0.0) / (count - 1.0).max(1.0);
        Moments { count, mean: self.centre + sum / count, variance }
    }
}
