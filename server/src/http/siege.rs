//! A state of siege: so many networks, or so many guesses, that it is about the whole server. An operator can see it; no
//! answer to anybody depends on it, or it would tell them something.

use super::network_limit::NetworkLimit;
use crate::app::App;
use crate::ledger::Telling;
use crate::metrics::{Cause, Guess, Metrics};
use regain_core::request::Id;
use regain_core::time::Timestamp;
use serde_json::json;
use std::collections::VecDeque;
use std::time::Duration;

/// Whether there is one.
#[derive(Debug)]
pub struct Siege {
    guesses_max: u64,
    /// The last minute's figures, oldest first.
    seen: VecDeque<(Timestamp, Figures)>,
    state: State,
}

/// What there is to see at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Client networks that have no call left.
    pub networks: u64,
    /// Links, codes and API tokens that opened nothing, since the start.
    pub guesses: u64,
    /// Calls refused because their network had none left, since the start.
    pub refused: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Peace,
    Siege {
        since: Timestamp,
        /// When it was last more than half as bad as it takes.
        last_bad: Timestamp,
    },
}

/// What changed.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    /// It began; what happened within the last minute.
    Began(Figures),
    /// It is over, and lasted so long.
    Ended(Duration),
}

impl Figures {
    fn of(metrics: &Metrics, networks: u64) -> Self {
        let guesses = Guess::ALL.map(|what| metrics.guesses.of(what).value()).iter().sum();
        Self { networks, guesses, refused: metrics.refused.of(Cause::NetworkLimit).value() }
    }
}

impl Siege {
    /// None. The threshold follows from what one network may do.
    #[must_use]
    pub fn new(requests_per_network_per_minute: u32) -> Self {
        let guesses_max = NETWORKS_MAX * u64::from(requests_per_network_per_minute);
        Self { guesses_max, seen: VecDeque::new(), state: State::Peace }
    }

    /// Takes note of what there is to see now.
    pub fn look(&mut self, now: Timestamp, figures: Figures) -> Option<Turn> {
        let minute = self.last_minute(now, figures);
        let is_over = |share: u64| {
            minute.networks >= NETWORKS_MAX.div_ceil(share) || minute.guesses >= self.guesses_max.div_ceil(share)
        };
        if let State::Siege { last_bad, .. } = &mut self.state {
            *last_bad = now.min(*last_bad);
        }
        match self.state {
            State::Peace if is_over(1) => {
                self.state = State::Siege { since: now, last_bad: now };
                Some(Turn::Began(minute))
            }
            State::Siege { since, .. } if is_over(2) => {
                self.state = State::Siege { since, last_bad: now };
                None
            }
            State::Siege { since, last_bad } if now.since(last_bad) >= WINDOW => {
                self.state = State::Peace;
                Some(Turn::Ended(now.since(since)))
            }
            State::Peace | State::Siege { .. } => None,
        }
    }

    /// Whether there is one.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.state != State::Peace
    }

    /// What was added within it; and the networks of this moment.
    fn last_minute(&mut self, now: Timestamp, figures: Figures) -> Figures {
        // The clock may have been set back.
        self.seen.retain(|(seen_at, _)| *seen_at < now && now.since(*seen_at) <= WINDOW);
        let before = self.seen.front().map_or(figures, |(_, figures)| *figures);
        self.seen.push_back((now, figures));
        Figures {
            networks: figures.networks,
            guesses: figures.guesses.saturating_sub(before.guesses),
            refused: figures.refused.saturating_sub(before.refused),
        }
    }
}

