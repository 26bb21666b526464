//! The lock that keeps a second server off the same ledger. The operating system frees it when its holder dies.

use super::LedgerFault;
use crate::ownership::advice;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Held as long as the value lives. The file is the owner's alone: whoever could open it could lock the server out.
pub(super) struct ServerLock {
    _file: File,
}

impl ServerLock {
    pub(super) fn take(ledger: &Path) -> Result<Self, LedgerFault> {
        let mut path = ledger.as_os_str().to_owned();
        path.push(".lock");
        let cannot = |cause: std::io::Error| LedgerFault::Engine {
            what: "cannot be locked",
            cause: format!(
                "{}: {cause}; {}; [ledger] url says where the ledger is, as in sqlite:/var/lib/regain/regain.db",
                Path::new(&path).display(),
                advice(Path::new(&path))
            ),
        };
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LedgerFault::Locked(ledger.display().to_string())),
            Err(TryLockError::Error(cause)) => Err(cannot(cause)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_is_refused_until_the_first_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("regain.db");
        let first = ServerLock::take(&path).unwrap();
        assert!(matches!(ServerLock::take(&path), Err(LedgerFault::Locked(_))));
        drop(first);
        // A process that another test is just starting may hold for a moment what was open here.
        let freed = (0..1_000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(10));
            ServerLock::take(&path).is_ok()
        });
        assert!(freed);
    }
}
