//! What every user store does, whatever its engine: the text of [`UserStore`], as tests.
//!
//! An engine joins with a [`Fixture`] and one call of [`conformance!`].

use super::{PasswordChange, StoreFault, UserStore, Written};
use crate::config::{self, StoreUrl};
use crate::hashing::NewPassword;
use futures_util::future::join_all;
use regain_core::account::{Account, AccountId, Match, matching};
use regain_core::email::{EmailAddress, FoldedAddress};
use regain_core::hash::StoredPassword;
use regain_core::time::Timestamp;
use std::time::{Duration, Instant};

/// A database of one test's own, with the tables of [`users_config`]: `accounts(id, email, name, locale, password,
/// is_active, email_verified)` and `sessions(account_id, ended_by)`; nothing in them is unique but `id`.
pub(super) trait Fixture: Sized {
    /// Makes the tables, empty.
    fn new() -> Self;
    /// A store on them, as `serve` opens it.
    fn store(&self, change: fn(&mut config::Users)) -> Box<dyn UserStore>;
    /// A store on them that gives up after [`HURRY`].
    fn hurried_store(&self) -> Box<dyn UserStore>;
    /// Runs SQL as the application would.
    fn run(&self, sql: &str);
    /// One text out of the tables.
    fn ask(&self, sql: &str) -> String;
    /// Takes the database away, and brings it back.
    fn set_reachable(&self, reachable: bool);
    /// Holds a lock that nobody can write past until what is returned is dropped.
    fn lock(&self) -> impl Sized;
}

/// The time limit of a hurried store: short for a test, long enough for a busy machine.
pub(super) const HURRY: Duration = Duration::from_millis(600);

/// The tests of one engine: every promise there is.
macro_rules! conformance {
    ($fixture:ty) => {
        conformance! { $fixture:
            a_batch_is_found_in_one_look_up
            more_addresses_than_one_query_takes_are_all_found
            only_ascii_case_is_folded
            two_matches_are_both_returned
            thousands_of_matches_stay_ambiguous_and_bounded
            accounts_that_may_not_reset_are_marked
            an_account_without_a_password_has_none
            keys_are_loaded_exactly
            a_password_is_written_and_the_sessions_end
            statements_get_what_they_name
            nothing_is_written_over_a_change_made_meanwhile
            a_failing_statement_takes_the_password_back
            a_store_that_went_away_is_found_again
            a_locked_store_is_given_up_in_time
            of_64_writers_one_succeeds
        }
    };
    ($fixture:ty: $($promise:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $promise() {
            $crate::users::conformance::$promise::<$fixture>().await;
        }
    )*};
}
pub(super) use conformance;

/// A mapping onto the fixture's tables.
pub(crate) fn users_config(url: StoreUrl) -> config::Users {
    config::Users {
        url,
        preset: None,
        table: "accounts".into(),
        id: "id".into(),
        email: "email".into(),
        password: "password".into(),
        name: Some("name".into()),
        locale: Some("locale".into()),
        eligible: Some("is_active".into()),
        email_verified: Some("email_verified".into()),
        hash: "keep".into(),
        pepper: None,
        after_reset: vec!["DELETE FROM sessions WHERE account_id = :id".into()],
        credentials: None,
        history: None,
    }
}

