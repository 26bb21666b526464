//! The ledger that servers share, and what it holds: read behind their backs.

use crate::history::{Delivery, Entry};
use crate::support::canary;
use crate::support::process::{eventually, needed};
use regain::ambient::SystemEntropy;
use regain_core::entropy::random;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::{Client, Config, NoTls};

/// Which engine keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Where servers keep their state.
pub(crate) enum Ledger {
    /// A file, which one server at a time can have.
    Sqlite(PathBuf),
    /// A database for any number of them.
    Postgres(Box<Config>),
}

impl Engine {
    /// As a column of the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl Ledger {
    /// An empty database on the tests' server.
    pub(crate) async fn in_postgres() -> Self {
        let server = needed("REGAIN_TEST_POSTGRES_URL").into_string().unwrap().parse().unwrap();
        Self::on(server).await
    }

    /// An empty database on this server.
    pub(crate) async fn on(mut server: Config) -> Self {
        let name = format!("regain_faults_{:016x}", u64::from_le_bytes(random(&SystemEntropy)));
        connect(&server).await.unwrap().batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        Self::Postgres(Box::new(server.dbname(&name).clone()))
    }

    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// For `ledger.url`; a database through `port`, if that is another way there.
    pub(crate) fn url(&self, port: Option<u16>) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(config) => {
                let port = port.unwrap_or_else(|| self.port());
                let (user, name) = (config.get_user().unwrap(), config.get_dbname().unwrap());
                format!("postgres://{user}@127.0.0.1:{port}/{name}")
            }
        }
    }

    /// Where its database listens.
    pub(crate) fn port(&self) -> u16 {
        let Self::Postgres(config) = self else { panic!("a file listens nowhere") };
        config.get_ports().first().copied().unwrap_or(5432)
    }

    /// Whether nothing waits and no link is claimed; false while the database does not answer.
    pub(crate) async fn is_quiet(&self) -> bool {
        let waiting = "SELECT CAST((SELECT count(*) FROM outbox WHERE ended_at IS NULL) \
                       + (SELECT count(*) FROM deliveries WHERE state = 'claimed') AS text)";
        self.ask(waiting).await.is_some_and(|waiting| waiting == "0")
    }

    /// Every request and notice, with what was mailed for it.
    pub(crate) async fn entries(&self) -> Vec<Entry> {
        let answer = eventually("ledger that answers", Duration::from_secs(60), async || self.ask(self.dump()).await);
        let rows: Vec<Value> = serde_json::from_str(&answer.await).unwrap();
        rows.iter().map(entry).collect()
    }

    /// One text.
    async fn ask(&self, sql: &str) -> Option<String> {
        match self {
            Self::Sqlite(path) => {
                let ledger = rusqlite::Connection::open(path).unwrap();
                ledger.busy_timeout(Duration::from_secs(10)).unwrap();
                Some(ledger.query_row(sql, [], |row| row.get(0)).unwrap())
            }
            Self::Postgres(config) => {
                let ledger = connect(config.clone().options("-c search_path=regain")).await?;
                ledger.query_one(sql, &[]).await.ok()?.get(0)
            }
        }
    }

    fn dump(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => {
                "SELECT CAST(coalesce(json_group_array(json_object( \
                   'id', hex(id), 'message', message, 'identifier', identifier, 'about', hex(about), 'state', state, \
                   'reason', reason, 'ended_at', ended_at, 'deliveries', json( \
                     (SELECT json_group_array(json_object('id', hex(id), 'state', state, 'outcome', outcome)) \
                      FROM deliveries WHERE entry = outbox.id AND message IS NOT NULL)))), '[]') AS text) FROM outbox"
            }
            Self::Postgres(_) => {
                "SELECT CAST(coalesce(json_agg(json_build_object( \
                   'id', id, 'message', message, 'identifier', identifier, 'about', about, 'state', state, \
                   'reason', reason, 'ended_at', ended_at, 'deliveries', coalesce( \
                     (SELECT json_agg(json_build_object('id', id, 'state', state, 'outcome', outcome)) \
                      FROM deliveries WHERE entry = outbox.id AND message IS NOT NULL), '[]'))), '[]') AS text) FROM outbox"
            }
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        let Self::Postgres(config) = self else { return };
        let name = config.get_dbname().unwrap().to_owned();
        let mut server = config.clone();
        // Whoever drops it may be in the midst of a runtime; another thread has one of its own.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                canary::keep_rows(&server).await;
                let Some(server) = connect(server.dbname("postgres")).await else { return };
                let _ = server.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            });
        });
        let _ = dropping.join();
    }
}

async fn connect(config: &Config) -> Option<Client> {
    let (client, connection) = config.connect(NoTls).await.ok()?;
    tokio::spawn(connection);
    Some(client)
}

fn entry(row: &Value) -> Entry {
    let text = |name: &str| row[name].as_str().map(str::to_owned);
    Entry {
        id: id(&row["id"]).unwrap(),
        message: text("message").unwrap(),
        identifier: text("identifier").unwrap(),
        about: id(&row["about"]),
        state: text("state").unwrap(),
        reason: text("reason"),
        is_ended: !row["ended_at"].is_null(),
        deliveries: row["deliveries"].as_array().unwrap().iter().map(delivery).collect(),
    }
}

fn delivery(row: &Value) -> Delivery {
    Delivery {
        id: id(&row["id"]).unwrap(),
        state: row["state"].as_str().unwrap().to_owned(),
        outcome: row["outcome"].as_str().map(str::to_owned),
    }
}

/// As 32 digits.
fn id(value: &Value) -> Option<String> {
    let id = value.as_str()?.replace('-', "").to_lowercase();
    (!id.is_empty()).then_some(id)
}
