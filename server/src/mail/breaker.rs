//! Which of several transports is worth a try: one that is down rests, so that not every mail has to find that out.
//!
//! ```text
//! up --FAILURES failures in a row--> resting --its pause is over--> one mail tries it --fails--> resting, twice as long
//! ^                                     |                                  |
//! +---- any mail that went through -----+----------------------------------+
//! ```

use super::Standing;
use regain_core::delivery::{FIRST_PAUSE, LONGEST_PAUSE};
use regain_core::time::Timestamp;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What is remembered of one transport.
#[derive(Debug, Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// In a row, while it is up.
    failures: u32,
    /// In a row, since it was last up.
    rests: u32,
    resting_until: Option<Timestamp>,
}

/// Leave to try a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chance {
    Ordinary,
    /// The one mail that finds out whether a resting transport is back.
    Trial,
}

/// What an attempt changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    None,
    /// It is down, and rests for so long.
    Rests(Duration),
    /// It was down, and works again.
    Back,
}

impl Breaker {
    /// Whether it is worth a try; none, if it rests.
    pub(super) fn chance(&self, now: Timestamp) -> Option<Chance> {
        let mut state = self.state();
        match state.resting_until {
            None => Some(Chance::Ordinary),
            // A clock that was set back must not make a rest longer than any is.
            Some(until) if now < until && now.until(until) <= LONGEST_PAUSE => None,
            Some(_) => {
                state.resting_until = Some(now.plus(TRIAL_MAX));
                Some(Chance::Trial)
            }
        }
    }

    /// Until when it rests.
    pub(super) fn resting_until(&self) -> Option<Timestamp> {
        self.state().resting_until
    }

    /// Takes in what an attempt says of the transport. Mails that were under way when it began to rest count no more.
    pub(super) fn note(&self, chance: Chance, standing: Standing, now: Timestamp) -> Change {
        let mut state = self.state();
        match standing {
            Standing::Works => {
                let was_down = state.resting_until.is_some();
                *state = State::default();
                if was_down { Change::Back } else { Change::None }
            }
            Standing::Down if chance == Chance::Ordinary && state.resting_until.is_some() => Change::None,
            Standing::Down => {
                state.failures += 1;
                if chance == Chance::Ordinary && state.failures < FAILURES {
                    return Change::None;
                }
                let pause = FIRST_PAUSE.saturating_mul(1 << state.rests.min(16)).min(LONGEST_PAUSE);
                state.rests += 1;
                state.resting_until = Some(now.plus(pause));
                Change::Rests(pause)
            }
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In a row: one may be chance, and each can cost a mail half a minute.
const FAILURES: u32 = 3;
/// A trial that has not ended by then never will: its task is gone.
const TRIAL_MAX: Duration = Duration::from_secs(super::SEND_SECONDS_MAX);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_795_286_889_000 + seconds * 1000)
    }

    /// A breaker that has just begun to rest, at 0.
    fn resting() -> Breaker {
        let breaker = Breaker::default();
        for _ in 1..FAILURES {
            assert_eq!(breaker.note(Chance::Ordinary, Standing::Down, at(0)), Change::None);
        }
        assert_eq!(breaker.note(Chance::Ordinary, Standing::Down, at(0)), Change::Rests(FIRST_PAUSE));
        breaker
    }

    #[test]
    fn failures_count_in_a_row_only() {
        let breaker = Breaker::default();
        for _ in 0..10 {
            breaker.note(Chance::Ordinary, Standing::Down, at(0));
            breaker.note(Chance::Ordinary, Standing::Down, at(0));
            assert_eq!(breaker.note(Chance::Ordinary, Standing::Works, at(0)), Change::None);
            assert_eq!(breaker.chance(at(0)), Some(Chance::Ordinary));
        }
    }

    #[test]
    fn after_a_rest_one_mail_tries_and_the_others_pass_by() {
        let breaker = resting();
        assert_eq!(breaker.chance(at(4)), None);
        assert_eq!([breaker.chance(at(5)), breaker.chance(at(5))], [Some(Chance::Trial), None]);
        assert_eq!(breaker.note(Chance::Trial, Standing::Works, at(6)), Change::Back);
        assert_eq!([breaker.chance(at(6)), breaker.chance(at(6))], [Some(Chance::Ordinary); 2]);
    }

    #[test]
    fn rests_double_up_to_a_bound() {
        let breaker = resting();
        let mut now = at(0);
        for seconds in [10, 20, 40, 80, 160, 300, 300] {
            now = breaker.resting_until().unwrap();
            assert_eq!(breaker.chance(now), Some(Chance::Trial));
            let change = breaker.note(Chance::Trial, Standing::Down, now);
            assert_eq!(change, Change::Rests(Duration::from_secs(seconds)));
        }
        assert_eq!(breaker.resting_until(), Some(now.plus(LONGEST_PAUSE)));
    }

    #[test]
    fn mails_that_were_under_way_do_not_make_the_rest_longer_and_may_end_it() {
        let breaker = resting();
        assert_eq!(breaker.note(Chance::Ordinary, Standing::Down, at(1)), Change::None);
        assert_eq!(breaker.resting_until(), Some(at(5)));
        assert_eq!(breaker.note(Chance::Ordinary, Standing::Works, at(2)), Change::Back);
    }

    #[test]
    fn a_trial_that_never_ends_is_followed_by_another() {
        let breaker = resting();
        assert_eq!(breaker.chance(at(5)), Some(Chance::Trial));
        assert_eq!(breaker.chance(at(6)), None);
        assert_eq!(breaker.chance(at(5).plus(TRIAL_MAX)), Some(Chance::Trial));
    }

    #[test]
    fn a_clock_that_is_set_back_ends_the_rest() {
        assert_eq!(resting().chance(at(-86_400)), Some(Chance::Trial));
    }
}
