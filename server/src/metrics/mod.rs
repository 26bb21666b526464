//! What can be counted about a running server, and the page that Prometheus reads (`/metrics` on the admin port).
//!
//! Every series exists from the start and none is made by what comes from outside: paths are those that we have,
//! everything else is a word of ours. Nothing here names an account, an address, a client or a token. On the way of a
//! request there are a few additions without a lock, the same ones whoever is asked for.

mod exposition;
mod page;
mod series;
mod store;

pub use page::{CONTENT_TYPE, page};
pub use series::{By, Counter, Gauge, Held, Histogram};
pub use store::Timed;

use crate::http::PATHS;
use crate::http::server::Role;
use crate::ledger::{Decision, Finished, Verdict};
use crate::mail::events::Provider;
use crate::recovery::Credential;
use crate::recovery::redeem::RedeemRefusal;
use axum::http::StatusCode;
use regain_core::delivery::Outcome;
use regain_core::fate::Fate;
use regain_core::request::{Origin, Reason, State};
use regain_core::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// All of it.
#[derive(Debug)]
pub struct Metrics {
    /// When the server was joined.
    pub started_at: Timestamp,
    /// Connections, of each port. Parts of their own, because the accept loops hold them too.
    pub connections: By<Role, Arc<Connections>>,
    /// Answers, by the path's template.
    pub answers: By<&'static str, Answers>,
    /// Requests made durable.
    pub accepted: By<Origin, Counter>,
    /// Requests and other calls turned away.
    pub refused: By<Cause, Counter>,
    /// What was brought and opened nothing.
    pub guesses: By<Guess, Counter>,
    /// Client networks that have no call left.
    pub networks_limited: Gauge,
    /// 1 while the whole server is under siege.
    pub siege: Gauge,
    /// Changed TLS files, by whether they were taken.
    pub certificates: By<&'static str, Counter>,
    /// Rows of the outbox that this server's courier has taken and not finished.
    pub in_flight: Gauge,
    /// Rows of the outbox that this server's courier ended.
    pub ended: By<Ending, Counter>,
    /// Mails handed over, or not, by transport and outcome.
    pub mails: By<(&'static str, &'static str), Counter>,
    /// What was heard of mails after they were handed over, by who told and what became of them.
    pub heard: By<(&'static str, Fate), Counter>,
    /// Calls that a provider of mail did not sign.
    pub events_refused: By<&'static str, Counter>,
    /// Webhooks that wait, at the last count.
    pub webhooks_waiting: Gauge,
    /// Attempts to post a webhook, by what came of them.
    pub webhooks: By<&'static str, Counter>,
    /// What a turn of the courier takes.
    pub ticks: Histogram,
    /// Attempts to set a password, by what came of them.
    pub redeemings: By<&'static str, Counter>,
    /// The ledger's commits. A part of its own, because the ledger's writer holds it too.
    pub commits: Arc<Commits>,
    /// Calls of the user store. A part of its own, because [`Timed`] holds it too.
    pub store: Arc<By<&'static str, StoreCalls>>,
}

/// Connections of one port.
#[derive(Debug)]
pub struct Connections {
    /// How many there are.
    pub open: Gauge,
    /// Those that were closed on whoever made them.
    pub cut: By<Cut, Counter>,
}

/// Why a connection was closed on whoever made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Its network has as many as it may, and all of them are busy.
    Refused,
    /// It had waited longest, and another one came.
    MadeRoom,
    /// Its peer did not take an answer.
    Unread,
    /// It held much while memory was short.
    Heavy,
}

/// What was brought and opened nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// The token of a link.
    Link,
    /// A code.
    Code,
    /// An API token.
    ApiToken,
}

/// Answers on one path.
#[derive(Debug)]
pub struct Answers {
    by_class: By<&'static str, Counter>,
    duration: Histogram,
}

/// Why something was turned away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// As many requests wait as may.
    QueueFull,
    /// The client's network has used up its calls.
    NetworkLimit,
    /// A trusted caller's: the account had its mail.
    AccountLimit,
    /// The ledger does not answer.
    Ledger,
    /// A trusted caller's: the user store does not answer.
    UserStore,
    /// The server is about to stop.
    Leaving,
}

/// How a row of the outbox ended.
pub type Ending = (State, Option<Reason>);

/// What the ledger's writer commits.
#[derive(Debug)]
pub struct Commits {
    /// What one commit takes, with the writes in it.
    duration: Histogram,
    /// Writes in one commit.
    writes: Histogram,
    /// Commits that failed and were rolled back.
    failed: Counter,
}

