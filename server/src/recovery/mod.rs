//! The story of a recovery, in reading order.
//!
//! 1. [`request`]: admit and commit
//! 2. [`deliver`]: look up, mint, send
//!    ([`heard`]: what is heard of the mail afterwards)
//! 3. [`open`]: may this link show a form?
//! 4. [`redeem`]: claim, set the password, complete
//! 5. [`settle`]: revoke sessions, notify

pub mod deliver;
pub mod heard;
pub mod not_me;
pub mod open;
pub mod redeem;
pub mod request;
mod reuse;
pub mod settle;

use regain_core::code::ResetCode;
use regain_core::email::EmailAddress;
use regain_core::token::ResetToken;

/// What a person brings back from the mail.
pub enum Credential {
    /// The link's token.
    Token(ResetToken),
    /// The code, and the address it was mailed to. A code that cannot be one still counts as an attempt.
    Code {
        /// The address as typed.
        address: EmailAddress,
        /// The code as read; none if what was typed is no code.
        code: Option<ResetCode>,
    },
}
