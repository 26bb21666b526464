//! What the operator's receiver is told: signed, once, and as long as it takes.

use crate::support::Server;
use crate::support::process::needed;
use crate::support::receiver::{Call, Receiver};
use crate::support::server::NEW_PASSWORD;
use crate::support::smtp::{Behaviour, Phase};
use regain::notify::Notifier;
use regain::standard_webhooks::SigningKey;
use regain_core::message::MessageKind;
use serde_json::json;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

const ADA: &str = "ada@example.com";
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Told {
    server: Server,
    receiver: Receiver,
    notifier: Notifier,
}

impl Told {
    async fn start() -> Self {
        let receiver = Receiver::start().await;
        let server = Server::with(&format!(
            "[notify]\nwebhook_url = {:?}\nwebhook_secret = \"{SECRET}\"\n[reset]\ncooldown_seconds = 0\n\
             [mail.postmark]\nevents_secret = \"a-password-of-nobody-at-all\"",
            receiver.url
        ))
        .await;
        let notifier = Notifier::new(Arc::clone(server.app())).unwrap().unwrap();
        Self { server, receiver, notifier }
    }

    /// What is posted now.
    async fn posted(&self) -> Vec<Call> {
        let before = self.receiver.calls().len();
        while self.notifier.turn().await.unwrap() > 0 {}
        self.receiver.calls().split_off(before)
    }
}

fn is_signed(call: &Call) -> bool {
    let key = SigningKey::parse(SECRET).unwrap();
    let (id, timestamp) = (call.header("webhook-id"), call.header("webhook-timestamp"));
    key.verifies(id, timestamp, call.header("webhook-signature"), call.body.as_bytes())
}

