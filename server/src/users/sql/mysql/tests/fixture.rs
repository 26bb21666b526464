//! A database of a test's own on the MariaDB that the tests are given.

use super::*;
use crate::config::StoreUrl;
use crate::users::conformance::{HURRY, SqlFixture, users_config};
use crate::users::sql::engine::Engine;
use crate::users::sql::test_database::{server_url, unique_name};
use mysql_async::{Conn, Opts, OptsBuilder};
use std::cell::RefCell;
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

/// A database and an account of the server, both of one name; the account may do all in that database.
pub(super) struct MariaDb {
    pub(super) name: String,
    /// The account, with the host that the server sees the tests on.
    pub(super) account: String,
    server: Opts,
}

impl MariaDb {
    /// An empty database.
    pub(super) fn empty() -> Self {
        let name = unique_name();
        let server = Opts::from_url(&server_url(Engine::Mysql)).expect("REGAIN_TEST_MARIADB_URL is a mysql:// URL");
        let host: Option<String> = wait(async {
            let mut connection = Conn::new(server.clone()).await.unwrap();
            connection.query_first("SELECT SUBSTRING_INDEX(USER(), '@', -1)").await.unwrap()
        });
        let account = format!("'{name}'@'{}'", host.unwrap());
        let database = Self { name, account, server };
        let Self { name, account, .. } = &database;
        database.as_owner(&[
            &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"),
            &format!("CREATE USER {account} IDENTIFIED BY '{PASSWORD}'"),
            &format!("GRANT ALL ON {name}.* TO {account}"),
        ]);
        database
    }

    /// Runs statements as the server's owner.
    pub(super) fn as_owner(&self, statements: &[&str]) {
        wait(async {
            let mut connection = Conn::new(self.server.clone()).await.unwrap();
            for sql in statements {
                connection.query_drop(*sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            }
            connection.disconnect().await.unwrap();
        });
    }

    async fn connect(&self) -> Conn {
        let opts = OptsBuilder::from_opts(self.server.clone()).db_name(Some(&self.name));
        Conn::new(opts).await.unwrap()
    }

    /// Where the store finds it.
    pub(super) fn url(&self) -> String {
        let Self { name, server, .. } = self;
        format!("mysql://{name}:{}@{}:{}/{name}", "p%40ss%3A%2Fword", server.ip_or_hostname(), server.tcp_port())
    }

    /// The store itself.
    pub(super) fn mysql(&self, change: impl FnOnce(&mut config::Users), limits: TimeLimits) -> MysqlStore {
        mysql(&self.url(), change, limits)
    }

    /// Waits until there are so many of the store's: transactions, connections, `p` being those of processes.
    pub(super) fn becomes(&self, count: &str, rows: &str) {
        let sql = format!("SELECT CAST(COUNT(*) AS CHAR) {rows} AND p.user = '{}'", self.name);
        let begun = Instant::now();
        let mut last = self.ask(&sql);
        while last != count {
            assert!(begun.elapsed() < PATIENCE, "{last} and not {count} {rows}");
            std::thread::sleep(SNAPSHOT);
            last = self.ask(&sql);
        }
    }

    /// Holds the rows of a table until what is returned is dropped.
    pub(super) fn lock_of(&self, table: &str) -> Lock {
        wait(async {
            let mut connection = self.connect().await;
            connection.query_drop("START TRANSACTION").await.unwrap();
            connection.query_drop(format!("SELECT * FROM {table} FOR UPDATE")).await.unwrap();
            Lock(RefCell::new(Some(connection)))
        })
    }

    /// Ends the store's connections.
    fn disconnect_store(&self) {
        self.as_owner(&[&format!("KILL USER {}", self.name)]);
    }
}

impl SqlFixture for MariaDb {
    const ENDLESS: &str = "SELECT SLEEP(100)";

    fn new() -> Self {
        let database = Self::empty();
        database.run(
            "CREATE TABLE accounts (id BIGINT PRIMARY KEY, email VARCHAR(254), name VARCHAR(100), locale VARCHAR(20), \
             password VARCHAR(255), is_active BOOLEAN, email_verified BOOLEAN)",
        );
        database.run("CREATE TABLE sessions (account_id BIGINT, ended_by VARCHAR(255))");
        database
    }

    fn store(&self, change: fn(&mut config::Users)) -> Box<dyn UserStore> {
        Box::new(self.mysql(change, TimeLimits::default()))
    }

    fn hurried_store(&self, change: fn(&mut config::Users)) -> Box<dyn UserStore> {
        Box::new(self.mysql(change, TimeLimits { look_up: HURRY, write: HURRY }))
    }

    fn run(&self, sql: &str) {
        wait(async {
            let mut connection = self.connect().await;
            connection.query_drop(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            connection.disconnect().await.unwrap();
        });
    }

    fn ask(&self, sql: &str) -> String {
        wait(async {
            let mut connection = self.connect().await;
            let answer: Option<String> = connection.query_first(sql).await.unwrap();
            connection.disconnect().await.unwrap();
            answer.unwrap()
        })
    }

    fn set_reachable(&self, reachable: bool) {
        let lock = if reachable { "UNLOCK" } else { "LOCK" };
        self.as_owner(&[&format!("ALTER USER {} ACCOUNT {lock}", self.account)]);
        if !reachable {
            self.disconnect_store();
        }
    }

    fn lock(&self) -> impl Sized {
        self.lock_of("accounts")
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        let dropped = [format!("DROP DATABASE {}", self.name), format!("DROP USER {}", self.account)];
        wait(async {
            let Ok(mut connection) = Conn::new(self.server.clone()).await else { return };
            for sql in dropped {
                let _if_there = connection.query_drop(sql).await;
            }
        });
    }
}

/// A transaction that holds locks.
pub(super) struct Lock(RefCell<Option<Conn>>);

impl Lock {
    /// Runs SQL in the transaction.
    pub(super) fn run(&self, sql: &str) {
        let mut connection = self.0.borrow_mut();
        wait(connection.as_mut().unwrap().query_drop(sql)).unwrap();
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(mut connection) = self.0.take() {
            wait(async {
                connection.query_drop("ROLLBACK").await.unwrap();
                connection.disconnect().await.unwrap();
            });
        }
    }
}

/// The store at `url`.
pub(super) fn mysql(url: &str, change: impl FnOnce(&mut config::Users), limits: TimeLimits) -> MysqlStore {
    let url = SecretString::from(url);
    let mut users = users_config(StoreUrl::Mysql(url.clone()));
    change(&mut users);
    MysqlStore::with_limits(&users, &url, limits).unwrap()
}

/// Waits on a thread of the test's own runtime, which has two.
fn wait<T>(future: impl Future<Output = T>) -> T {
    block_in_place(|| Handle::current().block_on(future))
}

const PASSWORD: &str = "p@ss:/word";
/// InnoDB tells of its transactions from a snapshot, which it renews once nobody has looked at it for 100 ms.
const SNAPSHOT: Duration = Duration::from_millis(150);
/// For the server to notice what ended.
const PATIENCE: Duration = Duration::from_secs(10);
