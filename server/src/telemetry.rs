//! Logs: to standard error, human-readable on a terminal, JSON elsewhere.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Starts logging. `directives` is `REGAIN_LOG`, in the syntax of `tracing-subscriber`; without it, what an operator
/// should know.
pub fn start(directives: Option<&str>) {
    let logs = tracing_subscriber::fmt().with_env_filter(filter(directives)).with_writer(std::io::stderr);
    // A second start, as in tests, changes nothing.
    let _ = if std::io::stderr().is_terminal() { logs.try_init() } else { logs.json().try_init() };
}

/// What is logged. Whatever is asked for, not what PostgreSQL says beside its answers: an application's own trigger may
/// raise a notice that quotes the stored password, and the driver would pass it on.
fn filter(directives: Option<&str>) -> EnvFilter {
    let asked = EnvFilter::try_new(directives.unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    match "tokio_postgres::connection=off".parse() {
        Ok(directive) => asked.add_directive(directive),
        Err(_) => asked,
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
    fn notices_of_a_database_are_logged_at_no_level() {
        for directives in
            [None, Some("trace"), Some("info,tokio_postgres=trace"), Some("tokio_postgres::connection=info")]
        {
            let written = Written::default();
            let writer = written.clone();
            let logs =
                tracing_subscriber::fmt().with_env_filter(filter(directives)).with_writer(move || writer.clone());
            tracing::subscriber::with_default(logs.finish(), || {
                tracing::info!(target: "tokio_postgres::connection", "NOTICE: a stored password");
                tracing::error!(target: "regain::courier", "heard");
            });
            let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
            assert!(!log.contains("NOTICE"), "{directives:?}: {log}");
            assert_eq!(log.contains("heard"), directives != Some("tokio_postgres::connection=info"), "{directives:?}");
        }
    }
}
