//! `[users.ldap]`: accounts in a directory.

use super::key::{Key, keys};
use super::settings::{Settings, refusal};
use secrecy::SecretString;
use std::path::PathBuf;

/// `[users.ldap]`
#[derive(Debug, Clone)]
pub struct Ldap {
    /// The servers' URLs, in the order in which they are tried.
    pub servers: Vec<String>,
    /// Under which entry the accounts are.
    pub base: String,
    /// Which entries are accounts.
    pub filter: String,
    /// Who asks the directory, and who writes; nobody in particular without.
    pub bind_dn: Option<String>,
    /// Its password.
    pub bind_password: Option<SecretString>,
    /// Authorities that the server's certificate may come from, besides those that the machine trusts.
    pub ca_file: Option<PathBuf>,
    /// Attributes with further addresses that an account is found by.
    pub more_addresses: Vec<String>,
    /// The attribute that is another after each change of the password.
    pub state: Option<String>,
}

keys! {
    BASE = Key::text("users.ldap.base", "The entry under which the accounts are. Required with a directory.")
        .such_as("\"ou=people,dc=example,dc=com\"");
    FILTER = Key::text("users.ldap.filter", "Which entries under it are accounts.")
        .or_derived("the preset's, or `(objectClass=inetOrgPerson)`");
    BIND_DN = Key::text("users.ldap.bind_dn", "The entry as which Regain signs in to the directory.");
    BIND_PASSWORD = Key::text("users.ldap.bind_password", "The password of `users.ldap.bind_dn`.").secret();
    CA_FILE = Key::path("users.ldap.ca_file", "Certificates of authorities to trust besides the machine's, in PEM.");
    MORE_ADDRESSES = Key::texts("users.ldap.more_addresses", "Attributes with further addresses that an account is found by.")
        .or_derived("the preset's, or none");
    STATE = Key::text("users.ldap.state", "The attribute that is another after each change of the password.");
}

const FILTER_USUAL: &str = "(objectClass=inetOrgPerson)";

/// Reads the section.
pub(super) fn read(settings: &mut Settings, servers: Vec<String>) -> Option<Ldap> {
    let base = settings.text(&BASE);
    if base.is_none() && !settings.is_unusable(&BASE) {
        settings.refuse(&BASE, refusal("is required with a directory", BASE.accepted()));
    }
    Some(Ldap {
        servers,
        filter: settings.text(&FILTER).unwrap_or_else(|| FILTER_USUAL.into()),
        bind_dn: settings.text(&BIND_DN),
        bind_password: settings.text(&BIND_PASSWORD).map(SecretString::from),
        ca_file: settings.path(&CA_FILE),
        more_addresses: settings.texts(&MORE_ADDRESSES).unwrap_or_default(),
        state: settings.text(&STATE),
        base: base?,
    })
}
