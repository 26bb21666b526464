//! The proposal for a directory: what its entries have in common.

use super::super::proposal::{Entry as Line, Proposal};
use super::kind::Kind;
use super::names;
use crate::users::ldap::inspect::{Entry, People, Schema};

/// What was seen.
pub(super) struct Seen<'a> {
    pub(super) kind: &'a Kind,
    pub(super) root: &'a Entry,
    pub(super) schema: &'a Schema,
    pub(super) people: &'a People,
}

/// The lines about accounts, where somebody was seen who has an address.
pub(super) fn propose(seen: &Seen<'_>) -> Option<Proposal> {
    let accounts: Vec<&Entry> = seen.people.entries.iter().filter(|person| person.first("mail").is_some()).collect();
    let mut proposal =
        Proposal { recognised: seen.kind.to_string(), is_directory: true, ..Proposal::default() };
    if let Some(preset) = seen.kind.preset() {
        let why = "What fills in the key, the attributes and the way to write a password; any line below goes before.";
        proposal.entries.push(Line::text("preset", preset).because(why));
    }
    base(&mut proposal, seen, &accounts)?;
    filter(&mut proposal, seen, &accounts);
    if seen.kind.preset().is_none() {
        key_and_state(&mut proposal, seen, &accounts);
    }
    attributes(&mut proposal, seen, &accounts);
    writing(&mut proposal, seen);
    facts(&mut proposal, seen, &accounts);
    Some(proposal)
}

/// The deepest entry over all accounts that were seen.
fn base(proposal: &mut Proposal, seen: &Seen<'_>, accounts: &[&Entry]) -> Option<()> {
    let context = super::context(seen.root);
    let parents = accounts.iter().map(|account| names::parent(&account.dn));
    let deepest = names::common(parents).filter(|name| !name.is_empty());
    let (base, why) = match (deepest, context) {
        (Some(deepest), _) => (deepest.to_owned(), "Where all the accounts are that were seen."),
        (None, Some(context)) => (context.to_owned(), "The whole directory."),
        (None, None) => return None,
    };
    let mut line = Line::text("ldap.base", base).because(why);
    if !seen.people.is_all {
        line = line.check("only some of the accounts were seen; others may be elsewhere, and would not be found");
    }
    proposal.entries.push(line);
    Some(())
}

/// The narrowest class that all accounts have, unless the preset says just that.
fn filter(proposal: &mut Proposal, seen: &Seen<'_>, accounts: &[&Entry]) {
    let total = accounts.len();
    let with = |class: &str| accounts.iter().filter(|account| has_class(account, class)).count();
    if seen.kind.is_active_directory() {
        return;
    }
    if with("inetOrgPerson") == total {
        if seen.kind.preset().is_none() {
            proposal.entries.push(Line::text("ldap.filter", "(objectClass=inetOrgPerson)"));
        }
        return;
    }
    let class = ["person", "posixAccount"].into_iter().find(|class| with(class) == total).unwrap_or("person");
    let why = format!("{} of {total} accounts with an address are of the class inetOrgPerson.", with("inetOrgPerson"));
    proposal.entries.push(Line::text("ldap.filter", format!("(objectClass={class})")).because(why));
}

