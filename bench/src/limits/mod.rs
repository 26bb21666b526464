//! The yardsticks: what a server on this machine could reach at most.
//!
//! L1 parses the same JSON and answers the same bytes as Regain's request does, and does nothing else. L2 also keeps one
//! durable row for each request, as well as that can be written: one writer that commits whatever has queued.

mod bare;
mod postgres;
mod sqlite;

use anyhow::Result;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Which yardstick, and where it keeps its rows.
#[derive(Debug, Clone, clap::Subcommand)]
pub(crate) enum Limit {
    /// L1: keeps nothing.
    Bare,
    /// L2: a row in an SQLite file.
    Sqlite {
        /// The file, which is made.
        file: PathBuf,
    },
    /// L2: a row in a PostgreSQL database.
    Postgres {
        /// The database, in which a table is made.
        url: String,
    },
}

/// Answers on `listen` until the process ends.
pub(crate) fn serve(limit: &Limit, listen: SocketAddr) -> Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let app: Router = match limit {
            Limit::Bare => bare::router(),
            Limit::Sqlite { file } => sqlite::router(file)?,
            Limit::Postgres { url } => postgres::router(url).await?,
        };
        axum::serve(tokio::net::TcpListener::bind(listen).await?, app).await?;
        Ok(())
    })
}

/// The path that Regain's own endpoint has.
const PATH: &str = "/auth/password-reset/request";

/// The body of a request.
#[derive(Deserialize)]
struct Ask {
    email: String,
}

fn parsed(body: &[u8]) -> Option<Ask> {
    serde_json::from_slice(body).ok()
}

fn accepted() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], ANSWER).into_response()
}

fn refused() -> Response {
    StatusCode::BAD_REQUEST.into_response()
}

fn lost() -> Response {
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

/// When a row came in, in milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "a yardstick has no clock to be handed")]
fn now() -> i64 {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

const ANSWER: &str =
    r#"{"message":"If that address belongs to an account, a mail with a link and a code is on its way to it."}"#;
