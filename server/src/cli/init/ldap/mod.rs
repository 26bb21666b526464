//! `regain init ldap://…`: looks at a directory, and proposes a configuration for it.
//!
//! Reading order: [`kind`] knows the server by what it says of itself, [`propose`](mod@propose) makes lines of what its
//! entries have in common. Both work on what was read before, so that only this file talks to the directory.

mod kind;
mod propose;
#[cfg(test)]
mod tests;

use super::proposal::{Entry as Line, Proposal};
use super::write::{self, UrlLine};
use super::{InitArgs, Looked, Misused, path_in_file};
use crate::config::{Config, Ldap, StoreUrl};
use crate::users::StoreFault;
use crate::users::ldap::inspect::{Entry, Inspection, People};
use anyhow::bail;
use kind::Kind;
use propose::Seen;
use std::path::{Path, PathBuf};

/// Whether this leads to a directory.
pub(super) fn is_directory(url: &str) -> bool {
    url.starts_with("ldap://") || url.starts_with("ldaps://")
}

/// The settings of the environment that say how to reach a directory; options come before them.
pub(super) fn environment(args: &InitArgs, all: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let replaced = [
        ("BIND_DN", args.bind_dn.is_some()),
        ("BIND_PASSWORD", args.bind_password_file.is_some()),
        ("CA_FILE", args.ca_file.is_some()),
    ];
    let is_wanted = |name: &str| {
        let rest = name.strip_prefix("REGAIN_USERS__LDAP__").map(|rest| rest.trim_end_matches("_FILE"));
        replaced.iter().any(|(key, given)| !given && rest == Some(key.trim_end_matches("_FILE")))
    };
    all.filter(|(name, _)| is_wanted(name)).collect()
}

/// Opens the directory, and proposes. `base` is the folder that the configuration will be in.
pub(super) async fn look(url: &str, args: &InitArgs, folder: &Path) -> anyhow::Result<Looked> {
    let access = access(args, folder)?;
    let (ldap, is_nobody) = configured(url, &access, &args.environment, folder)?;
    let inspection = Inspection::open(&ldap, is_nobody).await.map_err(|fault| unreached(&fault))?;
    let root = inspection.root().await.map_err(|fault| unreached(&fault))?;
    let schema = inspection.schema(&root).await.map_err(|fault| unreached(&fault))?.unwrap_or_default();
    let kind = Kind::of(&root, &schema);
    let place = if names_base(url) { Some(ldap.base.as_str()) } else { context(&root) };
    let Some(place) = place else {
        bail!("{kind} does not say what it holds (namingContexts in its root entry). {WHERE}")
    };
    let people = match inspection.people(place).await.map_err(|fault| unreached(&fault))? {
        Ok(people) => people,
        Err(why) if is_nobody => bail!("{kind} shows its accounts to nobody who has not signed in: {why}. {WHO}"),
        Err(why) => bail!("{kind} does not show what is under {place}: {why}. {WHERE}"),
    };
    let seen = Seen { kind: &kind, root: &root, schema: &schema, people: &people };
    let mut proposal = propose::propose(&seen).ok_or_else(|| nobody(&kind, place, &people, is_nobody))?;
    let after_base = proposal.entries.iter().position(|line| line.is("ldap.base")).map_or(0, |at| at + 1);
    proposal.entries.splice(after_base..after_base, signing_in(&access, &ldap, is_nobody, place));
    Ok(Looked { what: kind.to_string(), proposal })
}

/// The same with a password: the file for it is not there yet, where nobody signed in.
pub(super) fn as_tried(proposal: &Proposal) -> Proposal {
    let mut tried = proposal.clone();
    for line in tried.entries.iter_mut().filter(|line| !line.checks.is_empty() && line.is("ldap.bind_password_file")) {
        *line = Line::text("ldap.bind_password", "none");
    }
    tried
}

/// How the directory is reached, as the file will say it.
struct Access {
    bind_dn: Option<String>,
    password_file: Option<String>,
    ca_file: Option<String>,
}

fn access(args: &InitArgs, folder: &Path) -> anyhow::Result<Access> {
    let seen_from_file = |path: &Option<PathBuf>| path.as_deref().map(|path| path_in_file(path, folder)).transpose();
    Ok(Access {
        bind_dn: args.bind_dn.clone(),
        password_file: seen_from_file(&args.bind_password_file)?,
        ca_file: seen_from_file(&args.ca_file)?,
    })
}

