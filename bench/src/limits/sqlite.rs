//! L2 on SQLite: WAL, `synchronous=FULL`, and one thread that commits whatever has queued.

use super::{PATH, accepted, lost, now, parsed, refused};
use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tokio::sync::oneshot;

pub(super) fn router(file: &Path) -> Result<Router> {
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    connection.execute_batch(
        "CREATE TABLE requests (id INTEGER PRIMARY KEY, email TEXT NOT NULL, at INTEGER NOT NULL) STRICT",
    )?;
    let queue = Arc::new(Queue::default());
    let theirs = Arc::clone(&queue);
    std::thread::Builder::new().name("writer".into()).spawn(move || write(connection, &theirs))?;
    Ok(Router::new().route(PATH, post(answer)).with_state(queue))
}

#[derive(Default)]
struct Queue {
    rows: Mutex<Vec<Row>>,
    arrived: Condvar,
}

struct Row {
    email: String,
    at: i64,
    committed: oneshot::Sender<()>,
}

async fn answer(State(queue): State<Arc<Queue>>, body: Bytes) -> Response {
    let Some(ask) = parsed(&body) else { return refused() };
    let (committed, is_committed) = oneshot::channel();
    let is_first = {
        let mut rows = queue.rows.lock().unwrap_or_else(PoisonError::into_inner);
        rows.push(Row { email: ask.email, at: now(), committed });
        rows.len() == 1
    };
    if is_first {
        queue.arrived.notify_one();
    }
    if is_committed.await.is_ok() { accepted() } else { lost() }
}

/// Ends, and with it every request, if the disk fails.
fn write(mut connection: Connection, queue: &Queue) {
    let mut batch = Vec::new();
    loop {
        let rows = queue.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let mut rows = queue.arrived.wait_while(rows, |rows| rows.is_empty()).unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut *rows, &mut batch);
        drop(rows);
        if commit(&mut connection, &batch).is_err() {
            return;
        }
        for row in batch.drain(..) {
            let _ = row.committed.send(());
        }
    }
}

fn commit(connection: &mut Connection, batch: &[Row]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut insert = transaction.prepare_cached("INSERT INTO requests (email, at) VALUES (?1, ?2)")?;
    for row in batch {
        insert.execute((&row.email, row.at))?;
    }
    drop(insert);
    transaction.commit()
}
