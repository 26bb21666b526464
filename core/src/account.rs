//! Accounts: the rows of a user store that belongs to somebody else.

use crate::email::{EmailAddress, FoldedAddress};
use crate::hash::StoredPassword;
use std::fmt;

/// The user store's own key of an account, as text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(String);

impl AccountId {
    /// Takes a key as the store prints it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key as the store prints it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a user store says of one account, read at one moment.
#[derive(Debug, Clone)]
pub struct Account {
    /// The store's key.
    pub id: AccountId,
    /// The address on file, byte for byte; mail goes here and nowhere else.
    pub address: String,
    /// How to greet the owner.
    pub name: Option<String>,
    /// The owner's language, as the store has it.
    pub locale: Option<String>,
    /// The stored password; none for accounts that sign in by other means.
    pub password: Option<StoredPassword>,
    /// Whether the configured condition lets this account reset, and its address counts as verified.
    pub eligible: bool,
}

impl Account {
    /// The address on file, if mail can be sent to it.
    #[must_use]
    pub fn mail_address(&self) -> Option<EmailAddress> {
        EmailAddress::parse(&self.address).ok()
    }
}

/// Which account an identifier means.
#[derive(Debug)]
pub enum Match<'a> {
    /// None has that address.
    None,
    /// Exactly one: by its exact bytes, or else the only one by ASCII folding.
    One(&'a Account),
    /// More than one, and nothing to choose by.
    Ambiguous(usize),
}

/// Chooses among `candidates` the account that `typed` means. An exact match of bytes beats folded ones; what a
/// database considers equal (accents, Unicode case, trailing spaces) is compared again here and does not count.
#[must_use]
pub fn matching<'a>(typed: &EmailAddress, candidates: &'a [Account]) -> Match<'a> {
    let exact: Vec<&Account> = candidates.iter().filter(|account| account.address == typed.as_str()).collect();
    let folded = typed.folded();
    let found = if exact.is_empty() {
        candidates.iter().filter(|account| FoldedAddress::of(&account.address) == folded).collect()
    } else {
        exact
    };
    match found[..] {
        [] => Match::None,
        [one] => Match::One(one),
        ref many => Match::Ambiguous(many.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: &str, address: &str) -> Account {
        Account {
            id: AccountId::new(id),
            address: address.into(),
            name: None,
            locale: None,
            password: None,
            eligible: true,
        }
    }

    fn chosen(typed: &str, addresses: &[&str]) -> Result<String, usize> {
        let accounts: Vec<_> = addresses.iter().enumerate().map(|(n, a)| account(&n.to_string(), a)).collect();
        match matching(&EmailAddress::parse(typed).unwrap(), &accounts) {
            Match::None => Err(0),
            Match::One(one) => Ok(one.address.clone()),
            Match::Ambiguous(n) => Err(n),
        }
    }

    #[test]
    fn a_key_is_shown_as_the_store_prints_it() {
        let id = AccountId::new("0017");
        assert_eq!((id.as_str(), id.to_string().as_str()), ("0017", "0017"));
    }

    #[test]
    fn mail_goes_to_the_address_on_file_if_that_is_one() {
        let ada = account("1", "Ada@example.com");
        assert_eq!(ada.mail_address().unwrap().as_str(), "Ada@example.com");
        assert_eq!(account("2", "ada at example.com").mail_address(), None);
    }

    #[test]
    fn ascii_case_is_folded() {
        assert_eq!(chosen("ADA@Example.com", &["ada@example.com"]), Ok("ada@example.com".into()));
    }

    #[test]
    fn an_exact_match_beats_a_folded_one() {
        assert_eq!(chosen("Ada@example.com", &["ada@example.com", "Ada@example.com"]), Ok("Ada@example.com".into()));
    }

    #[test]
    fn two_folded_matches_are_ambiguous() {
        assert_eq!(chosen("ADA@example.com", &["ada@example.com", "Ada@example.com"]), Err(2));
        assert_eq!(chosen("ada@example.com", &["ada@example.com", "ada@example.com"]), Err(2));
    }

    #[test]
    fn what_a_collation_calls_equal_does_not_count() {
        assert_eq!(chosen("kim@example.com", &["\u{212A}im@example.com", "kím@example.com"]), Err(0));
    }
}
