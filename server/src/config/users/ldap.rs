//! `[users.ldap]`: accounts in a directory.

use super::{ELIGIBLE, EMAIL, HASH, ID, LOCALE, NAME, PRESET, URL};
use crate::config::key::{Key, keys};
use crate::config::settings::{Refusal, Settings, refusal};
use crate::config::url::{is_loopback_host, percent_decoded};
use crate::config::value::Value;
use crate::users::ldap::filter;
use crate::users::ldap::presets::{OPENLDAP, Preset};
use reqwest::Url;
use secrecy::SecretString;
use std::path::PathBuf;

/// `[users.ldap]`, with the servers of `users.url`.
#[derive(Debug, Clone)]
pub struct Ldap {
    /// The servers, in the order in which they are tried; one at least.
    pub servers: Vec<LdapServer>,
    /// What kind of directory it is; what it says is filled in below.
    pub preset: &'static Preset,
    /// Under which entry the accounts are.
    pub base: String,
    /// Which entries are accounts.
    pub filter: String,
    /// Who asks the directory, and who writes.
    pub bind_dn: String,
    /// Its password; never empty.
    pub bind_password: SecretString,
    /// Authorities that the servers' certificates may come from; without, those that the machine trusts.
    pub ca_file: Option<PathBuf>,
    /// Attributes with further addresses that an account is found by.
    pub more_addresses: Vec<String>,
    /// The first of these attributes that an entry shows is another after each change of its password.
    pub state: Vec<String>,
}

/// One server of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LdapServer {
    /// Host name, or address; an IPv6 address in brackets.
    pub host: String,
    /// Port; 389 or 636 by default.
    pub port: u16,
    /// How the connection is protected.
    pub tls: LdapTls,
}

/// How a connection to a directory is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LdapTls {
    /// `ldaps://`
    Implicit,
    /// `ldap://` off loopback: nobody signs in without.
    StartTls,
    /// `ldap://` on loopback: what stays on this machine needs no certificate.
    Clear,
}

impl LdapServer {
    /// As `users.url` names it, without the base.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls == LdapTls::Implicit { "ldaps" } else { "ldap" };
        format!("{scheme}://{}:{}", self.host, self.port)
    }
}

keys! {
    BASE = Key::text(
        "users.ldap.base",
        "The entry under which the accounts are. Required with a directory, unless its URL ends with it.",
    ).such_as("\"ou=people,dc=example,dc=com\"");
    FILTER = Key::text("users.ldap.filter", "A search filter for the entries that are accounts.")
        .or_derived("the preset's, or else `(objectClass=inetOrgPerson)`").such_as("\"(objectClass=inetOrgPerson)\"");
    BIND_DN = Key::text(
        "users.ldap.bind_dn",
        "The entry as which Regain signs in to the directory, to read and to write. Required with a directory: it has the \
         rights in docs/operate/ldap.md and no more.",
    ).such_as("\"cn=regain,ou=services,dc=example,dc=com\"");
    BIND_PASSWORD = Key::text(
        "users.ldap.bind_password",
        "The password of `users.ldap.bind_dn`. Required, since a server takes a name without a password for nobody, and lets \
         it in.",
    ).secret();
    CA_FILE = Key::path(
        "users.ldap.ca_file",
        "Certificates of the authorities that the servers' certificates may come from, in PEM. Without it, those that the \
         machine trusts.",
    );
    MORE_ADDRESSES = Key::texts(
        "users.ldap.more_addresses",
        "Attributes with further addresses that an account is found by, and that mail goes to if it is asked for with them.",
    ).or_derived("the preset's, or else none").such_as("[\"mailAlternateAddress\"]");
    STATE = Key::text(
        "users.ldap.state",
        "Attributes separated by spaces. The first that an entry shows is another after each change of its password; a link \
         ends when it changes. An entry that shows none counts as never changed.",
    ).or_derived("the preset's, or else `pwdChangedTime entryCSN`").such_as("\"pwdChangedTime\"");
}

