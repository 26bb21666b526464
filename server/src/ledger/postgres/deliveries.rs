//! See [`crate::ledger::deliveries`].

use super::connections::Trouble;
use super::rows::{self, Key, Text, each, one};
use super::{PostgresLedger, accounts, webhooks};
use crate::ledger::LedgerFault;
use crate::ledger::deliveries::{Decided, Decision, Deliveries, Judgement, Others, Verdict};
use crate::ledger::times::believed_until;
use async_trait::async_trait;
use regain_core::account::AccountId;
use regain_core::limit::{AccountHistory, AccountLimit, HOUR};
use regain_core::message::MessageKind;
use regain_core::request::{Id, Reason, State};
use regain_core::time::Timestamp;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use tokio_postgres::{Client, Error, Row};

#[async_trait]
impl Deliveries for PostgresLedger {
    async fn decide(
        &self,
        batch: Vec<Decided>,
        lease: Id,
        limit: AccountLimit,
        now: Timestamp,
    ) -> Result<Vec<Verdict>, LedgerFault> {
        let (batch, tells): (Arc<[Decided]>, _) = (batch.into(), self.tells());
        self.transaction(move |client| {
            let batch = Arc::clone(&batch);
            Box::pin(async move {
                let verdicts = decide(client, &batch, lease, limit, now).await?;
                let ended = batch.iter().filter(|decided| tells && decided.ends());
                let ended: Vec<_> = ended.map(|Decided { row, delivery, .. }| (delivery.id, row.id, now)).collect();
                webhooks::queue_failures(client, &ended).await?;
                Ok(verdicts)
            })
        })
        .await
    }
}

async fn decide(
    client: &Client,
    batch: &[Decided],
    lease: Id,
    limit: AccountLimit,
    now: Timestamp,
) -> Result<Vec<Verdict>, Trouble> {
    accounts::lock(client, batch.iter().filter_map(Decided::limited_account)).await?;
    let held = hold(client, batch, lease).await?;
    let batch_held: Vec<_> = batch.iter().filter(|decided| held.contains(&decided.row.id)).collect();
    let known = known(client, &batch_held, now).await?;
    let judgements = judge(&batch_held, known, limit, now);
    let (updated, inserted) = (update(client, &judgements, now), insert(client, &judgements));
    tokio::try_join!(updated, inserted)?;
    let verdicts: HashMap<_, _> = judgements.iter().map(|(decided, it)| (decided.row.id, it.verdict)).collect();
    Ok(batch.iter().map(|decided| verdicts.get(&decided.row.id).copied().unwrap_or(Verdict::Ended)).collect())
}

/// The rows that are still ours. Nobody takes or ends them until this is over.
async fn hold(client: &Client, batch: &[Decided], lease: Id) -> Result<HashSet<Id>, Trouble> {
    let ids: Vec<_> = batch.iter().map(|decided| Key(decided.row.id)).collect();
    let sql = "SELECT id FROM regain.outbox WHERE id = ANY ($1) AND lease = $2 AND ended_at IS NULL \
               ORDER BY id FOR UPDATE";
    let rows = client.query_typed(sql, &[each(&ids), one(&Key(lease))]).await?;
    rows.iter().map(|row| rows::id(row, "id")).collect()
}

/// What is known of each row's account, the batch itself left out.
async fn known(client: &Client, batch: &[&Decided], now: Timestamp) -> Result<Vec<Others>, Trouble> {
    let asked = |decided: &'_ &Decided| {
        let Decided { row, .. } = *decided;
        decided.limited_account().cloned().map(|account| (account, row.id, row.accepted_at))
    };
    let limited: Vec<_> = batch.iter().map(asked).collect();
    let asked: Vec<_> = limited
        .iter()
        .flatten()
        .map(|(account, entry, at)| Asked { account, entry: *entry, accepted_at: *at })
        .collect();
    let ids: Vec<_> = batch.iter().map(|decided| Key(decided.row.id)).collect();
    let mut found = if asked.is_empty() { Vec::new() } else { others(client, &asked, &ids, now).await? }.into_iter();
    Ok(limited.iter().map(|one| one.as_ref().and_then(|_| found.next()).unwrap_or_default()).collect())
}

/// Judges a batch in its order: what was decided on one row counts for those after it.
fn judge<'b>(
    batch: &[&'b Decided],
    known: Vec<Others>,
    limit: AccountLimit,
    now: Timestamp,
) -> Vec<(&'b Decided, Judgement)> {
    let mut beside = Beside::before(batch);
    let judged = batch.iter().zip(known).map(|(&decided, mut others)| {
        if let Some(account) = decided.limited_account() {
            beside.add_to(&mut others.history, account, decided, now);
        }
        let judgement = decided.judge(limit, &others);
        beside.note(decided, judgement);
        (decided, judgement)
    });
    judged.collect()
}

/// The rows of one batch, as they stand while it is judged: by account.
struct Beside<'b>(HashMap<&'b AccountId, Vec<Peer>>);

/// A row of the batch, as another of the same account sees it.
struct Peer {
    entry: Id,
    /// If it counts as accepted.
    accepted_at: Option<Timestamp>,
    /// If it counts as mailed.
    minted_at: Option<Timestamp>,
}

