//! A branch of the directory as a store, with a way there that can be cut.

use super::openldap::{Branch, NewEntry, SERVICE_PASSWORD};
use super::relay::{Mood, Relay};
use crate::config::{self, StoreUrl};
use crate::users::UserStore;
use crate::users::conformance::{Change, Fixture, NewAccount, users_config};
use crate::users::ldap::Directory;
use crate::users::sql::limits::TimeLimits;
use std::time::Duration;

/// Some people, and Regain's way to them.
pub(super) struct OpenLdap {
    pub(super) branch: Branch,
    pub(super) relay: Relay,
}

impl OpenLdap {
    pub(super) fn on(branch: Branch) -> Self {
        Self { relay: Relay::to(&branch.address), branch }
    }

    /// A store as `serve` opens it, after `change`.
    pub(super) fn directory(&self, change: impl FnOnce(&mut config::Users, &mut config::Ldap)) -> Directory {
        self.limited(TimeLimits::default(), change)
    }

    /// One that gives up after `patience`.
    pub(super) fn hurried(
        &self,
        patience: Duration,
        change: impl FnOnce(&mut config::Users, &mut config::Ldap),
    ) -> Directory {
        self.limited(TimeLimits { look_up: patience, write: patience }, change)
    }

    fn limited(&self, limits: TimeLimits, change: impl FnOnce(&mut config::Users, &mut config::Ldap)) -> Directory {
        let url = format!("ldap://{}", self.relay.address());
        let branch = &self.branch;
        let mut ldap = config::Ldap::for_test(&url, &branch.people(), &branch.service(), SERVICE_PASSWORD);
        let mut users = config::Users {
            id: "entryUUID".into(),
            email: "mail".into(),
            name: Some("cn".into()),
            locale: Some("preferredLanguage".into()),
            eligible: Some("(!(employeeType=left))".into()),
            ..users_config(StoreUrl::Ldap(Box::new(ldap.clone())))
        };
        change(&mut users, &mut ldap);
        Directory::with_limits(&users, &ldap, limits).unwrap()
    }

    /// A person of that name, and the key.
    pub(super) fn person(&self, uid: &str, address: &str) -> String {
        self.branch.add(&[self.branch.new_person(uid, address, super::OLD)]);
        self.key_of(uid)
    }

    pub(super) fn key_of(&self, uid: &str) -> String {
        self.branch.value(&self.branch.person(uid), "entryUUID").unwrap()
    }

    /// The name of the entry with this key.
    pub(super) fn dn_of(&self, id: &str) -> String {
        self.branch.dn_of(id).unwrap()
    }
}

impl Fixture for OpenLdap {
    fn new() -> Self {
        Self::on(Branch::new())
    }

    fn open(&self) -> Box<dyn UserStore> {
        Box::new(self.directory(|_, _| {}))
    }

    fn add(&self, accounts: &[NewAccount]) -> Vec<String> {
        let entries: Vec<NewEntry<'_>> = accounts.iter().map(|account| self.entry(account)).collect();
        self.branch.add(&entries);
        // Of a flood nobody asks for the keys.
        let known = entries.iter().take(10).map(|(dn, _)| self.branch.value(dn, "entryUUID").unwrap());
        known.collect()
    }

    fn change(&self, id: &str, change: Change<'_>) {
        let dn = self.dn_of(id);
        match change {
            Change::Password(password) => self.branch.change_password(&dn, password),
            Change::Address(address) => self.branch.replace(&dn, "mail", Some(address)),
            Change::MayReset(true) => self.branch.replace(&dn, "employeeType", None),
            Change::MayReset(false) => self.branch.replace(&dn, "employeeType", Some("left")),
            Change::Gone => self.branch.delete(&dn),
        }
    }

    fn accepts(&self, id: &str, password: &str) -> bool {
        self.branch.accepts(&self.dn_of(id), password)
    }

    fn set_reachable(&self, reachable: bool) {
        self.relay.set(if reachable { Mood::Open } else { Mood::Cut });
    }
}

impl OpenLdap {
    fn entry(&self, account: &NewAccount) -> NewEntry<'static> {
        let uid = format!("u{:016x}", getrandom::u64().unwrap());
        let (dn, mut values) = self.branch.new_person(&uid, &account.address, account.password);
        if let Some(name) = account.name {
            values.retain(|(attribute, _)| *attribute != "cn");
            values.push(("cn", name.to_owned()));
        }
        values.extend(account.locale.map(|locale| ("preferredLanguage", locale.to_owned())));
        (dn, values)
    }
}