/// Reads the section. `urls` are those of `users.url`.
pub(super) fn read(settings: &mut Settings, urls: &[String]) -> Option<Ldap> {
    let named = read_servers(urls).map_err(|refused| settings.refuse(&URL, refused)).ok();
    let preset = settings.text(&PRESET).and_then(|name| Preset::named(&name));
    if preset.is_none() && settings.setting(&PRESET).is_some() {
        settings.refuse(&PRESET, refusal("is of a database", "with a directory: \"openldap\", or none"));
    }
    lay_under(settings, preset);
    if let Some((_, Some(base))) = &named
        && settings.setting(&BASE).is_none()
        && !settings.is_unusable(&BASE)
    {
        settings.derive(&BASE, Value::Text(base.clone()));
    }
    let base = required(settings, &BASE);
    let filter = settings.parsed(&FILTER, search_filter);
    settings.parsed(&ELIGIBLE, search_filter);
    for key in [&ID, &EMAIL, &NAME, &LOCALE] {
        settings.parsed(key, attribute);
    }
    let bind_dn = required(settings, &BIND_DN);
    let bind_password = required(settings, &BIND_PASSWORD);
    let more_addresses = settings.texts(&MORE_ADDRESSES).unwrap_or_default();
    if let Some(refused) = more_addresses.iter().find_map(|name| attribute(name).err()) {
        settings.refuse(&MORE_ADDRESSES, refused);
    }
    let state = settings.parsed(&STATE, |text| text.split_whitespace().map(attribute).collect());
    refuse_other_formats(settings);
    Some(Ldap {
        servers: named?.0,
        preset: preset.unwrap_or(&OPENLDAP),
        base: base?,
        filter: filter?,
        bind_dn: bind_dn?,
        bind_password: bind_password?.into(),
        ca_file: settings.path(&CA_FILE),
        more_addresses,
        state: state?,
    })
}

/// Fills in what nobody set: what the preset says, or what is usual everywhere.
fn lay_under(settings: &mut Settings, preset: Option<&'static Preset>) {
    let usual = preset.unwrap_or(&OPENLDAP);
    let texts = [
        (&ID, usual.id),
        (&EMAIL, usual.email),
        (&NAME, usual.owner_name),
        (&LOCALE, usual.locale),
        (&ELIGIBLE, usual.eligible.unwrap_or_default()),
        (&FILTER, usual.filter),
        (&STATE, &usual.state.join(" ")),
    ];
    let mut values: Vec<_> = texts
        .iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(key, text)| (*key, Value::Text((*text).into())))
        .collect();
    values.push((&MORE_ADDRESSES, Value::Texts(usual.more_addresses.iter().map(|name| (*name).into()).collect())));
    for (key, value) in values {
        let is_open = !settings.configured(key) && !settings.is_emptied(key) && !settings.is_unusable(key);
        match preset {
            Some(preset) if is_open => settings.fill_in(key, value, preset.name),
            None if is_open => settings.derive(key, value),
            _ => {}
        }
    }
}

/// The text of a key that a directory cannot do without.
fn required(settings: &mut Settings, key: &'static Key) -> Option<String> {
    let text = settings.text(key).filter(|text| !text.is_empty());
    if text.is_none() && !settings.is_unusable(key) {
        settings.refuse(key, refusal("is required with a directory", key.accepted()));
    }
    text
}

/// A directory reads hashes with a scheme in front, and no others.
fn refuse_other_formats(settings: &mut Settings) {
    let is_readable = |hash: &str| hash == "keep" || hash.starts_with("ldap_");
    if settings.text(&HASH).is_some_and(|hash| !is_readable(&hash)) {
        let accepted = "\"keep\", with which the server hashes, or one of the formats that begin with ldap_";
        settings.refuse(&HASH, refusal("is no format of a directory", accepted));
    }
}

