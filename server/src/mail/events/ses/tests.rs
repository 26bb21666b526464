use super::*;
use async_trait::async_trait;
use axum::http::HeaderMap;

/// What the messages beside this file were signed with, by OpenSSL; the key is gone.
const CERTIFICATE: &[u8] = include_bytes!("test-certificate.pem");
const NOTIFICATION_V1: &str = include_str!("notification-v1.json");
const NOTIFICATION_V2: &str = include_str!("notification-v2.json");
const CONFIRMATION: &str = include_str!("confirmation.json");
/// When they say that they were signed.
const NOW: i64 = 1_800_000_000_000;

/// Serves the certificate at every path, and keeps what was asked for.
#[derive(Default)]
struct Amazon {
    asked: Mutex<Vec<String>>,
    is_away: bool,
    /// Answers once there is a permit, if there is such.
    answers: Option<Semaphore>,
}

#[async_trait]
impl FetchCertificates for Amazon {
    async fn get(&self, host: &str, path: &str) -> Result<Vec<u8>, String> {
        self.asked.lock().unwrap().push(format!("{host}{path}"));
        if let Some(answers) = &self.answers {
            answers.acquire().await.unwrap().forget();
        }
        if self.is_away { Err("nobody is there".into()) } else { Ok(CERTIFICATE.to_vec()) }
    }
}

fn topic() -> SnsTopic {
    let arn = "arn:aws:sns:eu-central-1:123456789012:regain-mail".to_owned();
    SnsTopic { arn, host: "sns.eu-central-1.amazonaws.com".into() }
}

fn ses(amazon: &Arc<Amazon>) -> Ses {
    Ses::new(topic(), Arc::clone(amazon) as Arc<dyn FetchCertificates>)
}

async fn hear_at(ses: &Ses, body: &str, now: i64) -> Result<Vec<Event>, Refusal> {
    let headers = HeaderMap::new();
    ses.hear(Told { headers: &headers, body: body.as_bytes(), now: Timestamp::from_millis(now) }).await
}

async fn hear(ses: &Ses, body: &str) -> Result<Vec<Event>, Refusal> {
    hear_at(ses, body, NOW).await
}

