//! The proposal for a directory: what its entries have in common.

use super::super::proposal::{Entry as Line, Proposal};
use super::kind::Kind;
use crate::users::ldap::inspect::{Entry, People, Schema};
use crate::users::ldap::names;

/// What was seen.
pub(super) struct Seen<'a> {
    pub(super) kind: &'a Kind,
    pub(super) root: &'a Entry,
    pub(super) schema: &'a Schema,
    pub(super) people: &'a People,
}

/// The lines about accounts; none if the directory does not say what it holds, or nobody with an address was seen.
/// Those of `[users.ldap]` come last.
pub(super) fn propose(seen: &Seen<'_>) -> Option<Proposal> {
    let accounts: Vec<&Entry> = seen.people.entries.iter().filter(|person| person.first("mail").is_some()).collect();
    if accounts.is_empty() {
        return None;
    }
    let mut proposal = Proposal { recognised: seen.kind.to_string(), is_directory: true, ..Proposal::default() };
    let lines = &mut proposal.entries;
    match seen.kind.preset() {
        Some(preset) => {
            let why = "Fills in what is not said below: the key, the attributes, how a password is written.";
            lines.push(Line::text("preset", preset).because(why));
        }
        None => lines.extend([key(&accounts), Line::text("email", "mail")]),
    }
    lines.extend(owner(seen, &accounts));
    lines.extend(hash(seen));
    lines.push(base(seen, &accounts)?);
    lines.extend(filter(seen, &accounts));
    if seen.kind.preset().is_none() {
        lines.push(state(seen, &accounts));
    }
    lines.extend(more_addresses(seen, &accounts));
    proposal.facts = facts(seen, &accounts);
    Some(proposal)
}

/// What survives a renaming.
fn key(accounts: &[&Entry]) -> Line {
    let shown = |name: &&str| accounts.iter().all(|account| account.first(name).is_some());
    match ["entryUUID", "nsUniqueId"].into_iter().find(shown) {
        Some(key) => Line::text("id", key).because("It stays when an entry is renamed."),
        None => Line::text("id", "dn")
            .check("no key was seen that stays when an entry is renamed; a link ends with its name"),
    }
}

/// Name and language.
fn owner(seen: &Seen<'_>, accounts: &[&Entry]) -> Vec<Line> {
    let count = |name: &str| accounts.iter().filter(|account| account.first(name).is_some()).count();
    let has_most = |name: &&str| count(name) * 2 >= accounts.len();
    let usual = if seen.kind.is_active_directory() { "displayName" } else { "cn" };
    let mut lines = Vec::new();
    if seen.kind.preset().is_none() || !has_most(&usual) {
        let name = ["displayName", "givenName", "cn"].into_iter().find(has_most);
        lines.extend(name.map(|name| Line::text("name", name).because("How mails greet.")));
    }
    if seen.kind.preset().is_none() && count("preferredLanguage") > 0 {
        lines.push(Line::text("locale", "preferredLanguage"));
    }
    lines
}

/// Whether the server hashes.
fn hash(seen: &Seen<'_>) -> Option<Line> {
    if seen.kind.is_active_directory() {
        return None;
    }
    if seen.root.all("supportedExtension").any(|oid| oid == PASSWORD_MODIFY) {
        let why = "The server hashes new passwords, and applies its policy (Password Modify, RFC 3062).";
        return Some(Line::text("hash", "keep").because(why));
    }
    let what = "the server does not say that it hashes by itself (Password Modify, RFC 3062); `keep` would need that, so name \
                a format that it reads";
    Some(Line::text("hash", "ldap_ssha512").check(what))
}

/// The deepest entry over all accounts that were seen.
fn base(seen: &Seen<'_>, accounts: &[&Entry]) -> Option<Line> {
    let deepest = names::common(accounts.iter().map(|account| names::parent(&account.dn)));
    let line = match deepest.filter(|name| !name.is_empty()) {
        Some(deepest) => Line::text("ldap.base", deepest).because("Where all the accounts are that were seen."),
        None => Line::text("ldap.base", super::context(seen.root)?).because("The whole directory."),
    };
    if seen.people.is_all {
        return Some(line);
    }
    Some(line.check("only some of the accounts were seen; those that are elsewhere would not be found"))
}

