//! Amazon SES, which publishes to a topic of Amazon SNS, which posts to us: signed with the key of a certificate that
//! Amazon serves. <https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html>,
//! <https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>.
//!
//! A call says where its certificate is; believed is only what the configured topic's own region serves.

mod certificate;
mod fetch;

use super::reading::{DELIVERY, delivery, event, find, moment, status, status_in, text};
use super::{Event, Refusal, Told};
use crate::config::SnsTopic;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
pub use fetch::{FetchCertificates, HttpsFetch};
use regain_core::fate::Fate;
use regain_core::time::Timestamp;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

pub(super) struct Ses {
    topic: SnsTopic,
    fetch: Arc<dyn FetchCertificates>,
    /// The public keys that were fetched lately, by their addresses, oldest first.
    keys: Mutex<VecDeque<(String, Vec<u8>)>>,
    /// Where there was none lately, and when that was found out, oldest first.
    missing: Mutex<VecDeque<(String, Timestamp)>>,
    /// One permit for each fetch: anybody can have one made, before it shows that they sign for nothing.
    fetches: Semaphore,
}

/// What SNS posts, as far as it matters.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    #[serde(rename = "Type")]
    kind: String,
    message_id: String,
    topic_arn: String,
    message: String,
    subject: Option<String>,
    timestamp: String,
    token: Option<String>,
    #[serde(rename = "SubscribeURL")]
    subscribe_url: Option<String>,
    signature_version: String,
    signature: String,
    #[serde(rename = "SigningCertURL")]
    signing_cert_url: String,
}

impl Ses {
    pub(super) fn new(topic: SnsTopic, fetch: Arc<dyn FetchCertificates>) -> Self {
        let fetches = Semaphore::new(FETCHES_MAX);
        Self { topic, fetch, keys: Mutex::default(), missing: Mutex::default(), fetches }
    }

    pub(super) async fn hear(&self, told: Told<'_>) -> Result<Vec<Event>, Refusal> {
        let envelope: Envelope = serde_json::from_slice(told.body).map_err(|_| Refusal::Unsigned)?;
        if envelope.topic_arn != self.topic.arn || !is_recent(&envelope.timestamp, told.now) {
            return Err(Refusal::Unsigned);
        }
        let key = self.key_at(&envelope.signing_cert_url, told.now).await?;
        if !envelope.is_signed_with(&key) {
            return Err(Refusal::Unsigned);
        }
        match envelope.kind.as_str() {
            "Notification" => {
                let message = serde_json::from_str(&envelope.message).map_err(|_| Refusal::Unreadable)?;
                Ok(read(&message).into_iter().collect())
            }
            "SubscriptionConfirmation" => self.confirm(envelope.token.as_deref()).await.map(|()| Vec::new()),
            _ => Ok(Vec::new()),
        }
    }

    /// The key at `url`, if that is where Amazon has such.
    async fn key_at(&self, url: &str, now: Timestamp) -> Result<Vec<u8>, Refusal> {
        let path = url.strip_prefix("https://").and_then(|rest| rest.strip_prefix(self.topic.host.as_str()));
        let path = path.filter(|path| is_path_of_certificate(path)).ok_or(Refusal::Unsigned)?;
        if let Some(key) = self.known_key(path) {
            return Ok(key);
        }
        if self.was_missing(path, now) {
            return Err(Refusal::Unavailable("its certificate could not be fetched a moment ago".into()));
        }
        let full = |_| Refusal::Unavailable("as many certificates are being fetched as may be".into());
        let _turn = self.fetches.try_acquire().map_err(full)?;
        let fetched = self.fetch.get(&self.topic.host, path).await.map_err(Refusal::Unavailable);
        let key = fetched.and_then(|pem| certificate::rsa_key(&pem).ok_or(Refusal::Unsigned));
        match &key {
            Ok(key) => keep(&self.keys, path, key.clone(), KEYS_MAX),
            Err(_) => keep(&self.missing, path, now, MISSING_MAX),
        }
        key
    }

    fn was_missing(&self, path: &str, now: Timestamp) -> bool {
        let missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |at: Timestamp| now.as_millis().abs_diff(at.as_millis()) < MISSING_FOR.as_millis() as u64;
        missing.iter().any(|(known, at)| known == path && is_fresh(*at))
    }

    fn known_key(&self, path: &str) -> Option<Vec<u8>> {
        let known = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(known, _)| known == path).map(|(_, key)| key.clone())
    }

    /// Confirms the subscription to the configured topic. The address that the call names is not used: what to ask is
    /// known.
    async fn confirm(&self, token: Option<&str>) -> Result<(), Refusal> {
        let is_one = |token: &&str| {
            (1..=TOKEN_OCTETS_MAX).contains(&token.len()) && token.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        let token = token.filter(is_one).ok_or(Refusal::Unreadable)?;
        let path = format!("/?Action=ConfirmSubscription&TopicArn={}&Token={token}", self.topic.arn);
        self.fetch.get(&self.topic.host, &path).await.map_err(Refusal::Unavailable)?;
        tracing::info!(topic = self.topic.arn, "the subscription to the topic of SES's events is confirmed");
        Ok(())
    }
}

