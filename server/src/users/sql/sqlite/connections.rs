//! Connections to somebody else's SQLite file: made when needed, kept while the file is the same, used off the async
//! threads, and never for longer than allowed.

use crate::users::StoreFault;
use crate::users::sql::engine::Engine;
use crate::users::sql::mapping::{MappedTable, Mapping};
use rusqlite::{Connection, InterruptHandle, OpenFlags};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinHandle};

/// A bounded number of connections of one kind. Work that finds none free waits for one.
pub(super) struct Lane {
    path: PathBuf,
    mapping: Arc<Mapping>,
    kind: Kind,
    free: Arc<Semaphore>,
    idle: Mutex<Vec<Open>>,
}

/// What a connection may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing but look.
    Reader,
    /// Write, too.
    Writer,
}

/// The moment at which the work on a connection has to be over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

struct Open {
    connection: Connection,
    file: FileIdentity,
}

impl Lane {
    pub(super) fn new(path: PathBuf, mapping: Arc<Mapping>, kind: Kind, connections_max: usize) -> Arc<Self> {
        Arc::new(Self { path, mapping, kind, free: Arc::new(Semaphore::new(connections_max)), idle: Mutex::default() })
    }

    /// Does `work` on a connection, on a thread that may block, and ends it after `limit`, waiting included. A
    /// connection on which anything failed is thrown away.
    ///
    /// # Errors
    /// Those of `work`, and [`StoreFault`] if there is no database, none with that table, or no time left.
    pub(super) async fn run<T, W>(self: &Arc<Self>, limit: Duration, work: W) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        W: FnOnce(&mut Connection, Deadline) -> Result<T, StoreFault> + Send + 'static,
    {
        let deadline = Deadline(Instant::now() + limit);
        // A task of its own: a caller who goes away, as clients do, must not take the watch on the deadline along.
        let watched = tokio::spawn(Arc::clone(self).watch(deadline, work));
        watched.await.unwrap_or_else(|broken| Err(failed(&broken)))
    }

    async fn watch<T, W>(self: Arc<Self>, deadline: Deadline, work: W) -> Result<T, StoreFault>
    where
        T: Send + 'static,
        W: FnOnce(&mut Connection, Deadline) -> Result<T, StoreFault> + Send + 'static,
    {
        let permit = tokio::time::timeout_at(deadline.0.into(), Arc::clone(&self.free).acquire_owned()).await;
        let permit = permit.map_err(|_| overdue())?;
        let interrupt = Arc::new(OnceLock::new());
        let handle = Arc::clone(&interrupt);
        let mut task = tokio::task::spawn_blocking(move || {
            let _held_until_the_end = permit;
            self.work(deadline, &handle, work)
        });
        match tokio::time::timeout_at(deadline.0.into(), &mut task).await {
            Ok(joined) => joined.unwrap_or_else(|broken| Err(failed(&broken))),
            Err(_) => stop(task, interrupt).await,
        }
    }

    fn work<T>(
        &self,
        deadline: Deadline,
        interrupt: &OnceLock<InterruptHandle>,
        work: impl FnOnce(&mut Connection, Deadline) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        let mut open = self.take()?;
        let _first_use = interrupt.set(open.connection.get_interrupt_handle());
        deadline.bound_lock_waits(&open.connection)?;
        check_columns(&open.connection, &self.mapping)?;
        let done = work(&mut open.connection, deadline)?;
        // What ended late may be interrupted yet, and so may whoever were to use its connection next.
        if !deadline.is_over() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(open);
        }
        Ok(done)
    }

    /// An idle connection, unless the path means another file by now: one moved away, or restored from a backup.
    fn take(&self) -> Result<Open, StoreFault> {
        let file = FileIdentity::of(&self.path).map_err(|error| self.absent(&error))?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        if let Some(open) = idle.filter(|open| open.file == file) {
            return Ok(open);
        }
        // Never SQLITE_OPEN_CREATE: a mistyped path must not become an empty database.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(|error| self.absent(&error))?;
        let looks_only = self.kind == Kind::Reader;
        connection.pragma_update(None, "query_only", looks_only).map_err(|error| self.absent(&error))?;
        Ok(Open { connection, file })
    }

    fn absent(&self, error: &dyn std::error::Error) -> StoreFault {
        let path = self.path.display();
        let cause = format!("{path}: {error}. users.url names an existing SQLite file that Regain may read and write");
        StoreFault { what: "cannot be opened", cause }
    }
}

