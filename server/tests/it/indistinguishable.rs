//! Kinds of address that nobody can tell apart, compared exactly: what a request for one costs the ledger, what is kept
//! of it, what is answered, and what the courier writes for it.

use crate::support::Server;
use regain::ambient::SystemEntropy;
use regain::courier::Courier;
use regain_core::entropy::random;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What is true of an address, and nobody's business. All are equally long.
pub(crate) const KINDS: [(&str, &str); 7] = [
    ("unknown", "nobod@example.com"),
    ("known", "grace@example.com"),
    ("disabled", "disab@example.com"),
    ("single sign-on", "ssoon@example.com"),
    ("of two accounts", "twins@example.com"),
    ("suppressed by the cooldown", "ratel@example.com"),
    ("over its hourly number", "hours@example.com"),
];

/// What makes the kinds what they are, beside grace's account.
pub(crate) const ACCOUNTS: &str = "
    INSERT INTO accounts (email, password, is_active) VALUES
        ('disab@example.com', 'STORED', FALSE), ('ssoon@example.com', NULL, TRUE),
        ('ratel@example.com', 'STORED', TRUE), ('hours@example.com', 'STORED', TRUE)";

pub(crate) const STORED: &str = "$2b$04$abcdefghijklmnopqrstuuiHJkaxOSitzS3fs3GMABz05MVbff1l.";

/// Brings about what is not in the accounts.
pub(crate) async fn exhaust_limits(server: &Server) {
    for _ in 0..2 {
        server.ask_for("hours@example.com").await;
        server.run_until_idle().await;
        server.clock.advance(Duration::from_secs(61));
    }
    server.ask_for("ratel@example.com").await;
    server.run_until_idle().await;
    // Ids are in the order of their milliseconds.
    server.clock.advance(Duration::from_millis(1));
}

/// A server with all kinds of accounts, whose ledger is followed.
struct Followed {
    server: Server,
    dir: TempDir,
}

