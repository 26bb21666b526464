//! The simulated user store: accounts with compare-and-swap, and everything that was ever written to them. In every third
//! world it is a directory: it hashes by itself, and shows a state of each password in place of the hash.

use crate::gate::Gate;
use crate::node::Node;
use crate::world::{Chance, World};
use async_trait::async_trait;
use regain::finding::Finding;
use regain::hashing::NewPassword;
use regain::users::{PasswordChange, StoreFault, UserStore, Written};
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::entropy::Entropy;
use regain_core::hash::{Recipe, StoredPassword};
use regain_core::request::Id;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// All accounts, and what was written to them.
pub(crate) struct Accounts {
    pub(crate) all: BTreeMap<AccountId, Account>,
    pub(crate) writes: Vec<Write>,
    /// Which token a password to be written belongs to, by the claim that it is written under.
    pub(crate) intended: BTreeMap<Id, Id>,
    pub(crate) is_directory: bool,
}

/// One change of an account.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub(crate) at_ms: u64,
    pub(crate) account: AccountId,
    pub(crate) stored: String,
    /// The delivery whose token did it; none if it was somebody else.
    pub(crate) delivery: Option<Id>,
}

impl Accounts {
    pub(crate) fn new(chance: &mut Chance, is_directory: bool) -> Self {
        let number = chance.between(2, 5);
        let all = (0..number).map(|n| (AccountId::new(n.to_string()), account(n))).collect();
        Self { all, writes: Vec::new(), intended: BTreeMap::new(), is_directory }
    }

    /// What an account shows of a password that was just set.
    fn shown(&self, stored: &str) -> StoredPassword {
        StoredPassword::new(if self.is_directory { format!("change {}", self.writes.len()) } else { stored.to_owned() })
    }

    /// Some account's key.
    pub(crate) fn any(&self, chance: &mut Chance) -> AccountId {
        let nth = usize::try_from(chance.below(self.all.len() as u64)).unwrap();
        self.all.keys().nth(nth).unwrap().clone()
    }

    /// Somebody else changes an account: its password, its address, or whether it may reset.
    pub(crate) fn change(&mut self, id: &AccountId, chance: &mut Chance, at_ms: u64) -> String {
        let what = chance.below(6);
        let password = (what <= 2).then(|| self.shown(&stored(chance)));
        let account = self.all.get_mut(id).unwrap();
        let what = match what {
            0..=2 => {
                account.password = password;
                "password"
            }
            3 | 4 => {
                account.address = format!("moved{}@example.com", chance.below(1_000_000));
                "address"
            }
            _ => {
                account.eligible = !account.eligible;
                "eligibility"
            }
        };
        let stored = account.password.as_ref().map_or("", |stored| stored.expose()).to_owned();
        self.writes.push(Write { at_ms, account: id.clone(), stored, delivery: None });
        what.to_owned()
    }
}

fn account(n: u64) -> Account {
    Account {
        id: AccountId::new(n.to_string()),
        address: format!("person{n}@example.com"),
        name: None,
        locale: None,
        password: Some(StoredPassword::new(stored(&mut Chance::new(n)))),
        eligible: true,
    }
}

/// A hash that costs nothing to compute, of no password that anybody knows.
fn stored(chance: &mut Chance) -> String {
    use base64::Engine;
    let mut digest_and_salt = [0; 40];
    chance.fill(&mut digest_and_salt);
    format!("{{SSHA256}}{}", base64::engine::general_purpose::STANDARD.encode(digest_and_salt))
}

#[async_trait]
impl UserStore for Gate {
    async fn find(&self, addresses: &[FoldedAddress]) -> Result<Vec<Account>, StoreFault> {
        let node = self.node();
        node.ask_store("find").await?;
        let state = &*node.world.state();
        let is_meant = |account: &&Account| addresses.contains(&FoldedAddress::of(&account.address));
        Ok(state.accounts.all.values().filter(is_meant).cloned().collect())
    }

    async fn load(&self, id: &AccountId) -> Result<Option<Account>, StoreFault> {
        let node = self.node();
        node.ask_store("load").await?;
        let found = node.world.state().accounts.all.get(id).cloned();
        Ok(found)
    }

