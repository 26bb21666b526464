use super::*;
use proptest::prelude::*;

/// Numbers in no order (splitmix64), the same in each run.
struct Seeded(u64);

impl Seeded {
    /// Between 0 and 1.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A duration as servers have it: something fixed, something that is mostly short, and now and then a long wait.
    fn duration(&mut self) -> f64 {
        let wait = if self.uniform() < 0.01 { 2_000.0 * self.uniform() } else { 0.0 };
        120.0 - 15.0 * self.uniform().max(1e-12).ln() + wait
    }

    /// First byte, last byte, the next request.
    fn samples(&mut self, count: usize) -> Vec<[f64; 3]> {
        let sample = |_| {
            let first = self.duration();
            [first, first + 5.0 * self.uniform(), self.duration()]
        };
        (0..count).map(sample).collect()
    }
}

fn later(samples: &[[f64; 3]], by: f64) -> Vec<[f64; 3]> {
    samples.iter().map(|[first, last, next]| [first + by, last + by, *next]).collect()
}

/// Computed by scipy 1.17.1:
/// ```python
/// from scipy.stats import ttest_ind, mannwhitneyu
/// a = [3.1, 2.7, 4.4, 5.0, 3.3, 2.9, 3.8]; b = [4.1, 5.2, 3.9, 6.6, 4.8]
/// ttest_ind(b, a, equal_var=False).statistic, mannwhitneyu(b, a).statistic / 35
/// ```
const THESE: [f64; 7] = [3.1, 2.7, 4.4, 5.0, 3.3, 2.9, 3.8];
const THOSE: [f64; 5] = [4.1, 5.2, 3.9, 6.6, 4.8];
const T_OF_THEM: f64 = 2.286_405_056_878_919;
const AREA_OF_THEM: f64 = 6.0 / 7.0;

#[test]
fn t_and_area_are_what_scipy_says() {
    assert!((welch::plain_t(&THESE, &THOSE) - T_OF_THEM).abs() < 1e-9, "{}", welch::plain_t(&THESE, &THOSE));
    assert!((classifier::area(&THESE, &THOSE) - AREA_OF_THEM).abs() < 1e-9);
}

/// The ranks are 37 and 64 of 100: 50.5 ± 2.576 · 5, outwards to whole ones.
#[test]
fn the_interval_of_a_median_is_between_the_ranks_of_the_book() {
    let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
    let difference = medians::difference(&hundred, &hundred);
    assert!((difference.half_width - 13.5 * 2.0_f64.sqrt()).abs() < 1e-9, "{difference:?}");
    assert_eq!(medians::median(&hundred), Some(50.5));
    assert_eq!(medians::median(&[1.0, 2.0, 7.0]), Some(2.0));
}

/// Of eight samples no two ranks enclose the median so surely, of nine the first and the last do.
#[test]
fn nine_samples_are_the_fewest_with_an_interval() {
    let first: Vec<f64> = (1..=9).map(f64::from).collect();
    assert!(medians::difference(&first[..8], &first[..8]).half_width.is_infinite());
    assert!((medians::difference(&first, &first).half_width - 4.0 * 2.0_f64.sqrt()).abs() < 1e-12);
    assert_eq!(medians::difference(&[1.0, 2.0, 7.0], &[6.0, 4.0, 5.0]).value, 3.0);
}

#[test]
fn two_samples_of_each_are_the_fewest_with_a_t() {
    assert!((welch::plain_t(&[1.0, 2.0], &[2.0, 4.0]) - 1.5 / 1.25_f64.sqrt()).abs() < 1e-12);
    for (these, those) in
        [(&[1.0][..], &[2.0, 3.0][..]), (&[2.0, 3.0], &[1.0]), (&[], &[1.0, 2.0]), (&[2.0, 4.0], &[3.0, 3.0])]
    {
        assert_eq!(welch::plain_t(these, those), 0.0, "{these:?} {those:?}");
    }
}

#[test]
fn nothing_to_compare_with_is_guessing_and_so_is_a_tie() {
    for (these, those) in [(&[][..], &[1.0][..]), (&[1.0], &[]), (&[], &[]), (&[1.0, 1.0], &[1.0])] {
        assert_eq!(classifier::area(these, those), 0.5, "{these:?} {those:?}");
    }
    assert_eq!(classifier::area(&[1.0, 2.0], &[2.0, 3.0, 0.0]), 3.5 / 6.0);
}

