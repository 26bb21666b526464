//! The ledger that the nodes share, and what a test asks of it behind their backs.

use crate::support::postgres::Database;
use crate::support::process::eventually;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio_postgres::NoTls;

/// Where the nodes keep their state.
pub(crate) enum Ledger {
    /// A file, which one node at a time can have.
    Sqlite(PathBuf),
    /// A database for any number of them.
    Postgres(Box<Database>),
}

impl Ledger {
    /// A file in `folder`.
    pub(crate) fn file(folder: &Path) -> Self {
        Self::Sqlite(folder.join("regain.db"))
    }

    /// A database of its own on this server.
    pub(crate) async fn on(server: tokio_postgres::Config) -> Self {
        let database = Database::empty(server).await;
        database.run("GRANT CREATE ON DATABASE ROLE TO ROLE").await;
        Self::Postgres(Box::new(database))
    }

    /// For `ledger.url`.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(database) => database.direct_url(),
        }
    }

    /// Does to the schema what a later release may do while this one runs: adds to it. A file is passed over.
    pub(crate) async fn add_a_migration(&self) {
        if let Self::Postgres(database) = self {
            database.run(A_LATER_MIGRATION).await;
        }
    }

    /// Has every mail that waits to be tried again tried at once, as an operator may. A file is passed over.
    pub(crate) async fn hurry(&self) {
        if let Self::Postgres(_) = self {
            let due = "UPDATE outbox SET due_at = 0 WHERE ended_at IS NULL AND state = 'accepted' RETURNING id";
            self.ask(&format!("WITH due AS ({due}) SELECT count(*)::text FROM due")).await;
        }
    }

    /// How many rows these words of SQL after `FROM` find.
    pub(crate) async fn count(&self, rows: &str) -> u64 {
        let sql = format!("SELECT CAST(count(*) AS TEXT) FROM {rows}");
        self.ask(&sql).await.parse().unwrap()
    }

    /// How many rows of a table have which value in a column.
    pub(crate) async fn tally(&self, column: &str, rows: &str) -> HashMap<String, u64> {
        let object = match self {
            Self::Sqlite(_) => "CAST(json_group_object(k, n) AS TEXT)",
            Self::Postgres(_) => "coalesce(json_object_agg(k, n), '{}')::text",
        };
        let sql = format!("SELECT {object} FROM (SELECT {column} AS k, count(*) AS n FROM {rows} GROUP BY 1) AS tally");
        serde_json::from_str(&self.ask(&sql).await).unwrap()
    }

    async fn ask(&self, sql: &str) -> String {
        match self {
            Self::Sqlite(path) => {
                let ledger = rusqlite::Connection::open(path).unwrap();
                ledger.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
                ledger.query_row(sql, [], |row| row.get(0)).unwrap()
            }
            Self::Postgres(database) => {
                // Anew each time, since the server may have crashed since the last.
                let (client, connection) = eventually("ledger that answers", ANSWERS_WITHIN, async || {
                    database.superuser().options("-c search_path=regain").connect(NoTls).await.ok()
                })
                .await;
                tokio::spawn(connection);
                client.query_one(sql, &[]).await.unwrap().get(0)
            }
        }
    }
}

/// One that programs of before still work with.
const A_LATER_MIGRATION: &str = "
ALTER TABLE regain.outbox ADD COLUMN later text;
ALTER TABLE regain.deliveries ADD COLUMN later bigint NOT NULL DEFAULT 0;
INSERT INTO regain.migrations (version, checksum, compatible_from)
    SELECT max(version) + 1, 'of a later release', max(version) FROM regain.migrations;";
const ANSWERS_WITHIN: Duration = Duration::from_secs(90);
