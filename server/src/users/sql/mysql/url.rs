//! `mysql://` and `mariadb://` URLs: where the server is, and how sure to be that it is the one meant.

use crate::config::url::is_loopback_host;
use crate::users::StoreFault;
use mysql_async::{Opts, OptsBuilder, SslOpts};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use std::path::PathBuf;

/// A server, read from its URL.
#[derive(Clone)]
pub(super) struct Address {
    /// With user and database; TLS is not in it.
    pub(super) opts: Opts,
    pub(super) encryption: Encryption,
    /// Whether what goes there never leaves this machine.
    pub(super) is_local: bool,
    /// Host and port, or the socket, for messages.
    pub(super) shown: String,
}

/// What `ssl-mode` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Encryption {
    /// `disabled`.
    No,
    /// `preferred`: only if the server has it, as the clients that come with MySQL do. Whoever can stand between can
    /// turn it off.
    IfOffered(SslOpts),
    /// `required`, which believes any certificate, and `verify_ca` and `verify_identity`, which do not.
    Yes(SslOpts),
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`StoreFault`], which says what to write, and never the password.
    pub(super) fn parse(url: &SecretString) -> Result<Self, StoreFault> {
        let unreadable = |cause: &str| unusable(format!("{cause}; write {EXAMPLE}"));
        let mut url = Url::parse(url.expose_secret()).map_err(|error| unreadable(&error.to_string()))?;
        let options = Options::read(&url)?;
        url.set_query(None);
        url.set_fragment(None);
        url.set_scheme("mysql").map_err(|()| unreadable("it begins with neither mysql:// nor mariadb://"))?;
        let opts = Opts::from_url(url.as_str()).map_err(|_| unreadable("it cannot be read"))?;
        if opts.user().is_none_or(str::is_empty) {
            return Err(unreadable("it names no user"));
        }
        if opts.db_name().is_none_or(str::is_empty) {
            return Err(unreadable("it names no database"));
        }
        if url.host_str().is_none_or(str::is_empty) && options.socket.is_none() {
            return Err(unreadable("it names no host"));
        }
        let host = opts.ip_or_hostname().trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_local = options.socket.is_some() || is_loopback_host(&host);
        let shown = options.socket.clone().unwrap_or_else(|| format!("{host}:{}", opts.tcp_port()));
        let encryption = options.encryption(host, is_local)?;
        // The driver would leave TCP for the server's socket on its own; the URL says which it shall be.
        let opts = OptsBuilder::from_opts(opts).prefer_socket(false).socket(options.socket);
        Ok(Self { opts: opts.into(), encryption, is_local, shown })
    }
}

/// What follows the question mark.
#[derive(Default)]
struct Options {
    mode: Option<String>,
    authority: Option<PathBuf>,
    socket: Option<String>,
}

impl Options {
    fn read(url: &Url) -> Result<Self, StoreFault> {
        let mut options = Self::default();
        for (name, value) in url.query_pairs() {
            match &*name {
                "ssl-mode" | "sslmode" => options.mode = Some(value.to_ascii_lowercase().replace('-', "_")),
                "ssl-ca" | "sslrootcert" => options.authority = Some(PathBuf::from(&*value)),
                "socket" => options.socket = Some(value.into_owned()),
                _ => return Err(unusable(format!("it has an option {name:?}; there are ssl-mode, ssl-ca and socket"))),
            }
        }
        Ok(options)
    }

    fn encryption(&self, host: String, is_local: bool) -> Result<Encryption, StoreFault> {
        let unverified = SslOpts::default().with_danger_accept_invalid_certs(true);
        let mode = match (self.mode.as_deref(), &self.authority) {
            (Some(mode), _) => mode,
            (None, Some(_)) => "verify_identity",
            (None, None) if is_local => "disabled",
            (None, None) => "preferred",
        };
        if self.socket.is_some() && !matches!(mode, "disabled" | "disable" | "preferred" | "prefer") {
            return Err(unusable("a socket has no TLS; leave out ssl-mode and ssl-ca".into()));
        }
        let named = |opts: SslOpts| opts.with_danger_tls_hostname_override(Some(host));
        Ok(match mode {
            "disabled" | "disable" => Encryption::No,
            _ if self.socket.is_some() => Encryption::No,
            "preferred" | "prefer" => Encryption::IfOffered(named(unverified)),
            "required" | "require" => Encryption::Yes(named(unverified)),
            "verify_ca" | "verify_identity" | "verify_full" => Encryption::Yes(named(self.verified())),
            other => return Err(unusable(format!("ssl-mode is {other:?}; write one of {MODES}"))),
        })
    }

