//! Encrypted connections, and whom they are made with.

use super::ADA;
use super::fixture::{Database, SCHEMA};
use super::server::{Certificate, Server};
use crate::finding::Verdict;
use crate::users::UserStore;
use crate::users::conformance::{SqlFixture, users_config};
use crate::users::sql::limits::TimeLimits;
use crate::users::sql::postgres::PostgresStore;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use regain_core::account::AccountId;
use std::path::Path;

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn issuer() -> Issuer {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn certificate(issuer: &Issuer, name: &str) -> Certificate {
    let key = KeyPair::generate().unwrap();
    let signed = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, issuer).unwrap();
    Certificate { certificate: signed.pem(), key: key.serialize_pem() }
}

fn written(directory: &Path, issuer: &Issuer, name: &str) -> String {
    let path = directory.join(name);
    std::fs::write(&path, issuer.pem()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_mode_believes() {
    let (ours, others) = (issuer(), issuer());
    let server = Server::start(Some(&certificate(&ours, "localhost")));
    let fixture = Database::on(server.url(), SCHEMA);
    fixture.run(ADA);
    let directory = tempfile::tempdir().unwrap();
    let (ours, others) = (written(directory.path(), &ours, "ours"), written(directory.path(), &others, "others"));
    for (host, options, connects) in [
        ("localhost", String::new(), true),
        ("127.0.0.1", "?sslmode=prefer".into(), true),
        ("127.0.0.1", "?sslmode=require".into(), true),
        ("localhost", format!("?sslmode=verify-full&sslrootcert={ours}"), true),
        ("127.0.0.1", format!("?sslmode=verify-full&sslrootcert={ours}"), false),
        ("localhost", format!("?sslmode=verify-full&sslrootcert={others}"), false),
        ("127.0.0.1", format!("?sslmode=verify-ca&sslrootcert={ours}"), true),
        ("localhost", format!("?sslmode=verify-ca&sslrootcert={others}"), false),
        ("127.0.0.1", format!("?sslmode=require&sslrootcert={others}"), false),
    ] {
        let url = format!("postgres://postgres@{host}:{}/{}{options}", server.port, fixture.name);
        let loaded = fixture.store_at(&url, TimeLimits::default(), |_| {}).load(&AccountId::new("1")).await;
        match loaded {
            Ok(account) => assert!(connects && account.is_some(), "{url}"),
            Err(fault) => {
                assert!(!connects, "{url}: {fault}");
                assert!(fault.to_string().contains("invalid peer certificate"), "{url}: {fault}");
            }
        }
    }
}

/// Which nobody can listen to, whatever the mode asks for.
#[tokio::test(flavor = "multi_thread")]
async fn a_unix_socket_is_named_by_its_folder() {
    let server = Server::start(None);
    let fixture = Database::on(server.url(), SCHEMA);
    let url = format!(
        "postgres://postgres@/{}?host={}&port={}&sslmode=verify-full",
        fixture.name,
        server.folder().display(),
        server.port
    );
    let store = fixture.store_at(&url, TimeLimits::default(), |_| {});
    assert!(store.load(&AccountId::new("1")).await.unwrap().is_none());
    assert_eq!(store.examine().await[0].verdict, Verdict::Holds);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_refused_where_it_is_required() {
    let fixture = Database::with(SCHEMA);
    for (mode, connects) in [("disable", true), ("prefer", true), ("require", false)] {
        let url = format!("{}?sslmode={mode}", fixture.url(None));
        let found = fixture.store_at(&url, TimeLimits::default(), |_| {}).load(&AccountId::new("1")).await;
        assert_eq!(found.is_ok(), connects, "{mode}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_examination_says_whether_others_can_listen() {
    let server = Server::start(Some(&certificate(&issuer(), "localhost")));
    let fixture = Database::on(server.url(), SCHEMA);
    // By another name than those of this machine, which need no encryption.
    for (mode, words) in [("disable", "not encrypted"), ("prefer", "whoever answers"), ("require", "whoever answers")] {
        let url = format!("postgres://postgres@0.0.0.0:{}/{}?sslmode={mode}", server.port, fixture.name);
        let findings = fixture.store_at(&url, TimeLimits::default(), |_| {}).examine().await;
        assert_eq!(findings[0].verdict, Verdict::Advice, "{mode}: {findings:?}");
        assert!(findings[0].text.contains(words), "{mode}: {findings:?}");
    }
}

#[test]
fn roots_that_are_none_are_refused_before_anything_is_asked() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("roots");
    for text in [None, Some("nothing"), Some("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")] {
        if let Some(text) = text {
            std::fs::write(&path, text).unwrap();
        }
        let url = format!("postgres://a:secret@db/app?sslmode=verify-full&sslrootcert={}", path.display());
        let users = users_config(crate::config::StoreUrl::Postgres(url.as_str().into()));
        let fault = PostgresStore::open(&users, &url.into()).err().unwrap().to_string();
        assert!(fault.contains("sslrootcert") && fault.contains("roots") && !fault.contains("secret"), "{fault}");
    }
}