/// Looks at the public port each second, for as long as it is served.
pub(super) async fn watch(app: &App, limit: &NetworkLimit) {
    let mut siege = Siege::new(app.config.limits.requests_per_network_per_minute);
    loop {
        let networks = limit.used_up() as u64;
        app.metrics.networks_limited.set(networks);
        let turn = siege.look(app.clock.now(), Figures::of(&app.metrics, networks));
        app.metrics.siege.set(u64::from(siege.is_on()));
        if let Some(turn) = turn {
            tell(&turn);
            tell_operator(app, &turn).await;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
    }
}

fn tell(turn: &Turn) {
    match turn {
        Turn::Began(Figures { networks, guesses, refused }) => tracing::warn!(
            networks_without_calls = networks,
            guesses_within_a_minute = guesses,
            refused_within_a_minute = refused,
            "the server is under siege; limits hold and nobody is answered differently; see docs/operate/limits.md"
        ),
        Turn::Ended(span) => tracing::info!(lasted_seconds = span.as_secs(), "the siege is over"),
    }
}

/// By webhook, if there is a receiver.
async fn tell_operator(app: &App, turn: &Turn) {
    let (what, detail) = match turn {
        Turn::Began(Figures { networks, guesses, refused }) => {
            (Telling::SiegeBegan, json!({ "networks": networks, "guesses": guesses, "refused": refused }))
        }
        Turn::Ended(span) => (Telling::SiegeEnded, json!({ "lasted_seconds": span.as_secs() })),
    };
    let now = app.clock.now();
    let id = Id::new(now, app.entropy.as_ref());
    if let Err(fault) = app.ledger.queue_webhook(id, what, detail.to_string(), now).await {
        tracing::error!(%fault, "the operator is not told of a siege by webhook");
    }
}

/// So many networks without a call left at one moment, or as many guesses within a minute as so many networks can make:
/// one office, or one curious person, does not come near.
const NETWORKS_MAX: u64 = 30;
/// A minute, as the limit of a network has it; and as long must it be quiet until it is over.
const WINDOW: Duration = Duration::from_secs(60);
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + seconds * 1000)
    }

    fn guesses(guesses: u64) -> Figures {
        Figures { guesses, ..Figures::default() }
    }

    #[test]
    fn many_networks_without_calls_are_a_siege_and_it_ends_after_a_quiet_minute() {
        let mut siege = Siege::new(10);
        let networks = |networks| Figures { networks, ..Figures::default() };
        assert_eq!(siege.look(at(0), networks(29)), None);
        assert_eq!(siege.look(at(1), networks(30)), Some(Turn::Began(networks(30))));
        assert_eq!(siege.look(at(2), networks(200)), None, "said once");
        assert_eq!(siege.look(at(30), networks(15)), None);
        assert_eq!(siege.look(at(31), networks(14)), None);
        assert_eq!(siege.look(at(89), networks(0)), None);
        assert!(siege.is_on());
        assert_eq!(siege.look(at(90), networks(0)), Some(Turn::Ended(Duration::from_secs(89))));
        assert!(!siege.is_on());
    }

    #[test]
    fn guesses_count_by_the_minute() {
        let mut siege = Siege::new(10);
        // Two hundred a minute, for a long time.
        for minute in 0..10 {
            assert_eq!(siege.look(at(minute * 60), guesses(1_000 + minute.cast_unsigned() * 200)), None);
        }
        assert_eq!(siege.look(at(590), guesses(2_799 + 299)), None);
        assert_eq!(siege.look(at(591), guesses(2_800 + 300)), Some(Turn::Began(guesses(300))));
    }

    #[test]
    fn a_clock_that_is_set_back_is_no_siege_and_ends_one_in_time() {
        let mut siege = Siege::new(1);
        assert_eq!(siege.look(at(1000), guesses(0)), None);
        assert_eq!(siege.look(at(10), guesses(30)), None);
        assert_eq!(siege.look(at(11), guesses(60)), Some(Turn::Began(guesses(30))));
        assert_eq!(siege.look(at(5), guesses(60)), None);
        assert_eq!(siege.look(at(64), guesses(60)), None);
        assert_eq!(siege.look(at(65), guesses(60)), Some(Turn::Ended(Duration::from_secs(54))));
    }
}
