//! One account's requests are dealt with by one node at a time.

use super::connections::Trouble;
use super::rows::each;
use regain_core::account::AccountId;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use tokio_postgres::Client;

/// Holds the accounts' locks until the transaction ends. Every transaction takes them in the same order, all at once and
/// before it touches a row, so that no two wait for each other.
pub(super) async fn lock<'a>(
    client: &Client,
    accounts: impl IntoIterator<Item = &'a AccountId>,
) -> Result<(), Trouble> {
    let keys: Vec<i32> = accounts.into_iter().map(key).collect::<BTreeSet<_>>().into_iter().collect();
    if !keys.is_empty() {
        let sql = format!("SELECT pg_catalog.pg_advisory_xact_lock({CLASS}, key) FROM unnest($1) AS key");
        client.query_typed(&sql, &[each(&keys)]).await?;
    }
    Ok(())
}

/// Accounts that share a key by chance wait for each other, and no harm is done.
fn key(account: &AccountId) -> i32 {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(account.as_str().as_bytes()).into();
    i32::from_be_bytes([a, b, c, d])
}

/// Sets these locks apart from another application's: "rega", as bytes.
const CLASS: i32 = 0x7265_6761;
