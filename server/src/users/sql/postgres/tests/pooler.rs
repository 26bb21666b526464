//! PgBouncer between, in the mode in which each transaction may get another connection to the server.

use super::fixture::{Database, SCHEMA, blocking, try_connect};
use super::server::{directory, unprivileged, write_for};
use super::{ADA, find, write};
use crate::config;
use crate::users::conformance::HURRY;
use crate::users::conformance::{SqlFixture, sql_conformance};
use crate::users::sql::limits::TimeLimits;
use crate::users::sql::test_database::free_port;
use crate::users::{UserStore, Written};
use futures_util::future::join_all;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A database with a pooler before it.
struct Pooled {
    bouncer: Child,
    port: u16,
    database: Database,
    _directory: TempDir,
}

impl Pooled {
    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{}", self.port, self.database.name)
    }

    /// The pooler remembers for a moment that the server refused it.
    fn wait_until_ready(&self) {
        let answers = async || match try_connect(&self.url()).await {
            Some(client) => client.simple_query("SELECT 1").await.is_ok(),
            None => false,
        };
        let begun = Instant::now();
        while !blocking(answers()) {
            assert!(begun.elapsed() < Duration::from_secs(30), "no answer from PgBouncer");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl SqlFixture for Pooled {
    const ENDLESS: &str = Database::ENDLESS;

    fn new() -> Self {
        let database = Database::with(SCHEMA);
        let (directory, port) = (directory(), free_port());
        let server: tokio_postgres::Config = database.server.parse().unwrap();
        let server_port = server.get_ports().first().copied().unwrap_or(5432);
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={server_port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
             listen_port = {port}\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 2\nunix_socket_dir =\n\
             server_login_retry = 0.1\n[users]\n"
        );
        let settings = settings.replace("* = ", &format!("{} = user=postgres ", database.name));
        let path = directory.path().join("pgbouncer.ini");
        write_for(directory.path(), &path, &settings);
        let program = std::env::var("REGAIN_TEST_PGBOUNCER").unwrap_or_else(|_| "pgbouncer".into());
        let bouncer = unprivileged(directory.path(), &program)
            .args(["-q", "pgbouncer.ini"])
            .stderr(Stdio::null())
            .spawn()
            .expect("PgBouncer, which `cargo xtask test` installs");
        let pooled = Self { bouncer, port, database, _directory: directory };
        pooled.wait_until_ready();
        pooled
    }

    fn store(&self, change: fn(&mut config::Users)) -> Box<dyn UserStore> {
        Box::new(self.database.store_at(&self.url(), TimeLimits::default(), change))
    }

    fn hurried_store(&self, change: fn(&mut config::Users)) -> Box<dyn UserStore> {
        Box::new(self.database.store_at(&self.url(), TimeLimits { look_up: HURRY, write: HURRY }, change))
    }

    fn run(&self, sql: &str) {
        self.database.run(sql);
    }

    fn ask(&self, sql: &str) -> String {
        self.database.ask(sql)
    }

    fn set_reachable(&self, reachable: bool) {
        self.database.set_reachable(reachable);
        if reachable {
            self.wait_until_ready();
        }
    }

    fn lock(&self) -> impl Sized {
        self.database.lock()
    }
}

impl Drop for Pooled {
    fn drop(&mut self) {
        self.bouncer.kill().unwrap();
        self.bouncer.wait().unwrap();
    }
}

sql_conformance!(Pooled);

/// Two connections to the server for eight of ours: whatever one left behind, the next would meet.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_behind_for_whoever_comes_next() {
    let pooled = Pooled::new();
    pooled.run(ADA);
    let store = pooled.store(|_| {});
    let reading = join_all((0..40).map(|_| async {
        for _ in 0..5 {
            assert_eq!(find(&*store, "ada@example.com").await.len(), 1);
        }
    }));
    let writing = async {
        for n in 0..20 {
            let (old, new) = (if n == 0 { "old".to_owned() } else { format!("p{n}") }, format!("p{}", n + 1));
            assert_eq!(write(&*store, "1", &old, &new).await.unwrap(), Written::Yes(vec![]));
        }
    };
    let examining = async {
        for _ in 0..3 {
            store.examine().await;
        }
    };
    tokio::join!(reading, writing, examining);
    let pooler = try_connect(&pooled.url()).await.unwrap();
    let left: Vec<String> = pooler
        .simple_query(
            "SELECT name || '=' || setting FROM pg_settings WHERE source = 'session' AND name ~ 'timeout|enable_' \
             UNION ALL SELECT name FROM pg_prepared_statements",
        )
        .await
        .unwrap()
        .into_iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");
}
