//! See [`crate::ledger::codes`].

use super::tokens::{IS_BLOCKED, live_token, stands};
use super::{SqliteLedger, rows};
use crate::ledger::LedgerFault;
use crate::ledger::codes::{CANDIDATES_MAX, Candidate, CodeDigest, Codes, judge};
use crate::ledger::tokens::{LiveToken, TokenState};
use async_trait::async_trait;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

#[async_trait]
impl Codes for SqliteLedger {
    async fn try_code(
        &self,
        address_digest: Digest,
        digest_for: CodeDigest,
        attempts_max: u32,
        now: Timestamp,
    ) -> Result<TokenState, LedgerFault> {
        self.write(move |ledger| {
            let minted = minted(ledger, address_digest, now)?;
            let newest = minted.first().map(|candidate| candidate.token.delivery);
            let attempts = attempts_against(ledger, address_digest, newest)?;
            let (found, counts) = judge(minted, &digest_for, attempts, attempts_max, now);
            let attempts = if counts { attempts.saturating_add(1) } else { attempts };
            count(ledger, address_digest, newest, attempts, now)?;
            Ok(found)
        })
        .await
    }
}

fn minted(ledger: &Connection, address_digest: Digest, now: Timestamp) -> rusqlite::Result<Vec<Candidate>> {
    ledger
        .prepare_cached(&format!(
            "SELECT id, entry, account, fingerprint, expires_at, code_digest, code_expires_at, state, claim_until, \
               {IS_BLOCKED} \
             FROM deliveries \
             WHERE address_digest = ?1 AND message = 'reset' AND reason IS NOT 'not_sent' \
             ORDER BY minted_at DESC, entry DESC, id DESC LIMIT ?2",
        ))?
        .query_map((address_digest, CANDIDATES_MAX), |row| candidate(row, now))?
        .collect()
}

fn candidate(row: &Row, now: Timestamp) -> rusqlite::Result<Candidate> {
    let token = live_token(row)?;
    let expires_at = token.expires_at.min(rows::time(row, "code_expires_at")?);
    Ok(Candidate {
        digest: rows::digest(row, "code_digest")?,
        stands: stands(row, now)?,
        token: LiveToken { expires_at, ..token },
    })
}

fn attempts_against(ledger: &Connection, address_digest: Digest, newest: Option<Id>) -> rusqlite::Result<u32> {
    let newest = newest.map(|id| *id.as_bytes());
    let counted = ledger
        .prepare_cached("SELECT attempts FROM code_attempts WHERE address_digest = ?1 AND delivery IS ?2")?
        .query_row((address_digest, newest), |row| row.get(0))
        .optional()?;
    Ok(counted.unwrap_or(0))
}

fn count(
    ledger: &Connection,
    address_digest: Digest,
    newest: Option<Id>,
    attempts: u32,
    now: Timestamp,
) -> rusqlite::Result<usize> {
    let newest = newest.map(|id| *id.as_bytes());
    ledger
        .prepare_cached(
            "INSERT INTO code_attempts (address_digest, delivery, attempts, last_at) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (address_digest) DO UPDATE SET delivery = ?2, attempts = ?3, last_at = ?4",
        )?
        .execute((address_digest, newest, attempts, now.as_millis()))
}
