//! A database that is away, locked or slow.

use super::{HURRY, SqlFixture, three_accounts, write};
use crate::users::Written;
use regain_core::account::AccountId;
use regain_core::email::FoldedAddress;
use std::time::Instant;

pub(crate) async fn a_locked_store_is_given_up_in_time<F: SqlFixture>() {
    let (fixture, _) = three_accounts::<F>();
    let store = fixture.hurried_store(|_| {});
    let lock = fixture.lock();
    let begun = Instant::now();
    write(&*store, "1", "old", "new").await.unwrap_err();
    // A server that is told to give up by itself may be a little early.
    assert!(begun.elapsed() >= HURRY / 2 && begun.elapsed() < HURRY * 8, "{:?}", begun.elapsed());
    drop(lock);
    assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]));
}

pub(crate) async fn a_slow_look_up_is_given_up_in_time<F: SqlFixture>() {
    let (fixture, _) = three_accounts::<F>();
    let slow = fixture.hurried_store(|users| users.eligible = Some(format!("({}) IS NOT NULL", F::ENDLESS)));
    let begun = Instant::now();
    slow.load(&AccountId::new("1")).await.unwrap_err();
    slow.find(&[FoldedAddress::of("ada@example.com")]).await.unwrap_err();
    assert!(begun.elapsed() < HURRY * 16, "{:?}", begun.elapsed());
}

/// And nothing that it locked stays locked.
pub(crate) async fn a_slow_statement_is_given_up_in_time<F: SqlFixture>() {
    let (fixture, store) = three_accounts::<F>();
    let slow = fixture.hurried_store(|users| users.after_reset = vec![F::ENDLESS.into()]);
    let begun = Instant::now();
    write(&*slow, "1", "old", "new").await.unwrap_err();
    assert!(begun.elapsed() < HURRY * 8, "{:?}", begun.elapsed());
    assert_eq!(fixture.ask("SELECT password FROM accounts WHERE id = 1"), "old");
    assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]));
    assert!(begun.elapsed() < HURRY * 16, "{:?}", begun.elapsed());
}
