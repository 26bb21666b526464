//! `[server]`: the public port.

use super::LedgerUrl;
use super::key::{Key, keys};
use super::settings::{Refusal, Settings, refusal};
use super::value::Value;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// `[server]`
#[derive(Debug, Clone)]
pub struct Server {
    /// The public port.
    pub listen: SocketAddr,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Certificate chain and key in PEM, if this server speaks TLS itself.
    pub tls: Option<TlsFiles>,
    /// Where the server's secret is; by default beside the SQLite ledger.
    pub secret_file: PathBuf,
    /// Whether `secret_file` was configured; if not, it is created when absent.
    pub secret_file_configured: bool,
}

/// Two PEM files.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The chain, leaf first.
    pub certificate_file: PathBuf,
    /// The private key.
    pub key_file: PathBuf,
}

keys! {
    LISTEN = Key::text(
        "server.listen",
        "Address and port of the public port; port 0 takes a free one. Only this machine by default: a proxy beside \
         it is the usual neighbour.",
    ).or("127.0.0.1:8080").such_as("\"127.0.0.1:8080\"");
    TRUSTED_PROXIES = Key::texts(
        "server.trusted_proxies",
        "Addresses or networks whose `X-Forwarded-For` is believed. Nobody's by default: a header that anyone may \
         write would undo the limit per network.",
    ).such_as("[\"10.0.0.0/8\"]");
    TLS_CERTIFICATE_FILE = Key::path(
        "server.tls_certificate_file",
        "Certificate chain in PEM, leaf first, if this server speaks TLS itself. None by default: usually the proxy \
         does. Read again when it changes.",
    );
    TLS_KEY_FILE = Key::path("server.tls_key_file", "Private key in PEM. Goes with `tls_certificate_file`.");
    SECRET_FILE = Key::path(
        "server.secret_file",
        "The secret that keys codes, fingerprints and address digests: 64 hexadecimal digits. If the key is absent \
         the file is created with mode 0600; a configured one must exist, since several nodes must share it. \
         Nobody but the owner and the group may read it, nobody but the owner write it.",
    ).or_derived("`regain.secret` beside the SQLite ledger; required with PostgreSQL");
}

/// Reads the section. `ledger` says where the ledger is, if that is known.
pub(super) fn read(settings: &mut Settings, ledger: Option<&LedgerUrl>) -> Option<Server> {
    let listen = settings.parsed(&LISTEN, socket_address);
    let trusted_proxies = trusted_proxies(settings);
    let tls = tls(settings);
    let secret_file_configured = settings.configured(&SECRET_FILE);
    let secret_file = match ledger {
        _ if secret_file_configured => settings.path(&SECRET_FILE),
        Some(LedgerUrl::Sqlite(path)) => {
            let beside = path.with_file_name("regain.secret");
            settings.derive(&SECRET_FILE, Value::Text(beside.to_string_lossy().into_owned()));
            Some(beside)
        }
        Some(LedgerUrl::Postgres(_)) => {
            let accepted =
                "a file with the same 64 hexadecimal digits on every node (`openssl rand -hex 32`, mode 0600)";
            settings.refuse(&SECRET_FILE, refusal("is absent, and required with a ledger in PostgreSQL", accepted));
            None
        }
        None => None,
    };
    let (listen, trusted_proxies, secret_file) = (listen?, trusted_proxies?, secret_file?);
    Some(Server { listen, trusted_proxies, tls, secret_file, secret_file_configured })
}

/// An IP address and a port; names are not looked up, since they may stand for several.
pub(super) fn socket_address(text: &str) -> Result<SocketAddr, Refusal> {
    let accepted = "an IP address and a port, such as \"127.0.0.1:8080\" or \"[::1]:8080\"";
    text.parse().map_err(|_| refusal("is no address to listen on", accepted))
}

fn trusted_proxies(settings: &mut Settings) -> Option<Vec<IpNet>> {
    let parsed: Result<_, _> = settings.texts(&TRUSTED_PROXIES)?.iter().map(|text| proxy(text)).collect();
    parsed.map_err(|refused| settings.refuse(&TRUSTED_PROXIES, refused)).ok()
}

fn proxy(text: &str) -> Result<IpNet, Refusal> {
    let accepted = "IP addresses and networks, such as \"10.0.0.7\" or \"10.0.0.0/8\"";
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse().map_err(|_| refusal(format!("holds {text:?}, which is no network"), accepted))?,
    };
    if network.prefix_len() == 0 {
        return Err(refusal(format!("holds {text:?}, which is everybody"), "the addresses of your own proxies"));
    }
    Ok(network)
}

fn tls(settings: &mut Settings) -> Option<TlsFiles> {
    match (settings.path(&TLS_CERTIFICATE_FILE), settings.path(&TLS_KEY_FILE)) {
        (Some(certificate_file), Some(key_file)) => return Some(TlsFiles { certificate_file, key_file }),
        (Some(_), None) => {
            settings.refuse(&TLS_CERTIFICATE_FILE, refusal("stands alone", "it and `server.tls_key_file`, or neither"));
        }
        (None, Some(_)) => {
            settings.refuse(&TLS_KEY_FILE, refusal("stands alone", "it and `server.tls_certificate_file`, or neither"));
        }
        (None, None) => {}
    }
    None
}
