//! `mail.smtp.url`: where mail is handed over, and how the way there is protected.

use super::samples;
use super::settings::{Refusal, refusal};
use super::url::{is_loopback_host, percent_decoded};
use regain_core::email::EmailAddress;
use reqwest::Url;
use secrecy::SecretString;
use std::net::IpAddr;

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
    /// `smtp://` on loopback: a login is sent encrypted where the relay offers it; what stays on this machine needs no
    /// certificate, and a relay's own default one is of no use.
    StartTlsForLogin,
}

/// Reads the URL. No refusal repeats any of it.
pub(super) fn parse(text: &str) -> Result<Smtp, Refusal> {
    let no_url = |_| refusal("is no URL (are reserved characters in the password percent-encoded?)", ACCEPTED);
    let url = Url::parse(text).map_err(no_url)?;
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    let (tls, default_port) = match (url.scheme(), is_loopback_host(&host)) {
        ("smtps", _) => (SmtpTls::Implicit, 465),
        ("smtp", true) => (SmtpTls::StartTlsForLogin, 25),
        ("smtp", false) => (SmtpTls::StartTlsRequired, 587),
        _ => return Err(refusal("is neither smtp nor smtps", ACCEPTED)),
    };
    if !is_host(&host) {
        return Err(refusal("names no host (are reserved characters in the password percent-encoded?)", ACCEPTED));
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(refusal("has something after the port", ACCEPTED));
    }
    let port = url.port().unwrap_or(default_port);
    if port == 0 {
        return Err(refusal("names port 0", ACCEPTED));
    }
    Ok(Smtp { login: login(&url, &host)?, host, port, tls })
}

fn login(url: &Url, host: &str) -> Result<Option<(String, SecretString)>, Refusal> {
    let Some(password) = url.password() else {
        let alone = refusal("names a user without a password", ACCEPTED);
        return if url.username().is_empty() { Ok(None) } else { Err(alone) };
    };
    let decoded = percent_decoded(url.username()).zip(percent_decoded(password));
    let Some((user, password)) = decoded.filter(|(user, _)| !user.is_empty()) else {
        return Err(refusal("has a user or password that is not percent-encoded UTF-8", ACCEPTED));
    };
    if samples::is_sample(&password) && !is_loopback_host(host) {
        return Err(refusal("still has the password of an example", "the password of your own mail account"));
    }
    Ok(Some((user, password.into())))
}

/// A domain as mail knows it, one label such as `mail` in a private network, or an IP address.
fn is_host(host: &str) -> bool {
    host.parse::<IpAddr>().is_ok()
        || is_loopback_host(host)
        || EmailAddress::parse(&format!("postmaster@{host}")).is_ok()
}

const ACCEPTED: &str = "smtps://user:password@host:port or smtp://…, user and port optional";

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn smtp(url: &str) -> Smtp {
        parse(url).unwrap_or_else(|refused| panic!("{url}: {}", refused.complaint))
    }

    #[test]
    fn the_scheme_and_the_host_decide_on_port_and_protection() {
        let found = |url| (smtp(url).port, smtp(url).tls);
        assert_eq!(found("smtps://mail.example.com"), (465, SmtpTls::Implicit));
        assert_eq!(found("smtp://mail.example.com"), (587, SmtpTls::StartTlsRequired));
        assert_eq!(found("smtp://relay:2525/"), (2525, SmtpTls::StartTlsRequired));
        assert_eq!(found("smtp://127.0.0.1"), (25, SmtpTls::StartTlsForLogin));
        assert_eq!(found("smtp://[::1]:1025"), (1025, SmtpTls::StartTlsForLogin));
        assert_eq!(smtp("smtp://[::1]:1025").host, "::1");
    }

    #[test]
    fn user_and_password_are_percent_decoded() {
        let (user, password) =
            smtp("smtps://no-reply%40example.com:p%3Ass%2Fw%C3%B6rd@mail.example.com").login.unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("no-reply@example.com", "p:ss/wörd"));
        assert!(smtp("smtp://mail.example.com").login.is_none());
    }

    #[test]
    fn what_could_send_mail_astray_is_refused() {
        for url in [
            "mail.example.com",
            "http://mail.example.com",
            "smtp://",
            "smtps://user@mail.example.com",
            "smtps://:password@mail.example.com",
            "smtps://mail.example.com/path",
            "smtps://mail.example.com?tls=no",
            "smtps://mail.example.com:0",
            "smtps://u:%zz@mail.example.com",
            "smtps://mail_example.com",
            "smtps://user:secret@mail.example.com",
        ] {
            assert!(parse(url).is_err(), "{url}");
        }
    }
}
