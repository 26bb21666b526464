//! Reset codes: tried against the newest code of an address, and counted, account or not.

use super::tokens::{LiveToken, Stands, TokenState, live_token, stands};
use super::{Ledger, LedgerFault, rows};
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};
use subtle::ConstantTimeEq;

impl Ledger {
    /// Tries a code. `digest_for` makes its digest for a delivery; none, if what was typed is no code at all. Writes
    /// one row whatever comes of it. A wrong code counts as an attempt, a right one does not, nor while it is not known
    /// whether it was used; after `attempts_max` wrong ones the code is dead. A new code starts with no attempts.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn try_code(
        &self,
        address_digest: Digest,
        digest_for: impl Fn(Id) -> Option<Digest> + Send + 'static,
        attempts_max: u32,
        now: Timestamp,
    ) -> Result<TokenState, LedgerFault> {
        self.write(move |ledger| {
            let minted = minted(ledger, address_digest, now)?;
            let newest = minted.first().map(|candidate| candidate.token.delivery);
            let attempts = attempts_against(ledger, address_digest, newest)?;
            let found = minted
                .into_iter()
                .filter(|candidate| matches(candidate, &digest_for))
                .find(|candidate| attempts < attempts_max && now < candidate.token.expires_at)
                .map_or(TokenState::Dead, |candidate| candidate.stands.of(candidate.token));
            let is_wrong = matches!(found, TokenState::Dead);
            count(ledger, address_digest, newest, attempts.saturating_add(u32::from(is_wrong)), now)?;
            Ok(found)
        })
        .await
    }
}

/// A code that was mailed, and the token it stands for.
struct Candidate {
    digest: Digest,
    stands: Stands,
    token: LiveToken,
}

/// More than one only while the newer mail's fate is unknown, or two accounts' addresses fold alike.
const CANDIDATES_MAX: u32 = 4;

fn minted(ledger: &Connection, address_digest: Digest, now: Timestamp) -> rusqlite::Result<Vec<Candidate>> {
    ledger
        .prepare_cached(
            "SELECT id, entry, account, fingerprint, expires_at, code_digest, code_expires_at, state, claim_until \
             FROM deliveries \
             WHERE address_digest = ?1 AND message = 'reset' AND reason IS NOT 'not_sent' \
             ORDER BY minted_at DESC, entry DESC, id DESC LIMIT ?2",
        )?
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

fn matches(candidate: &Candidate, digest_for: &impl Fn(Id) -> Option<Digest>) -> bool {
    digest_for(candidate.token.delivery).is_some_and(|digest| digest.ct_eq(&candidate.digest).into())
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
