//! Postmark: <https://postmarkapp.com/developer/api/email-api>.

use super::answer::{Answer, id};
use super::letter::Letter;
use super::{DELIVERY, JSON, Judgement, Provider, Request, secret_header};
use crate::config;
use crate::mail::{Parcel, mailbox};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use reqwest::{Method, Url};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub(super) struct Postmark(pub(super) config::Postmark);

impl Postmark {
    fn asked(&self, method: Method, path: &str, body: Vec<u8>) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(ACCEPT, JSON);
        headers.insert("x-postmark-server-token", secret_header(self.0.server_token.expose_secret()));
        Request { method, path: path.to_owned(), headers, body }
    }
}

impl Provider for Postmark {
    fn name(&self) -> &'static str {
        "postmark"
    }

    fn request(&self, parcel: &Parcel, _: &Url) -> Result<Request, String> {
        let letter = Letter::of(parcel)?;
        let header = |(name, value): &(String, String)| json!({ "Name": name, "Value": value });
        // Without this header Postmark gives the mail a Message-ID of its own.
        let keep_id = std::iter::once(json!({ "Name": "X-PM-KeepID", "Value": "true" }));
        let mut body = json!({
            "From": letter.from.spelt(),
            "To": mailbox(&parcel.envelope.to),
            "Subject": letter.subject,
            "TextBody": letter.text,
            "HtmlBody": letter.html,
            "Headers": letter.headers.iter().map(header).chain(keep_id).collect::<Vec<Value>>(),
            "Metadata": { DELIVERY: parcel.envelope.id.to_string() },
            "MessageStream": self.0.message_stream,
            // A link that is rewritten leads elsewhere first.
            "TrackOpens": false,
            "TrackLinks": "None",
        });
        if let Some(reply_to) = &letter.reply_to {
            body["ReplyTo"] = reply_to.spelt().into();
        }
        if !letter.pictures.is_empty() {
            let attached = letter.pictures.iter().map(|it| {
                let id = format!("cid:{}", it.id);
                json!({ "Name": it.name, "Content": it.content, "ContentType": it.media_type, "ContentID": id })
            });
            body["Attachments"] = attached.collect();
        }
        Ok(self.asked(Method::POST, "/email", body.to_string().into_bytes()))
    }

    fn id(&self, answer: &Answer) -> Option<String> {
        id(answer.text("/MessageID"))
    }

    /// By the numbers of <https://postmarkapp.com/developer/api/overview#error-codes>.
    fn judge(&self, answer: &Answer) -> Judgement {
        let about_recipient = answer.text("/Message").contains("'To'");
        match (answer.status.as_u16(), answer.at("/ErrorCode").as_u64()) {
            (401 | 403, _) | (_, Some(10)) => Judgement::Mend("check mail.postmark.server_token"),
            (_, Some(406)) => Judgement::Refused,
            (_, Some(300)) if about_recipient => Judgement::Refused,
            (_, Some(400 | 401)) => Judgement::Mend("confirm the sender or domain of mail.from at Postmark"),
            (_, Some(405 | 412 | 413)) => Judgement::Mend("see to the account at Postmark, which may not send"),
            (_, Some(1226 | 1235)) => Judgement::Mend("check mail.postmark.message_stream"),
            (404, _) => Judgement::Mend("check mail.postmark.url"),
            _ => Judgement::Later,
        }
    }

    fn probe(&self, _: &Url) -> Request {
        self.asked(Method::GET, "/server", Vec::new())
    }

    fn probed(&self, answer: &Answer) -> Result<String, String> {
        match (answer.status.is_success(), answer.text("/DeliveryType")) {
            (true, "Sandbox") => {
                Err("this server is a sandbox, which delivers nothing; use one of type Live".to_owned())
            }
            (true, _) => Ok("Postmark takes the server token".to_owned()),
            (false, _) => Err("check mail.postmark.server_token".to_owned()),
        }
    }
}
