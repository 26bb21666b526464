//! What became of handing a mail over, and when to try again.

use crate::entropy::{Entropy, random};
use std::time::Duration;

/// What became of one attempt to hand a mail over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The next server took responsibility; its own reply.
    Delivered(String),
    /// Not now, perhaps later: a temporary reply, or nobody there. Nothing was handed over.
    RetryAfter(String),
    /// Never: a permanent reply.
    Refused(String),
    /// The mail was handed over, but the connection broke before the reply: it may or may not arrive.
    Unknown(String),
}

impl Outcome {
    /// The word stored in the ledger and shown in the timeline.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Delivered(_) => "delivered",
            Self::RetryAfter(_) => "retry",
            Self::Refused(_) => "refused",
            Self::Unknown(_) => "unknown",
        }
    }

    /// The server's own words, or what happened on the way to it.
    #[must_use]
    pub fn reply(&self) -> &str {
        match self {
            Self::Delivered(reply) | Self::RetryAfter(reply) | Self::Refused(reply) | Self::Unknown(reply) => reply,
        }
    }
}

/// How long to wait after the `attempts`th failed attempt (counted from 1): doubling from [`FIRST_PAUSE`] to
/// [`LONGEST_PAUSE`], each time with a random half taken off, so that a backlog does not come back as one wave.
#[must_use]
pub fn pause(attempts: u32, entropy: &dyn Entropy) -> Duration {
    let doublings = attempts.saturating_sub(1).min(16);
    let full = FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    let share = f64::from(u32::from_le_bytes(random(entropy))) / f64::from(u32::MAX);
    full.mul_f64(1.0 - share / 2.0)
}

/// Short enough that a restarted relay is hardly noticed.
pub const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// Long enough not to bother a relay that is down for the day, short against the hour that a link lives.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(300);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::tests::Counting;

    #[test]
    fn an_outcome_has_a_word_and_the_relays_reply() {
        let reply = || "250 2.0.0 ok".to_owned();
        for (outcome, word) in [
            (Outcome::Delivered(reply()), "delivered"),
            (Outcome::RetryAfter(reply()), "retry"),
            (Outcome::Refused(reply()), "refused"),
            (Outcome::Unknown(reply()), "unknown"),
        ] {
            assert_eq!((outcome.as_str(), outcome.reply()), (word, "250 2.0.0 ok"));
        }
    }

    #[test]
    fn the_whole_pause_and_the_half_of_it_are_the_bounds() {
        struct All(u8);
        impl Entropy for All {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(self.0);
            }
        }
        for (attempts, seconds) in [(1, 5), (2, 10), (6, 160), (7, 300), (u32::MAX, 300)] {
            assert_eq!(pause(attempts, &All(0)), Duration::from_secs(seconds));
            assert_eq!(pause(attempts, &All(0xff)), Duration::from_secs(seconds) / 2);
        }
    }

    #[test]
    fn pauses_double_up_to_a_bound_and_vary() {
        let entropy = Counting::default();
        for attempts in 1..40 {
            let full = FIRST_PAUSE.saturating_mul(1 << (attempts - 1).min(16)).min(LONGEST_PAUSE);
            let pause = pause(attempts, &entropy);
            assert!(pause <= full && pause >= full / 2, "{attempts}: {pause:?}");
        }
        assert_ne!(pause(3, &entropy), pause(3, &entropy));
    }
}
