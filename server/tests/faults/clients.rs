//! People who want new passwords: each asks, waits for the mail and uses its link, and does not give up.

use crate::history::{Confirm, History};
use crate::scene::Scene;
use crate::support::process::{Process, reset_token};
use futures_util::future::{join, join_all};
use serde_json::json;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Everybody who has an account.
pub(crate) struct Clients<'a> {
    pub(crate) scene: &'a Scene,
    people: Vec<Person>,
    /// What they saw.
    acknowledged: Mutex<Vec<String>>,
    confirms: Mutex<Vec<Confirm>>,
    passwords: AtomicUsize,
}

struct Person {
    number: usize,
    address: String,
    /// How long after the first one this one comes.
    delay: Duration,
    is_impatient: bool,
}

impl<'a> Clients<'a> {
    pub(crate) fn of(scene: &'a Scene) -> Self {
        let people = scene.addresses.iter().enumerate().map(|(n, address)| Person {
            number: n,
            address: address.clone(),
            delay: BETWEEN_TWO * u32::try_from(n).unwrap(),
            is_impatient: n % 3 == 0,
        });
        Self {
            scene,
            people: people.collect(),
            acknowledged: Mutex::default(),
            confirms: Mutex::default(),
            passwords: AtomicUsize::default(),
        }
    }

    /// All of them at once, until each has a new password, or no node is left.
    pub(crate) async fn reset(&self, nodes: &[Process]) {
        let everybody = join_all(self.people.iter().map(|person| async {
            tokio::time::sleep(person.delay).await;
            self.reset_one(person, nodes).await;
        }));
        let done = tokio::time::timeout(PATIENCE, everybody).await;
        let logs = || nodes.iter().map(|node| node.log()).collect::<Vec<_>>().join("\n───\n");
        assert!(done.is_ok(), "not everybody has a new password within {PATIENCE:?}:\n{}", logs());
    }

    /// [`Clients::reset`] in the midst of `trouble`.
    pub(crate) async fn reset_during(&self, nodes: &[Process], trouble: impl Future) {
        join(self.reset(nodes), trouble).await;
    }

    /// What they saw, with what the scene holds.
    pub(crate) async fn history(&self, interruptions: usize) -> History {
        let confirms = self.confirms.lock().unwrap().clone();
        let chosen = |address: &str| {
            let theirs = confirms.iter().filter(|confirm| confirm.address == address);
            theirs.map(|confirm| confirm.password.clone()).collect()
        };
        let acknowledged = self.acknowledged.lock().unwrap().clone();
        History { acknowledged, interruptions, confirms: confirms.clone(), ..self.scene.history(chosen).await }
    }

    async fn reset_one(&self, person: &Person, nodes: &[Process]) {
        for turn in 0.. {
            // Those that were killed answer nobody; the others take turns.
            let alive: Vec<_> = nodes.iter().filter(|node| !node.is_gone()).collect();
            let Some(node) = alive.get((turn + person.number) % alive.len().max(1)) else { return };
            if self.is_acknowledged(&person.address) {
                if self.redeem_any(person, node).await || self.scene.has_set(&person.address) {
                    return;
                }
                // Whoever waits in vain asks again.
                if turn % ASKS_AGAIN == ASKS_AGAIN - 1 {
                    self.ask(&person.address, node).await;
                }
            } else {
                self.ask(&person.address, node).await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn is_acknowledged(&self, address: &str) -> bool {
        self.acknowledged.lock().unwrap().iter().any(|other| other == address)
    }

    async fn ask(&self, address: &str, node: &Process) {
        let answer = node.post("/auth/password-reset/request", &json!({ "email": address })).await;
        if answer.is_ok_and(|answer| answer.status() == 200) {
            self.acknowledged.lock().unwrap().push(address.to_owned());
        }
    }

    /// Of all mails so far, the newest first.
    fn tokens_of(&self, address: &str) -> Vec<String> {
        self.scene.site.smtp.mails_to(address).iter().rev().filter_map(reset_token).collect()
    }

    /// Tries every link that came; whether one was good for a new password.
    async fn redeem_any(&self, person: &Person, node: &Process) -> bool {
        for token in &self.tokens_of(&person.address) {
            let answers = if person.is_impatient {
                let (first, second) = join(self.confirm(person, node, token), self.confirm(person, node, token)).await;
                vec![first, second]
            } else {
                vec![self.confirm(person, node, token).await]
            };
            if answers.contains(&Some(200)) {
                return true;
            }
        }
        false
    }

    async fn confirm(&self, person: &Person, node: &Process, token: &str) -> Option<u16> {
        let password = format!("correct horse {} battery", self.passwords.fetch_add(1, Ordering::SeqCst));
        let body = json!({ "token": token, "new_password": password });
        let answer = node.post("/auth/password-reset/confirm", &body).await.ok().map(|answer| answer.status().as_u16());
        let (address, token) = (person.address.clone(), token.to_owned());
        self.confirms.lock().unwrap().push(Confirm { address, token, password, answer });
        answer
    }
}

const BETWEEN_TWO: Duration = Duration::from_millis(25);
/// After so many looks into the mailbox.
const ASKS_AGAIN: usize = 150;
const PAUSE: Duration = Duration::from_millis(40);
/// Longer than it takes for leases and claims to lapse, and for a mail to be tried again.
const PATIENCE: Duration = Duration::from_secs(240);