/// What survives a renaming, and what changes with the password.
fn key_and_state(proposal: &mut Proposal, seen: &Seen<'_>, accounts: &[&Entry]) {
    let shown = |name: &&str| accounts.iter().all(|account| account.first(name).is_some());
    let key = ["entryUUID", "nsUniqueId", "objectGUID"].into_iter().find(shown);
    proposal.entries.push(match key {
        Some(key) => Line::text("id", key).because("It stays when an entry is renamed."),
        None => Line::text("id", "dn")
            .check("no attribute was seen that stays when an entry is renamed; a link ends with a new name"),
    });
    proposal.entries.push(Line::text("email", "mail"));
    let some = |name: &&str| accounts.iter().any(|account| account.first(name).is_some());
    let states: Vec<&str> = STATES.iter().copied().filter(some).collect();
    let mut line = Line::texts("ldap.state", states.iter().map(|name| (*name).to_owned()).collect());
    line = match states.first() {
        Some(&"modifyTimestamp" | &"entryCSN") if *seen.kind == Kind::Ds389 => line.check(
            "these change with any change of an entry, and a link ends with each; with passwordTrackUpdateTime on, \
             the server has pwdUpdateTime, which changes with the password alone",
        ),
        Some(&"modifyTimestamp" | &"entryCSN") => {
            line.check("these change with any change of an entry, and a link ends with each")
        }
        Some(_) => line.because("What changes with the password; the first that an account has."),
        None => line.check("no attribute was seen that changes with the password; a link stays good when it does"),
    };
    proposal.entries.push(line);
}

/// Names, language, further addresses.
fn attributes(proposal: &mut Proposal, seen: &Seen<'_>, accounts: &[&Entry]) {
    let count = |name: &str| accounts.iter().filter(|account| account.first(name).is_some()).count();
    let most = accounts.len().div_ceil(2);
    let name = ["displayName", "givenName", "cn"].into_iter().find(|name| count(name) >= most.max(1));
    let usual = if seen.kind.preset().is_some() { "displayName" } else { "" };
    if let Some(name) = name.filter(|name| *name != usual) {
        proposal.entries.push(Line::text("name", name).because("How mails greet."));
    }
    if seen.kind.preset().is_none() && count("preferredLanguage") > 0 {
        proposal.entries.push(Line::text("locale", "preferredLanguage"));
    }
    let more: Vec<String> = ["mailAlternateAddress", "proxyAddresses"]
        .into_iter()
        .filter(|name| count(name) > 0 && seen.schema.knows(name))
        .map(str::to_owned)
        .collect();
    if !more.is_empty() && !seen.kind.is_active_directory() {
        let line = Line::texts("ldap.more_addresses", more).because("Further addresses that an account is found by.");
        proposal.entries.push(line.check("a link goes to any of these, if it is asked for; they have to be the owner's"));
    }
}

/// Whether the server hashes.
fn writing(proposal: &mut Proposal, seen: &Seen<'_>) {
    if seen.kind.is_active_directory() {
        return;
    }
    if seen.root.all("supportedExtension").any(|oid| oid == PASSWORD_MODIFY) {
        let why = "The server hashes new passwords, and applies its policy (Password Modify, RFC 3062).";
        proposal.entries.push(Line::text("hash", "keep").because(why));
    } else {
        let what = "the server does not say that it hashes by itself (Password Modify, RFC 3062); `keep` needs that, \
                    otherwise name a format that it reads";
        proposal.entries.push(Line::text("hash", "ldap_ssha512").check(what));
    }
}

fn facts(proposal: &mut Proposal, seen: &Seen<'_>, accounts: &[&Entry]) {
    let more = if seen.people.is_all { "" } else { ", and there are more" };
    let (people, addressed) = (seen.people.entries.len(), accounts.len());
    proposal.facts.push(("people", format!("{people} seen{more}; {addressed} with an address in `mail`")));
    if let Some(state) = STATES.iter().find(|name| accounts.iter().any(|account| account.first(name).is_some())) {
        proposal.facts.push(("changes", format!("of a password are noticed by {state}")));
    }
}

fn has_class(entry: &Entry, class: &str) -> bool {
    entry.all("objectClass").any(|found| found.eq_ignore_ascii_case(class))
}

/// The Password Modify extended operation (RFC 3062).
const PASSWORD_MODIFY: &str = "1.3.6.1.4.1.4203.1.11.1";
/// What changes with a password, the most exact first.
const STATES: &[&str] = &["pwdLastSet", "pwdChangedTime", "pwdUpdateTime", "entryCSN", "modifyTimestamp"];
