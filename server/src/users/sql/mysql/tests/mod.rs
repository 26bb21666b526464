//! The store against a real MariaDB: the promises of every store, and what is so of this engine alone.

mod columns;
mod examination;
mod fixture;
mod own_server;
mod rights;
mod transactions;

use super::*;
use crate::hashing::NewPassword;
use crate::users::conformance::sql_conformance;
use crate::users::some_writing;
use fixture::MariaDb;
use regain_core::time::Timestamp;

sql_conformance!(MariaDb);

/// An account as the tests of this folder make it: key, address and password.
async fn write(store: &MysqlStore, id: &str, address: &str, expected: &str, new: &str) -> Result<Written, StoreFault> {
    let change = PasswordChange {
        id: AccountId::new(id),
        expected_address: address.into(),
        expected: StoredPassword::new(expected),
        new: NewPassword::unhashed(new),
        writing: some_writing(),
        now: Timestamp::from_millis(1_795_289_045_678),
    };
    store.set_password(change).await.map(Written::without_counts)
}

async fn found(store: &MysqlStore, addresses: &[&str]) -> Vec<Account> {
    let folded: Vec<_> = addresses.iter().map(|address| FoldedAddress::of(address)).collect();
    store.find(&folded).await.unwrap()
}