/// The narrowest class that all accounts have, unless that goes without saying.
fn filter(seen: &Seen<'_>, accounts: &[&Entry]) -> Option<Line> {
    if seen.kind.is_active_directory() {
        let why = "People, without administrators (adminCount=1): who reads an administrator's mail would have the domain, and \
                   Active Directory takes from other accounts the right to reset them.";
        return Some(Line::text("ldap.filter", WITHOUT_ADMINISTRATORS).because(why));
    }
    let has = |account: &Entry, class: &str| account.all("objectClass").any(|found| found.eq_ignore_ascii_case(class));
    let with = |class: &str| accounts.iter().filter(|account| has(account, class)).count();
    let usual = with("inetOrgPerson");
    if usual == accounts.len() {
        return None;
    }
    let class = ["person", "posixAccount"].into_iter().find(|class| with(class) == accounts.len());
    let filter = class.map_or_else(
        || "(|(objectClass=person)(objectClass=posixAccount))".to_owned(),
        |class| format!("(objectClass={class})"),
    );
    let why = format!("{usual} of {} accounts with an address are of the class inetOrgPerson.", accounts.len());
    Some(Line::text("ldap.filter", filter).because(why))
}

/// What changes with the password.
fn state(seen: &Seen<'_>, accounts: &[&Entry]) -> Line {
    let shown = |name: &&str| accounts.iter().any(|account| account.first(name).is_some());
    let states: Vec<&str> = STATES.iter().copied().filter(shown).collect();
    let Some(first) = states.first() else {
        return Line::remark().check(
            "no attribute was seen that changes with the password, so a link stays good when it does; name one in \
             `users.ldap.state`",
        );
    };
    let line = Line::text("ldap.state", states.join(" "));
    let any_change = "this changes with any change of an entry, and a link ends with it";
    match (*first, seen.kind) {
        ("entryCSN" | "modifyTimestamp", Kind::Ds389) => line.check(format!(
            "{any_change}; with `passwordTrackUpdateTime: on` the server has pwdUpdateTime, which changes with the password \
             alone"
        )),
        ("entryCSN" | "modifyTimestamp", _) => line.check(any_change),
        _ => line.because("What changes with the password: the first of these that an account shows."),
    }
}

/// What else holds addresses.
fn more_addresses(seen: &Seen<'_>, accounts: &[&Entry]) -> Option<Line> {
    let shown = |name: &&str| accounts.iter().any(|account| account.first(name).is_some()) && seen.schema.knows(name);
    let names: Vec<String> =
        ["mailAlternateAddress", "proxyAddresses"].into_iter().filter(shown).map(str::to_owned).collect();
    if names.is_empty() || seen.kind.is_active_directory() {
        return None;
    }
    let line = Line::texts("ldap.more_addresses", names).because("Further addresses that an account is found by.");
    Some(line.check("a link goes to any of these if it is asked for with it, so they have to be the owner's"))
}

fn facts(seen: &Seen<'_>, accounts: &[&Entry]) -> Vec<(&'static str, String)> {
    let more = if seen.people.is_all { "" } else { ", and there are more" };
    let people = format!("{} seen{more}; {} with an address in `mail`", seen.people.entries.len(), accounts.len());
    let shown = |name: &&&str| accounts.iter().any(|account| account.first(name).is_some());
    let state = STATES.iter().find(shown).map(|state| ("changes", format!("of a password are noticed by {state}")));
    std::iter::once(("people", people)).chain(state).collect()
}

/// The preset's, but for those whom AdminSDHolder protects, or once did.
const WITHOUT_ADMINISTRATORS: &str = "(&(objectCategory=person)(objectClass=user)(!(adminCount=1)))";
/// The Password Modify extended operation (RFC 3062).
const PASSWORD_MODIFY: &str = "1.3.6.1.4.1.4203.1.11.1";
/// What changes with a password, the most exact first.
const STATES: &[&str] = &["pwdLastSet", "pwdChangedTime", "pwdUpdateTime", "entryCSN", "modifyTimestamp"];
