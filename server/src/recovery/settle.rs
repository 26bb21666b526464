//! Step 5: the password is written. One commit redeems the token, ends every other link of the account, and queues the
//! notice. Claims that lapsed are looked into here: the store says what happened.

use crate::app::App;
use crate::ledger::{Claim, LapsedClaim, LedgerFault, Notice};
use regain_core::account::Account;
use regain_core::email::FoldedAddress;
use regain_core::keys::Digest;
use regain_core::request::Id;

/// Settles what was claimed. Safe to repeat: the second time changes nothing.
///
/// # Errors
/// [`LedgerFault`]; the claim then lapses and [`recover_lapsed`] comes here again.
pub async fn settle(app: &App, claim: &Claim, account: &Account) -> Result<(), LedgerFault> {
    let now = app.clock.now();
    let notice = Notice {
        id: Id::new(now, app.entropy.as_ref()),
        address: account.address.clone(),
        address_digest: app.keys.address_digest(&FoldedAddress::of(&account.address)),
        name: account.name.clone(),
    };
    if app.ledger.settle(claim, notice, now).await? {
        tracing::info!(request = %claim.token.entry, account = %claim.token.account, "a password was reset");
    }
    Ok(())
}

/// Looks into every claim whose time ran out: its holder died, or lost the store half-way. Stops at the first that the
/// store cannot tell about, so that a store that hangs is waited for once and not for each; false then.
///
/// # Errors
/// [`LedgerFault`].
pub async fn recover_lapsed(app: &App) -> Result<bool, LedgerFault> {
    for LapsedClaim { claim, new_fingerprint } in app.ledger.lapsed_claims(app.clock.now()).await? {
        let Some(new_fingerprint) = new_fingerprint else {
            // Nothing can have been written: what would be was never noted.
            app.ledger.release(&claim).await?;
            continue;
        };
        match app.users.load(&claim.token.account).await {
            Ok(account) => recover(app, &claim, new_fingerprint, account).await?,
            Err(fault) => {
                tracing::warn!(%fault, request = %claim.token.entry, "a lapsed claim waits for the user store");
                return Ok(false);
            }
        }
    }
    Ok(true)
}

async fn recover(
    app: &App,
    claim: &Claim,
    new_fingerprint: Digest,
    account: Option<Account>,
) -> Result<(), LedgerFault> {
    match account.map(|account| (app.keys.fingerprint(&account), account)) {
        Some((stored, account)) if stored == new_fingerprint => settle(app, claim, &account).await,
        Some((stored, _)) if stored == claim.token.fingerprint => app.ledger.release(claim).await.map(|_| ()),
        Some(_) | None => app.ledger.revoke_changed(claim).await.map(|_| ()),
    }
}