/// The servers, and the base if a URL ends with one.
fn read_servers(urls: &[String]) -> Result<(Vec<LdapServer>, Option<String>), Refusal> {
    let (mut servers, mut base) = (Vec::new(), None);
    for url in urls {
        let (server, its_base) = read_server(url)?;
        if base.is_some() && its_base.is_some() && base != its_base {
            return Err(refusal("names several bases", "servers of one directory, which have the same entries"));
        }
        servers.push(server);
        base = base.or(its_base);
    }
    if servers.len() > SERVERS_MAX {
        return Err(refusal(format!("names more than {SERVERS_MAX} servers"), "fewer"));
    }
    Ok((servers, base))
}

fn read_server(text: &str) -> Result<(LdapServer, Option<String>), Refusal> {
    let url = Url::parse(text).map_err(|error| refusal(format!("is no URL: {error}"), ACCEPTED))?;
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    let (tls, default_port) = match url.scheme() {
        "ldaps" => (LdapTls::Implicit, 636),
        "ldap" if is_loopback_host(&host) => (LdapTls::Clear, 389),
        "ldap" => (LdapTls::StartTls, 389),
        _ => return Err(refusal("names servers of different kinds", ACCEPTED)),
    };
    if host.is_empty() || url.port() == Some(0) {
        return Err(refusal("names no host, or port 0", ACCEPTED));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(refusal("has more in it than host, port and base", ACCEPTED));
    }
    if host.starts_with('[') && tls != LdapTls::Clear {
        return Err(refusal("names a server by its IPv6 address, to which no certificate is held", "its name"));
    }
    let base = percent_decoded(url.path().trim_start_matches('/'))
        .ok_or_else(|| refusal("has a base that is not percent-encoded UTF-8", ACCEPTED))?;
    let port = url.port().unwrap_or(default_port);
    Ok((LdapServer { host, port, tls }, Some(base).filter(|base| !base.is_empty())))
}

fn search_filter(text: &str) -> Result<String, Refusal> {
    if filter::is_one(text) {
        return Ok(text.to_owned());
    }
    Err(refusal("is no search filter", "one filter in brackets, such as \"(objectClass=inetOrgPerson)\""))
}

/// The name of an attribute (RFC 4512 §1.4), or its number.
fn attribute(text: &str) -> Result<String, Refusal> {
    let is_name = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.len() <= ATTRIBUTE_OCTETS_MAX
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    if !is_name {
        return Err(refusal("is no name of an attribute", "ASCII letters, digits and hyphens"));
    }
    if NEVER_READ.iter().any(|name| name.eq_ignore_ascii_case(text)) {
        return Err(refusal("is what holds the password", "an attribute that is no secret"));
    }
    Ok(text.to_owned())
}

const ACCEPTED: &str = "ldaps://host:port/base or ldap://…, port and base optional; several, separated by spaces";
/// Each may take its time to fail.
const SERVERS_MAX: usize = 8;
const ATTRIBUTE_OCTETS_MAX: usize = 64;
const NEVER_READ: &[&str] = &["userPassword", "unicodePwd"];

/// What a test puts together by itself.
#[cfg(test)]
impl Ldap {
    pub(crate) fn for_test(urls: &str, base: &str, bind_dn: &str, bind_password: &str) -> Self {
        let urls: Vec<String> = urls.split(' ').map(str::to_owned).collect();
        let (servers, _) = read_servers(&urls).unwrap_or_else(|refused| panic!("{urls:?}: {}", refused.complaint));
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            servers,
            preset: &OPENLDAP,
            base: base.into(),
            filter: OPENLDAP.filter.into(),
            bind_dn: bind_dn.into(),
            bind_password: bind_password.into(),
            ca_file: None,
            more_addresses: Vec::new(),
            state: names(OPENLDAP.state),
        }
    }
}
