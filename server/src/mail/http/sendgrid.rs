//! SendGrid: <https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send>.

use super::answer::{Answer, id};
use super::letter::{Correspondent, Letter};
use super::{DELIVERY, JSON, Judgement, Provider, Request, secret_header};
use crate::config;
use crate::mail::{Parcel, mailbox};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Url};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub(super) struct Sendgrid(pub(super) config::Sendgrid);

impl Sendgrid {
    fn asked(&self, method: Method, path: &str, body: Vec<u8>) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(AUTHORIZATION, secret_header(&format!("Bearer {}", self.0.api_key.expose_secret())));
        Request { method, path: path.to_owned(), headers, body }
    }
}

impl Provider for Sendgrid {
    fn name(&self) -> &'static str {
        "sendgrid"
    }

    fn request(&self, parcel: &Parcel, _: &Url) -> Result<Request, String> {
        let letter = Letter::of(parcel)?;
        let headers: serde_json::Map<String, Value> =
            letter.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let off = json!({ "enable": false });
        let mut body = json!({
            "personalizations": [{
                "to": [{ "email": mailbox(&parcel.envelope.to) }],
                "custom_args": { DELIVERY: parcel.envelope.id.to_string() },
            }],
            "from": party(&letter.from),
            "subject": letter.subject,
            "content": [
                { "type": "text/plain", "value": letter.text },
                { "type": "text/html", "value": letter.html },
            ],
            "headers": headers,
            // A link that is rewritten leads elsewhere first.
            "tracking_settings": {
                "click_tracking": { "enable": false, "enable_text": false },
                "open_tracking": off,
                "subscription_tracking": off,
            },
        });
        if let Some(reply_to) = &letter.reply_to {
            body["reply_to"] = party(reply_to);
        }
        if !letter.pictures.is_empty() {
            let attached = letter.pictures.iter().map(|it| {
                json!({
                    "content": it.content,
                    "type": it.media_type,
                    "filename": it.name,
                    "disposition": "inline",
                    "content_id": it.id,
                })
            });
            body["attachments"] = attached.collect();
        }
        Ok(self.asked(Method::POST, "/v3/mail/send", body.to_string().into_bytes()))
    }

    /// Its events call the mail by this and a suffix.
    fn id(&self, answer: &Answer) -> Option<String> {
        id(answer.header("x-message-id"))
    }

    fn judge(&self, answer: &Answer) -> Judgement {
        let field = answer.text("/errors/0/field");
        match answer.status.as_u16() {
            401 => Judgement::Mend("check mail.sendgrid.api_key, and whether the account has credits left"),
            403 => Judgement::Mend("give the key the right mail.send, and verify the sender of mail.from at SendGrid"),
            404 | 405 => Judgement::Mend("check mail.sendgrid.url"),
            400 if field.starts_with("from") => Judgement::Mend("SendGrid does not take mail.from"),
            400 if field.starts_with("personalizations.0.to") => Judgement::Refused,
            _ => Judgement::Later,
        }
    }

    fn probe(&self, _: &Url) -> Request {
        self.asked(Method::GET, "/v3/scopes", Vec::new())
    }

    fn probed(&self, answer: &Answer) -> Result<String, String> {
        let scopes = answer.at("/scopes").as_array();
        let may_send = scopes.is_some_and(|scopes| scopes.iter().any(|scope| scope == "mail.send"));
        match (answer.status.is_success(), may_send) {
            (true, true) => Ok("SendGrid takes the key, which may send".to_owned()),
            (true, false) => Err("the key may not send; give it the right mail.send".to_owned()),
            (false, _) => Err("check mail.sendgrid.api_key".to_owned()),
        }
    }
}

fn party(correspondent: &Correspondent) -> Value {
    let mut party = json!({ "email": correspondent.address });
    if let Some(name) = &correspondent.name {
        party["name"] = name.as_str().into();
    }
    party
}
