//! PostgreSQL held to the conformance suite, and what only PostgreSQL does.

mod addresses;
mod examination;
mod fixture;
mod keys;
mod outages;
mod pooler;
mod rights;
mod server;
mod tls;

use crate::hashing::NewPassword;
use crate::users::conformance::sql_conformance;
use crate::users::{PasswordChange, StoreFault, UserStore, Written, some_writing};
use fixture::Database;
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use regain_core::time::Timestamp;

sql_conformance!(Database);

/// One account and a session of it.
const ADA: &str = "INSERT INTO accounts VALUES (1, 'ada@example.com', 'Ada', 'en', 'old', true, true);
                   INSERT INTO sessions VALUES (1, 'nobody')";

async fn find(store: &dyn UserStore, address: &str) -> Vec<Account> {
    store.find(&[FoldedAddress::of(address)]).await.unwrap()
}

async fn write(store: &dyn UserStore, id: &str, expected: &str, new: &str) -> Result<Written, StoreFault> {
    let change = PasswordChange {
        id: AccountId::new(id),
        expected_address: "ada@example.com".into(),
        expected: StoredPassword::new(expected),
        new: NewPassword::unhashed(new),
        writing: some_writing(),
        now: Timestamp::from_millis(1_795_289_045_678),
    };
    store.set_password(change).await.map(Written::without_counts)
}
