//! `postgres://…`, with the meanings that libpq gives it.

use super::Unusable;
use super::tls::Encryption;
use crate::config::url::{is_loopback_host, percent_decoded};
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// Where the database is, and how to talk to it.
pub(crate) struct Target {
    pub(crate) config: Config,
    pub(crate) encryption: Encryption,
}

impl Target {
    /// Reads the URL that stands under `key`. What the driver does not know of it, `sslmode` and `sslrootcert`, is read here.
    ///
    /// # Errors
    /// [`Unusable`], which says what to write, and never quotes the URL: it may hold a password.
    pub(crate) fn parse(url: &SecretString, key: &str) -> Result<Self, Unusable> {
        Self::read(url).map_err(|why| Unusable {
            what: "cannot be used as configured",
            cause: format!("{key} is written postgres://NAME:PASSWORD@HOST:PORT/DATABASE?sslmode=MODE; {why}"),
        })
    }

    fn read(url: &SecretString) -> Result<Self, String> {
        let (base, options) = split(url.expose_secret());
        let (mut mode, mut roots, mut known) = (None, None, Vec::new());
        for option in options.split('&').filter(|option| !option.is_empty()) {
            let (key, value) = option.split_once('=').ok_or_else(unknown_option)?;
            let decoded = || percent_decoded(value).ok_or_else(unreadable);
            match key {
                "sslmode" => mode = Some(decoded()?),
                "sslrootcert" => roots = Some(decoded()?),
                _ if OPTIONS.contains(&key) => known.push(option),
                _ => return Err(unknown_option()),
            }
        }
        let mut config: Config = format!("{base}?{}", known.join("&")).parse().map_err(|_| unreadable())?;
        if config.get_hosts().iter().any(|host| matches!(host, Host::Tcp(name) if name.contains('@'))) {
            return Err(unreadable());
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err("it names no host; a Unix socket is named by its folder: ?host=/run/postgresql".to_owned());
        }
        let encryption = encryption(&config, mode.as_deref(), roots)?;
        config.ssl_mode(match encryption {
            Encryption::Disable => SslMode::Disable,
            Encryption::Prefer => SslMode::Prefer,
            Encryption::Require | Encryption::VerifyCa(_) | Encryption::VerifyFull(_) => SslMode::Require,
        });
        fill_in(&mut config, &known);
        Ok(Self { config, encryption })
    }

    /// Where the URL leads, for messages.
    pub(crate) fn place(&self) -> String {
        let hosts = self.config.get_hosts().iter().map(|host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        });
        let addresses = self.config.get_hostaddrs().iter().map(ToString::to_string);
        let ports = self.config.get_ports().iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let hosts = hosts.chain(addresses).collect::<Vec<_>>().join(",");
        let port = if ports.is_empty() { "5432" } else { &ports };
        format!("{hosts} port {port}, database {}", self.config.get_dbname().unwrap_or("of the role's own name"))
    }

    /// Whether every host is this very machine.
    pub(crate) fn is_local(&self) -> bool {
        let addresses = self.config.get_hostaddrs();
        if !addresses.is_empty() {
            return addresses.iter().all(std::net::IpAddr::is_loopback);
        }
        self.config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => is_loopback_host(name),
            Host::Unix(_) => true,
        })
    }
}

/// Cuts the options off. A question mark in the password, before the `@`, begins none.
fn split(url: &str) -> (&str, &str) {
    let after_credentials = url.find('@').unwrap_or(0);
    match url[after_credentials..].find('?') {
        Some(mark) => (&url[..after_credentials + mark], &url[after_credentials + mark + 1..]),
        None => (url, ""),
    }
}

/// <https://www.postgresql.org/docs/current/libpq-ssl.html>: with a certificate at hand `require` checks the chain, and
/// a Unix socket is never encrypted.
fn encryption(config: &Config, mode: Option<&str>, roots: Option<String>) -> Result<Encryption, String> {
    let to_sockets_only =
        config.get_hostaddrs().is_empty() && config.get_hosts().iter().all(|host| matches!(host, Host::Unix(_)));
    let roots = roots.filter(|path| path != "system").map(PathBuf::from);
    Ok(match mode.unwrap_or("prefer") {
        "disable" | "prefer" | "require" | "verify-ca" | "verify-full" if to_sockets_only => Encryption::Disable,
        "disable" => Encryption::Disable,
        "prefer" => Encryption::Prefer,
        "require" if roots.is_some() => Encryption::VerifyCa(roots),
        "require" => Encryption::Require,
        "verify-ca" => Encryption::VerifyCa(roots),
        "verify-full" => Encryption::VerifyFull(roots),
        _ => return Err("its sslmode is one of disable, prefer, require, verify-ca and verify-full".to_owned()),
    })
}

