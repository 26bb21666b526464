//! `[users.hook]`: accounts behind a back end of one's own.

use super::key::{self, Key, keys};
use super::settings::{Settings, refusal};
use super::signing;
use super::value::Value;
use crate::standard_webhooks::SigningKey;
use reqwest::Url;
use std::path::PathBuf;
use std::time::Duration;

/// `[users.hook]`
#[derive(Debug, Clone)]
pub struct Hook {
    /// Where all calls go; https, or on this machine.
    pub url: Url,
    /// What signs them.
    pub key: SigningKey,
    /// How long an answer to one attempt is waited for.
    pub timeout: Duration,
    /// Who vouches for its certificate, in place of those whom this machine trusts.
    pub ca_file: Option<PathBuf>,
}

keys! {
    SECRET = Key::text(
        "users.hook.secret",
        "What signs the calls, as Standard Webhooks says: `whsec_` and base64 of 24 to 64 octets. The back end checks with \
         the same. Required with a back end.",
    ).secret();
    TIMEOUT = Key::number(
        "users.hook.timeout_seconds", "seconds", (1, 10),
        "How long an answer to one attempt is waited for. What gets none is asked again, within 10 seconds for a look-up \
         and 18 for a password; the default leaves room for three of those.",
    ).or_derived("5 with a back end");
    CA_FILE = Key::path(
        "users.hook.ca_file",
        "A PEM file with the authorities that may vouch for the back end's certificate. Without it those that this machine \
         trusts.",
    );
}

/// Reads the section.
pub(super) fn read(settings: &mut Settings, url: &Url) -> Option<Hook> {
    refuse_what_means_nothing(settings, url);
    if settings.setting(&SECRET).is_none() && !settings.is_unusable(&SECRET) {
        settings.refuse(&SECRET, refusal("is required with a back end", SECRET.accepted()));
    }
    let key = settings.parsed(&SECRET, signing::standard);
    settings.derive_if_absent(&TIMEOUT, Value::Number(TIMEOUT_SECONDS));
    let timeout = settings.seconds(&TIMEOUT);
    Some(Hook { url: url.clone(), key: key?, timeout: timeout?, ca_file: settings.path(&CA_FILE) })
}

/// Longer than a password takes to be hashed on a busy machine.
const TIMEOUT_SECONDS: u64 = 5;

/// The back end knows what its accounts are like, and hashes by itself.
fn refuse_what_means_nothing(settings: &mut Settings, url: &Url) {
    if let Some(key) = key::find("users.url").filter(|_| url.query().is_some() || url.fragment().is_some()) {
        settings
            .refuse(key, refusal("holds a ? or a #", "a back end's URL without them; its calls are signed instead"));
    }
    for name in ["preset", "id", "email", "name", "locale", "eligible", "hash"] {
        if let Some(key) = key::find(&format!("users.{name}")).filter(|key| settings.configured(key)) {
            settings.refuse(
                key,
                refusal("means nothing to a back end, which knows by itself", "nothing, with this `users.url`"),
            );
        }
    }
}