pub(super) async fn a_batch_is_found_in_one_look_up<F: Fixture>() {
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

pub(super) async fn more_addresses_than_one_query_takes_are_all_found<F: Fixture>() {
    let (_fixture, store) = three_accounts::<F>();
    let mut many: Vec<String> = (0..1_500).map(|n| format!("nobody{n}@example.com")).collect();
    many.extend(["ada@example.com".into(), "grace@example.com".into()]);
    assert_eq!(find(&*store, &many).await.len(), 2);
}

pub(super) async fn only_ascii_case_is_folded<F: Fixture>() {
    let (fixture, store) = three_accounts::<F>();
    fixture.run("INSERT INTO accounts VALUES (4, 'KIM@Example.COM', NULL, NULL, 'old', true, true)");
    fixture.run("INSERT INTO accounts VALUES (5, '\u{212A}im@example.com', NULL, NULL, 'old', true, true)");
    fixture.run("INSERT INTO accounts VALUES (6, 'k\u{ed}m@example.com', NULL, NULL, 'old', true, true)");
    fixture.run("INSERT INTO accounts VALUES (7, 'kim@example.com ', NULL, NULL, 'old', true, true)");
    let found = find(&*store, &["kim@example.com"]).await;
    let Match::One(kim) = matching(&EmailAddress::parse("kim@example.com").unwrap(), &found) else {
        panic!("{found:?}")
    };
    assert_eq!((kim.id.as_str(), kim.address.as_str()), ("4", "KIM@Example.COM"));
}

pub(super) async fn two_matches_are_both_returned<F: Fixture>() {
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

/// Three are as ambiguous as three thousand, and the rest of the batch is still there.
pub(super) async fn thousands_of_matches_stay_ambiguous_and_bounded<F: Fixture>() {
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

pub(super) async fn accounts_that_may_not_reset_are_marked<F: Fixture>() {
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

pub(super) async fn an_account_without_a_password_has_none<F: Fixture>() {
    let (fixture, store) = three_accounts::<F>();
    fixture.run("UPDATE accounts SET password = NULL WHERE id = 1");
    assert!(load(&*store, "1").await.unwrap().password.is_none());
    assert_eq!(write(&*store, "1", "", "new").await.unwrap(), Written::NoLongerMatches);
}

pub(super) async fn keys_are_loaded_exactly<F: Fixture>() {
    let (_fixture, store) = three_accounts::<F>();
    assert_eq!(load(&*store, "2").await.unwrap().address, "grace@example.com");
    for id in ["4", "", " 1", "01", "1.0", "1 OR 1=1", "x'01'", "0x01", "0xé", "99999999999999999999"] {
        assert!(load(&*store, id).await.is_none(), "{id:?}");
        assert_eq!(write(&*store, id, "old", "new").await.unwrap(), Written::NoLongerMatches, "{id:?}");
    }
}

pub(super) async fn a_password_is_written_and_the_sessions_end<F: Fixture>() {
    let (fixture, store) = three_accounts::<F>();
    assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::Yes);
    assert_eq!(fixture.ask("SELECT password FROM accounts WHERE id = 1"), "new");
    assert_eq!(fixture.ask("SELECT password FROM accounts WHERE id = 2"), "old");
    assert_eq!(fixture.ask("SELECT CAST(count(*) AS CHAR(5)) FROM sessions WHERE account_id = 1").trim(), "0");
    assert_eq!(fixture.ask("SELECT CAST(count(*) AS CHAR(5)) FROM sessions WHERE account_id = 2").trim(), "1");
}

pub(super) async fn statements_get_what_they_name<F: Fixture>() {
    let (fixture, _) = three_accounts::<F>();
    let store = fixture.store(|users| {
        users.after_reset = vec![
            "UPDATE sessions SET ended_by = ':id' WHERE account_id = :id -- not :this".into(),
            "INSERT INTO sessions VALUES (:id, :hash), (:id, :email), (:id, :now)".into(),
        ];
    });
    assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::Yes);
    for ended_by in [":id", "new", "ada@example.com", "2026-11-21 19:24:05"] {
        let sql = format!("SELECT ended_by FROM sessions WHERE account_id = 1 AND ended_by = '{ended_by}'");
        assert_eq!(fixture.ask(&sql), ended_by);
    }
}

pub(super) async fn nothing_is_written_over_a_change_made_meanwhile<F: Fixture>() {
    let (fixture, store) = three_accounts::<F>();
    for meanwhile in [
        "UPDATE accounts SET password = 'OLD' WHERE id = 1",
        "UPDATE accounts SET password = 'old ' WHERE id = 1",
        "UPDATE accounts SET email = 'Ada@example.com' WHERE id = 1",
        "DELETE FROM accounts WHERE id = 1",
    ] {
        fixture.run("UPDATE accounts SET password = 'old', email = 'ada@example.com' WHERE id = 1");
        fixture.run(meanwhile);
        assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::NoLongerMatches, "{meanwhile}");
        assert_eq!(fixture.ask("SELECT ended_by FROM sessions WHERE account_id = 1"), "nobody", "{meanwhile}");
    }
    assert!(load(&*store, "1").await.is_none());
}

pub(super) async fn a_failing_statement_takes_the_password_back<F: Fixture>() {
    let (fixture, _) = three_accounts::<F>();
    let store = fixture.store(|users| {
        users.after_reset = vec![
            "DELETE FROM sessions WHERE account_id = :id".into(),
            "INSERT INTO accounts (id, email) VALUES (:id, :email)".into(),
        ];
    });
    let fault = write(&*store, "1", "old", "new").await.unwrap_err().to_string();
    assert!(fault.contains("after_reset") && fault.contains("number 2"), "{fault}");
    assert!(!fault.contains("new"), "{fault}");
    assert_eq!(fixture.ask("SELECT password FROM accounts WHERE id = 1"), "old");
    assert_eq!(fixture.ask("SELECT ended_by FROM sessions WHERE account_id = 1"), "nobody");
}

pub(super) async fn a_store_that_went_away_is_found_again<F: Fixture>() {
    let (fixture, store) = three_accounts::<F>();
    assert!(load(&*store, "1").await.is_some());
    fixture.set_reachable(false);
    store.load(&AccountId::new("1")).await.unwrap_err();
    store.find(&[FoldedAddress::of("ada@example.com")]).await.unwrap_err();
    write(&*store, "1", "old", "new").await.unwrap_err();
    fixture.set_reachable(true);
    assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::Yes);
    assert_eq!(load(&*store, "1").await.unwrap().password.unwrap().expose(), "new");
}

