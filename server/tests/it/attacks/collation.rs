//! A database that takes other letters for the same.

use super::ADA;
use crate::support::process::{DEADLINE, OLD_PASSWORD_STORED, Site, eventually, needed};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Opts, OptsBuilder};
use regain::ambient::SystemEntropy;
use regain_core::entropy::random;

/// Directus GHSA-qw9g-7549-7wg5: MySQL found `ada` for `àda`, and the mail went to whoever had registered the latter.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_collation_calls_equal_reaches_nobody_and_the_stored_bytes_are_used() {
    let accents = Accents::create().await;
    let site = Site::with_accounts(&[]).await;
    let server = site.serve(&[
        ("REGAIN_USERS__URL", &accents.url()),
        ("REGAIN_USERS__NAME", ""),
        ("REGAIN_USERS__ELIGIBLE", "true"),
        ("REGAIN_USERS__AFTER_RESET", ""),
    ]);
    for typed in ["àda@example.com", "ådá@example.com", "ada@exámple.com", "ａda@example.com", "ADA@EXAMPLE.COM"] {
        server.request(typed).await;
    }
    let mails = site.mails_to("Ada@Example.com", 1).await;
    assert_eq!(mails[0].to, ["Ada@Example.com"]);
    let ledger = rusqlite::Connection::open(site.path().join("regain.db")).unwrap();
    let query = "SELECT count(*) FROM outbox WHERE ended_at IS NOT NULL";
    let all_done = async || (ledger.query_row(query, [], |row| row.get(0)) == Ok(5)).then_some(());
    eventually("end of the work", DEADLINE, all_done).await;
    assert_eq!(site.smtp.mails().len(), 1, "{:?}", site.smtp.mails());
    accents.drop().await;
}

/// A MariaDB database of its own, with Ada's account, whose collation ignores case and accents.
struct Accents {
    server: Opts,
    name: String,
}

impl Accents {
    async fn create() -> Self {
        let server = Opts::from_url(needed("REGAIN_TEST_MARIADB_URL").to_str().unwrap()).unwrap();
        let name = format!("regain_it_{:016x}", u64::from_le_bytes(random(&SystemEntropy)));
        let accents = Self { server, name };
        accents.run(&format!("CREATE DATABASE {} COLLATE utf8mb4_general_ci", accents.name)).await;
        let table = format!("{}.accounts", accents.name);
        accents.run(&format!("CREATE TABLE {table} (id int PRIMARY KEY, email varchar(254), password text)")).await;
        accents.run(&format!("INSERT INTO {table} VALUES (1, 'Ada@Example.com', '{OLD_PASSWORD_STORED}')")).await;
        let found: Option<i64> =
            accents.ask(&format!("SELECT count(*) FROM {table} WHERE email = 'àda@example.com'")).await;
        assert_eq!(found, Some(1), "the database finds {ADA} for it");
        accents
    }

    fn url(&self) -> String {
        let (host, port) = (self.server.ip_or_hostname(), self.server.tcp_port());
        let login = self.server.pass().map(|password| format!(":{password}")).unwrap_or_default();
        format!("mysql://{}{login}@{host}:{port}/{}", self.server.user().unwrap_or("root"), self.name)
    }

    async fn run(&self, sql: &str) {
        self.connect().await.query_drop(sql).await.unwrap();
    }

    async fn ask(&self, sql: &str) -> Option<i64> {
        self.connect().await.query_first(sql).await.unwrap()
    }

    async fn connect(&self) -> Conn {
        Conn::new(OptsBuilder::from_opts(self.server.clone())).await.expect("MariaDB; see `cargo xtask databases`")
    }

    async fn drop(self) {
        self.run(&format!("DROP DATABASE {}", self.name)).await;
    }
}
