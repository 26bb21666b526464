//! Back ends that are away, slow, somebody else, or talk nonsense: a fault with words for the operator, and nothing of the
//! password, the secret or an answer in them.

use super::double::{BackEnd, FINGERPRINT, PASSWORD, SECRET, change, hook_at, nowhere, store_at};
use super::{ada, folded};
use crate::users::conformance::GIVEN_UP_WITHIN;
use crate::users::hook::HookStore;
use crate::users::hook::line::innermost;
use crate::users::{UserStore, Written};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use regain_core::account::{AccountId, Match, matching};
use regain_core::email::EmailAddress;
use reqwest::ResponseBuilderExt;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// What the operator reads of it, when accounts are asked for; nothing secret in it.
async fn fault_of(store: &HookStore) -> String {
    let fault = store.find(&folded(&["ada@example.com"])).await.unwrap_err().to_string();
    for secret in [PASSWORD, SECRET, FINGERPRINT, "ada@example.com", "CANARY"] {
        assert!(!fault.contains(secret), "{fault}");
    }
    assert!(fault.contains("accounts.find") && fault.contains("127.0.0.1:") || fault.contains("localhost"), "{fault}");
    fault
}

#[tokio::test]
async fn every_answer_but_the_agreed_one_is_explained() {
    for (status, words) in [
        (301, "redirects are not followed"),
        (307, "redirects are not followed"),
        (401, "does not accept the signature"),
        (403, "does not accept the signature"),
        (404, "is users.url right"),
        (405, "is users.url right"),
        (413, "128 KiB"),
        (204, "200 is the one answer"),
        (400, "200 is the one answer"),
    ] {
        let back_end = BackEnd::telling([(status, "CANARY".to_owned())]).await;
        let fault = fault_of(&back_end.store()).await;
        assert!(fault.contains(words) && fault.contains(&status.to_string()), "{status}: {fault}");
        assert_eq!(back_end.calls().len(), 1, "{status}: it would be the same again");
    }
}

#[tokio::test]
async fn nonsense_is_no_answer_and_not_repeated() {
    for (body, words) in [
        ("", "no JSON"),
        ("<html>CANARY</html>", "no JSON"),
        ("{\"accounts\": [", "no JSON"),
        ("{\"accounts\": \"CANARY\"}", "`accounts`"),
        ("{\"accounts\": [{\"id\": \"1\", \"address\": {\"CANARY\": 1}}]}", "accounts[0] `address` is no text"),
        ("null", "`accounts`"),
    ] {
        let back_end = BackEnd::telling([(200, body.to_owned())]).await;
        let fault = fault_of(&back_end.store()).await;
        assert!(fault.contains(words), "{body}: {fault}");
    }
    let deep = "[".repeat(1_000_000);
    assert!(fault_of(&BackEnd::telling([(200, deep)]).await.store()).await.contains("no JSON"));
    let huge = " ".repeat(5 * 1024 * 1024);
    assert!(fault_of(&BackEnd::telling([(200, huge)]).await.store()).await.contains("longer than 4194304 octets"));
}

