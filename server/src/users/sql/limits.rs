//! What bounds a store, whatever its engine: time, how much is asked for at once, and how much of what is found is kept.

use regain_core::email::FoldedAddress;
use std::collections::HashMap;
use std::time::Duration;

/// How long the database may take, waiting for a connection and for locks included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeLimits {
    /// For a look-up.
    pub(crate) look_up: Duration,
    /// For writing a password, `after_reset` included.
    pub(crate) write: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self { look_up: LOOK_UP_MAX, write: WRITE_MAX }
    }
}

/// Which of many matches are worth keeping, so that what a look-up holds in memory is bounded.
///
/// What a collation takes for the same address is none that was asked for. Of those, for the choice of an account, two
/// of the same spelling are as many as three; and past [`SPELLINGS_MAX`] spellings of one address, one more cannot make
/// the choice less ambiguous than it is.
pub(in crate::users) struct Seen(HashMap<FoldedAddress, HashMap<String, u32>>);

impl Seen {
    /// Nothing yet of a look-up of these addresses.
    pub(in crate::users) fn none_of(asked: &[FoldedAddress]) -> Self {
        Self(asked.iter().map(|address| (address.clone(), HashMap::new())).collect())
    }

    /// Whether an account with this address is worth keeping.
    pub(in crate::users) fn admits(&mut self, address: &str) -> bool {
        let Some(spellings) = self.0.get_mut(&FoldedAddress::of(address)) else { return false };
        if spellings.len() >= SPELLINGS_MAX && !spellings.contains_key(address) {
            return false;
        }
        let count = spellings.entry(address.to_owned()).or_default();
        *count = count.saturating_add(1);
        *count <= 2
    }
}

/// Characters of an address that are read: more than any has that mail goes to (RFC 5321: 254 octets), so what is cut
/// equals none.
pub(in crate::users) const ADDRESS_MAX: usize = 320;
/// Characters of a name that are read; a greeting of more is none.
pub(in crate::users) const NAME_MAX: usize = 256;
/// More than any format's; what is longer is no password that anybody set, and is not read.
pub(in crate::users) const PASSWORD_MAX: usize = 4_096;

/// For each part of an examination that reads many rows, since others wait for the database too.
pub(in crate::users) const SURVEY_MAX: Duration = Duration::from_secs(2);
/// Store deadline for writing: a claim lives 60 s, and must outlive the write that it guards.
const WRITE_MAX: Duration = Duration::from_secs(20);
/// Half of it: a look-up is repeated, a write is not.
const LOOK_UP_MAX: Duration = Duration::from_secs(10);
/// Spellings of one address (they differ in case) that are kept apart.
const SPELLINGS_MAX: usize = 16;
/// Addresses in one query. What the ledger commits at once is no more; of parameters SQLite allows 32,766, MySQL 65,535.
pub(in crate::users) const BATCH_MAX: usize = 512;