/// What the operator need not say.
fn fill_in(config: &mut Config, known: &[&str]) {
    let is_given = |key: &str| known.iter().any(|option| option.split('=').next() == Some(key));
    if config.get_application_name().is_none() {
        config.application_name("regain");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_MAX);
    }
    if !is_given("keepalives_idle") {
        config.keepalives_idle(SILENCE_MAX);
    }
    if !is_given("tcp_user_timeout") {
        config.tcp_user_timeout(SILENCE_MAX);
    }
}

fn unknown_option() -> String {
    format!("it has an option that Regain does not know; it knows sslmode, sslrootcert, {}", OPTIONS.join(", "))
}

fn unreadable() -> String {
    "odd characters of a name or a password are percent-encoded, such as %40 for @ and %2F for /".to_owned()
}

/// What the driver reads, but for `options`: PgBouncer refuses it.
const OPTIONS: [&str; 16] = [
    "host",
    "hostaddr",
    "port",
    "user",
    "password",
    "dbname",
    "application_name",
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_retries",
    "target_session_attrs",
    "channel_binding",
    "load_balance_hosts",
];
/// Half of what a look-up may take, so that a second host may still be asked.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// A firewall that forgot a connection says nothing; this is how long that goes unnoticed.
const SILENCE_MAX: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Result<Target, String> {
        Target::parse(&url.into(), "users.url").map_err(|fault| fault.cause)
    }

    #[test]
    fn modes_mean_what_libpq_means_by_them() {
        let here = Some(PathBuf::from("/a b"));
        for (options, encryption) in [
            ("", Encryption::Prefer),
            ("?sslmode=disable", Encryption::Disable),
            ("?sslmode=prefer&sslrootcert=/a%20b", Encryption::Prefer),
            ("?sslmode=require", Encryption::Require),
            ("?sslmode=require&sslrootcert=/a%20b", Encryption::VerifyCa(here.clone())),
            ("?sslrootcert=/a%20b&sslmode=verify-ca", Encryption::VerifyCa(here.clone())),
            ("?sslmode=verify-full", Encryption::VerifyFull(None)),
            ("?sslmode=verify-full&sslrootcert=system", Encryption::VerifyFull(None)),
            ("?sslmode=verify-full&sslrootcert=/a%20b", Encryption::VerifyFull(here)),
        ] {
            assert_eq!(read(&format!("postgres://a:b@db/app{options}")).unwrap().encryption, encryption, "{options}");
        }
        let socket = read("postgresql://a@/app?host=/run/postgresql&sslmode=verify-full").unwrap();
        assert_eq!(socket.encryption, Encryption::Disable);
        assert!(socket.is_local());
    }

    #[test]
    fn what_is_not_said_is_filled_in() {
        let target = read("postgres://a:p%40s?s@db:6432/app").unwrap();
        assert_eq!(target.config.get_password(), Some(&b"p@s?s"[..]));
        assert_eq!(target.config.get_ports(), [6432]);
        assert_eq!(target.config.get_application_name(), Some("regain"));
        assert_eq!(target.config.get_connect_timeout(), Some(&CONNECT_MAX));
        assert_eq!(target.config.get_keepalives_idle(), SILENCE_MAX);
        assert!(!target.is_local());
        assert_eq!(target.place(), "db port 6432, database app");
        let target = read("postgres://a@[::1]/app?application_name=x&connect_timeout=1&keepalives_idle=5").unwrap();
        assert_eq!(target.config.get_application_name(), Some("x"));
        assert_eq!(target.config.get_connect_timeout(), Some(&Duration::from_secs(1)));
        assert_eq!(target.config.get_keepalives_idle(), Duration::from_secs(5));
        assert!(target.is_local());
    }

    #[test]
    fn an_error_says_what_to_write_and_never_the_password() {
        for url in [
            "postgres://a:se?cret@db/app?sslmode=allow",
            "postgres://a:secret@db/app?options=-c%20x",
            "postgres://a:secret@db/app?secret=1",
            "postgres://a:secret@db/app?secret",
            "postgres://a:secret@db:secret/app",
            "postgres://a:secret@db/app?sslmode=%FF",
            "postgres://a:secret@/app",
            "postgres://a:s@ecret@db/app",
        ] {
            let fault = read(url).err().unwrap();
            assert!(fault.contains("users.url is written postgres://"), "{fault}");
            assert!(!fault.contains("secret") && !fault.contains("cret"), "{fault}");
        }
    }
}
