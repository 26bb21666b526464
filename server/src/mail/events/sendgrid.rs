//! SendGrid's event webhook: signed with ECDSA over a time and the body.
//! <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features>,
//! <https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event>.

use super::reading::{DELIVERY, delivery, event, status, text};
use super::{Event, Refusal, Told, is_now};
use crate::weakness::{self, Weakness};
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regain_core::fate::Fate;
use regain_core::time::Timestamp;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde_json::Value;

pub(super) struct Sendgrid {
    key: UnparsedPublicKey<Vec<u8>>,
}

impl Sendgrid {
    /// `point` is one of the curve P-256, uncompressed.
    pub(super) fn new(point: Vec<u8>) -> Self {
        Self { key: UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point) }
    }

    pub(super) fn hear(&self, told: Told<'_>) -> Result<Vec<Event>, Refusal> {
        let signed_at = header(told.headers, "x-twilio-email-event-webhook-timestamp");
        let signature = STANDARD.decode(header(told.headers, "x-twilio-email-event-webhook-signature"));
        let signed = [signed_at.as_bytes(), told.body].concat();
        let is_theirs = signature.is_ok_and(|signature| self.key.verify(&signed, &signature).is_ok());
        if (!is_theirs || !is_now(signed_at, told.now)) && !weakness::is(Weakness::UnsignedEventsHeard) {
            return Err(Refusal::Unsigned);
        }
        let events: Vec<Value> = serde_json::from_slice(told.body).map_err(|_| Refusal::Unreadable)?;
        Ok(events.iter().filter_map(read).collect())
    }
}

/// A header's text; empty if there is none.
pub(super) fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn read(told: &Value) -> Option<Event> {
    let mail = delivery(text(told, &[DELIVERY]), text(told, &["smtp-id"]))?;
    let reason = text(told, &["reason"]);
    let words = if reason.is_empty() { text(told, &["response"]) } else { reason };
    let code = status(text(told, &["status"]));
    let fate = match text(told, &["event"]) {
        "delivered" => Fate::Arrived,
        "deferred" => Fate::Delayed,
        "bounce" if text(told, &["type"]) == "blocked" => Fate::SoftBounce,
        "bounce" => code.as_deref().map_or(Fate::HardBounce, Fate::of_bounce),
        "dropped" if matches!(reason, "Bounced Address" | "Invalid") => Fate::HardBounce,
        "dropped" => Fate::SoftBounce,
        "spamreport" => Fate::Complaint,
        _ => return None,
    };
    let at = told.get("timestamp").and_then(Value::as_i64).and_then(|seconds| seconds.checked_mul(1000));
    Some(event(mail, fate, at.map(Timestamp::from_millis), code, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of SendGrid's own libraries.
    const POINT: &str = "BPN0+Dv5/OIqLSLyFuJnQYEP+3QH0pqaiDPJBfZjdX5aVSktxkanutoMPtnzTUWiDV71aYoJUiPHjRHOsBANxfo=";
    const SIGNATURE: &str =
        "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluLtEZtM=";
    const SIGNED_AT: &str = "1600112502";
    const BODY: &str = "[{\"email\":\"hello@world.com\",\"event\":\"dropped\",\"reason\":\"Bounced Address\",\"sg_event_id\":\"ZHJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA\",\"sg_message_id\":\"LRzXl_NHStOGhQ4kofSm_A.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0\",\"smtp-id\":\"<LRzXl_NHStOGhQ4kofSm_A@ismtpd0039p1iad1.sendgrid.net>\",\"timestamp\":1600112492}]\r\n";

    fn hear(signature: &str, signed_at: &str, body: &str, now: i64) -> Result<Vec<Event>, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert("x-twilio-email-event-webhook-signature", signature.parse().unwrap());
        headers.insert("x-twilio-email-event-webhook-timestamp", signed_at.parse().unwrap());
        let now = Timestamp::from_millis(now * 1000);
        let sendgrid = Sendgrid::new(STANDARD.decode(POINT).unwrap());
        sendgrid.hear(Told { headers: &headers, body: body.as_bytes(), now })
    }

    #[test]
    fn the_published_example_is_signed_and_about_no_mail_of_ours() {
        assert_eq!(hear(SIGNATURE, SIGNED_AT, BODY, 1_600_112_502), Ok(vec![]));
        assert_eq!(hear(SIGNATURE, SIGNED_AT, BODY, 1_600_112_502 + 300), Ok(vec![]));
    }

    #[test]
    fn another_body_time_or_signature_is_refused_and_so_is_a_replay() {
        let now = 1_600_112_502;
        for (signature, signed_at, body, now) in [
            ("", SIGNED_AT, BODY, now),
            ("AAAA", SIGNED_AT, BODY, now),
            (&SIGNATURE.replace("MEUCIG", "MEUCIH"), SIGNED_AT, BODY, now),
            (SIGNATURE, "1600112503", BODY, now),
            (SIGNATURE, "", BODY, now),
            (SIGNATURE, SIGNED_AT, BODY.trim_end(), now),
            (SIGNATURE, SIGNED_AT, &BODY.replace("hello", "hallo"), now),
            (SIGNATURE, SIGNED_AT, BODY, now + 301),
            (SIGNATURE, SIGNED_AT, BODY, now - 301),
        ] {
            assert_eq!(hear(signature, signed_at, body, now), Err(Refusal::Unsigned));
        }
    }

    #[test]
    fn each_kind_has_its_fate() {
        let fate = |members: serde_json::Value| {
            let mut told =
                serde_json::json!({ DELIVERY: "01890a5d-ac96-774b-bcce-b302099a8057", "timestamp": 1_600_112_492 });
            told.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            read(&told).map(|event| event.fate)
        };
        use serde_json::json;
        assert_eq!(fate(json!({ "event": "delivered", "response": "250 OK" })), Some(Fate::Arrived));
        assert_eq!(fate(json!({ "event": "deferred", "response": "400 try again later" })), Some(Fate::Delayed));
        assert_eq!(fate(json!({ "event": "bounce", "type": "bounce", "status": "5.1.1" })), Some(Fate::HardBounce));
        assert_eq!(fate(json!({ "event": "bounce", "type": "bounce", "status": "5.2.2" })), Some(Fate::SoftBounce));
        assert_eq!(fate(json!({ "event": "bounce", "type": "bounce" })), Some(Fate::HardBounce));
        assert_eq!(fate(json!({ "event": "bounce", "type": "blocked", "status": "5.1.1" })), Some(Fate::SoftBounce));
        assert_eq!(fate(json!({ "event": "dropped", "reason": "Bounced Address" })), Some(Fate::HardBounce));
        assert_eq!(fate(json!({ "event": "dropped", "reason": "Spam Reporting Address" })), Some(Fate::SoftBounce));
        assert_eq!(fate(json!({ "event": "spamreport" })), Some(Fate::Complaint));
        assert_eq!(fate(json!({ "event": "open" })), None);
    }
}
