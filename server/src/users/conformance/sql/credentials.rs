//! The password in a second table, with a row for each way to sign in.

use super::{SqlFixture, count, find, load, three_accounts, write};
use crate::config::{self, Credentials};
use crate::users::{UserStore, Written};
use regain_core::account::AccountId;
use regain_core::hash::StoredPassword;

pub(crate) async fn the_password_may_be_in_a_second_table<F: SqlFixture>() {
    let (fixture, store) = apart::<F>();
    let found = find(&*store, &["ADA@example.com"]).await;
    let [ada] = &found[..] else { panic!("{found:?}") };
    assert_eq!((ada.id.as_str(), ada.name.as_deref(), ada.eligible), ("1", Some("Ada"), true));
    assert_eq!(ada.password.as_ref().map(StoredPassword::expose), Some("old"));
    assert_eq!(write(&*store, "1", "other", "new").await.unwrap(), Written::NoLongerMatches);
    assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::Yes(vec![]));
    assert_eq!(load(&*store, "1").await.unwrap().password.unwrap().expose(), "new");
    assert_eq!(count(&fixture, "credentials WHERE id = 11 AND password = 'new'"), 1);
    assert_eq!(count(&fixture, "credentials WHERE id <> 11 AND password = 'old'"), 2);
    assert_eq!(count(&fixture, "accounts WHERE password = 'elsewhere'"), 3);
    assert_eq!(count(&fixture, "sessions WHERE account_id = 1"), 0);
    assert_eq!(count(&fixture, "sessions WHERE account_id = 2"), 1);
}

pub(crate) async fn an_account_without_a_row_in_the_second_table_has_no_password<F: SqlFixture>() {
    let (fixture, store) = apart::<F>();
    let found = find(&*store, &["grace@example.com"]).await;
    assert!(found.len() == 1 && found[0].password.is_none(), "{found:?}");
    assert!(load(&*store, "2").await.unwrap().password.is_none());
    fixture.run("UPDATE accounts SET email = 'ada@example.com' WHERE id = 2");
    for expected in ["", "old"] {
        assert_eq!(write(&*store, "2", expected, "new").await.unwrap(), Written::NoLongerMatches);
    }
    assert_eq!(count(&fixture, "credentials WHERE password = 'old'"), 3);
}

pub(crate) async fn a_second_table_is_not_written_for_who_may_not_reset<F: SqlFixture>() {
    let (fixture, store) = apart::<F>();
    for meanwhile in [
        "UPDATE accounts SET is_active = false WHERE id = 1",
        "UPDATE accounts SET email_verified = false WHERE id = 1",
        "UPDATE accounts SET email = 'Ada@example.com' WHERE id = 1",
        "DELETE FROM accounts WHERE id = 1",
    ] {
        fixture.run("UPDATE accounts SET is_active = true, email_verified = true, email = 'ada@example.com'");
        fixture.run(meanwhile);
        assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::NoLongerMatches, "{meanwhile}");
        assert_eq!(count(&fixture, "credentials WHERE password = 'old'"), 3, "{meanwhile}");
        assert_eq!(count(&fixture, "sessions WHERE account_id = 1"), 1, "{meanwhile}");
    }
}

pub(crate) async fn a_second_password_of_one_account_is_never_chosen_from<F: SqlFixture>() {
    let (fixture, store) = apart::<F>();
    fixture.run("INSERT INTO credentials VALUES (14, 1, 'password', 'old', false)");
    store.load(&AccountId::new("1")).await.unwrap_err();
    write(&*store, "1", "old", "new").await.unwrap_err();
    assert_eq!(count(&fixture, "credentials WHERE password = 'old'"), 4);
    assert_eq!(count(&fixture, "sessions WHERE account_id = 1"), 1);
}

/// Ada has a password and another way in, Grace only the other. The second table has columns of the first's names, with
/// other things in them.
fn apart<F: SqlFixture>() -> (F, Box<dyn UserStore>) {
    let (fixture, _) = three_accounts::<F>();
    fixture.run("UPDATE accounts SET password = 'elsewhere'");
    fixture.run(
        "CREATE TABLE credentials (id INTEGER, account_id INTEGER, provider VARCHAR(20), password VARCHAR(255), \
         is_active BOOLEAN)",
    );
    fixture.run(
        "INSERT INTO credentials VALUES (11, 1, 'password', 'old', false), (12, 1, 'other', 'old', false), \
         (13, 2, 'other', 'old', false)",
    );
    let store = fixture.store(in_credentials);
    (fixture, store)
}

pub(super) fn in_credentials(users: &mut config::Users) {
    users.credentials = Some(Credentials {
        table: "credentials".into(),
        account_id: "account_id".into(),
        condition: Some("provider = 'password'".into()),
    });
}
