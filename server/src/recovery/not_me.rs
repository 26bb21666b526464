//! "This was not me": ends every live link of an account and tells the operator.

use super::open::OpenRefusal;
use crate::app::App;
use regain_core::token::ResetToken;

/// Whether `token` may show the form. Changes nothing.
///
/// # Errors
/// [`OpenRefusal`].
pub async fn open(_app: &App, _token: &ResetToken) -> Result<(), OpenRefusal> {
    Err(OpenRefusal::Dead)
}

/// Ends every live link of the account that `token` was mailed to.
///
/// # Errors
/// [`OpenRefusal`].
pub async fn not_me(_app: &App, _token: &ResetToken) -> Result<(), OpenRefusal> {
    Err(OpenRefusal::Dead)
}
