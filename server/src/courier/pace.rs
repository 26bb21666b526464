//! How fast the courier works: as fast as it can, but little at a time while requests press in. Somebody waits for each
//! answer, and nobody for a mail a tenth of a second.

use regain_core::time::Timestamp;
use std::time::Duration;

/// Watches how many requests are let in, and how many mails are delivered.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When it was last looked, how many requests had been let in by then, and how many mails had been delivered.
    looked_at: Timestamp,
    entered: u64,
    delivered: u64,
    requests_press: bool,
    mails_fly: bool,
}

/// What it sees at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    pub(super) now: Timestamp,
    /// How many requests were let in, ever.
    pub(super) entered: u64,
    /// How many mails this courier delivered, ever.
    pub(super) delivered: u64,
    /// When the oldest of those that wait was accepted.
    pub(super) oldest: Option<Timestamp>,
}

/// Longer than a tick, so that a few requests in one instant are not taken for many.
const WINDOW: Duration = Duration::from_millis(100);
/// Requests a second. At fewer, a whole batch of the courier's fits between them unnoticed.
const PRESSING: u64 = 2_000;
/// Mails a second. So many at once are gone in an instant.
const FLYING: u64 = 1_000;
/// Mails leased and not yet finished, as a rule.
pub(super) const IN_FLIGHT_MAX: usize = 512;
/// While they go out that fast: a commit of more costs less for each.
const IN_FLIGHT_FLYING: usize = 768;
/// A mail that has waited so long comes before a quick answer.
const PATIENCE: Duration = Duration::from_secs(30);

impl Pace {
    /// Whether to take little at a time. Looks how fast mails go out as well.
    pub(super) fn is_pressed(&mut self, sight: Sight) -> bool {
        let Sight { now, entered, delivered, oldest } = sight;
        let span = now.since(self.looked_at);
        if now < self.looked_at || span >= WINDOW {
            let is_reached = |rate: u64, more: u64, than: u64| {
                u128::from(more.saturating_sub(than)) * 1000 >= u128::from(rate) * span.as_millis().max(1)
            };
            self.requests_press = is_reached(PRESSING, entered, self.entered);
            self.mails_fly = is_reached(FLYING, delivered, self.delivered);
            (self.looked_at, self.entered, self.delivered) = (now, entered, delivered);
        }
        self.requests_press && oldest.is_none_or(|oldest| now.since(oldest) < PATIENCE)
    }

    /// How many mails may be leased and not yet finished, by what was last seen. At a relay that takes one after the other at
    /// its ease, the last of them must still have its turn before the lease runs out.
    pub(super) fn in_flight_max(&self) -> usize {
        if self.mails_fly { IN_FLIGHT_FLYING } else { IN_FLIGHT_MAX }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64, entered: u64) -> Sight {
        Sight { now: Timestamp::from_millis(1_000_000 + millis), entered, delivered: 0, oldest: None }
    }

    #[test]
    fn more_is_taken_up_while_mails_go_out_fast() {
        let mut pace = Pace::default();
        let mut in_flight_max = |millis, delivered| {
            pace.is_pressed(Sight { delivered, ..at(millis, 0) });
            pace.in_flight_max()
        };
        assert_eq!(in_flight_max(0, 0), IN_FLIGHT_MAX);
        assert_eq!(in_flight_max(100, 99), IN_FLIGHT_MAX, "990 a second");
        assert_eq!(in_flight_max(200, 199), IN_FLIGHT_FLYING, "1,000 a second");
        assert_eq!(in_flight_max(250, 199), IN_FLIGHT_FLYING, "too soon to tell");
        assert_eq!(in_flight_max(300, 200), IN_FLIGHT_MAX);
    }

    #[test]
    fn many_requests_press_until_they_are_few_again() {
        let mut pace = Pace::default();
        assert!(!pace.is_pressed(at(0, 0)));
        assert!(!pace.is_pressed(at(100, 199)), "1,990 a second");
        assert!(pace.is_pressed(at(200, 399)), "2,000 a second");
        assert!(pace.is_pressed(at(250, 399)), "too soon to tell");
        assert!(!pace.is_pressed(at(300, 400)));
    }

    #[test]
    fn a_mail_that_has_waited_long_comes_first() {
        let mut pace = Pace::default();
        pace.is_pressed(at(0, 0));
        let waiting_since =
            |millis: i64| Sight { oldest: Some(Timestamp::from_millis(1_000_000 + millis)), ..at(30_000, 90_000) };
        assert!(pace.is_pressed(waiting_since(1)));
        assert!(!pace.is_pressed(waiting_since(0)));
    }

    #[test]
    fn a_clock_that_is_set_back_is_no_pressure() {
        let mut pace = Pace::default();
        pace.is_pressed(at(0, 0));
        assert!(!pace.is_pressed(at(-60_000, 1)));
        assert!(pace.is_pressed(at(-59_900, 1_000)));
    }
}
