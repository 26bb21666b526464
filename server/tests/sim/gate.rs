//! What the real code touches the world through. Everything goes by the node's leave: it may take long, fail, or never
//! come back.

use crate::node::Node;
use crate::rules::Deed;
use crate::sabotage::Sabotage;
use async_trait::async_trait;
use regain::ledger::{
    Admission, Admissions, ApiToken, ApiTokens, Away, Bounce, Claim, CodeDigest, Codes, Decided, Deliveries, Disowned,
    Disownments, Finished, Heard, LapsedClaim, Lease, Leased, Ledger, LedgerFault, Listed, LiveToken, NewRequest,
    Noted, Notice, Outbox, Outcomes, Request, Retention, Returns, Settlements, Sighting, Tally, Telling, Timeline,
    TokenState, Tokens, Verdict, Waiting, Webhook, Webhooks,
};
use regain::metrics::Commits;
use regain_core::account::AccountId;
use regain_core::entropy::Entropy;
use regain_core::keys::Digest;
use regain_core::limit::AccountLimit;
use regain_core::request::{Id, State};
use regain_core::time::{Clock, Timestamp};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One application's way to the world. Applications are dear to make, so they are used again in the next world; then the
/// gate leads there.
#[derive(Default)]
pub(crate) struct Gate(Mutex<Option<Arc<Node>>>);

impl Gate {
    pub(crate) fn lead_to(&self, node: Arc<Node>) {
        *self.0.lock().unwrap() = Some(node);
    }

    pub(crate) fn node(&self) -> Arc<Node> {
        self.0.lock().unwrap().clone().expect("an application is used in a world only")
    }
}

/// Virtual time began then.
const EPOCH_MS: i64 = 1_800_000_000_000;

impl Clock for Gate {
    /// While the application is made, virtual time has not begun.
    fn now(&self) -> Timestamp {
        let node = self.0.lock().unwrap().clone();
        node.map_or(Timestamp::from_millis(EPOCH_MS), |node| node.now())
    }
}

impl Node {
    fn sabotaged_limit(&self, limit: AccountLimit) -> AccountLimit {
        self.world.sabotage.map_or(limit, |sabotage| sabotage.limit(limit))
    }

    pub(crate) fn now(&self) -> Timestamp {
        let ahead = self.ahead_ms.load(std::sync::atomic::Ordering::Relaxed);
        Timestamp::from_millis(EPOCH_MS + i64::try_from(self.world.now_ms()).unwrap() + ahead)
    }
}

impl Entropy for Gate {
    fn fill(&self, bytes: &mut [u8]) {
        self.node().world.state().chance.fill(bytes);
    }
}

#[async_trait]
impl Admissions for Gate {
    async fn admit(&self, request: NewRequest, queue_max: u64) -> Result<(), LedgerFault> {
        let node = self.node();
        if node.world.sabotage == Some(Sabotage::AnswersBeforeTheCommit) && node.world.moment().as_millis() > 30 {
            return Ok(());
        }
        node.call(Deed::Other("admit"), node.ledger.admit(request, queue_max)).await
    }

    async fn admit_trusted(
        &self,
        request: NewRequest,
        account: AccountId,
        limit: AccountLimit,
        queue_max: u64,
    ) -> Result<Admission, LedgerFault> {
        let node = self.node();
        node.call(Deed::Other("admit_trusted"), node.ledger.admit_trusted(request, account, limit, queue_max)).await
    }
}

#[async_trait]
impl Outbox for Gate {
    async fn is_due(&self, now: Timestamp) -> Result<bool, LedgerFault> {
        let node = self.node();
        node.call(Deed::Read("is_due"), node.ledger.is_due(now)).await
    }

    fn waiting(&self) -> u64 {
        self.node().ledger.waiting()
    }

    fn entered(&self) -> u64 {
        self.node().ledger.entered()
    }

    fn oldest_waiting(&self) -> Option<Timestamp> {
        self.node().ledger.oldest_waiting()
    }

    async fn count_waiting(&self) -> Result<u64, LedgerFault> {
        let node = self.node();
        node.call(Deed::Read("count_waiting"), node.ledger.count_waiting()).await
    }

    async fn put_back(&self, entries: Vec<Id>, lease: Id, away: Away) -> Result<(), LedgerFault> {
        let node = self.node();
        node.call(Deed::PutBack { lease }, node.ledger.put_back(entries, lease, away)).await
    }

    async fn list_waiting(&self, max: u32) -> Result<Vec<Waiting>, LedgerFault> {
        self.node().ledger.list_waiting(max).await
    }