/// What the server itself would make of this much; and whether there is nobody to sign in as.
fn configured(
    url: &str,
    access: &Access,
    environment: &[(String, String)],
    folder: &Path,
) -> anyhow::Result<(Ldap, bool)> {
    let has = |name: &str| environment.iter().any(|(found, _)| found.contains(name));
    let is_nobody = access.bind_dn.is_none() && !has("BIND_DN");
    let mut lines = Vec::new();
    if !names_base(url) {
        lines.push(Line::text("ldap.base", "dc=example"));
    }
    if is_nobody {
        lines.push(Line::text("ldap.bind_dn", "cn=nobody,dc=example"));
        lines.push(Line::text("ldap.bind_password", "none"));
    } else if access.password_file.is_none() && !has("BIND_PASSWORD") {
        return Err(Misused(NO_PASSWORD.into()).into());
    }
    lines.extend(access.lines());
    let proposal = Proposal { entries: lines, ..Proposal::default() };
    let text = write::render(&proposal, UrlLine::Plain(url), "sqlite:regain.db");
    let config = Config::from_toml(&text, folder, environment.iter().cloned())?;
    match config.users.url {
        StoreUrl::Ldap(ldap) => Ok((*ldap, is_nobody)),
        _ => bail!("{url} leads to no directory"),
    }
}

impl Access {
    fn lines(&self) -> Vec<Line> {
        let line = |key, value: &Option<String>| value.clone().map(|value| Line::text(key, value));
        let lines = [
            line("ldap.bind_dn", &self.bind_dn),
            line("ldap.bind_password_file", &self.password_file),
            line("ldap.ca_file", &self.ca_file),
        ];
        lines.into_iter().flatten().collect()
    }
}

/// Who signs in, as far as that was said.
fn signing_in(access: &Access, ldap: &Ldap, is_nobody: bool, context: &str) -> Vec<Line> {
    let mut lines = access.lines();
    if is_nobody {
        let service = format!("cn=regain,{context}");
        let what = "the account that Regain signs in as; docs/operate has the least rights that it needs";
        lines.insert(0, Line::text("ldap.bind_dn", service).check(what));
        let what = "its password, in a file that only Regain's own user may read";
        lines.insert(1, Line::text("ldap.bind_password_file", PASSWORD_FILE).check(what));
        return lines;
    }
    if access.bind_dn.is_none() {
        lines.insert(0, Line::text("ldap.bind_dn", ldap.bind_dn.clone()));
    }
    if let Some(line) = lines.iter_mut().find(|line| line.is("ldap.bind_dn")) {
        line.checks
            .push("this account should have the rights of docs/operate, and no others; `regain check` looks".into());
    }
    if access.password_file.is_none() {
        let remark = "The password comes from the environment, as it did for `regain init`: \
                      REGAIN_USERS__LDAP__BIND_PASSWORD.";
        lines.insert(1, Line::remark().because(remark));
    }
    lines
}

/// Whether a URL says under which entry the accounts are.
fn names_base(url: &str) -> bool {
    url.contains('=')
}

/// Under what everything is, by the root DSE.
fn context(root: &Entry) -> Option<&str> {
    let named = root.first("defaultNamingContext").or_else(|| root.first("namingContexts"));
    named.filter(|name| !name.is_empty())
}

fn nobody(kind: &Kind, place: &str, people: &People, is_nobody: bool) -> anyhow::Error {
    match (people.entries.len(), is_nobody) {
        (0, true) => anyhow::anyhow!("{kind} shows nobody under {place} to whom has not signed in. {WHO}"),
        (0, false) => anyhow::anyhow!("{kind} shows nobody under {place} to the account that signed in. {WHERE}"),
        _ => anyhow::anyhow!(
            "{kind} shows people under {place}, and an address (`mail`) of none. If addresses are in another \
             attribute, write [users] by hand, see `regain config reference`; otherwise the account that signed in may \
             not read them"
        ),
    }
}

fn unreached(fault: &StoreFault) -> anyhow::Error {
    anyhow::anyhow!("the directory {}: {}", fault.what, fault.cause)
}

const WHO: &str = "Say who signs in: --bind-dn DN --bind-password-file FILE, or REGAIN_USERS__LDAP__BIND_DN and \
                   REGAIN_USERS__LDAP__BIND_PASSWORD";
const WHERE: &str =
    "If the accounts are under another entry, put it behind the host: ldaps://HOST/ou=people,dc=example,dc=com";
const NO_PASSWORD: &str =
    "whose password? Name a file with --bind-password-file, or set REGAIN_USERS__LDAP__BIND_PASSWORD";
const PASSWORD_FILE: &str = "directory-password";
