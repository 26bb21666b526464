//! Webhooks, in both directions: what anybody may claim of a mail, and where a receiver could lead us.

use super::{ADA, CONFIRM, octets};
use crate::support::Server;
use crate::support::receiver::Receiver;
use crate::support::server::NEW_PASSWORD;
use async_trait::async_trait;
use regain::config::WebhookTarget;
use regain::mail::events::{Provider, Told};
use regain::notify::{Answer, Lookup, Notifier, Poster};
use regain::standard_webhooks::SigningKey;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use reqwest::header::HeaderMap;
use ring::hmac;
use rustls::RootCertStore;
use serde_json::json;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A name that leads where a test says.
struct Names {
    addresses: Vec<IpAddr>,
    asked: AtomicUsize,
}

#[async_trait]
impl Lookup for Names {
    async fn addresses(&self, _name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(self.addresses.clone())
    }
}

fn poster(url: &str, leads_to: &str) -> (Poster, Arc<Names>) {
    let names = Arc::new(Names { addresses: vec![leads_to.parse().unwrap()], asked: AtomicUsize::new(0) });
    let target = WebhookTarget { url: url.into(), key: SigningKey::parse(SECRET).unwrap() };
    let poster = Poster::new(&target, RootCertStore::empty(), Arc::clone(&names) as Arc<dyn Lookup>).unwrap();
    (poster, names)
}

async fn post(poster: &Poster) -> Answer {
    poster.post(Id::from_bytes([7; 16]), Timestamp::from_millis(1_800_000_000_000), b"{}".to_vec()).await
}

/// Webhooks that reached databases and the addresses where clouds keep their keys.
#[tokio::test]
async fn a_name_that_leads_into_a_private_network_is_not_followed() {
    let receiver = Receiver::start().await;
    let named = format!("http://hooks.example.com:{}/", receiver.port);
    for private in ["127.0.0.1", "::ffff:127.0.0.1"] {
        let (poster, names) = poster(&named, private);
        // It is looked at for each connection: what a name led to a moment ago says nothing.
        for asked in 1..=2 {
            let answer = post(&poster).await;
            assert!(matches!(&answer, Answer::NotTaken(why) if why.contains("private")), "{private}: {answer:?}");
            assert_eq!(names.asked.load(Ordering::SeqCst), asked);
        }
    }
    assert!(receiver.calls().is_empty());
    // An address that the operator wrote is meant, and this machine's own name is.
    assert_eq!(post(&poster(&receiver.url, "203.0.113.1").0).await, Answer::Taken);
    assert_eq!(post(&poster(&format!("http://localhost:{}/", receiver.port), "127.0.0.1").0).await, Answer::Taken);
}

/// A receiver that sends its webhooks on, to where it may not go itself.
#[tokio::test]
async fn a_receiver_cannot_send_its_webhooks_elsewhere() {
    let (receiver, elsewhere) = (Receiver::start().await, Receiver::start().await);
    receiver.redirect_to(&elsewhere.url);
    let answer = post(&poster(&receiver.url, "203.0.113.1").0).await;
    assert!(matches!(&answer, Answer::NotTaken(why) if why.contains("redirects are not followed")), "{answer:?}");
    assert_eq!((receiver.calls().len(), elsewhere.calls().len()), (1, 0));
}

/// Receivers that could not tell who calls.
#[tokio::test]
async fn what_a_receiver_is_told_is_signed() {
    let receiver = Receiver::start().await;
    let notify = format!("[notify]\nwebhook_url = {:?}\nwebhook_secret = \"{SECRET}\"", receiver.url);
    let server = Server::with(&notify).await;
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    Notifier::new(Arc::clone(server.app())).unwrap().unwrap().turn().await.unwrap();
    let calls = receiver.calls();
    let [call] = &calls[..] else { panic!("{calls:?}") };
    let key = SigningKey::parse(SECRET).unwrap();
    let (id, timestamp) = (call.header("webhook-id"), call.header("webhook-timestamp"));
    assert!(key.verifies(id, timestamp, call.header("webhook-signature"), call.body.as_bytes()), "{call:?}");
    assert!(!call.body.contains(&token) && !call.body.contains('@'), "{}", call.body);
}

