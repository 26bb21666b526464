//! Which accounts are found, and what is said of each.

use super::history::remember;
use super::{Fixture, find, load, three_accounts, write};
use crate::users::Written;
use regain_core::account::{Match, matching};
use regain_core::email::EmailAddress;
use regain_core::hash::StoredPassword;

pub(crate) async fn a_batch_is_found_in_one_look_up<F: Fixture>() {
    let (fixture, store) = three_accounts::<F>();
    let mut found = find(&*store, &["ada@example.com", "nobody@example.com", "grace@example.com"]).await;
    found.sort_by(|a, b| a.id.cmp(&b.id));
    let [ada, grace] = &found[..] else { panic!("{found:?}") };
    assert_eq!((ada.id.as_str(), ada.address.as_str()), ("1", "ada@example.com"));
    assert_eq!((ada.name.as_deref(), ada.locale.as_deref()), (Some("Ada"), Some("en")));
    assert_eq!(ada.password.as_ref().map(StoredPassword::expose), Some("old"));
    assert!(ada.eligible && grace.eligible);
    assert_eq!((grace.name.as_deref(), grace.locale.as_deref()), (None, None));
    assert!(store.find(&[]).await.unwrap().is_empty());
    drop(fixture);
}

pub(crate) async fn more_addresses_than_one_query_takes_are_all_found<F: Fixture>() {
    let (_fixture, store) = three_accounts::<F>();
    let mut many: Vec<String> = (0..1_500).map(|n| format!("nobody{n}@example.com")).collect();
    many.extend(["ada@example.com".into(), "grace@example.com".into()]);
    assert_eq!(find(&*store, &many).await.len(), 2);
}

pub(crate) async fn only_ascii_case_is_folded<F: Fixture>() {
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

pub(crate) async fn two_matches_are_both_returned<F: Fixture>() {
    let (fixture, store) = three_accounts::<F>();
    fixture.run("INSERT INTO accounts VALUES (4, 'ADA@example.com', NULL, NULL, 'old', true, true)");
    let found = find(&*store, &["ada@example.com"]).await;
    let chosen = |typed: &str| match matching(&EmailAddress::parse(typed).unwrap(), &found) {
        Match::None => "none",
        Match::One(account) => ["1", "4"].into_iter().find(|id| *id == account.id.as_str()).unwrap(),
        Match::Ambiguous(_) => "ambiguous",
    };
    assert_eq!(["ada@example.com", "ADA@example.com", "Ada@example.com"].map(chosen), ["1", "4", "ambiguous"]);
}

/// Whoever fills in a form of the application, or a row, decides how much that is.
pub(crate) async fn what_is_longer_than_anything_real_is_not_read<F: Fixture>() {
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

/// Three are as ambiguous as three thousand, and the rest of the batch is still there.
pub(crate) async fn thousands_of_matches_stay_ambiguous_and_bounded<F: Fixture>() {
    let (fixture, store) = three_accounts::<F>();
    let rows: Vec<String> =
        (10..2_010).map(|n| format!("({n}, 'dup@example.com', NULL, NULL, 'old', true, true)")).collect();
    fixture.run(&format!("INSERT INTO accounts VALUES {}", rows.join(", ")));
    let found = find(&*store, &["dup@example.com", "grace@example.com"]).await;
    assert!(found.len() < 100, "{}", found.len());
    let typed = |text: &str| EmailAddress::parse(text).unwrap();
    assert!(matches!(matching(&typed("dup@example.com"), &found), Match::Ambiguous(_)));
    assert!(matches!(matching(&typed("grace@example.com"), &found), Match::One(_)));
}

pub(crate) async fn accounts_that_may_not_reset_are_marked<F: Fixture>() {
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

pub(crate) async fn an_account_without_a_password_has_none<F: Fixture>() {
    let (fixture, store) = three_accounts::<F>();
    fixture.run("UPDATE accounts SET password = NULL WHERE id = 1");
    assert!(load(&*store, "1").await.unwrap().password.is_none());
    assert_eq!(write(&*store, "1", "", "new").await.unwrap(), Written::NoLongerMatches);
}

pub(crate) async fn keys_are_loaded_exactly<F: Fixture>() {
    let (_fixture, store) = three_accounts::<F>();
    assert_eq!(load(&*store, "2").await.unwrap().address, "grace@example.com");
    for id in ["4", "", " 1", "01", "1.0", "1 OR 1=1", "x'01'", "0x01", "0xé", "99999999999999999999"] {
        assert!(load(&*store, id).await.is_none(), "{id:?}");
        assert_eq!(write(&*store, id, "old", "new").await.unwrap(), Written::NoLongerMatches, "{id:?}");
    }
}
