//! Looks at a directory of which nothing is known yet, for `regain init`. Reads, and never a password.

use super::failure::{Failure, NO_SUCH_OBJECT};
use super::servers::Servers;
use super::session::{Found, Login, Search, Session};
use crate::config;
use crate::users::StoreFault;
use ldap3::Scope;
use std::time::Duration;
use tokio::time::Instant;

pub(crate) use super::entry::Entry;
pub(crate) use super::schema::Schema;

/// A directory that is looked at.
pub(crate) struct Inspection {
    session: Session,
    until: Instant,
}

/// Entries that may be accounts.
#[derive(Debug)]
pub(crate) struct People {
    /// At most [`PEOPLE_MAX`].
    pub(crate) entries: Vec<Entry>,
    /// Whether there are no more.
    pub(crate) is_all: bool,
}

impl Inspection {
    /// Connects to the first server that answers, and signs in as the configuration says, or as nobody.
    ///
    /// # Errors
    /// [`StoreFault`], if none answers or lets us in.
    pub(crate) async fn open(ldap: &config::Ldap, as_nobody: bool) -> Result<Self, StoreFault> {
        let until = Instant::now() + WITHIN;
        let mut servers = Servers::new(ldap)?;
        if as_nobody {
            servers.sign_in_as(Login::nobody());
        }
        let session = servers.session(until).await.map_err(|failure| failure.fault("cannot be asked"))?;
        Ok(Self { session, until })
    }

    /// What the server says of itself, which everybody may read; empty if it shows nothing.
    ///
    /// # Errors
    /// [`StoreFault`], if it does not answer.
    pub(crate) async fn root(&self) -> Result<Entry, StoreFault> {
        let found = self.search("", Scope::Base, "(objectClass=*)", ROOT_DSE).await;
        Ok(found.map_err(unasked)?.entries.into_iter().next().unwrap_or_default())
    }

    /// The attributes and classes that the server knows; none if it does not show them.
    ///
    /// # Errors
    /// [`StoreFault`], if it does not answer.
    pub(crate) async fn schema(&self, root: &Entry) -> Result<Option<Schema>, StoreFault> {
        let Some(place) = root.first("subschemaSubentry") else { return Ok(None) };
        match Schema::read(&self.session, place, self.until).await {
            Ok(schema) => Ok(schema),
            Err(Failure::Answered(_)) => Ok(None),
            Err(failure) => Err(unasked(failure)),
        }
    }

    /// People under `base`, with what may be of use; or why none are shown.
    ///
    /// # Errors
    /// [`StoreFault`], if the server does not answer.
    pub(crate) async fn people(&self, base: &str) -> Result<Result<People, String>, StoreFault> {
        match self.search(base, Scope::Subtree, PEOPLE, PEOPLE_ATTRIBUTES).await {
            Ok(Found { entries, is_all, .. }) => Ok(Ok(People { entries, is_all })),
            Err(failure) if failure.is(NO_SUCH_OBJECT) => Ok(Ok(People { entries: Vec::new(), is_all: true })),
            Err(Failure::Answered(answer)) => Ok(Err(answer.to_string())),
            Err(failure) => Err(unasked(failure)),
        }
    }

    async fn search(&self, base: &str, scope: Scope, filter: &str, attributes: &[&str]) -> Result<Found, Failure> {
        let search = Search {
            base,
            scope,
            filter: filter.to_owned(),
            attributes: attributes.iter().map(|name| (*name).to_owned()).collect(),
            entries_max: PEOPLE_MAX,
            types_only: false,
        };
        self.session.search(search, self.until).await
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn unasked(failure: Failure) -> StoreFault {
    failure.fault("cannot be asked")
}

const ROOT_DSE: &[&str] = &[
    "objectClass",
    "vendorName",
    "vendorVersion",
    "namingContexts",
    "defaultNamingContext",
    "subschemaSubentry",
    "supportedCapabilities",
    "supportedControl",
    "supportedExtension",
];

/// Every standard class of people is one of these; in Active Directory, computers are as well.
const PEOPLE: &str = "(|(objectClass=person)(objectClass=posixAccount))";

/// None that holds a secret.
const PEOPLE_ATTRIBUTES: &[&str] = &[
    "objectClass",
    "mail",
    "mailAlternateAddress",
    "proxyAddresses",
    "displayName",
    "givenName",
    "cn",
    "preferredLanguage",
    "entryUUID",
    "nsUniqueId",
    "objectGUID",
    "pwdChangedTime",
    "pwdUpdateTime",
    "pwdLastSet",
    "entryCSN",
    "modifyTimestamp",
];

/// Below what OpenLDAP shows at once, unless it is told otherwise.
pub(crate) const PEOPLE_MAX: i32 = 400;
/// For all of it.
const WITHIN: Duration = Duration::from_secs(30);
