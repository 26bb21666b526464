//! `[mail.ses]` and its like: providers that take mail over HTTPS.

use super::key::{Key, keys};
use super::mail::Transport;
use super::samples;
use super::settings::{Refusal, Settings, refusal};
use super::url;
use regain_core::email::EmailAddress;
use reqwest::Url;
use secrecy::SecretString;

/// `[mail.ses]`: Amazon SES, API version 2.
#[derive(Debug, Clone)]
pub struct Ses {
    /// Where in the world; a part of every signature.
    pub region: String,
    /// Names the key.
    pub access_key_id: String,
    /// Signs each request, and is never sent.
    pub secret_access_key: SecretString,
    /// What publishes the events of these mails.
    pub configuration_set: Option<String>,
    /// Without a slash at its end, like the others'.
    pub url: Url,
}

/// `[mail.postmark]`
#[derive(Debug, Clone)]
pub struct Postmark {
    /// Of one server.
    pub server_token: SecretString,
    /// Which of the server's streams carries the mails.
    pub message_stream: String,
    /// The API's base.
    pub url: Url,
}

/// `[mail.sendgrid]`
#[derive(Debug, Clone)]
pub struct Sendgrid {
    /// With the right to send.
    pub api_key: SecretString,
    /// The API's base.
    pub url: Url,
}

/// `[mail.mailgun]`
#[derive(Debug, Clone)]
pub struct Mailgun {
    /// The sending domain.
    pub domain: String,
    /// Of the account, or of the domain.
    pub api_key: SecretString,
    /// The API's base.
    pub url: Url,
}

/// `[mail.resend]`
#[derive(Debug, Clone)]
pub struct Resend {
    /// With the right to send.
    pub api_key: SecretString,
    /// The API's base.
    pub url: Url,
}

keys! {
    SES_REGION = Key::text("mail.ses.region", "The region of Amazon SES in which the sending domain is verified.")
        .such_as("\"eu-central-1\"");
    SES_ACCESS_KEY_ID = Key::text("mail.ses.access_key_id", "Names the access key; it needs the right `ses:SendEmail`.")
        .such_as("\"AKIDEXAMPLE\"");
    SES_SECRET_ACCESS_KEY = Key::text("mail.ses.secret_access_key", "Signs each request; it is never sent itself.")
        .secret();
    SES_CONFIGURATION_SET = Key::text(
        "mail.ses.configuration_set",
        "The configuration set that publishes bounces and complaints. Without it the domain's default one holds.",
    ).such_as("\"resets\"");
    SES_URL = Key::url("mail.ses.url", "Where the API is, if not at the usual place; for tests and private endpoints.")
        .or_derived("`https://email.REGION.amazonaws.com`");
    POSTMARK_SERVER_TOKEN = Key::text("mail.postmark.server_token", "The API token of one of your Postmark servers.")
        .secret();
    POSTMARK_MESSAGE_STREAM = Key::text("mail.postmark.message_stream", "The transactional stream that carries the mails.")
        .or_derived("`outbound`, which every server has");
    POSTMARK_URL = Key::url("mail.postmark.url", "Where the API is, if not at the usual place.")
        .or_derived("`https://api.postmarkapp.com`");
    SENDGRID_API_KEY = Key::text("mail.sendgrid.api_key", "A key that may do no more than `mail.send`.").secret();
    SENDGRID_URL = Key::url(
        "mail.sendgrid.url",
        "Where the API is, if not at the usual place: `https://api.eu.sendgrid.com` for subusers in the EU.",
    ).or_derived("`https://api.sendgrid.com`");
    MAILGUN_DOMAIN = Key::text("mail.mailgun.domain", "The sending domain as Mailgun knows it.")
        .such_as("\"mg.example.com\"");
    MAILGUN_API_KEY = Key::text("mail.mailgun.api_key", "A sending key of that domain, or a key of the account.").secret();
    MAILGUN_REGION = Key::one_of("mail.mailgun.region", &["us", "eu"], "Where Mailgun keeps the domain.")
        .or_derived("`us`");
    MAILGUN_URL = Key::url("mail.mailgun.url", "Where the API is, if not at the region's usual place.")
        .or_derived("`https://api.mailgun.net`, or `https://api.eu.mailgun.net` in the EU");
    RESEND_API_KEY = Key::text("mail.resend.api_key", "A key that may do no more than send.").secret();
    RESEND_URL = Key::url("mail.resend.url", "Where the API is, if not at the usual place.")
        .or_derived("`https://api.resend.com`");
}

/// Every provider that is configured, by its section's name. One whose section has errors is left out.
pub(super) fn read(settings: &mut Settings) -> Vec<(&'static str, Transport)> {
    [
        ("ses", ses(settings).map(Transport::Ses)),
        ("postmark", postmark(settings).map(Transport::Postmark)),
        ("sendgrid", sendgrid(settings).map(Transport::Sendgrid)),
        ("mailgun", mailgun(settings).map(Transport::Mailgun)),
        ("resend", resend(settings).map(Transport::Resend)),
    ]
    .into_iter()
    .filter_map(|(name, transport)| transport.map(|transport| (name, transport)))
    .collect()
}

/// Whether somebody meant to configure one, with or without success.
pub(super) fn any_tried(settings: &Settings) -> bool {
    KEYS.iter().any(|key| settings.configured(key) || settings.is_unusable(key))
}

