//! "This was not me", in the ledger: it ends every link of an account.

use super::settle::end_requests;
use super::timeline::note;
use super::{Ledger, LedgerFault, rows};
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::request::{Id, Reason};
use regain_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

/// What a token that says "this was not me" was mailed for.
#[derive(Debug, Clone)]
pub struct Disowned {
    /// The request, or the notice.
    pub entry: Id,
    /// Whose.
    pub account: AccountId,
    /// Keyed digest of the folded address it went to.
    pub address_digest: Digest,
}

impl Ledger {
    /// What a "this was not me" token was mailed for, if it still counts.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn find_not_me(&self, digest: Digest, minted_after: Timestamp) -> Result<Option<Disowned>, LedgerFault> {
        self.read(move |ledger| {
            ledger
                .prepare_cached(
                    "SELECT entry, account, address_digest FROM deliveries \
                     WHERE not_me_digest = ?1 AND message IN ('reset', 'password_changed') AND minted_at > ?2",
                )?
                .query_row((digest, minted_after.as_millis()), |row| {
                    Ok(Disowned {
                        entry: rows::id(row, "entry")?,
                        account: AccountId::new(row.get::<_, String>("account")?),
                        address_digest: rows::digest(row, "address_digest")?,
                    })
                })
                .optional()
        })
        .await
    }

    /// Ends every live link of the account, and every request under way; says how many links.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn revoke_not_me(&self, disowned: Disowned, now: Timestamp) -> Result<usize, LedgerFault> {
        self.write(move |ledger| {
            let Disowned { entry, account, address_digest } = disowned;
            let ended = ledger
                .prepare_cached(
                    "UPDATE deliveries SET state = 'revoked', reason = 'not_me' WHERE account = ?1 AND state = 'live'",
                )?
                .execute([account.as_str()])?;
            let ended = ended + disown_claimed(ledger, &account, now)?;
            end_requests(ledger, &account, address_digest, Reason::NotMe, now)?;
            note(ledger, entry, now, "not_me")?;
            Ok(ended)
        })
        .await
    }
}

/// Ends the links that are being redeemed: at once, unless the password may be in the store by now. Such a one ends with
/// its claim, and is never live again.
fn disown_claimed(ledger: &Connection, account: &AccountId, now: Timestamp) -> rusqlite::Result<usize> {
    let unwritten = ledger
        .prepare_cached(
            "UPDATE deliveries SET state = 'revoked', reason = 'not_me', claim = NULL, claim_until = NULL \
             WHERE account = ?1 AND state = 'claimed' AND new_fingerprint IS NULL",
        )?
        .execute([account.as_str()])?;
    ledger
        .prepare_cached(
            "UPDATE deliveries SET expires_at = min(expires_at, ?2) WHERE account = ?1 AND state = 'claimed'",
        )?
        .execute((account.as_str(), now.as_millis()))?;
    Ok(unwritten)
}
