//! `[notify]`: whom else to tell.

use super::key::{Key, keys};
use super::settings::{Settings, refusal};
use super::{signing, url};
use crate::standard_webhooks::SigningKey;
use secrecy::SecretString;

/// `[notify]`
#[derive(Debug, Clone)]
pub struct Notify {
    /// Where events are posted.
    pub webhook: Option<WebhookTarget>,
    /// Mail an address with no account that somebody asked for it.
    pub unknown_address: bool,
}

/// Where events are posted, and what signs them.
#[derive(Debug, Clone)]
pub struct WebhookTarget {
    /// An absolute URL; https, or on this machine. It may hold a secret.
    pub url: SecretString,
    /// What signs them.
    pub key: SigningKey,
}

keys! {
    WEBHOOK_URL = Key::url(
        "notify.webhook_url",
        "Where events are posted, signed as Standard Webhooks says: a password was set, a request failed, mail came back, \
         an owner says that it was not them, a siege. https, or on this machine. A name that leads to private addresses is \
         not followed there; to reach a receiver in a private network, write its address in place of a name.",
    ).may_hold_secret().such_as("\"https://hooks.example.com/regain\"");
    WEBHOOK_SECRET = Key::text(
        "notify.webhook_secret",
        "What signs the events: `whsec_` and base64 of 24 to 64 octets. The receiver checks with the same.",
    ).secret();
    UNKNOWN_ADDRESS = Key::flag(
        "notify.unknown_address",
        "Mail an address with no account that somebody asked for it, under the same limits, which hold for what stands \
         before a `+`, without dots. Off by default: mail otherwise goes to addresses on file alone.",
    ).or("false");
}

/// Reads the section.
pub(super) fn read(settings: &mut Settings) -> Option<Notify> {
    let unknown_address = settings.flag(&UNKNOWN_ADDRESS);
    let was_tried = |settings: &Settings, key| settings.configured(key) || settings.is_unusable(key);
    for (one, other) in [(&WEBHOOK_URL, &WEBHOOK_SECRET), (&WEBHOOK_SECRET, &WEBHOOK_URL)] {
        if was_tried(settings, one) && !was_tried(settings, other) {
            let missing = refusal(format!("is set, but `{}` is not", other.path), "both or neither");
            settings.refuse(one, missing);
        }
    }
    let url = settings.parsed(&WEBHOOK_URL, |text| url::web(text).map(|url| SecretString::from(String::from(url))));
    let key = settings.parsed(&WEBHOOK_SECRET, signing::standard);
    let webhook = url.zip(key).map(|(url, key)| WebhookTarget { url, key });
    Some(Notify { webhook, unknown_address: unknown_address? })
}