    /// The name is looked at for `verify_ca` too: a certificate of the same authority for another host is no proof.
    fn verified(&self) -> SslOpts {
        match &self.authority {
            None => SslOpts::default(),
            Some(file) => {
                SslOpts::default().with_root_certs(vec![file.clone().into()]).with_disable_built_in_roots(true)
            }
        }
    }
}

fn unusable(cause: String) -> StoreFault {
    StoreFault { what: "has a URL that cannot be used", cause }
}

const EXAMPLE: &str = "mysql://NAME:PASSWORD@HOST/DATABASE, with odd characters percent-encoded";
const MODES: &str = "disabled, preferred, required, verify_ca and verify_identity";

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Result<Address, String> {
        Address::parse(&SecretString::from(url)).map_err(|fault| fault.to_string())
    }

    #[test]
    fn every_part_is_read() {
        for scheme in ["mysql", "mariadb"] {
            let address = address(&format!("{scheme}://re%40gain:p%2Fw%3F@db.example.com:3307/app")).unwrap();
            assert_eq!((address.opts.user(), address.opts.pass()), (Some("re@gain"), Some("p/w?")));
            assert_eq!((address.opts.db_name(), address.shown.as_str()), (Some("app"), "db.example.com:3307"));
            assert!(matches!(address.encryption, Encryption::IfOffered(_)) && !address.is_local);
        }
    }

    #[test]
    fn this_machine_is_spoken_to_without_tls() {
        for url in ["mysql://u@127.0.0.1/a", "mysql://u@localhost/a", "mysql://u@[::1]/a", "mysql://u@h/a?socket=/s"] {
            let address = address(url).unwrap();
            assert!(address.is_local && address.encryption == Encryption::No, "{url}");
        }
        let by_socket = address("mysql://u@db/a?socket=%2Frun%2Fmysqld.sock").unwrap();
        assert_eq!((by_socket.opts.socket(), by_socket.shown.as_str()), (Some("/run/mysqld.sock"), "/run/mysqld.sock"));
    }

    #[test]
    fn the_mode_is_spelled_in_more_than_one_way() {
        let verified = |options: &str| match address(&format!("mysql://u@db/a?{options}")).unwrap().encryption {
            Encryption::No => "no",
            Encryption::IfOffered(_) => "if offered",
            Encryption::Yes(opts) if opts.accept_invalid_certs() => "unverified",
            Encryption::Yes(opts) if opts.disable_built_in_roots() => "by that authority",
            Encryption::Yes(_) => "by any authority",
        };
        assert_eq!(verified("ssl-mode=DISABLED"), "no");
        assert_eq!(verified("sslmode=prefer"), "if offered");
        assert_eq!(verified("ssl-mode=required"), "unverified");
        assert_eq!(verified("sslmode=verify-full"), "by any authority");
        assert_eq!(verified("ssl-mode=VERIFY_CA&ssl-ca=/ca.pem"), "by that authority");
        assert_eq!(verified("sslrootcert=/ca.pem"), "by that authority");
    }

    #[test]
    fn an_unusable_url_is_told_without_its_password() {
        for (url, hint) in [
            ("mysql://:hunter2@db/app", "user"),
            ("mysql://u:hunter2@db", "database"),
            ("mysql://u:hunter2@db/", "database"),
            ("mysql://u:hunter2@/app", "host"),
            ("mysql://u:hunter2@db:99999/app", "port"),
            ("mysql://u:hunter2@db/app?ssl-mode=yes", "verify_identity"),
            ("mysql://u:hunter2@db/app?timeout=3", "ssl-ca"),
            ("mysql://u:hunter2@db/app?socket=/s&ssl-mode=required", "socket"),
        ] {
            let fault = address(url).err().unwrap();
            assert!(fault.contains(hint) && !fault.contains("hunter2"), "{url}: {fault}");
        }
    }
}