impl<'b> Beside<'b> {
    /// Those whose account was known count already.
    fn before(batch: &[&'b Decided]) -> Self {
        let mut beside = Self(HashMap::new());
        for Decided { row, .. } in batch.iter().copied() {
            if let Some(account) = &row.account {
                let accepted_at = (row.message == MessageKind::Reset).then_some(row.accepted_at);
                beside.0.entry(account).or_default().push(Peer { entry: row.id, accepted_at, minted_at: None });
            }
        }
        beside
    }

    fn add_to(&self, history: &mut AccountHistory, account: &AccountId, to: &Decided, now: Timestamp) {
        let peers = self.0.get(account).into_iter().flatten().filter(|peer| peer.entry != to.row.id);
        for Peer { accepted_at, minted_at, .. } in peers {
            let accepted_at = accepted_at.filter(|at| *at <= to.row.accepted_at);
            history.last_accepted = history.last_accepted.max(accepted_at);
            history.last_mint = history.last_mint.max(*minted_at);
            if let Some(minted_at) = minted_at.filter(|at| *at > now.minus(HOUR)) {
                history.mints_in_hour += 1;
                history.oldest_mint_in_hour =
                    Some(history.oldest_mint_in_hour.map_or(minted_at, |oldest| oldest.min(minted_at)));
            }
        }
    }

    fn note(&mut self, decided: &'b Decided, judgement: Judgement) {
        let Decided { row, decision: Decision::Mail { message, account, .. }, delivery } = decided else { return };
        if let Some(peers) = row.account.as_ref().and_then(|before| self.0.get_mut(before)) {
            peers.retain(|peer| peer.entry != row.id);
        }
        let counts = row.message == MessageKind::Reset && judgement.state != State::Suppressed;
        let is_mailed =
            judgement.verdict == Verdict::Send && matches!(message, MessageKind::Reset | MessageKind::NoAccount);
        self.0.entry(account).or_default().push(Peer {
            entry: row.id,
            accepted_at: counts.then_some(row.accepted_at),
            minted_at: is_mailed.then_some(delivery.minted_at),
        });
    }
}

async fn update(client: &Client, judgements: &[(&Decided, Judgement)], now: Timestamp) -> Result<(), Error> {
    let ids: Vec<_> = judgements.iter().map(|(decided, _)| Key(decided.row.id)).collect();
    let states: Vec<_> = judgements.iter().map(|(_, judgement)| judgement.state.as_str()).collect();
    let reasons: Vec<_> = judgements.iter().map(|(_, judgement)| judgement.reason.map(Reason::as_str)).collect();
    let accounts: Vec<_> = judgements.iter().map(|(decided, _)| account(decided)).collect();
    let ends: Vec<_> = judgements
        .iter()
        .map(|(_, judgement)| (judgement.verdict != Verdict::Send).then_some(now.as_millis()))
        .collect();
    client
        .execute_typed(
            "UPDATE regain.outbox SET state = it.state, reason = it.reason, account = coalesce(it.account, outbox.account), \
               ended_at = it.ended_at, lease = CASE WHEN it.ended_at IS NULL THEN outbox.lease END \
             FROM unnest($1, $2, $3, $4, $5) AS it (id, state, reason, account, ended_at) WHERE outbox.id = it.id",
            &[each(&ids), each(&states), each(&reasons), each(&accounts), each(&ends)],
        )
        .await
        .map(|_| ())
}

fn account(decided: &Decided) -> Option<Text<'_>> {
    match &decided.decision {
        Decision::Mail { account, .. } => Some(Text(account.as_str())),
        Decision::End(_) => None,
    }
}

