//! Logs: to standard error, human-readable on a terminal, JSON elsewhere.

use regain_core::time::Timestamp;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use thiserror::Error;
use tracing_subscriber::EnvFilter;

/// Starts logging. `asked` is `REGAIN_LOG`; without it, or if it is empty, what an operator should know.
///
/// # Errors
/// [`NoLevel`], if that is nothing that the log goes by.
pub fn start(asked: Option<&str>) -> Result<(), NoLevel> {
    let logs = tracing_subscriber::fmt().with_env_filter(filter(asked)?).with_writer(std::io::stderr);
    // A second start, as in tests, changes nothing.
    let _ = if std::io::stderr().is_terminal() { logs.try_init() } else { logs.json().try_init() };
    Ok(())
}

/// `REGAIN_LOG` holds a word that is none of its own.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "REGAIN_LOG is {0:?}, which is no level; accepted: error, warn, info, debug or trace, and the same after `regain=`, \
     which leaves the libraries out"
)]
pub struct NoLevel(String);

/// What is logged. Whatever is asked for, not what PostgreSQL says beside its answers: an application's own trigger may
/// raise a notice that quotes the stored password, and the driver would pass it on.
///
/// # Errors
/// [`NoLevel`]: `tracing-subscriber` would take a word that it does not know for the name of a part of the program, and
/// log nothing of the others.
pub fn filter(asked: Option<&str>) -> Result<EnvFilter, NoLevel> {
    let asked = asked.map(str::trim).filter(|asked| !asked.is_empty()).unwrap_or("info");
    let parts: Vec<&str> = asked.split(',').map(str::trim).collect();
    let is_level = |word: &str| LEVELS.iter().any(|level| word.eq_ignore_ascii_case(level));
    if !parts.iter().all(|part| is_level(part.strip_prefix("regain=").unwrap_or(part))) {
        return Err(NoLevel(asked.to_owned()));
    }
    let directives = format!("{},tokio_postgres::connection=off", parts.join(","));
    EnvFilter::try_new(directives).map_err(|_| NoLevel(asked.to_owned()))
}

const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// What would otherwise be said for each call, for as long as something is wrong: each at most once a second.
#[derive(Debug, Default)]
pub struct Complaints {
    /// The queue is full.
    pub queue_full: Seldom,
    /// The ledger does not answer.
    pub ledger_away: Seldom,
    /// The user store does not answer.
    pub store_away: Seldom,
    /// A provider's call cannot be checked.
    pub events_unverified: Seldom,
    /// As many webhooks wait as may.
    pub webhooks_full: Seldom,
}

/// Something that is said at most once a second.
#[derive(Debug, Default)]
pub struct Seldom {
    /// In milliseconds since 1970; 0: never.
    said_at: AtomicI64,
    unsaid: AtomicU64,
}

/// Between two lines that say the same.
const SELDOM: Duration = Duration::from_secs(1);

impl Seldom {
    /// Whether it is time to say it: then how many times it was left unsaid since the last time.
    #[must_use]
    pub fn turn(&self, now: Timestamp) -> Option<u64> {
        let said_at = self.said_at.load(Ordering::Relaxed);
        let last = Timestamp::from_millis(said_at);
        // The clock may have been set back.
        let is_time = said_at == 0 || now < last || now.since(last) >= SELDOM;
        let takes_turn =
            || self.said_at.compare_exchange(said_at, now.as_millis(), Ordering::Relaxed, Ordering::Relaxed);
        if is_time && takes_turn().is_ok() {
            return Some(self.unsaid.swap(0, Ordering::Relaxed));
        }
        self.unsaid.fetch_add(1, Ordering::Relaxed);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_goes_on_is_said_once_a_second_with_how_often_it_was_not() {
        let complaint = Seldom::default();
        let turns: Vec<_> = [1, 2, 900, 1_001, 1_002, 500, 1_499, 1_500]
            .map(|millis| complaint.turn(Timestamp::from_millis(millis)))
            .to_vec();
        let set_back = Some(1);
        assert_eq!(turns, [Some(0), None, None, Some(2), None, set_back, None, Some(1)]);
    }

    #[test]
    fn notices_of_a_database_are_logged_at_no_level() {
        for asked in [None, Some("trace"), Some("DEBUG"), Some("warn,regain=trace"), Some("")] {
            let written = Written::default();
            let writer = written.clone();
            let logs =
                tracing_subscriber::fmt().with_env_filter(filter(asked).unwrap()).with_writer(move || writer.clone());
            tracing::subscriber::with_default(logs.finish(), || {
                tracing::info!(target: "tokio_postgres::connection", "NOTICE: a stored password");
                tracing::error!(target: "regain::courier", "heard");
            });
            let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
            assert!(!log.contains("NOTICE") && log.contains("heard"), "{asked:?}: {log}");
        }
    }

    #[test]
    fn a_word_that_is_no_level_is_refused_and_silences_nothing() {
        for asked in ["inof", "verbose", "info,inof", "regian=debug", "regain", "tokio_postgres=trace", "off", "info,"]
        {
            let refusal = filter(Some(asked)).unwrap_err().to_string();
            assert!(refusal.contains("error, warn, info, debug or trace"), "{refusal}");
        }
        for asked in ["error", "Info", "regain=debug", "warn, regain=trace", " debug "] {
            filter(Some(asked)).unwrap();
        }
    }
}