/// Anybody who says that an address bounces could keep its owner from being mailed, where one believes it.
#[tokio::test]
async fn what_nobody_signed_is_not_heard_and_changes_no_answer() {
    let events = "[limits]\nrequests_per_network_per_minute = 8\n[mail.postmark]\nevents_secret = \"a-password-of-nobody\"\n\
                  [mail.mailgun]\nevents_signing_key = \"a-key-of-nobody-at-all\"";
    let server = Server::with(events).await;
    server.token_for(ADA).await;
    let delivery = server.history_of(ADA).await[0].deliveries[0].id.to_string();
    let claim = json!({
        "RecordType": "Bounce", "Type": "HardBounce", "Metadata": { "regain-delivery": delivery },
        "signature": { "timestamp": "1800000000", "token": "x", "signature": "00" },
        "event-data": { "event": "failed", "severity": "permanent", "user-variables": { "regain-delivery": delivery } }
    });
    let mut answers = Vec::new();
    for path in ["/mail-events/postmark", "/mail-events/mailgun"] {
        answers.push(octets(server.post(path).json(&claim).send().await.unwrap()).await);
        let guessed = server.post(path).basic_auth("x", Some("guessed")).body("no JSON");
        answers.push(octets(guessed.send().await.unwrap()).await);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]) && answers[0].starts_with("401"), "{answers:?}");
    assert_eq!(server.ledger_says("SELECT count(*) FROM bounces"), 0);
    assert_eq!(server.ledger_says("SELECT count(*) FROM events WHERE what LIKE '%bounced'"), 0);
    // They were counted: with the request before, they have used up what the network has.
    for _ in 0..3 {
        server.post("/mail-events/postmark").json(&claim).send().await.unwrap();
    }
    let limited = server.post("/mail-events/postmark").json(&claim).send().await.unwrap();
    assert_eq!(limited.status(), 429);
    assert_eq!(server.post_json(CONFIRM, json!({ "token": "x", "new_password": "y" })).await.status(), 429);
    // Whoever has the password is heard all the same.
    let told = server.post("/mail-events/postmark").basic_auth("x", Some("a-password-of-nobody")).json(&claim);
    assert_eq!(told.send().await.unwrap().status(), 200);
    assert_eq!(server.ledger_says("SELECT count(*) FROM bounces"), 1);
}

/// A signature that covers no body, taken once more after the configuration was read again.
#[tokio::test]
async fn what_mailgun_signed_once_is_not_heard_again_after_a_reload() {
    let key = "a-key-of-nobody-at-all";
    let server = Server::with(&format!("[mail.mailgun]\nevents_signing_key = \"{key}\"")).await;
    server.token_for(ADA).await;
    let delivery = server.history_of(ADA).await[0].deliveries[0].id.to_string();
    let (now, token) = (server.now().as_millis() / 1000, "abc");
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let signature = hmac::sign(&key, format!("{now}{token}").as_bytes());
    let hex: String = signature.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let call = |event: &str| {
        json!({
            "signature": { "timestamp": now.to_string(), "token": token, "signature": hex },
            "event-data": { "event": event, "user-variables": { "regain-delivery": delivery } }
        })
    };
    assert_eq!(server.post_json("/mail-events/mailgun", call("delivered")).await.status(), 200);
    let app = server.app();
    let renewed = app.renewed(app.config.clone()).unwrap();
    let (headers, body) = (HeaderMap::new(), call("complained").to_string());
    let told = Told { headers: &headers, body: body.as_bytes(), now: server.now() };
    assert_eq!(renewed.mail_events.hear(Provider::Mailgun, told).await, Ok(vec![]));
}

/// Bodies of half a megabyte, each to be read and checked, from whoever has shown already that nobody signs for them.
#[tokio::test]
async fn of_a_network_that_called_unsigned_too_often_one_call_at_a_time_is_read() {
    let events =
        "[limits]\nrequests_per_network_per_minute = 2\n[mail.postmark]\nevents_secret = \"a-password-of-nobody\"";
    let server = Server::with(events).await;
    let told = || server.post("/mail-events/postmark").basic_auth("x", Some("a-password-of-nobody")).body("{}").send();
    for _ in 0..3 {
        server.post("/mail-events/postmark").body("{}").send().await.unwrap();
    }
    assert_eq!(told().await.unwrap().status(), 200);
    let mut slow = TcpStream::connect(server.url.strip_prefix("http://").unwrap()).await.unwrap();
    slow.write_all(b"POST /mail-events/postmark HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
        .await
        .unwrap();
    // As soon as that one is looked at, no other is.
    let refused = async { while told().await.unwrap().status() != 429 {} };
    tokio::time::timeout(Duration::from_secs(8), refused).await.unwrap();
    drop(slow);
    let heard = async { while told().await.unwrap().status() != 200 {} };
    tokio::time::timeout(Duration::from_secs(30), heard).await.unwrap();
}

/// Who takes an account over asks, before that, for an address that several have until no webhook can be queued any more.
#[tokio::test]
async fn a_flood_of_failed_requests_does_not_keep_a_changed_password_from_being_told() {
    let receiver = Receiver::start().await;
    let notify = format!("[notify]\nwebhook_url = {:?}\nwebhook_secret = \"{SECRET}\"", receiver.url);
    let server = Server::with(&notify).await;
    server.add_account("two@example.com");
    server.add_account("Two@example.com");
    let token = server.token_for(ADA).await;
    server
        .ledger()
        .execute_batch(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 7999) \
             INSERT INTO webhooks (id, what, at, due_at) SELECT randomblob(16), 'request.ambiguous', 0, 0 FROM n",
        )
        .unwrap();
    for _ in 0..3 {
        server.ask_for("TWO@example.com").await;
        server.run_until_idle().await;
    }
    assert_eq!(server.ledger_says("SELECT count(*) FROM webhooks"), 8000);
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    assert_eq!(server.ledger_says("SELECT count(*) FROM webhooks WHERE what = 'password.changed'"), 1);
}
