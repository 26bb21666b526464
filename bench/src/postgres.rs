//! Databases on the PostgreSQL that measurements use.

use anyhow::{Context, Result};
use std::time::Duration;
use tokio_postgres::{Client, NoTls};

/// An empty database, on a server that has nothing left to write. Dropping it drops it.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// `server` is the address of one of its databases, with a superuser's name.
    pub(crate) fn create(server: &str, purpose: &str) -> Result<Self> {
        let name = format!("regain_bench_{purpose}_{}", std::process::id());
        run(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        run(server, &format!("CREATE DATABASE {name}"))?;
        run(server, "CHECKPOINT")?;
        Ok(Self { server: server.to_owned(), name })
    }

    pub(crate) fn url(&self) -> String {
        let (server, _) = self.server.rsplit_once('/').unwrap_or((&self.server, ""));
        format!("{server}/{}", self.name)
    }

    pub(crate) fn run(&self, sql: &str) -> Result<()> {
        run(&self.url(), sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = run(&self.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
    }
}

/// What the server says of itself.
pub(crate) fn version(url: &str) -> Result<String> {
    with(url, async |client| {
        let row = client.query_one("SELECT split_part(version(), ' on ', 1)", &[]).await?;
        let syncs =
            client.query_one("SELECT current_setting('fsync') || '/' || current_setting('synchronous_commit')", &[]);
        Ok(format!("{}, fsync/synchronous_commit {}", row.get::<_, String>(0), syncs.await?.get::<_, String>(0)))
    })
}

fn run(url: &str, sql: &str) -> Result<()> {
    with(url, async |client| Ok(client.batch_execute(sql).await?)).with_context(|| format!("{sql:?}"))
}

fn with<T>(url: &str, work: impl AsyncFnOnce(&Client) -> Result<T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.context("PostgreSQL is not there")?;
        tokio::spawn(connection);
        work(&client).await
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
    done
}
