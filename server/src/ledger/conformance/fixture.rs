//! One test's own ledger, and the moment that it is there.

use crate::ambient::SystemEntropy;
use crate::ledger::*;
use crate::users::sql::engine::Engine;
use crate::users::sql::test_database::TestDatabase;
use regain_core::account::AccountId;
use regain_core::delivery::Outcome;
use regain_core::device::Device;
use regain_core::entropy::random;
use regain_core::event::Happening;
use regain_core::keys::Digest;
use regain_core::limit::AccountLimit;
use regain_core::locale::Locale;
use regain_core::message::MessageKind;
use regain_core::request::{Id, Origin};
use regain_core::time::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Of everything that is typed, unless a test says otherwise.
pub(super) const ADDRESS: Digest = [7; 32];
pub(super) const LIMIT: AccountLimit = AccountLimit { cooldown: MINUTE, mails_per_hour_max: 5 };
pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(3600);
pub(super) const DAY: Duration = Duration::from_secs(86_400);
pub(super) const MILLISECOND: Duration = Duration::from_millis(1);
/// How long a row that is to be tried again waits.
pub(super) const PAUSE: Duration = Duration::from_secs(5);

/// A ledger as one node sees it, and what time it is there.
pub(super) struct Fixture {
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) now: Timestamp,
    database: Arc<TestDatabase>,
    engine: Engine,
}

/// A row that was leased and decided on, and what was minted for it.
pub(super) struct Minted {
    pub(super) row: Leased,
    pub(super) lease: Id,
    pub(super) delivery: Id,
    pub(super) token: Digest,
    pub(super) code: Digest,
    pub(super) not_me: Digest,
}

impl Fixture {
    pub(super) async fn on(engine: Engine) -> Self {
        let database = Arc::new(TestDatabase::on(engine, ""));
        let ledger = open(&database).await;
        let mut fixture = Self { ledger, now: Timestamp::default(), database, engine };
        fixture.set_clock(Timestamp::from_millis(1_800_000_000_000));
        fixture
    }

    /// Another process on the same ledger, at the same moment.
    pub(super) async fn another(&self) -> Self {
        let (database, engine) = (Arc::clone(&self.database), self.engine);
        Self { ledger: open(&database).await, now: self.now, database, engine }
    }

    /// Where the file is, of SQLite.
    pub(super) fn path(&self) -> PathBuf {
        path(&self.database)
    }

    /// Lets time go by, here and in the ledger.
    pub(super) fn wait(&mut self, span: Duration) {
        self.set_clock(self.now.plus(span));
    }

    /// Somebody sets the clock back, here and in the ledger.
    pub(super) fn set_back(&mut self, span: Duration) {
        self.set_clock(self.now.minus(span));
    }

    fn set_clock(&mut self, now: Timestamp) {
        self.now = now;
        if self.engine == Engine::Postgres {
            self.database.run(&format!(
                "CREATE OR REPLACE FUNCTION regain.ledger_now() RETURNS bigint LANGUAGE sql STABLE \
                 AS 'SELECT {now}::bigint'"
            ));
        }
    }

    pub(super) fn id(&self) -> Id {
        Id::new(self.now, &SystemEntropy)
    }

    pub(super) fn request(&self) -> NewRequest {
        NewRequest {
            id: self.id(),
            origin: Origin::Chaser,
            network: Some("192.0.2.0/24".into()),
            device: Device::parse("Firefox on Windows"),
            locales: "de,en".into(),
            identifier: "ada@example.com".into(),
            address_digest: ADDRESS,
            accepted_at: self.now,
        }
    }

    pub(super) async fn admit(&self) -> Id {
        let request = self.request();
        let id = request.id;
        self.ledger.admit(request, 1000).await.unwrap();
        id
    }

    pub(super) async fn admit_trusted(&self, account: &str, limit: AccountLimit) -> Admission {
        self.ledger.admit_trusted(self.request(), AccountId::new(account), limit, 1000).await.unwrap()
    }

    /// Takes all that is due for a minute, by a lease of that name.
    pub(super) async fn lease(&self) -> (Id, Vec<Leased>) {
        self.lease_some(1000).await
    }

    pub(super) async fn lease_some(&self, max: u32) -> (Id, Vec<Leased>) {
        let lease = Lease { id: self.id(), until: self.now.plus(MINUTE) };
        (lease.id, self.ledger.record_and_lease(vec![], lease, self.now, max).await.unwrap())
    }

    pub(super) async fn nothing_is_due(&self) -> bool {
        self.lease().await.1.is_empty()
    }

    pub(super) fn delivery(&self) -> NewDelivery {
        NewDelivery {
            id: self.id(),
            address_digest: ADDRESS,
            token_digest: random(&SystemEntropy),
            code_digest: random(&SystemEntropy),
            not_me_digest: random(&SystemEntropy),
            fingerprint: [1; 32],
            minted_at: self.now,
            expires_at: self.now.plus(HOUR),
            code_expires_at: self.now.plus(10 * MINUTE),
        }
    }

    /// Decides on a row that it is to be mailed to account 1.
    pub(super) async fn decide(&self, row: &Leased, lease: Id) -> (Verdict, Minted) {
        self.decide_that(mail(MessageKind::Reset, "1"), row, lease).await
    }

    pub(super) async fn decide_that(&self, decision: Decision, row: &Leased, lease: Id) -> (Verdict, Minted) {
        let delivery = self.delivery();
        let minted = Minted {
            row: row.clone(),
            lease,
            delivery: delivery.id,
            token: delivery.token_digest,
            code: delivery.code_digest,
            not_me: delivery.not_me_digest,
        };
        let decided = Decided { row: row.clone(), decision, delivery };
        let verdicts = self.ledger.decide(vec![decided], lease, LIMIT, self.now).await.unwrap();
        assert_eq!(verdicts.len(), 1);
        (verdicts[0], minted)
    }

