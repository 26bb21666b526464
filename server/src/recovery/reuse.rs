//! Has the account had this password before?

use super::redeem::RedeemRefusal;
use crate::app::App;
use regain_core::account::AccountId;
use regain_core::hash::StoredPassword;
use secrecy::SecretString;

/// Whether `password` is `present`, which the account has, or one of those in its history; false where no history is
/// configured. Costs a computation of a hash for each of them.
///
/// # Errors
/// [`RedeemRefusal::Unavailable`], if the user store or the hashing pool is.
pub(super) async fn is_reused(
    app: &App,
    account: &AccountId,
    present: &StoredPassword,
    password: SecretString,
) -> Result<bool, RedeemRefusal> {
    let Some(history) = &app.config.users.history else { return Ok(false) };
    let used = app.users.used_passwords(account).await.map_err(|fault| {
        tracing::error!(%fault, %account, "the passwords that an account had cannot be read");
        RedeemRefusal::Unavailable
    })?;
    let earlier = used.into_iter().take(history.keep).filter(|one| one.expose() != present.expose());
    let all = std::iter::once(present.clone()).chain(earlier).collect();
    app.hashing.verify_any(&app.config.users, all, password).await.map_err(|fault| {
        tracing::warn!(%fault, "a password could not be compared with those that the account had");
        RedeemRefusal::Unavailable
    })
}