/// Where nothing is mailed, the row names no account, and its digests open nothing.
async fn insert(client: &Client, judgements: &[(&Decided, Judgement)]) -> Result<(), Error> {
    let mailed: Vec<_> = judgements
        .iter()
        .map(|(decided, judgement)| match &decided.decision {
            Decision::Mail { message, account, address } if judgement.verdict == Verdict::Send => {
                Some((*message, Text(account.as_str()), Text(address)))
            }
            Decision::Mail { .. } | Decision::End(_) => None,
        })
        .collect();
    let deliveries: Vec<_> = judgements.iter().map(|(decided, _)| &decided.delivery).collect();
    let ids: Vec<_> = deliveries.iter().map(|delivery| Key(delivery.id)).collect();
    let entries: Vec<_> = judgements.iter().map(|(decided, _)| Key(decided.row.id)).collect();
    let messages: Vec<_> = mailed.iter().map(|mail| mail.map(|(message, ..)| message.as_str())).collect();
    let accounts: Vec<_> = mailed.iter().map(|mail| mail.map(|(_, account, _)| account)).collect();
    let addresses: Vec<_> = mailed.iter().map(|mail| mail.map(|(.., address)| address)).collect();
    let address_digests: Vec<_> = deliveries.iter().map(|delivery| delivery.address_digest.as_slice()).collect();
    let token_digests: Vec<_> = deliveries.iter().map(|delivery| delivery.token_digest.as_slice()).collect();
    let code_digests: Vec<_> = deliveries.iter().map(|delivery| delivery.code_digest.as_slice()).collect();
    let not_me_digests: Vec<_> = deliveries.iter().map(|delivery| delivery.not_me_digest.as_slice()).collect();
    let fingerprints: Vec<_> = deliveries.iter().map(|delivery| delivery.fingerprint.as_slice()).collect();
    let minted: Vec<_> = deliveries.iter().map(|delivery| delivery.minted_at.as_millis()).collect();
    let expire: Vec<_> = deliveries.iter().map(|delivery| delivery.expires_at.as_millis()).collect();
    let codes_expire: Vec<_> = deliveries.iter().map(|delivery| delivery.code_expires_at.as_millis()).collect();
    client
        .execute_typed(
            "INSERT INTO regain.deliveries (id, entry, message, account, address, address_digest, token_digest, \
               code_digest, not_me_digest, fingerprint, minted_at, expires_at, code_expires_at, state) \
             SELECT it.*, CASE WHEN it.message = 'reset' THEN 'live' ELSE 'none' END \
             FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
               AS it (id, entry, message, account, address, address_digest, token_digest, \
                 code_digest, not_me_digest, fingerprint, minted_at, expires_at, code_expires_at)",
            &[
                each(&ids),
                each(&entries),
                each(&messages),
                each(&accounts),
                each(&addresses),
                each(&address_digests),
                each(&token_digests),
                each(&code_digests),
                each(&not_me_digests),
                each(&fingerprints),
                each(&minted),
                each(&expire),
                each(&codes_expire),
            ],
        )
        .await
        .map(|_| ())
}

/// A request whose account's other requests matter.
pub(super) struct Asked<'a> {
    pub(super) account: &'a AccountId,
    pub(super) entry: Id,
    pub(super) accepted_at: Timestamp,
}

/// What is known of each account beside the request, and beside those named by `except`; one for each, in order.
pub(super) async fn others(
    client: &Client,
    asked: &[Asked<'_>],
    except: &[Key],
    now: Timestamp,
) -> Result<Vec<Others>, Trouble> {
    let accounts: Vec<_> = asked.iter().map(|one| Text(one.account.as_str())).collect();
    let entries: Vec<_> = asked.iter().map(|one| Key(one.entry)).collect();
    let times: Vec<_> = asked.iter().map(|one| one.accepted_at.as_millis()).collect();
    let believed: Vec<_> = asked.iter().map(|one| believed_until(one.accepted_at, now).as_millis()).collect();
    let hour_ago = now.minus(HOUR).as_millis();
    let rows = client
        .query_typed(
            "SELECT accepted.*, minted.* \
             FROM unnest($1, $2, $3, $6) WITH ORDINALITY AS asked (account, entry, accepted_at, believed_until, place) \
             CROSS JOIN LATERAL ( \
               SELECT max(accepted_at) AS last_accepted FROM regain.outbox \
               WHERE outbox.account = asked.account AND outbox.id <> asked.entry AND outbox.id <> ALL ($4) \
                 AND outbox.accepted_at <= asked.accepted_at AND message = 'reset' AND state <> 'suppressed' \
             ) AS accepted \
             CROSS JOIN LATERAL ( \
               SELECT max(minted_at) FILTER (WHERE is_other) AS last_mint, \
                 count(*) FILTER (WHERE is_other AND minted_at > $5) AS mints_in_hour, \
                 min(minted_at) FILTER (WHERE is_other AND minted_at > $5) AS oldest_mint_in_hour, \
                 max(closed_at) FILTER (WHERE state = 'redeemed' AND closed_at <= asked.believed_until) AS redeemed_at, \
                 max(closed_at) FILTER (WHERE state <> 'redeemed' AND closed_at <= asked.believed_until) AS disowned_at \
               FROM (SELECT minted_at, closed_at, state, \
                       deliveries.entry <> asked.entry AND message IN ('reset', 'no_account') AS is_other \
                     FROM regain.deliveries WHERE deliveries.account = asked.account \
                       AND minted_at <= asked.believed_until) AS delivery \
             ) AS minted \
             ORDER BY asked.place",
            &[each(&accounts), each(&entries), each(&times), each(&except.to_vec()), one(&hour_ago), each(&believed)],
        )
        .await?;
    rows.iter().map(read_others).collect()
}

fn read_others(row: &Row) -> Result<Others, Trouble> {
    let redeemed = rows::optional_time(row, "redeemed_at")?.map(|at| (at, Reason::Redeemed));
    let disowned = rows::optional_time(row, "disowned_at")?.map(|at| (at, Reason::NotMe));
    Ok(Others {
        history: AccountHistory {
            last_accepted: rows::optional_time(row, "last_accepted")?,
            last_mint: rows::optional_time(row, "last_mint")?,
            mints_in_hour: rows::count(row, "mints_in_hour")?,
            oldest_mint_in_hour: rows::optional_time(row, "oldest_mint_in_hour")?,
        },
        closed: redeemed.into_iter().chain(disowned).max_by_key(|(at, _)| *at),
    })
}
