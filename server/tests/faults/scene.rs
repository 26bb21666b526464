//! Accounts, a relay and a ledger for servers to fail on; and what all three hold in the end.

use crate::history::{History, Mail, Set};
use crate::ledger::{Engine, Ledger};
use crate::support::process::{OLD_PASSWORD_STORED, Process, Site, reset_token};
use crate::support::smtp::ReceivedMail;
use regain::ambient::SystemEntropy;
use regain_core::entropy::random;
use rusqlite::Connection;
use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

/// A folder with accounts and a configuration, a relay, and a ledger.
pub(crate) struct Scene {
    pub(crate) site: Site,
    pub(crate) addresses: Vec<String>,
    pub(crate) ledger: Ledger,
    /// Settings of every server here.
    pub(crate) env: Vec<(&'static str, String)>,
}

impl Scene {
    /// With `accounts` accounts, every change of whose passwords is written down, and an empty ledger.
    pub(crate) async fn on(engine: Engine, accounts: usize) -> Self {
        let site = Site::with_accounts(&[]).await;
        let ledger = match engine {
            Engine::Sqlite => Ledger::Sqlite(site.path().join("regain.db")),
            Engine::Postgres => Ledger::in_postgres().await,
        };
        Self::with(site, ledger, accounts)
    }

    /// The same around this ledger.
    pub(crate) fn with(site: Site, ledger: Ledger, accounts: usize) -> Self {
        let addresses: Vec<String> = (0..accounts).map(|n| format!("account-{n}@example.com")).collect();
        for address in &addresses {
            site.run_sql(&format!(
                "INSERT INTO accounts (email, password, name) VALUES ('{address}', '{OLD_PASSWORD_STORED}', 'Ada')"
            ));
        }
        site.run_sql(NOTE_CHANGES);
        let secret = site.path().join("secret");
        let hex: String = random::<32>(&SystemEntropy).iter().map(|byte| format!("{byte:02x}")).collect();
        std::fs::write(&secret, hex).unwrap();
        std::fs::set_permissions(&secret, PermissionsExt::from_mode(0o600)).unwrap();
        let env = vec![
            ("REGAIN_LEDGER__URL", ledger.url(None)),
            ("REGAIN_SERVER__SECRET_FILE", secret.display().to_string()),
            ("REGAIN_FAILPOINT_LEASE_SECONDS", LEASE.as_secs().to_string()),
        ];
        Self { site, addresses, ledger, env }
    }

    /// A server that does what `env` says when it gets there.
    pub(crate) fn serve(&self, env: &[(&str, &str)]) -> Process {
        let settings = self.env.iter().map(|(name, value)| (*name, value.as_str()));
        self.site.serve(&settings.chain(env.iter().copied()).collect::<Vec<_>>())
    }

    /// As many servers as the ledger is good for, which do what they should.
    pub(crate) fn serve_all(&self) -> Vec<Process> {
        let nodes = if self.ledger.engine() == Engine::Sqlite { 1 } else { NODES };
        (0..nodes).map(|_| self.serve(&[])).collect()
    }

    /// Waits until nothing waits and no link is claimed. What is stuck is found in the history.
    pub(crate) async fn becomes_quiet(&self) {
        let quiet = async {
            while !self.ledger.is_quiet().await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let _ = tokio::time::timeout(QUIET_WITHIN, quiet).await;
    }

    /// What relay, user store and ledger have seen. A password is told by those that its account's owner has `chosen`.
    pub(crate) async fn history(&self, chosen: impl Fn(&str) -> Vec<String>) -> History {
        History {
            accounts: self.addresses.iter().cloned().collect(),
            mails: self.site.smtp.mails().iter().map(mail).collect(),
            sets: self.sets(chosen),
            signed_in: self.signed_in(),
            entries: self.ledger.entries().await,
            ..History::default()
        }
    }

    /// Whether this account's password was changed, as far as can be seen: somebody may have the accounts locked.
    pub(crate) fn has_set(&self, address: &str) -> bool {
        let accounts = self.accounts();
        accounts.busy_timeout(Duration::ZERO).unwrap();
        let change = accounts.prepare("SELECT 1 FROM changes WHERE email = ?1");
        change.and_then(|mut change| change.exists([address])).unwrap_or(false)
    }

    fn sets(&self, chosen: impl Fn(&str) -> Vec<String>) -> Vec<Set> {
        let accounts = self.accounts();
        let mut changes = accounts.prepare("SELECT email, password FROM changes ORDER BY id").unwrap();
        let changes = changes.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        changes
            .map(|change| {
                let (address, stored): (String, String) = change.unwrap();
                let is_stored = |password: &String| regain_core::hash::verify(&stored, password.as_bytes()).unwrap();
                let password = chosen(&address).into_iter().find(is_stored).unwrap_or(stored.clone());
                Set { address, password }
            })
            .collect()
    }

    fn signed_in(&self) -> HashSet<String> {
        let accounts = self.accounts();
        let signed_in = "SELECT DISTINCT email FROM sessions JOIN accounts ON accounts.id = account_id";
        let mut signed_in = accounts.prepare(signed_in).unwrap();
        signed_in.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn accounts(&self) -> Connection {
        open_accounts(self.site.path())
    }
}

/// The accounts in `folder`, which a server has open as well, and somebody may have locked.
pub(crate) fn open_accounts(folder: &Path) -> Connection {
    let accounts = Connection::open(folder.join("accounts.db")).unwrap();
    accounts.busy_timeout(Duration::from_secs(10)).unwrap();
    accounts
}

fn mail(received: &ReceivedMail) -> Mail {
    let id = received.header("Message-ID").expect("every mail has a Message-ID");
    let delivery = id.trim_start_matches('<').split('@').next().unwrap_or_default().replace('-', "");
    Mail { address: received.to.concat(), delivery, token: reset_token(received) }
}

/// Of every server here, so that what one leaves is soon another's. A claim then holds half as long.
pub(crate) const LEASE: Duration = Duration::from_secs(8);
/// Where there may be several.
const NODES: usize = 2;
/// Longer than a lease, and the longest pause of a mail that failed a few times.
const QUIET_WITHIN: Duration = Duration::from_secs(120);

const NOTE_CHANGES: &str = "
INSERT INTO sessions SELECT id, 'open' FROM accounts;
CREATE TABLE changes (id INTEGER PRIMARY KEY, email TEXT NOT NULL, password TEXT NOT NULL);
CREATE TRIGGER note_change AFTER UPDATE OF password ON accounts BEGIN
    INSERT INTO changes (email, password) VALUES (new.email, new.password);
END;";
