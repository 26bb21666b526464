//! Accounts, a relay and a ledger for servers to fail on; and what all three hold in the end.

use crate::history::{Delivery, Entry, History, Mail, Set};
use crate::support::process::{DEADLINE, Process, Site, reset_token};
use crate::support::smtp::ReceivedMail;
use rusqlite::{Connection, Row};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A folder with accounts and a configuration, and a relay.
pub(crate) struct Scene {
    pub(crate) site: Site,
    pub(crate) addresses: Vec<String>,
    /// Settings of every server here.
    pub(crate) env: Vec<(&'static str, String)>,
    /// The ledger's file.
    pub(crate) ledger: PathBuf,
}

impl Scene {
    /// With `accounts` accounts, every change of whose passwords is written down.
    pub(crate) async fn with(accounts: usize) -> Self {
        let addresses: Vec<String> = (0..accounts).map(|n| format!("account-{n}@example.com")).collect();
        let site = Site::with_accounts(&addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
        site.run_sql(NOTE_CHANGES);
        let ledger = site.path().join("regain.db");
        Self { site, addresses, env: vec![], ledger }
    }

    /// A server that does what `env` says when it gets there.
    pub(crate) fn serve(&self, env: &[(&str, &str)]) -> Process {
        let settings = self.env.iter().map(|(name, value)| (*name, value.as_str()));
        self.site.serve(&settings.chain(env.iter().copied()).collect::<Vec<_>>())
    }

    /// Waits until nothing waits and no link is claimed. What is stuck is found in the history.
    pub(crate) async fn becomes_quiet(&self) {
        let quiet = async {
            while !self.is_quiet() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let _ = tokio::time::timeout(DEADLINE, quiet).await;
    }

    fn is_quiet(&self) -> bool {
        let waiting = "SELECT (SELECT count(*) FROM outbox WHERE ended_at IS NULL) \
                       + (SELECT count(*) FROM deliveries WHERE state = 'claimed')";
        self.ledger().query_row(waiting, (), |row| row.get::<_, i64>(0)).unwrap() == 0
    }

    /// What relay, user store and ledger have seen.
    pub(crate) fn history(&self) -> History {
        History {
            accounts: self.addresses.iter().cloned().collect(),
            mails: self.site.smtp.mails().iter().map(mail).collect(),
            entries: self.entries(),
            signed_in: self.signed_in(),
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

    /// Every password that was stored, told by those that may be meant.
    pub(crate) fn sets(&self, chosen: impl Fn(&str) -> Vec<String>) -> Vec<Set> {
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

    fn ledger(&self) -> Connection {
        open(&self.ledger)
    }

    fn accounts(&self) -> Connection {
        open(&self.site.path().join("accounts.db"))
    }

    fn entries(&self) -> Vec<Entry> {
        let ledger = self.ledger();
        let mut entries = ledger
            .prepare(
                "SELECT lower(hex(id)) AS id, message, identifier, lower(hex(about)) AS about, state, reason, \
                   ended_at IS NOT NULL AS is_ended FROM outbox ORDER BY id",
            )
            .unwrap();
        let mut entries: Vec<Entry> = entries.query_map((), entry).unwrap().map(Result::unwrap).collect();
        let mut deliveries = ledger
            .prepare("SELECT lower(hex(id)), state, outcome FROM deliveries WHERE hex(entry) = upper(?1) AND message IS NOT NULL")
            .unwrap();
        for entry in &mut entries {
            let rows = deliveries.query_map([&entry.id], |row| {
                Ok(Delivery { id: row.get(0)?, state: row.get(1)?, outcome: row.get(2)? })
            });
            entry.deliveries = rows.unwrap().map(Result::unwrap).collect();
        }
        entries
    }
}

/// A database that a server has open as well, and somebody may have locked.
fn open(path: &Path) -> Connection {
    let database = Connection::open(path).unwrap();
    database.busy_timeout(Duration::from_secs(10)).unwrap();
    database
}

fn entry(row: &Row) -> rusqlite::Result<Entry> {
    let about: String = row.get("about")?;
    Ok(Entry {
        id: row.get("id")?,
        message: row.get("message")?,
        identifier: row.get("identifier")?,
        about: (!about.is_empty()).then_some(about),
        state: row.get("state")?,
        reason: row.get("reason")?,
        is_ended: row.get("is_ended")?,
        deliveries: vec![],
    })
}

fn mail(received: &ReceivedMail) -> Mail {
    let id = received.header("Message-ID").expect("every mail has a Message-ID");
    let delivery = id.trim_start_matches('<').split('@').next().unwrap_or_default().replace('-', "");
    Mail { address: received.to.concat(), delivery, token: reset_token(received) }
}

const NOTE_CHANGES: &str = "
CREATE TABLE changes (id INTEGER PRIMARY KEY, email TEXT NOT NULL, password TEXT NOT NULL);
CREATE TRIGGER note_change AFTER UPDATE OF password ON accounts BEGIN
    INSERT INTO changes (email, password) VALUES (new.email, new.password);
END;";
