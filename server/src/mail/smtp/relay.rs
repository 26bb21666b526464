//! The way to a relay: connecting, encryption, login.

use super::bounded::Bounded;
use super::connection::{Connection, Stream, said};
use crate::config::{Smtp, SmtpTls};
use crate::mail::{SEND_MAX, remaining};
use crate::weakness::{self, Weakness};
use mail_send::smtp::AssertReply;
use mail_send::{Credentials, SmtpClient};
use rustls::{ClientConfig, RootCertStore};
use secrecy::ExposeSecret;
use smtp_proto::{EXT_AUTH, EXT_START_TLS, EhloResponse};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How long to wait for a relay.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For the connection.
    pub connect: Duration,
    /// For one reply.
    pub command: Duration,
    /// For one mail, from connecting to the last reply.
    pub whole: Duration,
    /// How long a connection is kept for another mail.
    pub idle: Duration,
}

impl Default for Patience {
    /// Idle is far below the five minutes that RFC 5321 §4.5.3.2.7 has a relay wait.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            command: Duration::from_secs(15),
            whole: SEND_MAX,
            idle: Duration::from_secs(30),
        }
    }
}

/// The settings cannot work.
#[derive(Debug, Error)]
#[error("mail.smtp.url: {0}")]
pub struct SmtpFault(String);

/// Why there is no connection, in a sentence for the operator. Whatever goes wrong is no fault of the address that a mail
/// is for.
#[derive(Debug)]
pub(super) enum DialFault {
    /// The relay answers, but takes no connection now: it may have as many as it takes.
    NotNow(String),
    /// Anything else.
    Other(String),
}

impl DialFault {
    pub(super) fn into_words(self) -> String {
        match self {
            Self::NotNow(words) | Self::Other(words) => words,
        }
    }

    fn at(self, address: &str) -> Self {
        match self {
            Self::NotNow(words) => Self::NotNow(format!("{address}: {words}")),
            Self::Other(words) => Self::Other(format!("{address}: {words}")),
        }
    }
}

impl From<String> for DialFault {
    fn from(words: String) -> Self {
        Self::Other(words)
    }
}

/// One relay.
pub(super) struct Relay {
    settings: Smtp,
    own_name: String,
    tls: TlsConnector,
    patience: Patience,
}

impl Relay {
    /// What is known once it was reached.
    pub(super) fn in_words(&self) -> String {
        let Smtp { host, port, tls, login } = &self.settings;
        let way = match tls {
            SmtpTls::Implicit => "over TLS",
            SmtpTls::StartTlsRequired => "over TLS (STARTTLS)",
            SmtpTls::StartTlsForLogin => "on this machine",
        };
        let login = if login.is_some() { "and takes the login" } else { "without a login" };
        format!("the relay {host}:{port} is reached {way} {login}")
    }

    pub(super) fn new(
        settings: &Smtp,
        own_name: &str,
        roots: RootCertStore,
        patience: Patience,
    ) -> Result<Self, SmtpFault> {
        if roots.is_empty() && settings.tls != SmtpTls::StartTlsForLogin {
            return Err(SmtpFault(
                "no trusted certificates were found on this machine; install ca-certificates or set SSL_CERT_FILE"
                    .into(),
            ));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| SmtpFault(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            settings: settings.clone(),
            own_name: ehlo_name(own_name),
            tls: TlsConnector::from(Arc::new(tls)),
            patience,
        })
    }

