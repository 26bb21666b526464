//! Reading connections, apart from the writer; never on an async thread.

use super::{LedgerFault, configure};
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// A few connections, opened when needed and kept.
pub(super) struct Readers {
    path: PathBuf,
    permits: Semaphore,
    idle: Arc<Mutex<Vec<Connection>>>,
    #[cfg(feature = "failpoints")]
    memory: Option<super::Memory>,
}

/// Reads are short; more connections would only compete for two cores.
const READERS_MAX: usize = 4;

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            permits: Semaphore::new(READERS_MAX),
            idle: Arc::default(),
            #[cfg(feature = "failpoints")]
            memory: None,
        }
    }

    /// Without threads: the writer's connection, read where it is asked for.
    #[cfg(feature = "failpoints")]
    pub(super) fn inline(memory: super::Memory) -> Self {
        Self { memory: Some(memory), ..Self::new(Path::new("")) }
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerFault> {
        #[cfg(feature = "failpoints")]
        if let Some(memory) = &self.memory {
            return memory.read(look);
        }
        let _permit = self.permits.acquire().await.map_err(|_| LedgerFault::Full)?;
        let idle = Arc::clone(&self.idle);
        let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let path = self.path.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let connection = kept.map_or_else(|| open(&path), Ok)?;
            let found = look(&connection);
            if found.is_ok() {
                idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            }
            found
        });
        match reading.await {
            Ok(found) => found.map_err(LedgerFault::engine("cannot be read")),
            Err(died) => Err(LedgerFault::Engine { what: "cannot be read", cause: died.to_string() }),
        }
    }
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    #[cfg_attr(not(feature = "failpoints"), expect(unused_mut, reason = "following it changes it"))]
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    configure(&connection)?;
    connection.pragma_update(None, "query_only", true)?;
    #[cfg(feature = "failpoints")]
    super::trace::follow(&mut connection, path)?;
    Ok(connection)
}
