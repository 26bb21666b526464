//! The guards, where they are: whoever comes too late changes nothing, and says so with zero rows.

use super::*;
use crate::ambient::SystemEntropy;
use regain_core::account::AccountId;
use regain_core::delivery::Outcome;
use regain_core::entropy::random;
use regain_core::keys::Digest;
use regain_core::limit::AccountLimit;
use regain_core::message::MessageKind;
use regain_core::request::{Id, Origin, Reason};
use regain_core::time::Timestamp;
use std::time::Duration;
use tempfile::TempDir;

const ADDRESS: Digest = [7; 32];
const LIMIT: AccountLimit = AccountLimit { cooldown: Duration::from_secs(60), mails_per_hour_max: 5 };
const MINUTE: Duration = Duration::from_secs(60);

/// A ledger, and the moment that it is there.
struct Fixture {
    ledger: Arc<dyn Ledger>,
    now: Timestamp,
    dir: TempDir,
}

/// A row that was leased, decided and not sent yet.
struct Minted {
    row: Leased,
    lease: Id,
    delivery: Id,
    token: Digest,
    code: Digest,
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Arc::new(SqliteLedger::open_beside(&dir.path().join("regain.db")).unwrap());
        Self { ledger, now: Timestamp::from_millis(1_800_000_000_000), dir }
    }

    fn id(&self) -> Id {
        Id::new(self.now, &SystemEntropy)
    }

    async fn admit(&self) -> Id {
        let request = NewRequest {
            id: self.id(),
            origin: Origin::Chaser,
            network: None,
            locales: String::new(),
            identifier: "ada@example.com".into(),
            address_digest: ADDRESS,
            accepted_at: self.now,
        };
        let id = request.id;
        self.ledger.admit(request, 1000).await.unwrap();
        id
    }

    async fn lease(&self) -> (Id, Vec<Leased>) {
        let lease = self.id();
        let leased = self
            .ledger
            .record_and_lease(vec![], Lease { id: lease, until: self.now.plus(MINUTE) }, self.now, 100)
            .await;
        (lease, leased.unwrap())
    }

    async fn decide(&self, row: &Leased, lease: Id) -> (Verdict, Minted) {
        let delivery = NewDelivery {
            id: self.id(),
            address_digest: ADDRESS,
            token_digest: random(&SystemEntropy),
            code_digest: random(&SystemEntropy),
            not_me_digest: random(&SystemEntropy),
            fingerprint: [1; 32],
            minted_at: self.now,
            expires_at: self.now.plus(60 * MINUTE),
            code_expires_at: self.now.plus(10 * MINUTE),
        };
        let account = AccountId::new("1");
        let decision = Decision::Mail { message: MessageKind::Reset, account, address: "ada@example.com".into() };
        let (token, code) = (delivery.token_digest, delivery.code_digest);
        let minted = Minted { row: row.clone(), lease, delivery: delivery.id, token, code };
        let decided = Decided { row: row.clone(), decision, delivery };
        let verdicts = self.ledger.decide(vec![decided], lease, LIMIT, self.now).await;
        (verdicts.unwrap()[0], minted)
    }

    /// Admits, leases and decides one.
    async fn mint(&self) -> Minted {
        self.admit().await;
        let (lease, rows) = self.lease().await;
        let (verdict, minted) = self.decide(rows.last().unwrap(), lease).await;
        assert_eq!(verdict, Verdict::Send);
        minted
    }

    async fn record(&self, minted: &Minted, outcome: Outcome) {
        let finished = Finished {
            entry: minted.row.id,
            delivery: minted.delivery,
            lease: minted.lease,
            transport: "test",
            outcome,
            at: self.now,
            next_at: self.now.plus(Duration::from_secs(5)),
            give_up: false,
        };
        self.ledger.record(vec![finished]).await.unwrap();
    }

    async fn live(&self, minted: &Minted) -> Option<LiveToken> {
        match self.ledger.find_token(minted.token, self.now).await.unwrap() {
            TokenState::Live(token) => Some(token),
            TokenState::Dead | TokenState::Recovering => None,
        }
    }

    async fn claims(&self, token: &LiveToken) -> Option<Claim> {
        self.ledger.claim(token.clone(), self.id(), self.now, self.now.plus(MINUTE)).await.unwrap()
    }

    async fn settles(&self, claim: &Claim) -> bool {
        let notice = Notice { id: self.id(), address: "ada@example.com".into(), address_digest: ADDRESS, name: None };
        self.ledger.settle(claim, notice, self.now).await.unwrap()
    }

    async fn only(&self, id: Id) -> Request {
        self.ledger.explain_request(id).await.unwrap().into_iter().find(|request| request.id == id).unwrap()
    }

    async fn is_empty(&self) -> bool {
        self.lease().await.1.is_empty()
    }
}

