//! Step 4: claim the token, set the password, complete.

use super::Credential;
use crate::app::App;
use regain_core::password::Violation;
use secrecy::SecretString;

/// Why no password was set.
#[derive(Debug)]
pub enum RedeemRefusal {
    /// As [`super::open::OpenRefusal::Dead`].
    Dead,
    /// The password breaks these rules, all of them listed; the credential survives.
    Weak(Vec<Violation>),
    /// The ledger, the user store or the hashing pool is out of reach or full; the credential survives.
    Unavailable,
}

/// Sets `password` for the account that `credential` was minted for: once, or not at all.
///
/// # Errors
/// [`RedeemRefusal`].
pub async fn redeem(_app: &App, _credential: &Credential, _password: SecretString) -> Result<(), RedeemRefusal> {
    Err(RedeemRefusal::Dead)
}

/// Which rules `password` breaks, before any credential is shown; for forms that check as one types.
pub async fn weaknesses(_app: &App, _password: &SecretString) -> Vec<Violation> {
    Vec::new()
}
