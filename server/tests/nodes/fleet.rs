//! A fleet: nodes, the ledger they share, the accounts, and where their mail goes.

use crate::accounts::Accounts;
use crate::client::Client;
use crate::ledger::Ledger;
use crate::node::Node;
use crate::sink::Sink;
use crate::support::postgres::server;
use crate::support::process::{API_TOKEN, eventually};
use regain::ambient::SystemEntropy;
use regain_core::entropy::random;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// All of it. The nodes end first, then what they stand on.
pub(crate) struct Fleet {
    pub(crate) nodes: Vec<Node>,
    pub(crate) client: Client,
    pub(crate) sink: Sink,
    pub(crate) accounts: Accounts,
    pub(crate) ledger: Ledger,
    _folder: TempDir,
}

/// What a fleet is made of.
pub(crate) struct Plan<'a> {
    /// How many nodes.
    pub(crate) nodes: usize,
    /// What they run.
    pub(crate) program: PathBuf,
    /// The server that the ledger is on; none: a file, for one node alone.
    pub(crate) ledger: Option<tokio_postgres::Config>,
    /// Besides what all fleets have.
    pub(crate) settings: &'a [(&'a str, &'a str)],
}

impl Default for Plan<'_> {
    fn default() -> Self {
        Self { nodes: NODES, program: this_program(), ledger: Some(server()), settings: &[] }
    }
}

impl Fleet {
    /// Nodes that are ready.
    pub(crate) async fn start(plan: Plan<'_>) -> Self {
        let Plan { nodes: count, program, ledger, settings } = plan;
        let folder = tempfile::tempdir().unwrap();
        let ledger = match ledger {
            Some(server) => Ledger::on(server).await,
            None => Ledger::file(folder.path()),
        };
        let (sink, accounts) = (Sink::start().await, Accounts::none().await);
        let config = CONFIG.replace("API_TOKEN", API_TOKEN).replace("SMTP_URL", &sink.relay.url());
        std::fs::write(folder.path().join("regain.toml"), config).unwrap();
        write_secret(&folder.path().join("regain.secret"));
        let mut all = vec![
            ("REGAIN_USERS__URL".to_owned(), accounts.database.url()),
            ("REGAIN_LEDGER__URL".to_owned(), ledger.url()),
        ];
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let nodes: Vec<Node> =
            (1..=count).map(|n| Node::new(format!("node-{n}"), folder.path(), program.clone(), all.clone())).collect();
        let mut fleet = Self { nodes, client: Client::new(PATIENCE), sink, accounts, ledger, _folder: folder };
        for n in 0..count {
            fleet.nodes[n].start();
        }
        for n in 0..count {
            fleet.wait_until_ready(n).await;
        }
        fleet
    }

    /// Where people come in.
    pub(crate) fn doors(&self) -> Vec<String> {
        self.nodes.iter().map(|node| node.public.clone()).collect()
    }

    /// Waits until the `n`th node says that it takes requests.
    pub(crate) async fn wait_until_ready(&mut self, n: usize) {
        let (client, node) = (&self.client, &mut self.nodes[n]);
        eventually(&format!("ready {}", node.name), READY_WITHIN, async || {
            if let Some(status) = node.ended() {
                panic!("{} ended with {status}:\n{}", node.name, node.log());
            }
            client.is_ready(&node.admin).await.then_some(())
        })
        .await;
    }
}

/// The program that these tests were built with.
pub(crate) fn this_program() -> PathBuf {
    env!("CARGO_BIN_EXE_regain").into()
}

fn write_secret(path: &std::path::Path) {
    use std::io::Write;
    let secret: [u8; 32] = random(&SystemEntropy);
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut file = std::fs::File::options().create_new(true).write(true).mode(0o600).open(path).unwrap();
    writeln!(file, "{hex}").unwrap();
}

/// Of a node; a few suffice unless the machine is busy.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// A node may be slow on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// Leases of so many seconds in place of two minutes, and claims in proportion, so that what a killed node held in its
/// hands is soon in another's. What the user store may take to write shrinks with them: on a busy machine it may need more, so
/// this is for fleets that are killed.
pub(crate) const SHORT_LEASE: (&str, &str) = ("REGAIN_FAILPOINT_LEASE_SECONDS", "12");
/// As many as the tests start.
pub(crate) const NODES: usize = 3;

const CONFIG: &str = r#"
public_url = "http://127.0.0.1:8080"
product_name = "Example"

[server]
trusted_proxies = ["127.0.0.0/8"]
secret_file = "regain.secret"

[users]
table = "accounts"
id = "id"
email = "email"
password = "password"
eligible = "is_active"
after_reset = ["DELETE FROM sessions WHERE account_id = :id"]

[limits]
requests_per_network_per_minute = 1000000000

[mail]
from = "Example <no-reply@example.com>"

[mail.smtp]
url = "SMTP_URL"

[api]
tokens = ["API_TOKEN"]
"#;
