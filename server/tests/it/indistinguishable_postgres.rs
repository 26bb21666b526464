//! The same as `indistinguishable`, with ledger and accounts in PostgreSQL: compared is what goes over the wire.

use crate::indistinguishable::{ACCOUNTS, KINDS, STORED, all_alike, exhaust_limits};
use crate::support::Server;
use crate::support::postgres::{Database, server};
use regain::courier::Courier;
use std::os::unix::fs::OpenOptionsExt;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A server whose two databases are overheard.
struct Overheard {
    server: Server,
    ledger: Wire,
    store: Wire,
    _databases: [Database; 2],
    _dir: TempDir,
}

impl Overheard {
    async fn start() -> Self {
        let accounts = Database::with_accounts(&["grace@example.com"]).await;
        // Two spellings of one address are two rows here.
        accounts.run("ALTER TABLE accounts ALTER email TYPE text").await;
        accounts.run(&ACCOUNTS.replace("STORED", STORED)).await;
        accounts.run("INSERT INTO accounts (email) VALUES ('Twins@example.com'), ('tWins@example.com')").await;
        let kept = Database::empty(server()).await;
        kept.run("CREATE SCHEMA regain AUTHORIZATION ROLE").await;
        let (ledger, store) = (Wire::to(&kept).await, Wire::to(&accounts).await);
        let dir = tempfile::tempdir().unwrap();
        let secret = dir.path().join("secret");
        let mut file = std::fs::File::options().create_new(true).write(true).mode(0o600).open(&secret).unwrap();
        std::io::Write::write_all(&mut file, "8d1f0c6be2a94753".repeat(4).as_bytes()).unwrap();
        let settings = format!(
            "[server]\nsecret_file = \"{}\"\n[reset]\nmails_per_hour_max = 2\n[ledger]\nurl = \"{}\"\n[users]\nname = \"\"\nurl = \"{}\"",
            secret.display(),
            ledger.url,
            store.url
        );
        let server = Server::with(&settings).await;
        exhaust_limits(&server).await;
        // Until each of the connections that accept has been used.
        for _ in 0..6 {
            server.ask_for("first@example.com").await;
        }
        server.run_until_idle().await;
        Self { server, ledger, store, _databases: [accounts, kept], _dir: dir }
    }

    fn forget(&self) {
        self.ledger.take();
        self.store.take();
    }
}

#[tokio::test]
async fn accepting_says_the_same_to_the_ledger_and_nothing_to_the_store() {
    let overheard = Overheard::start().await;
    overheard.forget();
    let mut said = Vec::new();
    for (kind, address) in KINDS.repeat(3) {
        overheard.server.ask_for(address).await;
        said.push((kind, overheard.ledger.take()));
    }
    let said = all_alike(said);
    assert!(said.iter().filter(|line| line.starts_with("Parse INSERT INTO regain.outbox")).count() == 1, "{said:#?}");
    assert_eq!(overheard.store.take(), [""; 0]);
}

#[tokio::test]
async fn the_courier_asks_the_store_the_same_and_writes_the_same() {
    let overheard = Overheard::start().await;
    let mut courier = Courier::new(Arc::clone(overheard.server.app()));
    courier.run_until_idle().await.unwrap();
    let (mut written, mut asked) = (Vec::new(), Vec::new());
    for (kind, address) in KINDS {
        overheard.server.ask_for(address).await;
        overheard.forget();
        courier.tick().await.unwrap();
        let writes = |line: &String| WRITES.iter().any(|verb| line.starts_with(verb));
        written.push((kind, overheard.ledger.take().into_iter().filter(writes).collect::<Vec<_>>()));
        asked.push((kind, overheard.store.take()));
        courier.run_until_idle().await.unwrap();
    }
    let (written, asked) = (all_alike(written), all_alike(asked));
    let deliveries = written.iter().filter(|line| line.starts_with("Parse INSERT INTO regain.deliveries")).count();
    assert_eq!(deliveries, 1, "{written:#?}");
    assert!(!asked.is_empty(), "the store was asked");
}

/// Locks and look-ups about an account's earlier mails take no part in what is written.
const WRITES: [&str; 5] = ["Parse INSERT", "Parse UPDATE", "Parse DELETE", "Query BEGIN", "Query COMMIT"];

/// The way to a database, on which every message from Regain is noted.
struct Wire {
    url: String,
    said: Arc<Mutex<Vec<String>>>,
}

impl Wire {
    async fn to(database: &Database) -> Self {
        let inside = database.direct_url();
        let (before, place) = inside.split_once('@').unwrap();
        let (place, name) = place.split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{before}@{}/{name}?sslmode=disable", listener.local_addr().unwrap());
        let (said, place) = (Arc::<Mutex<Vec<String>>>::default(), place.to_owned());
        let noted = Arc::clone(&said);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&place).await.unwrap();
                tokio::spawn(pass_on(client, server, Arc::clone(&noted)));
            }
        });
        Self { url, said }
    }

    /// What was said since it was asked last.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.said.lock().unwrap())
    }
}

async fn pass_on(client: TcpStream, server: TcpStream, said: Arc<Mutex<Vec<String>>>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    // The first message has no type.
    let mut kind_octets = 0;
    loop {
        let mut head = vec![0; kind_octets + 4];
        if from_client.read_exact(&mut head).await.is_err() {
            return;
        }
        let length = u32::from_be_bytes(head[kind_octets..].try_into().unwrap()) as usize;
        let mut body = vec![0; length - 4];
        from_client.read_exact(&mut body).await.unwrap();
        if kind_octets == 1 {
            said.lock().unwrap().push(told(head[0], &body));
        }
        kind_octets = 1;
        // Noted before it is passed on, so before it is answered.
        if to_server.write_all(&[head, body].concat()).await.is_err() {
            return;
        }
    }
}

/// A message of PostgreSQL's protocol, version 3: what it asks, or how many octets of values it has.
fn told(kind: u8, body: &[u8]) -> String {
    let texts: Vec<_> = body.split(|octet| *octet == 0).map(String::from_utf8_lossy).collect();
    match kind {
        b'P' => format!("Parse {}", texts[1]),
        b'Q' => format!("Query {}", texts[0]),
        kind => format!("{} of {} octets", char::from(kind), body.len()),
    }
}
