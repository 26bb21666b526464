//! What an entry says of an account.

use super::active_directory;
use super::entry::Entry;
use super::filter;
use super::lockout;
use crate::config;
use crate::users::sql::limits::{ADDRESS_MAX, NAME_MAX};
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use regain_core::time::Timestamp;

/// Which entries are accounts, and which of their attributes mean what.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    pub(super) base: String,
    /// Which entries are accounts.
    pub(super) accounts: String,
    /// Which of them may reset.
    pub(super) eligible: Option<String>,
    pub(super) key: Key,
    /// The attributes with addresses; mail goes to each.
    pub(super) addresses: Vec<String>,
    name: Option<String>,
    locale: Option<String>,
    /// The first of these that an entry shows is its state.
    pub(super) state: Vec<String>,
    /// Whether every account says whether it is open, so that one whose word is not seen is not.
    pub(super) is_active_directory: bool,
}

/// What an account is known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// An attribute that survives a renaming.
    Attribute(String),
    /// The distinguished name itself.
    Dn,
}

impl Mapping {
    pub(super) fn of(users: &config::Users, ldap: &config::Ldap) -> Self {
        let key = if users.id.eq_ignore_ascii_case("dn") { Key::Dn } else { Key::Attribute(users.id.clone()) };
        let addresses = std::iter::once(&users.email).chain(&ldap.more_addresses).cloned().collect();
        Self {
            base: ldap.base.clone(),
            accounts: ldap.filter.clone(),
            eligible: users.eligible.clone(),
            key,
            addresses,
            name: users.name.clone(),
            locale: users.locale.clone(),
            state: ldap.state.clone(),
            is_active_directory: ldap.preset.is_active_directory,
        }
    }

    /// Every attribute that is read. Never the password.
    pub(super) fn attributes(&self) -> Vec<String> {
        let key = match &self.key {
            Key::Attribute(name) => Some(name),
            Key::Dn => None,
        };
        let closed = lockout::ATTRIBUTES.iter().copied().chain([active_directory::LOCKOUT]).map(str::to_owned);
        let named = key.into_iter().chain(&self.addresses).chain(&self.name).chain(&self.locale).chain(&self.state);
        named.cloned().chain(closed).collect()
    }

    /// The accounts that an entry stands for: one for each of its addresses, in the order of the attributes.
    pub(super) fn accounts(&self, entry: &Entry, may_reset: bool, now: Timestamp) -> Vec<Account> {
        let id = self.id(entry);
        let eligible = may_reset && id.is_some() && !self.is_closed(entry, now);
        let name = self.name.as_deref().and_then(|name| entry.first(name)).map(shortened);
        let locale = self.locale.as_deref().and_then(|name| entry.first(name)).map(first_language);
        let password = Some(StoredPassword::new(self.state_of(entry)));
        let id = AccountId::new(id.unwrap_or_default());
        let account = |address: &str| Account {
            id: id.clone(),
            address: address.to_owned(),
            name: name.clone(),
            locale: locale.clone(),
            password: password.clone(),
            eligible,
        };
        self.addresses_of(entry).map(account).collect()
    }

    /// Whether the directory would not let the account in, or does not say whether it would.
    pub(super) fn is_closed(&self, entry: &Entry, now: Timestamp) -> bool {
        lockout::is_closed(entry, now) || self.is_active_directory && entry.first(active_directory::CONTROL).is_none()
    }

    /// The entry's key; none if it has none, or one that cannot be asked for.
    pub(super) fn id<'a>(&self, entry: &'a Entry) -> Option<&'a str> {
        match &self.key {
            Key::Attribute(name) => entry.first(name).filter(|id| !id.is_empty() && id.len() <= KEY_OCTETS_MAX),
            Key::Dn => Some(entry.dn.as_str()).filter(|dn| dn.len() <= KEY_OCTETS_MAX),
        }
    }

    /// Whatever changes with the password: the name of the attribute belongs to it, so that one does not pass for another.
    pub(super) fn state_of(&self, entry: &Entry) -> String {
        let shown = self.state.iter().find_map(|name| Some((name, entry.first(name)?)));
        shown.map_or_else(|| NEVER_CHANGED.to_owned(), |(name, value)| format!("{name}={value}"))
    }

    /// Holds for an entry that is in this state, and for no other.
    pub(super) fn is_in_state(&self, entry: &Entry) -> String {
        let mut parts = Vec::new();
        for name in &self.state {
            match entry.first(name) {
                Some(value) => {
                    parts.push(filter::equals(name, value));
                    break;
                }
                None => parts.push(format!("(!({name}=*))")),
            }
        }
        parts.concat()
    }

    /// The addresses of an entry: each once, in the first of its spellings, and none that is longer than any is. What differs
    /// in case only would otherwise pass for two accounts.
    pub(super) fn addresses_of<'a>(&'a self, entry: &'a Entry) -> impl Iterator<Item = &'a str> {
        let mut seen = std::collections::HashSet::new();
        let all = self.addresses.iter().flat_map(move |attribute| {
            entry.all(attribute).filter_map(move |value| filter::address_in(attribute, value))
        });
        let is_new = move |address: &&str| seen.insert(FoldedAddress::of(address));
        all.filter(|address| address.chars().count() <= ADDRESS_MAX).filter(is_new).take(ADDRESSES_MAX)
    }

    /// Whether an entry has this address, letter for letter.
    pub(super) fn has_address(&self, entry: &Entry, address: &str) -> bool {
        self.addresses_of(entry).any(|found| found == address)
    }

    /// The filter for any of these addresses.
    pub(super) fn with_address(&self, addresses: &[FoldedAddress]) -> String {
        filter::has_any(&self.addresses, addresses)
    }
}

