//! A database of one test's own, on each kind of server.

use crate::users::sql::engine::Engine;
use mysql_async::prelude::Queryable;
use rusqlite::Connection;
use std::future::Future;
use std::path::{Path, PathBuf};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

/// Dropped with all that is in it. Needs a runtime of several threads.
pub(super) struct Database {
    engine: Engine,
    /// With the SQLite file, where it is one.
    directory: tempfile::TempDir,
    name: String,
}

impl Database {
    /// With what the fixture of `preset` holds: its schema on this engine, and its rows.
    pub(super) fn of(preset: &str, engine: Engine) -> (Self, String) {
        let suffix = getrandom::u64().unwrap();
        let name = format!("regain_preset_{suffix:016x}");
        if engine != Engine::Sqlite {
            at(engine, &server(engine), &format!("CREATE DATABASE {name}"));
        }
        let database = Self { engine, directory: tempfile::tempdir().unwrap(), name };
        database.run(&fixture(preset, word(engine)));
        let rows = fixture(preset, "rows");
        database.run(&rows);
        (database, rows)
    }

    /// As an operator would write it.
    pub(super) fn url(&self) -> String {
        match self.engine {
            Engine::Sqlite => format!("sqlite:{}", self.path().display()),
            _ => within(&server(self.engine), &self.name),
        }
    }

    /// Runs statements as the application would; MySQL takes names in double quotes here.
    pub(super) fn run(&self, sql: &str) {
        match self.engine {
            Engine::Sqlite => Connection::open(self.path()).unwrap().execute_batch(sql).unwrap(),
            _ => at(self.engine, &self.url(), sql),
        }
    }

    /// What `SELECT count(*) …` counts.
    pub(super) fn count(&self, sql: &str) -> i64 {
        match self.engine {
            Engine::Sqlite => Connection::open(self.path()).unwrap().query_row(sql, [], |row| row.get(0)).unwrap(),
            Engine::Postgres => wait(async { connect(&self.url()).await.query_one(sql, &[]).await.unwrap().get(0) }),
            Engine::Mysql => wait(async {
                let mut connection = ansi(&self.url()).await;
                let count = connection.query_first(sql).await.unwrap().unwrap();
                connection.disconnect().await.unwrap();
                count
            }),
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("app.db")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let options = match self.engine {
            Engine::Sqlite => return,
            Engine::Postgres => " WITH (FORCE)",
            Engine::Mysql => "",
        };
        at(self.engine, &server(self.engine), &format!("DROP DATABASE {}{options}", self.name));
    }
}

fn word(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "postgres",
        Engine::Mysql => "mysql",
    }
}

fn fixture(preset: &str, part: &str) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/presets");
    let path = directory.join(format!("{preset}.{part}.sql"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn server(engine: Engine) -> String {
    let variable = if engine == Engine::Postgres { "REGAIN_TEST_POSTGRES_URL" } else { "REGAIN_TEST_MARIADB_URL" };
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} names a server to test on; `cargo xtask test` starts one"))
}

/// The URL of a database on the server at `url`.
fn within(url: &str, database: &str) -> String {
    let mut url = reqwest::Url::parse(url).unwrap();
    url.set_path(database);
    url.into()
}

fn at(engine: Engine, url: &str, sql: &str) {
    wait(async {
        if engine == Engine::Postgres {
            return connect(url).await.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        }
        let mut connection = ansi(url).await;
        connection.query_drop(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        connection.disconnect().await.unwrap();
    });
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn ansi(url: &str) -> mysql_async::Conn {
    let mut connection = mysql_async::Conn::from_url(url).await.unwrap();
    connection.query_drop("SET sql_mode = 'ANSI_QUOTES'").await.unwrap();
    connection
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    block_in_place(|| Handle::current().block_on(future))
}
