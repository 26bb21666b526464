//! The proposal for tables of no framework that Regain knows.

use super::ask::Asker;
use super::candidates::{Candidate, rivals};
use super::passwords::Passwords;
use super::proposal::{Entry, Proposal};
use super::samples::Samples;
use super::vocabulary::{LOCALES, OWNER_NAMES, VERIFIED, first_named};
use super::{eligible, sessions, shared};
use crate::users::sql::inspect::Schema;

/// Takes the best of `candidates`, of which there is one at least, or asks which it is.
pub(super) fn propose(
    schema: &Schema,
    samples: &Samples,
    candidates: &[Candidate<'_>],
    asker: &mut Asker<'_>,
) -> Option<Proposal> {
    let rivals = rivals(candidates);
    let chosen = match rivals {
        [_, _, ..] => {
            let options: Vec<String> = rivals.iter().map(|rival| described(rival, samples)).collect();
            asker.choose("Where are the accounts, and which columns hold their address and password?", &options)
        }
        _ => Some(0),
    };
    let candidate = rivals.get(chosen.unwrap_or(0))?;
    let mut proposal = Proposal {
        accounts: candidate.accounts.full_name(),
        recognised: "no framework that Regain knows; the columns are told by their names and contents".into(),
        ..Proposal::default()
    };
    place(&mut proposal, candidate);
    if chosen.is_none() {
        let others: Vec<String> = rivals.iter().skip(1).map(|rival| described(rival, samples)).collect();
        let what = format!("this may be meant instead: {}", others.join(", or "));
        proposal.entries.push(Entry::remark().check(what));
    }
    about_owners(&mut proposal, schema, candidate, samples);
    shared::passwords(&mut proposal, samples, candidate.secrets(), candidate.password, "keep");
    let apart = candidate.credentials.map(|(table, _)| table);
    shared::sessions(&mut proposal, sessions::of(schema, candidate.accounts, candidate.id, apart), None);
    Some(proposal)
}

/// The table and its columns.
fn place(proposal: &mut Proposal, candidate: &Candidate<'_>) {
    let entries = &mut proposal.entries;
    entries
        .push(Entry::text("table", candidate.accounts.full_name()).because("The table of accounts, and its columns."));
    entries.push(Entry::text("id", candidate.id));
    entries.push(Entry::text("email", candidate.email));
    entries.push(Entry::text("password", candidate.password));
    if let Some((table, account_id)) = candidate.credentials {
        entries.push(Entry::text("credentials.table", table.full_name()).because("The table with the passwords."));
        entries.push(Entry::text("credentials.account_id", account_id));
    }
    proposal.facts.push(("accounts", candidate.in_words()));
}

/// Name, language, who may reset, whose address counts.
fn about_owners(proposal: &mut Proposal, schema: &Schema, candidate: &Candidate<'_>, samples: &Samples) {
    let accounts = candidate.accounts;
    for (key, names) in [("name", OWNER_NAMES), ("locale", LOCALES)] {
        let found = first_named(accounts, names).filter(|column| column.name != candidate.email);
        proposal.entries.extend(found.map(|column| Entry::text(key, column.name.clone())));
    }
    let condition = eligible::of(schema.engine, accounts, samples, candidate.credentials.is_some());
    proposal.eligible = condition.sql();
    let mut entry = match condition.sql() {
        Some(sql) => Entry::text("eligible", sql).because("Who may reset, by the names of columns."),
        None => Entry::remark(),
    };
    entry.checks = condition.checks;
    if entry != Entry::remark() {
        proposal.entries.push(entry);
    }
    if let Some(column) = first_named(accounts, VERIFIED) {
        shared::verified(proposal, samples.of(accounts, &column.name), &column.name, false);
    }
}

fn described(candidate: &Candidate<'_>, samples: &Samples) -> String {
    let sample = samples.of(candidate.secrets(), candidate.password);
    format!("{} ({})", candidate.in_words(), Passwords::of(sample).summary())
}
