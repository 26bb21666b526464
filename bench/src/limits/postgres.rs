//! L2 on PostgreSQL: one connection that inserts whatever has queued with one `unnest`.

use super::{PATH, accepted, lost, now, parsed, refused};
use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, NoTls};

pub(super) async fn router(url: &str) -> Result<Router> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    client
        .batch_execute(
            "DROP TABLE IF EXISTS l2_requests;
             CREATE TABLE l2_requests (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                                       email text NOT NULL, at bigint NOT NULL)",
        )
        .await?;
    let (queue, queued) = mpsc::channel(QUEUE_MAX);
    tokio::spawn(write(client, queued));
    Ok(Router::new().route(PATH, post(answer)).with_state(queue))
}

struct Row {
    email: String,
    at: i64,
    committed: oneshot::Sender<()>,
}

async fn answer(State(queue): State<mpsc::Sender<Row>>, body: Bytes) -> Response {
    let Some(ask) = parsed(&body) else { return refused() };
    let (committed, is_committed) = oneshot::channel();
    if queue.send(Row { email: ask.email, at: now(), committed }).await.is_err() {
        return lost();
    }
    if is_committed.await.is_ok() { accepted() } else { lost() }
}

/// Ends, and with it every request, if the database fails.
async fn write(client: Client, mut queued: mpsc::Receiver<Row>) -> Result<()> {
    let insert = "INSERT INTO l2_requests (email, at) SELECT * FROM unnest($1::text[], $2::bigint[])";
    let insert = client.prepare(insert).await?;
    let mut batch = Vec::new();
    while queued.recv_many(&mut batch, QUEUE_MAX).await > 0 {
        let (emails, moments): (Vec<&str>, Vec<i64>) = batch.iter().map(|row| (row.email.as_str(), row.at)).unzip();
        client.execute(&insert, &[&emails, &moments]).await?;
        for row in batch.drain(..) {
            let _ = row.committed.send(());
        }
    }
    Ok(())
}

const QUEUE_MAX: usize = 4096;
