//! OpenLDAP held to the conformance suite, and what only directories do.

mod fixture;
#[path = "../../../../tests/it/support/openldap.rs"]
mod openldap;
mod policy;
#[path = "../../../../tests/it/support/relay.rs"]
mod relay;
mod rights;
mod searches;
mod trouble;
mod writes;

use super::Directory;
use crate::users::conformance::{OLD, conformance};
use crate::users::{PasswordChange, StoreFault, UserStore, Written, some_writing};
use fixture::OpenLdap;
use regain_core::account::{Account, AccountId};
use regain_core::email::FoldedAddress;
use regain_core::hash::StoredPassword;
use regain_core::time::Timestamp;

conformance!(OpenLdap);

async fn load(store: &Directory, id: &str) -> Account {
    store.load(&AccountId::new(id)).await.unwrap().unwrap()
}

async fn find(store: &Directory, address: &str) -> Vec<Account> {
    store.find(&[FoldedAddress::of(address)]).await.unwrap()
}

/// Writes over the account as it was read.
async fn write(store: &Directory, read: &Account, new: &str) -> Result<Written, StoreFault> {
    use crate::hashing::NewPassword;
    let new = if store.hashes_itself() { NewPassword::in_clear(new) } else { NewPassword::unhashed(new) };
    let expected = read.password.clone().unwrap_or_else(|| StoredPassword::new(""));
    let (id, expected_address) = (read.id.clone(), read.address.clone());
    let now = Timestamp::from_millis(1_795_289_045_678);
    store.set_password(PasswordChange { id, expected_address, expected, new, writing: some_writing(), now }).await
}