fn delivered() -> Outcome {
    Outcome::Delivered("250 ok".into())
}

#[tokio::test]
async fn a_leased_row_is_nobody_elses_until_its_lease_lapses() {
    let mut ledger = Fixture::new();
    ledger.admit().await;
    let (first, rows) = ledger.lease().await;
    assert_eq!(rows.len(), 1);
    assert!(ledger.is_empty().await);
    ledger.now = ledger.now.plus(MINUTE);
    let (_, again) = ledger.lease().await;
    assert_eq!(again[0].id, rows[0].id);

    let (verdict, late) = ledger.decide(&rows[0], first).await;
    assert_eq!(verdict, Verdict::Ended, "the first lease does not count any more");
    assert!(ledger.live(&late).await.is_none(), "and nothing was minted by it");
    ledger.ledger.put_back(vec![rows[0].id], first, ledger.now).await.unwrap();
    assert!(ledger.is_empty().await, "nor does it put anything back");
}

#[tokio::test]
async fn a_late_outcome_is_noted_and_does_not_end_anothers_lease() {
    let mut ledger = Fixture::new();
    let late = ledger.mint().await;
    ledger.now = ledger.now.plus(MINUTE);
    let (lease, rows) = ledger.lease().await;
    let (_, minted) = ledger.decide(&rows[0], lease).await;
    ledger.record(&late, delivered()).await;
    let request = ledger.only(late.row.id).await;
    assert_eq!((request.ended_at, request.deliveries[0].outcome.as_deref()), (None, Some("delivered")));
    assert!(ledger.live(&late).await.is_some() && ledger.live(&minted).await.is_some(), "either may be the one");
    ledger.record(&minted, delivered()).await;
    assert!(ledger.only(late.row.id).await.ended_at.is_some());
}

#[tokio::test]
async fn the_server_that_starts_frees_the_leases_of_the_one_that_died() {
    let mut fixture = Fixture::new();
    fixture.admit().await;
    assert_eq!(fixture.lease().await.1.len(), 1);
    let path = fixture.dir.path().join("regain.db");
    fixture.ledger = Arc::new(SqliteLedger::open_for_server(&path).await.unwrap());
    assert_eq!(fixture.lease().await.1.len(), 1);
    assert!(matches!(SqliteLedger::open_for_server(&path).await, Err(LedgerFault::Locked(_))));
}

#[tokio::test]
async fn a_token_has_one_claim_at_a_time() {
    let ledger = Fixture::new();
    let minted = ledger.mint().await;
    let token = ledger.live(&minted).await.unwrap();
    let claim = ledger.claims(&token).await.unwrap();
    assert!(ledger.live(&minted).await.is_none() && ledger.claims(&token).await.is_none());
    let anothers = Claim { id: ledger.id(), token: token.clone() };
    assert!(!ledger.ledger.release(&anothers).await.unwrap(), "only its holder gives it back");
    assert!(ledger.ledger.release(&claim).await.unwrap());
    assert!(!ledger.ledger.intend(&claim, [2; 32]).await.unwrap(), "and then holds it no more");
    assert!(ledger.claims(&ledger.live(&minted).await.unwrap()).await.is_some());
}

