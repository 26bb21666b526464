//! A SQLite file, opened so that it cannot be written nor created.

use super::{Catalogue, Database, QUERY_MAX, Row, fault, overdue};
use crate::users::StoreFault;
use async_trait::async_trait;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, InterruptHandle, OpenFlags};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) struct File {
    connection: Arc<Mutex<Connection>>,
    interrupt: InterruptHandle,
}

impl File {
    pub(super) async fn open(path: PathBuf) -> Result<Self, StoreFault> {
        let opened = tokio::task::spawn_blocking(move || connect(&path)).await;
        let connection = opened.map_err(|broken| fault("cannot be opened", broken.to_string()))??;
        let interrupt = connection.get_interrupt_handle();
        Ok(Self { connection: Arc::new(Mutex::new(connection)), interrupt })
    }
}

#[async_trait]
impl Database for File {
    async fn rows(&mut self, sql: &str) -> Result<Vec<Row>, StoreFault> {
        let (connection, sql) = (Arc::clone(&self.connection), sql.to_owned());
        let task =
            tokio::task::spawn_blocking(move || rows(&connection.lock().unwrap_or_else(PoisonError::into_inner), &sql));
        let Ok(joined) = tokio::time::timeout(QUERY_MAX, task).await else {
            self.interrupt.interrupt();
            return Err(overdue());
        };
        joined
            .map_err(|broken| fault("cannot be read", broken.to_string()))?
            .map_err(|error| fault("cannot be read", error.to_string()))
    }

    fn catalogue(&self) -> Catalogue {
        Catalogue { columns: COLUMNS, keys: KEYS, references: REFERENCES }
    }
}

fn connect(path: &Path) -> Result<Connection, StoreFault> {
    let unopened = |error: &dyn std::fmt::Display| fault("cannot be opened", format!("{}: {error}", path.display()));
    let file = std::fs::metadata(path).map_err(|error| unopened(&error))?;
    if !file.is_file() {
        return Err(unopened(&"it is no file"));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = match leaves_no_trace(path) {
        Some(uri) => Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI),
        None => Connection::open_with_flags(path, flags),
    };
    let connection = opened.map_err(|error| unopened(&error))?;
    connection.busy_timeout(QUERY_MAX / 2).map_err(|error| unopened(&error))?;
    // The first thing that reads the file: it may be something else than a database.
    connection.pragma_update(None, "query_only", true).map_err(|error| unopened(&error))?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(|error| unopened(&error))?;
    Ok(connection)
}

/// Of a database with a write-ahead log even a reader makes the log and its index, in its own name, and the application
/// under another could not open them. While there is no log nobody writes, and the file can be read as it is.
fn leaves_no_trace(path: &Path) -> Option<String> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if !has_write_ahead_log(path) || Path::new(&log).exists() {
        return None;
    }
    let absolute = path.canonicalize().ok()?;
    let escaped = absolute.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    Some(format!("file:{escaped}?immutable=1"))
}

/// The bytes 18 and 19 of the header (<https://www.sqlite.org/fileformat.html#file_format_version_numbers>).
fn has_write_ahead_log(path: &Path) -> bool {
    let mut header = [0; 20];
    let read = std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header[18..] == [2, 2]
}

fn rows(connection: &Connection, sql: &str) -> rusqlite::Result<Vec<Row>> {
    let mut statement = connection.prepare(sql)?;
    let count = statement.column_count();
    let rows = statement.query_map([], |row| (0..count).map(|at| Ok(text(row.get_ref(at)?))).collect())?;
    rows.collect()
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

const COLUMNS: &str = "
    SELECT NULL, t.name, c.name, c.type, c.\"notnull\" = 0 AND c.pk = 0
    FROM sqlite_schema t, pragma_table_xinfo(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite^_%' ESCAPE '^' AND t.sql NOT LIKE 'CREATE VIRTUAL%'
    ORDER BY t.name, c.cid LIMIT 50000";

const KEYS: &str = "
    SELECT NULL, t.name, '', 1, c.name
    FROM sqlite_schema t, pragma_table_xinfo(t.name) c
    WHERE t.type = 'table' AND c.pk > 0 AND t.name NOT LIKE 'sqlite^_%' ESCAPE '^' AND t.sql NOT LIKE 'CREATE VIRTUAL%'
    UNION ALL
    SELECT NULL, t.name, i.name, 0, c.name
    FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
    WHERE t.type = 'table' AND i.\"unique\" AND i.origin <> 'pk' AND NOT i.partial
      AND t.name NOT LIKE 'sqlite^_%' ESCAPE '^' AND t.sql NOT LIKE 'CREATE VIRTUAL%'
    LIMIT 50000";

const REFERENCES: &str = "
    SELECT NULL, t.name, f.\"from\", NULL, f.\"table\", f.\"to\"
    FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite^_%' ESCAPE '^' AND t.sql NOT LIKE 'CREATE VIRTUAL%'
    LIMIT 50000";
