//! `[ledger]`: Regain's own state.

use super::key::{Key, keys};
use super::settings::Settings;
use super::url;
use std::path::PathBuf;
use std::time::Duration;

/// `[ledger]`
#[derive(Debug, Clone)]
pub struct Ledger {
    /// The SQLite file.
    pub path: PathBuf,
    /// How long ended requests are kept.
    pub retention: Duration,
}

keys! {
    URL = Key::url(
        "ledger.url",
        "Where requests, digests and the outbox are kept. A file needs no other server, so that is the default.",
    ).may_hold_secret().or("sqlite:regain.db");
    RETENTION_DAYS = Key::number(
        "ledger.retention_days", "days", (1, 3650),
        "How long ended requests are kept; those for unknown addresses go after a day. A month covers the complaints \
         that a help desk hears, and no more data lies about than that.",
    ).or("30");
}

/// Reads the section.
pub(super) fn read(settings: &mut Settings) -> Option<Ledger> {
    let path = settings.parsed(&URL, url::sqlite_path).map(|path| settings.resolve_path(&path));
    let days: Option<u64> = settings.number(&RETENTION_DAYS);
    Some(Ledger { path: path?, retention: Duration::from_secs(days? * SECONDS_PER_DAY) })
}

const SECONDS_PER_DAY: u64 = 86_400;