#[tokio::test]
async fn a_lapsed_claim_is_looked_into_before_the_token_opens_again() {
    let mut ledger = Fixture::new();
    let minted = ledger.mint().await;
    let token = ledger.live(&minted).await.unwrap();
    let claim = ledger.claims(&token).await.unwrap();
    assert!(ledger.ledger.intend(&claim, [2; 32]).await.unwrap());
    assert!(ledger.ledger.lapsed_claims(ledger.now).await.unwrap().is_empty());
    ledger.now = ledger.now.plus(MINUTE);
    let found = ledger.ledger.find_token(minted.token, ledger.now).await.unwrap();
    assert!(matches!(found, TokenState::Recovering));
    assert!(ledger.claims(&token).await.is_none());
    let lapsed = ledger.ledger.lapsed_claims(ledger.now).await.unwrap();
    assert_eq!((lapsed.len(), lapsed[0].claim.id, lapsed[0].new_fingerprint), (1, claim.id, Some([2; 32])));
}

#[tokio::test]
async fn a_token_is_not_claimed_past_its_time() {
    let mut ledger = Fixture::new();
    let minted = ledger.mint().await;
    let token = ledger.live(&minted).await.unwrap();
    ledger.now = token.expires_at;
    assert!(ledger.live(&minted).await.is_none() && ledger.claims(&token).await.is_none());
}

#[tokio::test]
async fn settling_twice_is_settling_once() {
    let ledger = Fixture::new();
    let minted = ledger.mint().await;
    let token = ledger.live(&minted).await.unwrap();
    let claim = ledger.claims(&token).await.unwrap();
    assert!(ledger.settles(&claim).await && !ledger.settles(&claim).await);
    let (_, queued) = ledger.lease().await;
    assert_eq!(queued.len(), 1);
    assert_eq!(queued[0].message, MessageKind::PasswordChanged);
}

#[tokio::test]
async fn settling_ends_every_other_link_of_the_account() {
    let mut ledger = Fixture::new();
    let first = ledger.mint().await;
    ledger.record(&first, Outcome::Unknown("reset".into())).await;
    ledger.now = ledger.now.plus(MINUTE);
    let (lease, rows) = ledger.lease().await;
    let (_, second) = ledger.decide(&rows[0], lease).await;
    let token = ledger.live(&second).await.unwrap();
    let claim = ledger.claims(&token).await.unwrap();
    assert!(ledger.live(&first).await.is_some());
    assert!(ledger.settles(&claim).await);
    assert!(ledger.live(&first).await.is_none());
}

#[tokio::test]
async fn what_was_redeemed_is_not_mailed_again_whatever_the_relay_says_later() {
    let mut ledger = Fixture::new();
    let minted = ledger.mint().await;
    let token = ledger.live(&minted).await.unwrap();
    let claim = ledger.claims(&token).await.unwrap();
    assert!(ledger.settles(&claim).await);
    for outcome in [Outcome::Unknown("reset".into()), Outcome::RetryAfter("451".into()), delivered()] {
        ledger.record(&minted, outcome).await;
        ledger.now = ledger.now.plus(5 * MINUTE);
        let (_, rows) = ledger.lease().await;
        assert!(rows.iter().all(|row| row.message == MessageKind::PasswordChanged));
        assert_eq!(ledger.only(minted.row.id).await.deliveries[0].link_state, "redeemed");
    }
}

#[tokio::test]
async fn superseding_passes_over_a_link_that_is_being_redeemed() {
    let mut ledger = Fixture::new();
    let old = ledger.mint().await;
    ledger.record(&old, delivered()).await;
    let token = ledger.live(&old).await.unwrap();
    let claim = ledger.claims(&token).await.unwrap();
    ledger.now = ledger.now.plus(MINUTE);
    let new = ledger.mint().await;
    ledger.record(&new, delivered()).await;
    assert!(ledger.ledger.intend(&claim, [2; 32]).await.unwrap());
    assert!(ledger.settles(&claim).await);
    assert!(ledger.live(&new).await.is_none());
}