/// Half of each series is judged: 50 and 30 of 100 and 61.
#[test]
fn an_area_is_as_sure_as_the_ranks_of_what_was_judged() {
    let mut random = Seeded(6);
    let auc = classifier::auc(&random.samples(100), &random.samples(61));
    let expected = medians::NORMAL_99_PERCENT * (81.0_f64 / (12.0 * 50.0 * 30.0)).sqrt();
    assert!((auc.half_width - expected).abs() < 1e-12, "{auc:?}");
    assert!((Auc { value: 0.25, half_width: 0.0 }.distance() - 0.25).abs() < 1e-12);
}

fn compared(t: f64, value: f64, half_width: f64) -> Compared {
    Compared { t, medians: Difference { value, half_width } }
}

#[test]
fn only_what_is_beyond_its_bound_tells() {
    let alike = Auc { value: 0.75, half_width: 0.25 };
    for (duration, auc, tells) in [
        (compared(4.4, 1.0, 0.5), alike, vec![]),
        (compared(-T_MAX, 0.0, 0.0), alike, vec![Tell::Mean(0)]),
        (compared(0.0, -1.1, 1.0), alike, vec![Tell::Median(0)]),
        (compared(0.0, 1.5, 1.5), alike, vec![]),
        (compared(0.0, 0.0, 0.0), Auc { value: 0.2, half_width: 0.25 }, vec![Tell::Together]),
        (compared(0.0, 0.0, 0.0), Auc { value: 0.505, half_width: 0.0 }, vec![]),
    ] {
        assert_eq!(
            Comparison { samples: [100; 2], durations: [duration], auc }.tells(1.0),
            tells,
            "{duration:?} {auc:?}"
        );
    }
}

#[test]
fn how_far_apart_they_may_be_is_said_with_how_far_one_may_be_mistaken() {
    let auc = Auc { value: 0.5, half_width: 0.0 };
    let durations = [compared(0.0, -3.0, 1.0), compared(0.0, 2.0, 1.5)];
    let comparison = Comparison { samples: [100; 2], durations, auc };
    assert_eq!((comparison.within(), comparison.noticeable(2.0), comparison.noticeable(7.0)), (4.0, 6.0, 7.0));
}

#[test]
fn a_quantile_has_its_share_below_it() {
    let sorted = [1.0, 2.0, 3.0, 4.0];
    assert_eq!([0.0, 0.25, 0.5, 0.99, 1.0].map(|share| quantile(&sorted, share).unwrap()), [1.0, 2.0, 3.0, 4.0, 4.0]);
    assert_eq!(quantile(&[], 0.5), None);
}

#[test]
fn too_few_samples_say_nothing() {
    let few = Seeded(1).samples(3);
    for (these, those) in [(&few[..0], &few[..0]), (&few[..1], &few[..]), (&few[..0], &few[..])] {
        let comparison = Comparison::of(these, those);
        assert_eq!(comparison.tells(1.0), [], "{comparison:?}");
    }
    assert!(Comparison::of(&few, &few).within().is_infinite());
}

#[test]
fn one_distribution_is_hardly_ever_taken_for_two() {
    let mut random = Seeded(2);
    let (mut by_t, mut by_median, mut by_auc) = (0, 0, 0);
    for _ in 0..200 {
        let comparison = Comparison::of(&random.samples(400), &random.samples(400));
        let tells = comparison.tells(0.0);
        by_t += usize::from(tells.iter().any(|tell| matches!(tell, Tell::Mean(_))));
        by_median += usize::from(tells.contains(&Tell::Median(0)));
        by_auc += usize::from(tells.contains(&Tell::Together));
    }
    assert!(by_t == 0 && by_median <= 4 && by_auc <= 6, "{by_t} {by_median} {by_auc} of 200");
}

#[test]
fn a_few_microseconds_show_to_all_three_in_twenty_thousand_samples() {
    let mut random = Seeded(3);
    let (these, those) = (random.samples(20_000), later(&random.samples(20_000), 5.0));
    let comparison = Comparison::of(&these, &those);
    let tells = comparison.tells(1.0);
    let expected = [Tell::Mean(0), Tell::Median(0), Tell::Mean(1), Tell::Median(1), Tell::Together];
    assert_eq!(tells, expected, "{comparison:?}");
    assert!((comparison.durations[0].medians.value - 5.0).abs() <= comparison.durations[0].medians.half_width);
}

