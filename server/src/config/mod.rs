//! The configuration, typed and checked: what the rest of the server sees of it.

use ipnet::IpNet;
use regain_core::email::EmailAddress;
use regain_core::keys::Digest;
use regain_core::limit::AccountLimit;
use regain_core::link::LinkTemplate;
use secrecy::SecretString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// All of it. Every path in it is absolute or relative to the working directory; none to the file any more.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where people reach this server; links use nothing else.
    pub public_url: PublicUrl,
    /// Shown in mail and pages.
    pub product_name: String,
    /// `[server]`
    pub server: Server,
    /// `[ledger]`
    pub ledger: Ledger,
    /// `[users]`
    pub users: Users,
    /// `[reset]`
    pub reset: Reset,
    /// `[password]`
    pub password: Password,
    /// `[limits]`
    pub limits: Limits,
    /// `[mail]`
    pub mail: Mail,
    /// `[api]`
    pub api: Api,
    /// `[notify]`
    pub notify: Notify,
    /// `[admin]`
    pub admin: Admin,
}

/// An origin: scheme, host and port; no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    /// As browsers send it in `Origin`: lower case, no default port, no trailing slash.
    pub origin: String,
    /// The host alone, without port; IPv6 in brackets.
    pub host: String,
    /// Whether the scheme is https.
    pub https: bool,
    /// Whether the host is this machine.
    pub loopback: bool,
}

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

/// `[ledger]`
#[derive(Debug, Clone)]
pub struct Ledger {
    /// The SQLite file.
    pub path: PathBuf,
    /// How long ended requests are kept.
    pub retention: Duration,
}

/// `[users]`
#[derive(Debug, Clone)]
pub struct Users {
    /// The SQLite file that holds the accounts.
    pub path: PathBuf,
    /// The table.
    pub table: String,
    /// Key column.
    pub id: String,
    /// Address column.
    pub email: String,
    /// Password column.
    pub password: String,
    /// Column with the owner's name.
    pub name: Option<String>,
    /// Column with the owner's language.
    pub locale: Option<String>,
    /// SQL condition: who may reset.
    pub eligible: Option<String>,
    /// Column that says whether the address was verified.
    pub email_verified: Option<String>,
    /// Which format new passwords are written in: `keep`, or a format's name.
    pub hash: String,
    /// Statements run in the transaction that writes the password.
    pub after_reset: Vec<String>,
}

/// `[reset]`
#[derive(Debug, Clone)]
pub struct Reset {
    /// How long a link lives.
    pub token_ttl: Duration,
    /// How long a code lives.
    pub code_ttl: Duration,
    /// Wrong codes before a code is dead.
    pub code_attempts_max: u32,
    /// How often an account gets mail.
    pub account_limit: AccountLimit,
    /// How long an undelivered mail is tried.
    pub give_up: Duration,
    /// The form of the link.
    pub link: LinkTemplate,
    /// Where "done" leads back to.
    pub done_url: Option<String>,
}

/// `[password]`
#[derive(Debug, Clone)]
pub struct Password {
    /// The rule.
    pub preset: PasswordPreset,
    /// Fewest characters (code points).
    pub length_min: usize,
    /// Most characters (code points).
    pub length_max: usize,
    /// One more refused password a line.
    pub blocklist_file: Option<PathBuf>,
}

/// A named password rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordPreset {
    /// NIST SP 800-63B-4: length and a blocklist, no composition.
    Nist,
    /// What Unleash enforces.
    Unleash,
}

/// `[limits]`
#[derive(Debug, Clone)]
pub struct Limits {
    /// Per IPv4 address or IPv6 /64.
    pub requests_per_network_per_minute: u32,
    /// Most requests waiting; beyond it 503.
    pub queue_max: u64,
    /// Largest request body.
    pub body_bytes_max: usize,
}

/// `[mail]`
#[derive(Debug, Clone)]
pub struct Mail {
    /// Who writes.
    pub from: Mailbox,
    /// Where answers go.
    pub reply_to: Option<Mailbox>,
    /// The carriers, in the order in which they are tried; at least one.
    pub transports: Vec<Transport>,
}

/// A name and an address, as in a `From` header.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// The name shown.
    pub name: Option<String>,
    /// The address.
    pub address: EmailAddress,
}

/// One carrier.
#[derive(Debug, Clone)]
pub enum Transport {
    /// `[mail.smtp]`
    Smtp(Smtp),
    /// `[mail.file]`: one `.eml` each, in this directory.
    File(PathBuf),
}

/// `[mail.smtp]`
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Host name or address.
    pub host: String,
    /// Port; 465 or 587 by default, 25 on loopback.
    pub port: u16,
    /// How the connection is protected.
    pub tls: SmtpTls,
    /// User and password.
    pub login: Option<(String, SecretString)>,
}

/// How a connection to a relay is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// `smtps://`
    Implicit,
    /// `smtp://` off loopback: no mail is sent without.
    StartTlsRequired,
    /// `smtp://` on loopback: used where offered.
    StartTlsIfOffered,
}

/// `[api]`
#[derive(Debug, Clone)]
pub struct Api {
    /// Digests (SHA-256) of the API tokens in the configuration.
    pub tokens: Vec<Digest>,
    /// `[api.chaser]`
    pub chaser: Dialect,
    /// `[api.unleash]`
    pub unleash: Dialect,
}

/// One dialect.
#[derive(Debug, Clone, Copy)]
pub struct Dialect {
    /// Whether its paths exist.
    pub enabled: bool,
    /// Who may ask for a reset.
    pub access: Access,
}

/// Who may ask for a reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone; nobody learns anything.
    Public,
    /// Holders of an API token.
    Token,
}

/// `[notify]`
#[derive(Debug, Clone)]
pub struct Notify {
    /// Mail an address with no account that somebody asked for it.
    pub unknown_address: bool,
}

/// `[admin]`
#[derive(Debug, Clone)]
pub struct Admin {
    /// The admin port.
    pub listen: SocketAddr,
}