    /// What is on its way arrives, even if nobody waits for the answer any more.
    async fn set_password(&self, change: PasswordChange) -> Result<Written, StoreFault> {
        let node = self.node();
        node.ask_store("set_password").await?;
        let change = stored_by(change);
        let (world, way) = (Arc::clone(&node.world), node.world.way_to_store());
        let written = tokio::spawn(async move {
            tokio::time::sleep(way).await;
            world.write(&change)
        });
        let written = written.await.unwrap();
        node.pause(node.world.moment()).await;
        if node.world.store_fails() { Err(fault("answered, and nobody heard it")) } else { Ok(written) }
    }

    fn hashes_itself(&self) -> bool {
        self.node().world.state().accounts.is_directory
    }

    fn shows_hashes(&self) -> bool {
        !self.hashes_itself()
    }

    async fn examine(&self) -> Vec<Finding> {
        Vec::new()
    }
}

impl Node {
    async fn ask_store(&self, what: &str) -> Result<(), StoreFault> {
        self.come_to_it().await;
        if self.world.store_fails() {
            self.world.note(|| format!("{} {what}: the store fails", self.name));
            return Err(fault("cannot be reached"));
        }
        Ok(())
    }
}

impl World {
    fn store_fails(&self) -> bool {
        let now = self.now_ms();
        let state = &mut *self.state();
        now < state.weather.store_down_until || state.chance.below(1000) < state.weather.store_faults
    }

    /// Mostly at once; less than the claim is held beyond the store's deadline.
    fn way_to_store(&self) -> Duration {
        let state = &mut *self.state();
        let longest = if state.chance.below(1000) < state.weather.store_faults { 35_000 } else { 50 };
        Duration::from_millis(state.chance.below(longest))
    }

    fn write(&self, change: &PasswordChange<String>) -> Written {
        let (at_ms, new) = (self.now_ms(), change.new.clone());
        let written = {
            let state = &mut *self.state();
            let accounts = &mut state.accounts;
            let delivery = accounts.intended.get(&change.writing).copied();
            let shown = accounts.shown(&new);
            let account = accounts.all.get_mut(&change.id).unwrap();
            let is_same = account.address == change.expected_address
                && account.eligible
                && account.password.as_ref().map(StoredPassword::expose) == Some(change.expected.expose());
            if is_same {
                account.password = Some(shown);
                let again = accounts.writes.iter().any(|write| delivery.is_some() && write.delivery == delivery);
                accounts.writes.push(Write { at_ms, account: change.id.clone(), stored: new, delivery });
                state.story.count("passwords set");
                Ok(if again { Some(format!("{delivery:?}")) } else { None }.or(delivery.is_none().then(String::new)))
            } else {
                Err(())
            }
        };
        self.note(|| {
            format!("store: a password of account {} is {}", change.id, if written.is_ok() { "set" } else { "not set" })
        });
        match written {
            Ok(None) => Written::Yes(Vec::new()),
            Ok(Some(which)) => {
                self.broken(format!("a token set a second password, or one that was not noted before: {which}"));
                Written::Yes(Vec::new())
            }
            Err(()) => Written::NoLongerMatches,
        }
    }
}

/// What will stand in the store.
fn stored_by(change: PasswordChange) -> PasswordChange<String> {
    let PasswordChange { id, expected_address, expected, new, writing, now } = change;
    let new = match new {
        NewPassword::Hashed(hash) => hash.expose().to_owned(),
        NewPassword::Plain(password) => {
            let recipe = Recipe::named("ldap_ssha256").unwrap();
            recipe.make(&password, &NoEntropy).unwrap().expose().to_owned()
        }
    };
    PasswordChange { id, expected_address, expected, new, writing, now }
}

/// Salts are of no matter here.
#[derive(Debug)]
struct NoEntropy;

impl Entropy for NoEntropy {
    fn fill(&self, _bytes: &mut [u8]) {}
}

fn fault(cause: &str) -> StoreFault {
    StoreFault { what: "cannot be asked", cause: cause.to_owned() }
}
