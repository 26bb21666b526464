//! See [`crate::ledger::codes`].

use super::PostgresLedger;
use super::connections::Trouble;
use super::rows::{self, Key, one};
use super::tokens::{IS_BLOCKED, live_token, stands};
use crate::ledger::LedgerFault;
use crate::ledger::codes::{CANDIDATES_MAX, Candidate, CodeDigest, Codes, judge};
use crate::ledger::tokens::{LiveToken, TokenState};
use async_trait::async_trait;
use regain_core::keys::Digest;
use regain_core::request::Id;
use regain_core::time::Timestamp;
use std::sync::Arc;
use tokio_postgres::{Client, Row};

#[async_trait]
impl Codes for PostgresLedger {
    async fn try_code(
        &self,
        address_digest: Digest,
        digest_for: CodeDigest,
        attempts_max: u32,
        now: Timestamp,
    ) -> Result<TokenState, LedgerFault> {
        let digest_for = Arc::new(digest_for);
        let tried = self.codes.transaction(move |client| {
            let digest_for = Arc::clone(&digest_for);
            Box::pin(async move {
                let counted = Counted::lock(client, &address_digest, now).await?;
                let minted = minted(client, &address_digest).await?;
                let newest = minted.first().map(|candidate| candidate.token.delivery);
                let attempts = counted.against(newest);
                let (found, counts) = judge(minted, &digest_for, attempts, attempts_max, now);
                let attempts = if counts { attempts.saturating_add(1) } else { attempts };
                count(client, &address_digest, newest, attempts).await?;
                Ok(found)
            })
        });
        tried.await.map_err(|trouble| trouble.fault("cannot be written"))
    }
}

/// What is known of an address' wrong codes.
struct Counted {
    delivery: Option<Id>,
    attempts: u32,
}

impl Counted {
    /// Whoever else tries a code for this address, by whichever node, waits until this one is counted.
    async fn lock(client: &Client, address_digest: &Digest, now: Timestamp) -> Result<Self, Trouble> {
        let sql = "INSERT INTO regain.code_attempts AS counted (address_digest, attempts, last_at) VALUES ($1, 0, $2) \
                   ON CONFLICT (address_digest) DO UPDATE SET last_at = $2 \
                   RETURNING counted.delivery, counted.attempts";
        let row = client.query_typed_one(sql, &[one(&&address_digest[..]), one(&now.as_millis())]).await?;
        let attempts: i32 = row.try_get("attempts")?;
        let delivery = rows::optional_id(&row, "delivery")?;
        Ok(Self { delivery, attempts: u32::try_from(attempts).unwrap_or(0) })
    }

    /// Those that were tried against the newest code.
    fn against(&self, newest: Option<Id>) -> u32 {
        if self.delivery == newest { self.attempts } else { 0 }
    }
}

async fn minted(client: &Client, address_digest: &Digest) -> Result<Vec<Candidate>, Trouble> {
    let sql = format!(
        "SELECT id, entry, account, fingerprint, expires_at, code_digest, code_expires_at, state, claim_until, \
           {IS_BLOCKED}, regain.ledger_now() AS ledger_now \
         FROM regain.deliveries \
         WHERE address_digest = $1 AND message = 'reset' AND reason IS DISTINCT FROM 'not_sent' \
         ORDER BY minted_at DESC, entry DESC, id DESC LIMIT {CANDIDATES_MAX}"
    );
    client.query_typed(&sql, &[one(&&address_digest[..])]).await?.iter().map(candidate).collect()
}

fn candidate(row: &Row) -> Result<Candidate, Trouble> {
    let token = live_token(row)?;
    let expires_at = token.expires_at.min(rows::time(row, "code_expires_at")?);
    Ok(Candidate {
        digest: rows::digest(row, "code_digest")?,
        stands: stands(row)?,
        token: LiveToken { expires_at, ..token },
    })
}

async fn count(client: &Client, address_digest: &Digest, newest: Option<Id>, attempts: u32) -> Result<(), Trouble> {
    let sql = "UPDATE regain.code_attempts SET delivery = $2, attempts = $3 WHERE address_digest = $1";
    let attempts = i32::try_from(attempts).unwrap_or(i32::MAX);
    client.execute_typed(sql, &[one(&&address_digest[..]), one(&newest.map(Key)), one(&attempts)]).await?;
    Ok(())
}
