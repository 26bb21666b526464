//! The passwords that an account had before.

use super::{SqlFixture, count, three_accounts, write};
use crate::config::{self, History};
use crate::users::{UserStore, Written};
use regain_core::account::AccountId;

pub(crate) async fn earlier_passwords_are_read_newest_first<F: SqlFixture>() {
    let (fixture, store) = remembering::<F>();
    assert_eq!(used(&*store, "1").await, ["third", "second", "first"]);
    assert_eq!(used(&*store, "2").await, ["hers"]);
    assert!(used(&*store, "3").await.is_empty());
    assert!(used(&*fixture.store(|_| {}), "1").await.is_empty());
}

pub(crate) async fn a_new_password_joins_the_history_and_the_oldest_leaves_it<F: SqlFixture>() {
    let (fixture, store) = remembering::<F>();
    assert_eq!(write(&*store, "1", "other", "new").await.unwrap(), Written::NoLongerMatches);
    assert_eq!(used(&*store, "1").await, ["third", "second", "first"]);
    assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]));
    assert_eq!(used(&*store, "1").await, ["new", "third", "second"]);
    assert_eq!(count(&fixture, "used WHERE password = 'new' AND used_at = '2026-11-21 19:24:05'"), 1);
    // All at one moment: what was just written stays.
    for (old, new) in [("new", "newer"), ("newer", "newest"), ("newest", "last")] {
        assert_eq!(write(&*store, "1", old, new).await.unwrap(), Written::Yes(vec![]));
        assert!(used(&*store, "1").await.contains(&new.to_owned()));
    }
    assert_eq!(count(&fixture, "used WHERE account_id = 1"), 3);
    assert_eq!(used(&*store, "2").await, ["hers"]);
}

pub(crate) async fn what_is_rolled_back_is_not_in_the_history<F: SqlFixture>() {
    let (fixture, _) = remembering::<F>();
    let store = fixture.store(|users| {
        remember(users);
        users.after_reset = vec!["INSERT INTO accounts (id, email) VALUES (:id, :email)".into()];
    });
    write(&*store, "1", "old", "new").await.unwrap_err();
    assert_eq!(used(&*store, "1").await, ["third", "second", "first"]);
}

pub(crate) async fn a_history_that_cannot_be_written_takes_the_password_back<F: SqlFixture>() {
    let (fixture, store) = remembering::<F>();
    fixture.run("CREATE UNIQUE INDEX used_once ON used (used_at)");
    fixture.run("UPDATE used SET used_at = '2026-11-21 19:24:05' WHERE password = 'hers'");
    let fault = write(&*store, "1", "old", "new").await.unwrap_err().to_string();
    assert!(fault.contains("users.history") && !fault.contains("new"), "{fault}");
    assert_eq!(fixture.ask("SELECT password FROM accounts WHERE id = 1"), "old");
    assert_eq!(count(&fixture, "sessions WHERE account_id = 1"), 1);
}

/// Three passwords of Ada's, written in no order, and one of Grace's.
fn remembering<F: SqlFixture>() -> (F, Box<dyn UserStore>) {
    let (fixture, _) = three_accounts::<F>();
    fixture.run("CREATE TABLE used (account_id INTEGER, password VARCHAR(255), used_at TIMESTAMP NULL)");
    fixture.run(
        "INSERT INTO used VALUES (1, 'second', '2026-10-02 08:00:00'), (1, 'first', '2026-10-01 08:00:00'), \
         (1, 'third', '2026-10-03 08:00:00'), (2, 'hers', '2026-11-01 08:00:00')",
    );
    let store = fixture.store(remember);
    (fixture, store)
}

pub(super) fn remember(users: &mut config::Users) {
    let [table, account_id, password, at] = ["used", "account_id", "password", "used_at"].map(Into::into);
    users.history = Some(History { table, account_id, password, at, keep: 3 });
}

async fn used(store: &dyn UserStore, id: &str) -> Vec<String> {
    let used = store.used_passwords(&AccountId::new(id)).await.unwrap();
    used.iter().map(|stored| stored.expose().to_owned()).collect()
}