/// One kind of call of the user store.
#[derive(Debug)]
pub struct StoreCalls {
    duration: Histogram,
    faults: Counter,
}

impl Metrics {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(started_at: Timestamp) -> Self {
        Self {
            started_at,
            connections: By::new([Role::Public, Role::Admin], Arc::<Connections>::default),
            answers: By::new(PATHS, Answers::new),
            accepted: By::new(Origin::ALL, Counter::default),
            refused: By::new(Cause::ALL, Counter::default),
            guesses: By::new(Guess::ALL, Counter::default),
            networks_limited: Gauge::default(),
            siege: Gauge::default(),
            certificates: By::new(CERTIFICATES, Counter::default),
            in_flight: Gauge::default(),
            ended: By::new(ENDINGS, Counter::default),
            mails: By::new(
                TRANSPORTS.iter().flat_map(|name| OUTCOMES.map(|outcome| (*name, outcome))),
                Counter::default,
            ),
            heard: By::new(TELLERS.iter().flat_map(|name| Fate::ALL.map(|fate| (*name, fate))), Counter::default),
            events_refused: By::new(Provider::ALL.map(Provider::as_str), Counter::default),
            webhooks_waiting: Gauge::default(),
            webhooks: By::new(WEBHOOKS, Counter::default),
            ticks: Histogram::of_durations(),
            redeemings: By::new(REDEEMINGS, Counter::default),
            commits: Arc::new(Commits::default()),
            store: Arc::new(By::new(store::CALLS, StoreCalls::default)),
        }
    }

    /// The courier decided on a row of the outbox; unless it is to be mailed, it has ended.
    pub fn decided(&self, decision: &Decision, verdict: Verdict) {
        match (decision, verdict) {
            (_, Verdict::Suppressed(why)) => self.ended.of((State::Suppressed, Some(why))).count(),
            (Decision::End(why), Verdict::Ended) => self.ended.of((State::Failed, Some(*why))).count(),
            (Decision::End(_), Verdict::Send) | (Decision::Mail { .. }, _) => {}
        }
    }

    /// A mail was handed over, or not; with it its row may have ended.
    pub fn mailed(&self, finished: &Finished) {
        self.mails.of((finished.transport, finished.outcome.as_str())).count();
        match finished.outcome {
            Outcome::Delivered(_) => self.ended.of((State::Mailed, None)).count(),
            Outcome::Refused(_) => self.ended.of((State::Failed, Some(Reason::Refused))).count(),
            _ if finished.give_up => self.ended.of((State::Failed, Some(Reason::GaveUp))).count(),
            Outcome::RetryAfter(_) | Outcome::Unknown(_) => {}
        }
    }

    /// A transport did not take a mail now, and the next one was tried.
    pub fn passed_over(&self, transport: &'static str, outcome: &Outcome) {
        self.mails.of((transport, outcome.as_str())).count();
    }

    /// Somebody tried to set a password.
    pub fn redeemed<T>(&self, outcome: &Result<T, RedeemRefusal>) {
        let word = match outcome {
            Ok(_) => "set",
            Err(RedeemRefusal::Dead) => "dead",
            Err(RedeemRefusal::Weak(_)) => "weak",
            Err(RedeemRefusal::Unavailable) => "unavailable",
        };
        self.redeemings.of(word).count();
    }
}

impl Default for Connections {
    fn default() -> Self {
        Self { open: Gauge::default(), cut: By::new(Cut::ALL, Counter::default) }
    }
}

impl Cut {
    const ALL: [Self; 4] = [Self::Refused, Self::MadeRoom, Self::Unread, Self::Heavy];

    fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::MadeRoom => "made_room",
            Self::Unread => "unread",
            Self::Heavy => "heavy",
        }
    }
}

impl Guess {
    /// Each.
    pub const ALL: [Self; 3] = [Self::Link, Self::Code, Self::ApiToken];

    fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Code => "code",
            Self::ApiToken => "api_token",
        }
    }
}

impl From<&Credential> for Guess {
    fn from(credential: &Credential) -> Self {
        match credential {
            Credential::Token(_) => Self::Link,
            Credential::Code { .. } => Self::Code,
        }
    }
}

impl Answers {
    fn new() -> Self {
        Self { by_class: By::new(CLASSES, Counter::default), duration: Histogram::of_durations() }
    }

    /// One more.
    pub fn count(&self, status: StatusCode, span: Duration) {
        let class = CLASSES[usize::from(status.as_u16() / 100).clamp(2, 5) - 2];
        self.by_class.of(class).count();
        self.duration.took(span);
    }
}

