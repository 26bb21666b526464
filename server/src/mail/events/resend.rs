//! Resend's webhooks: signed as Standard Webhooks says, under the names that Svix gave the headers.
//! <https://resend.com/docs/dashboard/webhooks/event-types>.

use super::reading::{DELIVERY, delivery, event, find, moment, status_in, text};
use super::sendgrid::header;
use super::{Event, Refusal, Told, is_now};
use crate::standard_webhooks::SigningKey;
use regain_core::fate::Fate;
use serde_json::Value;

pub(super) struct Resend {
    key: SigningKey,
}

impl Resend {
    pub(super) fn new(key: SigningKey) -> Self {
        Self { key }
    }

    pub(super) fn hear(&self, told: Told<'_>) -> Result<Vec<Event>, Refusal> {
        let named = |name: &str| {
            let svix = header(told.headers, &format!("svix-{name}"));
            if svix.is_empty() { header(told.headers, &format!("webhook-{name}")) } else { svix }
        };
        let (id, signed_at, signatures) = (named("id"), named("timestamp"), named("signature"));
        if !is_now(signed_at, told.now) || !self.key.verifies(id, signed_at, signatures, told.body) {
            return Err(Refusal::Unsigned);
        }
        let body: Value = serde_json::from_slice(told.body).map_err(|_| Refusal::Unreadable)?;
        Ok(read(&body).into_iter().collect())
    }
}

fn read(body: &Value) -> Option<Event> {
    let data = body.get("data")?;
    let mail = delivery(tag(data), text(data, &["message_id"]))?;
    let bounce = ["bounce", "failed", "suppressed"].iter().find_map(|name| data.get(name)).unwrap_or(&Value::Null);
    let fate = match text(body, &["type"]) {
        "email.delivered" => Fate::Arrived,
        "email.delivery_delayed" => Fate::Delayed,
        "email.bounced" if text(bounce, &["type"]) == "Permanent" => Fate::HardBounce,
        "email.bounced" | "email.failed" | "email.suppressed" => Fate::SoftBounce,
        "email.complained" => Fate::Complaint,
        _ => return None,
    };
    let diagnostic = match bounce.get("diagnosticCode") {
        Some(Value::Array(codes)) => codes.first().and_then(Value::as_str).unwrap_or_default(),
        Some(code) => code.as_str().unwrap_or_default(),
        None => "",
    };
    let said = [diagnostic, text(bounce, &["message"]), text(bounce, &["reason"]), text(bounce, &["subType"])];
    let words = said.into_iter().find(|words| !words.is_empty()).unwrap_or_default();
    Some(event(mail, fate, moment(text(body, &["created_at"])), status_in(words), words))
}

/// Tags come as an object, or as a list of names and values.
fn tag(data: &Value) -> &str {
    match data.get("tags") {
        Some(Value::Array(tags)) => {
            let ours = tags.iter().find(|tag| text(tag, &["name"]) == DELIVERY);
            ours.map(|tag| text(tag, &["value"])).unwrap_or_default()
        }
        _ => find(data, &["tags", DELIVERY]).and_then(Value::as_str).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;
    use regain_core::time::Timestamp;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NOW: i64 = 1_800_000_000;
    /// As Resend documents it, with our name for the mail.
    const BOUNCED: &str = r#"{
        "type": "email.bounced", "created_at": "2024-11-22T23:41:12.126Z",
        "data": {
            "broadcast_id": "8b146471-e88e-4322-86af-016cd36fd216", "created_at": "2024-11-22T23:41:11.894Z",
            "email_id": "56761188-7520-42d8-8898-ff6fc54ce618", "from": "Acme <onboarding@resend.dev>",
            "to": ["delivered@resend.dev"], "subject": "Sending this example",
            "bounce": {"message": "The recipient's email address is on the suppression list.", "subType": "Suppressed", "type": "Permanent"},
            "tags": {"regain-delivery": "01890a5d-ac96-774b-bcce-b302099a8057"}
        }
    }"#;

    fn hear(body: &str, signed: &str, at: i64, prefix: &str) -> Result<Vec<Event>, Refusal> {
        let key = SigningKey::parse(SECRET).unwrap();
        let mut headers = HeaderMap::new();
        let mut put = |name: &str, value: String| {
            headers
                .insert(axum::http::HeaderName::try_from(format!("{prefix}-{name}")).unwrap(), value.parse().unwrap())
        };
        put("id", "msg_1".into());
        put("timestamp", at.to_string());
        put("signature", key.sign("msg_1", at, signed.as_bytes()));
        let told = Told { headers: &headers, body: body.as_bytes(), now: Timestamp::from_millis(NOW * 1000) };
        Resend::new(key).hear(told)
    }

    #[test]
    fn the_documented_bounce_is_read_whichever_way_its_tags_come() {
        let listed = BOUNCED.replace(
            r#"{"regain-delivery": "01890a5d-ac96-774b-bcce-b302099a8057"}"#,
            r#"[{"name": "other", "value": "x"}, {"name": "regain-delivery", "value": "01890a5d-ac96-774b-bcce-b302099a8057"}]"#,
        );
        for (body, prefix) in [(BOUNCED, "svix"), (BOUNCED, "webhook"), (&listed, "svix")] {
            let heard = hear(body, body, NOW, prefix).unwrap();
            let [event] = &heard[..] else { panic!("{heard:?}") };
            assert_eq!(event.delivery.to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
            assert_eq!(event.fate, Fate::HardBounce);
            assert_eq!(event.reply, "The recipient's email address is on the suppression list.");
            assert_eq!(event.at, Some(Timestamp::from_millis(1_732_318_872_126)));
        }
    }

    #[test]
    fn what_is_signed_otherwise_or_long_ago_is_refused() {
        assert_eq!(hear(BOUNCED, "{}", NOW, "svix"), Err(Refusal::Unsigned));
        assert_eq!(hear(BOUNCED, BOUNCED, NOW - 301, "svix"), Err(Refusal::Unsigned));
        assert_eq!(hear(BOUNCED, BOUNCED, NOW + 301, "svix"), Err(Refusal::Unsigned));
        assert_eq!(hear(BOUNCED, BOUNCED, NOW, "other"), Err(Refusal::Unsigned));
        assert_eq!(hear("no JSON", "no JSON", NOW, "svix"), Err(Refusal::Unreadable));
    }

    #[test]
    fn each_kind_has_its_fate() {
        let fate = |kind: &str| {
            let body = BOUNCED.replace("email.bounced", kind);
            hear(&body, &body, NOW, "svix").unwrap().first().map(|event| event.fate)
        };
        assert_eq!(fate("email.delivered"), Some(Fate::Arrived));
        assert_eq!(fate("email.delivery_delayed"), Some(Fate::Delayed));
        assert_eq!(fate("email.complained"), Some(Fate::Complaint));
        assert_eq!(fate("email.failed"), Some(Fate::SoftBounce));
        assert_eq!(fate("email.opened"), None);
        let transient = BOUNCED.replace("Permanent", "Transient");
        assert_eq!(hear(&transient, &transient, NOW, "svix").unwrap()[0].fate, Fate::SoftBounce);
    }
}
