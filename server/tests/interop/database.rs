//! Databases of one test's own, on the servers that `cargo xtask interop` starts.

use crate::support::process::needed;
use mysql_async::prelude::Queryable;

/// An empty database. Dropping it drops it.
pub(crate) struct Database {
    kind: Kind,
    name: String,
}

#[derive(Clone, Copy)]
enum Kind {
    Postgres,
    Mariadb,
}

impl Database {
    /// One on PostgreSQL, whose name begins with `prefix`.
    pub(crate) async fn on_postgres(prefix: &str) -> Self {
        Self::create(Kind::Postgres, prefix).await
    }

    /// One on MariaDB, whose name begins with `prefix`.
    pub(crate) async fn on_mariadb(prefix: &str) -> Self {
        Self::create(Kind::Mariadb, prefix).await
    }

    async fn create(kind: Kind, prefix: &str) -> Self {
        let random = tempfile::Builder::new().prefix("").rand_bytes(12).tempfile().unwrap();
        let random = random.path().file_name().unwrap().to_string_lossy().to_lowercase();
        let name = format!("{prefix}_{random}");
        kind.run(&kind.server(), &format!("CREATE DATABASE {name}")).await;
        Self { kind, name }
    }

    /// Its address, with a superuser's name: `postgres://…` or `mysql://…`.
    pub(crate) fn url(&self) -> String {
        let server = self.kind.server();
        let (server, _) = server.rsplit_once('/').expect("the server's address names a database");
        format!("{server}/{}", self.name)
    }

    /// Runs SQL in it, behind the application's back.
    pub(crate) async fn run(&self, sql: &str) {
        self.kind.run(&self.url(), sql).await;
    }
}

impl Drop for Database {
    /// In a thread of its own: a test's runtime cannot wait within itself.
    fn drop(&mut self) {
        let (kind, name) = (self.kind, self.name.clone());
        let drop = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let force = if matches!(kind, Kind::Postgres) { " WITH (FORCE)" } else { "" };
            runtime.block_on(kind.run(&kind.server(), &format!("DROP DATABASE {name}{force}")));
        };
        let _ = std::thread::spawn(drop).join();
    }
}

impl Kind {
    fn server(self) -> String {
        let variable = match self {
            Self::Postgres => "REGAIN_TEST_POSTGRES_URL",
            Self::Mariadb => "REGAIN_TEST_MARIADB_URL",
        };
        needed(variable).into_string().unwrap()
    }

    async fn run(self, url: &str, sql: &str) {
        match self {
            Self::Postgres => {
                let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
                let connection = tokio::spawn(connection);
                client.batch_execute(sql).await.unwrap();
                drop(client);
                connection.await.unwrap().unwrap();
            }
            Self::Mariadb => {
                let options = mysql_async::Opts::from_url(url).unwrap();
                let mut connection = mysql_async::Conn::new(options).await.unwrap();
                connection.query_drop(sql).await.unwrap();
                connection.disconnect().await.unwrap();
            }
        }
    }
}