    /// When a mail that starts now has to be done with.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.patience.whole
    }

    /// Connects, encrypts and logs in.
    ///
    /// # Errors
    /// [`DialFault`].
    pub(super) async fn dial(&self, deadline: Instant) -> Result<Connection, DialFault> {
        let setup = self.set_up(deadline);
        let result = timeout(remaining(deadline), setup).await;
        result
            .unwrap_or_else(|_| Err("it took too long to connect and log in".to_owned().into()))
            .map_err(|fault| fault.at(&self.address()))
    }

    async fn set_up(&self, deadline: Instant) -> Result<Connection, DialFault> {
        let stream = timeout(self.patience.connect, TcpStream::connect((self.host(), self.settings.port)))
            .await
            .map_err(|_| "nothing answers; check host, port and firewall".to_owned())?
            .map_err(|error| format!("cannot connect: {error}"))?;
        // Without it each mail waits some 40 ms for a delayed acknowledgement.
        stream.set_nodelay(true).map_err(|error| format!("cannot connect: {error}"))?;
        let stream = Bounded::new(stream);
        let mut client = SmtpClient { stream, timeout: self.patience.command.min(remaining(deadline)) };
        if self.settings.tls == SmtpTls::Implicit {
            let mut client = self.encrypt(client).await?;
            greeting(&mut client).await?;
            return Ok(self.log_in(client).await?);
        }
        greeting(&mut client).await?;
        let required = self.settings.tls == SmtpTls::StartTlsRequired;
        if !required && self.settings.login.is_none() {
            return Ok(self.log_in(client).await?);
        }
        if !self.ehlo(&mut client).await?.has_capability(EXT_START_TLS) {
            let required = required && !weakness::is(Weakness::StartTlsStripped);
            return if required { Err(NO_STARTTLS.to_owned().into()) } else { Ok(self.log_in(client).await?) };
        }
        client
            .cmd("STARTTLS\r\n")
            .await
            .and_then(AssertReply::assert_positive_completion)
            .map_err(|error| format!("STARTTLS is offered, but fails: {}", said(&error)))?;
        let client = self.encrypt(client).await?;
        Ok(self.log_in(client).await?)
    }

    async fn encrypt(
        &self,
        client: SmtpClient<Bounded<TcpStream>>,
    ) -> Result<SmtpClient<Bounded<TlsStream<TcpStream>>>, String> {
        let SmtpClient { stream, timeout } = client;
        let encrypted = SmtpClient { stream: stream.into_inner(), timeout }.into_tls(&self.tls, self.host()).await;
        let wrapped = encrypted.map(|client| SmtpClient { stream: Bounded::new(client.stream), timeout });
        wrapped.map_err(|error| {
            format!(
                "no encrypted connection: {}; the certificate must be valid for {:?} and issued by an authority that \
                 this machine trusts (or one in SSL_CERT_FILE)",
                said(&error),
                self.host()
            )
        })
    }

    async fn ehlo<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        client: &mut SmtpClient<S>,
    ) -> Result<EhloResponse<String>, String> {
        client.ehlo(&self.own_name).await.map_err(|error| format!("EHLO was answered: {}", said(&error)))
    }

    /// Asks what the relay can do, logs in if there is a login, and makes it a connection for mails.
    async fn log_in<S: Stream + 'static>(&self, mut client: SmtpClient<S>) -> Result<Connection, String> {
        let capabilities = self.ehlo(&mut client).await?;
        if let Some((user, password)) = &self.settings.login {
            if !capabilities.has_capability(EXT_AUTH) {
                return Err("the relay offers no login; remove user and password from mail.smtp.url".to_owned());
            }
            let credentials = Credentials::new(user.as_str(), password.expose_secret());
            client.authenticate(&credentials, &capabilities).await.map_err(|error| {
                format!("the login failed: {}; check user and password in mail.smtp.url", said(&error))
            })?;
        }
        let client = SmtpClient { stream: Box::new(client.stream) as Box<dyn Stream>, timeout: self.patience.command };
        Ok(Connection::new(client, &capabilities, self.patience.command))
    }

    /// The host without the brackets of an IPv6 address.
    fn host(&self) -> &str {
        self.settings.host.trim_start_matches('[').trim_end_matches(']')
    }

    fn address(&self) -> String {
        format!("{}:{}", self.settings.host, self.settings.port)
    }
}

async fn greeting<S: AsyncRead + AsyncWrite + Unpin>(client: &mut SmtpClient<S>) -> Result<(), DialFault> {
    let greeting = timeout(client.timeout, client.read()).await.unwrap_or(Err(mail_send::Error::Timeout));
    greeting.and_then(AssertReply::assert_positive_completion).map(drop).map_err(|error| {
        let words = format!("the relay does not greet: {}", said(&error));
        match error {
            mail_send::Error::UnexpectedReply(reply) if reply.code / 100 == 4 => DialFault::NotNow(words),
            _ => DialFault::Other(words),
        }
    })
}

/// RFC 5321 §4.1.3: an address stands in brackets.
fn ehlo_name(host: &str) -> String {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(Ipv4Addr::LOCALHOST) | IpAddr::V6(Ipv6Addr::LOCALHOST)) => "localhost".to_owned(),
        Ok(IpAddr::V4(address)) => format!("[{address}]"),
        Ok(IpAddr::V6(address)) => format!("[IPv6:{address}]"),
        Err(_) => bare.to_owned(),
    }
}

const NO_STARTTLS: &str = "the relay does not offer STARTTLS, and nothing is sent in clear; use smtps://, or make the \
                           relay offer it (if it used to, something on the way may be stripping it)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_bracketed_in_ehlo() {
        for (host, name) in [
            ("accounts.example.com", "accounts.example.com"),
            ("127.0.0.1", "localhost"),
            ("[::1]", "localhost"),
            ("192.0.2.1", "[192.0.2.1]"),
            ("[2001:db8::1]", "[IPv6:2001:db8::1]"),
        ] {
            assert_eq!(ehlo_name(host), name);
        }
    }
}
