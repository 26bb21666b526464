//! The end of a redeeming, in one commit.

use super::timeline::note;
use super::{Claim, Ledger, LedgerFault, LiveToken};
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::request::{Id, Reason};
use regain_core::time::Timestamp;
use rusqlite::{Connection, named_params};

/// The mail that tells the owner of a change.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Its name in the outbox.
    pub id: Id,
    /// The address on file.
    pub address: String,
    /// Keyed digest of it, folded.
    pub address_digest: Digest,
    /// How to greet the owner.
    pub name: Option<String>,
}

impl Ledger {
    /// The password is written: the token is redeemed, every other link of the account ends, requests under way are
    /// ended, and the notice is queued; all in one commit. False if it was settled before.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn settle(&self, claim: &Claim, notice: Notice, now: Timestamp) -> Result<bool, LedgerFault> {
        let token = claim.token.clone();
        self.write(move |ledger| settle(ledger, &token, &notice, now)).await
    }
}

fn settle(ledger: &Connection, token: &LiveToken, notice: &Notice, now: Timestamp) -> rusqlite::Result<bool> {
    let redeemed = ledger
        .prepare_cached(
            "UPDATE deliveries SET state = 'redeemed', claim = NULL, claim_until = NULL \
             WHERE id = ?1 AND state <> 'redeemed'",
        )?
        .execute([token.delivery.as_bytes()])?;
    if redeemed == 0 {
        return Ok(false);
    }
    ledger
        .prepare_cached(
            "UPDATE deliveries SET state = 'revoked', reason = 'another_redeemed' \
             WHERE account = ?1 AND state = 'live'",
        )?
        .execute([token.account.as_str()])?;
    end_requests(ledger, &token.account, notice.address_digest, Reason::Redeemed, now)?;
    note(ledger, token.entry, now, "redeemed")?;
    insert_notice(ledger, token, notice, now)?;
    Ok(true)
}

fn insert_notice(ledger: &Connection, token: &LiveToken, notice: &Notice, now: Timestamp) -> rusqlite::Result<usize> {
    ledger
        .prepare_cached(
            "INSERT INTO outbox (id, message, about, origin, network, locales, identifier, name, address_digest, account, \
               accepted_at, due_at) \
             SELECT :id, 'password_changed', id, origin, network, locales, :address, :name, :address_digest, :account, \
               :now, :now \
             FROM outbox WHERE id = :about",
        )?
        .execute(named_params! {
            ":id": notice.id.as_bytes(),
            ":address": notice.address,
            ":name": notice.name,
            ":address_digest": notice.address_digest,
            ":account": token.account.as_str(),
            ":now": now.as_millis(),
            ":about": token.entry.as_bytes(),
        })
}

/// A request under way must not mail a new link after this one was used, or disowned; nor one that waits to be looked
/// up, of which nothing is known yet but the address.
pub(super) fn end_requests(
    ledger: &Connection,
    account: &AccountId,
    address_digest: Digest,
    why: Reason,
    now: Timestamp,
) -> rusqlite::Result<usize> {
    ledger
        .prepare_cached(
            "UPDATE outbox SET ended_at = ?4, lease = NULL, reason = ?3, state = iif( \
               EXISTS (SELECT 1 FROM deliveries WHERE entry = outbox.id AND message = 'reset'), 'mailed', 'suppressed') \
             WHERE ended_at IS NULL AND message = 'reset' \
               AND (account = ?1 OR account IS NULL AND address_digest = ?2)",
        )?
        .execute((account.as_str(), address_digest, why.as_str(), now.as_millis()))
}
