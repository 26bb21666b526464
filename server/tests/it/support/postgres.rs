//! A PostgreSQL database of one test's own, with accounts, a role with the least rights, and a gate on the way there.

use super::canary;
use super::process::needed;
use regain::ambient::SystemEntropy;
use regain_core::entropy::random;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_postgres::{Client, Config, NoTls};

/// The database. Dropping it removes it.
pub(crate) struct Database {
    server: Config,
    name: String,
    owner: Client,
    gate: SocketAddr,
    is_open: watch::Sender<bool>,
    /// Connections through the gate.
    passing: watch::Receiver<usize>,
}

impl Database {
    /// With these accounts, a session each, and the password of [`super::process::OLD_PASSWORD`].
    pub(crate) async fn with_accounts(addresses: &[&str]) -> Self {
        let database = Self::empty(server()).await;
        database.run(SCHEMA).await;
        for address in addresses {
            let account = "WITH account AS (INSERT INTO accounts (email, password) VALUES ($1, $2) RETURNING id) \
                           INSERT INTO sessions SELECT id, 'open' FROM account";
            database.owner.execute(account, &[address, &super::process::OLD_PASSWORD_STORED]).await.unwrap();
        }
        database
    }

    /// With nothing in it, on this server.
    pub(crate) async fn empty(server: Config) -> Self {
        let name = format!("regain_it_{:016x}", u64::from_le_bytes(random(&SystemEntropy)));
        let superuser = connect(&server).await;
        superuser.batch_execute(&format!("CREATE DATABASE {name}; ")).await.unwrap();
        superuser.batch_execute(&format!("CREATE ROLE {name} LOGIN")).await.unwrap();
        let owner = connect(server.clone().dbname(&name)).await;
        let (is_open, open) = watch::channel(true);
        let (counted, passing) = watch::channel(0);
        Self { gate: gate(&server, open, counted).await, server, name, owner, is_open, passing }
    }

    /// The way that Regain takes.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{0}@{1}/{0}", self.name, self.gate)
    }

    /// The way that leads past the gate.
    #[allow(dead_code, reason = "for whoever wants it fast rather than cut")]
    pub(crate) fn direct_url(&self) -> String {
        let (host, port) = host_and_port(&self.server);
        format!("postgres://{0}@{host}:{port}/{0}", self.name)
    }

    /// The superuser's way, past the gate.
    #[allow(dead_code, reason = "for whoever crashes the server and must connect anew")]
    pub(crate) fn superuser(&self) -> Config {
        let mut config = self.server.clone();
        config.dbname(&self.name);
        config
    }

    /// Runs SQL as the owner.
    pub(crate) async fn run(&self, sql: &str) {
        self.owner.batch_execute(&sql.replace("ROLE", &self.name)).await.unwrap();
    }

    /// One text out of the tables.
    pub(crate) async fn ask(&self, sql: &str) -> String {
        self.owner.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Cuts every connection of Regain's and lets no new one through, or lets them through again.
    pub(crate) async fn set_reachable(&self, reachable: bool) {
        self.is_open.send_replace(reachable);
        if !reachable {
            self.passing.clone().wait_for(|passing| *passing == 0).await.unwrap();
        }
    }

    /// A transaction of the application's that holds what `sql` locks until it is dropped.
    pub(crate) async fn hold(&self, sql: &str) -> Client {
        let other = connect(self.superuser()).await;
        other.batch_execute(&format!("BEGIN; {sql}")).await.unwrap();
        other
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let remove = [
            format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
            format!("DROP ROLE IF EXISTS {}", self.name),
        ];
        let (server, database) = (self.server.clone(), self.superuser());
        let removing = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                canary::keep_rows(&database).await;
                let server = connect(&server).await;
                for sql in remove {
                    server.batch_execute(&sql).await.unwrap();
                }
            });
        });
        let _ = removing.join();
    }
}

/// The one that tests share.
pub(crate) fn server() -> Config {
    needed("REGAIN_TEST_POSTGRES_URL").to_str().unwrap().parse().unwrap()
}

async fn connect(config: impl std::borrow::Borrow<Config>) -> Client {
    let (client, connection) = config.borrow().connect(NoTls).await.expect("PostgreSQL; see `cargo xtask databases`");
    tokio::spawn(connection);
    client
}

/// Passes connections on to the server while it is open.
async fn gate(server: &Config, open: watch::Receiver<bool>, passing: watch::Sender<usize>) -> SocketAddr {
    let (host, port) = host_and_port(server);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut inside, _)) = listener.accept().await {
            let (host, mut open, passing) = (host.clone(), open.clone(), passing.clone());
            passing.send_modify(|passing| *passing += 1);
            tokio::spawn(async move {
                let pass = async {
                    let mut outside = TcpStream::connect((host.as_str(), port)).await.unwrap();
                    tokio::io::copy_bidirectional(&mut inside, &mut outside).await
                };
                tokio::select! {
                    biased;
                    _ = open.wait_for(|open| !open) => {}
                    _ = pass => {}
                }
                drop(inside);
                passing.send_modify(|passing| *passing -= 1);
            });
        }
    });
    address
}

fn host_and_port(server: &Config) -> (String, u16) {
    let tokio_postgres::config::Host::Tcp(host) = server.get_hosts()[0].clone() else {
        panic!("REGAIN_TEST_POSTGRES_URL names no host")
    };
    (host, server.get_ports().first().copied().unwrap_or(5432))
}

const SCHEMA: &str = "
CREATE EXTENSION IF NOT EXISTS citext;
CREATE TABLE accounts (
    id bigserial PRIMARY KEY,
    email citext NOT NULL UNIQUE,
    password text,
    is_active boolean NOT NULL DEFAULT true
);
CREATE TABLE sessions (account_id bigint NOT NULL REFERENCES accounts, cookie text NOT NULL);
GRANT SELECT (id, email, password, is_active), UPDATE (password) ON accounts TO ROLE;
GRANT SELECT, DELETE ON sessions TO ROLE;";
