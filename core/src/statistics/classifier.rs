//! How well somebody who has learnt from half of the samples guesses where the other half belongs.
//!
//! **Method.** Naive Bayes over histograms. Each duration is cut into bins that hold equally many of the learnt samples;
//! a sample's score is the sum, over its durations, of the logarithm of how much likelier its bin is in the one series
//! than in the other. The area under the curve (AUC) is how often a sample of the second series scores higher than one of
//! the first, ties counting half (Mann and Whitney). Samples of even index are learnt from, those of odd index judged.
//! To do it the other way round as well, and take the mean, would make nothing surer: where there is only chance, what one
//! half has in common with the other it has both ways.

use super::medians::NORMAL_99_PERCENT;
use super::{quantile, sorted};

/// The area under a classifier's curve: 0.5 is guessing, 1 is knowing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Auc {
    /// The area.
    pub value: f64,
    /// How far from 0.5 it lies by chance in 99 of 100 cases, were there no difference.
    pub half_width: f64,
}

impl Auc {
    /// From guessing, in either direction.
    #[must_use]
    pub fn distance(&self) -> f64 {
        (self.value - 0.5).abs()
    }
}

/// Learns to tell `those` from `these`, and says how well it works on samples held out.
#[must_use]
pub fn auc<const N: usize>(these: &[[f64; N]], those: &[[f64; N]]) -> Auc {
    let [these_learnt, these_judged] = halves(these);
    let [those_learnt, those_judged] = halves(those);
    let value = Scorer::learn(&these_learnt, &those_learnt).judge(&these_judged, &those_judged);
    let (m, n) = (these_judged.len() as f64, those_judged.len() as f64);
    // The standard deviation of Mann's and Whitney's U under no difference, over all pairs.
    let deviation = ((m + n + 1.0) / (12.0 * m * n)).sqrt();
    Auc { value, half_width: NORMAL_99_PERCENT * deviation }
}

/// How often one of `those` is greater than one of `these`, a tie counting half. Half if either is empty.
#[must_use]
pub fn area(these: &[f64], those: &[f64]) -> f64 {
    if these.is_empty() || those.is_empty() {
        return 0.5;
    }
    let these = sorted(these);
    let wins = those.iter().map(|that| {
        let below = these.partition_point(|this| this < that);
        let not_above = these.partition_point(|this| this <= that);
        f64::midpoint(below as f64, not_above as f64)
    });
    wins.sum::<f64>() / (these.len() as f64 * those.len() as f64)
}

fn halves<const N: usize>(samples: &[[f64; N]]) -> [Vec<[f64; N]>; 2] {
    [0, 1].map(|first| samples.iter().skip(first).step_by(2).copied().collect())
}

/// What was learnt: for each duration, where its bins begin, and what each says.
struct Scorer<const N: usize>([Bins; N]);

struct Bins {
    /// Where all bins but the first begin.
    edges: Vec<f64>,
    /// The logarithm of how much likelier a bin is in the second series.
    says: Vec<f64>,
}

impl<const N: usize> Scorer<N> {
    fn learn(these: &[[f64; N]], those: &[[f64; N]]) -> Self {
        Self(std::array::from_fn(|at| {
            let column = |samples: &[[f64; N]]| samples.iter().map(|sample| sample[at]).collect::<Vec<_>>();
            Bins::learn(&column(these), &column(those))
        }))
    }

    fn judge(&self, these: &[[f64; N]], those: &[[f64; N]]) -> f64 {
        let [these, those] = [these, those].map(|samples| samples.iter().map(|sample| self.score(sample)).collect());
        let (these, those): (Vec<f64>, Vec<f64>) = (these, those);
        area(&these, &those)
    }

    fn score(&self, sample: &[f64; N]) -> f64 {
        self.0.iter().zip(sample).map(|(bins, duration)| bins.says[bins.of(*duration)]).sum()
    }
}

impl Bins {
    fn learn(these: &[f64], those: &[f64]) -> Self {
        let both = sorted(&[these, those].concat());
        let count = (both.len() / LEARNT_IN_A_BIN).clamp(2, BINS_MAX);
        let mut edges: Vec<f64> = (1..count).filter_map(|n| quantile(&both, n as f64 / count as f64)).collect();
        edges.dedup();
        let mut bins = Self { edges, says: Vec::new() };
        let [these, those] = [these, those].map(|samples| bins.shares(samples));
        bins.says = these.iter().zip(&those).map(|(this, that)| that.ln() - this.ln()).collect();
        bins
    }

    fn of(&self, duration: f64) -> usize {
        self.edges.partition_point(|edge| *edge <= duration)
    }

    /// Which share of `samples` is in each bin; one more in each, so that none is impossible.
    fn shares(&self, samples: &[f64]) -> Vec<f64> {
        let mut counts = vec![1.0; self.edges.len() + 1];
        samples.iter().for_each(|sample| counts[self.of(*sample)] += 1.0);
        let all = samples.len() as f64 + counts.len() as f64;
        counts.iter().map(|count| count / all).collect()
    }
}

/// Fewer would be learnt by heart.
const LEARNT_IN_A_BIN: usize = 50;
const BINS_MAX: usize = 32;
