//! What only several nodes, or a server that fails, can show. What every ledger does is held in `ledger::conformance`.

mod nodes;
mod outages;
mod plans;
mod schema;

use super::PostgresLedger;
use crate::ambient::{SystemClock, SystemEntropy};
use crate::ledger::{
    Admissions, Away, Decided, Decision, Lease, Leased, LedgerFault, NewDelivery, NewRequest, Outcomes,
};
use crate::users::sql::engine::Engine;
use crate::users::sql::test_database::TestDatabase;
use regain_core::account::AccountId;
use regain_core::entropy::random;
use regain_core::limit::AccountLimit;
use regain_core::message::MessageKind;
use regain_core::request::{Id, Origin};
use regain_core::time::{Clock, Timestamp};
use std::time::Duration;

const LIMIT: AccountLimit = AccountLimit { cooldown: Duration::from_secs(60), mails_per_hour_max: 5 };
const MINUTE: Duration = Duration::from_secs(60);

fn database() -> TestDatabase {
    TestDatabase::on(Engine::Postgres, "")
}

async fn node(database: &TestDatabase) -> PostgresLedger {
    PostgresLedger::open(&database.url.as_str().into()).await.unwrap()
}

fn now() -> Timestamp {
    SystemClock.now()
}

fn new_id() -> Id {
    Id::new(now(), &SystemEntropy)
}

fn request(identifier: &str) -> NewRequest {
    NewRequest {
        id: new_id(),
        origin: Origin::Chaser,
        network: None,
        device: None,
        locales: "en".into(),
        identifier: identifier.into(),
        address_digest: [7; 32],
        accepted_at: now(),
    }
}

async fn admit(ledger: &PostgresLedger) -> Result<(), LedgerFault> {
    ledger.admit(request("ada@example.com"), 100_000).await
}

async fn lease(ledger: &PostgresLedger, max: u32) -> (Id, Vec<Leased>) {
    let lease = new_id();
    let now = now();
    let leased = ledger.record_and_lease(vec![], Lease { id: lease, until: now.plus(MINUTE) }, now, max).await;
    (lease, leased.unwrap())
}

/// That a mail goes to that account.
fn mail_to(row: Leased, account: &str) -> Decided {
    let now = now();
    let delivery = NewDelivery {
        id: new_id(),
        address_digest: [7; 32],
        token_digest: random(&SystemEntropy),
        code_digest: random(&SystemEntropy),
        not_me_digest: random(&SystemEntropy),
        fingerprint: [1; 32],
        minted_at: now,
        expires_at: now.plus(60 * MINUTE),
        code_expires_at: now.plus(10 * MINUTE),
    };
    let account = AccountId::new(account);
    let decision = Decision::Mail { message: MessageKind::Reset, account, address: "ada@example.com".into() };
    Decided { row, decision, delivery }
}
