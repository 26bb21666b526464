//! Durations, counted in buckets that are at most a thousandth wide.

use std::time::Duration;

/// Nanoseconds by their ten leading bits after the first.
#[derive(Clone)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

/// Bits of a bucket within a power of two.
const FINE: u32 = 10;
const BUCKETS: usize = ((64 - FINE + 1) << FINE) as usize;

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: vec![0; BUCKETS], total: 0 }
    }
}

impl Histogram {
    pub(crate) fn record(&mut self, took: Duration) {
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.counts[bucket(nanoseconds)] += 1;
        self.total += 1;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
    }

    pub(crate) fn len(&self) -> u64 {
        self.total
    }

    /// Below it lie `share` of all durations; zero if there is none.
    pub(crate) fn percentile(&self, share: f64) -> Duration {
        let rank = (share * self.total as f64).ceil().max(1.0) as u64;
        let mut below = 0;
        for (index, count) in self.counts.iter().enumerate() {
            below += count;
            if below >= rank {
                return Duration::from_nanos(middle(index));
            }
        }
        Duration::ZERO
    }

    /// How far the median may lie from that of everything that could have been recorded, in 99 of 100 cases: half of
    /// the interval between the two durations of the ranks that say so.
    pub(crate) fn half_width_of_median(&self) -> Duration {
        const NORMAL_99_PERCENT: f64 = 2.576;
        let share = NORMAL_99_PERCENT / 2.0 / (self.total.max(1) as f64).sqrt();
        let at = |share: f64| self.percentile(share.clamp(0.0, 1.0));
        at(0.5 + share).saturating_sub(at(0.5 - share)) / 2
    }

    /// How likely one of `self` is longer than one of `other`, a tie counting half: the area under the curve of whoever
    /// tells the two apart by their durations. Half if either is empty.
    pub(crate) fn auc(&self, other: &Self) -> f64 {
        if self.total == 0 || other.total == 0 {
            return 0.5;
        }
        let (mut shorter, mut wins) = (0.0, 0.0);
        for (mine, theirs) in self.counts.iter().zip(&other.counts) {
            wins += *mine as f64 * (shorter + *theirs as f64 / 2.0);
            shorter += *theirs as f64;
        }
        wins / (self.total as f64 * other.total as f64)
    }
}

fn bucket(nanoseconds: u64) -> usize {
    let bits = u64::BITS - nanoseconds.leading_zeros();
    if bits <= FINE + 1 {
        return nanoseconds as usize;
    }
    let shift = bits - FINE - 1;
    ((u64::from(shift) << FINE) + (nanoseconds >> shift)) as usize
}

fn middle(index: usize) -> u64 {
    let index = index as u64;
    if index < 2 << FINE {
        return index;
    }
    let shift = (index >> FINE) - 1;
    let first = (index - (shift << FINE)) << shift;
    first + (1 << shift) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(nanoseconds: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::default();
        nanoseconds.into_iter().for_each(|n| histogram.record(Duration::from_nanos(n)));
        histogram
    }

    #[test]
    fn a_bucket_is_never_wider_than_a_thousandth() {
        for n in [0, 1, 255, 256, 257, 1_000, 123_456, 999_999_999, u64::MAX / 2, u64::MAX] {
            let found = middle(bucket(n));
            assert!(found.abs_diff(n) as f64 <= n as f64 * 0.0005 + 0.5, "{n} is counted as {found}");
        }
        assert!(bucket(u64::MAX) < BUCKETS);
    }

    #[test]
    fn percentiles_are_those_of_what_was_recorded() {
        let histogram = of((1..=1000).map(|n| n * 1_000));
        for (share, expected) in [(0.5, 500_000.0), (0.99, 990_000.0), (1.0, 1_000_000.0)] {
            let found = histogram.percentile(share).as_nanos() as f64;
            assert!((found / expected - 1.0).abs() < 0.01, "{share}: {found}");
        }
        assert_eq!(of([]).percentile(0.5), Duration::ZERO);
    }

    #[test]
    fn two_alike_are_not_told_apart_and_two_apart_are() {
        let (short, long) = (of(100..200), of(300..400));
        assert!((short.auc(&short) - 0.5).abs() < 1e-9);
        assert!((long.auc(&short) - 1.0).abs() < 1e-9);
        assert!((short.auc(&of([])) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn the_more_durations_the_better_is_their_median_known() {
        let [few, many] = [100, 10_000].map(|n| of((0..n).map(|i| 1_000_000 + i * 1_000_000 / n)));
        assert!(many.half_width_of_median() * 9 < few.half_width_of_median());
        assert_eq!(of([]).half_width_of_median(), Duration::ZERO);
    }

    #[test]
    fn what_is_added_counts() {
        let mut both = of([1, 2]);
        both.add(&of([3]));
        assert_eq!((both.len(), both.percentile(1.0)), (3, Duration::from_nanos(3)));
    }
}
