//! One connection to one server, signed in.

use super::entry::Entry;
use super::failure::{Answer, BUSY, Failure, SIZE_LIMIT_EXCEEDED, UNAVAILABLE};
use crate::config::{LdapServer, LdapTls};
use ldap3::controls::RawControl;
use ldap3::exop::{Exop, PasswordModify};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapResult, Mod, ResultEntry, Scope, SearchOptions};
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString};
use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, timeout_at};

/// Who signs in.
#[derive(Debug, Clone)]
pub(super) struct Login {
    pub(super) dn: String,
    /// Never empty: a name without a password is taken for nobody by many servers, and let in (RFC 4513 §5.1.2).
    pub(super) password: SecretString,
}

impl Login {
    /// Nobody, on purpose.
    pub(super) fn nobody() -> Self {
        Self { dn: String::new(), password: SecretString::default() }
    }
}

/// A connection that is shared: what is asked on it at once is answered as the server likes.
#[derive(Clone)]
pub(super) struct Session {
    ldap: Ldap,
    pub(super) server: Arc<str>,
    driver: Arc<Driver>,
}

/// Reads and writes the connection; ends with the last that uses it.
struct Driver(AbortHandle);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A question.
#[derive(Debug, Clone)]
pub(super) struct Search<'a> {
    pub(super) base: &'a str,
    pub(super) scope: Scope,
    pub(super) filter: String,
    pub(super) attributes: Vec<String>,
    /// More entries than these are not read.
    pub(super) entries_max: i32,
    /// Without values.
    pub(super) types_only: bool,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) entries: Vec<Entry>,
    /// Whether there is no more: neither we nor the server stopped before the end.
    pub(super) is_all: bool,
    /// Other servers on which a part of the tree is said to be, some of them.
    pub(super) elsewhere: Vec<String>,
}

impl Session {
    /// Connects, encrypts and signs in; gives up at `until`.
    pub(super) async fn open(
        server: &LdapServer,
        tls: &Arc<ClientConfig>,
        login: &Login,
        until: Instant,
    ) -> Result<Self, Failure> {
        let (url, login) = (server.url(), login.clone());
        let settings =
            LdapConnSettings::new().set_starttls(server.tls == LdapTls::StartTls).set_config(Arc::clone(tls));
        let opening = apart(async move {
            let (connection, mut ldap) = LdapConnAsync::with_settings(settings, &url).await.map_err(unconnected)?;
            let driver = tokio::spawn(async move {
                if let Err(error) = connection.drive().await {
                    tracing::debug!(error = %Failure::from(error), "a connection to the directory ended");
                }
            });
            let driver = Arc::new(Driver(driver.abort_handle()));
            successful(ldap.simple_bind(&login.dn, login.password.expose_secret()).await?)?;
            Ok(Self { ldap, server: url.into(), driver })
        });
        timeout_at(until, opening).await.unwrap_or_else(|_| Err(Failure::Away("it does not answer in time".into())))
    }

