//! Where no framework is recognised: which table holds the accounts, by its columns and what is in them.

use super::passwords::Passwords;
use super::samples::Samples;
use super::vocabulary::{accounts_fit, address_fit, is_identifier, is_nameable, password_fit};
use crate::users::sql::inspect::{Schema, Table};
use secrecy::ExposeSecret;
use std::cmp::Reverse;

/// A way to read the database as accounts.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    pub(super) accounts: &'a Table,
    pub(super) id: &'a str,
    pub(super) email: &'a str,
    /// Of `credentials`, if there is such a table.
    pub(super) password: &'a str,
    /// The second table and its column with the account's key, where the password is not beside the address.
    pub(super) credentials: Option<(&'a Table, &'a str)>,
    /// How likely it is; comparable among candidates only.
    pub(super) score: i64,
}

impl Candidate<'_> {
    /// Where the passwords are.
    pub(super) fn secrets(&self) -> &Table {
        self.credentials.map_or(self.accounts, |(table, _)| table)
    }

    /// For people.
    pub(super) fn in_words(&self) -> String {
        match self.credentials {
            None => format!("{}: {}, {}", self.accounts.full_name(), self.email, self.password),
            Some((table, _)) => {
                format!(
                    "{}: {}, with {} in {}",
                    self.accounts.full_name(),
                    self.email,
                    self.password,
                    table.full_name()
                )
            }
        }
    }
}

/// All that the names allow, the most likely first.
pub(super) fn by_name(schema: &Schema) -> Vec<Candidate<'_>> {
    let mut candidates = Vec::new();
    for accounts in schema.tables.iter().filter(|table| is_nameable(table)) {
        let Some(id) = key(accounts) else { continue };
        for email in fitting(accounts, address_fit) {
            for password in fitting(accounts, password_fit) {
                candidates.push(Candidate { accounts, id, email, password, credentials: None, score: 0 });
            }
            for (table, account_id, password) in apart(schema, accounts) {
                let credentials = Some((table, account_id));
                candidates.push(Candidate { accounts, id, email, password, credentials, score: 0 });
            }
        }
    }
    for candidate in &mut candidates {
        candidate.score = score_of_names(candidate);
    }
    sorted(candidates)
}

/// The same again, knowing what is in the columns. Those that hold no addresses are left out.
pub(super) fn by_content<'a>(mut candidates: Vec<Candidate<'a>>, samples: &Samples) -> Vec<Candidate<'a>> {
    candidates.retain(|candidate| {
        let addresses = samples.of(candidate.accounts, candidate.email);
        address_fit(candidate.email) > 2 || addresses.iter().flatten().any(|text| text.expose_secret().contains('@'))
    });
    for candidate in &mut candidates {
        candidate.score += score_of_content(candidate, samples);
    }
    sorted(candidates)
}

/// Those that may well be what is meant, if there are several; the best guess is the first.
pub(super) fn rivals<'c, 'a>(candidates: &'c [Candidate<'a>]) -> &'c [Candidate<'a>] {
    let best = candidates.first().map_or(0, |candidate| candidate.score);
    let count = candidates.iter().take_while(|candidate| best - candidate.score < MARGIN).count();
    &candidates[..count]
}

fn sorted(mut candidates: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    candidates.sort_by_key(|candidate| Reverse(candidate.score));
    candidates
}

/// The single column that tells accounts apart.
fn key(table: &Table) -> Option<&str> {
    let usable = |name: &str| is_identifier(name).then_some(());
    match &table.key[..] {
        [key] => usable(key).map(|()| key.as_str()),
        _ => ["id", "uid", "uuid"].into_iter().find(|name| table.is_unique(name)),
    }
}

fn fitting(table: &Table, fit: fn(&str) -> u8) -> Vec<&str> {
    let names = table.columns.iter().map(|column| column.name.as_str());
    names.filter(|name| is_identifier(name) && fit(name) > 0).take(COLUMNS_MAX).collect()
}

/// Tables of passwords that refer to `accounts`, and have no address themselves.
fn apart<'a>(schema: &'a Schema, accounts: &'a Table) -> Vec<(&'a Table, &'a str, &'a str)> {
    let mut found = Vec::new();
    for table in schema.tables.iter().filter(|table| is_nameable(table) && *table != accounts) {
        let refers = table.references.iter().find(|reference| reference.table == accounts.full_name());
        let Some(reference) = refers.filter(|reference| is_identifier(&reference.column)) else { continue };
        if accounts_fit(&table.name) == 0 || !fitting(table, address_fit).is_empty() {
            continue;
        }
        found.extend(
            fitting(table, |name| password_fit(name).saturating_sub(3))
                .into_iter()
                .map(|password| (table, reference.column.as_str(), password)),
        );
    }
    found
}

fn score_of_names(candidate: &Candidate<'_>) -> i64 {
    let fits = i64::from(accounts_fit(&candidate.accounts.name))
        + i64::from(address_fit(candidate.email))
        + i64::from(password_fit(candidate.password));
    let unique = if candidate.accounts.is_unique(candidate.email) { 3 } else { 0 };
    let apart = if candidate.credentials.is_some() { -4 } else { 0 };
    let set_aside = if accounts_fit(&candidate.accounts.name) == 0 { -20 } else { 0 };
    2 * fits + unique + apart + set_aside
}

fn score_of_content(candidate: &Candidate<'_>, samples: &Samples) -> i64 {
    let passwords = Passwords::of(samples.of(candidate.secrets(), candidate.password));
    let addresses = samples.of(candidate.accounts, candidate.email);
    let with_at = addresses.iter().flatten().filter(|text| text.expose_secret().contains('@')).count();
    let of_addresses = match (addresses.len(), with_at) {
        (0, _) => 0,
        (_, 0) => -20,
        (rows, with_at) if 2 * with_at >= rows => 5,
        _ => 0,
    };
    let of_passwords = match (passwords.known(), passwords.unknown) {
        (0, 0) => 0,
        (0, _) => -15,
        (known, unknown) => (20 * known / (known + unknown)) as i64 + i64::from(known.ilog10()) * 2,
    };
    of_addresses + of_passwords
}

/// A lead that no single name or sample accounts for.
const MARGIN: i64 = 8;
const COLUMNS_MAX: usize = 4;
