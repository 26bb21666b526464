//! `[limits]`: what protects the server itself.

use super::key::{Key, keys};
use super::settings::Settings;

/// `[limits]`
#[derive(Debug, Clone)]
pub struct Limits {
    /// Per IPv4 address or IPv6 /64.
    pub requests_per_network_per_minute: u32,
    /// Most requests waiting; beyond it 503.
    pub queue_max: u64,
    /// Largest request body.
    pub body_bytes_max: usize,
}

keys! {
    REQUESTS_PER_NETWORK_PER_MINUTE = Key::number(
        "limits.requests_per_network_per_minute", "requests", (1, 1_000_000_000),
        "Requests per minute from one IPv4 address or IPv6 /64; valid API tokens are not counted. Ten let an office \
         behind one address work and make guessing hopeless. An IPv6 /48 may make 256 times as many. There is no way to \
         turn it off; measurements set it high.",
    ).or("10");
    QUEUE_MAX = Key::number(
        "limits.queue_max", "requests", (1, 100_000_000),
        "Most requests waiting; beyond it 503, for everybody alike. A hundred thousand are a bad day's flood and \
         still some tens of megabytes.",
    ).or("100000");
    BODY_BYTES_MAX = Key::number(
        "limits.body_bytes_max", "bytes", (256, 16_777_216),
        "Largest request body; beyond it 413. 16 KiB hold an address and a password of 256 \
         characters several times over, however they are escaped.",
    ).or("16384");
}

/// Reads the section.
pub(super) fn read(settings: &Settings) -> Option<Limits> {
    Some(Limits {
        requests_per_network_per_minute: settings.number(&REQUESTS_PER_NETWORK_PER_MINUTE)?,
        queue_max: settings.number(&QUEUE_MAX)?,
        body_bytes_max: settings.number(&BODY_BYTES_MAX)?,
    })
}
