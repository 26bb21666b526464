//! Resend: <https://resend.com/docs/api-reference/emails/send-email>.

use super::answer::{Answer, id};
use super::letter::Letter;
use super::{DELIVERY, JSON, Judgement, Provider, Request, secret_header};
use crate::config;
use crate::mail::{Parcel, mailbox};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub(super) struct Resend(pub(super) config::Resend);

impl Resend {
    fn asked(&self, method: Method, path: &str, body: Vec<u8>) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(AUTHORIZATION, secret_header(&format!("Bearer {}", self.0.api_key.expose_secret())));
        Request { method, path: path.to_owned(), headers, body }
    }
}

impl Provider for Resend {
    fn name(&self) -> &'static str {
        "resend"
    }

    fn request(&self, parcel: &Parcel, _: &Url) -> Result<Request, String> {
        let letter = Letter::of(parcel)?;
        let delivery = parcel.envelope.id.to_string();
        let headers: serde_json::Map<String, Value> =
            letter.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let mut body = json!({
            "from": letter.from.spelt(),
            "to": [mailbox(&parcel.envelope.to)],
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "headers": headers,
            "tags": [{ "name": DELIVERY, "value": delivery }],
        });
        if let Some(reply_to) = &letter.reply_to {
            body["reply_to"] = reply_to.spelt().into();
        }
        if !letter.pictures.is_empty() {
            let attached = letter.pictures.iter().map(|it| {
                json!({
                    "content": it.content,
                    "filename": it.name,
                    "content_type": it.media_type,
                    "content_id": it.id,
                })
            });
            body["attachments"] = attached.collect();
        }
        let mut request = self.asked(Method::POST, "/emails", body.to_string().into_bytes());
        let key = HeaderValue::from_str(&delivery).unwrap_or(HeaderValue::from_static(""));
        request.headers.insert("idempotency-key", key);
        Ok(request)
    }

    fn id(&self, answer: &Answer) -> Option<String> {
        id(answer.text("/id"))
    }

    /// By the names of <https://resend.com/docs/api-reference/errors>.
    fn judge(&self, answer: &Answer) -> Judgement {
        match (answer.status.as_u16(), answer.text("/name")) {
            (_, "concurrent_idempotent_requests") => Judgement::Underway,
            (400 | 422, "validation_error") if answer.text("/message").contains("`to`") => Judgement::Refused,
            (401, _) | (_, "invalid_api_key") => Judgement::Mend("check mail.resend.api_key"),
            (403, _) | (_, "invalid_from_address") => {
                Judgement::Mend("verify the domain of mail.from at Resend, and check that the key may send for it")
            }
            (404 | 405, _) => Judgement::Mend("check mail.resend.url"),
            _ => Judgement::Later,
        }
    }

    fn probe(&self, _: &Url) -> Request {
        self.asked(Method::GET, "/domains", Vec::new())
    }

    fn probed(&self, answer: &Answer) -> Result<String, String> {
        match (answer.status.is_success(), answer.text("/name")) {
            (true, _) => Ok("Resend takes the key".to_owned()),
            (false, "restricted_api_key") => Ok("Resend takes the key, which may only send".to_owned()),
            (false, _) => Err("check mail.resend.api_key".to_owned()),
        }
    }

    /// Resend takes a request with the same `Idempotency-Key` once in 24 hours.
    fn may_repeat(&self) -> bool {
        true
    }
}
