//! What becomes of a mail after it was handed over: told by its provider or by a mail that came back, shown to the
//! operator, and nowhere else.

use crate::support::Server;
use crate::support::process::Site;
use crate::support::server::NEW_PASSWORD;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regain::standard_webhooks::SigningKey;
use regain_core::email::FoldedAddress;
use regain_core::event::Happening;
use regain_core::fate::Fate;
use regain_core::keys::Digest;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use ring::{hmac, rand};
use serde_json::json;
use std::time::Duration;

const ADA: &str = "ada@example.com";
const PATHS: [&str; 5] = ["ses", "postmark", "sendgrid", "mailgun", "resend"];
const POSTMARK: &str = "[mail.postmark]\nevents_secret = \"a-password-of-nobody\"\n[reset]\ncooldown_seconds = 0\n";
/// Now, by the clock of these tests.
const NOW: i64 = 1_800_000_000;

fn digest_of(server: &Server, address: &str) -> Digest {
    server.app().keys.address_digest(&FoldedAddress::of(address))
}

/// The delivery's name in the newest mail.
async fn delivery_of(server: &Server, address: &str) -> String {
    server.history_of(address).await.last().unwrap().deliveries[0].id.to_string()
}

/// What was heard of the newest mail.
async fn heard_of(server: &Server, address: &str) -> Vec<(Fate, String)> {
    let request = server.history_of(address).await.pop().unwrap();
    let heard = request.events.into_iter().filter_map(|event| match event.what {
        Happening::Mail(fate) => Some((fate, event.detail.unwrap_or_default())),
        _ => None,
    });
    heard.collect()
}

async fn postmark_tells(server: &Server, body: &serde_json::Value) -> u16 {
    let post = server.post("/mail-events/postmark").basic_auth("regain", Some("a-password-of-nobody"));
    post.json(body).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_provider_that_is_not_configured_has_no_path() {
    let server = Server::start().await;
    let ordinary = server.post("/mail-events/other").send().await.unwrap();
    assert_eq!(ordinary.status(), 404);
    let ordinary = ordinary.text().await.unwrap();
    for provider in PATHS {
        let answer = server.post(&format!("/mail-events/{provider}")).body("{}").send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.text().await.unwrap()), (404, ordinary.clone()), "{provider}");
    }
}

#[tokio::test]
async fn a_mail_that_came_back_for_good_is_told_marks_its_address_and_stops_nothing() {
    let server = Server::with(POSTMARK).await;
    server.token_for(ADA).await;
    let bounce = json!({
        "RecordType": "Bounce", "Type": "HardBounce", "BouncedAt": "2027-01-15T07:59:59Z",
        "Metadata": { "regain-delivery": delivery_of(&server, ADA).await },
        "Details": "smtp;550 5.1.1 <ada@example.com>: no such user"
    });
    let answer = |address: &str| {
        let address = address.to_owned();
        let server = &server;
        async move {
            let asked = json!({ "email": address });
            super::attacks::octets(server.post_json("/auth/password-reset/request", asked).await).await
        }
    };
    let before = answer(ADA).await;
    for _ in 0..2 {
        assert_eq!(postmark_tells(&server, &bounce).await, 200);
    }
    let (told, words) = (Fate::HardBounce, "postmark: smtp;550 5.1.1 <ada@example.com>: no such user".to_owned());
    assert_eq!(server.ledger_says("SELECT count(*) FROM events WHERE what = 'bounced'"), 1, "{words}");
    let requests = server.history_of(ADA).await;
    let mut events = requests.iter().flat_map(|request| &request.events);
    assert!(events.any(|event| event.what == Happening::Mail(told) && event.detail == Some(words.clone())));
    let mark = server.app().ledger.bounce_of(digest_of(&server, ADA)).await.unwrap().unwrap();
    assert_eq!((mark.status.as_deref(), &*mark.transport), (Some("5.1.1"), "postmark"));

    assert_eq!(answer(ADA).await, before, "nobody sees it who asks");
    assert_eq!(answer("nobody@example.com").await, before);
    server.run_until_idle().await;
    server.clock.advance(Duration::from_secs(1));
    let token = server.token_for(ADA).await;
    assert_eq!(server.confirm(&token, NEW_PASSWORD).await.status(), 200, "it is still tried");
    assert!(server.app().ledger.bounce_of(digest_of(&server, ADA)).await.unwrap().is_none(), "and it works");
}

#[tokio::test]
async fn each_fate_that_a_provider_tells_stands_in_the_timeline() {
    let server = Server::with(POSTMARK).await;
    server.token_for(ADA).await;
    let delivery = delivery_of(&server, ADA).await;
    for (record, kind) in [("Bounce", "Transient"), ("Delivery", ""), ("SpamComplaint", "SpamComplaint"), ("Open", "")]
    {
        let told = json!({
            "RecordType": record, "Type": kind, "Metadata": { "regain-delivery": delivery }, "Details": "words"
        });
        assert_eq!(postmark_tells(&server, &told).await, 200);
    }
    let told: Vec<_> = heard_of(&server, ADA).await.into_iter().map(|(fate, _)| fate).collect();
    assert_eq!(told, [Fate::Delayed, Fate::Arrived, Fate::Complaint]);
    let nobodys =
        json!({ "RecordType": "Bounce", "Type": "HardBounce", "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483" });
    assert_eq!(postmark_tells(&server, &nobodys).await, 200, "another application's mail");
    assert_eq!(server.ledger_says("SELECT count(*) FROM bounces"), 0);
}

