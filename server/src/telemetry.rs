//! Logs: to standard error, human-readable on a terminal, JSON elsewhere.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging. `directives` is `REGAIN_LOG`, in the syntax of `tracing-subscriber`; without it, what an operator
/// should know.
pub fn start(directives: Option<&str>) {
    let filter = EnvFilter::try_new(directives.unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second start, as in tests, changes nothing.
    let _ = if std::io::stderr().is_terminal() { logs.try_init() } else { logs.json().try_init() };
}