    async fn retry(&self, id: Id, now: Timestamp) -> Result<bool, LedgerFault> {
        let node = self.node();
        node.call(Deed::Other("retry"), node.ledger.retry(id, now)).await
    }

    async fn drop_waiting(&self, id: Id, now: Timestamp) -> Result<bool, LedgerFault> {
        let node = self.node();
        node.call(Deed::Other("drop_waiting"), node.ledger.drop_waiting(id, now)).await
    }
}

#[async_trait]
impl Deliveries for Gate {
    async fn decide(
        &self,
        batch: Vec<Decided>,
        lease: Id,
        limit: AccountLimit,
        now: Timestamp,
    ) -> Result<Vec<Verdict>, LedgerFault> {
        let node = self.node();
        let deed = Deed::Decide { lease, limit };
        node.call(deed, node.ledger.decide(batch, lease, node.sabotaged_limit(limit), now)).await
    }
}

#[async_trait]
impl Outcomes for Gate {
    async fn record_and_lease(
        &self,
        finished: Vec<Finished>,
        lease: Lease,
        now: Timestamp,
        max: u32,
    ) -> Result<Vec<Leased>, LedgerFault> {
        let node = self.node();
        let deed = Deed::Record { finished: finished.clone(), leasing: Some((lease, now)) };
        let finished = if node.world.sabotage == Some(Sabotage::LosesOutcomes) { Vec::new() } else { finished };
        node.call(deed, node.ledger.record_and_lease(finished, lease, now, max)).await
    }

    async fn record(&self, finished: Vec<Finished>) -> Result<(), LedgerFault> {
        let node = self.node();
        let deed = Deed::Record { finished: finished.clone(), leasing: None };
        node.call(deed, node.ledger.record(finished)).await
    }
}

#[async_trait]
impl Tokens for Gate {
    async fn find_token(&self, digest: Digest, now: Timestamp) -> Result<TokenState, LedgerFault> {
        let node = self.node();
        node.call(Deed::Read("find_token"), node.ledger.find_token(digest, now)).await
    }

    async fn claim(
        &self,
        token: LiveToken,
        id: Id,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Claim>, LedgerFault> {
        let node = self.node();
        node.call(Deed::Claim { delivery: token.delivery }, node.ledger.claim(token, id, now, until)).await
    }

    async fn intend(&self, claim: &Claim, new_fingerprint: Digest) -> Result<bool, LedgerFault> {
        let node = self.node();
        if node.world.sabotage == Some(Sabotage::IntendsNothing) {
            return Ok(true);
        }
        node.world.state().accounts.intended.insert(claim.id(), claim.token.delivery);
        node.call(Deed::Other("intend"), node.ledger.intend(claim, new_fingerprint)).await
    }

    async fn release(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        let node = self.node();
        node.call(Deed::Release { claim: claim.clone() }, node.ledger.release(claim)).await
    }

    async fn count_refusal(&self, claim: &Claim, refusals_max: u32) -> Result<bool, LedgerFault> {
        let node = self.node();
        node.call(Deed::Other("count_refusal"), node.ledger.count_refusal(claim, refusals_max)).await
    }

    async fn lapse(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        let node = self.node();
        node.call(Deed::Other("lapse"), node.ledger.lapse(claim)).await
    }

    async fn revoke_changed(&self, claim: &Claim) -> Result<bool, LedgerFault> {
        let node = self.node();
        node.call(Deed::Other("revoke_changed"), node.ledger.revoke_changed(claim)).await
    }

    async fn lapsed_claims(&self, now: Timestamp) -> Result<Vec<LapsedClaim>, LedgerFault> {
        let node = self.node();
        let claims = node.call(Deed::Read("lapsed_claims"), node.ledger.lapsed_claims(now)).await?;
        Ok(match node.world.sabotage {
            Some(sabotage) => sabotage.lapsed(claims),
            None => claims,
        })
    }
}

#[async_trait]
impl Codes for Gate {
    async fn try_code(
        &self,
        address_digest: Digest,
        digest_for: CodeDigest,
        attempts_max: u32,
        now: Timestamp,
    ) -> Result<TokenState, LedgerFault> {
        let node = self.node();
        let tried = node.ledger.try_code(address_digest, digest_for, attempts_max, now);
        node.call(Deed::Other("try_code"), tried).await
    }
}

#[async_trait]
impl Settlements for Gate {
    async fn settle(
        &self,
        claim: &Claim,
        notice: Notice,
        sessions: Option<String>,
        now: Timestamp,
    ) -> Result<bool, LedgerFault> {
        let node = self.node();
        let deed = Deed::Settle { delivery: claim.token.delivery, account: claim.token.account.clone(), now };
        node.call(deed, node.ledger.settle(claim, notice, sessions, now)).await
    }
}

#[async_trait]
impl Disownments for Gate {
    async fn find_not_me(&self, digest: Digest, minted_after: Timestamp) -> Result<Option<Disowned>, LedgerFault> {
        let node = self.node();
        node.call(Deed::Read("find_not_me"), node.ledger.find_not_me(digest, minted_after)).await
    }

