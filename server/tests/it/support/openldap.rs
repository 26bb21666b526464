//! A branch of one test's own in the OpenLDAP that `cargo xtask test` starts: people with accounts in `ou=people`, and the
//! service account, with the rights that the documentation names.

#![allow(dead_code, reason = "each of the tests that share it uses a part")]

use ldap3::{Ldap, LdapConnAsync, Mod, Scope, SearchEntry};
use std::collections::HashSet;
use std::future::Future;

/// Deleted when dropped.
pub(crate) struct Branch {
    /// `127.0.0.1:389`
    pub(crate) address: String,
    /// `ou=test0123,dc=example,dc=com`
    pub(crate) base: String,
    people: String,
    suffix: String,
}

/// An entry: its name, and values of its attributes.
pub(crate) type NewEntry<'a> = (String, Vec<(&'a str, String)>);

/// The service account's.
pub(crate) const SERVICE_PASSWORD: &str = "wandering-service-account-83";

impl Branch {
    /// With nobody in it but the service account.
    pub(crate) fn new() -> Self {
        Self::with_people_in("people")
    }

    /// Where accounts are elsewhere than in `ou=people`, the service account has no rights.
    pub(crate) fn with_people_in(unit: &str) -> Self {
        let url = std::env::var("REGAIN_TEST_OPENLDAP_URL")
            .expect("REGAIN_TEST_OPENLDAP_URL names a server to test on; `cargo xtask test` starts one");
        let (address, suffix) = url.trim_start_matches("ldap://").split_once('/').expect("ldap://HOST:PORT/SUFFIX");
        let name = format!("test{:016x}", getrandom::u64().unwrap());
        let base = format!("ou={name},{suffix}");
        let people = format!("ou={unit},{base}");
        let branch = Self { address: address.into(), base: base.clone(), people, suffix: suffix.into() };
        let unit = |dn: String| (dn, vec![("objectClass", "organizationalUnit".to_owned())]);
        let service = vec![
            ("objectClass", "organizationalRole".to_owned()),
            ("objectClass", "simpleSecurityObject".to_owned()),
            ("userPassword", SERVICE_PASSWORD.to_owned()),
        ];
        branch.add(&[
            unit(base),
            unit(branch.people()),
            unit(format!("ou=services,{}", branch.base)),
            (branch.service(), service),
        ]);
        branch
    }

    /// Where the accounts are.
    pub(crate) fn people(&self) -> String {
        self.people.clone()
    }

    /// Who signs in for Regain.
    pub(crate) fn service(&self) -> String {
        format!("cn=regain,ou=services,{}", self.base)
    }

    /// The name of a person's entry.
    pub(crate) fn person(&self, uid: &str) -> String {
        format!("uid={uid},{}", self.people())
    }

