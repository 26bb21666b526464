//! What providers of mail tell of mails afterwards, and how it is known that it is they who tell: `mail.*.events_…`.

use super::key::{Key, keys};
use super::settings::{Refusal, Settings, refusal};
use super::signing;
use crate::standard_webhooks::SigningKey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;

/// By which provider, what its calls are checked against; without it there is no path for them.
#[derive(Debug, Clone, Default)]
pub struct MailEvents {
    /// `/mail-events/ses`: calls are signed by Amazon SNS, for this topic.
    pub ses: Option<SnsTopic>,
    /// `/mail-events/postmark`: calls are not signed, but bring this password.
    pub postmark: Option<SecretString>,
    /// `/mail-events/sendgrid`: a point of the curve P-256, uncompressed.
    pub sendgrid: Option<Vec<u8>>,
    /// `/mail-events/mailgun`: the key of an HMAC.
    pub mailgun: Option<SecretString>,
    /// `/mail-events/resend`: Standard Webhooks.
    pub resend: Option<SigningKey>,
}

/// A topic of Amazon SNS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnsTopic {
    /// `arn:aws:sns:REGION:ACCOUNT:NAME`
    pub arn: String,
    /// The only host whose certificates are believed, and that is asked for anything.
    pub host: String,
}

keys! {
    SES_TOPIC = Key::text(
        "mail.ses.events_topic_arn",
        "The topic of Amazon SNS that SES publishes to: deliveries, bounces and complaints are then taken at \
         `/mail-events/ses`. Calls are believed if SNS signed them for this topic; its subscription is confirmed by itself.",
    ).such_as("\"arn:aws:sns:eu-central-1:123456789012:regain-mail\"");
    POSTMARK_SECRET = Key::text(
        "mail.postmark.events_secret",
        "Deliveries, bounces and complaints are taken at `/mail-events/postmark`. Postmark signs nothing, so its webhook \
         brings this as the password of HTTP's basic authentication (any user name).",
    ).secret();
    SENDGRID_KEY = Key::text(
        "mail.sendgrid.events_public_key",
        "Deliveries, bounces and complaints are taken at `/mail-events/sendgrid`, signed with the key that belongs to \
         this one. SendGrid shows it as the verification key of the signed event webhook.",
    );
    MAILGUN_KEY = Key::text(
        "mail.mailgun.events_signing_key",
        "Deliveries, bounces and complaints are taken at `/mail-events/mailgun`, signed with this. Mailgun shows it as \
         the HTTP webhook signing key.",
    ).secret();
    RESEND_SECRET = Key::text(
        "mail.resend.events_secret",
        "Deliveries, bounces and complaints are taken at `/mail-events/resend`, signed with this. Resend shows it as the \
         webhook's signing secret (`whsec_…`).",
    ).secret();
}

/// Reads the keys.
pub(super) fn read(settings: &mut Settings) -> MailEvents {
    MailEvents {
        ses: settings.parsed(&SES_TOPIC, topic),
        postmark: settings.parsed(&POSTMARK_SECRET, signing::plain),
        sendgrid: settings.parsed(&SENDGRID_KEY, point_of_p256),
        mailgun: settings.parsed(&MAILGUN_KEY, signing::plain),
        resend: settings.parsed(&RESEND_SECRET, signing::standard),
    }
}

fn topic(arn: &str) -> Result<SnsTopic, Refusal> {
    let refused = || refusal("names no topic of Amazon SNS", SES_TOPIC.accepted());
    let ["arn", partition, "sns", region, account, name] = arn.split(':').collect::<Vec<_>>()[..] else {
        return Err(refused());
    };
    let domain = match partition {
        "aws" | "aws-us-gov" => "amazonaws.com",
        "aws-cn" => "amazonaws.com.cn",
        _ => return Err(refused()),
    };
    let is_made_of = |text: &str, more: fn(u8) -> bool| !text.is_empty() && text.bytes().all(more);
    let is_topic = is_made_of(region, |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && is_made_of(account, |b| b.is_ascii_digit())
        && is_made_of(name, |b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if !is_topic {
        return Err(refused());
    }
    Ok(SnsTopic { arn: arn.to_owned(), host: format!("sns.{region}.{domain}") })
}

/// Base64 of a SubjectPublicKeyInfo, with or without the lines of a PEM file around it.
fn point_of_p256(text: &str) -> Result<Vec<u8>, Refusal> {
    let refused = || refusal("is no public key of the curve P-256", "the base64 that SendGrid shows");
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    let bare: String = lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
    let key = STANDARD.decode(bare).map_err(|_| refused())?;
    let point = key.strip_prefix(&BEFORE_A_POINT_OF_P256).ok_or_else(refused)?;
    if point.len() == 65 && point[0] == 4 { Ok(point.to_vec()) } else { Err(refused()) }
}

/// DER of what a SubjectPublicKeyInfo says before the point: a sequence, the two names (id-ecPublicKey, prime256v1), and
/// the head of a bit string (RFC 5480).
const BEFORE_A_POINT_OF_P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_tells_the_only_host_to_ask() {
        let host = |arn: &str| topic(arn).ok().map(|topic| topic.host);
        assert_eq!(
            host("arn:aws:sns:eu-central-1:123456789012:a-b_C").as_deref(),
            Some("sns.eu-central-1.amazonaws.com")
        );
        assert_eq!(host("arn:aws-cn:sns:cn-north-1:1:a").as_deref(), Some("sns.cn-north-1.amazonaws.com.cn"));
        for arn in [
            "",
            "arn:aws:sns:eu-central-1:123456789012",
            "arn:aws:sqs:eu-central-1:123456789012:a",
            "arn:aws:sns:evil.example/:123456789012:a",
            "arn:aws:sns:x@evil.example#:123456789012:a",
            "arn:aws:sns::123456789012:a",
            "arn:evil:sns:eu-central-1:123456789012:a",
            "arn:aws:sns:eu-central-1:123456789012:a:b",
            "arn:aws:sns:eu-central-1:123456789012:a&b",
        ] {
            assert!(topic(arn).is_err(), "{arn}");
        }
    }

    #[test]
    fn a_key_is_read_with_and_without_its_pem_lines() {
        let bare = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe62gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g==";
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n", &bare[..64], &bare[64..]);
        assert_eq!(point_of_p256(bare).ok().map(|point| point.len()), Some(65));
        assert_eq!(point_of_p256(&pem).ok(), point_of_p256(bare).ok());
        for text in ["", "MFkw", &bare[4..], &bare.replace("AE83", "AF83")] {
            assert!(point_of_p256(text).is_err(), "{text}");
        }
    }
}
