//! Mailgun's webhooks: a time and a random text are signed, not the body; so each of these texts is taken once.
//! <https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks>.

use super::reading::{DELIVERY, delivery, event, status, status_in, text};
use super::{Event, Refusal, Told, is_now};
use regain_core::fate::Fate;
use regain_core::time::Timestamp;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

pub(super) struct Mailgun {
    signing_key: SecretString,
    /// The texts that were taken lately, oldest first.
    taken: Arc<Mutex<VecDeque<String>>>,
}

#[derive(Deserialize)]
struct Envelope {
    signature: Signature,
    #[serde(rename = "event-data")]
    data: Value,
}

#[derive(Deserialize)]
struct Signature {
    timestamp: String,
    token: String,
    signature: String,
}

impl Mailgun {
    pub(super) fn new(signing_key: SecretString) -> Self {
        Self { signing_key, taken: Arc::default() }
    }

    /// From now on with the memory of `other`.
    pub(super) fn remember_as(&mut self, other: &Self) {
        self.taken = Arc::clone(&other.taken);
    }

    pub(super) fn hear(&self, told: Told<'_>) -> Result<Vec<Event>, Refusal> {
        let envelope: Envelope = serde_json::from_slice(told.body).map_err(|_| Refusal::Unsigned)?;
        let Signature { timestamp, token, .. } = &envelope.signature;
        let is_fresh = is_now(timestamp, told.now) && token.len() <= TOKEN_OCTETS_MAX;
        if !self.signed(&envelope.signature) || !is_fresh {
            return Err(Refusal::Unsigned);
        }
        // What was taken once comes again where our answer got lost. It changes nothing, whatever its body says.
        let was_taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner).contains(token);
        Ok(if was_taken { Vec::new() } else { read(&envelope.data).into_iter().collect() })
    }

    /// Takes no call with the same text any more.
    pub(super) fn remember(&self, told: Told<'_>) {
        let Ok(Envelope { signature: Signature { token, .. }, .. }) = serde_json::from_slice(told.body) else { return };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if !taken.contains(&token) {
            if taken.len() == TAKEN_MAX {
                taken.pop_front();
            }
            taken.push_back(token);
        }
    }

    fn signed(&self, Signature { timestamp, token, signature }: &Signature) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.signing_key.expose_secret().as_bytes());
        let signed = format!("{timestamp}{token}");
        from_hex(signature).is_some_and(|signature| hmac::verify(&key, signed.as_bytes(), &signature).is_ok())
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let pairs = text.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? * 16 + digit(*pair.get(1)?)?));
    pairs.collect()
}

fn read(data: &Value) -> Option<Event> {
    let mail = delivery(text(data, &["user-variables", DELIVERY]), text(data, &["message", "headers", "message-id"]))?;
    let said = |name| text(data, &["delivery-status", name]);
    let words = if said("message").is_empty() { said("description") } else { said("message") };
    let code = [said("enhanced-code"), said("bounce-code")].into_iter().find_map(status).or_else(|| status_in(words));
    let fate = match (text(data, &["event"]), text(data, &["severity"])) {
        ("delivered", _) => Fate::Arrived,
        ("failed", "temporary") => Fate::Delayed,
        ("failed", _) if text(data, &["reason"]) == "suppress-bounce" => Fate::HardBounce,
        ("failed", _) => code.as_deref().map_or(Fate::SoftBounce, Fate::of_bounce),
        ("complained", _) => Fate::Complaint,
        _ => return None,
    };
    #[expect(clippy::cast_possible_truncation, reason = "what is no time comes out as one that is not believed")]
    let at = data.get("timestamp").and_then(Value::as_f64).map(|seconds| (seconds * 1000.0) as i64);
    Some(event(mail, fate, at.map(Timestamp::from_millis), code, words))
}

