//! Databases of a test's own, on every engine. The servers are those that `cargo xtask test` starts.

use super::engine::Engine;
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts};
use std::future::Future;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// Dropped with all that is in it.
pub(crate) struct TestDatabase {
    /// As its owner would write it in the configuration.
    pub(crate) url: String,
    name: String,
    engine: Engine,
    /// With the file, where it is one.
    _folder: TempDir,
}

impl TestDatabase {
    /// With what `sql` makes.
    pub(crate) fn on(engine: Engine, sql: &str) -> Self {
        let (folder, name) = (TempDir::new().unwrap(), unique_name());
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("app.db").display()),
            Engine::Postgres | Engine::Mysql => {
                let server = server_url(engine);
                run(engine, &server, &format!("CREATE DATABASE {name}"));
                format!("{}/{name}", server.rsplit_once('/').unwrap().0)
            }
        };
        let database = Self { url, name, engine, _folder: folder };
        database.run(sql);
        database
    }

    /// The same SQL on each engine.
    pub(crate) fn on_each(sql: &str) -> impl Iterator<Item = Self> {
        Engine::ALL.iter().map(move |engine| Self::on(*engine, sql))
    }

    /// Runs statements as the application would; MySQL takes names in double quotes here.
    pub(crate) fn run(&self, sql: &str) {
        run(self.engine, &self.url, sql);
    }

    /// What `SELECT count(*) …` counts.
    pub(crate) fn count(&self, sql: &str) -> i64 {
        match self.engine {
            Engine::Sqlite => sqlite(&self.url).query_row(sql, [], |row| row.get(0)).unwrap(),
            Engine::Postgres => wait(async { postgres(&self.url).await.query_one(sql, &[]).await.unwrap().get(0) }),
            Engine::Mysql => wait(async {
                let mut connection = mariadb(&self.url).await;
                let count = connection.query_first(sql).await.unwrap().unwrap();
                connection.disconnect().await.unwrap();
                count
            }),
        }
    }

    /// The same database of PostgreSQL as a new role sees it, after `grants`, in which `{reader}` is its name.
    pub(crate) fn as_reader(&self, grants: &str) -> Reader<'_> {
        let name = format!("{}_reader", self.name);
        self.run(&format!("CREATE ROLE {name} LOGIN; {}", grants.replace("{reader}", &name)));
        let host = self.url.split_once('@').unwrap().1;
        Reader { url: format!("postgres://{name}@{host}"), name, database: self }
    }

    /// The file, of SQLite.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(file(&self.url)).unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let options = match self.engine {
            Engine::Sqlite => return,
            Engine::Postgres => " WITH (FORCE)",
            Engine::Mysql => "",
        };
        run(self.engine, &server_url(self.engine), &format!("DROP DATABASE {}{options}", self.name));
    }
}

/// A role that may do little.
pub(crate) struct Reader<'a> {
    pub(crate) url: String,
    name: String,
    database: &'a TestDatabase,
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.database.run(&format!("DROP OWNED BY {0}; DROP ROLE {0}", self.name));
    }
}

/// The server of this engine that tests are given, with the name of its owner.
pub(crate) fn server_url(engine: Engine) -> String {
    let variable = if engine == Engine::Postgres { "REGAIN_TEST_POSTGRES_URL" } else { "REGAIN_TEST_MARIADB_URL" };
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} names a server to test on; `cargo xtask test` starts one"))
}

/// A name that nothing on the server has.
pub(crate) fn unique_name() -> String {
    format!("regain_test_{:016x}", getrandom::u64().unwrap())
}

/// A port of the loopback that nobody listens on, that nobody else here is given, and that the system hands to nobody,
/// as it may do with those of the ephemeral range (from 32768 on Linux) before whom it is for has begun to listen.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 1_000).unwrap() * 10;
    loop {
        let port = 20_000 + first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

fn run(engine: Engine, url: &str, sql: &str) {
    match engine {
        Engine::Sqlite => sqlite(url).execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}")),
        Engine::Postgres => wait(async {
            postgres(url).await.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        }),
        Engine::Mysql => wait(async {
            let mut connection = mariadb(url).await;
            connection.query_drop(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            connection.disconnect().await.unwrap();
        }),
    }
}

fn sqlite(url: &str) -> rusqlite::Connection {
    rusqlite::Connection::open(file(url)).unwrap()
}

fn file(url: &str) -> &str {
    url.strip_prefix("sqlite:").unwrap()
}

async fn postgres(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn mariadb(url: &str) -> Conn {
    let mut connection = Conn::new(Opts::from_url(url).unwrap()).await.unwrap();
    connection.query_drop("SET sql_mode = 'ANSI_QUOTES'").await.unwrap();
    connection
}

/// Waits on a thread and a runtime of its own: tests have one, or none.
fn wait<T: Send>(future: impl Future<Output = T> + Send) -> T {
    let work = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
    std::thread::scope(|scope| scope.spawn(work).join().unwrap())
}
