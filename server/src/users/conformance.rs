//! What every user store does, whatever keeps the accounts: the text of [`UserStore`], as tests.
//!
//! A store joins with a [`Fixture`] and one call of [`conformance!`]; what only databases promise is in [`sql`]. What a
//! kind of store cannot promise stands in its documentation.

mod examinations;
mod look_ups;
mod outages;
pub(crate) mod sql;
mod writes;

pub(in crate::users) use sql::sql_conformance;
pub(crate) use sql::{HURRY, SqlFixture, users_config};
pub(crate) use {examinations::*, look_ups::*, outages::*, writes::*};

use super::{PasswordChange, StoreFault, UserStore, Written, some_writing};
use crate::hashing::NewPassword;
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use regain_core::time::Timestamp;

/// A store with accounts of one test's own.
pub(crate) trait Fixture: Sized {
    /// Without accounts.
    fn new() -> Self;
    /// A store on them, as `serve` opens it.
    fn open(&self) -> Box<dyn UserStore>;
    /// Adds accounts that may reset. Returns their keys, in the same order.
    fn add(&self, accounts: &[NewAccount]) -> Vec<String>;
    /// Changes an account, as its owner or an administrator would.
    fn change(&self, id: &str, change: Change<'_>);
    /// Whether the account's password is this one.
    fn accepts(&self, id: &str, password: &str) -> bool;
    /// Takes the store away, and brings it back.
    fn set_reachable(&self, reachable: bool);
}

/// An account to begin with.
#[derive(Debug, Clone)]
pub(crate) struct NewAccount {
    pub(crate) address: String,
    pub(crate) name: Option<&'static str>,
    pub(crate) locale: Option<&'static str>,
    pub(crate) password: &'static str,
}

/// What happens to an account.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change<'a> {
    Password(&'a str),
    Address(&'a str),
    MayReset(bool),
    Gone,
}

/// The tests of one store: every promise there is.
macro_rules! conformance {
    ($fixture:ty) => {
        $crate::users::conformance::conformance! { $fixture:
            a_batch_is_found_in_one_look_up
            more_addresses_than_one_query_takes_are_all_found
            case_is_folded_and_the_spelling_on_file_is_kept
            two_matches_are_both_returned
            thousands_of_matches_stay_ambiguous_and_bounded
            what_is_syntax_elsewhere_finds_nobody
            keys_are_loaded_exactly
            who_may_not_reset_is_marked_and_not_written
            a_password_is_written_to_one_account_and_no_other
            every_change_of_the_password_shows
            what_changed_meanwhile_is_not_written_over
            a_store_that_went_away_is_found_again
            an_examination_fails_nothing_and_changes_nothing
            an_examination_of_a_store_that_is_away_says_so
        }
    };
    ($fixture:ty: $($promise:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $promise() {
            $crate::users::conformance::$promise::<$fixture>().await;
        }
    )*};
}
pub(in crate::users) use conformance;

/// Ada, Grace and Kay, and the store they are in.
fn three_accounts<F: Fixture>() -> (F, Box<dyn UserStore>, [String; 3]) {
    let fixture = F::new();
    let account = |address: &str| NewAccount { address: address.into(), name: None, locale: None, password: OLD };
    let ids = fixture.add(&[
        NewAccount { name: Some("Ada"), locale: Some("en"), ..account("ada@example.com") },
        account("grace@example.com"),
        account("kay@example.com"),
    ]);
    let store = fixture.open();
    (fixture, store, ids.try_into().unwrap())
}

async fn find(store: &dyn UserStore, addresses: &[impl AsRef<str>]) -> Vec<Account> {
    let folded: Vec<_> = addresses.iter().map(|address| FoldedAddress::of(address.as_ref())).collect();
    store.find(&folded).await.unwrap()
}

async fn load(store: &dyn UserStore, id: &str) -> Option<Account> {
    store.load(&AccountId::new(id)).await.unwrap()
}

/// What the account shows of its password: a hash, or a state.
async fn shown(store: &dyn UserStore, id: &str) -> String {
    load(store, id).await.unwrap().password.unwrap().expose().to_owned()
}

/// Writes over the account as it was read.
async fn write(store: &dyn UserStore, read: &Account, new: &str) -> Result<Written, StoreFault> {
    let expected = read.password.clone().unwrap_or_else(|| StoredPassword::new(""));
    let new = if store.hashes_itself() { NewPassword::in_clear(new) } else { NewPassword::unhashed(new) };
    let change = PasswordChange {
        id: read.id.clone(),
        expected_address: read.address.clone(),
        expected,
        new,
        writing: some_writing(),
        now: Timestamp::from_millis(1_795_289_045_678),
    };
    store.set_password(change).await.map(Written::without_counts)
}

/// Every account's password at first.
pub(crate) const OLD: &str = "old horse battery";
/// What it becomes.
const NEW: &str = "new horse battery";
