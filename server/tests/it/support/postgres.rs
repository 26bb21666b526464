//! A PostgreSQL database of one test's own, with accounts, a role with the least rights, and a gate on the way there.

use super::process::needed;
use regain::ambient::SystemEntropy;
use regain_core::entropy::random;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_postgres::{Client, Config, NoTls};

/// The database. Dropping it removes it.
pub(crate) struct Database {
    name: String,
    owner: Client,
    gate: SocketAddr,
    is_open: watch::Sender<bool>,
}

impl Database {
    /// With these accounts, a session each, and the password of [`super::process::OLD_PASSWORD`].
    pub(crate) async fn with_accounts(addresses: &[&str]) -> Self {
        let name = format!("regain_it_{:016x}", u64::from_le_bytes(random(&SystemEntropy)));
        let server = connect(&server()).await;
        server.batch_execute(&format!("CREATE DATABASE {name}; ")).await.unwrap();
        server.batch_execute(&format!("CREATE ROLE {name} LOGIN")).await.unwrap();
        let owner = connect(server_with(|config| config.dbname(&name))).await;
        owner.batch_execute(&SCHEMA.replace("ROLE", &name)).await.unwrap();
        for address in addresses {
            let account = "WITH account AS (INSERT INTO accounts (email, password) VALUES ($1, $2) RETURNING id) \
                           INSERT INTO sessions SELECT id, 'open' FROM account";
            owner.execute(account, &[address, &super::process::OLD_PASSWORD_STORED]).await.unwrap();
        }
        let (is_open, open) = watch::channel(true);
        Self { name, owner, gate: gate(open).await, is_open }
    }

    /// The way that Regain takes.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{0}@{1}/{0}", self.name, self.gate)
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
    pub(crate) fn set_reachable(&self, reachable: bool) {
        self.is_open.send_replace(reachable);
    }

    /// A transaction of the application's that holds what `sql` locks until it is dropped.
    pub(crate) async fn hold(&self, sql: &str) -> Client {
        let other = connect(server_with(|config| config.dbname(&self.name))).await;
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
        let removing = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let server = connect(&server()).await;
                for sql in remove {
                    server.batch_execute(&sql).await.unwrap();
                }
            });
        });
        let _ = removing.join();
    }
}

fn server() -> Config {
    needed("REGAIN_TEST_POSTGRES_URL").to_str().unwrap().parse().unwrap()
}

fn server_with(change: impl FnOnce(&mut Config) -> &mut Config) -> Config {
    let mut config = server();
    change(&mut config);
    config
}

async fn connect(config: impl std::borrow::Borrow<Config>) -> Client {
    let (client, connection) = config.borrow().connect(NoTls).await.expect("PostgreSQL; see `cargo xtask databases`");
    tokio::spawn(connection);
    client
}

/// Passes connections on to the server while it is open.
async fn gate(open: watch::Receiver<bool>) -> SocketAddr {
    let config = server();
    let tokio_postgres::config::Host::Tcp(host) = config.get_hosts()[0].clone() else {
        panic!("REGAIN_TEST_POSTGRES_URL names no host")
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut inside, _)) = listener.accept().await {
            let (host, mut open) = (host.clone(), open.clone());
            tokio::spawn(async move {
                if !*open.borrow_and_update() {
                    return;
                }
                let mut outside = TcpStream::connect((host.as_str(), port)).await.unwrap();
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut inside, &mut outside) => {}
                    _ = open.wait_for(|open| !open) => {}
                }
            });
        }
    });
    address
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
