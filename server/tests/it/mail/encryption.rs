//! A relay is spoken to encrypted, or not at all.

use super::{CONTENT, PATIENCE, is_retry, parcel, send, transport};
use crate::support::smtp::{Behaviour, Encryption, Options, Phase, SmtpServer};
use regain::config::{Smtp, SmtpTls};
use regain::mail::Transport;
use regain::mail::smtp::SmtpTransport;
use regain_core::delivery::Outcome;
use rustls::RootCertStore;

#[tokio::test]
async fn a_relay_with_encryption_and_login_gets_both() {
    for tls in [Encryption::StartTls, Encryption::Implicit] {
        let options = Options { tls, login: Some(("regain", "secret")), ..Options::default() };
        let server = SmtpServer::start_with(options).await;
        let transport = transport(&server);
        transport.probe().await.unwrap();
        assert_eq!(send(&transport, &parcel()).await, Outcome::Delivered("250 2.0.0 queued as 1".into()), "{tls:?}");
        assert_eq!(server.mails()[0].raw, CONTENT.as_bytes());
    }
}

#[tokio::test]
async fn nothing_is_sent_in_clear_if_encryption_is_required() {
    let server = SmtpServer::start_with(Options { login: Some(("regain", "secret")), ..Options::default() }).await;
    let mut settings = server.settings();
    settings.tls = SmtpTls::StartTlsRequired;
    let transport = SmtpTransport::new(&settings, "accounts.example.com", server.roots(), PATIENCE).unwrap();
    // Would answer a login, if one were tried.
    server.at(Phase::Auth, Behaviour::Reply("535 5.7.8 you should not have told me"));
    let outcome = send(&transport, &parcel()).await;
    assert!(is_retry(&outcome) && outcome.reply().contains("STARTTLS"), "{outcome:?}");
    assert!(!outcome.reply().contains("told me") && server.mails().is_empty());
}

#[tokio::test]
async fn a_refused_starttls_is_not_passed_over() {
    let login = Some(("regain", "secret"));
    let server = SmtpServer::start_with(Options { tls: Encryption::StartTls, login, ..Options::default() }).await;
    server.at(Phase::StartTls, Behaviour::Reply("454 4.7.0 not now"));
    let mut settings = server.settings();
    for tls in [SmtpTls::StartTlsRequired, SmtpTls::StartTlsForLogin] {
        settings.tls = tls;
        let transport = SmtpTransport::new(&settings, "accounts.example.com", server.roots(), PATIENCE).unwrap();
        assert!(is_retry(&send(&transport, &parcel()).await));
    }
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn on_loopback_a_relays_own_certificate_does_not_stand_in_the_way() {
    let stranger = SmtpServer::start().await;
    let server = SmtpServer::start_with(Options { tls: Encryption::StartTls, ..Options::default() }).await;
    let settings = Smtp { tls: SmtpTls::StartTlsForLogin, ..server.settings() };
    let transport = SmtpTransport::new(&settings, "accounts.example.com", stranger.roots(), PATIENCE).unwrap();
    assert!(matches!(send(&transport, &parcel()).await, Outcome::Delivered(_)));
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_no_mail() {
    let stranger = SmtpServer::start().await;
    for tls in [Encryption::StartTls, Encryption::Implicit] {
        let server = SmtpServer::start_with(Options { tls, ..Options::default() }).await;
        let settings = server.settings();
        let transport = SmtpTransport::new(&settings, "accounts.example.com", stranger.roots(), PATIENCE).unwrap();
        let outcome = send(&transport, &parcel()).await;
        assert!(is_retry(&outcome) && outcome.reply().contains("certificate"), "{outcome:?}");
        assert!(server.mails().is_empty());
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_gets_no_mail() {
    let server = SmtpServer::start_with(Options { tls: Encryption::Implicit, ..Options::default() }).await;
    let mut settings = server.settings();
    settings.host = "127.0.0.1".into();
    let transport = SmtpTransport::new(&settings, "accounts.example.com", server.roots(), PATIENCE).unwrap();
    assert!(is_retry(&send(&transport, &parcel()).await));
    assert!(server.mails().is_empty());
}

#[tokio::test]
async fn encryption_without_any_trusted_certificate_does_not_start() {
    let server = SmtpServer::start_with(Options { tls: Encryption::Implicit, ..Options::default() }).await;
    assert!(SmtpTransport::new(&server.settings(), "localhost", RootCertStore::empty(), PATIENCE).is_err());
}