/// Mailgun's have 50.
const TOKEN_OCTETS_MAX: usize = 128;
/// More than come within the time that a signature is good for. Beyond it, what comes again is noted as it was before.
const TAKEN_MAX: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderMap;

    const KEY: &str = "key-of-nobody-0123456789";
    const NOW: i64 = 1_529_006_854;
    /// As Mailgun documents it, with our name for the mail.
    const FAILED: &str = r#"{
        "event": "failed", "id": "G9Bn5sl1TC6nu79C8C0bwg", "severity": "permanent", "reason": "bounce",
        "timestamp": 1529006854.329574, "recipient": "alice@example.com",
        "delivery-status": {"code": 550, "enhanced-code": "5.1.1", "attempt-no": 1, "description": "",
            "message": "5.1.1 The email account that you tried to reach does not exist"},
        "message": {"headers": {"message-id": "01890a5d-ac96-774b-bcce-b302099a8057@accounts.example.com"}},
        "user-variables": {}
    }"#;

    fn call(token: &str, at: i64, key: &str, data: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        let signature = hmac::sign(&key, format!("{at}{token}").as_bytes());
        let hex: String = signature.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        format!(
            r#"{{"signature": {{"timestamp": "{at}", "token": "{token}", "signature": "{hex}"}}, "event-data": {data}}}"#
        )
    }

    fn told<'a>(headers: &'a HeaderMap, body: &'a str) -> Told<'a> {
        Told { headers, body: body.as_bytes(), now: Timestamp::from_millis(NOW * 1000) }
    }

    fn hear(mailgun: &Mailgun, body: &str) -> Result<Vec<Event>, Refusal> {
        mailgun.hear(told(&HeaderMap::new(), body))
    }

    #[test]
    fn the_documented_failure_is_read_by_its_message_id() {
        let heard = hear(&Mailgun::new(KEY.into()), &call("a", NOW, KEY, FAILED)).unwrap();
        let [event] = &heard[..] else { panic!("{heard:?}") };
        assert_eq!(event.delivery.to_string(), "01890a5d-ac96-774b-bcce-b302099a8057");
        assert_eq!((event.fate, event.status.as_deref()), (Fate::HardBounce, Some("5.1.1")));
        assert_eq!(event.at, Some(Timestamp::from_millis(1_529_006_854_329)));
    }

    #[test]
    fn what_is_signed_otherwise_or_long_ago_is_refused() {
        let mailgun = Mailgun::new(KEY.into());
        let good = call("a", NOW, KEY, FAILED);
        for body in [
            call("a", NOW, "another key", FAILED),
            call("a", NOW - 301, KEY, FAILED),
            good.replace("\"token\": \"a\"", "\"token\": \"b\""),
            good.replace("\"signature\": \"", "\"signature\": \"0"),
            FAILED.to_owned(),
            "{}".to_owned(),
            "[".repeat(1000),
            String::new(),
        ] {
            assert_eq!(hear(&mailgun, &body), Err(Refusal::Unsigned), "{body}");
        }
    }

    #[test]
    fn what_was_taken_is_not_taken_again_and_what_was_not_is() {
        let mailgun = Mailgun::new(KEY.into());
        let body = call("a", NOW, KEY, FAILED);
        assert_eq!(hear(&mailgun, &body).unwrap().len(), 1);
        assert_eq!(hear(&mailgun, &body).unwrap().len(), 1, "it was not said to be durable");
        mailgun.remember(told(&HeaderMap::new(), &body));
        assert_eq!(hear(&mailgun, &call("a", NOW, KEY, &FAILED.replace("failed", "complained"))), Ok(vec![]));
        assert_eq!(hear(&mailgun, &call("b", NOW, KEY, FAILED)).unwrap().len(), 1);
        for n in 0..TAKEN_MAX + 10 {
            mailgun.remember(told(&HeaderMap::new(), &call(&n.to_string(), NOW, KEY, "{}")));
        }
        assert_eq!(mailgun.taken.lock().unwrap().len(), TAKEN_MAX);
    }

    #[test]
    fn each_kind_has_its_fate() {
        let mailgun = Mailgun::new(KEY.into());
        let fate = |from: &str, to: &str| {
            let body = call(to.trim_matches('"'), NOW, KEY, &FAILED.replace(from, to));
            hear(&mailgun, &body).unwrap().first().map(|event| event.fate)
        };
        assert_eq!(fate("\"failed\"", "\"delivered\""), Some(Fate::Arrived));
        assert_eq!(fate("permanent", "temporary"), Some(Fate::Delayed));
        assert_eq!(fate("5.1.1", "5.7.1"), Some(Fate::SoftBounce));
        assert_eq!(fate("\"failed\"", "\"complained\""), Some(Fate::Complaint));
        assert_eq!(fate("\"failed\"", "\"opened\""), None);
        assert_eq!(fate("5.1.1", "5.0.0"), Some(Fate::HardBounce));
    }
}