#[tokio::test]
async fn what_fails_in_passing_is_asked_again_in_the_same_words() {
    let back_end =
        BackEnd::telling([(503, String::new()), (429, String::new()), (200, r#"{"result":"changed"}"#.to_owned())])
            .await;
    assert_eq!(back_end.store().set_password(change()).await.unwrap(), Written::Yes(vec![]));
    let [one, two, three] = &back_end.calls()[..] else { panic!("three calls") };
    for again in [two, three] {
        assert_eq!((&again.id, &again.octets, again.is_signed), (&one.id, &one.octets, true));
        assert!(again.timestamp >= one.timestamp, "that of the attempt");
    }
}

#[tokio::test]
async fn a_no_after_a_lost_answer_proves_nothing() {
    for no in [json!({ "result": "no_longer_matches" }), json!({ "result": "refused" })] {
        let back_end = BackEnd::telling([(500, String::new()), (200, no.to_string())]).await;
        assert_eq!(back_end.store().set_password(change()).await.unwrap(), Written::Unknown);
        // Nothing was done while it had too many others.
        let back_end = BackEnd::telling([(429, String::new()), (200, no.to_string())]).await;
        assert_ne!(back_end.store().set_password(change()).await.unwrap(), Written::Unknown);
    }
}

#[tokio::test]
async fn a_password_that_may_have_been_set_is_looked_into() {
    for (status, body) in [(200, "not as agreed"), (200, r#"{"result":"ok"}"#), (204, "")] {
        let back_end = BackEnd::telling([(status, body.to_owned())]).await;
        assert_eq!(back_end.store().set_password(change()).await.unwrap(), Written::Unknown, "{status} {body}");
    }
    let back_end = BackEnd::telling(vec![(500, String::new()); 3]).await;
    assert_eq!(back_end.store().set_password(change()).await.unwrap(), Written::Unknown);
    for status in [302, 400, 401, 404, 413] {
        let fault = BackEnd::telling([(status, PASSWORD.to_owned())]).await.store().set_password(change()).await;
        let fault = fault.unwrap_err().to_string();
        assert!(fault.contains("password.set") && !fault.contains(PASSWORD), "{fault}");
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_set() {
    let store = store_at(&nowhere());
    let fault = store.set_password(change()).await.unwrap_err().to_string();
    assert!(fault.contains("refused"), "{fault}");
    assert!(fault_of(&store).await.contains("refused"));
    let said = store.end_sessions(&AccountId::new("7"), change().writing).await.unwrap();
    assert!(said.contains("did not confirm") && said.contains("refused"), "{said}");
}

#[tokio::test]
async fn no_fault_tells_what_else_stands_in_the_url() {
    let back_end = BackEnd::telling([]).await;
    let with_credentials = |url: &str| url.replace("http://", "http://CANARY:CANARY@") + "/CANARY";
    for url in [&nowhere(), &back_end.url] {
        let store = store_at(&with_credentials(url));
        fault_of(&store).await;
        let findings = format!("{:?}", store.examine().await);
        assert!(findings.contains("127.0.0.1") && !findings.contains("CANARY"), "{findings}");
    }
    let url = with_credentials(&back_end.url).parse().unwrap();
    let answer = axum::http::Response::builder().url(url).status(404).body("").unwrap();
    let rootless = reqwest::Response::from(answer).error_for_status().unwrap_err();
    assert!(rootless.to_string().contains("CANARY"), "otherwise this shows nothing");
    assert!(!innermost(rootless).contains("CANARY"));
}

/// Takes what comes and never answers.
async fn silent() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/regain", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            kept.push(connection);
        }
    });
    url
}

#[tokio::test]
async fn silence_is_given_up_in_time() {
    let mut hook = hook_at(&silent().await);
    hook.timeout = Duration::from_millis(200);
    let store = HookStore::new(&hook).unwrap();
    let begun = Instant::now();
    assert!(fault_of(&store).await.contains("no answer within"));
    assert_eq!(store.set_password(change()).await.unwrap(), Written::Unknown);
    assert!(begun.elapsed() < GIVEN_UP_WITHIN, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_thousand_strangers_are_passed_over_and_ten_thousand_matches_are_ambiguous() {
    let accounts: Vec<_> = (0..10_000)
        .map(|n| json!({ "id": n.to_string(), "address": "dup@example.com", "fingerprint": FINGERPRINT }))
        .chain((0..1_000).map(|n| json!({ "id": format!("s{n}"), "address": format!("{n}@example.com") })))
        .chain(ada()["accounts"].as_array().unwrap().clone())
        .collect();
    let back_end = BackEnd::answering([json!({ "accounts": accounts })]).await;
    let found = back_end.store().find(&folded(&["dup@example.com", "ada@example.com"])).await.unwrap();
    assert!(found.len() < 100, "{}", found.len());
    let typed = |text: &str| EmailAddress::parse(text).unwrap();
    assert!(matches!(matching(&typed("dup@example.com"), &found), Match::Ambiguous(_)));
    assert!(matches!(matching(&typed("ada@example.com"), &found), Match::One(_)));
}

#[tokio::test]
async fn two_accounts_with_one_id_are_a_fault() {
    let mut two = ada();
    let list = two["accounts"].as_array_mut().unwrap();
    list.push(list[0].clone());
    let back_end = BackEnd::answering([two]).await;
    let fault = back_end.store().load(&AccountId::new("7")).await.unwrap_err().to_string();
    assert!(fault.contains("several accounts with one id"), "{fault}");
}

/// A back end with this certificate, which answers every call with no accounts.
async fn encrypted(certificate: &CertifiedKey<rcgen::KeyPair>) -> u16 {
    let key = PrivateKeyDer::from_pem_slice(certificate.signing_key.serialize_pem().as_bytes()).unwrap();
    let chain = vec![CertificateDer::from_pem_slice(certificate.cert.pem().as_bytes()).unwrap()];
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            let Ok(mut connection) = acceptor.accept(connection).await else { continue };
            let _ = connection.read(&mut [0; 4096]).await;
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\nconnection: close\r\n\r\n{\"accounts\":[]}";
            let _ = connection.write_all(answer).await;
            let _ = connection.shutdown().await;
        }
    });
    port
}

#[tokio::test]
async fn a_certificate_counts_if_the_configured_authority_vouches_for_that_name() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, certificate.cert.pem()).unwrap();
    let other = folder.path().join("other.pem");
    std::fs::write(&other, generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem()).unwrap();
    let port = encrypted(&certificate).await;
    let store = |host: &str, file: &std::path::Path| {
        let mut hook = hook_at(&format!("https://{host}:{port}/regain"));
        hook.ca_file = Some(file.to_owned());
        HookStore::new(&hook).unwrap()
    };
    assert!(store("localhost", &file).find(&folded(&["ada@example.com"])).await.unwrap().is_empty());
    for (host, file) in [("localhost", &other), ("127.0.0.1", &file)] {
        let fault = fault_of(&store(host, file)).await;
        assert!(fault.contains("certificate"), "{fault}");
        let fault = store(host, file).set_password(change()).await.unwrap_err().to_string();
        assert!(fault.contains("certificate"), "nothing was sent: {fault}");
    }
}