impl Envelope {
    fn is_signed_with(&self, key: &[u8]) -> bool {
        let algorithm: &RsaParameters = match self.signature_version.as_str() {
            "1" => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
            "2" => &RSA_PKCS1_2048_8192_SHA256,
            _ => return false,
        };
        let key = UnparsedPublicKey::new(algorithm, key);
        let signature = STANDARD.decode(&self.signature);
        signature.is_ok_and(|signature| key.verify(self.signed_text().as_bytes(), &signature).is_ok())
    }

    /// The members that are signed, in the order of their names: each name and each value a line.
    fn signed_text(&self) -> String {
        let is_notification = self.kind == "Notification";
        let members = [
            ("Message", Some(self.message.as_str())),
            ("MessageId", Some(self.message_id.as_str())),
            ("Subject", self.subject.as_deref().filter(|_| is_notification)),
            ("SubscribeURL", self.subscribe_url.as_deref().filter(|_| !is_notification)),
            ("Timestamp", Some(self.timestamp.as_str())),
            ("Token", self.token.as_deref().filter(|_| !is_notification)),
            ("TopicArn", Some(self.topic_arn.as_str())),
            ("Type", Some(self.kind.as_str())),
        ];
        let lines = members.iter().filter_map(|(name, value)| Some(format!("{name}\n{}\n", (*value)?)));
        lines.collect()
    }
}

/// Keeps what was found at `path`, and of all that `max`.
fn keep<T>(found: &Mutex<VecDeque<(String, T)>>, path: &str, what: T, max: usize) {
    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
    if found.len() == max {
        found.pop_front();
    }
    found.push_back((path.to_owned(), what));
}

/// `/SimpleNotificationService-0123….pem`
fn is_path_of_certificate(path: &str) -> bool {
    let name = path.strip_prefix("/SimpleNotificationService-").and_then(|rest| rest.strip_suffix(".pem"));
    name.is_some_and(|name| (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// SNS tries again for an hour or so, with the time of the first attempt.
fn is_recent(timestamp: &str, now: Timestamp) -> bool {
    moment(timestamp).is_some_and(|at| now.as_millis().abs_diff(at.as_millis()) <= TRIED_FOR.as_millis() as u64)
}

fn read(message: &Value) -> Option<Event> {
    let mail = message.get("mail")?;
    let kind = [text(message, &["eventType"]), text(message, &["notificationType"])].concat();
    let (fate, part, recipients) = match kind.as_str() {
        "Delivery" => (Fate::Arrived, "delivery", ""),
        "DeliveryDelay" => (Fate::Delayed, "deliveryDelay", "delayedRecipients"),
        "Bounce" if text(message, &["bounce", "bounceType"]) == "Permanent" => {
            (Fate::HardBounce, "bounce", "bouncedRecipients")
        }
        "Bounce" => (Fate::SoftBounce, "bounce", "bouncedRecipients"),
        "Complaint" => (Fate::Complaint, "complaint", ""),
        "Reject" => (Fate::SoftBounce, "reject", ""),
        _ => return None,
    };
    let part = message.get(part)?;
    let recipient = part.get(recipients).and_then(|all| all.get(0)).unwrap_or(&Value::Null);
    let said = [
        text(recipient, &["diagnosticCode"]),
        text(part, &["smtpResponse"]),
        text(part, &["complaintFeedbackType"]),
        text(part, &["reason"]),
        text(part, &["bounceSubType"]),
        text(part, &["delayType"]),
    ];
    let words = said.into_iter().find(|words| !words.is_empty()).unwrap_or_default();
    let code = status(text(recipient, &["status"])).or_else(|| status_in(words));
    Some(event(named(mail)?, fate, moment(text(part, &["timestamp"])), code, words))
}

/// Which of our mails is meant. SES replaces the Message-ID, and tells the one that it was given among the headers.
fn named(mail: &Value) -> Option<regain_core::request::Id> {
    let tag = find(mail, &["tags", DELIVERY]).and_then(|values| values.get(0)).and_then(Value::as_str);
    let headers = mail.get("headers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let original = headers.iter().find(|header| text(header, &["name"]).eq_ignore_ascii_case("message-id"));
    delivery(tag.unwrap_or_default(), original.map(|header| text(header, &["value"])).unwrap_or_default())
}

/// Amazon has one at a time, and another for a while when it changes.
const KEYS_MAX: usize = 8;
const MISSING_MAX: usize = 64;
/// Short of the 20 seconds after which SNS tries again.
const MISSING_FOR: Duration = Duration::from_secs(15);
const FETCHES_MAX: usize = 2;
/// Amazon's have some 300.
const TOKEN_OCTETS_MAX: usize = 1024;
const TRIED_FOR: Duration = Duration::from_secs(2 * 3600);

#[cfg(test)]
mod tests;
