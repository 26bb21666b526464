//! `[ledger]`: Regain's own state.

use super::key::{Key, keys};
use super::settings::{Refusal, Settings, refusal};
use super::url;
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `[ledger]`
#[derive(Debug, Clone)]
pub struct Ledger {
    /// Where it is.
    pub url: LedgerUrl,
    /// How long ended requests are kept.
    pub retention: Duration,
}

/// Where the ledger is.
#[derive(Debug, Clone)]
pub enum LedgerUrl {
    /// A SQLite file, for one server.
    Sqlite(PathBuf),
    /// `postgres://…`, for any number of servers.
    Postgres(SecretString),
}

impl LedgerUrl {
    /// Reads a URL as `ledger.url` does; a path is relative to the working directory.
    ///
    /// # Errors
    /// What is wrong, and what is accepted; nothing of the URL but its scheme.
    pub fn parse(url: &str) -> Result<Self, String> {
        read_url(url).map_err(|refused| format!("the URL {}; accepted: {}", refused.complaint, refused.accepted))
    }

    /// Its file, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }

    /// Whether several servers may use it at the same time.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

keys! {
    URL = Key::url(
        "ledger.url",
        "Where requests, digests and the outbox are kept: `sqlite:PATH`, or `postgres://…` for several nodes. A file needs \
         no other server, so that is the default.",
    ).may_hold_secret().or("sqlite:regain.db");
    RETENTION_DAYS = Key::number(
        "ledger.retention_days", "days", (1, 3650),
        "How long ended requests are kept; those for unknown addresses go after a day. A month covers the complaints \
         that a help desk hears, and no more data lies about than that.",
    ).or("30");
}

/// Reads the section.
pub(super) fn read(settings: &mut Settings) -> Option<Ledger> {
    let url = settings.parsed(&URL, read_url).map(|url| match url {
        LedgerUrl::Sqlite(path) => LedgerUrl::Sqlite(settings.resolve_path(&path.to_string_lossy())),
        LedgerUrl::Postgres(_) => url,
    });
    let days: Option<u64> = settings.number(&RETENTION_DAYS);
    Some(Ledger { url: url?, retention: Duration::from_secs(days? * SECONDS_PER_DAY) })
}

fn read_url(url: &str) -> Result<LedgerUrl, Refusal> {
    match url::store(url)? {
        url::Store::Sqlite(path) => Ok(LedgerUrl::Sqlite(path.into())),
        url::Store::Postgres(url) => Ok(LedgerUrl::Postgres(url)),
        url::Store::Mysql(_) | url::Store::Ldap(_) | url::Store::Hook(_) => {
            Err(refusal("names no place for a ledger", "sqlite:PATH or postgres://…"))
        }
    }
}

const SECONDS_PER_DAY: u64 = 86_400;