    /// Whether both are the same connection.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.driver, &other.driver)
    }

    /// Whether the connection ended.
    pub(super) fn is_closed(&self) -> bool {
        self.ldap.clone().is_closed()
    }

    /// Asks one question.
    pub(super) async fn search(&self, search: Search<'_>, until: Instant) -> Result<Found, Failure> {
        self.read(search, until, Entry::parse).await
    }

    /// Asks for an entry as long as a schema's.
    pub(super) async fn search_at_length(&self, search: Search<'_>, until: Instant) -> Result<Found, Failure> {
        self.read(search, until, Entry::parse_at_length).await
    }

    async fn read(
        &self,
        search: Search<'_>,
        until: Instant,
        parse: fn(ResultEntry) -> Option<Entry>,
    ) -> Result<Found, Failure> {
        let Search { base, scope, filter, attributes, entries_max, types_only } = search;
        let seconds = until.saturating_duration_since(Instant::now()).as_secs().clamp(1, 60);
        let options = SearchOptions::new()
            .sizelimit(entries_max)
            .timelimit(i32::try_from(seconds).unwrap_or(60))
            .typesonly(types_only);
        let (base, mut ldap) = (base.to_owned(), self.ldap.clone());
        let reading = apart(async move {
            let mut stream =
                ldap.with_search_options(options).streaming_search(&base, scope, &filter, attributes).await?;
            let (mut entries, mut elsewhere) = (Vec::new(), Vec::new());
            // Not every server counts for us: Samba does not.
            let (mut entries_left, mut octets_left, mut others_left) = (entries_max, OCTETS_MAX, OTHERS_MAX);
            let mut is_too_much = false;
            while let Some(item) = stream.next().await? {
                if item.is_ref() || item.is_intermediate() {
                    others_left -= 1;
                    if item.is_ref() && elsewhere.len() < ELSEWHERE_MAX {
                        elsewhere.extend(reference(item));
                    }
                } else {
                    entries_left -= 1;
                    let entry = parse(item);
                    octets_left -= entry.as_ref().map_or(0, Entry::octets).min(octets_left);
                    entries.extend(entry.filter(|_| entries_left >= 0 && octets_left > 0));
                }
                is_too_much = entries_left < 0 || octets_left == 0 || others_left < 0;
                if is_too_much {
                    break;
                }
            }
            let id = stream.ldap_handle().last_id();
            let result = stream.finish().await;
            if is_too_much {
                ldap.abandon(id).await?;
                return Ok(Found { entries, is_all: false, elsewhere });
            }
            let is_all = result.rc != SIZE_LIMIT_EXCEEDED;
            if is_all {
                successful(result)?;
            }
            Ok(Found { entries, is_all, elsewhere })
        });
        timeout_at(until, reading).await.unwrap_or_else(|_| Err(Failure::Away("it does not answer in time".into())))
    }

    /// The Password Modify extended operation (RFC 3062): the server hashes, and applies its policy.
    pub(super) async fn set_by_server(
        &self,
        dn: &str,
        password: &str,
        controls: Vec<RawControl>,
    ) -> Result<LdapResult, ldap3::LdapError> {
        let request: Exop = PasswordModify { user_id: Some(dn), old_pass: None, new_pass: Some(password) }.into();
        let mut ldap = self.ldap.clone();
        apart(async move { ldap.with_controls(controls).extended(request).await.map(|answer| answer.1) }).await
    }

    /// Replaces all values of these attributes with one each, all or none.
    pub(super) async fn replace(
        &self,
        dn: &str,
        values: &[(&str, &[u8])],
        controls: Vec<RawControl>,
    ) -> Result<LdapResult, ldap3::LdapError> {
        let change =
            |(name, value): &(&str, &[u8])| Mod::Replace(name.as_bytes().to_vec(), HashSet::from([value.to_vec()]));
        self.modify(dn, values.iter().map(change).collect(), controls).await
    }

    /// Tries to replace a value by one that no server takes: it says whether we might, and nothing changes.
    pub(super) async fn offer(&self, dn: &str, attribute: &str, unacceptable: &[u8]) -> Result<Answer, Failure> {
        Ok(timed(self.replace(dn, &[(attribute, unacceptable)], Vec::new())).await?.into())
    }

    /// Takes away a value that is not there: the server says whether we might, and nothing changes.
    pub(super) async fn take_away_nothing(&self, dn: &str, attribute: &str, value: &str) -> Result<Answer, Failure> {
        let change = Mod::Delete(attribute.as_bytes().to_vec(), HashSet::from([value.as_bytes().to_vec()]));
        Ok(timed(self.modify(dn, vec![change], Vec::new())).await?.into())
    }

    async fn modify(
        &self,
        dn: &str,
        changes: Vec<Mod<Vec<u8>>>,
        controls: Vec<RawControl>,
    ) -> Result<LdapResult, ldap3::LdapError> {
        let (dn, mut ldap) = (dn.to_owned(), self.ldap.clone());
        apart(async move { ldap.with_controls(controls).modify(&dn, changes).await }).await
    }
}

/// Does `work` in a task of its own, which ends with whoever waits for it. At an answer that is no LDAP the library
/// panics: a fault of that server's, and no reason for the courier to die.
async fn apart<T, E>(work: impl Future<Output = Result<T, E>> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<ldap3::LdapError> + Send + 'static,
{
    let mut task = JoinSet::new();
    task.spawn(work);
    match task.join_next().await {
        Some(Ok(done)) => done,
        Some(Err(_)) | None => {
            let no_ldap = io::Error::new(io::ErrorKind::InvalidData, "what it answers is no LDAP");
            Err(ldap3::LdapError::from(no_ldap).into())
        }
    }
}

/// Before anybody signs in, a server's answer is about encryption.
fn unconnected(error: ldap3::LdapError) -> Failure {
    match Failure::from(error) {
        Failure::Answered(answer) => {
            Failure::Away(format!("it offers no encryption (StartTLS: {answer}), and nobody signs in without"))
        }
        failure => failure,
    }
}

/// Bounds what is not bounded otherwise.
async fn timed<T>(work: impl Future<Output = Result<T, ldap3::LdapError>>) -> Result<T, Failure> {
    match tokio::time::timeout(ASKING_MAX, work).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(Failure::Away("it does not answer in time".into())),
    }
}

/// For `regain check`. The machines that tests run on stand still at times.
const ASKING_MAX: Duration = Duration::from_secs(if cfg!(test) { 30 } else { 4 });

/// Success, or a failure: of a server that has no time, as if it were away.
fn successful(result: LdapResult) -> Result<(), Failure> {
    match result.rc {
        0 => Ok(()),
        BUSY | UNAVAILABLE => Err(Failure::Away(Answer::from(result).to_string())),
        _ => Err(Failure::Answered(result.into())),
    }
}

/// Where a part of the tree is said to be.
fn reference(item: ResultEntry) -> Option<String> {
    use ldap3::asn1::PL;
    let PL::C(urls) = item.0.payload else { return None };
    let url = |tag: ldap3::asn1::StructureTag| match tag.payload {
        PL::P(octets) => String::from_utf8(octets).ok(),
        PL::C(_) => None,
    };
    let url = url(urls.into_iter().next()?)?;
    Some(crate::plain::one_line(&url.chars().take(URL_CHARS_MAX).collect::<String>()))
}

/// What is kept of one search. A schema of Active Directory has less than two megabytes, 400 accounts seldom one.
pub(super) const OCTETS_MAX: usize = 8 * 1024 * 1024;
/// What comes in between the entries of one search: references, and messages that nobody asked for.
pub(super) const OTHERS_MAX: i32 = 256;
/// References that are kept, to be named.
pub(super) const ELSEWHERE_MAX: usize = 3;
const URL_CHARS_MAX: usize = 300;
