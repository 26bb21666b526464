//! What only databases do: conditions, statements, second tables and histories, and transactions around them.
//!
//! An engine joins with a [`SqlFixture`] and one call of [`sql_conformance!`], which holds it to the promises of all stores
//! as well.

mod credentials;
mod examinations;
mod history;
mod look_ups;
mod outages;
mod statements;
mod writes;

pub(crate) use {credentials::*, examinations::*, history::*, look_ups::*, outages::*, statements::*, writes::*};

use super::{Change, Fixture, NewAccount, find, load};
use crate::config::{self, StoreUrl};
use crate::hashing::NewPassword;
use crate::users::{PasswordChange, Ran, StoreFault, UserStore, Written, some_writing};
use regain_core::account::AccountId;
use regain_core::hash::StoredPassword;
use regain_core::time::Timestamp;
use std::time::Duration;

/// A database of one test's own, with the tables of [`users_config`]: `accounts(id, email, name, locale, password,
/// is_active, email_verified)` and `sessions(account_id, ended_by)`; nothing in them is unique but `id`, a whole number.
/// Promises that need more tables make them with [`run`](Self::run), in SQL that every engine understands.
pub(crate) trait SqlFixture: Sized {
    /// A query that runs for a minute at least, and has one value.
    const ENDLESS: &str;
    /// Makes the tables, empty.
    fn new() -> Self;
    /// A store on them, as `serve` opens it.
    fn store(&self, change: fn(&mut config::Users)) -> Box<dyn UserStore>;
    /// A store on them that gives up after [`HURRY`].
    fn hurried_store(&self, change: fn(&mut config::Users)) -> Box<dyn UserStore>;
    /// Runs SQL as the application would: one statement, or several with semicolons between.
    fn run(&self, sql: &str);
    /// One text out of the tables.
    fn ask(&self, sql: &str) -> String;
    /// Takes the database away, and brings it back.
    fn set_reachable(&self, reachable: bool);
    /// Holds a lock that nobody can write past until what is returned is dropped.
    fn lock(&self) -> impl Sized;
}

impl<S: SqlFixture> Fixture for S {
    fn new() -> Self {
        <S as SqlFixture>::new()
    }

    fn open(&self) -> Box<dyn UserStore> {
        self.store(|_| {})
    }

    fn add(&self, accounts: &[NewAccount]) -> Vec<String> {
        let taken: usize =
            self.ask("SELECT CAST(COALESCE(MAX(id), 0) AS CHAR(9)) FROM accounts").trim().parse().unwrap();
        let ids: Vec<String> = (1..=accounts.len()).map(|n| (taken + n).to_string()).collect();
        let text = |text: Option<&str>| text.map_or_else(|| "NULL".to_owned(), |text| format!("'{text}'"));
        let rows: Vec<String> = ids
            .iter()
            .zip(accounts)
            .map(|(id, NewAccount { address, name, locale, password })| {
                let (name, locale) = (text(*name), text(*locale));
                format!("({id}, '{address}', {name}, {locale}, '{password}', true, true)")
            })
            .collect();
        self.run(&format!("INSERT INTO accounts VALUES {}", rows.join(", ")));
        ids
    }

    fn change(&self, id: &str, change: Change<'_>) {
        self.run(&match change {
            Change::Password(password) => format!("UPDATE accounts SET password = '{password}' WHERE id = {id}"),
            Change::Address(address) => format!("UPDATE accounts SET email = '{address}' WHERE id = {id}"),
            Change::MayReset(may) => format!("UPDATE accounts SET is_active = {may} WHERE id = {id}"),
            Change::Gone => format!("DELETE FROM accounts WHERE id = {id}"),
        });
    }

    fn accepts(&self, id: &str, password: &str) -> bool {
        self.ask(&format!("SELECT password FROM accounts WHERE id = {id}")) == password
    }

    fn set_reachable(&self, reachable: bool) {
        SqlFixture::set_reachable(self, reachable);
    }
}

/// The time limit of a hurried store: short for a test, long enough for a busy machine.
pub(crate) const HURRY: Duration = Duration::from_millis(600);

/// The tests of one engine: every promise there is.
macro_rules! sql_conformance {
    ($fixture:ty) => {
        $crate::users::conformance::conformance!($fixture);
        sql_conformance! { $fixture:
            only_ascii_case_is_folded
            what_is_longer_than_anything_real_is_not_read
            accounts_that_may_not_reset_are_marked
            an_account_without_a_password_has_none
            a_password_is_written_and_the_sessions_end
            statements_get_what_they_name
            nothing_is_written_over_a_change_made_meanwhile
            a_failing_statement_takes_the_password_back
            a_step_without_its_table_is_left_out_until_there_is_one
            a_role_is_read_with_the_statement_of_the_preset
            the_password_may_be_in_a_second_table
            an_account_without_a_row_in_the_second_table_has_no_password
            a_second_table_is_not_written_for_who_may_not_reset
            a_second_password_of_one_account_is_never_chosen_from
            earlier_passwords_are_read_newest_first
            a_new_password_joins_the_history_and_the_oldest_leaves_it
            what_is_rolled_back_is_not_in_the_history
            a_history_that_cannot_be_written_takes_the_password_back
            an_examination_holds_and_changes_nothing
            an_examination_says_which_table_or_column_is_missing
            an_examination_says_what_is_wrong_with_sql
            an_examination_tells_shared_addresses_and_formats
            an_examination_tells_what_is_left_out
            a_locked_store_is_given_up_in_time
            a_slow_look_up_is_given_up_in_time
            a_slow_statement_is_given_up_in_time
            of_64_writers_one_succeeds
        }
    };
    ($fixture:ty: $($promise:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $promise() {
            $crate::users::conformance::sql::$promise::<$fixture>().await;
        }
    )*};
}
pub(in crate::users) use sql_conformance;

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

fn three_accounts<F: SqlFixture>() -> (F, Box<dyn UserStore>) {
    let fixture = F::new();
    fixture.run("INSERT INTO accounts VALUES (1, 'ada@example.com', 'Ada', 'en', 'old', true, true)");
    fixture.run("INSERT INTO accounts VALUES (2, 'grace@example.com', NULL, NULL, 'old', true, true)");
    fixture.run("INSERT INTO accounts VALUES (3, NULL, NULL, NULL, 'old', true, true)");
    fixture.run("INSERT INTO sessions VALUES (1, 'nobody'), (2, 'nobody')");
    let store = fixture.store(|_| {});
    (fixture, store)
}

/// Counts what follows `FROM`.
fn count(fixture: &impl SqlFixture, rows: &str) -> usize {
    fixture.ask(&format!("SELECT CAST(count(*) AS CHAR(5)) FROM {rows}")).trim().parse().unwrap()
}

/// What the statements did that were run with it.
async fn write_and_count(store: &dyn UserStore, id: &str, expected: &str, new: &str) -> Vec<Ran> {
    match store.set_password(change(id, expected, new)).await.unwrap() {
        Written::Yes(ran) => ran,
        other => panic!("{other:?}"),
    }
}

async fn write(store: &dyn UserStore, id: &str, expected: &str, new: &str) -> Result<Written, StoreFault> {
    store.set_password(change(id, expected, new)).await.map(Written::without_counts)
}

fn change(id: &str, expected: &str, new: &str) -> PasswordChange {
    PasswordChange {
        id: AccountId::new(id),
        expected_address: "ada@example.com".into(),
        expected: StoredPassword::new(expected),
        new: NewPassword::unhashed(new),
        writing: some_writing(),
        now: Timestamp::from_millis(1_795_289_045_678),
    }
}