fn shortened(name: &str) -> String {
    name.chars().take(NAME_MAX).collect()
}

/// `preferredLanguage` holds what `Accept-Language` does: the first is the dearest, as people write it.
fn first_language(text: &str) -> String {
    shortened(text.split([',', ';']).next().unwrap_or_default().trim())
}

/// The state of an account of which the directory tells none.
const NEVER_CHANGED: &str = "never changed";
/// More addresses than anybody has.
const ADDRESSES_MAX: usize = 64;
/// Of a key that is written into the ledger.
const KEY_OCTETS_MAX: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> Mapping {
        Mapping {
            base: "dc=example,dc=com".into(),
            accounts: "(objectClass=person)".into(),
            eligible: None,
            key: Key::Attribute("entryUUID".into()),
            addresses: vec!["mail".into(), "proxyAddresses".into()],
            name: Some("cn".into()),
            locale: Some("preferredLanguage".into()),
            state: vec!["pwdChangedTime".into(), "entryCSN".into()],
            is_active_directory: false,
        }
    }

    fn accounts(attributes: &[(&str, &str)]) -> Vec<Account> {
        let now = Timestamp::from_millis(1_795_347_000_000);
        mapping().accounts(&Entry::of("uid=ada", attributes), true, now)
    }

    #[test]
    fn an_entry_is_an_account_for_each_of_its_addresses() {
        let found = accounts(&[
            ("entryUUID", "7"),
            ("mail", "ada@example.com"),
            ("proxyAddresses", "smtp:a.lovelace@example.com"),
            ("proxyAddresses", "SMTP:Ada@example.com"),
            ("proxyAddresses", "X500:/o=Example"),
            ("preferredLanguage", "en-GB, de;q=0.5"),
        ]);
        let addresses: Vec<_> = found.iter().map(|account| account.address.as_str()).collect();
        assert_eq!(addresses, ["ada@example.com", "a.lovelace@example.com"]);
        assert!(found.iter().all(|account| account.id.as_str() == "7" && account.eligible));
        assert_eq!(found[0].locale.as_deref(), Some("en-GB"));
    }

    #[test]
    fn the_state_is_what_changes_with_the_password() {
        let state = |attributes| mapping().state_of(&Entry::of("uid=ada", attributes));
        assert_eq!(state(&[("entryCSN", "1#2"), ("pwdChangedTime", "3Z")]), "pwdChangedTime=3Z");
        assert_eq!(state(&[("entryCSN", "1#2")]), "entryCSN=1#2");
        assert_eq!(state(&[]), "never changed");
        let is_in = |attributes| mapping().is_in_state(&Entry::of("uid=ada", attributes));
        assert_eq!(is_in(&[("entryCSN", "1#2")]), "(!(pwdChangedTime=*))(entryCSN=1\\232)");
        assert_eq!(is_in(&[("pwdChangedTime", "3Z")]), "(pwdChangedTime=3Z)");
        assert_eq!(is_in(&[]), "(!(pwdChangedTime=*))(!(entryCSN=*))");
    }

    #[test]
    fn an_account_of_active_directory_that_does_not_say_whether_it_is_open_may_not_reset() {
        let now = Timestamp::from_millis(1_795_347_000_000);
        let there = Mapping { is_active_directory: true, ..mapping() };
        for (control, is_open) in [(None, false), (Some("514"), false), (Some("512"), true)] {
            let mut attributes = vec![("entryUUID", "7"), ("mail", "ada@example.com")];
            attributes.extend(control.map(|control| ("userAccountControl", control)));
            let found = there.accounts(&Entry::of("cn=ada", &attributes), true, now);
            assert_eq!(found[0].eligible, is_open, "{control:?}");
        }
        assert!(accounts(&[("mail", "ada@example.com"), ("entryUUID", "7")])[0].eligible, "elsewhere nobody says it");
    }

    #[test]
    fn an_account_without_a_usable_key_may_not_reset() {
        assert!(!accounts(&[("mail", "ada@example.com")])[0].eligible);
        let long = "7".repeat(2_000);
        assert!(!accounts(&[("mail", "ada@example.com"), ("entryUUID", &long)])[0].eligible);
    }
}
