//! Step 5: the password is written. One commit redeems the token, ends every other link of the account, and queues the
//! notice. Claims that lapsed are looked into here: the store says what happened.

use super::open::load;
use super::redeem::CLAIM;
use crate::app::App;
use crate::config;
use crate::failpoint;
use crate::ledger::times::SKEW_MAX;
use crate::ledger::{Claim, LapsedClaim, LedgerFault, Notice};
use crate::users::Ran;
use regain_core::account::Account;
use regain_core::email::FoldedAddress;
use regain_core::event::DETAIL_CHARS_MAX;
use regain_core::keys::Digest;
use regain_core::locale::Locale;
use regain_core::request::Id;
use std::time::Duration;

/// Settles what was claimed. Safe to repeat: the second time changes nothing. `sessions` says for the timeline what ended
/// them, where that is known; a store that has to be told to end them is told here, whoever found out that the password
/// was written.
///
/// # Errors
/// [`LedgerFault`]; the claim then lapses and [`recover_lapsed`] comes here again.
pub async fn settle(app: &App, claim: &Claim, account: &Account, sessions: Option<String>) -> Result<(), LedgerFault> {
    let ended = app.users.end_sessions(&claim.token.account, claim.id()).await;
    let sessions = ended.map(|words| words.chars().take(DETAIL_CHARS_MAX).collect()).or(sessions);
    let now = app.clock.now();
    let notice = Notice {
        id: Id::new(now, app.entropy.as_ref()),
        address: account.address.clone(),
        address_digest: app.keys.address_digest(&FoldedAddress::of(&account.address)),
        name: account.name.clone(),
        locale: account.locale.as_deref().and_then(Locale::parse),
    };
    if app.ledger.settle(claim, notice, sessions, now).await? {
        tracing::info!(request = %claim.token.entry, account = %claim.token.account, "a password was reset");
    }
    Ok(())
}

/// What ended the sessions, as the timeline tells it: the operator's own statements, and how many rows each changed.
#[must_use]
pub fn sessions_in_words(users: &config::Users, ran: &[Ran]) -> String {
    let told: Vec<_> = ran
        .iter()
        .filter_map(|Ran { statement, rows }| {
            let sql = &users.after_reset.get(*statement)?.sql;
            let sql: String =
                sql.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SQL_CHARS_MAX).collect();
            Some(format!("{sql} ({rows} {})", if *rows == 1 { "row" } else { "rows" }))
        })
        .collect();
    if told.is_empty() {
        return match users.url.engine() {
            Some(_) => "no statement of users.after_reset was run, so its sessions go on".into(),
            None => "the store knows no sessions, so those of applications go on".into(),
        };
    }
    format!("its sessions were ended by {}", told.join("; ")).chars().take(DETAIL_CHARS_MAX).collect()
}

/// Enough to know a statement again.
const SQL_CHARS_MAX: usize = 120;

/// Looks into every claim whose time ran out: its holder died, or lost the store half-way. Stops at the second that the
/// store cannot tell about: one account that cannot be read holds nobody else up, and a store that hangs is not waited for
/// once for each. False if any is left.
///
/// # Errors
/// [`LedgerFault`].
pub async fn recover_lapsed(app: &App) -> Result<bool, LedgerFault> {
    let (mut all_ended, mut untold) = (true, 0);
    for LapsedClaim { claim, new_fingerprint } in app.ledger.lapsed_claims(app.clock.now()).await? {
        let Some(new_fingerprint) = new_fingerprint else {
            // Nothing can have been written: what would be was never noted.
            app.ledger.release(&claim).await?;
            continue;
        };
        match load(app, &claim.token).await {
            Ok(account) => all_ended &= recover(app, &claim, new_fingerprint, account).await?,
            Err(fault) => {
                tracing::warn!(%fault, request = %claim.token.entry, "a lapsed claim waits for the user store");
                all_ended = false;
                untold += 1;
                if untold == UNTOLD_MAX {
                    return Ok(false);
                }
            }
        }
    }
    Ok(all_ended)
}

/// False if it is too early to say. A claim may be ended before its time, by the next start of a server that died or by
/// one that lost the store; what the dead one sent may still be on its way then, and the password not written *yet*.
async fn recover(
    app: &App,
    claim: &Claim,
    new_fingerprint: Digest,
    account: Option<Account>,
) -> Result<bool, LedgerFault> {
    match account.map(|account| (found(app, claim, new_fingerprint, &account), account)) {
        Some((Found::Written, account)) => settle(app, claim, &account, None).await.map(|()| true),
        Some((Found::Unwritten, _)) if may_yet_be_written(app, claim) => Ok(false),
        Some((Found::Unwritten, _)) => app.ledger.release(claim).await.map(|_| true),
        Some((Found::Changed, _)) | None => app.ledger.revoke_changed(claim).await.map(|_| true),
    }
}

/// What the store shows of an account whose password was to be written.
pub(super) enum Found {
    /// It was written.
    Written,
    /// It was not, or not yet.
    Unwritten,
    /// Somebody else changed it.
    Changed,
}

/// Compares an account with what was there before and with what was to be written. A store that shows a state does not
/// say whose change it was: since ours was on its way, it is taken for ours. Every link of the account ends and its owner
/// is told that the password was changed, which is right in either case.
pub(super) fn found(app: &App, claim: &Claim, new_fingerprint: Digest, account: &Account) -> Found {
    let stored = app.keys.fingerprint(account);
    if stored == claim.token.fingerprint {
        Found::Unwritten
    } else if stored == new_fingerprint || !app.users.shows_hashes() {
        Found::Written
    } else {
        Found::Changed
    }
}

/// As long as the claim would have held, by whichever of two nodes' clocks is behind; not after a clock was set back by
/// more than nodes may differ, for who knows how long it would be then.
fn may_yet_be_written(app: &App, claim: &Claim) -> bool {
    let (now, made_at) = (app.clock.now(), claim.id().made_at());
    made_at <= now.plus(SKEW_MAX) && now < made_at.plus(failpoint::shortened(CLAIM)).plus(skew(app))
}

/// How far this node's clock may be ahead of the claimant's, where there can be another node.
fn skew(app: &App) -> Duration {
    if app.config.ledger.url.is_shared() { failpoint::shortened(SKEW_MAX) } else { Duration::ZERO }
}

/// Accounts that the store could not tell about in one round.
const UNTOLD_MAX: u32 = 2;
