//! Tries all that a reset would need, and changes nothing.

use super::Directory;
use super::active_directory;
use super::entry::Entry;
use super::failure::{Failure, INSUFFICIENT_ACCESS, NO_SUCH_ATTRIBUTE};
use super::filter;
use super::mapping::Key;
use super::root_dse::{self, RootDse};
use super::session::{Found, Search, Session};
use super::write::PASSWORD;
use crate::config::LdapTls;
use crate::finding::Finding;
use ldap3::Scope;
use regain_core::email::FoldedAddress;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

impl Directory {
    /// What is found, a line each. What fails at first hides what follows from it.
    pub(super) async fn examined(&self) -> Vec<Finding> {
        let until = Instant::now() + EXAMINED_WITHIN;
        let (mut findings, session) = self.examine_servers(until).await;
        if let Some(session) = session
            && let Err(failure) = self.examine_directory(&session, until, &mut findings).await
        {
            findings.push(Finding::fails(STORE, format!("{}: {failure}", session.server)));
        }
        findings
    }

    /// Each server, and a connection to the first that lets us in.
    async fn examine_servers(&self, until: Instant) -> (Vec<Finding>, Option<Session>) {
        let (mut findings, mut first) = (Vec::new(), None);
        for (server, opened) in self.servers.open_each(until).await {
            match opened {
                Ok(session) => {
                    let vendor = RootDse::read(&session, until).await.map(|root| root.vendor());
                    let way = match server.tls {
                        LdapTls::Implicit => "over TLS",
                        LdapTls::StartTls => "over TLS (StartTLS)",
                        LdapTls::Clear => "on this machine",
                    };
                    let vendor = vendor.unwrap_or_else(|_| "an LDAP server".into());
                    let text = format!("{vendor} at {} lets the service account in, {way}", server.url());
                    findings.push(Finding::holds(STORE, text));
                    first = first.or(Some(session));
                }
                Err(failure) => findings.push(Finding::fails(STORE, failure.to_string())),
            }
        }
        (findings, first)
    }

