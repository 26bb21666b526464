//! Databases of a test's own, on each engine, to be looked at. Dropped with their contents.

use mysql_async::prelude::Queryable;
use std::future::Future;
use tempfile::TempDir;

/// A database, and how to reach it as its owner.
pub(crate) struct TestDatabase {
    pub(crate) url: String,
    name: String,
    server: Server,
}

enum Server {
    File { _folder: TempDir },
    Postgres(String),
    Mariadb(String),
}

impl TestDatabase {
    pub(crate) fn sqlite(sql: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("app.db");
        rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        Self {
            url: format!("sqlite:{}", path.display()),
            name: String::new(),
            server: Server::File { _folder: folder },
        }
    }

    pub(crate) fn postgres(sql: &str) -> Self {
        let (server, name) = (server("REGAIN_TEST_POSTGRES_URL"), name());
        postgres(&server, &format!("CREATE DATABASE {name}"));
        let database = Self { url: within(&server, &name), name, server: Server::Postgres(server) };
        postgres(&database.url, sql);
        database
    }

    pub(crate) fn mariadb(sql: &str) -> Self {
        let (server, name) = (server("REGAIN_TEST_MARIADB_URL"), name());
        mariadb(&server, &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"));
        let database = Self { url: within(&server, &name), name, server: Server::Mariadb(server) };
        mariadb(&database.url, sql);
        database
    }

    /// The same SQL on each engine.
    pub(crate) fn each(sql: &str) -> [Self; 3] {
        [Self::sqlite(sql), Self::postgres(sql), Self::mariadb(sql)]
    }

    /// The same database of PostgreSQL as a new role sees it, after `grants`, in which `{reader}` is its name.
    pub(crate) fn as_reader(&self, grants: &str) -> Reader<'_> {
        let name = format!("{}_reader", self.name);
        postgres(&self.url, &format!("CREATE ROLE {name} LOGIN; {}", grants.replace("{reader}", &name)));
        let host = self.url.split_once('@').unwrap().1;
        Reader { url: format!("postgres://{name}@{host}"), name, database: self }
    }

    /// The file, of SQLite.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.url.strip_prefix("sqlite:").unwrap()).unwrap()
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
        postgres(&self.database.url, &format!("DROP OWNED BY {0}; DROP ROLE {0}", self.name));
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &self.server {
            Server::File { .. } => {}
            Server::Postgres(server) => postgres(server, &format!("DROP DATABASE {} WITH (FORCE)", self.name)),
            Server::Mariadb(server) => mariadb(server, &format!("DROP DATABASE {}", self.name)),
        }
    }
}

fn server(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} names a server to test on; `cargo xtask test` starts one"))
}

fn name() -> String {
    format!("regain_look_{:016x}", getrandom::u64().unwrap())
}

fn within(server: &str, database: &str) -> String {
    format!("{}/{database}", server.rsplit_once('/').unwrap().0)
}

fn postgres(url: &str, sql: &str) {
    wait(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(sql).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    });
}

fn mariadb(url: &str, sql: &str) {
    wait(async {
        let mut connection = mysql_async::Conn::from_url(url).await.unwrap();
        for statement in sql.split(";\n").filter(|statement| !statement.trim().is_empty()) {
            connection.query_drop(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        }
        connection.disconnect().await.unwrap();
    });
}

/// Waits on a thread and a runtime of its own: tests have one, or none.
fn wait(future: impl Future<Output = ()> + Send) {
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
        });
        waiting.join().unwrap();
    });
}