impl Cause {
    const ALL: [Self; 6] =
        [Self::QueueFull, Self::NetworkLimit, Self::AccountLimit, Self::Ledger, Self::UserStore, Self::Leaving];

    fn as_str(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::NetworkLimit => "network_limit",
            Self::AccountLimit => "account_limit",
            Self::Ledger => "ledger",
            Self::UserStore => "user_store",
            Self::Leaving => "leaving",
        }
    }
}

impl Commits {
    /// `writes` were tried in one transaction, which took `span` and was committed or else rolled back.
    pub fn tried(&self, writes: usize, span: Duration, committed: bool) {
        if !committed {
            return self.failed.count();
        }
        self.writes.saw(writes as u64);
        self.duration.took(span);
    }
}

impl Default for Commits {
    fn default() -> Self {
        Self {
            duration: Histogram::of_durations(),
            writes: Histogram::new(&[1, 2, 4, 8, 16, 32, 64, 128, 256, 512]),
            failed: Counter::default(),
        }
    }
}

impl StoreCalls {
    fn took<T, E>(&self, span: Duration, outcome: &Result<T, E>) {
        self.duration.took(span);
        if outcome.is_err() {
            self.faults.count();
        }
    }
}

impl Default for StoreCalls {
    fn default() -> Self {
        Self { duration: Histogram::of_durations(), faults: Counter::default() }
    }
}

const CLASSES: [&str; 4] = ["2xx", "3xx", "4xx", "5xx"];
/// The names of all transports, and what stands where none was tried.
const TRANSPORTS: [&str; 9] = ["smtp", "ses", "postmark", "sendgrid", "mailgun", "resend", "sendmail", "file", "none"];
/// Who tells what became of mails: providers, and by mail whichever relay sent one back.
const TELLERS: [&str; 6] = ["ses", "postmark", "sendgrid", "mailgun", "resend", "smtp"];
/// What comes of posting a webhook.
const WEBHOOKS: [&str; 3] = ["taken", "put_off", "given_up"];
/// [`Outcome::as_str`].
const OUTCOMES: [&str; 4] = ["delivered", "retry", "refused", "unknown"];
/// Whether changed TLS files were taken.
const CERTIFICATES: [&str; 2] = ["taken", "refused"];
const REDEEMINGS: [&str; 4] = ["set", "dead", "weak", "unavailable"];
/// How the courier ends a row. What the ledger ends by itself (the owner said that it was not them or set a password, an
/// operator dropped it) is told by `regain explain`.
const ENDINGS: [Ending; 12] = [
    (State::Mailed, None),
    (State::Suppressed, Some(Reason::Cooldown)),
    (State::Suppressed, Some(Reason::Hourly)),
    (State::Suppressed, Some(Reason::Redeemed)),
    (State::Suppressed, Some(Reason::NotMe)),
    (State::Failed, Some(Reason::NoAccount)),
    (State::Failed, Some(Reason::Ambiguous)),
    (State::Failed, Some(Reason::Ineligible)),
    (State::Failed, Some(Reason::FormatUnknown)),
    (State::Failed, Some(Reason::AddressUnusable)),
    (State::Failed, Some(Reason::Refused)),
    (State::Failed, Some(Reason::GaveUp)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_courier_decides_is_counted_in_its_own_words() {
        let metrics = Metrics::new(Timestamp::default());
        let failed = [
            Reason::NoAccount,
            Reason::Ambiguous,
            Reason::Ineligible,
            Reason::FormatUnknown,
            Reason::AddressUnusable,
            Reason::GaveUp,
        ];
        for reason in failed {
            metrics.decided(&Decision::End(reason), Verdict::Ended);
            assert_eq!(metrics.ended.of((State::Failed, Some(reason))).value(), 1, "{reason:?}");
        }
        for reason in [Reason::Cooldown, Reason::Hourly, Reason::Redeemed, Reason::NotMe] {
            metrics.decided(&Decision::End(Reason::NoAccount), Verdict::Suppressed(reason));
            assert_eq!(metrics.ended.of((State::Suppressed, Some(reason))).value(), 1, "{reason:?}");
        }
        assert_eq!(metrics.ended.iter().map(|(_, counter)| counter.value()).sum::<u64>(), 10);
    }

    #[test]
    fn failed_commits_are_not_timed() {
        let commits = Commits::default();
        commits.tried(3, Duration::from_millis(1), true);
        commits.tried(5, Duration::from_secs(5), false);
        assert_eq!((commits.writes.read().2, commits.failed.value()), (3, 1));
    }
}
