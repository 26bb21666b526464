//! See [`crate::ledger::not_me`].

use super::settle::end_requests;
use super::timeline::note;
use super::webhooks::{self, Queued};
use super::{SqliteLedger, rows};
use crate::ledger::LedgerFault;
use crate::ledger::not_me::{Disowned, Disownments};
use crate::ledger::webhooks::Telling;
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::event::Happening;
use regain_core::keys::Digest;
use regain_core::request::Reason;
use regain_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension};

#[async_trait]
impl Disownments for SqliteLedger {
    async fn find_not_me(&self, digest: Digest, minted_after: Timestamp) -> Result<Option<Disowned>, LedgerFault> {
        self.read(move |ledger| {
            ledger
                .prepare_cached(
                    "SELECT entry, account FROM deliveries \
                     WHERE not_me_digest = ?1 AND message IN ('reset', 'password_changed') AND minted_at > ?2",
                )?
                .query_row((digest, minted_after.as_millis()), |row| {
                    Ok(Disowned {
                        entry: rows::id(row, "entry")?,
                        account: AccountId::new(row.get::<_, String>("account")?),
                    })
                })
                .optional()
        })
        .await
    }

    async fn revoke_not_me(&self, disowned: Disowned, now: Timestamp) -> Result<usize, LedgerFault> {
        let tells = self.tells();
        self.write(move |ledger| {
            let Disowned { entry, account } = disowned;
            let is_first = !ledger
                .prepare_cached("SELECT 1 FROM events WHERE entry = ?1 AND what = 'not_me'")?
                .exists([entry.as_bytes()])?;
            let ended = ledger
                .prepare_cached(
                    "UPDATE deliveries SET state = 'revoked', reason = 'not_me' WHERE account = ?1 AND state = 'live'",
                )?
                .execute([account.as_str()])?;
            let ended = ended + disown_claimed(ledger, &account, now)?;
            ledger
                .prepare_cached("UPDATE deliveries SET closed_at = ?2 WHERE entry = ?1 AND account = ?3")?
                .execute((entry.as_bytes(), now.as_millis(), account.as_str()))?;
            end_requests(ledger, &account, Reason::NotMe, now)?;
            note(ledger, entry, now, Happening::NotMe, None)?;
            if is_first && tells {
                webhooks::queue(ledger, Queued { id: entry, what: Telling::NotMe, entry, at: now }, None)?;
            }
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
