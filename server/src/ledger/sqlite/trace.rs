//! What SQLite is told to do for the ledger, for tests that compare it: a line for each statement in the file
//! `NAME.trace`, if there is one beside the ledger when it is opened.

use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Writes down what runs on `connection` from now on: how many octets the statement has with its values in place, a
/// tabulator, and the statement as it was prepared.
pub(super) fn follow(connection: &mut Connection, ledger: &Path) -> rusqlite::Result<()> {
    let mut name = ledger.as_os_str().to_owned();
    name.push(".trace");
    let Ok(mut file) = File::options().append(true).open(name) else { return Ok(()) };
    let note = move |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(statement, sql) = event {
            let octets = statement.expanded_sql().map_or(0, |expanded| expanded.len());
            // In one piece: readers write to the same file.
            let _ = file.write_all(format!("{octets}\t{}\n", sql.replace('\n', " ")).as_bytes());
        }
    };
    connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note))
}
