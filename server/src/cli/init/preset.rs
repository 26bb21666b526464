//! The proposal for a framework's tables: its preset, and what is different here.

use super::ask::Asker;
use super::passwords::Passwords;
use super::proposal::{Entry, Proposal};
use super::recognise::Recognised;
use super::samples::Samples;
use super::shared;
use super::vocabulary::{LOCALES, OWNER_NAMES, VERIFIED, address_fit, first_named, is_identifier, password_fit};
use super::{eligible, sessions, vocabulary};
use crate::users::sql::engine::Engine;
use crate::users::sql::inspect::{Column, Schema, Table};
use crate::users::sql::presets::Preset;

/// The framework that is meant: the first, or if its accounts may be in more than one table, the one that is chosen.
pub(super) fn choose<'r, 'a>(
    frameworks: &'r [Recognised<'a>],
    samples: &Samples,
    schema: &'a Schema,
    asker: &mut Asker<'_>,
) -> Option<&'r Recognised<'a>> {
    let first = frameworks.first()?;
    let same: Vec<_> = frameworks.iter().filter(|other| other.preset.name == first.preset.name).collect();
    let [_, _, ..] = same[..] else { return Some(first) };
    let described = |other: &&Recognised<'a>| {
        let found = Passwords::of(samples.of(other.secrets(schema), other.preset.password));
        format!("{} ({})", other.accounts.full_name(), found.summary())
    };
    let options: Vec<String> = same.iter().map(described).collect();
    let question = format!("Which of the tables holds the accounts of {}?", first.preset.name);
    same.get(asker.choose(&question, &options).unwrap_or(0)).copied()
}

/// Reads `recognised` against the schema and the samples.
pub(super) fn propose(schema: &Schema, samples: &Samples, recognised: &Recognised<'_>) -> Proposal {
    let (preset, accounts) = (recognised.preset, recognised.accounts);
    let made_by = format!("{}, by its tables: {}", preset.name, recognised.marks());
    let mut proposal =
        Proposal { recognised: made_by, accounts: accounts.full_name(), preset: Some(preset), ..Proposal::default() };
    proposal.entries.push(Entry::text("preset", preset.name).because(meaning(recognised, schema.engine)));
    let secrets = recognised.secrets(schema);
    names(&mut proposal, recognised);
    let email = address(&mut proposal, recognised, samples);
    let password = column(&mut proposal, "password", preset.password, secrets, password_fit);
    owner(&mut proposal, "name", preset.owner_name, accounts, OWNER_NAMES);
    owner(&mut proposal, "locale", preset.locale, accounts, LOCALES);
    who_may(&mut proposal, recognised, schema.engine, samples);
    let verified = preset.email_verified.or_else(|| also_verified(recognised));
    verified_address(&mut proposal, recognised, verified, samples);
    shared::passwords(&mut proposal, samples, secrets, &password, preset.hash);
    endings(&mut proposal, schema, recognised);
    if preset.history.is_some_and(|history| schema.table(&recognised.here(history.table)).is_none()) {
        proposal.entries.push(Entry::text("history.table", "").because("no table of earlier passwords is there"));
    }
    let place = format!("{}: {email}, {password}", accounts.full_name());
    proposal.facts.insert(0, ("accounts", place));
    proposal
}

/// What the preset stands for, so that nobody has to look it up.
fn meaning(recognised: &Recognised<'_>, engine: Engine) -> String {
    let Preset { table, id, email, password, credentials, .. } = recognised.preset;
    let apart = credentials.as_ref().map(|apart| format!(" in {}", apart.table)).unwrap_or_default();
    let who = recognised.preset.eligible(engine).map(|sql| format!(" Who may reset: {sql}.")).unwrap_or_default();
    format!(
        "Recognised by its tables ({}). The preset reads {table}: {id}, {email}, {password}{apart}.{who}",
        recognised.marks()
    )
}

