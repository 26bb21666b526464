//! Amazon SES v2: the signature is made anew from what arrived, and compared.

use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use regain::config;
use regain_core::time::{Clock, Timestamp};
use sha2::{Digest, Sha256};

pub(super) struct Ses;

const DAY: &str = "20261122";
const SCOPE: &str = "20261122/eu-central-1/ses/aws4_request";

/// 2026-11-22T08:00:00Z.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_795_334_400_000)
    }
}

impl Provider for Ses {
    fn name(&self) -> &'static str {
        "ses"
    }

    fn transport(&self, url: &str, key: &str) -> HttpTransport {
        let settings = config::Ses {
            region: "eu-central-1".into(),
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: key.into(),
            configuration_set: Some("resets".into()),
            url: url.parse().unwrap(),
        };
        HttpTransport::ses(&settings, Arc::new(Stopped)).unwrap()
    }

    fn is_authorized(&self, asked: &Asked) -> bool {
        let names = ["content-type", "host", "x-amz-date"];
        let headers: String = names.iter().map(|name| format!("{name}:{}\n", asked.header(name))).collect();
        let body = hex(&Sha256::digest(&asked.body));
        let canonical = format!("{}\n{}\n\n{headers}\n{}\n{body}", asked.method, asked.path, names.join(";"));
        let date = asked.header("x-amz-date");
        let signed = format!("AWS4-HMAC-SHA256\n{date}\n{SCOPE}\n{}", hex(&Sha256::digest(canonical)));
        let key = ["eu-central-1", "ses", "aws4_request", &signed]
            .iter()
            .fold(hmac(format!("AWS4{KEY}").as_bytes(), DAY), |key, part| hmac(&key, part));
        let names = names.join(";");
        let signature = hex(&key);
        asked.header("authorization")
            == format!("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{SCOPE}, SignedHeaders={names}, Signature={signature}")
            && date == "20261122T080000Z"
    }

    fn bad_key(&self) -> Reply {
        let said = r#"{"message":"The request signature we calculated does not match the signature you provided."}"#;
        error(403, "InvalidSignatureException", said)
    }

    fn probed(&self, asked: &Asked) -> Option<Reply> {
        let account = r#"{"SendingEnabled":true,"ProductionAccessEnabled":true,"EnforcementStatus":"HEALTHY"}"#;
        (asked.method == "GET" && asked.path == "/v2/email/account").then(|| Reply::json(200, account))
    }

    fn taken_apart(&self, asked: &Asked) -> Option<Taken> {
        let body = asked.json();
        let one = body.pointer("/Destination/ToAddresses")?.as_array()?.len() == 1;
        let set = text(&body, "/ConfigurationSetName") == "resets";
        let right = asked.method == "POST" && asked.path == "/v2/email/outbound-emails" && one && set;
        let tagged = text(&body, "/EmailTags/0/Name") == "regain-delivery";
        let content = STANDARD.decode(text(&body, "/Content/Raw/Data")).ok()?;
        let (to, delivery) = (text(&body, "/Destination/ToAddresses/0"), text(&body, "/EmailTags/0/Value"));
        of_mime(&content, &to, &delivery).filter(|_| right && tagged)
    }

    fn accepted(&self, id: &str) -> Reply {
        Reply::json(200, &format!(r#"{{"MessageId":"{id}"}}"#))
    }

    fn refusal(&self) -> Reply {
        error(400, "BadRequestException", r#"{"message":"Invalid email address <ada@example.com>."}"#)
    }
}

fn error(status: u16, kind: &str, body: &str) -> Reply {
    let plain = Reply::json(status, body);
    Reply { headers: format!("{}X-Amzn-ErrorType: {kind}:http://internal.amazon.com/\r\n", plain.headers), ..plain }
}

fn hmac(key: &[u8], part: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(part.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
