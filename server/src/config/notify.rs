//! `[notify]`: whom else to tell.

use super::key::{Key, keys};
use super::settings::Settings;

/// `[notify]`
#[derive(Debug, Clone)]
pub struct Notify {
    /// Mail an address with no account that somebody asked for it.
    pub unknown_address: bool,
}

keys! {
    WEBHOOK_URL = Key::url("notify.webhook_url", "Where events are posted, signed.").may_hold_secret().not_yet();
    WEBHOOK_SECRET = Key::text("notify.webhook_secret", "What signs the events.").secret().not_yet();
    UNKNOWN_ADDRESS = Key::flag(
        "notify.unknown_address",
        "Mail an address with no account that somebody asked for it, under the same limits. Off by default: mail \
         otherwise goes to addresses on file alone.",
    ).or("false");
}

/// Reads the section.
pub(super) fn read(settings: &Settings) -> Option<Notify> {
    Some(Notify { unknown_address: settings.flag(&UNKNOWN_ADDRESS)? })
}
