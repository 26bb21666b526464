//! The ledger in one file of SQLite, in WAL mode with `synchronous=FULL`: what is answered with 200 has been synced to
//! disk. One thread writes, and commits whatever has queued meanwhile in one transaction ([`writer`]); reads go
//! elsewhere ([`readers`]). Commands in other processes write to the same file; a second *server* is refused ([`lock`]).

mod admission;
mod api_tokens;
mod backup;
mod checkpoint;
mod codes;
mod deliveries;
mod export;
mod lock;
#[cfg(feature = "failpoints")]
mod memory;
mod not_me;
mod outbox;
mod outcomes;
mod readers;
mod retention;
mod returns;
mod rows;
mod schema;
mod settle;
mod timeline;
mod tokens;
#[cfg(feature = "failpoints")]
mod trace;
mod verify;
mod webhooks;
mod writer;

use super::queue::Queue;
use super::{Ledger, LedgerFault, Outbox};
use crate::metrics::Commits;
use crate::ownership::advice_with_siblings;
use async_trait::async_trait;
pub use backup::{Backup, back_up};
pub(super) use export::Export;
#[cfg(feature = "failpoints")]
pub use memory::Memory;
use readers::Readers;
use regain_core::time::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
pub use verify::{Verified, verify};
use writer::{Lane, Writer};

/// A ledger in one file, for one server.
pub struct SqliteLedger {
    writer: Writer,
    readers: Readers,
    queue: Arc<Queue>,
    /// Whether the operator is to be told by webhook.
    tells: AtomicBool,
    _lock: Option<lock::ServerLock>,
}

impl LedgerFault {
    fn engine(what: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |cause| Self::Engine { what, cause: cause.to_string() }
    }
}

impl SqliteLedger {
    /// Opens the ledger for the one server: takes the lock, migrates, and frees the leases of a server that died.
    ///
    /// # Errors
    /// [`LedgerFault`], in particular if another server holds it.
    pub async fn open_for_server(path: &Path) -> Result<Self, LedgerFault> {
        let lock = lock::ServerLock::take(path)?;
        let ledger = Self::open_with(path, Some(lock))?;
        ledger.free_leases().await?;
        ledger.count_waiting().await?;
        Ok(ledger)
    }

    /// Opens the ledger for a command beside a server that may be running.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub fn open_beside(path: &Path) -> Result<Self, LedgerFault> {
        Self::open_with(path, None)
    }

    fn open_with(path: &Path, lock: Option<lock::ServerLock>) -> Result<Self, LedgerFault> {
        let missing = |cause: std::io::Error| LedgerFault::Engine {
            what: "cannot be created",
            cause: format!("{}: {cause}; {}", path.display(), advice_with_siblings(path)),
        };
        create_for_owner_alone(path).map_err(missing)?;
        let broken = |cause: rusqlite::Error| LedgerFault::Engine {
            what: "cannot be opened",
            cause: format!("{}: {cause}; {}", path.display(), advice_with_siblings(path)),
        };
        let mut connection = Connection::open(path).map_err(broken)?;
        schema::refuse_foreign(&connection)?;
        configure(&connection).map_err(broken)?;
        connection.pragma_update(None, "cache_size", WRITER_CACHE_KIB).map_err(broken)?;
        schema::migrate(&mut connection)?;
        #[cfg(feature = "failpoints")]
        trace::follow(&mut connection, path).map_err(broken)?;
        connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(broken)?;
        let checkpoints = Connection::open(path).map_err(broken)?;
        configure(&checkpoints).map_err(broken)?;
        let writer = Writer::start(connection, checkpoints)?;
        Ok(Self {
            writer,
            readers: Readers::new(path),
            queue: Arc::default(),
            tells: AtomicBool::new(false),
            _lock: lock,
        })
    }

    /// Writes by the lane of courier and redeeming, which is drained first.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerFault> {
        self.writer.write(Lane::Work, work).await
    }

    async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerFault> {
        self.readers.read(look).await
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    /// The file has no clock of its own to differ from.
    async fn is_ready(&self, _now: Timestamp) -> Result<(), LedgerFault> {
        self.write(|ledger| ledger.execute("UPDATE migrations SET version = version WHERE version = 0", []))
            .await
            .map(|_| ())
    }

    fn commits(&self) -> Arc<Commits> {
        self.writer.commits()
    }
}

/// The ledger names who asked for what from where: for its owner's eyes only. SQLite gives its other files the same mode.
fn create_for_owner_alone(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// A connection to a ledger that is there. Nothing is made if it is not, and a name is a name: no URI.
fn present(path: &Path, access: OpenFlags) -> Result<Connection, LedgerFault> {
    Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(|cause| LedgerFault::Engine {
        what: "cannot be opened",
        cause: format!(
            "{cause}; it must be there, and this account be allowed to read it: {}",
            advice_with_siblings(path)
        ),
    })
}

/// What every connection to the ledger is set to.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Otherwise a statement is prepared anew for values with which another plan might be chosen; here none is.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Negative: KiB (SQLite's convention). The digests land all over their indexes; these pages had better be at hand.
const WRITER_CACHE_KIB: i64 = -16_384;

/// How long to wait for a command in another process; its transactions are short.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn nobody_but_the_owner_reads_the_ledger() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open_for_server(&dir.path().join("regain.db")).await.unwrap();
        let modes: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|file| file.unwrap())
            .map(|file| (file.file_name(), file.metadata().unwrap().permissions().mode() & 0o777))
            .collect();
        assert!(modes.len() >= 3, "the ledger, its log and its lock: {modes:?}");
        assert!(modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
        drop(ledger);
    }
}