#[tokio::test]
async fn an_older_mail_that_arrives_late_does_not_end_the_newer_link() {
    let mut ledger = Fixture::new();
    let old = ledger.mint().await;
    ledger.now = ledger.now.plus(Duration::from_secs(60));
    ledger.admit().await;
    let (lease, rows) = ledger.lease().await;
    let newer = rows.iter().find(|row| row.id != old.row.id).unwrap();
    let (_, new) = ledger.decide(newer, lease).await;
    ledger.record(&new, delivered()).await;
    ledger.record(&old, delivered()).await;
    assert!(ledger.live(&old).await.is_none() && ledger.live(&new).await.is_some());
}

#[tokio::test]
async fn one_row_that_has_ended_does_not_sink_its_batch() {
    let ledger = Fixture::new();
    let (dropped, kept) = (ledger.admit().await, ledger.admit().await);
    let (lease, rows) = ledger.lease().await;
    assert!(ledger.ledger.drop_waiting(dropped, ledger.now).await.unwrap());
    let mut verdicts = Vec::new();
    for id in [dropped, kept] {
        verdicts.push(ledger.decide(rows.iter().find(|row| row.id == id).unwrap(), lease).await.0);
    }
    assert_eq!(verdicts, [Verdict::Ended, Verdict::Send]);
}

#[tokio::test]
async fn of_one_accounts_batch_one_is_mailed() {
    let ledger = Fixture::new();
    ledger.admit().await;
    ledger.admit().await;
    let (lease, rows) = ledger.lease().await;
    let (first, _) = ledger.decide(&rows[0], lease).await;
    let (second, suppressed) = ledger.decide(&rows[1], lease).await;
    assert_eq!((first, second), (Verdict::Send, Verdict::Suppressed(Reason::Cooldown)));
    assert!(ledger.live(&suppressed).await.is_none());
}

#[tokio::test]
async fn forgetting_goes_in_small_steps_and_comes_to_an_end() {
    let mut ledger = Fixture::new();
    for _ in 0..250 {
        let id = ledger.admit().await;
        assert!(ledger.ledger.drop_waiting(id, ledger.now).await.unwrap());
    }
    let day = Duration::from_secs(86_400);
    assert!(!ledger.ledger.forget_some(ledger.now.plus(day), day).await.unwrap(), "not before its time");
    ledger.now = ledger.now.plus(day).plus(Duration::from_millis(1));
    let mut steps = 0;
    while ledger.ledger.forget_some(ledger.now, day).await.unwrap() {
        steps += 1;
    }
    assert_eq!(steps, 2);
}

#[tokio::test]
async fn a_right_code_does_not_count_while_its_link_is_being_redeemed() {
    let mut ledger = Fixture::new();
    let minted = ledger.mint().await;
    let code = minted.code;
    let token = ledger.live(&minted).await.unwrap();
    let claim = ledger.claims(&token).await.unwrap();
    for _ in 0..3 {
        let found = ledger.ledger.try_code(ADDRESS, Box::new(move |_| Some(code)), 3, ledger.now).await.unwrap();
        assert!(matches!(found, TokenState::Dead));
    }
    assert!(ledger.ledger.release(&claim).await.unwrap());
    let found = ledger.ledger.try_code(ADDRESS, Box::new(move |_| Some(code)), 3, ledger.now).await.unwrap();
    assert!(matches!(found, TokenState::Live(_)));

    ledger.claims(&token).await.unwrap();
    ledger.now = ledger.now.plus(MINUTE);
    let found = ledger.ledger.try_code(ADDRESS, Box::new(move |_| Some(code)), 3, ledger.now).await.unwrap();
    assert!(matches!(found, TokenState::Recovering), "a claim that lapsed is looked into first");
}