#[tokio::test]
async fn a_notification_is_believed_by_either_version_of_its_signature_and_the_certificate_is_fetched_once() {
    let amazon = Arc::new(Amazon::default());
    let ses = ses(&amazon);
    for body in [NOTIFICATION_V1, NOTIFICATION_V2] {
        let heard = hear(&ses, body).await.unwrap();
        let [event] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!(event.delivery.to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
        assert_eq!((event.fate, event.status.as_deref()), (Fate::HardBounce, Some("5.1.1")));
        assert_eq!(event.reply, "smtp; 550 5.1.1 user unknown");
        assert_eq!(event.at, Some(Timestamp::from_millis(NOW - 1_331)));
    }
    let asked = amazon.asked.lock().unwrap();
    let path = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
    assert_eq!(*asked, [format!("sns.eu-central-1.amazonaws.com{path}")]);
}

#[tokio::test]
async fn what_was_changed_is_of_another_topic_or_was_signed_long_ago_is_refused() {
    let amazon = Arc::new(Amazon::default());
    let ses = ses(&amazon);
    for (from, to) in [
        ("user unknown", "user unknowm"),
        ("22b80b92", "22b80b93"),
        ("regain-mail", "other-topic"),
        ("2027-01-15T08:00:00.000Z", "2027-01-15T08:00:01.000Z"),
        ("\"SignatureVersion\": \"1\"", "\"SignatureVersion\": \"2\""),
        ("\"SignatureVersion\": \"1\"", "\"SignatureVersion\": \"3\""),
        ("\"Type\": \"Notification\"", "\"Type\": \"UnsubscribeConfirmation\""),
        ("\"MessageId\":", "\"Subject\": \"more\", \"MessageId\":"),
        ("{\n", "[\n"),
    ] {
        assert!(NOTIFICATION_V1.contains(from), "{from}");
        let changed = NOTIFICATION_V1.replace(from, to);
        assert_eq!(hear(&ses, &changed).await, Err(Refusal::Unsigned), "{from}");
    }
    let day = 86_400_000;
    for now in [NOW + day, NOW - day] {
        assert_eq!(hear_at(&ses, NOTIFICATION_V1, now).await, Err(Refusal::Unsigned));
    }
}

#[tokio::test]
async fn nothing_is_fetched_from_anywhere_else() {
    let amazon = Arc::new(Amazon::default());
    let ses = ses(&amazon);
    let good = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";
    for url in [
        "http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-01.pem",
        "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-01.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-01.pem",
        "https://sns.eu-central-1.amazonaws.com@evil.example/SimpleNotificationService-01.pem",
        "https://sns.eu-central-1.amazonaws.com:8443/SimpleNotificationService-01.pem",
        "https://evil.example/SimpleNotificationService-01.pem",
        "https://sns.eu-central-1.amazonaws.com/?Action=X&a=/SimpleNotificationService-01.pem",
        "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-../../x.pem",
        "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-.pem",
        "https://sns.eu-central-1.amazonaws.com/other.pem",
        "file:///etc/passwd",
        "",
    ] {
        assert!(NOTIFICATION_V1.contains(good));
        assert_eq!(hear(&ses, &NOTIFICATION_V1.replace(good, url)).await, Err(Refusal::Unsigned), "{url}");
    }
    assert!(amazon.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_subscription_is_confirmed_at_the_topics_own_host_whatever_the_call_says() {
    let amazon = Arc::new(Amazon::default());
    let ses = ses(&amazon);
    assert_eq!(hear(&ses, CONFIRMATION).await, Ok(vec![]));
    let asked = amazon.asked.lock().unwrap().last().cloned().unwrap();
    assert!(
        asked.starts_with(
            "sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription\
             &TopicArn=arn:aws:sns:eu-central-1:123456789012:regain-mail&Token=2336412f37fb687f"
        ),
        "{asked}"
    );
    amazon.asked.lock().unwrap().clear();
    let elsewhere =
        CONFIRMATION.replace("https://sns.eu-central-1.amazonaws.com/?Action", "https://evil.example/?Action");
    assert_eq!(hear(&ses, &elsewhere).await, Err(Refusal::Unsigned));
    assert!(amazon.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn while_amazon_is_away_the_call_is_to_come_again() {
    let amazon = Arc::new(Amazon { is_away: true, ..Amazon::default() });
    assert!(matches!(hear(&ses(&amazon), NOTIFICATION_V1).await, Err(Refusal::Unavailable(_))));
}

#[tokio::test]
async fn what_could_not_be_fetched_is_not_fetched_again_at_once() {
    let amazon = Arc::new(Amazon { is_away: true, ..Amazon::default() });
    let ses = ses(&amazon);
    for (after, asked) in [(0, 1), (1_000, 1), (14_999, 1), (15_000, 2)] {
        let heard = hear_at(&ses, NOTIFICATION_V1, NOW + after).await;
        assert!(matches!(heard, Err(Refusal::Unavailable(_))));
        assert_eq!(amazon.asked.lock().unwrap().len(), asked, "after {after} ms");
    }
}

#[tokio::test]
async fn forged_calls_have_two_certificates_fetched_at_once_and_no_more() {
    let amazon = Arc::new(Amazon { answers: Some(Semaphore::new(0)), ..Amazon::default() });
    let ses = ses(&amazon);
    let forged = (0..5).map(|n| NOTIFICATION_V1.replace("0123456789abcdef0123456789abcdef", &format!("{n:032x}")));
    let forged: Vec<_> = forged.collect();
    let calls = futures_util::future::join_all(forged.iter().map(|body| hear(&ses, body)));
    let (heard, ()) = tokio::join!(calls, async { amazon.answers.as_ref().unwrap().add_permits(5) });
    let turned_away = heard.iter().filter(|heard| matches!(heard, Err(Refusal::Unavailable(_)))).count();
    assert_eq!((turned_away, amazon.asked.lock().unwrap().len()), (3, 2));
    assert!(hear(&ses, NOTIFICATION_V1).await.is_ok(), "and then it goes on");
}

#[test]
fn each_kind_has_its_fate() {
    let mail = serde_json::json!({
        "headers": [{ "name": "Message-ID", "value": "<01890a5d-ac96-774b-bcce-b302099a8057@accounts.example.com>" }]
    });
    let fate = |mut message: Value| {
        message["mail"] = mail.clone();
        read(&message).map(|event| (event.fate, event.reply))
    };
    use serde_json::json;
    for (message, told) in [
        (
            json!({ "notificationType": "Delivery", "delivery": { "smtpResponse": "250 ok" } }),
            (Fate::Arrived, "250 ok"),
        ),
        (
            json!({ "eventType": "DeliveryDelay", "deliveryDelay": { "delayType": "MailboxFull" } }),
            (Fate::Delayed, "MailboxFull"),
        ),
        (
            json!({ "eventType": "Bounce", "bounce": { "bounceType": "Transient", "bounceSubType": "General" } }),
            (Fate::SoftBounce, "General"),
        ),
        (
            json!({ "eventType": "Complaint", "complaint": { "complaintFeedbackType": "abuse" } }),
            (Fate::Complaint, "abuse"),
        ),
        (json!({ "eventType": "Reject", "reject": { "reason": "Bad content" } }), (Fate::SoftBounce, "Bad content")),
    ] {
        assert_eq!(fate(message), Some((told.0, told.1.to_owned())));
    }
    assert_eq!(fate(json!({ "eventType": "Open", "open": {} })), None);
}
