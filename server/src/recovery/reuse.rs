//! Has the account had this password before?

use super::open::Opened;
use super::redeem::RedeemRefusal;
use crate::app::App;
use secrecy::SecretString;

/// Whether `password` is the account's present one, or one of those in its history; false where no history is
/// configured. Costs a computation of a hash for each of them.
///
/// # Errors
/// [`RedeemRefusal::Unavailable`], if the user store or the hashing pool is.
pub(super) async fn is_reused(app: &App, opened: &Opened, password: &SecretString) -> Result<bool, RedeemRefusal> {
    let Some(history) = &app.config.users.history else { return Ok(false) };
    let used = app.users.used_passwords(&opened.account.id).await.map_err(|fault| {
        tracing::error!(%fault, account = %opened.account.id, "the passwords that an account had cannot be read");
        RedeemRefusal::Unavailable
    })?;
    let present = opened.stored.clone();
    let earlier = used.into_iter().take(history.keep).filter(|one| one.expose() != opened.stored.expose());
    let all = std::iter::once(present).chain(earlier).collect();
    app.hashing.verify_any(all, password.clone()).await.map_err(|fault| {
        tracing::warn!(%fault, "a password could not be compared with those that the account had");
        RedeemRefusal::Unavailable
    })
}
