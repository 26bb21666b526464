//! Step 3: may this link or code show a form? Nothing is spent.

use super::Credential;
use crate::app::App;
use regain_core::account::Account;
use regain_core::time::Timestamp;

/// A live credential.
#[derive(Debug)]
pub struct Opened {
    /// Whose password it sets.
    pub account: Account,
    /// When the credential dies.
    pub expires_at: Timestamp,
}

/// Why nothing opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenRefusal {
    /// Never issued, expired, superseded, used, revoked, of another purpose, a wrong code: one answer for all.
    Dead,
    /// The ledger or the user store does not answer; the credential survives.
    Unavailable,
}

/// Looks whether `credential` is live. A wrong code counts as an attempt.
///
/// # Errors
/// [`OpenRefusal`].
pub async fn open(_app: &App, _credential: &Credential) -> Result<Opened, OpenRefusal> {
    Err(OpenRefusal::Dead)
}
