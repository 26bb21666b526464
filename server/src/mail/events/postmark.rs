//! Postmark: nothing is signed; its webhook is given a URL with a user and a password, which come as basic
//! authentication. Bodies: <https://postmarkapp.com/developer/webhooks/webhooks-overview>.

use super::reading::{DELIVERY, delivery, event, moment, status_in, text};
use super::{Event, Refusal, Told};
use crate::weakness::{self, Weakness};
use axum::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regain_core::fate::Fate;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub(super) struct Postmark {
    password: SecretString,
}

impl Postmark {
    pub(super) fn new(password: SecretString) -> Self {
        Self { password }
    }

    pub(super) fn hear(&self, told: Told<'_>) -> Result<Vec<Event>, Refusal> {
        if !self.brought_by(told) && !weakness::is(Weakness::UnsignedEventsHeard) {
            return Err(Refusal::Unsigned);
        }
        let body: Value = serde_json::from_slice(told.body).map_err(|_| Refusal::Unreadable)?;
        Ok(read(&body).into_iter().collect())
    }

    /// Any user name, and the password; compared by digests, which tells nothing of its length.
    fn brought_by(&self, told: Told<'_>) -> bool {
        let value = told.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let Some((scheme, given)) = value.split_once(' ') else { return false };
        let given = STANDARD.decode(given.trim()).unwrap_or_default();
        let password = given.iter().position(|b| *b == b':').map_or(&[][..], |colon| &given[colon + 1..]);
        let (given, ours) = (Sha256::digest(password), Sha256::digest(self.password.expose_secret()));
        scheme.eq_ignore_ascii_case("basic") && bool::from(given.ct_eq(&ours))
    }
}

fn read(body: &Value) -> Option<Event> {
    let mail = delivery(text(body, &["Metadata", DELIVERY]), text(body, &["MessageID"]))?;
    let kind = text(body, &["Type"]);
    let (fate, at) = match text(body, &["RecordType"]) {
        "Delivery" => (Fate::Arrived, "DeliveredAt"),
        "Bounce" => (bounce(kind)?, "BouncedAt"),
        "SpamComplaint" => (Fate::Complaint, "BouncedAt"),
        _ => return None,
    };
    let details = text(body, &["Details"]);
    let words = if details.is_empty() { text(body, &["Description"]) } else { details };
    Some(event(mail, fate, moment(text(body, &[at])), status_in(words), words))
}

/// What came back in answer but is no bounce (an absence note, a wish to subscribe) is none of ours.
fn bounce(kind: &str) -> Option<Fate> {
    match kind {
        "HardBounce" | "BadEmailAddress" => Some(Fate::HardBounce),
        "Transient" => Some(Fate::Delayed),
        "SpamComplaint" => Some(Fate::Complaint),
        "AutoResponder" | "Subscribe" | "Unsubscribe" | "ChallengeVerification" | "AddressChange" | "OpenRelayTest" => {
            None
        }
        _ => Some(Fate::SoftBounce),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;
    use regain_core::time::Timestamp;

    const PASSWORD: &str = "a-long-password-of-nobody";
    /// As Postmark documents it, with our name for the mail.
    const BOUNCE: &str = r#"{
        "RecordType": "Bounce", "MessageStream": "outbound", "ID": 42, "Type": "HardBounce", "TypeCode": 1,
        "Name": "Hard bounce", "Tag": "Test", "MessageID": "883953f4-6105-42a2-a16a-77a8eac79483",
        "Metadata": {"regain-delivery": "01890a5d-ac96-774b-bcce-b302099a8057"}, "ServerID": 23,
        "Description": "The server was unable to deliver your message (ex: unknown user, mailbox not found).",
        "Details": "smtp;550 5.1.1 The email account that you tried to reach does not exist.",
        "Email": "john@example.com", "From": "sender@example.com", "BouncedAt": "2019-11-05T16:33:54.9070259Z",
        "DumpAvailable": true, "Inactive": true, "CanActivate": true, "Subject": "Test subject"
    }"#;

    fn hear(authorization: Option<&str>, body: &str) -> Result<Vec<Event>, Refusal> {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        }
        let told = Told { headers: &headers, body: body.as_bytes(), now: Timestamp::default() };
        Postmark::new(PASSWORD.into()).hear(told)
    }

    fn basic(login: &str) -> String {
        format!("Basic {}", STANDARD.encode(login))
    }

    #[test]
    fn the_documented_bounce_is_read() {
        let heard = hear(Some(&basic(&format!("anybody:{PASSWORD}"))), BOUNCE).unwrap();
        let [event] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!(event.delivery.to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
        assert_eq!((event.fate, event.status.as_deref()), (Fate::HardBounce, Some("5.1.1")));
        assert_eq!(event.at, Some(Timestamp::from_millis(1_572_971_634_907)));
        assert!(event.reply.starts_with("smtp;550 5.1.1 The email account"), "{}", event.reply);
    }

    #[test]
    fn without_the_password_nothing_is_heard() {
        for login in [
            None,
            Some(String::new()),
            Some("Basic".into()),
            Some(basic("")),
            Some(basic(PASSWORD)),
            Some(basic("user:")),
            Some(basic(&format!("user:{PASSWORD}x"))),
            Some(basic(&format!("user:x:{PASSWORD}"))),
            Some(format!("Bearer {}", STANDARD.encode(format!("user:{PASSWORD}")))),
            Some(format!("Basic user:{PASSWORD}")),
        ] {
            assert_eq!(hear(login.as_deref(), BOUNCE), Err(Refusal::Unsigned), "{login:?}");
        }
    }

    #[test]
    fn each_kind_has_its_fate() {
        let fate = |record: &str, kind: &str| {
            let body =
                BOUNCE.replace("\"Bounce\"", &format!("{record:?}")).replace("\"HardBounce\"", &format!("{kind:?}"));
            hear(Some(&basic(&format!(":{PASSWORD}"))), &body).unwrap().first().map(|event| event.fate)
        };
        assert_eq!(fate("Delivery", ""), Some(Fate::Arrived));
        assert_eq!(fate("Bounce", "SoftBounce"), Some(Fate::SoftBounce));
        assert_eq!(fate("Bounce", "Transient"), Some(Fate::Delayed));
        assert_eq!(fate("Bounce", "SpamNotification"), Some(Fate::SoftBounce));
        assert_eq!(fate("Bounce", "AutoResponder"), None);
        assert_eq!(fate("SpamComplaint", "SpamComplaint"), Some(Fate::Complaint));
        assert_eq!(fate("Open", ""), None);
    }
}
