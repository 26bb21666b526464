//! "This was not me": ends every live link of an account and tells the operator.

use super::open::OpenRefusal;
use crate::app::App;
use crate::ledger::retention::NOT_ME_TTL;
use crate::ledger::{Disowned, LedgerFault};
use crate::metrics::Guess;
use regain_core::request::Id;
use regain_core::token::{Purpose, ResetToken};

/// Whether `token` may show the form: which request, or notice, it was mailed for. Changes nothing.
///
/// # Errors
/// [`OpenRefusal`].
pub async fn open(app: &App, token: &ResetToken) -> Result<Id, OpenRefusal> {
    find(app, token).await.map(|disowned| disowned.entry)
}

/// Ends every live link of the account that `token` was mailed to. May be said again; it is no token for anything else.
///
/// # Errors
/// [`OpenRefusal`].
pub async fn not_me(app: &App, token: &ResetToken) -> Result<(), OpenRefusal> {
    let disowned = find(app, token).await?;
    let ended = app.ledger.revoke_not_me(disowned.clone(), app.clock.now()).await;
    let ended = ended.map_err(|fault| unavailable(&fault))?;
    tracing::warn!(
        request = %disowned.entry, account = %disowned.account, links_ended = ended,
        "the owner of an account says that a reset was not asked for by them"
    );
    Ok(())
}

async fn find(app: &App, token: &ResetToken) -> Result<Disowned, OpenRefusal> {
    let minted_after = app.clock.now().minus(NOT_ME_TTL);
    let found = app.ledger.find_not_me(token.digest(Purpose::NotMe), minted_after).await;
    found.map_err(|fault| unavailable(&fault))?.ok_or_else(|| {
        app.metrics.guesses.of(Guess::Link).count();
        OpenRefusal::Dead
    })
}

fn unavailable(fault: &LedgerFault) -> OpenRefusal {
    tracing::error!(%fault, "a \"not me\" link cannot be looked up");
    OpenRefusal::Unavailable
}