impl Deadline {
    fn is_over(self) -> bool {
        self.0 <= Instant::now()
    }

    /// Lets SQLite wait for other people's locks as long as there is time, and no longer.
    ///
    /// # Errors
    /// [`StoreFault`], if there is no time left.
    pub(super) fn bound_lock_waits(self, connection: &Connection) -> Result<(), StoreFault> {
        let left = self.0.checked_duration_since(Instant::now()).ok_or_else(overdue)?;
        connection.busy_timeout(left).map_err(|error| fault("cannot be opened", &error))
    }
}

/// Interrupts work that is overdue, and waits a moment for it to end: a write that succeeded after all is reported as
/// such. An interrupt that falls between two statements is lost, so there are several; and as many more as it takes, since
/// a statement that nobody ends may hold a lock for good.
async fn stop<T: Send + 'static>(
    mut task: JoinHandle<Result<T, StoreFault>>,
    interrupt: Arc<OnceLock<InterruptHandle>>,
) -> Result<T, StoreFault> {
    for _ in 0..GRACE_STEPS {
        interrupt.get().inspect(|handle| handle.interrupt());
        if let Ok(joined) = tokio::time::timeout(GRACE_STEP, &mut task).await {
            return joined.ok().and_then(Result::ok).ok_or_else(overdue);
        }
    }
    tokio::spawn(async move {
        while !task.is_finished() {
            interrupt.get().inspect(|handle| handle.interrupt());
            tokio::time::sleep(GRACE_STEP).await;
        }
    });
    Err(overdue())
}

/// Looks for the tables and their columns, and says which there are instead.
fn check_columns(connection: &Connection, mapping: &Mapping) -> Result<(), StoreFault> {
    mapping.tables.iter().try_for_each(|mapped: &MappedTable| {
        let present = columns(connection, mapped.schema.as_deref(), &mapped.table)?;
        mapped.check(Engine::Sqlite, &present, || tables(connection).map_err(|error| fault("cannot be read", &error)))
    })
}

/// The columns of a table or view; none if there is no such table.
pub(super) fn columns(connection: &Connection, schema: Option<&str>, table: &str) -> Result<Vec<String>, StoreFault> {
    let mut columns = Vec::new();
    let read = connection.pragma(schema, "table_xinfo", table, |row| {
        columns.push(row.get::<_, String>("name")?);
        Ok(())
    });
    read.map_err(|error| fault("cannot be read", &error))?;
    Ok(columns)
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite^_%' ESCAPE '^' \
               ORDER BY name LIMIT 50";
    connection.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// Translates the engine's error, which quotes SQL but no value.
pub(super) fn fault(what: &'static str, error: &rusqlite::Error) -> StoreFault {
    StoreFault { what, cause: error.to_string() }
}

/// A panic, or the end of the runtime.
fn failed(broken: &JoinError) -> StoreFault {
    StoreFault { what: "failed", cause: broken.to_string() }
}

fn overdue() -> StoreFault {
    StoreFault {
        what: "did not answer in time",
        cause: "another process may hold its lock, or there is much to read".into(),
    }
}

/// Which file a path means.
#[derive(Debug, PartialEq, Eq)]
struct FileIdentity {
    device: u64,
    inode: u64,
}

impl FileIdentity {
    fn of(path: &std::path::Path) -> std::io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).map(|file| Self { device: file.dev(), inode: file.ino() })
    }
}

/// After the deadline: one second, in steps.
const GRACE_STEPS: u32 = 50;
const GRACE_STEP: Duration = Duration::from_millis(20);
