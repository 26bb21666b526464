//! A database of a test's own, on the server that `$REGAIN_TEST_POSTGRES_URL` names.

use crate::config::{self, StoreUrl};
use crate::users::UserStore;
use crate::users::conformance::{HURRY, SqlFixture, users_config};
use crate::users::sql::engine::Engine;
use crate::users::sql::limits::TimeLimits;
use crate::users::sql::postgres::PostgresStore;
use crate::users::sql::test_database::{server_url, unique_name};
use std::future::Future;
use tokio::runtime::Handle;
use tokio::task::block_in_place;
use tokio_postgres::{Client, Config, NoTls};

/// Dropped with its database. Needs a runtime of several threads.
pub(super) struct Database {
    pub(super) server: String,
    pub(super) name: String,
}

impl Database {
    pub(super) fn with(sql: &str) -> Self {
        Self::on(server_url(Engine::Postgres), sql)
    }

    pub(super) fn on(server: String, sql: &str) -> Self {
        let database = Self { server, name: unique_name() };
        database.run_on_server(&format!("CREATE DATABASE {}", database.name));
        database.run(sql);
        database
    }

    /// As another may connect to it; `None` for the superuser.
    pub(super) fn url(&self, role: Option<&str>) -> String {
        let (authority, database) = self.server.rsplit_once('/').unwrap();
        let options = database.split_once('?').map(|(_, options)| format!("?{options}")).unwrap_or_default();
        let host = authority.rsplit_once('@').unwrap().1;
        let user =
            role.map_or_else(|| authority.rsplit_once('@').unwrap().0.to_owned(), |role| format!("postgres://{role}"));
        format!("{user}@{host}/{}{options}", self.name)
    }

    pub(super) fn postgres_store(&self, change: impl FnOnce(&mut config::Users)) -> PostgresStore {
        self.store_at(&self.url(None), TimeLimits::default(), change)
    }

    pub(super) fn hurried(&self, change: impl FnOnce(&mut config::Users)) -> PostgresStore {
        self.store_at(&self.url(None), TimeLimits { look_up: HURRY, write: HURRY }, change)
    }

    pub(super) fn store_at(
        &self,
        url: &str,
        limits: TimeLimits,
        change: impl FnOnce(&mut config::Users),
    ) -> PostgresStore {
        let mut users = users_config(StoreUrl::Postgres(url.into()));
        change(&mut users);
        PostgresStore::with_limits(&users, &url.into(), limits).unwrap()
    }

    fn run_on_server(&self, sql: &str) {
        blocking(async { connect(&self.server).await.batch_execute(sql).await.unwrap() });
    }

    pub(super) async fn connect(&self) -> Client {
        connect(&self.url(None)).await
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.run_on_server(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

impl SqlFixture for Database {
    const ENDLESS: &str = "SELECT pg_sleep(90)";

    fn new() -> Self {
        Self::with(SCHEMA)
    }

    fn store(&self, change: fn(&mut config::Users)) -> Box<dyn UserStore> {
        Box::new(self.postgres_store(change))
    }

    fn hurried_store(&self, change: fn(&mut config::Users)) -> Box<dyn UserStore> {
        Box::new(self.hurried(change))
    }

    fn run(&self, sql: &str) {
        blocking(async { self.connect().await.batch_execute(sql).await.unwrap() });
    }

    fn ask(&self, sql: &str) -> String {
        blocking(async { self.connect().await.query_one(sql, &[]).await.unwrap().get(0) })
    }

    fn set_reachable(&self, reachable: bool) {
        self.run_on_server(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS {reachable}", self.name));
        if !reachable {
            self.run_on_server(&format!(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{}'",
                self.name
            ));
        }
    }

    fn lock(&self) -> impl Sized {
        blocking(async {
            let client = self.connect().await;
            client.batch_execute("BEGIN; SELECT * FROM accounts FOR UPDATE").await.unwrap();
            client
        })
    }
}

async fn connect(url: &str) -> Client {
    try_connect(url).await.unwrap_or_else(|| panic!("{url} cannot be reached"))
}

pub(super) async fn try_connect(url: &str) -> Option<Client> {
    let (client, connection) = url.parse::<Config>().unwrap().connect(NoTls).await.ok()?;
    tokio::spawn(connection);
    Some(client)
}

pub(super) fn blocking<T>(future: impl Future<Output = T>) -> T {
    block_in_place(|| Handle::current().block_on(future))
}

pub(super) const SCHEMA: &str = "
    CREATE TABLE accounts (id integer PRIMARY KEY, email text, name text, locale text, password text,
                           is_active boolean, email_verified boolean);
    CREATE TABLE sessions (account_id integer, ended_by text);";
