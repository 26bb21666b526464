//! What a figure is kept in: atomics, so that counting costs a few nanoseconds and never waits.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn count(&self) {
        self.0.fetch_add(1, Relaxed);
    }

    /// How many so far.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Goes up and down.
#[derive(Debug, Default)]
pub struct Gauge(AtomicU64);

impl Gauge {
    /// It stands at `value` now.
    pub fn set(&self, value: u64) {
        self.0.store(value, Relaxed);
    }

    /// Where it stands.
    #[must_use]
    pub fn value(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// One more, as long as what is returned is held.
    #[must_use]
    pub fn hold(&self) -> Held<'_> {
        self.0.fetch_add(1, Relaxed);
        Held(self)
    }
}

/// One of those that a [`Gauge`] counts.
#[derive(Debug)]
pub struct Held<'a>(&'a Gauge);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Relaxed);
    }
}

/// How often which size was seen: counts between fixed bounds.
#[derive(Debug)]
pub struct Histogram {
    bounds: &'static [u64],
    /// One for each bound, what is at most as much and more than the bound before; and one for what is above all.
    buckets: Box<[AtomicU64]>,
    sum: AtomicU64,
}

impl Histogram {
    /// Nothing seen yet. `bounds` ascend.
    #[must_use]
    pub fn new(bounds: &'static [u64]) -> Self {
        let buckets = std::iter::repeat_with(AtomicU64::default).take(bounds.len() + 1).collect();
        Self { bounds, buckets, sum: AtomicU64::new(0) }
    }

    /// Of durations, kept in microseconds.
    #[must_use]
    pub fn of_durations() -> Self {
        Self::new(&MICROSECONDS)
    }

    /// Saw one of this size.
    pub fn saw(&self, size: u64) {
        let bucket = self.bounds.partition_point(|bound| *bound < size);
        self.buckets[bucket].fetch_add(1, Relaxed);
        self.sum.fetch_add(size, Relaxed);
    }

    /// Saw one that took so long.
    pub fn took(&self, span: Duration) {
        self.saw(u64::try_from(span.as_micros()).unwrap_or(u64::MAX));
    }

    /// Each bound with how many were at most as large, in ascending order; then how many there were at all, and what
    /// they add up to.
    pub(super) fn read(&self) -> (Vec<(u64, u64)>, u64, u64) {
        let mut seen = 0;
        let mut up_to = |bucket: &AtomicU64| {
            seen += bucket.load(Relaxed);
            seen
        };
        let cumulative = self.bounds.iter().zip(&self.buckets).map(|(bound, bucket)| (*bound, up_to(bucket))).collect();
        let count = up_to(&self.buckets[self.bounds.len()]);
        (cumulative, count, self.sum.load(Relaxed))
    }
}

/// From a memory-bound answer to what somebody would notice as an outage; the goals of a request (1 ms) and of a page
/// (100 ms) are bounds.
const MICROSECONDS: [u64; 12] =
    [250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 250_000, 1_000_000, 2_500_000, 10_000_000];

/// One series for each of a fixed list of keys, so that nothing from outside can make another.
#[derive(Debug)]
pub struct By<K, T>(Vec<(K, T)>);

impl<K: Copy + PartialEq, T> By<K, T> {
    /// Of `keys`, at least one; whatever is not among them counts with the last.
    pub fn new(keys: impl IntoIterator<Item = K>, series: impl Fn() -> T) -> Self {
        Self(keys.into_iter().map(|key| (key, series())).collect())
    }

    /// The series of `key`.
    pub fn of(&self, key: K) -> &T {
        let last = self.0.len() - 1;
        &self.0[self.0.iter().position(|(known, _)| *known == key).unwrap_or(last)].1
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &T)> {
        self.0.iter().map(|(key, series)| (*key, series))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_on_a_bound_counts_below_it() {
        let sizes = Histogram::new(&[1, 10]);
        for size in [0, 1, 2, 10, 11] {
            sizes.saw(size);
        }
        assert_eq!(sizes.read(), (vec![(1, 2), (10, 4)], 5, 24));
    }

    #[test]
    fn durations_are_kept_in_microseconds() {
        let durations = Histogram::of_durations();
        durations.took(Duration::from_micros(1_500));
        let (cumulative, count, sum) = durations.read();
        assert_eq!((count, sum), (1, 1_500));
        assert_eq!(cumulative.iter().find(|(_, seen)| *seen == 1), Some(&(2_500, 1)));
    }

    #[test]
    fn what_is_held_is_counted_until_it_is_dropped() {
        let gauge = Gauge::default();
        let held = [gauge.hold(), gauge.hold()];
        assert_eq!(gauge.value(), 2);
        drop(held);
        assert_eq!(gauge.value(), 0);
    }

    #[test]
    fn what_is_not_listed_counts_with_the_last() {
        let by_word = By::new(["a", "other"], Counter::default);
        by_word.of("a").count();
        by_word.of("b").count();
        by_word.of("other").count();
        let counts: Vec<_> = by_word.iter().map(|(word, counter)| (word, counter.value())).collect();
        assert_eq!(counts, [("a", 1), ("other", 2)]);
    }
}
