//! How often one account gets mail. Silent towards the person who asks; durable; alike on every node.

use crate::time::Timestamp;
use std::time::Duration;

/// The limits per account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountLimit {
    /// Asked again within it: no second mail. Zero turns it off.
    pub cooldown: Duration,
    /// Most mints in [`HOUR`].
    pub mails_per_hour_max: u32,
}

/// What the ledger knows of one account's *other* requests: a request never suppresses its own retry.
#[derive(Debug, Clone, Default)]
pub struct AccountHistory {
    /// When the last request that was not suppressed was accepted.
    pub last_accepted: Option<Timestamp>,
    /// The latest minting.
    pub last_mint: Option<Timestamp>,
    /// How many mints fall into the last [`HOUR`].
    pub mints_in_hour: u32,
    /// When the oldest of those was.
    pub oldest_mint_in_hour: Option<Timestamp>,
}

/// The span over which mails are counted.
pub const HOUR: Duration = Duration::from_secs(3600);

/// Why an account gets no mail for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suppression {
    /// Another request of that account came less than the cooldown before, or was served since this one came.
    Cooldown,
    /// That account had its mails of the hour.
    Hourly,
}

impl AccountLimit {
    /// Whether a request accepted at `accepted` is suppressed.
    #[must_use]
    pub fn suppresses(&self, accepted: Timestamp, history: &AccountHistory) -> Option<Suppression> {
        let cooling =
            history.last_accepted.is_some_and(|last| last <= accepted && accepted.since(last) < self.cooldown);
        let served_since = !self.cooldown.is_zero() && history.last_mint.is_some_and(|mint| accepted < mint);
        if cooling || served_since {
            Some(Suppression::Cooldown)
        } else if history.mints_in_hour >= self.mails_per_hour_max {
            Some(Suppression::Hourly)
        } else {
            None
        }
    }

    /// How long a trusted caller should wait before a request for this account is not suppressed.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp, history: &AccountHistory, why: Suppression) -> Duration {
        match why {
            Suppression::Cooldown => {
                history.last_accepted.map_or(self.cooldown, |last| now.until(last.plus(self.cooldown)))
            }
            Suppression::Hourly => history.oldest_mint_in_hour.map_or(HOUR, |oldest| now.until(oldest.plus(HOUR))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: AccountLimit = AccountLimit { cooldown: Duration::from_secs(60), mails_per_hour_max: 5 };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn the_first_request_is_served() {
        assert_eq!(LIMIT.suppresses(at(0), &AccountHistory::default()), None);
    }

    #[test]
    fn the_cooldown_ends_to_the_millisecond() {
        let history = AccountHistory { last_accepted: Some(at(0)), last_mint: Some(at(0)), ..Default::default() };
        assert_eq!(LIMIT.suppresses(Timestamp::from_millis(59_999), &history), Some(Suppression::Cooldown));
        assert_eq!(LIMIT.suppresses(at(60), &history), None);
    }

    /// Of two nodes, one may have accepted a moment later than the other and be asked first.
    #[test]
    fn a_request_is_suppressed_by_none_that_came_after_it() {
        let later = AccountHistory { last_accepted: Some(at(10)), ..Default::default() };
        assert_eq!(LIMIT.suppresses(at(9), &later), None);
        assert_eq!(LIMIT.suppresses(at(10), &later), Some(Suppression::Cooldown));
    }

    #[test]
    fn a_mail_minted_at_the_moment_of_the_request_does_not_serve_it() {
        let history = AccountHistory { last_mint: Some(at(10)), ..Default::default() };
        assert_eq!(LIMIT.suppresses(at(10), &history), None);
    }

    #[test]
    fn the_fifth_mail_of_the_hour_is_the_last() {
        let had = |mints_in_hour| AccountHistory { mints_in_hour, ..Default::default() };
        assert_eq!(LIMIT.suppresses(at(0), &had(4)), None);
        assert_eq!(LIMIT.suppresses(at(0), &had(5)), Some(Suppression::Hourly));
        assert_eq!(LIMIT.suppresses(at(0), &had(6)), Some(Suppression::Hourly));
    }

    #[test]
    fn an_outages_backlog_becomes_one_mail() {
        let history = AccountHistory { last_accepted: Some(at(0)), last_mint: Some(at(900)), ..Default::default() };
        assert_eq!(LIMIT.suppresses(at(600), &history), Some(Suppression::Cooldown));
        assert_eq!(LIMIT.suppresses(at(901), &history), None);
    }

    #[test]
    fn without_a_cooldown_only_the_hour_counts() {
        let limit = AccountLimit { cooldown: Duration::ZERO, ..LIMIT };
        let history = AccountHistory {
            last_accepted: Some(at(0)),
            last_mint: Some(at(9)),
            mints_in_hour: 4,
            ..Default::default()
        };
        assert_eq!(limit.suppresses(at(0), &history), None);
        let full = AccountHistory { mints_in_hour: 5, ..history };
        assert_eq!(limit.suppresses(at(0), &full), Some(Suppression::Hourly));
    }

    #[test]
    fn a_trusted_caller_learns_how_long_to_wait() {
        let history =
            AccountHistory { last_accepted: Some(at(0)), oldest_mint_in_hour: Some(at(100)), ..Default::default() };
        assert_eq!(LIMIT.retry_after(at(20), &history, Suppression::Cooldown), Duration::from_secs(40));
        assert_eq!(LIMIT.retry_after(at(200), &history, Suppression::Hourly), Duration::from_secs(3500));
        let unknown = AccountHistory::default();
        assert_eq!(LIMIT.retry_after(at(20), &unknown, Suppression::Cooldown), LIMIT.cooldown);
        assert_eq!(LIMIT.retry_after(at(20), &unknown, Suppression::Hourly), HOUR);
    }
}