/// The tail of the plain t hides what the croppings show.
#[test]
fn a_long_tail_hides_nothing_once_it_is_cropped() {
    let mut random = Seeded(4);
    let mut series = |shift: f64| -> Vec<f64> {
        let tail = |random: &mut Seeded| if random.uniform() < 0.02 { 20_000.0 * random.uniform() } else { 0.0 };
        (0..5_000).map(|_| 100.0 + shift + 10.0 * random.uniform() + tail(&mut random)).collect()
    };
    let (these, those) = (series(0.0), series(1.0));
    let (plain, cropped) = (welch::plain_t(&these, &those), welch::cropped_t(&these, &those));
    assert!(plain.abs() < T_MAX && cropped > 4.0 * T_MAX, "{plain} {cropped}");
}

/// Equal medians and means, and yet one glance tells them apart.
#[test]
fn the_classifier_sees_a_shape_that_no_average_shows() {
    let mut random = Seeded(5);
    let these: Vec<_> = (0..4_000).map(|_| [100.0 + 10.0 * (random.uniform() - 0.5)]).collect();
    let those: Vec<_> = (0..4_000).map(|_| [100.0 + 40.0 * (random.uniform() - 0.5)]).collect();
    let comparison = Comparison::of(&these, &those);
    assert!(comparison.auc.value > 0.8, "{comparison:?}");
}

#[test]
fn durations_that_never_differ_are_alike() {
    let same = vec![[7.0]; 1_000];
    let comparison = Comparison::of(&same, &same);
    assert_eq!((comparison.tells(0.0), comparison.within()), (vec![], 0.0));
    assert_eq!(Comparison::of(&same, &vec![[8.0]; 1_000]).tells(0.5).len(), 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_injected_delay_that_should_be_noticed_is(seed: u64, count in SAMPLES_MIN..600usize, least in 1.0..50.0f64) {
        let mut random = Seeded(seed);
        let (these, those) = (random.samples(count), random.samples(count));
        let before = Comparison::of(&these, &those);
        prop_assume!(!before.durations[0].medians.is_beyond(0.0));
        let delayed = Comparison::of(&these, &later(&those, before.noticeable(least)));
        prop_assert!(delayed.tells(1.0).contains(&Tell::Median(0)), "{delayed:?}");
    }

    #[test]
    fn the_other_way_round_is_the_same_with_the_other_sign(seed: u64, counts in (60..300usize, 60..300usize)) {
        let mut random = Seeded(seed);
        let (these, those) = (random.samples(counts.0), random.samples(counts.1));
        let (there, back) = (Comparison::of(&these, &those), Comparison::of(&those, &these));
        for (one, other) in there.durations.iter().zip(&back.durations) {
            prop_assert!((one.t + other.t).abs() < 1e-6 * one.t.abs().max(1.0), "{} {}", one.t, other.t);
            prop_assert!((one.medians.value + other.medians.value).abs() < 1e-9);
            prop_assert!((one.medians.half_width - other.medians.half_width).abs() < 1e-9);
        }
        prop_assert!((there.auc.value - back.auc.value).abs() < 1e-9, "a classifier does not mind which is which");
    }

    #[test]
    fn a_unit_of_another_size_changes_no_finding(seed: u64, size in 0.001..1_000.0f64) {
        let mut random = Seeded(seed);
        let (these, those) = (random.samples(200), later(&random.samples(200), 3.0));
        let scaled = |samples: &[[f64; 3]]| samples.iter().map(|sample| sample.map(|it| it * size)).collect::<Vec<_>>();
        let (plain, other) = (Comparison::of(&these, &those), Comparison::of(&scaled(&these), &scaled(&those)));
        for (one, other) in plain.durations.iter().zip(&other.durations) {
            prop_assert!((one.t - other.t).abs() < 1e-6 * one.t.abs().max(1.0));
            prop_assert!((one.medians.value * size - other.medians.value).abs() < 1e-6 * size);
        }
    }
}