    async fn revoke_not_me(&self, disowned: Disowned, now: Timestamp) -> Result<usize, LedgerFault> {
        let node = self.node();
        let deed = Deed::Disown { account: disowned.account.clone(), now };
        node.call(deed, node.ledger.revoke_not_me(disowned, now)).await
    }
}

#[async_trait]
impl Retention for Gate {
    async fn forget_some(&self, now: Timestamp, retention: Duration) -> Result<bool, LedgerFault> {
        let node = self.node();
        node.call(Deed::Other("forget_some"), node.ledger.forget_some(now, retention)).await
    }
}

/// Nobody here reads timelines, has API tokens or asks for readiness.
#[async_trait]
impl Timeline for Gate {
    async fn explain_request(&self, id: Id) -> Result<Vec<Request>, LedgerFault> {
        self.node().ledger.explain_request(id).await
    }

    async fn explain_address(&self, digest: Digest) -> Result<Vec<Request>, LedgerFault> {
        self.node().ledger.explain_address(digest).await
    }

    async fn list_requests(&self, state: Option<State>, before: Option<Id>) -> Result<Listed, LedgerFault> {
        self.node().ledger.list_requests(state, before).await
    }

    async fn tally(&self, since: Timestamp) -> Result<Tally, LedgerFault> {
        self.node().ledger.tally(since).await
    }

    async fn count(&self, seen: Vec<Sighting>) -> Result<(), LedgerFault> {
        self.node().ledger.count(seen).await
    }
}

/// Nobody here hears of mails.
#[async_trait]
impl Returns for Gate {
    async fn note_heard(&self, heard: Heard) -> Result<Noted, LedgerFault> {
        self.node().ledger.note_heard(heard).await
    }

    async fn bounce_of(&self, address: Digest) -> Result<Option<Bounce>, LedgerFault> {
        self.node().ledger.bounce_of(address).await
    }

    async fn forget_bounce(&self, address: Digest) -> Result<bool, LedgerFault> {
        self.node().ledger.forget_bounce(address).await
    }
}

/// Nobody here is told by webhook.
#[async_trait]
impl Webhooks for Gate {
    fn tell_operator(&self) {}

    async fn queue_webhook(&self, id: Id, what: Telling, detail: String, now: Timestamp) -> Result<(), LedgerFault> {
        self.node().ledger.queue_webhook(id, what, detail, now).await
    }

    async fn lease_webhooks(&self, lease: Lease, now: Timestamp, max: u32) -> Result<Vec<Webhook>, LedgerFault> {
        self.node().ledger.lease_webhooks(lease, now, max).await
    }

    async fn end_webhook(&self, id: Id, lease: Id) -> Result<(), LedgerFault> {
        self.node().ledger.end_webhook(id, lease).await
    }

    async fn put_webhook_off(&self, id: Id, lease: Id, now: Timestamp, due_at: Timestamp) -> Result<(), LedgerFault> {
        self.node().ledger.put_webhook_off(id, lease, now, due_at).await
    }

    async fn count_webhooks(&self) -> Result<u64, LedgerFault> {
        self.node().ledger.count_webhooks().await
    }
}

#[async_trait]
impl ApiTokens for Gate {
    async fn knows_api_token(&self, digest: &Digest) -> Result<bool, LedgerFault> {
        self.node().ledger.knows_api_token(digest).await
    }

    async fn create_api_token(&self, name: String, digest: Digest, now: Timestamp) -> Result<bool, LedgerFault> {
        self.node().ledger.create_api_token(name, digest, now).await
    }

    async fn list_api_tokens(&self) -> Result<Vec<ApiToken>, LedgerFault> {
        self.node().ledger.list_api_tokens().await
    }

    async fn revoke_api_token(&self, name: String, now: Timestamp) -> Result<Option<Timestamp>, LedgerFault> {
        self.node().ledger.revoke_api_token(name, now).await
    }
}

#[async_trait]
impl Ledger for Gate {
    async fn is_ready(&self, now: Timestamp) -> Result<(), LedgerFault> {
        self.node().ledger.is_ready(now).await
    }

    fn commits(&self) -> Arc<Commits> {
        self.node().ledger.commits()
    }
}