pub(super) async fn a_locked_store_is_given_up_in_time<F: Fixture>() {
    let (fixture, _) = three_accounts::<F>();
    let store = fixture.hurried_store();
    let lock = fixture.lock();
    let begun = Instant::now();
    write(&*store, "1", "old", "new").await.unwrap_err();
    assert!(begun.elapsed() >= HURRY && begun.elapsed() < HURRY * 8, "{:?}", begun.elapsed());
    drop(lock);
    assert_eq!(write(&*store, "1", "old", "new").await.unwrap(), Written::Yes);
}

pub(super) async fn of_64_writers_one_succeeds<F: Fixture>() {
    let fixture = F::new();
    let store = fixture.store(|_| {});
    fixture.run("INSERT INTO accounts VALUES (1, 'ada@example.com', 'Ada', 'en', 'old', true, true)");
    let names: Vec<String> = (0..64).map(|n| format!("new{n}")).collect();
    let outcomes = join_all(names.iter().map(|new| write(&*store, "1", "old", new))).await;
    let winners: Vec<_> =
        outcomes.iter().zip(&names).filter(|(outcome, _)| matches!(outcome, Ok(Written::Yes))).collect();
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert_eq!(winners.len(), 1);
    assert_eq!(&fixture.ask("SELECT password FROM accounts WHERE id = 1"), winners[0].1);
}

fn three_accounts<F: Fixture>() -> (F, Box<dyn UserStore>) {
    let fixture = F::new();
    fixture.run("INSERT INTO accounts VALUES (1, 'ada@example.com', 'Ada', 'en', 'old', true, true)");
    fixture.run("INSERT INTO accounts VALUES (2, 'grace@example.com', NULL, NULL, 'old', true, true)");
    fixture.run("INSERT INTO accounts VALUES (3, NULL, NULL, NULL, 'old', true, true)");
    fixture.run("INSERT INTO sessions VALUES (1, 'nobody'), (2, 'nobody')");
    let store = fixture.store(|_| {});
    (fixture, store)
}

async fn find(store: &dyn UserStore, addresses: &[impl AsRef<str>]) -> Vec<Account> {
    let folded: Vec<_> = addresses.iter().map(|address| FoldedAddress::of(address.as_ref())).collect();
    store.find(&folded).await.unwrap()
}

async fn load(store: &dyn UserStore, id: &str) -> Option<Account> {
    store.load(&AccountId::new(id)).await.unwrap()
}

async fn write(store: &dyn UserStore, id: &str, expected: &str, new: &str) -> Result<Written, StoreFault> {
    let change = PasswordChange {
        id: AccountId::new(id),
        expected_address: "ada@example.com".into(),
        expected: StoredPassword::new(expected),
        new: NewPassword::unhashed(new),
        now: Timestamp::from_millis(1_795_289_045_678),
    };
    store.set_password(change).await
}