    /// A person with an address and a password.
    pub(crate) fn new_person(&self, uid: &str, address: &str, password: &str) -> NewEntry<'static> {
        let values = [
            ("objectClass", "inetOrgPerson"),
            ("uid", uid),
            ("cn", uid),
            ("sn", uid),
            ("mail", address),
            ("userPassword", password),
        ];
        (self.person(uid), values.map(|(name, value)| (name, value.to_owned())).to_vec())
    }

    /// A policy (`slapo-ppolicy`) of this branch, by its name; `rules` such as `("pwdMinLength", "10")`.
    pub(crate) fn add_policy(&self, rules: &[(&'static str, &str)]) -> String {
        let dn = format!("cn=policy,{}", self.base);
        let mut values: Vec<_> = [("objectClass", "organizationalRole"), ("objectClass", "pwdPolicy")]
            .into_iter()
            .chain([("pwdAttribute", "userPassword")])
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        values.extend(rules.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.add(&[(dn.clone(), values)]);
        dn
    }

    /// Adds entries, as the directory's root.
    pub(crate) fn add(&self, entries: &[NewEntry<'_>]) {
        self.as_root(async |mut ldap| {
            for (dn, values) in entries {
                let mut attributes: Vec<(&str, HashSet<&str>)> = Vec::new();
                for (name, value) in values {
                    match attributes.iter_mut().find(|(known, _)| known == name) {
                        Some((_, values)) => drop(values.insert(value)),
                        None => attributes.push((name, HashSet::from([value.as_str()]))),
                    }
                }
                ldap.add(dn, attributes).await.unwrap().success().unwrap_or_else(|error| panic!("{dn}: {error}"));
            }
        });
    }

    /// Replaces all values of an attribute, as the directory's root; without a value, takes the attribute away.
    pub(crate) fn replace(&self, dn: &str, attribute: &str, value: Option<&str>) {
        self.as_root(async |mut ldap| {
            let change = Mod::Replace(attribute, value.into_iter().collect());
            ldap.modify(dn, vec![change]).await.unwrap().success().unwrap_or_else(|error| panic!("{dn}: {error}"));
        });
    }

    /// Adds a value to an attribute, as the directory's root.
    pub(crate) fn add_value(&self, dn: &str, attribute: &str, value: &str) {
        self.as_root(async |mut ldap| {
            let change = Mod::Add(attribute, HashSet::from([value]));
            ldap.modify(dn, vec![change]).await.unwrap().success().unwrap_or_else(|error| panic!("{dn}: {error}"));
        });
    }

    /// Gives an entry another name, beside where it is.
    pub(crate) fn rename(&self, dn: &str, name: &str) {
        self.as_root(async |mut ldap| {
            ldap.modifydn(dn, name, true, None).await.unwrap().success().unwrap();
        });
    }

    /// Sets a password as the owner would, who knows the present one.
    pub(crate) fn change_password(&self, dn: &str, password: &str) {
        self.as_root(async |mut ldap| {
            let request = ldap3::exop::PasswordModify { user_id: Some(dn), old_pass: None, new_pass: Some(password) };
            ldap.extended(request).await.unwrap().success().unwrap_or_else(|error| panic!("{dn}: {error}"));
        });
    }

    pub(crate) fn delete(&self, dn: &str) {
        self.as_root(async |mut ldap| {
            ldap.delete(dn).await.unwrap().success().unwrap();
        });
    }

    /// The first value of an attribute, as the directory's root sees it.
    pub(crate) fn value(&self, dn: &str, attribute: &str) -> Option<String> {
        self.as_root(async |mut ldap| {
            let found = ldap.search(dn, Scope::Base, "(objectClass=*)", vec![attribute]).await.unwrap().success();
            let entry = SearchEntry::construct(found.ok()?.0.into_iter().next()?);
            let text = entry.attrs.get(attribute).and_then(|values| values.first().cloned());
            let octets = || entry.bin_attrs.get(attribute).map(|values| format!("{:?}", values[0]));
            text.or_else(octets)
        })
    }

    /// The name of the entry with this entryUUID.
    pub(crate) fn dn_of(&self, id: &str) -> Option<String> {
        let filter = format!("(entryUUID={id})");
        self.as_root(async |mut ldap| {
            let found = ldap.search(&self.base, Scope::Subtree, &filter, vec!["1.1"]).await.unwrap().0;
            found.into_iter().next().map(|entry| SearchEntry::construct(entry).dn)
        })
    }

    /// What an account sees of an entry: the names of the attributes.
    pub(crate) fn seen_by(&self, login: &str, password: &str, dn: &str, attributes: &[&str]) -> Vec<String> {
        self.connected(async |mut ldap| {
            ldap.simple_bind(login, password).await.unwrap().success().unwrap();
            let found = ldap.search(dn, Scope::Base, "(objectClass=*)", attributes.to_vec()).await.unwrap();
            let entries = found.0.into_iter().map(SearchEntry::construct);
            entries.flat_map(|entry| entry.attrs.into_keys().chain(entry.bin_attrs.into_keys())).collect()
        })
    }

    /// Whether somebody can sign in so.
    pub(crate) fn accepts(&self, dn: &str, password: &str) -> bool {
        self.connected(async |mut ldap| ldap.simple_bind(dn, password).await.unwrap().rc == 0)
    }

    /// Adds rules of access, each where its number says.
    pub(crate) fn add_access(&self, rules: &[String]) {
        self.as_root(async |mut ldap| {
            for rule in rules {
                let change = Mod::Add("olcAccess", HashSet::from([rule.as_str()]));
                let done = ldap.modify("olcDatabase={1}mdb,cn=config", vec![change]).await.unwrap();
                done.success().unwrap_or_else(|error| panic!("{rule}: {error}"));
            }
        });
    }

    fn as_root<T: Send>(&self, work: impl AsyncFnOnce(Ldap) -> T + Send) -> T {
        let root = format!("cn=admin,{}", self.suffix);
        self.connected(async |mut ldap| {
            ldap.simple_bind(&root, "admin").await.unwrap().success().unwrap();
            work(ldap).await
        })
    }

    fn connected<T: Send>(&self, work: impl AsyncFnOnce(Ldap) -> T + Send) -> T {
        wait_for(|| async {
            let (connection, ldap) = LdapConnAsync::new(&format!("ldap://{}", self.address)).await.unwrap();
            tokio::spawn(connection.drive());
            work(ldap).await
        })
    }
}

impl Drop for Branch {
    fn drop(&mut self) {
        let base = self.base.clone();
        self.as_root(async |mut ldap| {
            let found = ldap.search(&base, Scope::Subtree, "(objectClass=*)", vec!["1.1"]).await.unwrap().0;
            let mut names: Vec<_> = found.into_iter().map(|entry| SearchEntry::construct(entry).dn).collect();
            // Leaves first.
            names.sort_by_key(|dn| std::cmp::Reverse(dn.split(',').count()));
            for dn in names {
                let _ = ldap.delete(&dn).await;
            }
        });
    }
}

/// Waits on a thread and a runtime of its own: tests have one, or none.
fn wait_for<T: Send, F: Future<Output = T>>(work: impl FnOnce() -> F + Send) -> T {
    let run = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work());
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}