#[tokio::test]
async fn a_changed_password_is_told_once_signed_and_with_no_secret() {
    let told = Told::start().await;
    let token = told.server.token_for(ADA).await;
    assert!(told.posted().await.is_empty());
    assert_eq!(told.server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    let calls = told.posted().await;
    let [call] = &calls[..] else { panic!("{calls:?}") };
    assert!(is_signed(call));
    assert_eq!((call.path.as_str(), call.header("content-type")), ("/hook", "application/json"));
    assert_eq!(call.header("webhook-timestamp"), "1800000000");
    let history = told.server.history_of(ADA).await;
    let request = history.iter().find(|it| it.message == MessageKind::Reset).map(|it| it.id.to_string());
    assert_eq!(
        call.json(),
        json!({
            "type": "password.changed", "timestamp": "2027-01-15T08:00:00.000Z",
            "data": { "request_id": request, "account": "1", "origin": "chaser" }
        })
    );
    assert!(told.posted().await.is_empty());
}

#[tokio::test]
async fn what_somebody_should_look_into_is_told_and_nobodys_address_is_in_it() {
    let told = Told::start().await;
    told.server.add_account("two@example.com");
    told.server.add_account("Two@example.com");
    for nobody_hears_of in ["nobody@example.com", "disabled@example.com"] {
        told.server.ask_for(nobody_hears_of).await;
    }
    told.server.ask_for("TWO@example.com").await;
    told.server.run_until_idle().await;
    told.server.inbox.once(Phase::Rcpt, Behaviour::Reply("550 5.1.1 <grace@example.com> unknown"));
    told.server.ask_for("grace@example.com").await;
    told.server.run_until_idle().await;
    told.server.token_for(ADA).await;
    let not_me = told.server.last_not_me_token_for(ADA);
    for _ in 0..2 {
        let form = told.server.post("/not-me").header("sec-fetch-site", "same-origin").form(&[("token", &not_me)]);
        assert_eq!(form.send().await.unwrap().status(), 303);
    }
    let delivery = told.server.history_of(ADA).await[0].deliveries[0].id.to_string();
    let bounce = json!({
        "RecordType": "Bounce", "Type": "HardBounce", "Metadata": { "regain-delivery": delivery },
        "Details": "smtp;550 5.1.1 <ada@example.com> unknown", "Email": ADA
    });
    let post = told.server.post("/mail-events/postmark").basic_auth("x", Some("a-password-of-nobody-at-all"));
    assert_eq!(post.json(&bounce).send().await.unwrap().status(), 200);

    let calls = told.posted().await;
    let mut kinds: Vec<_> = calls.iter().map(|call| call.json()["type"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    assert_eq!(kinds, ["address.bounced", "not_me", "request.ambiguous", "request.failed"]);
    for call in &calls {
        assert!(is_signed(call), "{call:?}");
        assert!(!call.body.contains('@') && !call.body.contains("http") && !call.body.contains(&not_me), "{call:?}");
        let json = call.json();
        match json["type"].as_str().unwrap() {
            "request.failed" => {
                assert_eq!((&json["data"]["reason"], &json["data"]["account"]), (&json!("refused"), &json!("2")));
            }
            "address.bounced" => {
                assert_eq!(
                    (&json["data"]["status"], &json["data"]["transport"]),
                    (&json!("5.1.1"), &json!("postmark"))
                );
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn what_is_not_taken_is_posted_again_for_three_days_with_the_same_name_and_body() {
    let told = Told::start().await;
    told.receiver.answer(500);
    let token = told.server.token_for(ADA).await;
    assert_eq!(told.server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    for pause in [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400] {
        // Up to a tenth is added to each.
        told.server.clock.advance(Duration::from_secs(pause).saturating_sub(Duration::from_millis(1)));
        if pause > 0 {
            assert!(told.posted().await.is_empty(), "{pause}");
        }
        told.server.clock.advance(Duration::from_secs(pause / 10 + 2));
        assert_eq!(told.posted().await.len(), 1, "{pause}");
    }
    told.server.clock.advance(Duration::from_secs(30 * 86_400));
    assert!(told.posted().await.is_empty(), "it is given up");
    let calls = told.receiver.calls();
    assert!(calls.iter().all(is_signed));
    let same = |what: fn(&Call) -> &str| calls.iter().all(|call| what(call) == what(&calls[0]));
    assert!(same(|call| call.header("webhook-id")) && same(|call| call.body.as_str()));
    assert_ne!(calls[0].header("webhook-timestamp"), calls[1].header("webhook-timestamp"));
}

#[tokio::test]
async fn a_receiver_that_wants_no_more_of_one_gets_no_more_of_it() {
    let told = Told::start().await;
    told.receiver.answer(410);
    let token = told.server.token_for(ADA).await;
    assert_eq!(told.server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    assert_eq!(told.posted().await.len(), 1);
    told.server.clock.advance(Duration::from_secs(86_400));
    assert!(told.posted().await.is_empty());
}

/// The sample in the guide checks signatures in its own way: with Python's own HMAC.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample_of_the_guide_believes_what_is_signed_and_nothing_else() {
    let told = Told::start().await;
    let token = told.server.token_for(ADA).await;
    assert_eq!(told.server.confirm(&token, NEW_PASSWORD).await.status(), 200);
    let call = told.posted().await.remove(0);
    let guide = include_str!("../../../docs/operate/webhooks.md");
    let sample = guide.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a sample");
    let believes = |signature: &str, body: &str, now: &str| {
        let script = format!(
            "{sample}\nimport sys\nheaders = {{'webhook-id': sys.argv[1], 'webhook-timestamp': sys.argv[2], 'webhook-signature': sys.argv[3]}}\n\
             print(is_from_regain(headers, sys.argv[4].encode(), '{SECRET}', float(sys.argv[5])))"
        );
        let (id, timestamp) = (call.header("webhook-id"), call.header("webhook-timestamp"));
        let arguments = ["-c", &script, id, timestamp, signature, body, now];
        let output = Command::new(needed("REGAIN_TEST_PYTHON")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim() == "True"
    };
    let signature = call.header("webhook-signature");
    assert!(believes(signature, &call.body, "1800000010"));
    assert!(believes(&format!("v1,AAAA {signature}"), &call.body, "1800000010"));
    assert!(!believes(signature, &call.body.replace("changed", "chanced"), "1800000010"));
    assert!(!believes("v1,AAAA", &call.body, "1800000010"));
    assert!(!believes("", &call.body, "1800000010"));
    assert!(!believes(signature, &call.body, "1800000400"), "long ago");
}