#[tokio::test]
async fn sendgrid_is_heard_by_its_signature() {
    let random = rand::SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random).unwrap();
    let head = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
    let head = (0..head.len()).step_by(2).map(|n| u8::from_str_radix(&head[n..n + 2], 16).unwrap());
    let public: Vec<u8> = head.chain(key.public_key().as_ref().iter().copied()).collect();
    let server = Server::with(&format!("[mail.sendgrid]\nevents_public_key = \"{}\"", STANDARD.encode(public))).await;
    server.token_for(ADA).await;
    let delivery = delivery_of(&server, ADA).await;
    let body = json!([
        { "event": "processed", "regain-delivery": delivery, "timestamp": NOW - 2 },
        { "event": "deferred", "regain-delivery": delivery, "timestamp": NOW - 1, "response": "451 later" },
        { "event": "bounce", "type": "bounce", "status": "5.1.1", "reason": "550 5.1.1 unknown",
          "smtp-id": format!("<{delivery}@127.0.0.1>"), "timestamp": NOW }
    ])
    .to_string();
    let signature = STANDARD.encode(key.sign(&random, format!("{NOW}{body}").as_bytes()).unwrap());
    let tell = |body: String| {
        server
            .post("/mail-events/sendgrid")
            .header("x-twilio-email-event-webhook-signature", &signature)
            .header("x-twilio-email-event-webhook-timestamp", NOW.to_string())
            .body(body)
    };
    assert_eq!(tell(body.replace("451", "452")).send().await.unwrap().status(), 401);
    assert_eq!(tell(body).send().await.unwrap().status(), 200);
    let told: Vec<_> = heard_of(&server, ADA).await.into_iter().map(|(fate, _)| fate).collect();
    assert_eq!(told.len(), 2);
    assert!(told.contains(&Fate::Delayed) && told.contains(&Fate::HardBounce));
}

#[tokio::test]
async fn mailgun_and_resend_are_heard_by_theirs() {
    let (key, secret) = ("a-key-of-nobody-at-all", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let server = Server::with(&format!(
        "[mail.mailgun]\nevents_signing_key = \"{key}\"\n[mail.resend]\nevents_secret = \"{secret}\""
    ))
    .await;
    server.token_for(ADA).await;
    let delivery = delivery_of(&server, ADA).await;
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), format!("{NOW}abc").as_bytes());
    let hex: String = signature.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let failed = json!({
        "signature": { "timestamp": NOW.to_string(), "token": "abc", "signature": hex },
        "event-data": {
            "event": "failed", "severity": "temporary", "timestamp": NOW,
            "user-variables": { "regain-delivery": delivery }, "delivery-status": { "message": "421 busy" }
        }
    });
    assert_eq!(server.post_json("/mail-events/mailgun", failed).await.status(), 200);
    let body = json!({ "type": "email.delivered", "data": { "tags": { "regain-delivery": delivery } } }).to_string();
    let delivered = server
        .post("/mail-events/resend")
        .header("svix-id", "msg_1")
        .header("svix-timestamp", NOW.to_string())
        .header("svix-signature", SigningKey::parse(secret).unwrap().sign("msg_1", NOW, body.as_bytes()))
        .body(body);
    assert_eq!(delivered.send().await.unwrap().status(), 200);
    let told = heard_of(&server, ADA).await;
    assert_eq!(told, [(Fate::Delayed, "mailgun: 421 busy".to_owned()), (Fate::Arrived, "resend".to_owned())]);
}

#[tokio::test]
async fn what_is_too_large_is_refused_and_what_is_signed_is_not_counted() {
    let server = Server::with(&format!("{POSTMARK}[limits]\nrequests_per_network_per_minute = 2\n")).await;
    for _ in 0..5 {
        assert_eq!(postmark_tells(&server, &json!({ "RecordType": "Open" })).await, 200);
    }
    let large = server.post("/mail-events/postmark").body("x".repeat(600_000));
    assert_eq!(large.send().await.unwrap().status(), 413);
    let get = server.get("/mail-events/postmark").await;
    assert_eq!((get.status().as_u16(), get.headers()["allow"].to_str().unwrap()), (405, "POST, OPTIONS"));
}

/// As an alias of a mail server pipes it: `regain mail bounce < message`.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_came_back_is_noted_from_standard_input_and_explained() {
    let site = Site::with_accounts(&[ADA]).await;
    let server = site.serve(&[]);
    server.request(ADA).await;
    let mail = site.mails_to(ADA, 1).await.remove(0);
    let message_id = mail.header("Message-ID").unwrap();
    let report = format!(
        "From: MAILER-DAEMON@relay.example.com\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example.com\r\n\r\n\
         Final-Recipient: rfc822; {ADA}\r\nAction: failed\r\nStatus: 5.1.1\r\n\
         Diagnostic-Code: smtp; 550 5.1.1 <{ADA}>: unknown\r\n\
         \r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n"
    );
    let noted = site.regain(&["mail", "bounce"], &report);
    let printed = String::from_utf8_lossy(&noted.stdout).into_owned();
    assert!(noted.status.success() && printed.contains("Noted for") && printed.contains("bounced"), "{printed}");
    let again = site.regain(&["mail", "bounce"], "Subject: I am away\r\n\r\nUntil Monday.");
    assert!(again.status.success(), "a mail server would send it back otherwise");
    assert!(String::from_utf8_lossy(&again.stdout).contains("no report"));

    let told = site.printed_by(&["explain", ADA]);
    assert!(told.contains("came back for good") && told.contains("550 5.1.1 <ada@example.com>: unknown"), "{told}");
    assert!(told.contains("it is still tried"), "{told}");
    assert!(site.printed_by(&["mail", "bounce", "--forget", ADA]).contains("not marked any more"));
    assert_eq!(site.regain(&["mail", "bounce", "--forget", ADA], "").status.code(), Some(1));
}