/// Tables under other names than usual.
fn names(proposal: &mut Proposal, recognised: &Recognised<'_>) {
    let (preset, accounts) = (recognised.preset, recognised.accounts);
    if accounts.full_name() != preset.table {
        let reason = format!("{} in place of {}", accounts.full_name(), preset.table);
        proposal.entries.push(Entry::text("table", accounts.full_name()).because(reason));
    }
    if accounts.column(preset.id).is_none()
        && let [key] = &accounts.key[..]
    {
        proposal.entries.push(Entry::text("id", key.clone()).because("the primary key"));
    }
    if let Some(apart) = &preset.credentials
        && recognised.here(apart.table) != apart.table
    {
        proposal.entries.push(Entry::text("credentials.table", recognised.here(apart.table)));
    }
    if let Some(history) = &preset.history
        && recognised.here(history.table) != history.table
    {
        proposal.entries.push(Entry::text("history.table", recognised.here(history.table)));
    }
}

/// The column with the address. Where the preset has to make do with the name that one signs in with, a column of
/// addresses is better.
fn address(proposal: &mut Proposal, recognised: &Recognised<'_>, samples: &Samples) -> String {
    let (preset, accounts) = (recognised.preset, recognised.accounts);
    let better = best(accounts, address_fit).filter(|_| address_fit(preset.email) <= 2);
    if let Some(column) = better.filter(|column| address_fit(&column.name) > 2) {
        let reason = format!("a column of addresses; {} is what people sign in with", preset.email);
        proposal.entries.push(Entry::text("email", column.name.clone()).because(reason));
        return column.name.clone();
    }
    let email = column(proposal, "email", preset.email, accounts, address_fit);
    if address_fit(&email) <= 2 && !shared::holds_addresses(samples.of(accounts, &email)) {
        let what = format!("mail would go to what is in {email}; set `email` to the column with the addresses");
        proposal.entries.push(Entry::remark().check(what));
    }
    email
}

/// The preset's column, or the one that comes nearest if that is not there.
fn column(proposal: &mut Proposal, key: &'static str, usual: &str, table: &Table, fit: fn(&str) -> u8) -> String {
    if table.column(usual).is_some() {
        return usual.to_owned();
    }
    let Some(column) = best(table, fit) else { return usual.to_owned() };
    let reason = format!("{} has no column {usual}", table.full_name());
    proposal.entries.push(Entry::text(key, column.name.clone()).because(reason));
    column.name.clone()
}

fn best(table: &Table, fit: fn(&str) -> u8) -> Option<&Column> {
    let columns = table.columns.iter().filter(|column| is_identifier(&column.name) && fit(&column.name) > 0);
    columns.max_by_key(|column| fit(&column.name))
}

/// A column about the owner: the preset's, or one of another name, or none.
fn owner(proposal: &mut Proposal, key: &'static str, usual: Option<&str>, accounts: &Table, others: &[&str]) {
    if usual.is_some_and(|usual| accounts.column(usual).is_some()) {
        return;
    }
    let found = first_named(accounts, others).map(|column| column.name.clone());
    if found.is_some() || usual.is_some() {
        proposal.entries.push(Entry::text(key, found.unwrap_or_default()));
    }
}

/// The preset's condition, and what the application added to the table. Presets that ask for nothing leave room for
/// what it calls active or disabled.
fn who_may(proposal: &mut Proposal, recognised: &Recognised<'_>, engine: Engine, samples: &Samples) {
    let (preset, accounts) = (recognised.preset, recognised.accounts);
    let own = preset.eligible(engine);
    let mut parts: Vec<String> = own.map(str::to_owned).into_iter().collect();
    if let Some(own) = own {
        parts.extend(eligible::not_deleted(engine, accounts).filter(|_| !own.to_ascii_lowercase().contains("deleted")));
    } else {
        let found = eligible::of(engine, accounts, samples, preset.credentials.is_some());
        parts.extend(found.parts.into_iter().filter(|part| !part.contains(LOCKED_FOR_A_WHILE)));
    }
    let condition = parts.join(" AND ");
    if !parts.is_empty() && own != Some(condition.as_str()) {
        let reason = if own.is_some() { "the preset's, and not deleted" } else { "columns that the application added" };
        proposal.entries.push(Entry::text("eligible", condition.clone()).because(reason));
    }
    proposal.eligible = (!parts.is_empty()).then_some(condition);
}

