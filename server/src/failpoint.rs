//! Named points at which a test makes the process die, stop or fail, to see that nothing is lost.
//!
//! In a build with the feature `failpoints`, `REGAIN_FAILPOINT=name[:nth][=action]` chooses the point, the how-manieth
//! time it is reached, and what happens then: `kill` (as by `kill -9`, the default), `stop` (as by `kill -STOP`),
//! `panic` (as at a bug), or `error` where the point is one that can fail. `REGAIN_FAILPOINT_LEASE_SECONDS` shortens leases and claims. Other
//! builds contain none of it.

use crate::users::StoreFault;
use regain_core::delivery::Outcome;

#[cfg(all(feature = "failpoints", not(debug_assertions)))]
compile_error!("the feature `failpoints` is for tests: a release build cannot have it");

/// The process is at the point `name`: it dies or stops here, if a test asked for it.
pub fn reached(name: &str) {
    let _ = fails(name);
}

/// What the user store answered; or that it could not, if a test wants the point `name` to fail.
///
/// # Errors
/// The store's own, or the test's.
pub fn or_lost<T>(name: &str, answer: Result<T, StoreFault>) -> Result<T, StoreFault> {
    if fails(name) {
        Err(StoreFault { what: "cannot be reached", cause: "a test lost its answer".into() })
    } else {
        answer
    }
}

/// What a relay answered; or that it did not, if a test wants the point `name` to fail.
#[must_use]
pub fn or_unknown(name: &str, outcome: Outcome) -> Outcome {
    if fails(name) { Outcome::Unknown("a test lost the reply".into()) } else { outcome }
}

#[cfg(feature = "failpoints")]
pub use chosen::{fails, shortened};

/// False, in a build without failpoints.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
#[must_use]
pub fn fails(_name: &str) -> bool {
    false
}

/// As it was, in a build without failpoints.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
#[must_use]
pub const fn shortened(span: std::time::Duration) -> std::time::Duration {
    span
}

#[cfg(feature = "failpoints")]
mod chosen {
    use std::process::Command;
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    /// [`super::reached`], and whether the point is to fail, this time.
    #[must_use]
    pub fn fails(name: &str) -> bool {
        let Some(chosen) = CHOSEN.as_ref().filter(|chosen| chosen.name == name) else { return false };
        if chosen.passed.fetch_add(1, Ordering::SeqCst) + 1 != chosen.nth {
            return false;
        }
        match chosen.action {
            Action::Kill => std::process::abort(),
            Action::Stop => stop(),
            #[expect(clippy::panic, reason = "it is what a test wants to see survived")]
            Action::Panic => panic!("a test wants a panic at {name}"),
            Action::Error => return true,
        }
        false
    }

    /// `span`, in the proportion in which a test shortened the lease of [`FULL_LEASE`].
    #[must_use]
    pub fn shortened(span: Duration) -> Duration {
        LEASE.map_or(span, |lease| span.mul_f64(lease.as_secs_f64() / FULL_LEASE.as_secs_f64()))
    }

    struct Chosen {
        name: String,
        nth: u32,
        action: Action,
        passed: AtomicU32,
    }

    enum Action {
        Kill,
        Stop,
        Panic,
        Error,
    }

    /// Every thread, until somebody sends SIGCONT.
    fn stop() {
        let _ = Command::new("kill").args(["-STOP", &std::process::id().to_string()]).status();
    }

    impl Chosen {
        fn parse(text: &str) -> Option<Self> {
            let (point, action) = text.split_once('=').unwrap_or((text, "kill"));
            let (name, nth) = point.split_once(':').unwrap_or((point, "1"));
            let action = match action {
                "kill" => Action::Kill,
                "stop" => Action::Stop,
                "panic" => Action::Panic,
                "error" => Action::Error,
                _ => return None,
            };
            Some(Self { name: name.to_owned(), nth: nth.parse().ok()?, action, passed: AtomicU32::new(0) })
        }
    }

    #[expect(clippy::panic, reason = "a test that asks for what there is not must not pass")]
    static CHOSEN: LazyLock<Option<Chosen>> = LazyLock::new(|| {
        let text = std::env::var("REGAIN_FAILPOINT").ok()?;
        Some(Chosen::parse(&text).unwrap_or_else(|| panic!("REGAIN_FAILPOINT={text} is not name[:nth][=action]")))
    });

    static LEASE: LazyLock<Option<Duration>> = LazyLock::new(|| {
        let seconds = std::env::var("REGAIN_FAILPOINT_LEASE_SECONDS").ok()?;
        seconds.parse().ok().map(Duration::from_secs)
    });

    /// How long the courier's lease is otherwise.
    const FULL_LEASE: Duration = Duration::from_secs(120);
}
