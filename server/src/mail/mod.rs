//! Mail: put into words, composed, and handed to a transport.

pub mod compose;
mod name;

use async_trait::async_trait;
use regain_core::delivery::Outcome;
use regain_core::email::EmailAddress;
use regain_core::request::Id;

/// A carrier of mail. One conformance suite holds every implementation to this text.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Its name in configuration and timeline.
    fn name(&self) -> &'static str;

    /// Hands one mail over. Ends within [`SEND_SECONDS_MAX`]; never panics on what the other side does.
    async fn send(&self, parcel: &Parcel) -> Outcome;
}

/// The longest a transport may take for one mail, connecting included.
pub const SEND_SECONDS_MAX: u64 = 30;

/// A mail ready to go.
pub struct Parcel {
    /// Names the delivery.
    pub id: Id,
    /// The envelope's sender.
    pub from: EmailAddress,
    /// The envelope's one recipient.
    pub to: EmailAddress,
    /// The whole message, RFC 5322. It holds the link: never logged, never stored.
    pub content: Vec<u8>,
}
