//! A fleet: nodes, the ledger they share, the accounts, and where their mail goes.

use crate::accounts::Accounts;
use crate::client::Client;
use crate::node::Node;
use crate::sink::Sink;
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
    _folder: TempDir,
}

impl Fleet {
    /// So many nodes, ready, with `settings` besides those that all fleets have.
    pub(crate) async fn start(count: usize, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (sink, accounts) = (Sink::start().await, Accounts::none().await);
        let config = CONFIG.replace("API_TOKEN", API_TOKEN).replace("SMTP_URL", &sink.relay.url());
        std::fs::write(folder.path().join("regain.toml"), config).unwrap();
        write_secret(&folder.path().join("regain.secret"));
        let mut all = vec![("REGAIN_USERS__URL".to_owned(), accounts.database.url())];
        all.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let nodes: Vec<Node> =
            (1..=count).map(|n| Node::new(format!("node-{n}"), folder.path(), this_program(), all.clone())).collect();
        let mut fleet = Self { nodes, client: Client::new(), sink, accounts, _folder: folder };
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
/// As many as the tests start.
pub(crate) const NODES: usize = 1;

const CONFIG: &str = r#"
public_url = "http://127.0.0.1:8080"
product_name = "Example"

[server]
trusted_proxies = ["127.0.0.0/8"]
secret_file = "regain.secret"

[ledger]
url = "sqlite:regain.db"

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
