//! Mailgun: <https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages>.

use super::answer::{Answer, id};
use super::{DELIVERY, Judgement, Provider, Request, secret_header};
use crate::config;
use crate::mail::{Parcel, mailbox};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};

pub(super) struct Mailgun(pub(super) config::Mailgun);

impl Mailgun {
    /// A form of these fields, and of a file with the mail, if there is one. `boundary` occurs in none of them.
    fn asked(&self, boundary: &str, fields: &[(&str, &str)], mail: Option<&[u8]>) -> Request {
        let mut body = Vec::with_capacity(mail.map_or(0, <[u8]>::len) + 1024);
        for (name, value) in fields {
            let part = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        if let Some(mail) = mail {
            let head = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"message\"; filename=\"mail.eml\"\r\n\
                 Content-Type: message/rfc822\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(mail);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());

        let login = SecretString::from(format!("api:{}", self.0.api_key.expose_secret()));
        let login = STANDARD.encode(login.expose_secret());
        let form = HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}"));
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, form.unwrap_or(HeaderValue::from_static("multipart/form-data")));
        headers.insert(AUTHORIZATION, secret_header(&format!("Basic {login}")));
        Request { method: Method::POST, path: format!("/v3/{}/messages.mime", self.0.domain), headers, body }
    }
}

impl Provider for Mailgun {
    fn name(&self) -> &'static str {
        "mailgun"
    }

    fn request(&self, parcel: &Parcel, _: &Url) -> Result<Request, String> {
        let (to, id) = (mailbox(&parcel.envelope.to), parcel.envelope.id.to_string());
        let delivery = format!("v:{DELIVERY}");
        // A link that is rewritten leads elsewhere first.
        let untouched = [("o:tracking", "no"), ("o:tracking-clicks", "no"), ("o:tracking-opens", "no")];
        let fields: Vec<_> = [("to", to.as_str()), (&delivery, &id)].into_iter().chain(untouched).collect();
        Ok(self.asked(&format!("regain-form-{id}"), &fields, Some(&parcel.content)))
    }

    fn id(&self, answer: &Answer) -> Option<String> {
        id(answer.text("/id"))
    }

    fn judge(&self, answer: &Answer) -> Judgement {
        let words = answer.words().to_ascii_lowercase();
        let about_recipient = words.contains("'to' parameter") || words.starts_with("to parameter");
        match answer.status.as_u16() {
            401 => Judgement::Mend("check mail.mailgun.api_key, and mail.mailgun.region"),
            402 | 403 => Judgement::Mend("see to the account at Mailgun, which may not send"),
            404 => Judgement::Mend("check mail.mailgun.domain, and mail.mailgun.region"),
            400 if about_recipient => Judgement::Refused,
            _ => Judgement::Later,
        }
    }

    /// A form without a recipient: there is no other call that a key may make which may only send.
    fn probe(&self, _: &Url) -> Request {
        self.asked("regain-form", &[("o:testmode", "yes")], None)
    }

    fn probed(&self, answer: &Answer) -> Result<String, String> {
        let domain = &self.0.domain;
        match answer.status.as_u16() {
            400 => Ok(format!("Mailgun takes the key for {domain}")),
            401 => Err("check mail.mailgun.api_key, and mail.mailgun.region".to_owned()),
            404 => Err(format!("Mailgun does not know {domain}; check mail.mailgun.domain, and mail.mailgun.region")),
            _ => Err("see to the account at Mailgun".to_owned()),
        }
    }
}