impl Followed {
    async fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ledger = dir.path().join("regain.db");
        std::fs::write(dir.path().join("regain.db.trace"), "").unwrap();
        let server =
            Server::with(&format!("[reset]\nmails_per_hour_max = 2\n[ledger]\nurl = \"sqlite:{}\"", ledger.display()))
                .await;
        let accounts = server.accounts();
        accounts.execute_batch(&ACCOUNTS.replace("STORED", STORED)).unwrap();
        for _ in 0..2 {
            server.add_account("twins@example.com");
        }
        exhaust_limits(&server).await;
        Self { server, dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Every statement that ran since it was asked last, with how many octets it has once its values are in place.
    fn statements(&self) -> Vec<String> {
        let file = self.path("regain.db.trace");
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, "").unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// Of the newest row of `table` for each request for `address`: how many octets each column has.
    fn lengths(&self, table: &str, which: &str, address: &str) -> Vec<(String, Option<i64>)> {
        let ledger = rusqlite::Connection::open(self.path("regain.db")).unwrap();
        let mut columns = ledger.prepare("SELECT name FROM pragma_table_info(?1)").unwrap();
        let columns: Vec<String> = columns.query_map([table], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let length = |column: &String| {
            let query = format!("SELECT octet_length({column}) FROM {table} WHERE {which} ORDER BY id DESC LIMIT 1");
            (column.clone(), ledger.query_row(&query, [address], |row| row.get(0)).unwrap())
        };
        columns.iter().map(length).collect()
    }
}

/// That `of` is the same for every kind, and what it is.
pub(crate) fn all_alike<T: PartialEq + std::fmt::Debug>(of: Vec<(&str, T)>) -> T {
    let mut all = of.into_iter();
    let (first, expected) = all.next().unwrap();
    for (kind, found) in all {
        assert_eq!(found, expected, "{kind} is not as {first}");
    }
    expected
}

#[tokio::test]
async fn accepting_takes_the_same_statements_with_values_of_the_same_length_in_one_commit() {
    let followed = Followed::start().await;
    followed.server.ask_for("first@example.com").await;
    followed.statements();
    let mut cost = Vec::new();
    for (kind, address) in shuffled(KINDS.repeat(3)) {
        followed.server.ask_for(address).await;
        cost.push((kind, followed.statements()));
    }
    let statements = all_alike(cost);
    let verbs: Vec<_> = statements.iter().map(|line| line.split(['\t', ' ']).nth(1).unwrap()).collect();
    assert_eq!(verbs, ["BEGIN", "INSERT", "COMMIT"], "{statements:#?}");
}

#[tokio::test]
async fn what_is_kept_of_a_request_has_columns_of_the_same_length() {
    let followed = Followed::start().await;
    let mut kept = Vec::new();
    for (kind, address) in KINDS {
        followed.server.ask_for(address).await;
        kept.push((kind, followed.lengths("outbox", "identifier = ?1", address)));
    }
    let row = all_alike(kept);
    assert!(row.contains(&("account".to_owned(), None)), "nobody was looked up: {row:?}");
}

#[tokio::test]
async fn the_courier_writes_as_many_rows_in_as_many_commits() {
    let followed = Followed::start().await;
    let mut courier = Courier::new(Arc::clone(followed.server.app()));
    courier.run_until_idle().await.unwrap();
    let (mut written, mut kept) = (Vec::new(), Vec::new());
    for (kind, address) in KINDS {
        followed.server.ask_for(address).await;
        followed.statements();
        courier.tick().await.unwrap();
        let statements = followed.statements().into_iter();
        let sql = statements.map(|line| line.split_once('\t').unwrap().1.to_owned());
        // Reading what an account was mailed before takes no part of any commit.
        written.push((kind, sql.filter(|sql| !sql.starts_with("SELECT")).collect::<Vec<_>>()));
        let of_request = "entry = (SELECT max(id) FROM outbox WHERE identifier = ?1)";
        let columns = followed.lengths("deliveries", of_request, address).into_iter();
        kept.push((kind, columns.filter(|(name, _)| !OF_THE_ACCOUNT.contains(&name.as_str())).collect::<Vec<_>>()));
        courier.run_until_idle().await.unwrap();
    }
    let written = all_alike(written);
    let commits = written.iter().filter(|sql| *sql == "COMMIT").count();
    let deliveries = written.iter().filter(|sql| sql.starts_with("INSERT INTO deliveries")).count();
    assert_eq!((commits, deliveries), (2, 1), "one leases, the other decides: {written:#?}");
    let row = all_alike(kept);
    assert!(row.contains(&("token_digest".to_owned(), Some(32))), "also where nothing is mailed: {row:?}");
}

/// What a delivery row has for accounts alone: whom to mail. See decision 4 on why that much is left.
const OF_THE_ACCOUNT: [&str; 8] =
    ["message", "account", "address", "state", "outcome", "outcome_at", "transport", "reply"];

#[tokio::test]
async fn a_batch_of_all_kinds_is_decided_in_one_commit() {
    let followed = Followed::start().await;
    let mut courier = Courier::new(Arc::clone(followed.server.app()));
    courier.run_until_idle().await.unwrap();
    for (_, address) in KINDS {
        followed.server.ask_for(address).await;
    }
    followed.statements();
    courier.tick().await.unwrap();
    let statements = followed.statements();
    let count = |what: &str| statements.iter().filter(|line| line.contains(what)).count();
    assert_eq!((count("\tCOMMIT"), count("\tINSERT INTO deliveries")), (2, KINDS.len()), "{statements:#?}");
    courier.run_until_idle().await.unwrap();
}

/// Codes of known accounts once cost a commit, and others none.
#[tokio::test]
async fn a_wrong_code_costs_the_same_statements_whoever_has_one() {
    let followed = Followed::start().await;
    followed.server.token_for("grace@example.com").await;
    let mut cost = Vec::new();
    for (kind, address) in [KINDS, KINDS].concat() {
        followed.statements();
        let guess =
            serde_json::json!({ "email": address, "code": "ABCD-EFGH", "new_password": "Nine-Lanterns-4-Otters" });
        let answer = followed.server.post_json("/auth/password-reset/confirm", guess).await;
        assert_eq!(answer.status(), 400, "{kind}");
        let statements = followed.statements().into_iter();
        cost.push((kind, statements.map(|line| line.split_once('\t').unwrap().1.to_owned()).collect::<Vec<_>>()));
    }
    let statements = all_alike(cost);
    assert_eq!(statements.iter().filter(|sql| *sql == "COMMIT").count(), 1, "{statements:#?}");
}

#[tokio::test]
async fn one_connection_gets_the_same_octets_in_the_same_order_for_all() {
    let followed = Followed::start().await;
    let mut connection = Kept::to(&followed.server).await;
    let mut answers = Vec::new();
    for (kind, address) in shuffled(KINDS.repeat(8)) {
        answers.push((kind, connection.ask_for(address).await));
        followed.server.run_until_idle().await;
    }
    let answer = all_alike(answers);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

/// A connection that is kept, on which octets are compared.
struct Kept(TcpStream);

impl Kept {
    async fn to(server: &Server) -> Self {
        Self(TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap())
    }

    /// The whole answer, but for the values of what must differ from one moment to the next.
    async fn ask_for(&mut self, address: &str) -> String {
        let body = format!(r#"{{"email":"{address}"}}"#);
        let head = "POST /auth/password-reset/request HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
        let request = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        self.0.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        loop {
            assert!(self.0.read_buf(&mut answer).await.unwrap() > 0, "it stays open");
            let text = String::from_utf8(answer.clone()).unwrap();
            if let Some((head, body)) = text.split_once("\r\n\r\n")
                && head.lines().any(|line| line == format!("content-length: {}", body.len()))
            {
                return format!("{}\r\n\r\n{body}", head.lines().map(masked).collect::<Vec<_>>().join("\r\n"));
            }
        }
    }
}

/// A header line; of the moment, the request's name and the network's count, the name and the length.
fn masked(line: &str) -> String {
    match line.split_once(": ") {
        Some((name @ ("date" | "x-request-id"), value)) => format!("{name}: {} octets", value.len()),
        Some((name @ ("ratelimit-remaining" | "ratelimit-reset"), _)) => format!("{name}: …"),
        _ => line.to_owned(),
    }
}

/// In an order that nothing could learn.
fn shuffled<T>(all: Vec<T>) -> Vec<T> {
    let mut keyed: Vec<_> = all.into_iter().map(|one| (random::<8>(&SystemEntropy), one)).collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, one)| one).collect()
}
