//! Writing the log back into the file, beside the writer: whoever waits for a commit shall not wait for that as well.
//!
//! A checkpoint that the writer goes on beside never reaches the log's end, and only from a log that is written back to
//! its end does SQLite begin anew. So the checkpointer writes back all that there is, and the writer the little that
//! came meanwhile.

use super::LedgerFault;
use rusqlite::Connection;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Asks for checkpoints. They end when it is dropped.
pub(super) struct Checkpointer {
    written: usize,
    due: SyncSender<()>,
}

/// Some thousand pages, or 4 to 16 MB of log: a write dirties one to four.
const WRITES_BETWEEN: usize = 2_000;

/// `written_back` is called when little is left to the writer.
///
/// # Errors
/// [`LedgerFault`], if there is no thread to be had.
pub(super) fn start(
    connection: Connection,
    written_back: impl Fn() + Send + 'static,
) -> Result<Checkpointer, LedgerFault> {
    let (due, asked) = sync_channel(1);
    let work = move || checkpoint_until_closed(&connection, &asked, &written_back);
    std::thread::Builder::new()
        .name("ledger-checkpoints".into())
        .spawn(work)
        .map_err(|cause| LedgerFault::Engine { what: "cannot start its checkpoints", cause: cause.to_string() })?;
    Ok(Checkpointer { written: 0, due })
}

fn checkpoint_until_closed(connection: &Connection, asked: &Receiver<()>, written_back: &impl Fn()) {
    while asked.recv().is_ok() {
        run(connection);
        written_back();
    }
}

impl Checkpointer {
    /// So many writes were committed.
    pub(super) fn wrote(&mut self, writes: usize) {
        self.written += writes;
        if self.written >= WRITES_BETWEEN {
            self.written = 0;
            // Full: it has been asked already.
            let _ = self.due.try_send(());
        }
    }
}

/// Writes back what can be at once. What cannot, because somebody reads it, is left for the next time.
pub(super) fn run(connection: &Connection) {
    if let Err(fault) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
        tracing::warn!(%fault, "the ledger's log is not written back; it grows until it is");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn the_log_does_not_grow_beyond_what_comes_between_two_checkpoints() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Connection::open(dir.path().join("c.db")).unwrap();
        let writer = open();
        writer.pragma_update(None, "journal_mode", "WAL").unwrap();
        writer.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
        writer.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, filling BLOB)").unwrap();
        let (done, was_done) = channel();
        let mut checkpointer = start(open(), move || done.send(()).unwrap()).unwrap();
        let mut lengths = Vec::new();
        for _ in 0..5 {
            for _ in 0..WRITES_BETWEEN {
                writer.execute("INSERT INTO t (filling) VALUES (zeroblob(1000))", []).unwrap();
                checkpointer.wrote(1);
            }
            was_done.recv().unwrap();
            run(&writer);
            lengths.push(std::fs::metadata(dir.path().join("c.db-wal")).unwrap().len());
        }
        assert!(lengths.iter().all(|length| *length <= lengths[0] * 11 / 10), "{lengths:?}");
    }
}
