//! How fast the courier works: as fast as it can, but little at a time while requests press in. Somebody waits for each
//! answer, and nobody for a mail a tenth of a second.

use regain_core::time::Timestamp;
use std::time::Duration;

/// Watches how many requests are let in.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When it was last looked, and how many had been let in by then.
    looked_at: Timestamp,
    entered: u64,
    requests_press: bool,
}

/// What it sees at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight {
    pub(super) now: Timestamp,
    /// How many requests were let in, ever.
    pub(super) entered: u64,
    /// When the oldest of those that wait was accepted.
    pub(super) oldest: Option<Timestamp>,
}

/// Longer than a tick, so that a few requests in one instant are not taken for many.
const WINDOW: Duration = Duration::from_millis(100);
/// Requests a second. At fewer, a whole batch of the courier's fits between them unnoticed.
const PRESSING: u64 = 2_000;
/// A mail that has waited so long comes before a quick answer.
const PATIENCE: Duration = Duration::from_secs(30);

impl Pace {
    /// Whether to take little at a time.
    pub(super) fn is_pressed(&mut self, sight: Sight) -> bool {
        let Sight { now, entered, oldest } = sight;
        let span = now.since(self.looked_at);
        if now < self.looked_at || span >= WINDOW {
            let entered_since = u128::from(entered.saturating_sub(self.entered));
            self.requests_press = entered_since * 1000 >= u128::from(PRESSING) * span.as_millis().max(1);
            (self.looked_at, self.entered) = (now, entered);
        }
        self.requests_press && oldest.is_none_or(|oldest| now.since(oldest) < PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64, entered: u64) -> Sight {
        Sight { now: Timestamp::from_millis(1_000_000 + millis), entered, oldest: None }
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