/// Devise's column of accounts that were shut after too many attempts; a reset opens them there.
const LOCKED_FOR_A_WHILE: &str = "locked_at";

/// Whether it is no framework that makes these tables, but a habit of many: then the tables alone tell the rest.
fn is_convention(preset: &Preset) -> bool {
    preset.marks.len() == 1 && preset.after_reset.is_empty()
}

/// What a module of the framework adds for verified addresses, if it is in use.
fn also_verified<'a>(recognised: &Recognised<'a>) -> Option<&'a str> {
    let accounts = recognised.accounts;
    let column = match recognised.preset.name {
        "rails" | "phoenix" => accounts.column("confirmed_at"),
        "laravel" => accounts.column("email_verified_at"),
        _ if is_convention(recognised.preset) => first_named(accounts, VERIFIED),
        _ => None,
    };
    column.map(|column| column.name.as_str())
}

fn verified_address(proposal: &mut Proposal, recognised: &Recognised<'_>, column: Option<&str>, samples: &Samples) {
    let (preset, accounts) = (recognised.preset, recognised.accounts);
    let Some(column) = column else { return };
    if accounts.column(column).is_none() {
        proposal.entries.push(Entry::text("email_verified", "").because(format!("there is no column {column}")));
        return;
    }
    shared::verified(proposal, samples.of(accounts, column), column, preset.email_verified == Some(column));
}

/// The preset's statements, rewritten if tables have other names, and without those whose table is not there.
fn endings(proposal: &mut Proposal, schema: &Schema, recognised: &Recognised<'_>) {
    let preset = recognised.preset;
    let steps = preset.after_reset(schema.engine);
    if is_convention(preset) {
        let found = sessions::of(schema, recognised.accounts, preset.id, None);
        shared::sessions(proposal, found, Some(preset.sessions));
        return;
    }
    proposal.facts.push(("sessions", preset.sessions.to_owned()));
    let is_there = |sql: &str| tables_of(sql).all(|table| schema.table(&recognised.here(table)).is_some());
    let needless = |step: &&crate::config::AfterReset| step.if_table.is_none() && !is_there(&step.sql);
    if recognised.is_as_usual() && !steps.iter().any(|step| needless(&step)) {
        return;
    }
    let kept: Vec<String> =
        steps.iter().filter(|step| is_there(&step.sql)).map(|step| rewritten(&step.sql, schema, recognised)).collect();
    proposal.entries.push(
        Entry::texts("after_reset", kept)
            .because(preset.sessions)
            .because("The preset's statements, for the tables that are here."),
    );
}

/// The tables that one of our statements is about.
fn tables_of(sql: &str) -> impl Iterator<Item = &str> {
    let words: Vec<&str> = sql.split(' ').collect();
    let mut before = "";
    words.into_iter().filter_map(move |word| {
        let is_table = matches!(before, "FROM" | "UPDATE" | "INTO" | "JOIN");
        before = word;
        is_table.then(|| word.trim_matches('"'))
    })
}

fn rewritten(sql: &str, schema: &Schema, recognised: &Recognised<'_>) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in sql.split(' ') {
        let is_table = matches!(words.last().map(String::as_str), Some("FROM" | "UPDATE" | "INTO" | "JOIN"));
        let here = recognised.here(word.trim_matches('"'));
        let table = schema.table(&here).filter(|_| is_table && here != word.trim_matches('"'));
        words.push(table.map_or_else(|| word.to_owned(), |table| vocabulary::sql_table(schema.engine, table)));
    }
    words.join(" ")
}
