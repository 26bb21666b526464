//! Which accounts are found, and what is said of each.

use super::history::remember;
use super::{SqlFixture, find, load, three_accounts, write};
use crate::users::Written;
use regain_core::account::{Match, matching};
use regain_core::email::EmailAddress;

pub(crate) async fn only_ascii_case_is_folded<F: SqlFixture>() {
    let (fixture, store) = three_accounts::<F>();
    fixture.run("INSERT INTO accounts VALUES (4, 'KIM@Example.COM', NULL, NULL, 'old', true, true)");
    fixture.run("INSERT INTO accounts VALUES (5, '\u{212A}im@example.com', NULL, NULL, 'old', true, true)");
    fixture.run("INSERT INTO accounts VALUES (6, 'k\u{ed}m@example.com', NULL, NULL, 'old', true, true)");
    fixture.run("INSERT INTO accounts VALUES (7, 'kim@example.com ', NULL, NULL, 'old', true, true)");
    let found = find(&*store, &["kim@example.com"]).await;
    assert_eq!(found.len(), 1, "what a collation takes for the same is not kept: {found:?}");
    let Match::One(kim) = matching(&EmailAddress::parse("kim@example.com").unwrap(), &found) else {
        panic!("{found:?}")
    };
    assert_eq!((kim.id.as_str(), kim.address.as_str()), ("4", "KIM@Example.COM"));
}

/// Whoever fills in a form of the application, or a row, decides how much that is.
pub(crate) async fn what_is_longer_than_anything_real_is_not_read<F: SqlFixture>() {
    let (fixture, _) = three_accounts::<F>();
    let long = "x".repeat(5_000);
    fixture.run(
        "CREATE TABLE planted (id INTEGER PRIMARY KEY, email TEXT, name TEXT, locale TEXT, password TEXT, \
         is_active BOOLEAN, email_verified BOOLEAN)",
    );
    fixture.run(&format!(
        "INSERT INTO planted VALUES (1, '{long}@example.com', '{long}', '{long}', '{long}', true, true)"
    ));
    fixture.run("CREATE TABLE used (account_id INTEGER, password TEXT, used_at TIMESTAMP NULL)");
    fixture.run(&format!("INSERT INTO used VALUES (1, '{long}', '2026-10-01 08:00:00')"));
    let store = fixture.store(|users| {
        remember(users);
        users.table = "planted".into();
    });
    let account = load(&*store, "1").await.unwrap();
    assert!(account.address.len() <= 320 && account.password.is_none(), "{} octets", account.address.len());
    assert_eq!([account.name, account.locale].map(|text| text.map(|text| text.len())), [Some(256); 2]);
    assert!(store.used_passwords(&account.id).await.unwrap().is_empty());
    assert!(store.sample_passwords().await.unwrap().is_empty());
}

pub(crate) async fn accounts_that_may_not_reset_are_marked<F: SqlFixture>() {
    let (fixture, store) = three_accounts::<F>();
    for (change, id) in [
        ("is_active = false", "1"),
        ("is_active = NULL", "1"),
        ("email_verified = NULL", "1"),
        ("email_verified = false", "1"),
    ] {
        fixture.run("UPDATE accounts SET is_active = true, email_verified = true");
        assert!(load(&*store, id).await.unwrap().eligible);
        fixture.run(&format!("UPDATE accounts SET {change} WHERE id = {id}"));
        assert!(!load(&*store, id).await.unwrap().eligible, "{change}");
        assert_eq!(write(&*store, id, "old", "new").await.unwrap(), Written::NoLongerMatches, "{change}");
    }
    assert_eq!(fixture.ask("SELECT password FROM accounts WHERE id = 1"), "old");
}

pub(crate) async fn an_account_without_a_password_has_none<F: SqlFixture>() {
    let (fixture, store) = three_accounts::<F>();
    fixture.run("UPDATE accounts SET password = NULL WHERE id = 1");
    assert!(load(&*store, "1").await.unwrap().password.is_none());
    assert_eq!(write(&*store, "1", "", "new").await.unwrap(), Written::NoLongerMatches);
}