fn ses(settings: &mut Settings) -> Option<Ses> {
    in_use(settings, "mail.ses")?;
    let region = needed(settings, &SES_REGION, |text| word(text, "a region such as \"eu-central-1\""));
    let suffix = if region.as_deref().is_some_and(|region| region.starts_with("cn-")) { ".cn" } else { "" };
    let usual = format!("https://email.{}.amazonaws.com{suffix}", region.as_deref().unwrap_or("us-east-1"));
    let url = base(settings, &SES_URL, &usual);
    let access_key_id = needed(settings, &SES_ACCESS_KEY_ID, |text| word(text, "letters and digits"));
    let secret_access_key = credential(settings, &SES_SECRET_ACCESS_KEY, url.as_ref());
    let configuration_set =
        settings.parsed(&SES_CONFIGURATION_SET, |text| word(text, "letters, digits, hyphens and underscores"));
    Some(Ses {
        region: region?,
        access_key_id: access_key_id?,
        secret_access_key: secret_access_key?,
        configuration_set,
        url: url?,
    })
}

fn postmark(settings: &mut Settings) -> Option<Postmark> {
    in_use(settings, "mail.postmark")?;
    let url = base(settings, &POSTMARK_URL, "https://api.postmarkapp.com");
    let server_token = credential(settings, &POSTMARK_SERVER_TOKEN, url.as_ref());
    settings.derive_if_absent(&POSTMARK_MESSAGE_STREAM, super::value::Value::Text("outbound".into()));
    let message_stream = needed(settings, &POSTMARK_MESSAGE_STREAM, |text| word(text, "the id of a stream"));
    Some(Postmark { server_token: server_token?, message_stream: message_stream?, url: url? })
}

fn sendgrid(settings: &mut Settings) -> Option<Sendgrid> {
    in_use(settings, "mail.sendgrid")?;
    let url = base(settings, &SENDGRID_URL, "https://api.sendgrid.com");
    let api_key = credential(settings, &SENDGRID_API_KEY, url.as_ref());
    Some(Sendgrid { api_key: api_key?, url: url? })
}

fn mailgun(settings: &mut Settings) -> Option<Mailgun> {
    in_use(settings, "mail.mailgun")?;
    settings.derive_if_absent(&MAILGUN_REGION, super::value::Value::Text("us".into()));
    let usual = match settings.text(&MAILGUN_REGION).as_deref() {
        Some("eu") => "https://api.eu.mailgun.net",
        _ => "https://api.mailgun.net",
    };
    let url = base(settings, &MAILGUN_URL, usual);
    let api_key = credential(settings, &MAILGUN_API_KEY, url.as_ref());
    let domain = needed(settings, &MAILGUN_DOMAIN, domain);
    Some(Mailgun { domain: domain?, api_key: api_key?, url: url? })
}

fn resend(settings: &mut Settings) -> Option<Resend> {
    in_use(settings, "mail.resend")?;
    let url = base(settings, &RESEND_URL, "https://api.resend.com");
    let api_key = credential(settings, &RESEND_API_KEY, url.as_ref());
    Some(Resend { api_key: api_key?, url: url? })
}

/// Something, if any key of `section` is set.
fn in_use(settings: &Settings, section: &str) -> Option<()> {
    let of_section = |key: &&Key| key.section() == section;
    KEYS.iter().filter(of_section).any(|key| settings.configured(key) || settings.is_unusable(key)).then_some(())
}

/// A key that its section does not work without.
fn needed<T>(settings: &mut Settings, key: &'static Key, parse: impl FnOnce(&str) -> Result<T, Refusal>) -> Option<T> {
    if settings.setting(key).is_none() && !settings.is_unusable(key) {
        settings.refuse(key, refusal(format!("is required in `[{}]`", key.section()), key.accepted()));
    }
    settings.parsed(key, parse)
}

/// A secret that goes into a header or a signature.
fn credential(settings: &mut Settings, key: &'static Key, url: Option<&Url>) -> Option<SecretString> {
    let at_home = url.is_some_and(url::is_loopback);
    needed(settings, key, |text| {
        let accepted = "visible ASCII characters, without spaces";
        if text.len() > CREDENTIAL_OCTETS_MAX || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refusal("has characters that no such key has", accepted));
        }
        if samples::is_sample(text) && !at_home {
            return Err(refusal("is still that of an example", "a key of your own account"));
        }
        Ok(text.to_owned().into())
    })
}

/// What the API's paths are appended to: `usual`, if nothing is configured.
fn base(settings: &mut Settings, key: &'static Key, usual: &str) -> Option<Url> {
    settings.derive_if_absent(key, super::value::Value::Text(usual.to_owned()));
    settings.parsed(key, |text| {
        let url = url::web(text)?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
        if url.query().is_some() || url.fragment().is_some() || !url.path().bytes().all(plain) {
            return Err(refusal(
                "has a query, a fragment or odd characters in its path",
                "scheme, host, port and path",
            ));
        }
        Ok(url)
    })
}

/// A name without any punctuation that could mean something in a URL, a header or a signature.
fn word(text: &str, accepted: &str) -> Result<String, Refusal> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if text.len() > WORD_OCTETS_MAX || !text.bytes().all(plain) {
        return Err(refusal("is no such name", accepted));
    }
    Ok(text.to_owned())
}

fn domain(text: &str) -> Result<String, Refusal> {
    let is_domain = text.is_ascii() && EmailAddress::parse(&format!("postmaster@{text}")).is_ok();
    let refused = || refusal("is no domain", "a domain such as \"mg.example.com\"");
    is_domain.then(|| text.to_ascii_lowercase()).ok_or_else(refused)
}

/// SendGrid's keys, the longest, have 69.
const CREDENTIAL_OCTETS_MAX: usize = 512;
/// AWS' access key ids have at most 128, the others' names less.
const WORD_OCTETS_MAX: usize = 128;