    /// Admits one, leases it and decides on it.
    pub(super) async fn ask_and_decide(&self, decision: Decision) -> (Verdict, Minted) {
        let id = self.admit().await;
        let (lease, rows) = self.lease().await;
        self.decide_that(decision, rows.iter().find(|row| row.id == id).unwrap(), lease).await
    }

    /// A link of account 1 that is about to be mailed.
    pub(super) async fn mint(&self) -> Minted {
        self.mint_for("1").await
    }

    pub(super) async fn mint_for(&self, account: &str) -> Minted {
        let (verdict, minted) = self.ask_and_decide(mail(MessageKind::Reset, account)).await;
        assert_eq!(verdict, Verdict::Send);
        minted
    }

    /// Works again on a row that was mailed before.
    pub(super) async fn mint_again(&self) -> Minted {
        let (lease, rows) = self.lease().await;
        let (verdict, minted) = self.decide(&rows[0], lease).await;
        assert_eq!((rows.len(), verdict), (1, Verdict::Send));
        minted
    }

    pub(super) fn finished(&self, minted: &Minted, outcome: Outcome) -> Finished {
        Finished {
            entry: minted.row.id,
            delivery: minted.delivery,
            lease: minted.lease,
            transport: "test",
            outcome,
            at: self.now,
            next_at: self.now.plus(PAUSE),
            give_up: false,
        }
    }

    pub(super) async fn record(&self, minted: &Minted, outcome: Outcome) {
        self.ledger.record(vec![self.finished(minted, outcome)]).await.unwrap();
    }

    pub(super) async fn find(&self, minted: &Minted) -> TokenState {
        self.ledger.find_token(minted.token, self.now).await.unwrap()
    }

    pub(super) async fn live(&self, minted: &Minted) -> Option<LiveToken> {
        match self.find(minted).await {
            TokenState::Live(token) => Some(token),
            TokenState::Dead | TokenState::Recovering => None,
        }
    }

    pub(super) async fn claims(&self, token: &LiveToken) -> Option<Claim> {
        self.ledger.claim(token.clone(), self.id(), self.now, self.now.plus(MINUTE)).await.unwrap()
    }

    pub(super) async fn claim(&self, minted: &Minted) -> Claim {
        self.claims(&self.live(minted).await.unwrap()).await.unwrap()
    }

    pub(super) async fn intends(&self, claim: &Claim) -> bool {
        self.ledger.intend(claim, [2; 32]).await.unwrap()
    }

    pub(super) fn notice(&self) -> Notice {
        Notice {
            id: self.id(),
            address: "ada@on-file.example".into(),
            address_digest: [8; 32],
            name: Some("Ada".into()),
            locale: Locale::parse("pt-BR"),
        }
    }

    pub(super) async fn settles(&self, claim: &Claim) -> bool {
        self.ledger.settle(claim, self.notice(), Some("by a statement".into()), self.now).await.unwrap()
    }

    /// Follows the "this was not me" of a mail; how many links it ended.
    pub(super) async fn disown(&self, minted: &Minted) -> usize {
        let disowned = self.ledger.find_not_me(minted.not_me, Timestamp::default()).await.unwrap().unwrap();
        self.ledger.revoke_not_me(disowned, self.now).await.unwrap()
    }

    /// The user store is, and is asked again at `due_at`.
    pub(super) fn away(&self, due_at: Timestamp) -> Away {
        Away { words: "the user store is away".into(), at: self.now, due_at }
    }

    /// Counts once that something happened to the request of a mail.
    pub(super) async fn see(&self, minted: &Minted, what: Happening, detail: &str) {
        let seen = Sighting { entry: minted.row.id, what, detail: detail.into(), times: 1, at: self.now };
        self.ledger.count(vec![seen]).await.unwrap();
    }

    pub(super) async fn explain(&self, id: Id) -> Request {
        self.ledger.explain_request(id).await.unwrap().into_iter().find(|request| request.id == id).unwrap()
    }

    /// The requests that are told of an address.
    pub(super) async fn tells_of(&self, address: Digest) -> Vec<Id> {
        self.ledger.explain_address(address).await.unwrap().iter().map(|request| request.id).collect()
    }

    /// Where the link of a mail stands, and why.
    pub(super) async fn link(&self, minted: &Minted) -> (String, Option<String>) {
        let deliveries = self.explain(minted.row.id).await.deliveries;
        let delivery = deliveries.into_iter().find(|delivery| delivery.id == minted.delivery).unwrap();
        (delivery.link_state, delivery.link_reason)
    }
}

pub(super) fn mail(message: MessageKind, account: &str) -> Decision {
    Decision::Mail { message, account: AccountId::new(account), address: "ada@on-file.example".into() }
}

pub(super) fn delivered() -> Outcome {
    Outcome::Delivered("250 ok".into())
}

pub(super) fn unknown() -> Outcome {
    Outcome::Unknown("connection reset".into())
}

pub(super) fn retry_after() -> Outcome {
    Outcome::RetryAfter("451 later".into())
}

pub(super) fn refused() -> Outcome {
    Outcome::Refused("550 no".into())
}

async fn open(database: &TestDatabase) -> Arc<dyn Ledger> {
    match LedgerUrl::parse(&database.url).unwrap() {
        LedgerUrl::Sqlite(_) => Arc::new(SqliteLedger::open_beside(&path(database)).unwrap()),
        LedgerUrl::Postgres(url) => Arc::new(PostgresLedger::open(&url).await.unwrap()),
    }
}

fn path(database: &TestDatabase) -> PathBuf {
    database.url.strip_prefix("sqlite:").unwrap().into()
}
