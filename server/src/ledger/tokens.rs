//! Tokens: live, claimed, redeemed, revoked. Every change is one guarded UPDATE; zero rows means somebody was faster.
//!
//! ```text
//! live ──► claimed{claim, until} ──► redeemed
//!   │  ◄── release (store is as before)
//!   └──► expired (by its time) | superseded | revoked(why)
//! ```

use super::{Ledger, LedgerFault, rows};
use regain_core::account::AccountId;
use regain_core::keys::Digest;
use regain_core::request::{Id, Reason};
use regain_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

/// A token that opens a form.
#[derive(Debug, Clone)]
pub struct LiveToken {
    /// The delivery it went out with.
    pub delivery: Id,
    /// The request it answers.
    pub entry: Id,
    /// Whose.
    pub account: AccountId,
    /// The account's fingerprint at minting.
    pub fingerprint: Digest,
    /// When the credential that was shown dies.
    pub expires_at: Timestamp,
}

/// What a credential stands for.
#[derive(Debug, Clone)]
pub enum TokenState {
    /// It opens.
    Live(LiveToken),
    /// Its claim lapsed, and it is not known yet whether the password was written.
    Recovering,
    /// It opens nothing.
    Dead,
}

/// A claim whose time ran out.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Its name.
    pub id: Id,
    /// The token that is claimed.
    pub token: LiveToken,
    /// What the store holds if the password was written; none if it cannot have been.
    pub new_fingerprint: Option<Digest>,
}

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
    /// What a reset token stands for.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn find_token(&self, digest: Digest, now: Timestamp) -> Result<TokenState, LedgerFault> {
        self.read(move |ledger| {
            let found = ledger
                .prepare_cached(concat!(
                    "SELECT id, entry, account, fingerprint, expires_at, state, claim_until FROM deliveries ",
                    "WHERE token_digest = ?1 AND message = 'reset' AND expires_at > ?2"
                ))?
                .query_row((digest, now.as_millis()), |row| Ok((live_token(row)?, stands(row, now)?)))
                .optional()?;
            Ok(match found {
                Some((token, Stands::Live)) => TokenState::Live(token),
                Some((_, Stands::Lapsed)) => TokenState::Recovering,
                Some((_, Stands::Claimed | Stands::Dead)) | None => TokenState::Dead,
            })
        })
        .await
    }

    /// Claims a live token until `until`; false if somebody was faster, or it died.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn claim(
        &self,
        token: &LiveToken,
        claim: Id,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, LedgerFault> {
        let (delivery, expires_at) = (token.delivery, token.expires_at);
        if now >= expires_at {
            return Ok(false);
        }
        self.write(move |ledger| {
            ledger
                .prepare_cached(
                    "UPDATE deliveries SET state = 'claimed', claim = ?2, claim_until = ?3, new_fingerprint = NULL \
                     WHERE id = ?1 AND state = 'live'",
                )?
                .execute((delivery.as_bytes(), claim.as_bytes(), until.as_millis()))
        })
        .await
        .map(|rows| rows == 1)
    }

    /// Notes what the store will hold, before it is written; false if the claim is no longer ours.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn intend(&self, delivery: Id, claim: Id, new_fingerprint: Digest) -> Result<bool, LedgerFault> {
        self.write(move |ledger| {
            ledger
                .prepare_cached(
                    "UPDATE deliveries SET new_fingerprint = ?3 WHERE id = ?1 AND claim = ?2 AND state = 'claimed'",
                )?
                .execute((delivery.as_bytes(), claim.as_bytes(), new_fingerprint))
        })
        .await
        .map(|rows| rows == 1)
    }

    /// Gives a claimed token back: nothing was written with it.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn release(&self, delivery: Id, claim: Id) -> Result<bool, LedgerFault> {
        self.set_claimed(delivery, claim, "state = 'live', claim = NULL, claim_until = NULL").await
    }

    /// Lets a claim lapse at once, to be looked into by [`Ledger::lapsed_claims`].
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn lapse(&self, delivery: Id, claim: Id) -> Result<bool, LedgerFault> {
        self.set_claimed(delivery, claim, "claim_until = 0").await
    }

    /// Ends a claimed token: the account is not what it was.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn revoke_changed(&self, delivery: Id, claim: Id) -> Result<bool, LedgerFault> {
        self.set_claimed(delivery, claim, "state = 'revoked', reason = 'changed', claim = NULL, claim_until = NULL")
            .await
    }

    async fn set_claimed(&self, delivery: Id, claim: Id, what: &'static str) -> Result<bool, LedgerFault> {
        self.write(move |ledger| {
            ledger
                .prepare_cached(&format!(
                    "UPDATE deliveries SET {what} WHERE id = ?1 AND claim = ?2 AND state = 'claimed'"
                ))?
                .execute((delivery.as_bytes(), claim.as_bytes()))
        })
        .await
        .map(|rows| rows == 1)
    }

    /// The password is written: the token is redeemed, every other link of the account ends, requests under way are
    /// ended, and the notice is queued; all in one commit. False if it was settled before.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn settle(&self, token: LiveToken, notice: Notice, now: Timestamp) -> Result<bool, LedgerFault> {
        self.write(move |ledger| settle(ledger, &token, &notice, now)).await
    }

    /// Claims whose time ran out, oldest first.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn lapsed_claims(&self, now: Timestamp) -> Result<Vec<Claim>, LedgerFault> {
        self.read(move |ledger| {
            ledger
                .prepare_cached(
                    "SELECT id, entry, account, fingerprint, expires_at, claim, new_fingerprint FROM deliveries \
                     WHERE state = 'claimed' AND claim_until <= ?1 ORDER BY claim_until LIMIT 64",
                )?
                .query_map([now.as_millis()], |row| {
                    Ok(Claim {
                        id: rows::id(row, "claim")?,
                        token: live_token(row)?,
                        new_fingerprint: row.get("new_fingerprint")?,
                    })
                })?
                .collect()
        })
        .await
    }

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
            note(ledger, entry, now, "not_me", None)?;
            Ok(ended)
        })
        .await
    }

    /// Notes for the timeline that the form was shown, once for each link.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub async fn note_opened(&self, entry: Id, now: Timestamp) -> Result<(), LedgerFault> {
        self.write(move |ledger| {
            let before = ledger
                .prepare_cached("SELECT 1 FROM events WHERE entry = ?1 AND what = 'opened'")?
                .exists([entry.as_bytes()])?;
            if before { Ok(()) } else { note(ledger, entry, now, "opened", None) }
        })
        .await
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
    note(ledger, token.entry, now, "redeemed", None)?;
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
fn end_requests(
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

/// Adds a line to a request's timeline.
pub(super) fn note(
    ledger: &Connection,
    entry: Id,
    at: Timestamp,
    what: &str,
    detail: Option<&str>,
) -> rusqlite::Result<()> {
    ledger
        .prepare_cached("INSERT INTO events (entry, at, what, detail) VALUES (?1, ?2, ?3, ?4)")?
        .execute((entry.as_bytes(), at.as_millis(), what, detail))
        .map(|_| ())
}

/// Where a token stands at one moment.
pub(super) enum Stands {
    Live,
    /// Being redeemed.
    Claimed,
    /// Claimed by somebody whose time ran out.
    Lapsed,
    Dead,
}

pub(super) fn stands(row: &Row, now: Timestamp) -> rusqlite::Result<Stands> {
    let until = rows::optional_time(row, "claim_until")?;
    Ok(match row.get_ref("state")?.as_str()? {
        "live" => Stands::Live,
        "claimed" if until.is_some_and(|until| until <= now) => Stands::Lapsed,
        "claimed" => Stands::Claimed,
        _ => Stands::Dead,
    })
}

pub(super) fn live_token(row: &Row) -> rusqlite::Result<LiveToken> {
    Ok(LiveToken {
        delivery: rows::id(row, "id")?,
        entry: rows::id(row, "entry")?,
        account: AccountId::new(row.get::<_, String>("account")?),
        fingerprint: rows::digest(row, "fingerprint")?,
        expires_at: rows::time(row, "expires_at")?,
    })
}
