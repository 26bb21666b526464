//! What is on this machine: the secret, the ledger, the clock, the filter of breached passwords.

use crate::ambient::SystemEntropy;
use crate::app;
use crate::cli::beside;
use crate::config::Config;
use crate::finding::Finding;
use crate::ownership::{advice, folder_of, may_make_files_in, may_write};
use regain_core::time::Timestamp;
use std::path::Path;

/// The server's secret. One that is to be made at the first start is not made here: it would belong to whoever runs
/// the check.
pub(super) fn secret(config: &Config) -> Finding {
    const SUBJECT: &str = "secret";
    let path = &config.server.secret_file;
    let name = path.display();
    if !path.exists() && !config.server.secret_file_configured {
        return made_at_start(SUBJECT, path);
    }
    match app::keys(config, &SystemEntropy) {
        Ok(_) => Finding::holds(SUBJECT, format!("{name} holds one, for its owner alone")),
        Err(fault) => Finding::fails(SUBJECT, fault.to_string()),
    }
}

/// The ledger, if there is one yet.
pub(super) async fn ledger(config: &Config) -> Finding {
    const SUBJECT: &str = "ledger";
    if let Some(path) = config.ledger.url.path() {
        if !path.exists() {
            return made_at_start(SUBJECT, path);
        }
        if let Err(reason) = may_be_locked(path) {
            return Finding::fails(SUBJECT, reason);
        }
    }
    match counted(config).await {
        Ok(waiting) => {
            let place =
                config.ledger.url.path().map_or("in PostgreSQL: it".to_owned(), |path| path.display().to_string());
            Finding::holds(SUBJECT, format!("{place} can be written; {waiting} wait in it"))
        }
        Err(fault) => Finding::fails(SUBJECT, fault.to_string()),
    }
}

/// Whether a server that runs as this account could take the lock.
fn may_be_locked(ledger: &Path) -> Result<(), String> {
    let lock = ledger.with_added_extension("lock");
    let asked = if lock.exists() { may_write(&lock) } else { may_make_files_in(folder_of(&lock)) };
    asked.map_err(|error| format!("{} cannot be written: {error}; {}", lock.display(), advice(&lock)))
}

async fn counted(config: &Config) -> anyhow::Result<u64> {
    let ledger = beside::ledger(config).await?;
    ledger.is_ready(beside::now()).await?;
    Ok(ledger.count_waiting().await?)
}

/// A clock that is years behind makes links that have never lived.
pub(super) fn clock(now: Timestamp) -> Finding {
    const SUBJECT: &str = "clock";
    let moment = beside::moment(now);
    if now.as_millis() < WRITTEN_AT_MILLIS {
        Finding::fails(SUBJECT, format!("it says {moment}, which is before this program was written; set it"))
    } else {
        Finding::holds(SUBJECT, format!("it says {moment}; links live by it"))
    }
}

/// The filter of breached passwords, if there is to be one.
pub(super) fn breached(config: &Config) -> Option<Finding> {
    const SUBJECT: &str = "breached";
    match app::breached(&config.password).transpose()? {
        Ok(filter) => {
            let (passwords, others) = (filter.passwords(), crate::breached::FALSE_POSITIVES);
            let text = format!("{passwords} passwords are refused, and of others at most one in {others}");
            Some(Finding::holds(SUBJECT, text))
        }
        Err(fault) => Some(Finding::fails(SUBJECT, fault.to_string())),
    }
}

fn made_at_start(subject: &'static str, path: &Path) -> Finding {
    let (name, folder) = (path.display(), folder_of(path));
    match may_make_files_in(folder) {
        Ok(()) => Finding::holds(subject, format!("{name} is made at the first start")),
        Err(error) => Finding::fails(subject, format!("{name} cannot be made: {error}; {}", advice(path))),
    }
}

/// 2026-11-01.
const WRITTEN_AT_MILLIS: i64 = 1_793_491_200_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Verdict;

    #[test]
    fn a_clock_before_the_program_itself_is_wrong() {
        assert_eq!(clock(Timestamp::from_millis(0)).verdict, Verdict::Fails);
        assert_eq!(clock(Timestamp::from_millis(1_795_289_045_678)).verdict, Verdict::Holds);
    }

    #[test]
    fn what_cannot_be_made_is_told_from_what_will_be() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(made_at_start("ledger", &folder.path().join("regain.db")).verdict, Verdict::Holds);
        assert_eq!(made_at_start("ledger", &folder.path().join("absent/regain.db")).verdict, Verdict::Fails);
    }
}