    async fn examine_directory(
        &self,
        session: &Session,
        until: Instant,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Failure> {
        let root = RootDse::read(session, until).await?;
        findings.push(if self.is_active_directory {
            active_directory::way_of_writing(&root)
        } else {
            self.way_of_writing(&root)
        });
        let survey = self.survey(session, &self.mapping.accounts, self.mapping.attributes(), until).await?;
        // Active Directory keeps its schema and its names of hosts beside the domain, and says so each time.
        findings.extend(elsewhere(&survey).filter(|_| !self.is_active_directory));
        findings.push(self.counted(&survey));
        let Some(account) = survey.entries.first() else { return Ok(()) };
        if let Some(eligible) = &self.mapping.eligible {
            findings.push(self.eligible(session, eligible, until).await?);
        }
        findings.extend(self.attributes_seen(&survey));
        findings.push(self.shared_addresses(&survey));
        findings.push(self.secrets_seen(session, until).await?);
        if self.is_active_directory {
            findings.push(active_directory::control_seen(&survey.entries));
            findings.extend(active_directory::rights(session, account, until).await?);
            findings.push(Finding::advice(STORE, active_directory::REMARK));
        } else {
            findings.push(right_to_write(session, account).await?);
        }
        findings.push(Finding::advice(STORE, SESSIONS));
        Ok(())
    }

    fn way_of_writing(&self, root: &RootDse) -> Finding {
        match (self.hashes_itself, root.has_extension(root_dse::PASSWORD_MODIFY)) {
            (true, true) => Finding::holds(
                STORE,
                "new passwords are given to the server (Password Modify), which hashes them and applies its policy",
            ),
            (true, false) => Finding::fails(
                STORE,
                "the server has no Password Modify operation (RFC 3062); name a format in users.hash that it reads, such as \
                 \"ldap_ssha512\"",
            ),
            (false, _) if root.has_control(root_dse::ASSERTION) => Finding::holds(
                STORE,
                "new passwords are hashed here, and written if nothing changed meanwhile (RFC 4528)",
            ),
            (false, _) => Finding::advice(
                STORE,
                "new passwords are hashed here; the server has no assertion control (RFC 4528), so a change made in the \
                 moment of writing is written over",
            ),
        }
    }

    /// As many accounts as a server shows at once.
    async fn survey(
        &self,
        session: &Session,
        filter: &str,
        attributes: Vec<String>,
        until: Instant,
    ) -> Result<Found, Failure> {
        let search = Search {
            base: &self.mapping.base,
            scope: Scope::Subtree,
            filter: filter.to_owned(),
            attributes,
            entries_max: SURVEY_MAX,
            types_only: false,
        };
        session.search(search, until.min(Instant::now() + SURVEY_WITHIN)).await
    }

    fn counted(&self, survey: &Found) -> Finding {
        let count = in_words(survey);
        if survey.entries.is_empty() {
            let text = format!(
                "no entry under {} is an account by users.ldap.filter, or the service account may see none",
                self.mapping.base
            );
            return Finding::fails(STORE, text);
        }
        Finding::holds(STORE, format!("{count} under {} by users.ldap.filter", self.mapping.base))
    }

    async fn eligible(&self, session: &Session, eligible: &str, until: Instant) -> Result<Finding, Failure> {
        let filter = filter::all(&[&self.mapping.accounts, eligible]);
        let found = self.survey(session, &filter, vec!["1.1".into()], until).await?;
        Ok(match found.entries.len() {
            0 => Finding::fails(
                STORE,
                "users.eligible lets nobody reset, or asks for an attribute that the service account may not search",
            ),
            _ => Finding::holds(STORE, format!("{} may reset by users.eligible", in_words(&found))),
        })
    }

    /// Whether the attributes are there, and may be read.
    fn attributes_seen(&self, survey: &Found) -> Vec<Finding> {
        let total = survey.entries.len();
        let with = |has: &dyn Fn(&Entry) -> bool| survey.entries.iter().filter(|entry| has(entry)).count();
        let mut findings = Vec::new();
        if let Key::Attribute(name) = &self.mapping.key {
            let count = with(&|entry| self.mapping.id(entry).is_some());
            if count < total {
                let text = format!("{} of {total} accounts show no {name}, their key; see users.id", total - count);
                findings.push(Finding::fails(STORE, text));
            }
        }
        let addressed = with(&|entry| self.mapping.addresses_of(entry).next().is_some());
        let names = self.mapping.addresses.join(", ");
        findings.push(match addressed {
            0 => Finding::fails(STORE, format!("no account shows an address ({names}); see users.email")),
            count => Finding::holds(STORE, format!("{count} of {total} accounts show an address ({names})")),
        });
        findings.push(self.state_seen(survey));
        findings
    }

    /// By what a change of a password is noticed.
    fn state_seen(&self, survey: &Found) -> Finding {
        let by = |name: &str| survey.entries.iter().filter(|entry| entry.first(name).is_some()).count();
        let (total, names) = (survey.entries.len(), &self.mapping.state);
        let Some(shown) = names.iter().find(|name| by(name) > 0) else {
            let text = format!(
                "no account shows {}, so nobody notices that a password was changed: a link would stay good after it, for \
                 whoever has it. Let the service account read one of them, or name in users.ldap.state what changes with a \
                 password; if nobody has changed one yet since the overlay was loaded, do so for one account, and check again",
                names.join(" or ")
            );
            return Finding::fails(STORE, text);
        };
        if OF_THE_ENTRY.iter().any(|name| shown.eq_ignore_ascii_case(name)) {
            let text = format!(
                "a change of the password is noticed by {shown} alone, which moves with any change of the entry: where a policy \
                 notes failed sign-ins, whoever fails to sign in as somebody ends that person's link. {EXACT}"
            );
            return Finding::advice(STORE, text);
        }
        let records = names.len() > 1 && shown == "pwdChangedTime";
        if records && by(shown) < total {
            let text = format!(
                "{} of {total} accounts show a {shown}; a link for one of the others ends with any change of its entry, a \
                 failed sign-in included. If the policy overlay stands over all of them, users.ldap.state = [\"{shown}\"] \
                 is exact",
                by(shown)
            );
            return Finding::advice(STORE, text);
        }
        Finding::holds(STORE, format!("a change of the password is noticed by {shown}"))
    }

    /// How many addresses several of these accounts have.
    fn shared_addresses(&self, survey: &Found) -> Finding {
        let mut owners: BTreeMap<FoldedAddress, usize> = BTreeMap::new();
        for entry in &survey.entries {
            let mut own: Vec<_> = self.mapping.addresses_of(entry).map(FoldedAddress::of).collect();
            own.sort_unstable();
            own.dedup();
            for address in own {
                *owners.entry(address).or_default() += 1;
            }
        }
        let among = if survey.is_all { "" } else { " (of those that were looked at)" };
        match owners.values().filter(|count| **count > 1).count() {
            0 => Finding::holds(STORE, format!("no two accounts share an address{among}")),
            1 => Finding::advice(STORE, format!("1 address belongs to several accounts{among}; {NO_MAIL}")),
            count => Finding::advice(STORE, format!("{count} addresses belong to several accounts{among}; {NO_MAIL}")),
        }
    }

    /// Whether the service account sees more than it needs. Only names are asked for, no values.
    async fn secrets_seen(&self, session: &Session, until: Instant) -> Result<Finding, Failure> {
        let search = Search {
            base: &self.mapping.base,
            scope: Scope::Subtree,
            filter: self.mapping.accounts.clone(),
            attributes: SECRETS.iter().map(|name| (*name).to_owned()).collect(),
            entries_max: SAMPLE_MAX,
            types_only: true,
        };
        let found = session.search(search, until.min(Instant::now() + SURVEY_WITHIN)).await?;
        let seen: Vec<_> =
            SECRETS.iter().filter(|name| found.entries.iter().any(|entry| entry.shows(name))).copied().collect();
        if seen.is_empty() {
            return Ok(Finding::holds(STORE, "the service account can read no stored password"));
        }
        let text = format!(
            "the service account can read {}, which a reset does not need; docs/operate/ldap.md has the least rights. If it \
             is the rootdn, the server applies no policy to what it writes",
            seen.join(" and ")
        );
        Ok(Finding::advice(STORE, text))
    }
}

/// Takes a value away that nobody has: the server answers differently, depending on whether we might write.
async fn right_to_write(session: &Session, account: &Entry) -> Result<Finding, Failure> {
    let answer = session.take_away_nothing(&account.dn, PASSWORD, NOBODYS_PASSWORD).await?;
    Ok(match answer.code {
        NO_SUCH_ATTRIBUTE => Finding::holds(STORE, format!("the service account may write {PASSWORD}")),
        INSUFFICIENT_ACCESS => Finding::fails(
            STORE,
            format!("the service account may not write {PASSWORD}; docs/operate/ldap.md has the rule to add"),
        ),
        _ => Finding::advice(
            STORE,
            format!("whether the service account may write {PASSWORD} was not found out: {answer}"),
        ),
    })
}

fn elsewhere(survey: &Found) -> Option<Finding> {
    let place = survey.elsewhere.first()?;
    let text =
        format!("a part of the tree is elsewhere ({place}); Regain does not go there, and finds no account of it");
    Some(Finding::advice(STORE, text))
}

fn in_words(found: &Found) -> String {
    match (found.entries.len(), found.is_all) {
        (1, true) => "1 account".into(),
        (count, true) => format!("{count} accounts"),
        (count, false) => format!("more than {count} accounts"),
    }
}

const STORE: &str = "user store";
const NO_MAIL: &str = "they get no mail, unless they differ in case and one is typed exactly as on file";
const SESSIONS: &str =
    "a directory knows no sessions: applications that let people in by it go on with theirs after a reset";
/// What every change of an entry changes.
const OF_THE_ENTRY: &[&str] = &["entryCSN", "modifyTimestamp"];
const EXACT: &str = "OpenLDAP's pwdChangedTime (slapo-ppolicy), 389's pwdUpdateTime (passwordTrackUpdateTime) move with the \
                     password alone";
/// No hash has this shape, and no server takes it for one.
const NOBODYS_PASSWORD: &str = "{REGAIN}nobody has this password";
/// What holds passwords, or what they were.
const SECRETS: &[&str] = &[PASSWORD, "pwdHistory", "sambaNTPassword", "unicodePwd"];
/// Below what OpenLDAP shows at once, unless it is told otherwise.
const SURVEY_MAX: i32 = 400;
const SAMPLE_MAX: i32 = 20;
const SURVEY_WITHIN: Duration = Duration::from_secs(5);
const EXAMINED_WITHIN: Duration = Duration::from_secs(30);
