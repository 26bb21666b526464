//! URLs in the configuration: parsed as browsers do, and refused where a browser would guess.

use super::settings::{Refusal, refusal};
use crate::weakness::{self, Weakness};
use reqwest::Url;
use secrecy::SecretString;
use std::net::{Ipv4Addr, Ipv6Addr};

/// An absolute http or https URL without a user in it; plain http on this machine only.
pub(super) fn web(text: &str) -> Result<Url, Refusal> {
    let accepted = "an absolute URL such as \"https://accounts.example.com\"";
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(refusal("holds a space, a control character or a backslash", accepted));
    }
    let url = Url::parse(text).map_err(|error| refusal(format!("is no URL: {error}"), accepted))?;
    let names_host = text.get(url.scheme().len()..).is_some_and(|rest| rest.starts_with("://"));
    if !matches!(url.scheme(), "http" | "https") || !names_host {
        return Err(refusal("is no http or https URL", accepted));
    }
    if !url.host_str().is_some_and(is_plain_host) {
        return Err(refusal("has a host with characters that no name of a host has", accepted));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refusal("names a user or a password", "a URL without them"));
    }
    if url.scheme() == "http" && !is_loopback(&url) && !weakness::is(Weakness::AnyBaseUrl) {
        return Err(refusal("must be https", "https; plain http on localhost, 127.0.0.0/8 and [::1] only"));
    }
    Ok(url)
}

/// URLs allow quotation marks and asterisks in hosts; headers and pages had better not.
fn is_plain_host(host: &str) -> bool {
    host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._[]:".contains(&b))
}

/// Whether `url` leads to this very machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(is_loopback_host)
}

/// `localhost`, 127.0.0.0/8 or `::1`, in brackets or without.
pub(crate) fn is_loopback_host(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
        || bare.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
}

/// Undoes percent-encoding; none if the bytes are no UTF-8 or a `%` stands alone.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            let hex = std::str::from_utf8(&digits).ok().filter(|hex| !hex.starts_with('+'))?;
            decoded.push(u8::from_str_radix(hex, 16).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

/// A user store's URL, by its scheme.
pub(super) enum Store {
    /// With its path.
    Sqlite(String),
    Postgres(SecretString),
    Mysql(SecretString),
    /// Servers of one directory, in the order in which they are tried.
    Ldap(Vec<String>),
    Hook(Url),
}

/// A user store: `sqlite:PATH`, the URL of a database server, whose details its own driver reads later, those of a
/// directory's servers, or of a back end.
pub(super) fn store(url: &str) -> Result<Store, Refusal> {
    let accepted = "postgres://…, mysql://…, mariadb://…, sqlite:PATH, ldap://…, ldaps://… or https://…";
    let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
    let of_server = |store: fn(SecretString) -> Store| {
        if !rest.starts_with("//") || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
            let example = format!("{scheme}://NAME:PASSWORD@HOST/DATABASE, with odd characters percent-encoded");
            return Err(refusal("is no URL of a database server", example));
        }
        Ok(store(url.to_owned().into()))
    };
    match scheme {
        "sqlite" => sqlite_path(url).map(Store::Sqlite),
        "postgres" | "postgresql" => of_server(Store::Postgres),
        "mysql" | "mariadb" => of_server(Store::Mysql),
        "ldap" | "ldaps" if url.contains('@') => {
            Err(refusal("names a user or a password", "URLs without them; `users.ldap.bind_dn` is who signs in"))
        }
        "ldap" | "ldaps" => Ok(Store::Ldap(url.split(' ').filter(|one| !one.is_empty()).map(str::to_owned).collect())),
        "http" | "https" => web(url).map(Store::Hook),
        _ => Err(refusal("names no kind of store that Regain knows", accepted)),
    }
}

/// The path in `sqlite:PATH`.
pub(super) fn sqlite_path(url: &str) -> Result<String, Refusal> {
    let accepted = "sqlite:PATH, with a path relative to the configuration file or absolute";
    let Some(path) = url.strip_prefix("sqlite:") else {
        return Err(refusal("names no kind of store that Regain knows", accepted));
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.starts_with(':') {
        return Err(refusal("names no file", accepted));
    }
    if path.contains(['?', '#']) || path.contains(char::is_control) {
        return Err(refusal("holds options or control characters", accepted));
    }
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_few_names() {
        for host in ["localhost", "LOCALHOST", "127.0.0.1", "127.255.0.9", "[::1]", "::1"] {
            assert!(is_loopback_host(host), "{host}");
        }
        for host in ["localhost.example.com", "128.0.0.1", "127.0.0.1.example.com", "[::2]", "", "0.0.0.0"] {
            assert!(!is_loopback_host(host), "{host}");
        }
    }

    #[test]
    fn percent_signs_are_undone_or_refused() {
        assert_eq!(percent_decoded("a%40b%3A%25").as_deref(), Some("a@b:%"));
        for broken in ["%", "%4", "%zz", "%+1", "%ff"] {
            assert_eq!(percent_decoded(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_database_path_may_follow_two_slashes() {
        assert_eq!(sqlite_path("sqlite:app.db").ok().as_deref(), Some("app.db"));
        assert_eq!(sqlite_path("sqlite:///srv/app.db").ok().as_deref(), Some("/srv/app.db"));
        assert_eq!(sqlite_path("sqlite:/srv/app.db").ok().as_deref(), Some("/srv/app.db"));
        for no_file in ["sqlite:", "sqlite::memory:", "sqlite:a.db?mode=memory", "app.db", "postgres://db/app"] {
            assert!(sqlite_path(no_file).is_err(), "{no_file}");
        }
    }
}
