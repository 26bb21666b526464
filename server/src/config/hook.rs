//! `[users.hook]`: accounts behind a back end of one's own.

use super::key::{Key, keys};
use super::settings::{Settings, refusal};
use super::signing;
use crate::standard_webhooks::SigningKey;
use reqwest::Url;
use secrecy::SecretString;

/// `[users.hook]`
#[derive(Debug, Clone)]
pub struct Hook {
    /// Under which the calls are made; https, or on this machine. It may hold a secret.
    pub url: SecretString,
    /// What signs them.
    pub key: SigningKey,
}

keys! {
    SECRET = Key::text(
        "users.hook.secret",
        "What signs the calls, as Standard Webhooks says: `whsec_` and base64 of 24 to 64 octets. The back end checks with \
         the same. Required with a back end.",
    ).secret();
}

/// Reads the section.
pub(super) fn read(settings: &mut Settings, url: &Url) -> Option<Hook> {
    if settings.setting(&SECRET).is_none() && !settings.is_unusable(&SECRET) {
        settings.refuse(&SECRET, refusal("is required with a back end", SECRET.accepted()));
    }
    let key = settings.parsed(&SECRET, signing::standard)?;
    Some(Hook { url: String::from(url.clone()).into(), key })
}
