//! What a provider, or whoever stands in its place, answers; and what becomes of the mail.

use super::vendors::{ALL, KEY, Provider};
use super::*;
use crate::support::vendor::{Behaviour, Reply, Vendor};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Delivered,
    Retry,
    Refused,
    Unknown,
}

fn kind(outcome: &Outcome) -> Kind {
    match outcome {
        Outcome::Delivered(_) => Kind::Delivered,
        Outcome::RetryAfter(_) => Kind::Retry,
        Outcome::Refused(_) => Kind::Refused,
        Outcome::Unknown(_) => Kind::Unknown,
    }
}

#[tokio::test]
async fn a_reply_ends_in_what_the_provider_calls_the_mail() {
    for provider in ALL {
        let (vendor, mailbox) = vendors::start(provider).await;
        let transport = provider.transport(&vendor.url(), KEY);
        let parcel = composed("ada@example.com");
        let outcome = send(&transport, &parcel).await;
        let Outcome::Delivered(reply) = outcome else { panic!("{}: {outcome:?}", provider.name()) };
        assert!(reply.starts_with("20") && reply.ends_with(" id=0102-1"), "{}: {reply:?}", provider.name());
        assert_eq!(mailbox.lock().unwrap()[0].delivery, parcel.envelope.id.to_string(), "{}", provider.name());
    }
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    let json = |status| Behaviour::Answer(Reply::json(status, r#"{"message":"so","Message":"so"}"#));
    let page =
        Reply { status: 200, headers: String::new(), body: "<html>Welcome to the hotel's network</html>".into() };
    let cases = [
        (json(400), Kind::Retry, Standing::Works),
        (json(401), Kind::Retry, Standing::Down),
        (json(403), Kind::Retry, Standing::Down),
        (json(429), Kind::Retry, Standing::Down),
        (json(500), Kind::Retry, Standing::Down),
        (json(503), Kind::Retry, Standing::Down),
        (Behaviour::Huge(500), Kind::Retry, Standing::Down),
        (Behaviour::Huge(200), Kind::Unknown, Standing::Down),
        (Behaviour::Answer(page), Kind::Unknown, Standing::Down),
        (Behaviour::HangBefore, Kind::Unknown, Standing::Down),
        (Behaviour::HangAfter, Kind::Unknown, Standing::Down),
        (Behaviour::CloseAfter, Kind::Unknown, Standing::Down),
        (Behaviour::Garbage, Kind::Unknown, Standing::Down),
    ];
    let each = ALL.map(|provider| async {
        let (vendor, mailbox) = vendors::start(provider).await;
        let transport = provider.transport(&vendor.url(), KEY);
        for (behaviour, expected, standing) in cases.clone() {
            let hangs = matches!(behaviour, Behaviour::HangBefore | Behaviour::HangAfter);
            vendor.does(behaviour.clone());
            let (parcel, started) = (composed("ada@example.com"), Instant::now());
            let attempt = transport.send(&parcel, started + if hangs { SHORT } else { LONG }).await;
            let what = format!("{} with {behaviour:?}", provider.name());
            assert_eq!((kind(&attempt.outcome), attempt.standing), (expected, standing), "{what}: {attempt:?}");
            assert!(started.elapsed() < FOR_EVER, "{what} took {:?}", started.elapsed());
            is_one_line(&what, attempt.outcome.reply());
        }
        assert!(mailbox.lock().unwrap().is_empty(), "{}", provider.name());
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test]
async fn a_key_that_is_not_taken_is_named_and_not_shown() {
    for provider in ALL {
        let (vendor, mailbox) = vendors::start(provider).await;
        let transport = provider.transport(&vendor.url(), "an-old-key");
        let attempt = transport.send(&composed("ada@example.com"), soon()).await;
        let reply = attempt.outcome.reply();
        assert!(is_retry(&attempt.outcome) && attempt.standing == Standing::Down, "{attempt:?}");
        assert!(reply.contains(&format!("mail.{}", provider.name())) && !reply.contains("an-old-key"), "{reply}");
        let refused = transport.probe().await.unwrap_err();
        assert!(refused.contains(&format!("mail.{}", provider.name())), "{}: {refused}", provider.name());
        assert!(mailbox.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_redirect_is_followed_by_nobody() {
    for provider in ALL {
        let (elsewhere, stolen) = vendors::start(provider).await;
        let (vendor, _) = vendors::start(provider).await;
        for status in [301, 302, 307, 308] {
            let headers = format!("Location: {}/\r\n", elsewhere.url());
            vendor.does(Behaviour::Answer(Reply { status, headers, body: String::new() }));
            let transport = provider.transport(&vendor.url(), KEY);
            let attempt = transport.send(&composed("ada@example.com"), soon()).await;
            assert!(is_retry(&attempt.outcome) && attempt.standing == Standing::Down, "{attempt:?}");
            assert!(transport.probe().await.is_err_and(|said| said.contains("redirects are not followed")));
        }
        assert!(elsewhere.asked().is_empty() && stolen.lock().unwrap().is_empty(), "{}", provider.name());
    }
}

#[tokio::test]
async fn an_answer_that_repeats_what_it_was_sent_or_paints_the_terminal_is_cleaned() {
    let rude = format!("\u{1b}[31m {KEY} \u{202E}\r\nX: y\0 {}", "long ".repeat(1000));
    let body =
        serde_json::json!({ "message": rude, "Message": rude, "MessageId": rude, "MessageID": rude, "id": rude });
    for provider in ALL {
        let (vendor, _) = vendors::start(provider).await;
        for status in [200, 400, 401, 500] {
            vendor.does(Behaviour::Answer(Reply::json(status, &body.to_string())));
            let transport = provider.transport(&vendor.url(), KEY);
            let outcome = send(&transport, &composed("ada@example.com")).await;
            is_one_line(provider.name(), outcome.reply());
            assert!(!outcome.reply().contains('\u{202E}') && !outcome.reply().contains(" id="), "{outcome:?}");
            if let Err(said) = transport.probe().await {
                is_one_line(provider.name(), &said);
            }
        }
    }
}

#[tokio::test]
async fn nobody_there_and_nobody_who_speaks_tls_get_nothing() {
    let each = ALL.map(|provider| async move {
        let (vendor, mailbox) = vendors::start(provider).await;
        let encrypted = vendor.url().replace("http://", "https://");
        let attempt = provider.transport(&encrypted, KEY).send(&composed("ada@example.com"), soon()).await;
        assert!(is_retry(&attempt.outcome) && attempt.standing == Standing::Down, "{attempt:?}");
        vendor.does(Behaviour::HangBefore);
        let attempt =
            provider.transport(&encrypted, KEY).send(&composed("ada@example.com"), Instant::now() + SHORT).await;
        assert!(is_retry(&attempt.outcome), "in the midst of a handshake: {attempt:?}");
        assert!(mailbox.lock().unwrap().is_empty() && vendor.asked().is_empty());
        let url = vendor.url();
        drop(vendor);
        tokio::task::yield_now().await;
        let attempt = provider.transport(&url, KEY).send(&composed("ada@example.com"), soon()).await;
        assert!(is_retry(&attempt.outcome) && attempt.standing == Standing::Down, "{attempt:?}");
    });
    futures_util::future::join_all(each).await;
}

#[tokio::test]
async fn only_a_provider_that_knows_the_same_request_again_is_asked_twice() {
    for provider in ALL {
        let (vendor, mailbox) = vendors::start(provider).await;
        vendor.does_once(Behaviour::TakeAndClose);
        let outcome = send(&provider.transport(&vendor.url(), KEY), &composed("ada@example.com")).await;
        let expected = if provider.name() == "resend" { (Kind::Delivered, 2) } else { (Kind::Unknown, 1) };
        assert_eq!((kind(&outcome), vendor.asked().len()), expected, "{}: {outcome:?}", provider.name());
        assert_eq!(mailbox.lock().unwrap().len(), 1, "{}: and it is one mail", provider.name());
    }
}

#[tokio::test]
async fn what_keeps_the_second_request_from_being_taken_says_nothing_of_the_first() {
    let provider = ALL.into_iter().find(|provider| provider.name() == "resend").unwrap();
    let (vendor, _) = vendors::start(provider).await;
    vendor.does(Behaviour::CloseAfter);
    let underway = r#"{"statusCode":409,"name":"concurrent_idempotent_requests","message":"in progress"}"#;
    for second in [Behaviour::CloseAfter, Behaviour::Answer(Reply::json(409, underway))] {
        vendor.does(second);
        let outcome = send(&provider.transport(&vendor.url(), KEY), &composed("ada@example.com")).await;
        assert_eq!(kind(&outcome), Kind::Unknown, "{outcome:?}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart() {
    for (name, status, body, expected, standing) in REFUSALS {
        let provider = ALL.into_iter().find(|provider| provider.name() == *name).unwrap();
        let vendor = answering(provider, *status, body).await;
        let attempt = provider.transport(&vendor.url(), KEY).send(&composed("ada@example.com"), soon()).await;
        assert_eq!((kind(&attempt.outcome), attempt.standing), (*expected, *standing), "{name}: {attempt:?}");
    }
}

async fn answering(provider: &'static dyn Provider, status: u16, body: &str) -> Vendor {
    let (vendor, _) = vendors::start(provider).await;
    let plain = Reply::json(status, body);
    // Amazon's kind of error stands in a header.
    let kind =
        serde_json::from_str::<serde_json::Value>(body).ok().and_then(|body| Some(body["kind"].as_str()?.to_owned()));
    let headers = kind.map(|kind| format!("X-Amzn-ErrorType: {kind}\r\n")).unwrap_or_default();
    vendor.does(Behaviour::Answer(Reply { headers: plain.headers + &headers, ..plain }));
    vendor
}

/// From the providers' lists of errors.
const REFUSALS: &[(&str, u16, &str, Kind, Standing)] = &[
    (
        "ses",
        400,
        r#"{"kind":"MessageRejected","message":"Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: ada@example.com"}"#,
        Kind::Retry,
        Standing::Down,
    ),
    ("ses", 400, r#"{"kind":"ThrottlingException","message":"Rate exceeded"}"#, Kind::Retry, Standing::Down),
    ("ses", 400, r#"{"kind":"SendingPausedException","message":"paused"}"#, Kind::Retry, Standing::Down),
    ("ses", 404, r#"{"kind":"NotFoundException","message":"no such set"}"#, Kind::Retry, Standing::Down),
    ("postmark", 422, r#"{"ErrorCode":300,"Message":"Invalid 'To' address: 'x'."}"#, Kind::Refused, Standing::Works),
    ("postmark", 422, r#"{"ErrorCode":300,"Message":"Invalid 'From' address."}"#, Kind::Retry, Standing::Works),
    ("postmark", 422, r#"{"ErrorCode":400,"Message":"no signature"}"#, Kind::Retry, Standing::Down),
    ("postmark", 422, r#"{"ErrorCode":405,"Message":"Not allowed to send"}"#, Kind::Retry, Standing::Down),
    ("postmark", 422, r#"{"ErrorCode":1235,"Message":"no such stream"}"#, Kind::Retry, Standing::Down),
    (
        "sendgrid",
        403,
        r#"{"errors":[{"message":"The from address does not match a verified Sender Identity.","field":"from"}]}"#,
        Kind::Retry,
        Standing::Down,
    ),
    ("sendgrid", 401, r#"{"errors":[{"message":"Maximum credits exceeded"}]}"#, Kind::Retry, Standing::Down),
    ("sendgrid", 413, r#"{"errors":[{"message":"too large"}]}"#, Kind::Retry, Standing::Works),
    ("mailgun", 404, r#"{"message":"Domain not found: mg.example.com"}"#, Kind::Retry, Standing::Down),
    ("mailgun", 402, r#"{"message":"pay"}"#, Kind::Retry, Standing::Down),
    (
        "resend",
        403,
        r#"{"name":"validation_error","message":"The domain is not verified."}"#,
        Kind::Retry,
        Standing::Down,
    ),
    ("resend", 401, r#"{"name":"missing_api_key","message":"Missing API key"}"#, Kind::Retry, Standing::Down),
    ("resend", 422, r#"{"name":"validation_error","message":"Invalid `from` field."}"#, Kind::Retry, Standing::Works),
];
