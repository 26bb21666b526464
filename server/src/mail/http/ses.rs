//! Amazon SES, API version 2: <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>.

use super::answer::{Answer, id};
use super::signature::{self, Signed, SigningKey};
use super::{DELIVERY, JSON, Judgement, Provider, Request, secret_header, url};
use crate::config;
use crate::mail::{Parcel, mailbox};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regain_core::time::Clock;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Method, Url};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) struct Ses {
    settings: config::Ses,
    clock: Arc<dyn Clock>,
}

impl Ses {
    pub(super) fn new(settings: &config::Ses, clock: Arc<dyn Clock>) -> Self {
        Self { settings: settings.clone(), clock }
    }

    fn signed(&self, method: Method, path: &str, base: &Url, body: Vec<u8>) -> Request {
        let url = url(base, path);
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let date = signature::date(self.clock.now());
        let headers = [("content-type", "application/json"), ("host", &host), ("x-amz-date", &date)];
        let key = SigningKey {
            id: &self.settings.access_key_id,
            secret: &self.settings.secret_access_key,
            region: &self.settings.region,
            service: "ses",
        };
        let signed = Signed { method: method.as_str(), path: url.path(), headers: &headers, body: &body };
        let authorization = secret_header(&signature::authorization(&key, &date, &signed));
        let date = HeaderValue::from_str(&date).unwrap_or(HeaderValue::from_static(""));
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert("x-amz-date", date);
        headers.insert(AUTHORIZATION, authorization);
        Request { method, path: path.to_owned(), headers, body }
    }
}

impl Provider for Ses {
    fn name(&self) -> &'static str {
        "ses"
    }

    fn request(&self, parcel: &Parcel, base: &Url) -> Result<Request, String> {
        if !parcel.envelope.to.local_part().is_ascii() {
            return Err("Amazon SES takes no addresses with letters beyond ASCII before the @".to_owned());
        }
        let mut body = json!({
            "Content": { "Raw": { "Data": STANDARD.encode(&parcel.content) } },
            "Destination": { "ToAddresses": [mailbox(&parcel.envelope.to)] },
            "EmailTags": [{ "Name": DELIVERY, "Value": parcel.envelope.id.to_string() }],
        });
        if let Some(set) = &self.settings.configuration_set {
            body["ConfigurationSetName"] = set.as_str().into();
        }
        Ok(self.signed(Method::POST, "/v2/email/outbound-emails", base, body.to_string().into_bytes()))
    }

    fn id(&self, answer: &Answer) -> Option<String> {
        id(answer.text("/MessageId"))
    }

    fn judge(&self, answer: &Answer) -> Judgement {
        let words = answer.words();
        let kind = words.split(':').next().unwrap_or_default();
        let says = |part: &str| words.to_ascii_lowercase().contains(part);
        match kind {
            _ if answer.status == 401 || answer.status == 403 => Judgement::Mend(
                "check access_key_id, secret_access_key and region in mail.ses, and this machine's clock",
            ),
            "MessageRejected" if says("not verified") => {
                Judgement::Mend("verify the domain of mail.from in this region, and leave the sandbox of Amazon SES")
            }
            "BadRequestException" if says("address") && !says("from") && !says("source") => Judgement::Refused,
            "BadRequestException" | "MessageRejected" => Judgement::Later,
            "MailFromDomainNotVerifiedException" => Judgement::Mend("verify the MAIL FROM domain at Amazon SES"),
            "AccountSuspendedException" | "SendingPausedException" => {
                Judgement::Mend("ask Amazon SES why sending is paused")
            }
            "NotFoundException" => Judgement::Mend("check mail.ses.configuration_set and mail.ses.url"),
            "LimitExceededException" | "ThrottlingException" | "TooManyRequestsException" => {
                Judgement::Mend("the quota of the account at Amazon SES is used up; it is tried again")
            }
            _ => Judgement::Later,
        }
    }

    fn probe(&self, base: &Url) -> Request {
        self.signed(Method::GET, "/v2/email/account", base, Vec::new())
    }

    fn probed(&self, answer: &Answer) -> Result<String, String> {
        let region = &self.settings.region;
        if answer.words().starts_with("AccessDenied") {
            return Ok(format!("Amazon SES in {region} knows the key, which may not read the account's quota"));
        }
        if !answer.status.is_success() {
            return Err(
                "check access_key_id, secret_access_key and region in mail.ses, and this machine's clock".into()
            );
        }
        if answer.at("/SendingEnabled") == &Value::Bool(false) {
            return Err(format!("sending is paused for this account in {region}; ask Amazon SES why"));
        }
        if answer.at("/ProductionAccessEnabled") == &Value::Bool(false) {
            return Err(format!(
                "in {region} the account is in the sandbox, from which only verified addresses get mail"
            ));
        }
        Ok(format!("Amazon SES in {region} takes the key"))
    }
}
